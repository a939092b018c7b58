"""What a build by command covers."""

from datetime import datetime

import duckdb

from oirisk.warehouse.build import BuildWindow, affected_window, changed_facts_since
from oirisk.warehouse.knowledge import last_known
from oirisk.warehouse.maintain import thinned_before


def window_to_build(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, lookback_days: float, *, full: bool
) -> BuildWindow | None:
    """Find what to build: what changed since the last build by command, or everything.

    Args:
        connection: Migrated, with the facts in it.
        as_of: Snapshots after this are left alone.
        lookback_days: How long the last good figure of an instrument counts.
        full: Everything up to ``as_of``, whatever was built before.

    Returns:
        The window, or None when there is nothing to build. What maintenance thinned out is not
        built again: its marts were made of all the rows there were.
    """
    rows = connection.execute(
        "select min(snapshot_at), max(snapshot_at) from core.open_interest where snapshot_at <= ?",
        [as_of],
    ).fetchall()
    stored = None if rows[0][0] is None else unthinned(connection, BuildWindow(*rows[0]))
    if stored is None:
        return None
    first, last = stored.since, stored.until
    built = connection.execute("select max(as_of) from ops.builds").fetchall()[0][0]
    if full or built is None:
        return stored
    changed = affected_window(connection, built, lookback_days)
    if changed is None or changed.since > last:
        return None
    return BuildWindow(max(changed.since, first), max(min(changed.until, last), first))


def facts_to_judge(connection: duckdb.DuckDBPyConnection, *, full: bool) -> datetime | None:
    """Return the first instant whose facts changed since the last build by command, or the first.

    Args:
        connection: Migrated, with the facts in it.
        full: Everything, whatever was built before.
    """
    built = connection.execute("select max(as_of) from ops.builds").fetchall()[0][0]
    if not full and built is not None:
        return changed_facts_since(connection, built)
    (first,) = connection.execute("select min(snapshot_at) from core.open_interest").fetchall()[0]
    return first  # type: ignore[no-any-return]


def unthinned(connection: duckdb.DuckDBPyConnection, window: BuildWindow) -> BuildWindow | None:
    """Return the part of a window of which every row is still there; None without one."""
    since = max(window.since, thinned_before(connection) or window.since)
    return None if since > window.until else BuildWindow(since, window.until)


def why_nothing(connection: duckdb.DuckDBPyConnection, as_of: datetime, *, full: bool) -> str:
    """Say why ``window_to_build`` found nothing to build."""
    (first,) = connection.execute("select min(snapshot_at) from core.open_interest").fetchall()[0]
    if first is None:
        return "no facts are stored"
    if first > as_of:
        return (
            f"no facts are stored up to {as_of.isoformat()}, the first are of {first.isoformat()}"
        )
    if full:
        return "what is stored up to then was thinned out by `maintain`; its marts stay as they are"
    return "no fact changed since the last build; --full builds everything, as new settings need"


def positions_to_build(
    connection: duckdb.DuckDBPyConnection,
    window: BuildWindow,
    as_of: datetime,
    *,
    full: bool,
    asked: bool = False,
) -> list[datetime]:
    """Return the snapshots whose profile, map and clusters a build makes again, oldest first.

    Args:
        connection: Migrated, with the facts in it.
        window: What ``window_to_build`` said.
        as_of: Snapshots after this are left alone.
        full: Everything in the window, whatever was built before.
        asked: Whether ``as_of`` was asked for by name: its snapshot is made in any case.
    """
    named = last_known(connection, as_of) if asked else None
    wanted = [] if named is None else [named]
    built = connection.execute("select max(as_of) from ops.builds").fetchall()[0][0]
    if full or built is None:
        return sorted({*wanted, *stored_instants(connection, window)})
    since = changed_facts_since(connection, built)
    if since is None or since > as_of:
        return wanted
    return sorted({*wanted, *stored_instants(connection, BuildWindow(since, as_of))})


def record_build(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, window: BuildWindow, *, full: bool
) -> None:
    """Note a build, so that the next one need only do what changed since; a repeat adds nothing."""
    connection.execute(
        "delete from ops.builds where as_of = ? and since = ? and until = ?",
        [as_of, window.since, window.until],
    )
    connection.execute(
        "insert into ops.builds values (?, ?, ?, ?)", [as_of, window.since, window.until, full]
    )


def stored_instants(connection: duckdb.DuckDBPyConnection, window: BuildWindow) -> list[datetime]:
    """Return the snapshots that get positions and a map, oldest first.

    These are the snapshots of runs in the window, and its last: history from files or from a
    backfill has no runs, and what is wanted of it is the state at its end.
    """
    rows = connection.execute(
        "select snapshot_at from ops.runs"
        " where snapshot_at between $since and $until and flow in ('nightly', 'snapshot')"
        " union select max(snapshot_at) from core.open_interest where snapshot_at <= $until"
        " order by snapshot_at",
        {"since": window.since, "until": window.until},
    ).fetchall()
    return [row[0] for row in rows]


def last_instant(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> BuildWindow | None:
    """Return the window that is the last snapshot up to an instant; None when there is none."""
    rows = connection.execute(
        "select max(snapshot_at) from core.open_interest where snapshot_at <= ?", [as_of]
    ).fetchall()
    return None if rows[0][0] is None else BuildWindow(rows[0][0], rows[0][0])
