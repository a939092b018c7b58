"""Charts with everything a reader needs besides the picture: title, finding, data table.

A chart without data is not an error: its place says why it is empty.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from oirisk.schemas.report.briefing import OiHistory, OiPoint, Profile, Report
from oirisk.schemas.report.liquidations import LiquidationMap
from oirisk.templates import charts, drawing, formats, liquidation_tables, wording
from oirisk.templates.liquidation_chart import map_spec
from oirisk.templates.tables import Cell, Column, Table, table, words

WIDE, NARROW = 592, 340
_MOST_BINS = 40
_LEAST_POINTS = 2


@dataclass(frozen=True)
class Drawn:
    """One chart. ``name`` is safe as a file name, an id and a content id."""

    name: str
    section: str
    title: str
    finding: str
    twin: Table
    png: bytes = field(repr=False)
    wide: Markup = field(repr=False)
    narrow: Markup = field(repr=False)


@dataclass(frozen=True)
class Empty:
    """The place of a chart that has nothing to show, and why."""

    section: str
    title: str
    reason: str


def content_id(name: str) -> str:
    """Give the content id under which a mail carries a chart."""
    return f"{name}@oirisk"


def build(report: Report) -> tuple[Drawn | Empty, ...]:
    """Draw all charts of a report, in reading order."""
    made: list[Drawn | Empty] = [
        _history(report, history, place) for place, history in enumerate(report.history, start=1)
    ]
    if not report.history:
        made.append(Empty("history", "Open interest and price", "no history is stored yet"))
    made += [
        _profile(report, profile, place) for place, profile in enumerate(report.profiles, start=1)
    ]
    if not report.profiles:
        reason = "no asset has enough history for an entry-price profile yet"
        made.append(Empty("clusters", "Entry-price profile", reason))
    made += [_map(report, found, place) for place, found in enumerate(report.liquidations.maps, 1)]
    made.append(_shares(report))
    return tuple(made)


def _name(kind: str, place: int, asset: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", asset.lower()).strip("-")[:24]
    return f"{kind}-{place}-{slug}".rstrip("-")


def _draw(
    name: str,
    section: str,
    title: str,
    finding: str,
    twin: Table,
    spec: Callable[[int], dict[str, Any]],
) -> Drawn:
    wide = drawing.draw(spec(WIDE))
    narrow = drawing.draw(spec(NARROW))
    return Drawn(
        name=name,
        section=section,
        title=title,
        finding=finding,
        twin=twin,
        png=drawing.png(wide),
        wide=drawing.inline(wide, f"{name}-w", title, finding),
        narrow=drawing.inline(narrow, f"{name}-n", title, finding),
    )


def _history(report: Report, history: OiHistory, place: int) -> Drawn | Empty:
    asset = formats.one_line(history.asset)
    title = f"{wording.mark(report)}{asset} open interest and price"
    known = sum(point.oi_base is not None for point in history.points)
    if known < _LEAST_POINTS:
        reason = f"{formats.count(known)} published totals are stored, a line needs two"
        return Empty("history", title, reason)
    name = _name("history", place, history.asset)
    return _draw(
        name,
        "history",
        title,
        wording.history_finding(report, history),
        _history_twin(name, history),
        lambda width: charts.history_spec(history, wording.mark(report), width),
    )


def _history_twin(name: str, history: OiHistory) -> Table:
    last_of_day: dict[str, OiPoint] = {formats.day(point.at): point for point in history.points}
    columns = (
        Column("Last of day"),
        Column("OI, coins", is_number=True),
        Column("OI, USD", is_number=True),
        Column("Price", is_number=True),
    )
    withheld = "the total was withheld for lack of coverage"
    rows = [
        (
            Cell(formats.instant(point.at), formats.instant(point.at)),
            _known(point.oi_base, formats.base, withheld),
            _known(point.oi_usd, formats.usd, withheld),
            _known(point.price, formats.price, "no price was observed"),
        )
        for point in last_of_day.values()
    ]
    caption = (
        f"{formats.one_line(history.asset)}: last observation of each day; all are in the JSON"
    )
    return table(f"{name}-data", caption, columns, rows)


def _known(value: float | None, write: Callable[[float], str], reason: str) -> Cell:
    if value is None:
        return Cell(formats.MISSING, None, "missing", reason)
    return Cell(write(value), value)


def _profile(report: Report, profile: Profile, place: int) -> Drawn | Empty:
    title = f"{wording.mark(report)}{formats.one_line(profile.asset)} entry prices (modelled)"
    if not profile.bins:
        return Empty("clusters", title, "the model holds no positions near the mark")
    name = _name("profile", place, profile.asset)
    near = wording.clusters_of(report, profile.asset, "entry")
    return _draw(
        name,
        "clusters",
        title,
        wording.profile_finding(report, profile),
        _profile_twin(name, profile),
        lambda width: charts.profile_spec(profile, near, wording.mark(report), width),
    )


def _profile_twin(name: str, profile: Profile) -> Table:
    columns = (
        Column("Side"),
        Column("From", is_number=True),
        Column("To", is_number=True),
        Column("Size", is_number=True),
    )
    largest = sorted(profile.bins, key=lambda part: (-part.usd, part.price_low, part.side))
    shown = sorted(largest[:_MOST_BINS], key=lambda part: (-part.price_low, part.side))
    rows = [
        (
            words(part.side),
            Cell(formats.price(part.price_low), part.price_low),
            Cell(formats.price(part.price_high), part.price_high),
            Cell(formats.usd(part.usd), part.usd),
        )
        for part in shown
    ]
    caption = f"{formats.one_line(profile.asset)}: largest price bins; all are in the JSON"
    made = table(f"{name}-data", caption, columns, rows)
    return Table(made.id, caption, made.columns, made.rows, omitted=len(largest) - len(shown))


def _map(report: Report, found: LiquidationMap, place: int) -> Drawn | Empty:
    title = f"{wording.mark(report)}{formats.one_line(found.asset)} liquidation levels (modelled)"
    if not found.bins:
        return Empty("liquidations", title, "the model holds no level near the mark")
    near = wording.clusters_of(report, found.asset, "liquidation")
    name = _name("levels", place, found.asset)
    return _draw(
        name,
        "liquidations",
        title,
        wording.map_finding(report, found),
        liquidation_tables.bins(f"{name}-data", found),
        lambda width: map_spec(found, near, wording.mark(report), width),
    )


def _shares(report: Report) -> Drawn | Empty:
    title = f"{wording.mark(report)}Share of futures open interest"
    if not report.venue_shares:
        return Empty("venues", title, "the total is not published")
    columns = (Column("Venue"), Column("OI, USD", is_number=True), Column("Share", is_number=True))
    ranked = sorted(report.venue_shares, key=lambda part: (-part.share, part.venue))
    rows = [
        (
            words(part.venue),
            Cell(formats.usd(part.oi_usd), part.oi_usd),
            Cell(formats.share(part.share), part.share),
        )
        for part in ranked
    ]
    return _draw(
        "shares",
        "venues",
        title,
        wording.shares_finding(report),
        table("shares-data", "Share of each venue", columns, rows),
        lambda width: charts.shares_spec(report.venue_shares, wording.mark(report), width),
    )
