"""Open interest and price of the charted assets over time."""

from collections.abc import Iterator

from oirisk.schemas.report.briefing import OiHistory, OiPoint, Report
from oirisk.schemas.report.parts import Figure, Unit
from oirisk.templates import charts, figures, formats, wording
from oirisk.templates.blocks import Gallery, Section, Sql
from oirisk.templates.figures import Drawn, Empty
from oirisk.templates.tables import Cell, Column, Table, number, table, word

_LEAST_POINTS = 2
_WITHHELD = "the total was withheld for lack of coverage"


def _point(value: float | None, unit: Unit, reason: str) -> Figure:
    return Figure(value=value, unit=unit, reason="" if value is not None else reason)


def _instant(point: OiPoint) -> Cell:
    at = formats.instant(point.at)
    return Cell(at, at)


_COLUMNS: tuple[Column[OiPoint], ...] = (
    word("Last of day", _instant),
    number("OI, coins", lambda point: _point(point.oi_base, "base", _WITHHELD)),
    number("OI, USD", lambda point: _point(point.oi_usd, "usd", _WITHHELD)),
    number("Price", lambda point: _point(point.price, "price", "no price was observed")),
)


def _charts(report: Report) -> Iterator[Drawn | Empty]:
    if not report.history:
        yield Empty("history", "Open interest and price", "no history is stored yet")
    for place, history in enumerate(report.history, start=1):
        yield _chart(report, history, place)


def _chart(report: Report, history: OiHistory, place: int) -> Drawn | Empty:
    mark = wording.mark(report)
    title = f"{mark}{formats.one_line(history.asset)} open interest and price"
    known = sum(point.oi_base is not None for point in history.points)
    if known < _LEAST_POINTS:
        reason = f"{formats.count(known)} published totals are stored, a line needs two"
        return Empty("history", title, reason)
    return figures.draw(
        "history",
        title,
        wording.history_finding(report, history),
        _twin(figures.name("history", place, history.asset), history),
        lambda width: charts.history_spec(history, mark, width),
    )


def _twin(name: str, history: OiHistory) -> Table:
    last_of_day: dict[str, OiPoint] = {formats.day(point.at): point for point in history.points}
    caption = (
        f"{formats.one_line(history.asset)}: last observation of each day; all are in the JSON"
    )
    return table(f"{name}-data", caption, _COLUMNS, last_of_day.values())


SECTION = Section(
    id="history",
    place=50,
    nav="History",
    title="Open interest and price",
    media="page",
    blocks=(Gallery("history"), Sql({"history": ("history",)})),
    charts=_charts,
)
