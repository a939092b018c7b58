"""Run one SQL model: into a temporary table, or into its mart."""

from collections.abc import Mapping
from typing import Any

import duckdb

from oirisk.warehouse.sql_files import model_sql


def build_step(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]) -> None:
    """Run one intermediate model into a temporary table of its name.

    Args:
        connection: Any connection that sees the model's inputs.
        name: File under ``sql/intermediate``, without suffix.
        values: At least the named parameters of the file; others are ignored.
    """
    select = model_sql(name)
    _execute(connection, f"create or replace temp table {name} as\n{select}", values)


def replace_mart(
    connection: duckdb.DuckDBPyConnection, mart: str, values: Mapping[str, Any]
) -> int:
    """Swap a mart's rows of the snapshot ``until`` for new ones; return how many there are.

    Args:
        connection: Writer, inside a transaction.
        mart: Name without schema, also that of the file under ``sql/marts``.
        values: At least the named parameters of the file, and ``until``.
    """
    _execute(connection, f"delete from marts.{mart} where snapshot_at = $until", values)  # noqa: S608
    return insert_mart(connection, mart, values)


def insert_mart(connection: duckdb.DuckDBPyConnection, mart: str, values: Mapping[str, Any]) -> int:
    """Append what a mart's model says; return how many rows that is.

    Args:
        connection: Writer, inside a transaction.
        mart: Name without schema, also that of the file under ``sql/marts``.
        values: At least the named parameters of the file; others are ignored.
    """
    select = model_sql(mart)
    rows = _execute(connection, f"insert into marts.{mart} by name\n{select}", values)
    return int(rows[0][0])


def _execute(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """Run one statement with just the parameters that it names; DuckDB refuses any other."""
    names = connection.extract_statements(sql)[0].named_parameters
    return connection.execute(sql, {name: values[name] for name in names}).fetchall()
