"""Measure what the figures mean, and mark rows whose rule that contradicts."""

from datetime import datetime, timedelta

import duckdb

from oirisk.warehouse.build import build
from oirisk.warehouse.registry import marts_of
from oirisk.warehouse.restate import put_in_place
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.stale import note_stale_rows
from oirisk.warehouse.window import BuildWindow, midnight

_DAY = timedelta(days=1)
_NIGHTS = "marts.convention_nights"

CONVENTIONS = marts_of("conventions")
"""What figures are measured to mean, night by night, and what contradicts their rule."""


def build_conventions(
    connection: duckdb.DuckDBPyConnection,
    since: datetime,
    opened: datetime,
    recorded_at: datetime,
) -> None:
    """Measure the nights from a change on, judge all nights, and mark or clear rows.

    Marked rows are suspect, and restated like any other correction: old rows are kept.

    Args:
        connection: Writer, inside a transaction.
        since: First instant whose facts changed.
        opened: Nights before this stay as they were measured: rows of them were thinned out.
        recorded_at: When marks become known.
    """
    window = nights_due(connection, since, opened)
    if window is None:
        return
    build(connection, CONVENTIONS, window, {})
    _mark(connection, recorded_at)


def nights_due(
    connection: duckdb.DuckDBPyConnection, since: datetime, opened: datetime
) -> BuildWindow | None:
    """Return the days to measure after a change, whole ones; None if all are measured."""
    stored = connection.execute(
        "select min(snapshot_at), max(snapshot_at) from core.open_interest"
        " where superseded_at is null"
    ).fetchall()[0]
    measured = connection.execute(
        f"select min(snapshot_at), max(snapshot_at) from {_NIGHTS}"  # noqa: S608 -- our own name
    ).fetchall()[0]
    if stored[0] is None:
        return None
    first, last = (midnight(instant) for instant in stored)
    starts = [midnight(since)]
    if measured[0] is None or first < midnight(measured[0]):
        starts.append(first)
    elif last > midnight(measured[1]):
        starts.append(midnight(measured[1]) + _DAY)
    start = max(min(starts), opened)
    return (
        None if start > last else BuildWindow(midnight(start), last + _DAY - timedelta.resolution)
    )


def _mark(connection: duckdb.DuckDBPyConnection, recorded_at: datetime) -> None:
    """Mark rows that verdicts contradict, and clear those that none does any more."""
    named = {"recorded_at": recorded_at}
    connection.execute(statement("load/contradicted_find.sql"))
    connection.execute(statement("load/contradicted_mark.sql"), named)
    connection.execute(statement("load/contradicted_restate.sql"), named)
    put_in_place(connection, recorded_at)
    note_stale_rows(connection, "core.open_interest", "snapshot_at", recorded_at)
    for name in ("contradicted_rows", "restated_history"):
        connection.execute(f"drop table temp.{name}")
