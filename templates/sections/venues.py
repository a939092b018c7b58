"""What each exchange sends, in which unit, and how far that is proven."""

from collections.abc import Iterator
from dataclasses import replace

from oirisk.schemas.report.briefing import Report, VenueRow, VenueShare
from oirisk.templates import charts, figures, formats, wording
from oirisk.templates.blocks import Edition, Gallery, Lines, Section, Sql, TableOf, hint
from oirisk.templates.figures import Drawn, Empty
from oirisk.templates.tables import Column, Shown, measure, number, quantity, table, word, words

ASSUMED = "assumed: neither stated by the exchange nor measured, so its totals rest on a convention"
CONTESTED = "contested: what the exchange states and what its figures show contradict each other"
_DOUBTS = {"assumed": ASSUMED, "contested": CONTESTED}


def _evidence(rule: str, evidence: str) -> Shown:
    reason = _DOUBTS.get(evidence.casefold(), "")
    return words(f"{rule} ({evidence})", tone="warn" if reason else "", reason=reason)


def _unit(row: VenueRow) -> Shown:
    return _evidence(row.unit, row.unit_evidence)


def _counting(row: VenueRow) -> Shown:
    return _evidence(f"\u00d7 {formats.ratio(row.counting_factor)}", row.counting_evidence)


def _share(row: VenueRow) -> Shown:
    portion = None if row.share.value is None else min(1.0, max(0.0, row.share.value))
    return replace(quantity(row.share), bar=portion)


def _field(row: VenueRow) -> Shown:
    return words(row.field, reason=f"the rest by {row.other_rules}" if row.other_rules else "")


_COLUMNS: tuple[Column[VenueRow], ...] = (
    word("Venue", "venue"),
    word("Product", "product", without="phone"),
    number("OI, USD", "oi_usd"),
    number("Share", _share),
    number("24 h", "share_change_24h_pp"),
    number("Age", "age", without="mail text"),
    number("Markets", "instruments", without="mail text"),
    word("Field read", _field, without="mail text"),
    word("Unit (evidence)", _unit, without="text phone"),
    word("Counting (evidence)", _counting),
)
_SHARES: tuple[Column[VenueShare], ...] = (
    word("Venue", "venue"),
    measure("OI, USD", "usd", "oi_usd"),
    measure("Share", "share", "share"),
)


def _charts(report: Report) -> Iterator[Drawn | Empty]:
    mark = wording.mark(report)
    title = f"{mark}Share of futures open interest"
    if not report.venue_shares:
        yield Empty("venues", title, "the total is not published")
        return
    ranked = sorted(report.venue_shares, key=lambda part: (-part.share, part.venue))
    yield figures.draw(
        "venues",
        title,
        wording.shares_finding(report),
        table("shares-data", "Share of each venue", _SHARES, ranked),
        lambda width: charts.shares_spec(report.venue_shares, mark, width),
    )


def _stands(edition: Edition) -> bool:
    return edition.medium != "text" or not edition.is_quiet


SECTION = Section(
    id="venues",
    place=110,
    nav="Venues",
    title="Venues, units and evidence",
    titles={"mail": "Venues and evidence", "text": "Venues and evidence"},
    when=_stands,
    blocks=(
        Lines(
            "No share moved by a threshold; the full report lists every product line with its "
            "unit and evidence.",
            style={"mail": "small"},
            media="mail",
            quiet=True,
        ),
        TableOf(
            "venues",
            "What each exchange sends, and how it is turned into single-sided open interest",
            _COLUMNS,
            lambda report: report.venues,
            empty="No venue is published in this report.",
            quiet=False,
        ),
        hint(
            "The share's change in 24 hours is that of contracts known at both instants, at "
            "the earlier prices."
        ),
        Gallery("venues", media="page mail"),
        Sql({"venues": ("products",), "venue_shares": ("venue_shares",)}),
    ),
    charts=_charts,
)
