"""The life of a run, ``ops.runs``: opened before the first request, closed with what came of it.

A run is named by what it is asked (flow, source, instant) and by how many were asked the same
before. While its process lives it holds a lock file; a run on record as running whose lock is free
was killed.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import duckdb

from oirisk.warehouse.archive import Fetched, RunLabel
from oirisk.warehouse.files import alone
from oirisk.warehouse.home import Home
from oirisk.warehouse.sql_files import statement


@dataclass(frozen=True)
class OpenRun:
    """A run on record as running."""

    label: RunLabel
    started_at: datetime


@contextmanager
def alive(home: Home, run_id: str) -> Iterator[None]:
    """Hold the lock of a run while the block runs; nobody takes it for killed."""
    lock = home.run_lock(run_id)
    with alone(lock):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def is_alive(home: Home, run_id: str) -> bool:
    """Return whether the process of a run still lives."""
    lock = home.run_lock(run_id)
    if not lock.exists():
        return False
    with alone(lock) as is_free:
        return not is_free


def open_runs(connection: duckdb.DuckDBPyConnection) -> list[OpenRun]:
    """Return the runs on record as running, the oldest first."""
    rows = connection.execute(statement("ops/runs_unfinished.sql")).fetchall()
    return [
        OpenRun(
            RunLabel(run_id, flow, at.astimezone(UTC), source, is_simulated),
            started_at.astimezone(UTC),
        )
        for run_id, flow, at, source, is_simulated, started_at in rows
    ]


def next_run_id(connection: duckdb.DuckDBPyConnection, label: RunLabel) -> str:
    """Name a new run after its instant, what it is asked and how many were asked the same."""
    before = connection.execute(statement("ops/runs_before.sql"), _asked(label)).fetchall()[0][0]
    at = label.snapshot_at.astimezone(UTC)
    text = f"{label.flow} {label.source} {at.isoformat()} {before}"
    return f"{at:%Y%m%dT%H%M%SZ}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def run_of_content(
    connection: duckdb.DuckDBPyConnection, label: RunLabel, fetched: Sequence[Fetched]
) -> str | None:
    """Return the run that was asked the same of the same instant and got the same answers."""
    contents = [f"{one.venue} {one.content_sha256}" for one in fetched]
    asked = {**_asked(label), "contents": contents}
    found = connection.execute(statement("ops/runs_of_content.sql"), asked).fetchall()
    return found[0][0] if found else None


def _asked(label: RunLabel) -> dict[str, object]:
    return {"flow": label.flow, "source": label.source, "snapshot_at": label.snapshot_at}


def begin_run(
    connection: duckdb.DuckDBPyConnection, label: RunLabel, started_at: datetime, version: str
) -> None:
    """Put a run on record as running."""
    begun = {**asdict(label), "started_at": started_at, "version": version}
    connection.execute(statement("ops/run_begin.sql"), begun)


def abandon_run(
    connection: duckdb.DuckDBPyConnection, run_id: str, ended_at: datetime, reason: str
) -> None:
    """Close a run that was killed before anything came of it."""
    closed = {"run_id": run_id, "ended_at": ended_at, "reason": reason}
    connection.execute(statement("ops/run_abandon.sql"), closed)


def forget_run(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Take a run off the record that turned out to repeat another."""
    connection.execute(statement("ops/run_forget.sql"), {"run_id": run_id})
