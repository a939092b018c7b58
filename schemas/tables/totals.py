"""Contracts of totals: the whole market, product lines of venues, and what is not counted."""

import polars as pl

from oirisk.schemas.columns import (
    ANY_SIMULATED,
    SNAPSHOT,
    VENUE,
    Table,
    UtcTimestamp,
    amount,
    column,
    fraction,
    percent,
)
from oirisk.schemas.units import EVIDENCE

KIND_GROUPS = ("futures", "options", "pool")
"""Perpetuals and dated futures; options; what is open against pools. Never summed together."""

MATCHED = "over instruments fresh at both ends; null without a reference or when not published"
"""What every change rests on."""

_POSITIONS = f"contracts at the prices of then, {MATCHED}"


class _Instant(Table):
    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    kind_group: str = column(
        "futures (perpetuals and dated futures), options, or what is open against pools",
        method="M03",
        isin=KIND_GROUPS,
    )


class _Line(_Instant):
    venue: str = column(VENUE)
    product: str = column(
        "product line of the exchange, as in ops.unit_rules; an unregistered rule is one of its own"
    )


class Changes(Table):
    """Whether a total is published, and how it changed."""

    coverage: float = fraction(
        "fresh share of the last known open interest, lowered by what is listed but was never seen",
    )
    published: bool = column(
        "whether coverage reaches the minimum; if not, changes are null and the level incomplete",
    )
    withheld_reason: str = column(
        "which venues are missing, stale or unknown; null when published", nullable=True
    )
    change_1h_pct: float = percent(f"change of positions in 1 hour, {_POSITIONS}")
    change_4h_pct: float = percent(f"change of positions in 4 hours, {_POSITIONS}")
    change_24h_pct: float = percent(f"change of positions in 24 hours, {_POSITIONS}")
    change_7d_pct: float = percent(f"change of positions in 7 days, {_POSITIONS}")
    matched_24h_share: float = fraction(
        "part of oi_usd in instruments that were fresh 24 hours ago too; null without a reference",
        nullable=True,
    )
    flow_usd_24h: float = column(
        f"what positions opened and closed in 24 hours did to oi_usd, {MATCHED}",
        method="M04",
        nullable=True,
    )
    revaluation_usd_24h: float = column(
        f"what the price did to oi_usd in 24 hours, {MATCHED}", method="M04", nullable=True
    )


class _Counted(_Instant):
    oi_usd: float = amount("sum of the fresh rows", method="M03")
    oi_usd_linear: float = amount("part margined in USD or stablecoins", method="M02")
    oi_usd_inverse: float = amount("part margined in the coin", method="M02")
    oi_usd_quanto: float = amount("part margined in another coin", method="M02")
    instruments_fresh: pl.Int32 = column("fresh rows", ge=1)
    instruments_expected: pl.Int32 = column(
        "instruments that should be there: fresh, listed, or seen of late", ge=1
    )


class _Totals(Changes, _Counted):
    funding_8h_oi_weighted: float = column(
        "funding rate of perpetuals per 8 hours, weighted by oi_usd, over those whose rate is "
        "known; positive: longs pay",
        method="M05",
        nullable=True,
    )
    funding_covered_share: float = fraction(
        "part of the perpetuals' oi_usd whose funding rate is known; null without perpetuals",
        method="M05",
        nullable=True,
    )
    observed_from: UtcTimestamp = column("oldest observation of a fresh row")
    observed_until: UtcTimestamp = column("newest observation of a fresh row")
    is_simulated: bool = column(ANY_SIMULATED)


class OiMarket(_Totals, name="marts.oi_market", key=("snapshot_at", "kind_group"), method="M03"):
    """Open interest of all assets and venues, single-sided, and what changed.

    Sums over the same rows as marts.oi_by_asset and marts.oi_by_product, so that they agree.
    Grain: one row per snapshot_at and kind_group with at least one fresh row.
    """

    venues_fresh: pl.Int32 = column("venues with a fresh row", ge=1)
    venues_asked: pl.Int32 = column(
        "venues asked that list any or were never heard of; in history those seen of late", ge=1
    )


class OiByProduct(
    _Totals,
    _Line,
    name="marts.oi_by_product",
    key=("snapshot_at", "kind_group", "venue", "product"),
    method="M03",
):
    """Open interest of one product line of one venue, single-sided, and what it rests on.

    Grain: one row per snapshot_at, kind_group, venue and product with at least one fresh row.
    """

    share: float = fraction(
        "part of oi_usd in marts.oi_market; null when that is zero", method="M18", nullable=True
    )
    share_change_24h_pp: float = column(
        "change of its share in 24 hours at the earlier prices, over instruments fresh at both "
        "ends; null without a reference or when marts.oi_market is not published",
        method="M18",
        nullable=True,
    )
    field: str = column("field of the answer that most of oi_usd comes from", method="M02")
    unit: str = column("unit of that field", method="M02")
    counting_factor: float = column(
        "what makes that field single-sided: 1 counts each contract once, 0.5 halves both sides",
        unit="factor",
        method="M38",
        gt=0,
        le=1,
    )
    other_unit_rules: str = column(
        "unit rules that the rest of oi_usd follows; null when there are none",
        method="M02",
        nullable=True,
    )
    unit_evidence: str = column(
        "weakest evidence for the unit of the figures used", method="M02", isin=EVIDENCE
    )
    counting_evidence: str = column(
        "weakest evidence that the figures used are single-sided", method="M38", isin=EVIDENCE
    )


class OiUncounted(
    _Instant,
    name="marts.oi_uncounted",
    key=("snapshot_at", "kind_group", "venue", "reason"),
    method="M36",
):
    """Rows that are stored but not counted in any total, and why.

    Grain: one row per snapshot_at, kind_group, venue and reason.
    """

    venue: str = column(VENUE)
    reason: str = column("why they are not counted")
    instruments: pl.Int32 = column("rows", ge=1)
    symbol: str = column("one of them, the first by name")
