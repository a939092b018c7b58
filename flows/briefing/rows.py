"""The tables of a report: query rows to report rows, every absent number with its reason."""

from oirisk.flows.briefing.asked import Record
from oirisk.flows.briefing.facts import Facts
from oirisk.flows.briefing.figures import (
    NO_DAY,
    NO_FUNDING,
    NO_WEEK,
    WITHHELD,
    figure,
    is_publishable,
)
from oirisk.schemas.report.briefing import (
    AssetRow,
    AuditRow,
    ClusterRow,
    CoverageRow,
    Figure,
    OiHistory,
    OiPoint,
    Profile,
    ProfileBin,
    QualityRow,
    RejectRow,
    Unit,
    VenueRow,
    VenueShare,
)

_JUDGED = ("freshness", "validity", "consistency", "convention")
_NO_BAND = "what options hold at a strike is published, not modelled"
_UNDATED = "entries are dated; levels are not, nor do exchanges say when options were opened"
_APART = {
    "options": "options stay out of futures",
    "pool": "pools stay out of futures",
}
_NEW_PRODUCT = "no contract of it was known a day earlier"
NO_ROWS = "the exchange gave no row"


def asset_rows(facts: Facts) -> tuple[AssetRow, ...]:
    """Return the largest assets."""
    return tuple(_asset(row) for row in facts.assets[: facts.settings.report.top_assets])


def _asset(row: Record) -> AssetRow:
    published = row["published"]

    def told(name: str, unit: Unit, reason: str) -> Figure:
        return figure(row[name] if published else None, unit, reason if published else WITHHELD)

    return AssetRow(
        asset=row["asset"],
        oi_base=told("oi_base", "base", ""),
        oi_usd=told("oi_usd", "usd", ""),
        change_24h_pct=told("change_24h_pct", "pct", NO_DAY),
        change_7d_pct=told("change_7d_pct", "pct", NO_WEEK),
        flow_usd_24h=told("flow_usd_24h", "usd", NO_DAY),
        price=figure(row["price"], "price", "no exchange sent a price"),
        price_change_24h_pct=told("price_change_24h_pct", "pct", NO_DAY),
        cell=row["cell"] or "",
        cell_reason="" if row["cell"] else NO_DAY if published else WITHHELD,
        funding_8h=told("funding_8h_oi_weighted", "rate", NO_FUNDING),
        funding_covered=told("funding_covered_share", "share", "no perpetuals"),
        oi_to_volume=told("oi_to_volume", "ratio", "no exchange sent a volume above zero"),
        volume_covered=told("volume_covered_share", "share", "no open interest"),
        top_venue=row["top_venue"] if published and row["top_venue"] else "",
        top_venue_share=told("top_venue_share", "share", "no open interest"),
        coverage=figure(row["coverage"], "share", "unknown"),
    )


def cluster_rows(facts: Facts) -> tuple[ClusterRow, ...]:
    """Return standing clusters, nearest to the price first."""
    alive = [row for row in facts.clusters if row["status"] != "consumed"]
    return tuple(
        ClusterRow(
            asset=row["asset"],
            kind=row["kind"],
            side=row["side"],
            price_low=row["price_low"],
            price_high=row["price_high"],
            price_peak=row["price_peak"],
            base=row["base"],
            usd=row["usd"],
            usd_low=figure(row["usd_low"], "usd", _NO_BAND),
            usd_high=figure(row["usd_high"], "usd", _NO_BAND),
            share=row["share"],
            distance_pct=row["distance_pct"],
            venues_hhi=figure(row["venues_hhi"], "ratio", "unknown"),
            age_hours=figure(row["age_hours"], "hours", _UNDATED),
            status=row["status"],
        )
        for row in alive
    )


def venue_rows(facts: Facts) -> tuple[VenueRow, ...]:
    """Return one row per venue and product line, with unit and evidence.

    Without a total there are no shares of it. The change is that of the row's own share.
    """
    has_day = any(row["share_change_24h_pp"] is not None for row in facts.products)
    uncompared = _NEW_PRODUCT if has_day else NO_DAY
    return tuple(_venue(row, is_publishable(facts), uncompared) for row in facts.products)


def _venue(row: Record, has_total: bool, uncompared: str) -> VenueRow:
    is_part = has_total and row["kind_group"] == "futures"
    absent = "" if is_part else WITHHELD
    absent = _APART.get(row["kind_group"], absent)

    def told(name: str, unit: Unit, reason: str) -> Figure:
        return figure(row[name] if is_part else None, unit, absent or reason)

    return VenueRow(
        venue=row["venue"],
        product=row["product"],
        field=row["field"],
        unit=row["unit"],
        unit_evidence=row["unit_evidence"],
        counting_factor=row["counting_factor"],
        counting_evidence=row["counting_evidence"],
        other_rules=row["other_unit_rules"] or "",
        oi_usd=figure(row["oi_usd"], "usd", ""),
        share=told("share", "share", "no total"),
        share_change_24h_pp=told("share_change_24h_pp", "pp", uncompared),
        instruments=row["instruments_fresh"],
        age=figure(row["age_minutes"] / 60, "hours", ""),
    )


def coverage_rows(facts: Facts) -> tuple[CoverageRow, ...]:
    """Return how each venue answered."""
    return tuple(
        CoverageRow(
            venue=row["venue"],
            status=row["status"],
            expected=row["instruments_expected"],
            received=row["received"],
            accepted=row["accepted"],
            rejected=row["rejected"],
            requests=row["requests"],
            seconds=row["seconds"],
            error=row["error"],
        )
        for row in facts.coverage
    )


def reject_rows(facts: Facts) -> tuple[RejectRow, ...]:
    """Return refused rows by venue and check."""
    return tuple(RejectRow(**row) for row in facts.rejects)


def quality_rows(facts: Facts) -> tuple[QualityRow, ...]:
    """Return how far each venue can be relied on, worst first."""
    return tuple(
        QualityRow(
            venue=row["venue"],
            score=row["score"],
            completeness=row["completeness"],
            **{name: figure(row[name], "share", NO_ROWS) for name in _JUDGED},
            findings=row["findings"],
        )
        for row in facts.quality
    )


def audit_rows(facts: Facts) -> tuple[AuditRow, ...]:
    """Return what the auditor found by venue and check, errors first."""
    return tuple(AuditRow(**row) for row in facts.audit)


def share_rows(facts: Facts) -> tuple[VenueShare, ...]:
    """Return venue shares of futures open interest; none where the total is not published."""
    return tuple(
        VenueShare(venue=row["venue"], oi_usd=row["oi_usd"], share=row["share"])
        for row in facts.shares
        if row["share"] is not None
    )


def histories(facts: Facts) -> tuple[OiHistory, ...]:
    """Return the series of the charted assets."""
    return tuple(
        OiHistory(asset=asset, points=tuple(OiPoint(**row) for row in rows))
        for asset, rows in facts.history.items()
        if rows
    )


def profiles(facts: Facts) -> tuple[Profile, ...]:
    """Return the entry profiles of the charted assets."""
    prices = {row["asset"]: row["price"] for row in facts.assets}
    return tuple(
        Profile(
            asset=asset,
            price=prices[asset],
            bins=tuple(ProfileBin(**row) for row in rows),
        )
        for asset, rows in facts.profiles.items()
        if rows
    )
