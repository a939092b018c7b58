"""The tables of a briefing, section by section."""

from collections.abc import Mapping
from dataclasses import replace

from oirisk.schemas.report.briefing import AssetRow, ClusterRow, Report, VenueRow
from oirisk.templates import formats
from oirisk.templates.tables import Cell, Column, Table, counted, quantity, table, words

_WORDS: Mapping[str, str] = {
    "new_longs_trend": "new longs",
    "new_shorts_trend": "new shorts",
    "short_squeeze_covering": "shorts covering",
    "long_capitulation": "longs closing",
    "entry": "entries",
    "liquidation": "liquidation levels",
    "strike": "option strikes",
}
ASSUMED = "assumed: neither stated by the exchange nor measured, so its totals rest on a convention"
CONTESTED = "contested: what the exchange states and what its figures show contradict each other"
_DOUBTS = {"assumed": ASSUMED, "contested": CONTESTED}


def readable(name: str) -> str:
    """Turn an identifier into words: ``new_longs_trend`` is ``new longs``."""
    return _WORDS.get(name, formats.one_line(name).replace("_", " "))


def assets(report: Report) -> Table:
    """Table of assets, largest first, as ordered by the report."""
    columns = (
        Column("Asset"),
        Column("Coins", is_number=True, on_phone=False),
        Column("OI, USD", is_number=True),
        Column("24 h", is_number=True),
        Column("7 d", is_number=True),
        Column("Flow 24 h", is_number=True, on_phone=False),
        Column("Price", is_number=True, on_phone=False),
        Column("Price 24 h", is_number=True, in_mail=False, in_text=False),
        Column("Reading"),
        Column("Funding", is_number=True, in_mail=False, in_text=False),
        Column("Funding known", is_number=True, in_mail=False, in_text=False),
        Column("OI / volume", is_number=True, in_mail=False, in_text=False),
        Column("Top venue", in_mail=False, in_text=False),
        Column("Coverage", is_number=True, in_mail=False, in_text=False),
    )
    made = table(
        "assets",
        "Futures open interest by asset: perpetuals and dated futures, all venues, single-sided; "
        "readings are price-inferred",
        columns,
        [_asset(row) for row in report.assets],
    )
    hidden = max(0, report.assets_total - len(report.assets))
    return Table(made.id, made.caption, made.columns, made.rows, omitted=hidden)


def _asset(row: AssetRow) -> tuple[Cell, ...]:
    return (
        words(row.asset),
        quantity(row.oi_base),
        quantity(row.oi_usd),
        quantity(row.change_24h_pct, toned=True),
        quantity(row.change_7d_pct, toned=True),
        quantity(row.flow_usd_24h, signed=True, toned=True),
        quantity(row.price),
        quantity(row.price_change_24h_pct, toned=True),
        words(readable(row.cell), reason="" if row.cell else row.cell_reason),
        quantity(row.funding_8h),
        words("") if row.funding_covered is None else quantity(row.funding_covered),
        _to_volume(row),
        _top(row),
        quantity(row.coverage),
    )


def _to_volume(row: AssetRow) -> Cell:
    ratio, covered = quantity(row.oi_to_volume), row.volume_covered
    if row.oi_to_volume.value is None or covered is None or covered.value in {None, 1.0}:
        return ratio
    return replace(ratio, text=f"{ratio.text} ({formats.figure(covered)})")


def _top(row: AssetRow) -> Cell:
    name, share = words(row.top_venue), quantity(row.top_venue_share)
    if not row.top_venue:
        return share
    return Cell(f"{name.text} {share.text}", share.sort, reason=share.reason)


def clusters(report: Report) -> Table:
    """Table of concentrations on the price axis, nearest first."""
    columns = (
        Column("Asset"),
        Column("Side"),
        Column("Kind", in_text=False, on_phone=False),
        Column("Price range", is_number=True),
        Column("Peak", is_number=True, in_mail=False, in_text=False),
        Column("Distance", is_number=True),
        Column("Size", is_number=True),
        Column("Band", is_number=True),
        Column("Share", is_number=True, in_text=False, on_phone=False),
        Column("Venue HHI", is_number=True, in_mail=False, in_text=False),
        Column("Age", is_number=True, in_mail=False, in_text=False),
        Column("Status", in_text=False, on_phone=False),
    )
    made = table(
        "clusters",
        "Concentrations on the price axis, nearest to the mark first (modelled, except strikes)",
        columns,
        [_cluster(row) for row in report.clusters[: report.clusters_shown]],
    )
    hidden = max(0, len(report.clusters) - report.clusters_shown)
    return replace(made, omitted=hidden, kept_in="marts.clusters")


def price_range(row: ClusterRow) -> str:
    """Write where a cluster lies."""
    return formats.span(formats.price(row.price_low), formats.price(row.price_high))


def band(row: ClusterRow) -> Cell:
    """Make the cell of a modelled band, or of the reason why there is none."""
    low, high = row.usd_low, row.usd_high
    if low.value is None or high.value is None:
        return quantity(low if low.value is None else high)
    ends = formats.number(low.value, low.unit), formats.number(high.value, high.unit)
    return Cell(formats.span(*ends, f"{ends[0]}, {formats.ALIKE}"), high.value)


def _cluster(row: ClusterRow) -> tuple[Cell, ...]:
    return (
        words(row.asset),
        words(readable(row.side)),
        words(readable(row.kind)),
        Cell(price_range(row), row.price_low),
        Cell(formats.price(row.price_peak), row.price_peak),
        Cell(formats.pct(row.distance_pct), row.distance_pct),
        Cell(formats.usd(row.usd), row.usd),
        band(row),
        Cell(formats.share(row.share), row.share),
        quantity(row.venues_hhi),
        quantity(row.age_hours),
        words(readable(row.status)),
    )


def venues(report: Report) -> Table:
    """Table of product lines: what each sends, in which unit, and how far that is proven."""
    columns = (
        Column("Venue"),
        Column("Product", on_phone=False),
        Column("OI, USD", is_number=True),
        Column("Share", is_number=True),
        Column("24 h", is_number=True),
        Column("Age", is_number=True, in_mail=False, in_text=False),
        Column("Markets", is_number=True, in_mail=False, in_text=False),
        Column("Field read", in_mail=False, in_text=False),
        Column("Unit (evidence)", in_text=False, on_phone=False),
        Column("Counting (evidence)"),
    )
    return table(
        "venues",
        "What each exchange sends, and how it is turned into single-sided open interest",
        columns,
        [_venue(row) for row in report.venues],
    )


def _venue(row: VenueRow) -> tuple[Cell, ...]:
    share = quantity(row.share)
    portion = None if row.share.value is None else min(1.0, max(0.0, row.share.value))
    return (
        words(row.venue),
        words(row.product),
        quantity(row.oi_usd),
        Cell(share.text, share.sort, share.tone, share.reason, bar=portion),
        quantity(row.share_change_24h_pp),
        quantity(row.age),
        counted(row.instruments),
        words(row.field, reason=f"the rest by {row.other_rules}" if row.other_rules else ""),
        _evidence(row.unit, row.unit_evidence),
        _evidence(f"\u00d7 {formats.ratio(row.counting_factor)}", row.counting_evidence),
    )


def _evidence(rule: str, evidence: str) -> Cell:
    reason = _DOUBTS.get(evidence.casefold(), "")
    tone = "warn" if reason else ""
    return words(f"{rule} ({evidence})", tone=tone, reason=reason)
