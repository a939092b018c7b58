"""Contracts of the marts about what a price move would set off: stress, contagion, days at risk."""

import polars as pl

from oirisk.schemas.columns import (
    ANY_SIMULATED,
    ASSET,
    SNAPSHOT,
    Table,
    UtcTimestamp,
    amount,
    column,
    fraction,
)

_COVERED = (
    "part of the asset's open interest, with the last known of exchanges that are missing, on the "
    "exchanges whose order books were read; null: of a "
    "version that did not match the two"
)
PRIORS = ["base", "retail_heavy", "institutional", "calibrated"]


class Stress(
    Table,
    name="marts.stress",
    key=("snapshot_at", "asset", "prior", "shock_pct", "depth_factor"),
    method="M25",
):
    """What a price shock would set off. Modelled; rows only where order books were read.

    Levels and depth are of the exchanges whose books were read. Figures are withheld where these
    hold too little of the open interest, and where the grid of a prior and a depth says itself that
    it goes beyond the books. Grain: one row per snapshot_at, asset, prior, shock_pct and
    depth_factor. Deleveraging of winners is not modelled.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    prior: str = column("assumed mix of leverage", method="M22", isin=PRIORS)
    shock_pct: float = column("first move; negative: down")
    depth_factor: float = fraction("part of the measured depth that is there")
    rounds: pl.Int32 = column(
        "rounds of forced closes; like all figures to stop_reason null where withheld",
        ge=0,
        nullable=True,
    )
    liquidated_base: float = amount("closed by force", nullable=True)
    liquidated_usd: float = amount("the same at the levels' prices", nullable=True)
    final_price: float = amount("where price comes to rest", nullable=True)
    move_pct: float = amount("whole move, without sign", nullable=True)
    multiplier: float = amount("whole move over the shock", unit="ratio", nullable=True)
    reproduction_number: float = amount(
        "forced closes that a unit of them sets off, in the densest percent on the way",
        unit="ratio",
        nullable=True,
    )
    stop_reason: str = column(
        "why it ended", isin=["no_level_hit", "exhausted", "price_floor"], nullable=True
    )
    depth_usd: float = amount("measured depth in the narrowest band", method="M16")
    is_simulated: bool = column(ANY_SIMULATED)
    covered_share: float = fraction(_COVERED, nullable=True)
    withheld_reason: str = column("why there are no figures; null: there are", nullable=True)


class CoupledStress(
    Table,
    name="marts.coupled_stress",
    key=("snapshot_at", "asset", "venue_large", "venue_other", "shock_pct", "coupling"),
    method="M26",
):
    """A fall on two exchanges, whose prices arbitrage ties together more or less. Modelled.

    Grain: one row per snapshot_at, asset, venue_large, venue_other, shock_pct and coupling; base
    prior, the largest exchange of the map beside each other one, of those whose books were read.
    Impact is a straight line through the depth within one percent.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    venue_large: str = column("ccxt id of the exchange with most longs on the map")
    venue_other: str = column("ccxt id of the other exchange")
    shock_pct: float = column("first move of both, down", method="M25", lt=0)
    coupling: float = fraction(
        "0: each price moves by its own forced closes; 1: by those of both on both order books"
    )
    rounds: pl.Int32 = column("rounds of forced closes", method="M25", ge=0)
    final_price_large: float = amount("where price comes to rest on the largest")
    final_price_other: float = amount("where price comes to rest on the other")
    liquidated_base_large: float = amount("closed by force on the largest")
    liquidated_base_other: float = amount("closed by force on the other")
    is_simulated: bool = column(ANY_SIMULATED)
    covered_share: float = fraction(_COVERED + "; 0.6 at least", method="M25", nullable=True)


class Contagion(
    Table, name="marts.contagion", key=("snapshot_at", "venue_from", "venue_to"), method="M26"
):
    """What forced sales on one exchange would cost positions on another. Modelled.

    Grain: one row per snapshot_at, venue_from and venue_to: exchanges whose order books were read,
    in coins of which these hold at least 0.6 of the open interest, and sellers that hold at least
    0.6 of theirs there.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    venue_from: str = column("ccxt id of the exchange that sells")
    venue_to: str = column("ccxt id of the exchange that loses; may be the same")
    overlap_usd: float = amount(
        "sum over coins of holdings times holdings over depth per percent", unit="USD percent"
    )
    forced_share: float = fraction("part of everything that is sold")
    loss_usd: float = amount("loss when that part is sold")
    systemic_overlap_usd: float = amount(
        "overlap of the seller with all others", unit="USD percent"
    )
    systemic_rank: pl.Int32 = column("1: the most systemic seller", unit="rank", ge=1)
    assets: pl.Int32 = column("coins that both hold and whose depth is known", ge=1)
    oi_covered: float = fraction("part of the seller's open interest in such coins")
    is_simulated: bool = column(ANY_SIMULATED)
    covered_share: float = fraction(
        "part of these coins' open interest on the exchanges whose order books were read; null: of "
        "a version that did not match the two",
        method="M25",
        nullable=True,
    )


class LiquidationsAtRisk(
    Table,
    name="marts.liquidations_at_risk",
    key=("snapshot_at", "asset", "prior", "alpha"),
    method="M34",
):
    """Forced closes in the worst of past days, were one to come now. Modelled, no cascade.

    Grain: one row per snapshot_at, asset, prior and alpha; from 20 scenarios on.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    prior: str = column("assumed mix of leverage", method="M22", isin=PRIORS)
    alpha: float = fraction("confidence")
    scenarios: pl.Int32 = column("past days of which the return is known", ge=20)
    tail: pl.Int32 = column("how many of the worst make the tail", ge=1)
    lar_usd: float = amount("the mildest of the tail")
    es_usd: float = amount("mean of the tail")
    worst_return_pct: float = column("no scenario falls further")
    meaningful: bool = column("whether there are 250 scenarios or more")
    is_simulated: bool = column(ANY_SIMULATED)
