"""Which marts changed facts bear on, and with which settings and models they are built."""

from datetime import datetime, timedelta

from oirisk.flows.looks_back import looks_back
from oirisk.flows.settings import Settings
from oirisk.transforms.conventions.contradictions import judge
from oirisk.transforms.conventions.nights import measure
from oirisk.transforms.models.calibrate import calibrate
from oirisk.transforms.models.coupled import coupled_grid
from oirisk.transforms.models.forced_closes import opened_beside_forced
from oirisk.transforms.models.leverage_observed import observed_weights
from oirisk.transforms.models.stress import stress_grid
from oirisk.warehouse.as_of import is_of_a_run, map_digest, map_instants, note_map
from oirisk.warehouse.audit import build_audit
from oirisk.warehouse.build import (
    BuildWindow,
    CoverageParameters,
    build_marts,
    reach_of_facts,
)
from oirisk.warehouse.cftc import build_cftc
from oirisk.warehouse.clusters import build_clusters
from oirisk.warehouse.conventions import ConventionModels, build_conventions
from oirisk.warehouse.liquidation import Models
from oirisk.warehouse.maintain import closed_before
from oirisk.warehouse.observed import build_observed
from oirisk.warehouse.stale import (
    ANYTHING,
    FIRST,
    LAST,
    MAP_MEMORY,
    MAPS,
    ON_MAPS,
    ON_OBSERVATIONS,
    ON_REPORTS,
    ON_STANDING,
    ON_TOTALS,
    Stale,
    hull,
    settle,
    stale_facts,
    stored_span,
)
from oirisk.warehouse.standing import judge_standing
from oirisk.warehouse.writer import Writer

MODELS = Models(
    opens=opened_beside_forced, calibrate=calibrate, stress=stress_grid, coupled=coupled_grid
)
"""What the liquidation map asks of models that are not SQL."""

CONVENTIONS = ConventionModels(measure=measure, judge=judge)
"""How the meaning of figures is measured."""

Ends = tuple[datetime, datetime]
"""First and last snapshot that may be built; none may where the last is before the first."""

_BEFORE_MAP = timedelta(days=3)
"""Beyond the history of the profile, and what is missing: strikes are known for 48 hours, scores
look back 28."""

_EVERYTHING = Stale({ANYTHING: BuildWindow(FIRST, LAST)})


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
    stored = stored_span(connection)
    window = None
    if stored is not None:
        opened = max(stored.since, _closed(connection, settings)), min(stored.until, until)
        judged = _within(stale.over(ON_STANDING), opened)
        if judged is not None:
            judge_standing(connection, judged, now)
            build_conventions(connection, judged.since, opened[0], CONVENTIONS, now)
        if not full:
            stale = stale_facts(connection)
        maps = _build_maps(connection, _stale_maps(stale, settings), opened, settings, now)
        window = _totals_window(stale, maps, opened, settings)
    if window is not None:
        build_totals(connection, window, settings)
    reports = stale.over(ON_REPORTS)
    if reports is not None:
        build_cftc(connection, reports)
    observations = stale.over(ON_OBSERVATIONS)
    if observations is not None:
        build_observations(connection, observations, settings)
    if stored is None or until >= stored.until:
        settle(connection)
    return window


def _closed(connection: Writer, settings: Settings) -> datetime:
    """Return up to when marts are closed: rows that they look back on were thinned out."""
    return closed_before(connection, looks_back(settings)) or FIRST


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
    spans = [BuildWindow(maps[0], maps[-1])] if maps else []
    return _within(hull([*spans, *([] if changed is None else [changed])]), opened)


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
    parameters = {
        **settings.clusters.model_dump(),
        "max_age_minutes": settings.coverage.max_age_minutes,
        "lookback_days": settings.coverage.lookback_days,
        **({} if known_at is None else {"known_at": known_at}),
        **({"calibrations": settings.clusters.top_assets} if learns_all else {}),
    }
    build_clusters(connection, snapshot_at, parameters, MODELS)


def build_totals(connection: Writer, window: BuildWindow, settings: Settings) -> None:
    """Build the marts that sum and compare, and audit, for a window of snapshots."""
    build_marts(
        connection,
        window,
        CoverageParameters(
            minimum=settings.coverage.minimum,
            max_age_minutes=settings.coverage.max_age_minutes,
            lookback_days=settings.coverage.lookback_days,
        ),
        settings.series.parameters(),
    )
    build_audit(connection, window, settings.coverage.max_age_minutes)


def build_observations(connection: Writer, window: BuildWindow, settings: Settings) -> None:
    """Build what is made of observed positions, for a window of observations."""
    parameters = {
        "bin_pct": settings.clusters.bin_pct,
        "max_age_minutes": settings.coverage.max_age_minutes,
    }
    build_observed(connection, window, parameters, observed_weights)
