"""Bring a database to the schema of this version: its tables, macros, seeds and comments.

Contracts say what a table is, so there is nothing to replay: what is missing is made, what differs
is altered. Facts and ledgers keep every row. Marts are made of facts: one that differs is dropped,
and built anew by the next command.
"""

import logging
from datetime import datetime

import duckdb

from oirisk.schemas.errors import HomeError
from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.comments import apply_comments
from oirisk.warehouse.no_pandas import settle_pandas
from oirisk.warehouse.schema import (
    SCHEMAS,
    Column,
    columns_of,
    create_statement,
    fingerprint,
    macros,
    seeds,
)
from oirisk.warehouse.sql_files import statement

log = logging.getLogger(__name__)

VERSION = 100
"""Of the schema. Raise it with a change that an older oirisk must not write into."""

_RETIRED = ("ops.builds", "ops.bar_changes")
"""Tables of older versions that nothing reads; ``ops.stale`` took their place."""


def migrate(connection: duckdb.DuckDBPyConnection, now: datetime) -> int:
    """Bring the schema up to date and write the comments, in one transaction.

    Args:
        connection: Writable, with no transaction open.
        now: Recorded as the time of the change, with a time zone.

    Returns:
        How many tables were made or altered; 0 when the database was up to date.

    Raises:
        HomeError: The database is newer than the code.
    """
    settle_pandas()
    connection.execute("begin transaction")
    try:
        count = _bring_up(connection, now)
        apply_comments(connection)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
    return count


def refuse_newer(held: int) -> None:
    """Refuse a database of a newer version.

    Raises:
        HomeError: It is.
    """
    if held > VERSION:
        raise HomeError(
            f"the warehouse has schema version {held}, this oirisk knows up to {VERSION}: "
            "it was written by a newer oirisk; install that one or use another home"
        )


def _bring_up(connection: duckdb.DuckDBPyConnection, now: datetime) -> int:
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    held = _held(connection)
    versions = _versions(connection) if "ops.migrations" in held else {}
    refuse_newer(max(versions, default=0))
    if versions.get(VERSION) == fingerprint():
        return 0
    for table in _RETIRED:
        connection.execute(f"drop table if exists {table}")
    count = sum(_bring_table(connection, table, held.get(table)) for table in TABLES)
    for text in (*macros(), *seeds()):
        connection.execute(text)
    if versions:
        connection.execute(statement("ops/stale_all.sql"))
    written = {"version": VERSION, "sha256": fingerprint(), "applied_at": now}
    connection.execute(statement("ops/migration_record.sql"), written)
    log.info("schema brought up to date version=%d tables=%d", VERSION, count)
    return count


def _held(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Column]]:
    """Return the columns of every table there is, by table."""
    held: dict[str, dict[str, Column]] = {}
    for table, name, kind, is_nullable in connection.execute(
        statement("ops/columns.sql")
    ).fetchall():
        held.setdefault(table, {})[name] = Column(kind, is_nullable)
    return held


def _versions(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    return dict(connection.execute("select version, sha256 from ops.migrations").fetchall())


def _bring_table(
    connection: duckdb.DuckDBPyConnection, table: str, held: dict[str, Column] | None
) -> bool:
    """Make a table as its contract says; return whether anything was done."""
    wanted = columns_of(table)
    if held == wanted:
        return False
    if held is None:
        connection.execute(create_statement(table))
    elif table.startswith("marts."):
        connection.execute(f"drop table {table}")
        connection.execute(create_statement(table))
    else:
        _alter(connection, table, held, wanted)
    return True


def _alter(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    held: dict[str, Column],
    wanted: dict[str, Column],
) -> None:
    """Alter a table that holds rows which nothing else can give back.

    Raises:
        HomeError: It has columns that this version does not know.
    """
    if unknown := sorted(held.keys() - wanted.keys()):
        raise HomeError(
            f"{table} has columns that this oirisk does not know: {', '.join(unknown)}; it was "
            "written by a newer oirisk; install that one or use another home"
        )
    for name, column in wanted.items():
        there = held.get(name)
        if there is None:
            connection.execute(f'alter table {table} add column "{name}" {column.type}')
            continue
        if there.type != column.type:
            connection.execute(f'alter table {table} alter column "{name}" type {column.type}')
        if column.is_nullable and not there.is_nullable:
            connection.execute(f'alter table {table} alter column "{name}" drop not null')
