"""What was known when: so that an old map can be made again from the same facts."""

from datetime import datetime

import duckdb

from oirisk.warehouse.sql_files import statement


def note_map(
    connection: duckdb.DuckDBPyConnection, snapshot_at: datetime, known_at: datetime
) -> None:
    """Remember when the map of a snapshot was first made; later ones leave that as it is.

    Args:
        connection: Writer.
        snapshot_at: The snapshot that was mapped.
        known_at: When; facts that are stored count, though another process's clock be ahead.
    """
    connection.execute(
        "insert into ops.first_maps"
        " select $snapshot_at,"
        " greatest($known_at, (select max(recorded_at) from core.open_interest))"
        " where $snapshot_at not in (select snapshot_at from ops.first_maps)",
        {"snapshot_at": snapshot_at, "known_at": known_at},
    )


def map_instants(
    connection: duckdb.DuckDBPyConnection,
    since: datetime,
    until: datetime,
    mapped: datetime | None = None,
) -> list[datetime]:
    """Return the snapshots that get positions and a map, both ends included, oldest first.

    These are the snapshots of runs, those that were mapped before, and the last one: history from
    files or from a backfill has no runs, and what is wanted of it is the state at its end. One
    that is about to be mapped may be named.
    """
    rows = connection.execute(
        "select snapshot_at from ops.runs where flow in ('nightly', 'snapshot')"
        " union select snapshot_at from ops.first_maps"
        " union select max(snapshot_at) from core.open_interest"
        " union select $mapped::timestamptz"
        " order by snapshot_at",
        {"mapped": mapped},
    ).fetchall()
    return [row[0] for row in rows if row[0] is not None and since <= row[0] <= until]


def map_digest(connection: duckdb.DuckDBPyConnection, snapshot_at: datetime) -> int | None:
    """Return a number that changes with what later maps read of the map of a snapshot."""
    found = connection.execute(
        statement("load/map_digest.sql"), {"snapshot_at": snapshot_at}
    ).fetchall()
    digest: int | None = found[0][0]
    return digest


def last_known(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> datetime | None:
    """Return the last snapshot up to an instant that was known by then.

    What a run asks for is recorded soon after the instant that it speaks of, and counts as known
    at it. Where nothing was known by then the home is younger than its history: of what was
    stored later, the last snapshot up to the instant.
    """
    rows = connection.execute(
        "select coalesce(max(snapshot_at) filter ("
        "where recorded_at <= greatest($as_of, snapshot_at + interval 1 hour)), max(snapshot_at))"
        " from core.open_interest where snapshot_at <= $as_of",
        {"as_of": as_of},
    ).fetchall()
    found: datetime | None = rows[0][0]
    return found


def known_then(
    connection: duckdb.DuckDBPyConnection, snapshot_at: datetime, as_of: datetime
) -> datetime | None:
    """Return until when facts were recorded that count for an old map; None: all of them.

    Args:
        connection: Migrated.
        snapshot_at: The snapshot to map.
        as_of: When the map is wanted of.

    Returns:
        ``as_of``, or when the map was first made if that is later: history from files is
        recorded long after the time that it speaks of. None for a snapshot never mapped.
    """
    rows = connection.execute(
        "select known_at from ops.first_maps where snapshot_at = ?", [snapshot_at]
    ).fetchall()
    return max(rows[0][0], as_of) if rows else None


def is_of_a_run(connection: duckdb.DuckDBPyConnection, snapshot_at: datetime) -> bool:
    """Return whether a run asked the exchanges at a snapshot; history from files has no runs."""
    rows = connection.execute(
        "select count(*) from ops.runs where snapshot_at = ? and flow in ('nightly', 'snapshot')",
        [snapshot_at],
    ).fetchall()
    return bool(rows[0][0])
