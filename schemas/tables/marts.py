"""Contracts of the marts: what analysts and the report read. The only documentation of them."""

from typing import Any

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
    percent,
)
from oirisk.schemas.tables.totals import KIND_GROUPS, Changes
from oirisk.schemas.units import EVIDENCE

_KIND_GROUP = "futures (perpetuals and dated futures), options, or what is open against pools"


def _price_change(span: str) -> str:
    return (
        f"median price change in {span} of perpetuals fresh at both ends, of dated futures where "
        "there are none; null for options and pools"
    )


def _funding(description: str, **checks: float) -> Any:  # noqa: ANN401 -- what pa.Field returns
    return column(description, unit="fraction per 8 hours", method="M05", nullable=True, **checks)


def _earlier(span: str) -> Any:  # noqa: ANN401 -- what pa.Field returns
    return amount(
        f"oi_usd of {span} before, of instruments fresh at both ends; null without one",
        nullable=True,
    )


def _moved(span: str) -> Any:  # noqa: ANN401 -- what pa.Field returns
    return column(
        f"change of the positions in them in {span}, contracts at the prices of then",
        nullable=True,
    )


class _Asset(Table):
    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    kind_group: str = column(_KIND_GROUP, isin=KIND_GROUPS)
    oi_base: float = amount("sum of the fresh rows")
    oi_usd: float = amount("sum of the fresh rows")
    oi_usd_linear: float = amount("part margined in USD or stablecoins", method="M02")
    oi_usd_inverse: float = amount("part margined in the coin", method="M02")
    oi_usd_quanto: float = amount("part margined in another coin", method="M02")
    venues: pl.Int32 = column("venues with a fresh row", ge=1)
    instruments: pl.Int32 = column("fresh rows", ge=1)


