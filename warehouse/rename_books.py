"""Restate imported rows that stand under another id of their exchange; old rows are kept."""

from collections.abc import Mapping
from datetime import datetime

import duckdb
import polars as pl

from oirisk.warehouse.restate import put_in_place
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.stale import note_stale_rows


def restate_books(
    connection: duckdb.DuckDBPyConnection,
    lines: Mapping[tuple[str, str], str],
    since: datetime,
    recorded_at: datetime,
) -> datetime | None:
    """Put imported open interest under the one name of its order book.

    Where the book has a row of its own already, that one stays.

    Args:
        connection: Writer, inside a transaction.
        lines: The name by id and line (linear, inverse or option).
        since: First instant.
        recorded_at: When the restatement becomes known.

    Returns:
        The first instant that was restated; None if none was.
    """
    others = [(venue, line, name) for (venue, line), name in lines.items() if venue != name]
    table = pl.DataFrame(others, schema=["venue", "line", "name"], orient="row")
    connection.register("one_names", table.to_arrow())
    named = {"since": since, "recorded_at": recorded_at}
    try:
        connection.execute(statement("load/restate_books_named.sql"), named)
        found = connection.execute("select min(snapshot_at) from temp.restated_history").fetchall()
        first: datetime | None = found[0][0]
        if first is not None:
            put_in_place(connection, recorded_at)
            note_stale_rows(connection, "core.open_interest", "snapshot_at", recorded_at)
    finally:
        connection.unregister("one_names")
    connection.execute("drop table temp.restated_history")
    return first
