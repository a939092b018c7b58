"""Contracts of how an asset's market leans: funding, concentration, imbalance."""

from typing import Any

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
    percent,
)


def _signed(description: str, method: str) -> Any:  # noqa: ANN401
    return column(description, unit="fraction", method=method, nullable=True, ge=-1, le=1)


class FundingExtremes(
    Table, name="marts.funding_extremes", key=("snapshot_at", "asset"), method="M14"
):
    """The funding rate of an asset against its own past, one value a day.

    Grain: one row per snapshot_at and asset whose total is published and has funding.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    funding_8h_oi_weighted: float = column(
        "funding rate per 8 hours, weighted by open interest", method="M05"
    )
    funding_apr: float = column("the same per year", unit="fraction per year", method="M05")
    percentile_90d: float = fraction(
        "part of the last 90 days at or below; null: too few", nullable=True
    )
    percentile_365d: float = fraction(
        "part of the last 365 days at or below; null: too few", nullable=True
    )
    days_90d: pl.Int32 = column("days seen of the last 90", ge=0, le=90)
    days_365d: pl.Int32 = column("days seen of the last 365", ge=0, le=365)
    extreme: str = column(
        "high or low against 90 days, or by its size alone; null: too few days",
        nullable=True,
        isin=["high", "low", "none"],
    )
    is_simulated: bool = column(ANY_SIMULATED)
    median_abs_90d: float = column(
        "median size of the rate over the last 90 days, whatever its sign; null: too few",
        unit="fraction per 8 hours",
        nullable=True,
        ge=0,
    )


class OiConcentration(
    Table, name="marts.oi_concentration", key=("snapshot_at", "asset", "kind_group"), method="M18"
):
    """How few venues hold an asset's open interest, and whether the largest gains.

    Grain: one row per snapshot_at, asset and kind_group with open interest.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    kind_group: str = column(
        "futures, options or pool", method="M03", isin=["futures", "options", "pool"]
    )
    venues: pl.Int32 = column("venues with a fresh row", ge=1)
    hhi: float = fraction("sum of squared venue shares of oi_usd")
    effective_venues: float = column("1 / hhi", unit="count", ge=1 - 1e-9)
    cr3: float = fraction("share of the three largest venues")
    entropy_venues: float = column(
        "how many equal venues would have the same entropy", unit="count", ge=1 - 1e-9
    )
    top_venue: str = column("venue with the largest share")
    top_venue_share: float = fraction("its share of oi_usd")
    top_venue_share_change_24h_pp: float = column(
        "change of its share in 24 hours at unchanged prices, like for like; null unless both "
        "totals are published, of the same venues",
        nullable=True,
    )
    top_venue_share_change_7d_pp: float = column(
        "change of its share in 7 days; null likewise", nullable=True
    )
    is_simulated: bool = column(ANY_SIMULATED)


class OiImbalance(Table, name="marts.oi_imbalance", key=("snapshot_at", "asset"), method="M13"):
    """Six named measures of who leans which way. Longs and shorts are always equal in size.

    Grain: one row per snapshot_at and asset whose futures total is published, or that a pool holds.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    account_imbalance: float = _signed(
        "accounts long less accounts short; positive: many small longs face few large shorts",
        "M13a",
    )
    long_short_accounts: float = amount(
        "accounts long per account short: how much larger the average short is",
        unit="ratio",
        method="M13a",
        nullable=True,
    )
    top_imbalance: float = _signed("positions of top traders, long less short", "M13b")
    top_minus_accounts: float = column(
        "top_imbalance less account_imbalance: large against many",
        unit="fraction",
        method="M13b",
        nullable=True,
        ge=-2,
        le=2,
    )
    taker_imbalance: float = _signed("taker volume, buys less sells", "M13c")
    net_taker_long_base: float = column(
        "change of longs that takers hold, over an hour", method="M13c", nullable=True
    )
    net_taker_short_base: float = column(
        "change of shorts that takers hold, over an hour", method="M13c", nullable=True
    )
    funding_percentile: float = fraction(
        "funding against 90 days; null: too few", method="M13d", nullable=True
    )
    basis_pct: float = percent("mark price of perpetuals above their index", method="M40")
    basis_percentile: float = fraction(
        "the basis against 90 days; null: too few", method="M13d", nullable=True
    )
    vulnerability_imbalance: float = _signed(
        "modelled liquidations within 5 percent of the price, longs below less shorts above, over "
        "both, calibrated prior; null without a map",
        "M13e",
    )
    pool_imbalance: float = _signed(
        "traders' longs less shorts, over both, where pools take the other side; null: no fresh "
        "row of a pool",
        "M13f",
    )
    imbalance_index: float = column(
        "100 times the mean of the members, each from -1 to 1; null without one",
        unit="points",
        nullable=True,
        ge=-100,
        le=100,
    )
    members: str = column("measures in the index, comma-separated; null without one", nullable=True)
    is_simulated: bool = column(ANY_SIMULATED)


class Pools(Table, name="marts.pools", key=("snapshot_at", "asset", "venue"), method="M43"):
    """What traders hold against pools: longs and shorts differ, and the pool holds the rest.

    Each market has a pool of its own, so that sums are of markets. Part of no total of futures.
    Grain: one row per snapshot_at, asset and venue with a fresh row of a pool.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    venue: str = column("id of the venue, ALL for the sum")
    oi_long_base: float = amount("the traders' longs")
    oi_short_base: float = amount("the traders' shorts")
    pool_net_base: float = column(
        "what the pools hold: shorts less longs; positive: the pools are long"
    )
    oi_base: float = amount("sum of each market's larger side")
    oi_usd: float = amount("the same in USD")
    pool_imbalance: float = _signed("longs less shorts, over both; null: nothing open", "M13f")
    markets: pl.Int32 = column("markets with a fresh row", ge=1)
    is_simulated: bool = column(ANY_SIMULATED)
