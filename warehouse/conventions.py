"""Measure what the figures mean, and mark rows whose rule that contradicts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb
import polars as pl

from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.stale import note_stale_rows
from oirisk.warehouse.steps import build_step

STEPS = (
    "int_convention_nights",
    "int_convention_terms",
    "int_convention_figures",
    "int_convention_pairs",
)
_BEFORE = timedelta(days=21)
"""A night looks back 10 days, at nights that look back as far to tell a change of unit."""

_DAY = timedelta(days=1)
_SLICE = timedelta(days=60)
"""So many days are measured at once; bounds memory, changes no figure."""

_NIGHTS = "marts.convention_nights"
_VERDICTS = "marts.conventions"


@dataclass(frozen=True)
class ConventionModels:
    """The statistics, which are not SQL.

    Args:
        measure: Figures and pairs to one row per line and night from an instant on.
        judge: Nights of whole lines to verdicts.
    """

    measure: Callable[[pl.DataFrame, pl.DataFrame, datetime], pl.DataFrame]
    judge: Callable[[pl.DataFrame], pl.DataFrame]


def build_conventions(
    connection: duckdb.DuckDBPyConnection,
    since: datetime,
    opened: datetime,
    models: ConventionModels,
    recorded_at: datetime,
) -> None:
    """Measure the nights from a change on, judge all nights, and mark or clear rows.

    Marked rows are suspect, and restated like any other correction: old rows are kept.

    Args:
        connection: Writer, inside a transaction.
        since: First instant whose facts changed.
        opened: Nights before this stay as they were measured: rows of them were thinned out.
        models: The statistics.
        recorded_at: When marks become known.
    """
    window = _window(connection, since, opened)
    if window is None:
        return
    for start, after in _slices(*window):
        _measure(connection, start, after, models)
    verdicts = models.judge(connection.execute(f"select * from {_NIGHTS}").pl())  # noqa: S608
    connection.execute(f"delete from {_VERDICTS}")  # noqa: S608
    _append(connection, _VERDICTS, verdicts)
    _mark(connection, recorded_at)


def _window(
    connection: duckdb.DuckDBPyConnection, since: datetime, opened: datetime
) -> tuple[datetime, datetime] | None:
    """Return the days to measure, the end exclusive; None if all are measured."""
    stored = connection.execute(
        "select min(snapshot_at), max(snapshot_at) from core.open_interest"
        " where superseded_at is null"
    ).fetchall()[0]
    measured = connection.execute(
        f"select min(snapshot_at), max(snapshot_at) from {_NIGHTS}"  # noqa: S608 -- our own name
    ).fetchall()[0]
    if stored[0] is None:
        return None
    first, last = (_midnight(instant) for instant in stored)
    starts = [_midnight(since)]
    if measured[0] is None or first < _midnight(measured[0]):
        starts.append(first)
    elif last > _midnight(measured[1]):
        starts.append(_midnight(measured[1]) + _DAY)
    start = max(min(starts), opened)
    return None if start > last else (_midnight(start), last + _DAY)


def _midnight(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _slices(start: datetime, after: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < after:
        end = min(start + _SLICE, after)
        yield start, end
        start = end


def _measure(
    connection: duckdb.DuckDBPyConnection,
    start: datetime,
    after: datetime,
    models: ConventionModels,
) -> None:
    """Replace the nights of some days."""
    values = {"earliest": start - _BEFORE, "after": after}
    for name in STEPS:
        build_step(connection, name, values)
    figures = connection.execute("select * from int_convention_figures").pl()
    pairs = connection.execute("select * from int_convention_pairs").pl()
    nights = models.measure(figures, pairs, start)
    connection.execute(
        f"delete from {_NIGHTS} where snapshot_at >= $start and snapshot_at < $after",  # noqa: S608
        {"start": start, "after": after},
    )
    _append(connection, _NIGHTS, nights)
    for name in STEPS:
        connection.execute(f"drop table temp.{name}")


def _mark(connection: duckdb.DuckDBPyConnection, recorded_at: datetime) -> None:
    """Mark rows that verdicts contradict, and clear those that none does any more."""
    named = {"recorded_at": recorded_at}
    connection.execute(statement("load/contradicted_find.sql"))
    connection.execute(statement("load/contradicted_mark.sql"), named)
    connection.execute(statement("load/contradicted_restate.sql"), named)
    connection.execute(statement("load/restate_history_close.sql"), named)
    connection.execute("insert into core.open_interest by name from temp.restated_history")
    note_stale_rows(connection, "core.open_interest", "snapshot_at", recorded_at)
    for name in ("contradicted_rows", "restated_history"):
        connection.execute(f"drop table temp.{name}")


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    connection.register("convention_rows", rows.to_arrow())
    try:
        connection.execute(
            f"insert into {table} by name select * from convention_rows order by all"  # noqa: S608
        )
    finally:
        connection.unregister("convention_rows")
