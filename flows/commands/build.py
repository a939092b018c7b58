"""``build``."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from oirisk.flows.commands.as_of import instant
from oirisk.flows.commands.output import print_json, print_line
from oirisk.flows.marts import build_positions, build_totals, judge_conventions
from oirisk.flows.settings import Settings, load_settings
from oirisk.flows.sources import wall_clock
from oirisk.transforms.assets import canonical_asset
from oirisk.warehouse.build import BuildWindow
from oirisk.warehouse.given import load_events, load_supply
from oirisk.warehouse.home import Home
from oirisk.warehouse.knowledge import is_of_a_run, known_then, note_map
from oirisk.warehouse.rebuild import (
    facts_to_judge,
    last_instant,
    positions_to_build,
    record_build,
    why_nothing,
    window_to_build,
)
from oirisk.warehouse.writer import Writer, writing


def build(
    home: Path,
    as_of: str,
    events: Path | None,
    supply: Path | None,
    *,
    full: bool,
    as_json: bool,
) -> int:
    """Make the marts again from the facts, and publish them.

    Args:
        home: The home folder.
        as_of: Build up to this instant, ISO 8601; empty: now.
        events: Calendar of events to store first, CSV; None: keep what is stored.
        supply: Supplies to store first, CSV; None: keep what is stored.
        full: Everything, not only what changed since the last build.
        as_json: Print one JSON document.

    Returns:
        0.

    Raises:
        HomeError: There is no warehouse, or another process has it open.
    """
    now = wall_clock()
    at = instant(as_of) or now
    settings = load_settings(home)
    is_full = full or events is not None or supply is not None
    place = Home(home)
    place.require_warehouse()
    with writing(place, now) as connection:
        if events is not None:
            load_events(connection, events, canonical_asset)
        if supply is not None:
            load_supply(connection, supply, canonical_asset)
        if not as_of:  # what was known at an instant is no reason to judge figures anew
            judge_conventions(connection, facts_to_judge(connection, full=is_full), now)
        window = window_to_build(connection, at, settings.coverage.lookback_days, full=is_full)
        if window is None and as_of:
            # asked for by name: its map may not have been built when its totals were
            window = last_instant(connection, at)
        if window is not None:
            snapshots = positions_to_build(connection, window, at, full=is_full, asked=bool(as_of))
            # asked for by name, a map is made from what was known then; --full, from all there is
            _make_maps(connection, snapshots, settings, now, at if as_of and not full else None)
            build_totals(connection, window, settings)
            record_build(connection, min(at, now), window, full=is_full)
        reason = "" if window is not None else why_nothing(connection, at, full=is_full)
    _tell(window, reason, full=is_full, as_json=as_json)
    return 0


def _make_maps(
    connection: Writer,
    snapshots: Sequence[datetime],
    settings: Settings,
    now: datetime,
    as_of: datetime | None,
) -> None:
    """Make profile, map and clusters of snapshots, from what was known at an instant or from all.

    Where no run learns the leverage of some assets a night, that of all is learned at once.
    """
    for snapshot_at in snapshots:
        build_positions(
            connection,
            snapshot_at,
            settings,
            known_at=known_then(connection, snapshot_at, as_of) if as_of else None,
            learns_all=not is_of_a_run(connection, snapshot_at),
        )
        note_map(connection, snapshot_at, now)


def _tell(window: BuildWindow | None, reason: str, *, full: bool, as_json: bool) -> None:
    """Print what was built, or why nothing was."""
    if as_json:
        span = None if window is None else {"since": window.since, "until": window.until}
        print_json({"window": span, "full": full, "reason": reason or None})
    elif window is None:
        print_line(f"nothing was built: {reason}")
    else:
        print_line(f"marts built from {window.since.isoformat()} to {window.until.isoformat()}")
