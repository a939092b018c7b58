"""``build``."""

from datetime import datetime
from pathlib import Path

from oirisk.flows.cli.as_of import instant
from oirisk.flows.cli.output import print_json, print_line
from oirisk.flows.exchanges.sources import wall_clock
from oirisk.flows.marts import build_positions, build_stale, build_totals
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.transforms.assets import canonical_asset
from oirisk.warehouse.as_of import is_of_a_run, known_then, last_known, note_map
from oirisk.warehouse.home import Home
from oirisk.warehouse.reference_data import load_events, load_supply
from oirisk.warehouse.safety import require_warehouse
from oirisk.warehouse.stale import MAPS, note_stale, why_nothing
from oirisk.warehouse.window import BuildWindow
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
    place = Home(home)
    require_warehouse(place)
    with writing(place, now) as connection:
        if events is not None:
            load_events(connection, events, canonical_asset)
        if supply is not None:
            load_supply(connection, supply, canonical_asset)
        named = last_known(connection, at) if as_of else None
        known_at = known_then(connection, named, at) if named and not full else None
        if named is not None:  # has a map from now on, whether anything changed or not
            note_map(connection, named, now)
            note_stale(connection, MAPS, named, named)
        window = build_stale(connection, settings, now, until=at, full=full)
        if named is not None and known_at is not None:
            _remake(connection, named, known_at, settings)
        reason = "" if window is not None else why_nothing(connection, at, full=full)
    _tell(window, reason, full=full, as_json=as_json)
    return 0


def _remake(
    connection: Writer, snapshot_at: datetime, known_at: datetime, settings: Settings
) -> None:
    """Make a map from what was known at an instant; the next build makes it of all facts again."""
    build_positions(
        connection,
        snapshot_at,
        settings,
        known_at=known_at,
        learns_all=not is_of_a_run(connection, snapshot_at),
    )
    build_totals(connection, BuildWindow(snapshot_at, snapshot_at), settings)
    note_stale(connection, MAPS, snapshot_at, snapshot_at)


def _tell(window: BuildWindow | None, reason: str, *, full: bool, as_json: bool) -> None:
    """Print what was built, or why nothing was."""
    if as_json:
        span = None if window is None else {"since": window.since, "until": window.until}
        print_json({"window": span, "full": full, "reason": reason or None})
    elif window is None:
        print_line(f"nothing was built: {reason}")
    else:
        print_line(f"marts built from {window.since.isoformat()} to {window.until.isoformat()}")
