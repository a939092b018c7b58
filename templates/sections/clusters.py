"""Concentrations of positions on the price axis, and the entry-price profiles behind them."""

from collections.abc import Iterator
from dataclasses import replace

from oirisk.schemas.report.briefing import ClusterRow, Profile, ProfileBin, Report
from oirisk.templates import charts, figures, formats, wording
from oirisk.templates.blocks import Gallery, Section, Sql, TableOf
from oirisk.templates.figures import Drawn, Empty
from oirisk.templates.formats import readable
from oirisk.templates.tables import Cell, Column, Table, measure, number, table, word

_MOST_BINS = 40

_COLUMNS: tuple[Column[ClusterRow], ...] = (
    word("Asset", "asset"),
    word("Side", lambda row: readable(row.side)),
    word("Kind", lambda row: readable(row.kind), without="text phone"),
    number("Price range", lambda row: Cell(wording.price_range(row), row.price_low)),
    measure("Peak", "price", "price_peak", without="mail text"),
    measure("Distance", "pct", "distance_pct"),
    measure("Size", "usd", "usd"),
    number("Band", wording.band),
    measure("Share", "share", "share", without="text phone"),
    number("Venue HHI", "venues_hhi", without="mail text"),
    number("Age", "age_hours", without="mail text"),
    word("Status", lambda row: readable(row.status), without="text phone"),
)
_BIN_COLUMNS: tuple[Column[ProfileBin], ...] = (
    word("Side", "side"),
    measure("From", "price", "price_low"),
    measure("To", "price", "price_high"),
    measure("Size", "usd", "usd"),
)


def _charts(report: Report) -> Iterator[Drawn | Empty]:
    if not report.profiles:
        reason = "no asset has enough history for an entry-price profile yet"
        yield Empty("clusters", "Entry-price profile", reason)
    for place, profile in enumerate(report.profiles, start=1):
        yield _chart(report, profile, place)


def _chart(report: Report, profile: Profile, place: int) -> Drawn | Empty:
    mark = wording.mark(report)
    title = f"{mark}{formats.one_line(profile.asset)} entry prices (modelled)"
    if not profile.bins:
        return Empty("clusters", title, "the model holds no positions near the mark")
    near = wording.clusters_of(report, profile.asset, "entry")
    return figures.draw(
        "clusters",
        title,
        wording.profile_finding(report, profile),
        _twin(figures.name("profile", place, profile.asset), profile),
        lambda width: charts.profile_spec(profile, near, mark, width),
    )


def _twin(name: str, profile: Profile) -> Table:
    largest = sorted(profile.bins, key=lambda part: (-part.usd, part.price_low, part.side))
    shown = sorted(largest[:_MOST_BINS], key=lambda part: (-part.price_low, part.side))
    caption = f"{formats.one_line(profile.asset)}: largest price bins; all are in the JSON"
    made = table(f"{name}-data", caption, _BIN_COLUMNS, shown)
    return replace(made, omitted=len(largest) - len(shown))


SECTION = Section(
    id="clusters",
    place=60,
    nav="Concentrations",
    title="Concentrations nearest to the price",
    titles={"text": "Concentrations nearest to the price (modelled, except option strikes)"},
    blocks=(
        TableOf(
            "clusters",
            "Concentrations on the price axis, nearest to the mark first (modelled, except "
            "strikes)",
            _COLUMNS,
            lambda report: report.clusters[: report.clusters_shown],
            empty=wording.no_clusters,
            omitted=lambda report: max(0, len(report.clusters) - report.clusters_shown),
            kept_in="marts.clusters",
        ),
        Gallery("clusters", media="page mail"),
        Sql({"clusters": ("clusters",), "profiles": ("profile",)}),
    ),
    charts=_charts,
)
