"""What a build by command covers, and the files a user adds to it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from oirisk.schemas.errors import RecordingError
from oirisk.warehouse.build import BuildWindow, affected_window, changed_facts_since
from oirisk.warehouse.findings import first_line
from oirisk.warehouse.knowledge import last_known
from oirisk.warehouse.maintain import thinned_before
from oirisk.warehouse.sql_files import statement

_COLUMNS = {
    "events": ("event_at", "asset", "event_type"),
    "supply": ("as_of", "asset", "circulating_base", "exchange_reserve_base"),
}


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
    first, last = rows[0]
    if first is None:
        return None
    first = max(first, thinned_before(connection) or first)
    if first > last:
        return None
    built = connection.execute("select max(as_of) from ops.builds").fetchall()[0][0]
    if full or built is None:
        return BuildWindow(first, last)
    changed = affected_window(connection, built, lookback_days)
    if changed is None or changed.since > last:
        return None
    return BuildWindow(max(changed.since, first), max(min(changed.until, last), first))


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


def load_events(connection: duckdb.DuckDBPyConnection, file: Path) -> int:
    """Replace the calendar by a CSV of ``event_at, asset, event_type``; asset ALL: the market.

    Returns:
        Events stored.

    Raises:
        RecordingError: The file cannot be read, lacks a column, or holds a row that is none.
    """
    return _replace(connection, "events", file)


def load_supply(connection: duckdb.DuckDBPyConnection, file: Path) -> int:
    """Replace supplies by a CSV of ``as_of, asset, circulating_base, exchange_reserve_base``.

    Returns:
        Rows stored.

    Raises:
        RecordingError: The file cannot be read, lacks a column, or holds a row that is none.
    """
    return _replace(connection, "supply", file)


def _require_columns(file: Path, table: str, seen: Sequence[str]) -> None:
    if missing := [name for name in _COLUMNS[table] if name not in seen]:
        raise RecordingError(
            f"{file} lacks {', '.join(missing)}: {table} have the columns "
            f"{', '.join(_COLUMNS[table])}; seen: {', '.join(seen)}"
        )


def _replace(connection: duckdb.DuckDBPyConnection, table: str, file: Path) -> int:
    if not file.is_file():
        raise RecordingError(f"{file} does not exist")
    try:
        with duckdb.connect() as outside:
            given = outside.sql(
                "select * from read_csv($file, all_varchar = true, header = true)",
                params={"file": str(file)},
            ).to_arrow_table()
        _require_columns(file, table, given.column_names)
        connection.register("given_rows", given)
        query = statement(f"load/read_{table}.sql")
        connection.execute(f"create or replace temp table read_rows as\n{query}")
    except duckdb.Error as error:
        raise RecordingError(f"{file} is no table of {table}: {first_line(error)}") from error
    connection.unregister("given_rows")
    connection.execute(f"delete from core.{table}")  # noqa: S608 -- names of our own
    connection.execute(f"insert into core.{table} select * from temp.read_rows")  # noqa: S608
    rows = connection.execute("select count(*) from temp.read_rows").fetchall()
    connection.execute("drop table temp.read_rows")
    return int(rows[0][0])
