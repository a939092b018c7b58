"""Which marts a change bears on, and with which settings and models they are built."""

from collections.abc import Sequence
from datetime import UTC, datetime

from oirisk.flows.settings import Settings
from oirisk.transforms.calibrate import calibrate
from oirisk.transforms.coupled import coupled_grid
from oirisk.transforms.forced_closes import opened_beside_forced
from oirisk.transforms.leverage_observed import observed_weights
from oirisk.transforms.stress import stress_grid
from oirisk.warehouse.audit import build_audit
from oirisk.warehouse.build import (
    BuildWindow,
    CoverageParameters,
    affected_window,
    build_marts,
    changed_facts_since,
    reach_of_facts,
)
from oirisk.warehouse.clusters import build_clusters
from oirisk.warehouse.knowledge import note_map
from oirisk.warehouse.liquidation import Models
from oirisk.warehouse.load import last_snapshot
from oirisk.warehouse.observed import build_observed
from oirisk.warehouse.rebuild import stored_instants, unthinned
from oirisk.warehouse.writer import Writer

_FAR = datetime(9999, 1, 1, tzinfo=UTC)

MODELS = Models(
    opens=opened_beside_forced, calibrate=calibrate, stress=stress_grid, coupled=coupled_grid
)
"""What the liquidation map asks of models that are not SQL."""


def build_from(
    connection: Writer,
    instants: Sequence[datetime],
    settings: Settings,
    changed_since: datetime,
) -> None:
    """Build the marts of snapshots, and of all others that what was stored bears on.

    Positions come first: the imbalance reads the liquidation map. Totals of what maintenance
    thinned out stay as they were made of all the rows there were.

    Args:
        connection: Writer, inside a transaction.
        instants: Snapshots that are built in any case, oldest first.
        settings: For the marts.
        changed_since: Facts recorded or superseded at or after this count as just stored.
    """
    facts_since = changed_facts_since(connection, changed_since)
    later = stored_instants(connection, BuildWindow(facts_since, _FAR)) if facts_since else []
    for instant in sorted({*instants, *later}):
        build_positions(connection, instant, settings)
        note_map(connection, instant, changed_since)
    asked = BuildWindow(instants[0], last_affected(connection, instants[-1], settings))
    changed = affected_window(connection, changed_since, settings.coverage.lookback_days) or asked
    window = unthinned(
        connection,
        BuildWindow(min(asked.since, changed.since), max(asked.until, changed.until)),
    )
    if window is not None:
        build_totals(connection, window, settings)


def last_affected(connection: Writer, snapshot_at: datetime, settings: Settings) -> datetime:
    """Return the newest stored snapshot whose figures may rest on those of this one."""
    reach = reach_of_facts(settings.coverage.lookback_days)
    return last_snapshot(connection, snapshot_at, snapshot_at + reach)


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
        **({} if known_at is None else {"known_at": known_at}),
        **({"calibrations": settings.clusters.top_assets} if learns_all else {}),
    }
    build_clusters(connection, snapshot_at, parameters, MODELS)


def build_totals(
    connection: Writer, window: BuildWindow, settings: Settings, *, with_series: bool = True
) -> None:
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
        with_series=with_series,
    )
    if with_series:
        build_audit(connection, window, settings.coverage.max_age_minutes)
    build_observations(connection, window, settings)


def build_observations(connection: Writer, window: BuildWindow, settings: Settings) -> None:
    """Build what is made of observed positions, for a window of observations."""
    parameters = {
        "bin_pct": settings.clusters.bin_pct,
        "max_age_minutes": settings.coverage.max_age_minutes,
    }
    build_observed(connection, window, parameters, observed_weights)
