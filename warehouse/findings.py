"""What a check of a home folder says, and how it reads a database without changing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from oirisk.warehouse.sql_files import statement

Status = Literal["ok", "warn", "fail"]

_DAMAGE = ("Corrupt database file", "not enough bytes", "Could not read enough bytes",
           "not a valid DuckDB database")  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Args:
        name: What was checked.
        status: ``ok``, ``warn`` (works, but look at it) or ``fail`` (broken).
        detail: What was seen.
        repair: What to do; empty when nothing is to be done.
    """

    name: str
    status: Status
    detail: str
    repair: str = ""


@contextmanager
def opened_read_only(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database that stays as it is."""
    connection = duckdb.connect(str(path), read_only=True)
    try:
        connection.execute("set timezone = 'UTC'")
        yield connection
    finally:
        connection.close()


def read(path: Path, name: str) -> list[tuple[Any, ...]]:
    """Run a statement of ours on a database; none where there is no database."""
    if not path.exists():
        return []
    with opened_read_only(path) as connection:
        return rows_of(connection, statement(name))


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Run a query of ours."""
    return connection.execute(sql).fetchall()


def read_all_blocks(connection: duckdb.DuckDBPyConnection) -> None:
    """Read every row of every table, so that the checksum of each block that holds any is checked.

    Raises:
        duckdb.Error: A block is damaged, or the file is cut short.
    """
    for (table,) in rows_of(connection, statement("health/tables.sql")):
        connection.execute(f"select bit_xor(hash(whole)) from {table} as whole").fetchall()  # noqa: S608


def unread(name: str, error: duckdb.Error) -> Finding:
    """Say that a check could not be made."""
    return Finding(name, "warn", f"not checked: {first_line(error)}", "repair the warehouse first")


def first_line(error: Exception) -> str:
    """Return what an error says first, without its full stop."""
    return str(error).splitlines()[0].rstrip(".!")


def is_held(error: duckdb.Error) -> bool:
    """Return whether a database does not open because another process writes in it."""
    return "set lock on file" in str(error)


def is_damage(error: duckdb.Error) -> bool:
    """Return whether a database does not say what was written into it."""
    is_unreadable = isinstance(error, duckdb.SerializationException)
    return is_unreadable or any(words in str(error) for words in _DAMAGE)
