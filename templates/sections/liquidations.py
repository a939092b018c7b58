"""What would be closed by force on the way, and what observed accounts hold."""

from collections.abc import Iterator
from dataclasses import replace

from oirisk.schemas.report.briefing import Report
from oirisk.schemas.report.liquidations import LiquidationMap, MapBin, ObservedRow, ReachRow
from oirisk.templates import figures, formats, wording
from oirisk.templates.blocks import (
    Edition,
    Gallery,
    Line,
    Lines,
    Section,
    Sql,
    TableOf,
    heading,
    verdict,
)
from oirisk.templates.figures import Drawn, Empty
from oirisk.templates.liquidation_chart import map_spec
from oirisk.templates.sentences import say
from oirisk.templates.tables import Cell, Column, Shown, Table, measure, number, table, word

_MOST_BINS = 40


def _times(row: ReachRow) -> Shown:
    part = row.mass_to_depth
    return part if part.value is None else Cell(f"{formats.ratio(part.value)}\u00d7", part.value)


_REACH: tuple[Column[ReachRow], ...] = (
    word("Asset", "asset"),
    word("Side", "side"),
    number("Within 2 %", "within_2_pct", without="phone"),
    number("Within 5 %", "within_5_pct"),
    number("Within 10 %", "within_10_pct", without="text phone"),
    number("5 % over depth", _times, without="text"),
)
_OBSERVED: tuple[Column[ObservedRow], ...] = (
    word("Asset", "asset"),
    word("Exchange", "venue"),
    number("Accounts", "accounts"),
    number("Positions", "positions"),
    measure("Longs", "base", "long_base"),
    number("of its OI", "long_share"),
    measure("Shorts", "base", "short_base"),
    number("of its OI", "short_share"),
)
_BINS: tuple[Column[MapBin], ...] = (
    word("Side", "side"),
    measure("From", "price", "price_low"),
    measure("To", "price", "price_high"),
    number("Modelled", "modelled"),
    measure("Measured", "usd", lambda part: part.measured or None),
)


def _charts(report: Report) -> Iterator[Drawn | Empty]:
    for place, found in enumerate(report.liquidations.maps, start=1):
        yield _chart(report, found, place)


def _chart(report: Report, found: LiquidationMap, place: int) -> Drawn | Empty:
    mark = wording.mark(report)
    title = f"{mark}{formats.one_line(found.asset)} liquidation levels (modelled)"
    if not found.bins:
        return Empty("liquidations", title, "the model holds no level near the mark")
    near = wording.clusters_of(report, found.asset, "liquidation")
    return figures.draw(
        "liquidations",
        title,
        wording.map_finding(report, found),
        _twin(figures.name("levels", place, found.asset), found),
        lambda width: map_spec(found, near, mark, width),
    )


def _twin(name: str, found: LiquidationMap) -> Table:
    """Make the table of the fullest bins of one map, highest price first."""
    fullest = sorted(
        found.bins, key=lambda part: (-part.modelled.usd - part.measured, part.price_low, part.side)
    )
    shown = sorted(fullest[:_MOST_BINS], key=lambda part: (-part.price_low, part.side))
    caption = f"{formats.one_line(found.asset)}: fullest price bins; all are in the JSON"
    made = table(f"{name}-data", caption, _BINS, shown)
    return replace(made, omitted=len(fullest) - len(shown))


def _modelled(report: Report) -> list[Line]:
    tail = (
        f": bars are the base mix of leverage, lines {wording.range_of(report)}. "
        "marts.liquidation_map, marts.liquidation_balance."
    )
    methods = ("M21", "M20", "M22", "M23")
    return [Line("Modelled from open interest, price and volume", methods, tail=tail)]


def _has_reach(edition: Edition) -> bool:
    """Leave the table out of the mail of a quiet night; that there is no map is always said."""
    is_short = edition.is_quiet and edition.medium == "mail"
    return not (is_short and edition.report.liquidations.reach)


_CHOSEN = (
    "Accounts are chosen by whoever wrote the list, so they speak for themselves, not for the "
    "market. marts.observed_map, marts.observed_coverage."
)


def _observers(report: Report) -> list[str]:
    found = report.liquidations
    if found.observed_at is None:
        return []
    return [f"{say(found.observed_note)}, at {formats.instant(found.observed_at)}. {_CHOSEN}"]


SECTION = Section(
    id="liquidations",
    place=70,
    nav="Liquidations",
    title="Liquidation levels",
    titles={"mail": "Liquidation levels (modelled)", "text": "Liquidation levels (modelled)"},
    blocks=(
        Lines(verdict, style={"page": "verdict"}, media="page mail"),
        Lines(lambda report: [wording.verdict(report)], media="text"),
        TableOf(
            "reach",
            lambda report: (
                "Forced closes until price has moved so far: longs on a fall, shorts on a rise "
                f"(modelled; base mix of leverage, in brackets {wording.range_of(report)})"
            ),
            _REACH,
            lambda report: report.liquidations.reach,
            empty=lambda report: f"No map: {wording.missing(report, 'reach')}.",
            when=_has_reach,
        ),
        Gallery("liquidations", media="page mail"),
        Gallery("history clusters liquidations venues", media="text"),
        Lines(_modelled, style={"page": "hint"}, media="page"),
        Sql({"liquidations": ("liquidation_map", "liquidation_reach")}),
        heading("Measured positions"),
        Lines(_observers, style={"page": "hint"}, media="page"),
        TableOf(
            "observed",
            "Measured: what the observed accounts hold, and its part of the exchange's open "
            "interest",
            _OBSERVED,
            lambda report: report.liquidations.observed,
            empty=lambda report: wording.nothing(report, "observed"),
            media="page",
        ),
        Sql({"observed": ("observations",), "observed_coverage": ("observed",)}),
    ),
    charts=_charts,
)
