"""How far backfills have come, and which coins matter most."""

from datetime import datetime
from typing import Any

import polars as pl

from oirisk.schemas.tables.market import BackfillTable
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.writer import Writer


def done_until(connection: Writer, venue: str, symbol: str, since: datetime) -> datetime:
    """Return up to when an instrument is filled from an instant on; that instant if it is not."""
    rows = connection.execute(
        "select min(done_until) from ops.backfill"
        " where venue = $venue and symbol = $symbol and since <= $since",
        {"venue": venue, "symbol": symbol, "since": since},
    ).fetchall()
    found = rows[0][0]
    return since if found is None else max(since, found)


def note_progress(connection: Writer, notes: list[dict[str, Any]]) -> None:
    """Write how far each kind of an instrument has come, inside the caller's transaction."""
    connection.register(
        "staged_progress", pl.DataFrame(notes, schema=BackfillTable.dtypes()).to_arrow()
    )
    try:
        connection.execute(statement("load/backfill_forget.sql"))
        connection.execute(statement("load/backfill_progress.sql"))
    finally:
        connection.unregister("staged_progress")


def stored_counts(connection: Writer, venue: str, symbol: str) -> dict[str, int]:
    """Return how many rows of an instrument are stored so far, by kind of fact."""
    rows = connection.execute(
        "select kind, row_count from ops.backfill where venue = ? and symbol = ?", [venue, symbol]
    ).fetchall()
    return dict(rows)


def top_assets(connection: Writer, coins: int) -> tuple[str, ...]:
    """Return the coins with most open interest at the newest live snapshot, largest first."""
    rows = connection.execute(
        statement("load/backfill_top_assets.sql"), {"coins": coins}
    ).fetchall()
    return tuple(row[0] for row in rows)