class OiByAsset(
    Changes,
    _Asset,
    name="marts.oi_by_asset",
    key=("snapshot_at", "asset", "kind_group"),
    method="M03",
):
    """Open interest of one asset over all venues, single-sided, and what changed.

    Grain: one row per snapshot_at, asset and kind_group with at least one fresh row.
    """

    price: float = amount(
        "median mark price of perpetuals, of dated futures where there are none; where no mark is "
        "known, what a coin of open interest is worth; null for options and pools",
        nullable=True,
    )
    price_change_24h_pct: float = percent(_price_change("24 hours"), method="M08")
    volume_24h_usd: float = amount(
        "24-hour turnover of the rows that report one; null when none does",
        method="M15",
        nullable=True,
    )
    oi_to_volume: float = amount(
        "days to turn the open interest over, on rows that report volume",
        unit="days",
        method="M15",
        nullable=True,
    )
    depth_2pct_usd: float = amount(
        "bids within 2 % of the price, on books that were read; null: not measured",
        method="M16",
        nullable=True,
    )
    oi_to_depth_2pct: float = amount(
        "oi_usd of the instruments whose books were read over depth_2pct_usd; null: not measured, "
        "or they hold less than 0.6 of oi_usd",
        unit="ratio",
        method="M16",
        nullable=True,
    )
    funding_8h_oi_weighted: float = column(
        "funding rate of perpetuals per 8 hours, weighted by oi_usd, over those whose rate is "
        "known; positive: longs pay",
        method="M05",
        nullable=True,
    )
    funding_apr: float = column(
        "the same per year, simple", unit="fraction per year", method="M05", nullable=True
    )
    hhi: float = fraction("sum of squared venue shares of oi_usd", method="M18", nullable=True)
    effective_venues: float = column(
        "how many equal venues would be as concentrated: 1 / hhi",
        unit="count",
        method="M18",
        nullable=True,
        ge=1 - 1e-9,
    )
    top_venue: str = column("venue with the largest share", method="M18", nullable=True)
    top_venue_share: float = fraction("its share of oi_usd", method="M18", nullable=True)
    is_simulated: bool = column(ANY_SIMULATED)
    price_change_1h_pct: float = percent(_price_change("1 hour"), method="M08")
    price_change_4h_pct: float = percent(_price_change("4 hours"), method="M08")
    depth_1pct_usd: float = amount(
        "bids within 1 % of the price, on books that were read; null: not measured",
        method="M16",
        nullable=True,
    )
    oi_to_depth_1pct: float = amount(
        "oi_usd of the instruments whose books were read over depth_1pct_usd; null: not measured, "
        "or they hold less than 0.6 of oi_usd",
        unit="ratio",
        method="M16",
        nullable=True,
    )
    depth_truncated: bool = column(
        "whether a book ended before 2 percent, so that depth is a lower bound; null: not measured",
        method="M16",
        nullable=True,
    )
    oi_to_market_cap: float = amount(
        "oi_usd over circulating supply at this price; null without a supply file",
        unit="ratio",
        method="M17",
        nullable=True,
    )
    leverage_ratio: float = amount(
        "oi_base over coins that exchanges hold; null without a supply file",
        method="M19",
        nullable=True,
    )
    basis_pct: float = percent(
        "mark price of perpetuals above their index, weighted by oi_usd; without those that lie "
        "100 % off",
        method="M40",
    )

    funding_usd_per_day: float = column(
        "what longs pay shorts in a day, on perpetuals whose rate is known; negative: shorts pay",
        method="M05",
        nullable=True,
    )
    funding_8h_simple_mean: float = _funding("mean of the perpetuals' rates, each counted once")
    funding_8h_volume_weighted: float = _funding("mean of the rates weighted by volume_24h_usd")
    funding_8h_min: float = _funding("lowest rate of a perpetual")
    funding_8h_max: float = _funding("highest rate of a perpetual")
    funding_8h_dispersion: float = _funding(
        "standard deviation of the rates, weighted by oi_usd", ge=0
    )
    funding_covered_share: float = fraction(
        "part of the perpetuals' oi_usd whose funding rate is known; null without perpetuals",
        method="M05",
        nullable=True,
    )
    volume_covered_share: float = fraction(
        "part of oi_usd whose 24-hour volume is known, which oi_to_volume is of; null when oi_usd "
        "is zero",
        method="M15",
        nullable=True,
    )
    basis_covered_share: float = fraction(
        "part of the perpetuals' oi_usd whose mark and index price are known, which basis_pct is "
        "of; null without perpetuals",
        method="M40",
        nullable=True,
    )
    depth_covered_share: float = fraction(
        "part of oi_usd of the instruments whose order books were read; null: none was",
        method="M16",
        nullable=True,
    )


class OiByVenue(
    Table,
    name="marts.oi_by_venue",
    key=("snapshot_at", "asset", "kind_group", "venue"),
    method="M03",
):
    """Open interest of one asset on one venue, single-sided, and its share of the asset.

    Grain: one row per snapshot_at, asset, kind_group and venue with at least one fresh row.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    kind_group: str = column(_KIND_GROUP, isin=KIND_GROUPS)
    venue: str = column(VENUE)
    oi_base: float = amount("sum of the venue's fresh rows")
    oi_usd: float = amount("sum of the venue's fresh rows")
    share: float = fraction(
        "part of the asset's oi_usd; null when that is zero", method="M18", nullable=True
    )
    share_change_24h_pp: float = column(
        "change of share in 24 hours at unchanged prices, of instruments fresh at both ends; null "
        "unless both totals are published, of the same venues",
        method="M18",
        nullable=True,
    )
    unit_evidence: str = column(
        "weakest evidence for the unit of the figures used", method="M02", isin=EVIDENCE
    )
    counting_evidence: str = column(
        "weakest evidence that the figures used are single-sided", method="M38", isin=EVIDENCE
    )
    is_simulated: bool = column(ANY_SIMULATED)
    matched_usd_24h: float = _earlier("24 hours")
    positions_usd_24h: float = _moved("24 hours")
    matched_usd_7d: float = _earlier("7 days")
    positions_usd_7d: float = _moved("7 days")
