"""Rows that a connection sees as a table for a while, and that are gone when let go.

A table or view that is dropped inside a transaction takes its place until the end of it, and a
frame that was registered lives as long. Here a handle is registered: without the rows it is empty.
"""

from typing import Any

import duckdb


class _Handle:
    """Rows as DuckDB asks for them, each time anew."""

    def __init__(self, rows: Any) -> None:  # noqa: ANN401 -- an Arrow table
        self.rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)


_handles: dict[tuple[int, str], _Handle] = {}


def hold(connection: duckdb.DuckDBPyConnection, name: str, rows: Any) -> None:  # noqa: ANN401
    """Let a connection see rows as a table; in place of those that it saw by that name.

    Args:
        connection: Inside a transaction or not.
        name: Without a schema.
        rows: An Arrow table.
    """
    let_go(connection, name)
    handle = _handles[id(connection), name] = _Handle(rows)
    connection.register(name, handle)


def let_go(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Free rows that are held, if any are."""
    handle = _handles.pop((id(connection), name), None)
    if handle is not None:
        connection.unregister(name)
        handle.rows = None
