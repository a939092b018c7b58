"""Write imports: straight into the facts where nothing can clash, else through a scratch file.

The straight path streams Arrow batches into one INSERT. It is taken back when a key turns out
to be there twice or already; then the rows go to a scratch database, and from there in slices of
time, each cleaned of repeats, restated and added.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from oirisk.schemas.errors import OiRiskError
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import load_rows
from oirisk.warehouse.market_facts import Loaded
from oirisk.warehouse.paths import quoted
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.stale import note_stale_rows
from oirisk.warehouse.writer import Writer, transaction

SLICE_ROWS = 2_000_000
STATEMENT_ROWS = 10_000_000


@dataclass(frozen=True)
class ImportKey:
    """What marks the rows of one import."""

    run_id: str
    recorded_at: datetime


Rows = Callable[[pl.DataFrame], pl.DataFrame]
"""What accepted rows are in a table that they go to."""


@dataclass
class Totalled:
    """What an import changed.

    Args:
        inserted: Rows that are new or restate others.
        superseded: Rows of earlier runs that were restated.
        repeated: Rows refused because they repeat another to the letter.
        contradictory: Rows refused because another of their key says something else.
    """

    inserted: int = 0
    superseded: int = 0
    repeated: int = 0
    contradictory: int = 0


class Stream:
    """A stream of frames that DuckDB reads in pieces, which remembers why it broke.

    DuckDB keeps part of what it has read until a statement ends, so a long stream takes several.
    """

    def __init__(self, schema: pa.Schema, frames: Callable[[], Iterator[pl.DataFrame]]) -> None:
        """Make a stream of frames that have an Arrow schema."""
        self._schema = schema
        self._frames = frames()
        self._broken: OiRiskError | None = None
        self._is_done = False

    def empty(self) -> pa.Table:
        """Return no rows, with the columns of the stream."""
        return self._schema.empty_table()

    def readers(self) -> Iterator[pa.RecordBatchReader]:
        """Yield the stream in pieces of about ``STATEMENT_ROWS`` rows."""
        while not self._is_done:
            yield pa.RecordBatchReader.from_batches(self._schema, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        rows = 0
        try:
            for frame in self._frames:
                yield from frame.to_arrow().cast(self._schema).to_batches()
                rows += frame.height
                if rows >= STATEMENT_ROWS:
                    return
        except OiRiskError as error:
            self._broken = error
            raise
        self._is_done = True

    def reraise(self) -> None:
        """Raise the error that ended the stream, if one did."""
        if self._broken is not None:
            raise self._broken


def _read(connection: Writer, stream: Stream, text: str, named: dict[str, Any] | None) -> int:
    """Run a statement on ``import_batches`` until the stream is read; return rows written."""
    written = 0
    for reader in stream.readers():
        connection.register("import_batches", reader)
        try:
            written += int(connection.execute(text, named).fetchall()[0][0])
        except duckdb.Error:
            stream.reraise()
            raise
        finally:
            connection.unregister("import_batches")
    return written


@contextmanager
def in_any_order(connection: Writer) -> Iterator[None]:
    """Let rows be stored in any order, which spares a second writing; outside of transactions."""
    connection.execute("set preserve_insertion_order = false")
    try:
        yield
    finally:
        connection.execute("set preserve_insertion_order = true")


def is_known_run(connection: Writer, run_id: str) -> bool:
    """Return whether a run is on record."""
    found = connection.execute("select 1 from ops.runs where run_id = ?", [run_id]).fetchall()
    return bool(found)


def stream_open_interest(connection: Writer, stream: Stream, key: ImportKey) -> int:
    """Add a stream of open interest as it comes, inside the caller's transaction.

    Args:
        connection: Writer.
        stream: Rows.
        key: What marks them.

    Returns:
        Rows added.
    """
    rows = _read(connection, stream, statement("load/import_open_interest.sql"), key.__dict__)
    note_stale_rows(connection, "core.open_interest", "snapshot_at", key.recorded_at)
    return rows


def count_conflicts(connection: Writer, key: ImportKey, span: tuple[datetime, datetime]) -> int:
    """Count current rows of other runs that the import restates or repeats."""
    named = {"run_id": key.run_id, "since": span[0], "until": span[1]}
    # Most imports have no neighbours at all, and a join would hold the whole import in memory.
    for name in ("import_neighbours", "import_conflicts"):
        counted = connection.execute(statement(f"load/{name}.sql"), named).fetchall()
        if not counted[0][0]:
            return 0
    return int(counted[0][0])


@contextmanager
def scratch(connection: Writer, home: Home) -> Iterator[None]:
    """Attach an empty database of its own file as ``scratch``; it is gone afterwards."""
    path = home.root / ".incomplete-import.duckdb"
    path.unlink(missing_ok=True)
    connection.execute(f"attach {quoted(path)} as scratch")
    try:
        yield
    finally:
        connection.execute("detach scratch")
        for leftover in home.root.glob(f"{path.name}*"):
            leftover.unlink(missing_ok=True)


def keep_in_scratch(connection: Writer, stream: Stream) -> None:
    """Write a stream to ``scratch.import_rows``; outside of a transaction.

    Its rows have, beside their columns, ``import_at`` and ``import_key``, what identifies them.
    """
    connection.register("import_batches", stream.empty())
    connection.execute("create table scratch.import_rows as from import_batches")
    connection.unregister("import_batches")
    with in_any_order(connection):
        _read(connection, stream, "insert into scratch.import_rows from import_batches", None)


def load_scratch(
    connection: Writer, tables: Mapping[str, Rows], key: ImportKey, *, write_rejects: bool
) -> Totalled:
    """Load ``scratch.import_rows`` slice by slice, inside the caller's transaction.

    Args:
        connection: Writer.
        tables: What the rows are in each table of facts that they go to; the first counts.
        key: What marks them.
        write_rejects: Whether refused rows are not on record yet.
    """
    done = Totalled()
    for since, until in _slices(connection):
        connection.execute(statement("load/import_slice.sql"), {"since": since, "until": until})
        connection.execute(statement("load/import_repeats.sql"))
        if write_rejects:
            connection.execute(statement("load/import_refuse_repeats.sql"), key.__dict__)
        contradicting, total = connection.execute(
            "select count(*) filter (where contradicts), count(*) from import_repeats"
        ).fetchall()[0]
        done.contradictory += contradicting
        done.repeated += total - contradicting
        rows = connection.execute(statement("load/import_sound.sql")).pl()
        loaded = load_tables(connection, tables, rows, key)
        done.inserted += loaded.inserted
        done.superseded += loaded.superseded
    return done


def load_tables(
    connection: Writer, tables: Mapping[str, Rows], rows: pl.DataFrame, key: ImportKey
) -> Loaded:
    """Load accepted rows into all tables that they go to; return what changed in the first."""
    loaded = [
        load_rows(connection, table, made_of(rows), run_id=key.run_id, recorded_at=key.recorded_at)
        for table, made_of in tables.items()
    ]
    return loaded[0]


def _slices(connection: Writer) -> Iterator[tuple[datetime, datetime]]:
    """Cut the imported span into even slices that fit in memory."""
    since, until, rows = connection.execute(statement("load/import_spans.sql")).fetchall()[0]
    if not rows:
        return
    count = -(-rows // SLICE_ROWS)
    step = (until - since) / count + timedelta(microseconds=1)
    for number in range(count):
        yield since + number * step, since + (number + 1) * step


def missing_steps(connection: Writer) -> list[dict[str, Any]]:
    """Return which steps and days each symbol in the scratch file lacks."""
    return connection.execute(statement("load/import_gaps.sql")).pl().to_dicts()


def append_rejects(connection: Writer, reader: pa.RecordBatchReader, key: ImportKey) -> None:
    """Write refused rows; columns ``venue, symbol, check_name, reason, record``."""
    connection.register("refused", reader)
    try:
        connection.execute(
            "insert into ops.rejects by name select *, $run_id as run_id,"
            " $recorded_at as recorded_at from refused",
            key.__dict__,
        )
    finally:
        connection.unregister("refused")


class _TakenBackError(Exception):
    """The work was done in vain."""


def attempt(connection: Writer, work: Callable[[], bool]) -> bool:
    """Run work in a transaction; take it back when it returns false."""
    try:
        with transaction(connection):
            _require(work())
    except _TakenBackError:
        return False
    return True


def _require(done: bool) -> None:
    if not done:
        raise _TakenBackError
