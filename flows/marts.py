"""Which marts changed facts bear on, and with which settings and models they are built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from oirisk.flows.looks_back import looks_back
from oirisk.flows.settings.model import Settings
from oirisk.schemas.parameters import parameters
from oirisk.warehouse.as_of import is_of_a_run, map_digest, map_instants, note_map
from oirisk.warehouse.build import build, reach_of_facts
from oirisk.warehouse.conventions import CONVENTIONS, build_conventions, nights_due
from oirisk.warehouse.maintain import closed_before
from oirisk.warehouse.marts import (
    AUDIT,
    MAP,
    OBSERVED,
    OPTIONS,
    REPORTS,
    TOTALS,
    build_cftc,
    build_map,
)
from oirisk.warehouse.stale import (
    ANYTHING,
    FIRST,
    LAST,
    MAP_MEMORY,
    MAPS,
    ON_MAPS,
    ON_OBSERVATIONS,
    ON_OPTIONS,
    ON_REPORTS,
    ON_STANDING,
    ON_TOTALS,
    Stale,
    settle,
    stale_facts,
    stored_span,
)
from oirisk.warehouse.standing import judge_standing
from oirisk.warehouse.window import BuildWindow, hull
from oirisk.warehouse.writer import Writer

Ends = tuple[datetime, datetime]
"""First and last snapshot that may be built; none may where the last is before the first."""

_BEFORE_MAP = timedelta(days=3)
"""Beyond the history of the profile, and what is missing: strikes are known for 48 hours, scores
look back 28."""

_EVERYTHING = Stale({ANYTHING: BuildWindow(FIRST, LAST)})


@dataclass(frozen=True)
class Due:
    """Marts that are to be built together.

    Args:
        marts: Which ones.
        window: The snapshots whose rows are made again.
        snapshots: How many are made one by one; None: all of the window are made at once.
        because: What changed, with the time that it speaks of.
    """

    marts: Sequence[str]
    window: BuildWindow
    snapshots: int | None
    because: Mapping[str, BuildWindow]


def marts_due(
    connection: Writer,
    settings: Settings,
    *,
    until: datetime = LAST,
    full: bool = False,
    mapped: datetime | None = None,
) -> list[Due]:
    """Return what ``build_stale`` would build first, by what is noted now; nothing is changed.

    Building may find more: rows that are judged anew are changed facts, and a map that comes out
    different bears on later ones.

    Args:
        connection: May be read-only.
        settings: For the marts.
        until: Snapshots after this are left alone.
        full: Everything, whether facts changed or not.
        mapped: A snapshot whose map is wanted in any case.
    """
    stale = _EVERYTHING if full else stale_facts(connection)
    if mapped is not None:
        stale = stale.and_of(MAPS, BuildWindow(mapped, mapped))
    opened = _opened(connection, settings, until)
    judged = _within(stale.over(ON_STANDING), opened)
    nights = None if judged is None else nights_due(connection, judged.since, opened[0])
    span = _within(_stale_maps(stale, settings), opened)
    maps = [] if span is None else map_instants(connection, span.since, span.until, mapped)
    mapped_facts = ON_MAPS | {MAPS} if maps else frozenset()
    totals = _totals_window(stale, maps, opened, settings)
    found = (
        (CONVENTIONS, nights, ON_STANDING),
        (MAP, _from_first_to_last(maps), ON_MAPS | {MAPS}),
        ((*TOTALS, *AUDIT), totals, ON_TOTALS | mapped_facts),
        (OPTIONS, _options_window(stale, totals, opened), ON_OPTIONS | mapped_facts),
        (REPORTS, stale.over(ON_REPORTS), ON_REPORTS),
        (OBSERVED, stale.over(ON_OBSERVATIONS), ON_OBSERVATIONS),
    )
    return [
        Due(marts, window, len(maps) if marts is MAP else None, stale.of(facts))
        for marts, window, facts in found
        if window is not None
    ]


def build_stale(
    connection: Writer,
    settings: Settings,
    now: datetime,
    *,
    until: datetime = LAST,
    full: bool = False,
) -> BuildWindow | None:
    """Build all marts that changed facts bear on: what every command does that changes any.

    Afterwards the marts are those that a full build would make. What maintenance thinned out, and
    what looks back on that, stays as it was made of all the rows there were. What figures mean is
    measured first: a row that contradicts its rule is in no mart.

    Args:
        connection: Writer, inside a transaction.
        settings: For the marts.
        now: When maps become known that are made for the first time.
        until: Snapshots after this are left alone, and stay to be built.
        full: Everything, whether facts changed or not.

    Returns:
        The snapshots whose totals were built; None when there was nothing to build.
    """
    stale = _EVERYTHING if full else stale_facts(connection)
    opened = _opened(connection, settings, until)
    judged = _within(stale.over(ON_STANDING), opened)
    if judged is not None:
        judge_standing(connection, judged, now)
        build_conventions(connection, judged.since, opened[0], now)
    if not full:
        stale = stale_facts(connection)
    maps = _build_maps(connection, _stale_maps(stale, settings), opened, settings, now)
    window = _totals_window(stale, maps, opened, settings)
    options = _options_window(stale, window, opened)
    if window is not None:
        build_totals(connection, window, settings, options)
    elif options is not None:
        build(connection, OPTIONS, options, values_of(settings))
    reports = stale.over(ON_REPORTS)
    if reports is not None:
        build_cftc(connection, reports)
    observations = stale.over(ON_OBSERVATIONS)
    if observations is not None:
        build(connection, OBSERVED, observations, values_of(settings))
    stored = stored_span(connection)
    if stored is None or until >= stored.until:
        settle(connection)
    return window


def _opened(connection: Writer, settings: Settings, until: datetime) -> Ends:
    """Return the ends of what may be built: of what is stored, what no row was thinned out of."""
    stored = stored_span(connection)
    if stored is None:
        return LAST, FIRST
    closed = closed_before(connection, looks_back(settings)) or FIRST
    return max(stored.since, closed), min(stored.until, until)


def _stale_maps(stale: Stale, settings: Settings) -> BuildWindow | None:
    """Return the time whose maps changed facts bear on by themselves."""
    days = max(settings.clusters.history_days, settings.coverage.lookback_days)
    reach = timedelta(days=days) + _BEFORE_MAP
    found = stale.over(ON_MAPS, reach), stale.over({MAPS})
    return hull([span for span in found if span is not None])


def _build_maps(
    connection: Writer,
    stale: BuildWindow | None,
    opened: Ends,
    settings: Settings,
    now: datetime,
) -> list[datetime]:
    """Build the maps of a time and those that they bear on; return their snapshots.

    A map that comes out as it was bears on no later one.
    """
    built: list[datetime] = []
    if stale is None:
        return built
    until = stale.until
    for instant in map_instants(connection, max(stale.since, opened[0]), opened[1]):
        if instant > until:
            break
        before = map_digest(connection, instant)
        build_positions(
            connection, instant, settings, learns_all=not is_of_a_run(connection, instant)
        )
        note_map(connection, instant, now)
        if map_digest(connection, instant) != before:
            until = max(until, instant + MAP_MEMORY)
        built.append(instant)
    return built


def _totals_window(
    stale: Stale, maps: list[datetime], opened: Ends, settings: Settings
) -> BuildWindow | None:
    """Return the snapshots whose totals changed facts bear on, or whose maps were built."""
    changed = stale.over(ON_TOTALS, reach_of_facts(settings.coverage.lookback_days))
    spans = [span for span in (_from_first_to_last(maps), changed) if span is not None]
    return _within(hull(spans), opened)


def _options_window(stale: Stale, totals: BuildWindow | None, opened: Ends) -> BuildWindow | None:
    """Return the snapshots whose options totals or changed bars bear on."""
    spans = (totals, stale.over(ON_OPTIONS - ON_TOTALS))
    return _within(hull([span for span in spans if span is not None]), opened)


def _from_first_to_last(instants: list[datetime]) -> BuildWindow | None:
    return BuildWindow(instants[0], instants[-1]) if instants else None


def _within(span: BuildWindow | None, opened: Ends) -> BuildWindow | None:
    """Return the part of a span that may be built."""
    if span is None or max(span.since, opened[0]) > min(span.until, opened[1]):
        return None
    return BuildWindow(max(span.since, opened[0]), min(span.until, opened[1]))


def build_positions(
    connection: Writer,
    snapshot_at: datetime,
    settings: Settings,
    *,
    known_at: datetime | None = None,
    learns_all: bool = False,
) -> None:
    """Build the entry profile, the liquidation map, its clusters and stress of one snapshot.

    Args:
        connection: Writer, inside a transaction.
        snapshot_at: The snapshot.
        settings: For the profile and the clusters.
        known_at: Facts recorded later do not count; None: all count.
        learns_all: Whether to learn the leverage of every asset that is due at once, and not
            some of them a night.
    """
    values = values_of(settings)
    if known_at is not None:
        values["known_at"] = known_at
    if learns_all:
        values["calibrations"] = settings.clusters.top_assets
    build_map(connection, snapshot_at, values)


def build_totals(
    connection: Writer,
    window: BuildWindow,
    settings: Settings,
    options: BuildWindow | None = None,
) -> None:
    """Build the marts that sum and compare, options, and audit, for a window of snapshots.

    Args:
        connection: Writer, inside a transaction.
        window: The snapshots.
        settings: For the marts.
        options: Those whose options are built, where these are more.
    """
    for marts, span in ((TOTALS, window), (OPTIONS, options or window), (AUDIT, window)):
        build(connection, marts, span, values_of(settings))


def values_of(settings: Settings) -> dict[str, Any]:
    """Return what models are told, by name."""
    return parameters(settings.clusters, settings.series, settings.coverage)
