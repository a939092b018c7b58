"""Rows by hand."""

from collections.abc import Mapping
from typing import Any

import duckdb


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, Any]) -> None:
    """Insert one row; columns that it leaves out are null."""
    names, slots = ", ".join(f'"{name}"' for name in row), ", ".join(f"${name}" for name in row)
    connection.execute(f"insert into {table} ({names}) values ({slots})", dict(row))  # noqa: S608
