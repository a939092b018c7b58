"""A validated import beside a bare insert of the same batches, polars and pandas."""

from collections.abc import Callable, Iterator, Sized
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from bench.stored.clock import Clock
from bench.stored.market import END, Market, days
from oirisk.flows.imports.files import PIECE_ROWS
from oirisk.flows.imports.load import import_files
from oirisk.transforms.imports.kinds import KINDS, judge
from oirisk.warehouse.home import Home
from oirisk.warehouse.imports import in_any_order
from oirisk.warehouse.writer import opened

_KEPT_BATCHES = 6
_COLUMNS = "snapshot_at, venue, symbol, asset, oi_base, mark_price"
_WRITE = f"copy (select {_COLUMNS} from {{facts}}) to '%s' (format parquet)"  # noqa: S608
_SIX = f"create table facts as select {_COLUMNS} from core.open_interest limit 0"  # noqa: S608
_WHOLE = "create table facts as from core.open_interest limit 0"


def write_files(folder: Path, market: Market, rows: int) -> int:
    """Write about so many rows as Parquet, a file a day; return how many it wrote."""
    folder.mkdir(parents=True)
    whole, part = divmod(rows, market.rows_a_day)
    since = END - days(whole + 1)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        market.list_into(connection)
        for day in range(whole + 1):
            begin = since + days(day)
            length = days(1) if day < whole else timedelta(days=part / market.rows_a_day)
            if length:
                file = folder / f"{day:04}.parquet"
                market.facts(connection, begin, begin + length, then=_WRITE % file)
    return sum(pq.read_metadata(file).num_rows for file in folder.iterdir())


def validated(folder: Path, home: Path) -> tuple[Clock, int]:
    """Import all files as ``oirisk import`` does: judge, load, checkpoint, publish."""
    clock = Clock()
    with opened(Home(home), END):
        pass
    with clock.step("load"):
        done = import_files(Home(home), [f"{folder}/*.parquet"], END)
    if done.rejected or done.accepted != done.received:
        raise RuntimeError(f"the import refused rows that are sound: {done}")
    return clock, done.accepted


def bare(folder: Path, home: Path, rows: int) -> tuple[Clock, int]:
    """Insert the rows that an import stores, batch by batch from memory, without judgement."""
    kept = [_as_stored(batch) for batch in _first_batches(folder)]
    return _insert(Home(home), _WHOLE, _repeated(kept, rows))


def bare_six(folder: Path, home: Path, rows: int) -> tuple[Clock, int]:
    """Insert just the six columns of the files, batch by batch from memory."""
    return _insert(Home(home), _SIX, _repeated(_first_batches(folder), rows))


def _first_batches(folder: Path) -> list[pa.RecordBatch]:
    """Return batches that are inserted over and over: a long stream would not fit in memory."""
    batches = (
        batch
        for file in sorted(folder.iterdir())
        for batch in pq.ParquetFile(file).iter_batches(PIECE_ROWS)
    )
    return [batch for batch, _ in zip(batches, range(_KEPT_BATCHES), strict=False)]


def _as_stored(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return accepted rows with what the import adds to them."""
    rows = judge(KINDS["open_interest"], pl.DataFrame(batch), END).accepted.with_columns(
        pl.lit(END).cast(pl.Datetime("us", "UTC")).alias("recorded_at"),
        pl.lit("import-0123456789abcdef").alias("run_id"),
        pl.lit("import").alias("source"),
        pl.lit(value=False).alias("is_simulated"),
    )
    return rows.to_arrow().combine_chunks().to_batches()[0]


def _insert(home: Home, table: str, batches: Iterator[pa.RecordBatch]) -> tuple[Clock, int]:
    clock = Clock()
    first = next(batches)
    stream = pa.RecordBatchReader.from_batches(first.schema, _chained(first, batches))
    with opened(home, END, publishes=False) as connection, in_any_order(connection):
        connection.execute(table)
        connection.register("batches", stream)
        with clock.step("load"):
            done = connection.execute("insert into facts by name from batches").fetchall()
            connection.execute("checkpoint")
    return clock, int(done[0][0])


def by_polars(folder: Path) -> tuple[Clock, int]:
    """Read and judge each file with polars and pandera, and keep nothing."""
    return _each(
        folder, lambda file: judge(KINDS["open_interest"], pl.read_parquet(file), END).accepted
    )


def by_pandas(folder: Path) -> tuple[Clock, int]:
    """Read each file with pandas and check what the contract asks of these columns."""
    checked = import_module("bench.stored.pandas_way").checked
    return _each(folder, checked)


def _each(folder: Path, read: Callable[[Path], Sized]) -> tuple[Clock, int]:
    clock, rows = Clock(), 0
    with clock.step("load"):
        for file in sorted(folder.iterdir()):
            rows += len(read(file))
    return clock, rows


def _chained(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


def _repeated(kept: list[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    left = rows
    while left > 0:
        for batch in kept:
            if left > 0:
                yield batch.slice(0, min(left, batch.num_rows))
                left -= batch.num_rows
