"""Store what a user gives from files of their own: a calendar of events, and supplies of coins."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
from pandera.errors import SchemaErrors

from oirisk.schemas.errors import RecordingError
from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.findings import first_line
from oirisk.warehouse.paths import taken_literally
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.stale import note_stale

_COLUMNS = {
    "events": ("event_at", "asset", "event_type"),
    "supply": ("as_of", "asset", "circulating_base"),
}
_OPTIONAL = {"events": (), "supply": ("exchange_reserve_base",)}
_FIRST, _LAST = datetime(2009, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

Coin = Callable[[str], tuple[str, Decimal]]
"""Tells the coin behind a name, and how many of it one unit of that name is."""


def load_events(connection: duckdb.DuckDBPyConnection, file: Path, coin: Coin) -> int:
    """Replace the calendar by a CSV of ``event_at, asset, event_type``; asset ALL: the market.

    Args:
        connection: Writer.
        file: The CSV.
        coin: Tells the coin behind an asset, so that XBT becomes BTC.

    Returns:
        Events stored.

    Raises:
        RecordingError: The file cannot be read, lacks a column or has one that is not known, or
            holds a row that is none.
    """
    return _replace(connection, "events", file, coin)


def load_supply(connection: duckdb.DuckDBPyConnection, file: Path, coin: Coin) -> int:
    """Replace supplies by a CSV of ``as_of, asset, circulating_base``.

    A column ``exchange_reserve_base`` may be added.

    Args:
        connection: Writer.
        file: The CSV.
        coin: Tells the coin behind an asset, so that XBT becomes BTC.

    Returns:
        Rows stored.

    Raises:
        RecordingError: The file cannot be read, lacks a column or has one that is not known, or
            holds a row that is none.
    """
    return _replace(connection, "supply", file, coin)


def _replace(connection: duckdb.DuckDBPyConnection, table: str, file: Path, coin: Coin) -> int:
    given = _given(file, table)
    connection.register("given_rows", given)
    try:
        rows = connection.execute(statement(f"load/read_{table}.sql")).pl()
    except duckdb.Error as error:
        raise RecordingError(f"{file} is no table of {table}: {first_line(error)}") from error
    finally:
        connection.unregister("given_rows")
    _require_calendar(rows, _COLUMNS[table][0], file)
    rows = _of_coins(rows, table, file, coin)
    _require_contract(rows, table, file)
    connection.register("read_rows", rows)
    connection.execute(f"delete from core.{table}")  # noqa: S608 -- names of our own
    connection.execute(f"insert into core.{table} select * from read_rows")  # noqa: S608
    connection.unregister("read_rows")
    note_stale(connection, f"core.{table}")
    return rows.height


def _given(file: Path, table: str) -> pl.DataFrame:
    if not file.is_file():
        raise RecordingError(f"{file} does not exist")
    try:
        with duckdb.connect() as outside:
            given = outside.sql(
                "select * from read_csv($file, all_varchar = true, header = true)",
                params={"file": taken_literally(file)},
            ).pl()
    except duckdb.Error as error:
        raise RecordingError(f"{file} is no table of {table}: {first_line(error)}") from error
    if missing := [name for name in _COLUMNS[table] if name not in given.columns]:
        raise RecordingError(
            f"{file} lacks {', '.join(missing)}: {table} have the columns "
            f"{', '.join(_COLUMNS[table])}; seen: {', '.join(given.columns)}"
        )
    known = (*_COLUMNS[table], *_OPTIONAL[table])
    if unknown := [name for name in given.columns if name not in known]:
        raise RecordingError(
            f"{file}: unknown columns {', '.join(unknown)}; {table} may have {', '.join(known)}: "
            "remove or rename the others"
        )
    absent = [name for name in _OPTIONAL[table] if name not in given.columns]
    return given.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)


def _require_calendar(rows: pl.DataFrame, column: str, file: Path) -> None:
    """Refuse times that are infinite, or of no coin's life.

    Raises:
        RecordingError: There is one.
    """
    if not rows[column].drop_nulls().is_between(_FIRST, _LAST).all():
        raise RecordingError(
            f"{file}: {column}: expected times from {_FIRST:%Y} to {_LAST:%Y}, saw others"
        )


def _of_coins(rows: pl.DataFrame, table: str, file: Path, coin: Coin) -> pl.DataFrame:
    """Name assets as everywhere else.

    Raises:
        RecordingError: Amounts are of a listed thousand of coins: nobody can tell of how many.
    """
    names = {}
    for asset in rows["asset"].drop_nulls().unique():
        names[asset], coins = coin(asset)
        if coins != 1 and table == "supply":
            raise RecordingError(
                f"{file}: asset {asset} is {coins} of the coin {names[asset]}; name that one, "
                "with amounts of single coins"
            )
    return rows.with_columns(pl.col("asset").replace(names))


def _require_contract(rows: pl.DataFrame, table: str, file: Path) -> None:
    """Refuse empty cells, negative amounts and two rows of one key: none can be right."""
    contract = TABLES[f"core.{table}"]
    try:
        contract.validate(rows, lazy=True)
    except SchemaErrors as errors:
        case = errors.failure_cases.row(0, named=True)
        key = ", ".join(contract.to_schema().unique or ())
        is_twice = "unique" in str(case["check"])
        wanted = f"every {key} once" if is_twice else f"{case['column']} {case['check']}"
        raise RecordingError(
            f"{file} is no table of {table}: expected {wanted}, saw {case['failure_case']}"
        ) from errors
