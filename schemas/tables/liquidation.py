"""Contracts of the marts about forced closes: the map, what it rests on, what it implies."""

import polars as pl

from oirisk.schemas.columns import (
    ANY_SIMULATED,
    ASSET,
    SNAPSHOT,
    VENUE,
    Table,
    UtcTimestamp,
    amount,
    column,
    fraction,
)
from oirisk.schemas.tables.stress import (
    PRIORS,
)

_SIDE = "the side that would be liquidated"
SIDES = ["long", "short"]


class LeveragePriors(
    Table,
    name="marts.leverage_priors",
    key=("prior", "leverage_low", "leverage_high"),
    method="M22",
):
    """Stated mixes of leverage, used where nothing has been learned. Judgement, not observed.

    Grain: one row per prior and interval of leverage; equal ends are one round figure.
    """

    prior: str = column("name of the mix", isin=PRIORS)
    leverage_low: float = amount("lower end of the interval")
    leverage_high: float = amount("upper end of the interval")
    weight: float = fraction("part of what is opened")


class LeverageCalibration(
    Table,
    name="marts.leverage_calibration",
    key=("calibrated_at", "asset", "prior", "leverage_low", "leverage_high"),
    method="M22",
):
    """Mixes of leverage learned from falls of open interest where price crossed levels. Modelled.

    Grain: one row per calibrated_at, asset, prior and interval of leverage.
    """

    calibrated_at: UtcTimestamp = column("snapshot up to which facts were used")
    asset: str = column(ASSET)
    prior: str = column(
        "base: the lognormal mixes and pairs that explain the falls best, averaged; calibrated: "
        "single weights moved by the falls, shrunk to base",
        isin=["base", "calibrated"],
    )
    leverage_low: float = amount("lower end of the interval")
    leverage_high: float = amount("upper end of the interval")
    weight: float = fraction("part of what is opened")
    median_leverage: float = amount("half of the mix lies below")
    pass_through: float = fraction("part of forced closes that lowers open interest")
    rotation: float = amount(
        "volume beyond the change of open interest that swaps positions, as in the profile",
        unit="fraction",
        method="M21",
    )
    r2: float = fraction(
        "part of the weighted variance of OI changes that forced closes explain", nullable=True
    )
    crossed_base: float = amount("mass that price crossed, over the mean OI", unit="ratio")
    steps: pl.Int32 = column("steps of open interest that were used", ge=0)
    is_simulated: bool = column(ANY_SIMULATED)
    evidence: str = column(
        "crossings: falls of open interest at crossed levels; both: positions that an exchange "
        "shows, too, which are what is left, of one exchange; null: not noted yet",
        isin=["crossings", "both"],
        nullable=True,
    )
    observed_share: float = fraction(
        "part that observed positions have in the mix to which single weights are drawn; the rest "
        "is base, which leans to them too",
        nullable=True,
    )
    observed_accounts: pl.Int32 = column("accounts whose positions were used", nullable=True, ge=0)
    observed_usd: float = amount(
        "size of the positions that were used, at the last price", nullable=True
    )


class LiquidationMap(
    Table,
    name="marts.liquidation_map",
    key=("snapshot_at", "asset", "venue", "side", "prior", "price_low"),
    method="M23",
):
    """What forced closes would take at each price. Modelled from open interest, bars and volume.

    Grain: one row per snapshot_at, asset, venue, side, prior and price bin that holds anything.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    venue: str = column("ccxt id of the exchange, ALL for the sum")
    side: str = column(_SIDE, isin=SIDES)
    prior: str = column("assumed mix of leverage", method="M22", isin=PRIORS)
    price_low: float = amount("lower edge of the bin, inclusive")
    price_high: float = amount("upper edge of the bin, exclusive")
    base: float = amount("size that would be closed in the bin")
    usd: float = amount("the same at the level's price")
    is_simulated: bool = column(ANY_SIMULATED)


class LiquidationBalance(
    Table,
    name="marts.liquidation_balance",
    key=("snapshot_at", "asset", "venue", "side", "prior"),
    method="M23",
):
    """That the map adds up to open interest, and what of it is on no price of the map.

    Grain: one row per snapshot_at, asset, venue, side and prior. On either side mapped, beyond and
    unplaced together are the open interest.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    venue: str = column(VENUE)
    side: str = column(_SIDE, isin=SIDES)
    prior: str = column("assumed mix of leverage", method="M22", isin=PRIORS)
    oi_base: float = amount("open interest")
    mapped_base: float = amount("on a price of the map")
    beyond_base: float = amount("liquidated beyond the range of the map, or never")
    unplaced_base: float = amount(
        "on no price: entered when no price is known, or all of it should be gone by the model",
        method="M21",
    )
    initial_share: float = fraction(
        "part of what is placed that is older than the history: put at its first price; null: "
        "nothing is placed",
        method="M21",
        nullable=True,
    )
    alive_share: float = fraction(
        "what forced closes left of what would stand without them; null: nothing is placed",
        method="M21",
        nullable=True,
    )
    has_tiers: bool = column("whether the exchange's margin tiers were known")
    is_simulated: bool = column(ANY_SIMULATED)
    is_learned: bool = column(
        "whether the mix was learned from the asset's own history; where it was not, base and "
        "calibrated are the same stated mix; null: not noted yet",
        method="M22",
        nullable=True,
    )
    mark_price: float = amount(
        "price that parts longs from shorts on the map, the same for all exchanges; null: not "
        "known, or not noted yet",
        nullable=True,
    )
    depth_2pct_usd: float = amount(
        "what the exchange's order books take within 2 % of the price, on the side that forced "
        "closes hit; null: not read, or too few of them",
        method="M16",
        nullable=True,
    )


class ClusterScores(
    Table, name="marts.cluster_scores", key=("scored_at", "asset", "prior"), method="M24"
):
    """What the liquidation map of the night before was worth, in the bins that price crossed.

    All of these bins count, those that the map left empty included, the same for every prior.
    Grain: one row per scored_at, asset and prior; asset ALL is every asset together.
    """

    scored_at: UtcTimestamp = column("when it was scored")
    asset: str = column(ASSET + "; ALL for all together")
    map_snapshot_at: UtcTimestamp = column("when the map was frozen")
    prior: str = column("assumed mix of leverage", method="M22", isin=PRIORS)
    evidence: str = column(
        "reported: liquidations told by exchanges; implied: falls of open interest, a floor that "
        "holds closes by choice too; mixed: some of each",
        method="M39",
        isin=["reported", "implied", "mixed"],
    )
    n_bins: pl.Int32 = column("bins that price crossed", ge=1)
    n_hits: pl.Int32 = column("bins of the forecast that were in the fullest quarter", ge=0)
    n_top: pl.Int32 = column("bins of the forecast: the fullest quarter of the map", ge=1)
    precision: float = fraction("hits over the forecast", nullable=True)
    chance: float = fraction("precision of a random forecast", nullable=True)
    lift: float = amount("precision over chance", unit="ratio", nullable=True)
    wilson_low: float = fraction("lower end, 95 percent interval of precision", nullable=True)
    wilson_high: float = fraction("upper end, 95 percent interval of precision", nullable=True)
    meaningful: bool = column("whether price crossed 10 bins or more")
    is_simulated: bool = column(ANY_SIMULATED)
    hits_by_chance: float = amount(
        "hits that a random forecast would have had; where something happened in fewer than a "
        "quarter of the bins, no more of them can be hit; null: not noted yet",
        unit="count",
        nullable=True,
    )
