"""Copy marts out of the published warehouse: Parquet by date, CSV, Excel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import duckdb
import polars as pl

from oirisk.schemas.errors import ConfigurationError, QueryError
from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.files import replacing

EXCEL_ROWS = 1_048_575
"""Rows a sheet holds beside its header."""

_LAST_DAY = date(9000, 1, 1)

FORMATS = ("parquet", "csv", "xlsx")

_INSTANTS = (
    "snapshot_at", "bar_at", "scored_at", "event_at", "calibrated_at", "at", "as_of", "valid_from",
)  # fmt: skip


@dataclass(frozen=True)
class Span:
    """Days to export, both included; None: without end."""

    since: date | None
    until: date | None


def instant_of(table: str) -> str | None:
    """Return the column that places a table's rows in time; None where there is none.

    Raises:
        ConfigurationError: There is no such table.
    """
    if table not in TABLES:
        known = ", ".join(sorted(TABLES))
        raise ConfigurationError(f"no table {table!r} to export; there are {known}")
    names = TABLES[table].to_schema().columns
    return next((name for name in _INSTANTS if name in names), None)


def export_table(
    connection: duckdb.DuckDBPyConnection, table: str, span: Span, form: str, folder: Path
) -> Mapping[str, int]:
    """Write one table below a folder; files appear whole or not at all.

    Parquet becomes ``TABLE/date=YYYY-MM-DD/data.parquet``, one file a UTC day, so that a second
    export of a day replaces it; CSV and Excel are one file each.

    Args:
        connection: Reader of the published copy.
        table: ``schema.table``.
        span: Days to export; ignored where rows have no instant.
        form: One of ``FORMATS``.
        folder: Where to write.

    Returns:
        Rows by file written.

    Raises:
        ConfigurationError: The table or the format is not known, or the sheet would be too long.
    """
    if form not in FORMATS:
        raise ConfigurationError(f"--format: expected {', '.join(FORMATS)}, saw {form!r}")
    column = instant_of(table)
    if form == "parquet" and column is not None:
        return _by_day(connection, table, column, span, folder)
    frame = _read(connection, table, column, _edges(span))
    target = folder / f"{table}.{form}"
    _write(frame, target, form)
    return MappingProxyType({str(target): frame.height})


def _by_day(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, span: Span, folder: Path
) -> Mapping[str, int]:
    low, high = _edges(span)
    days = connection.execute(
        f'select distinct cast("{column}" as date) from {table}'  # noqa: S608 -- names of our own
        f' where "{column}" >= $low and "{column}" < $high order by all',
        {"low": low, "high": high},
    ).fetchall()
    written = {}
    for (day,) in days:
        frame = _read(connection, table, column, _edges(Span(day, day)))
        target = folder / table / f"date={day.isoformat()}" / "data.parquet"
        _write(frame, target, "parquet")
        written[str(target)] = frame.height
    return MappingProxyType(written)


def _read(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str | None,
    edges: Sequence[datetime],
) -> pl.DataFrame:
    query = f"select * from {table}"  # noqa: S608 -- checked against the known tables
    try:
        if column is None:
            return connection.sql(f"{query} order by all").pl()
        return connection.sql(
            f'{query} where "{column}" >= $low and "{column}" < $high order by all',
            params={"low": edges[0], "high": edges[1]},
        ).pl()
    except duckdb.Error as error:
        raise QueryError(f"{table} cannot be exported: {error}") from error


def _edges(span: Span) -> tuple[datetime, datetime]:
    low = span.since or date(1970, 1, 1)
    high = min(span.until or _LAST_DAY, _LAST_DAY)
    start = datetime.fromisoformat(f"{low.isoformat()}T00:00:00+00:00")
    end = datetime.fromisoformat(f"{high.isoformat()}T00:00:00+00:00")
    return start, end + timedelta(days=1)


def _write(frame: pl.DataFrame, target: Path, form: str) -> None:
    if form == "xlsx" and frame.height > EXCEL_ROWS:
        raise ConfigurationError(
            f"{target.name}: {frame.height} rows, a sheet holds {EXCEL_ROWS}; "
            "narrow --since and --until, or export csv or parquet"
        )
    with replacing(target, mode=None) as draft:
        if form == "parquet":
            frame.write_parquet(draft, compression="zstd")
        elif form == "csv":
            frame.write_csv(draft)
        else:
            _plain_times(frame).write_excel(draft, worksheet=target.stem.split(".")[-1][:31])


def _plain_times(frame: pl.DataFrame) -> pl.DataFrame:
    """Excel knows no time zones: instants become UTC without one."""
    zoned = [
        name
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.Datetime) and kind.time_zone is not None
    ]
    return frame.with_columns(pl.col(zoned).dt.replace_time_zone(None))
