"""Write the facts beside open interest: append-only, keyed, inside the caller's transaction."""

from datetime import datetime

import duckdb
import polars as pl

from oirisk.warehouse.stale import note_stale_rows

FACT_KEYS = {
    "core.positioning": ("at", "venue", "symbol", "measure", "period"),
    "core.liquidations": ("at", "venue", "symbol", "side", "price", "base", "coverage", "event_id"),
    "core.depth": ("snapshot_at", "venue", "symbol", "band", "side"),
    "core.leverage_tiers": ("as_of", "venue", "symbol", "floor_usd", "floor_base"),
    "core.options": ("snapshot_at", "venue", "symbol"),
    "core.observed_positions": ("snapshot_at", "venue", "account", "symbol"),
    "core.cftc_positions": ("report_date", "exchange", "contract_code"),
}
"""What identifies a row of each table, the instant it speaks of first; of rows with one key only
the newest is current."""


def load_facts(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: pl.DataFrame,
    *,
    run_id: str,
    recorded_at: datetime,
) -> int:
    """Store facts; what is already stored stays, what differs is superseded.

    Args:
        connection: Writer, inside a transaction.
        table: One of ``FACT_KEYS``.
        rows: Its columns without ``run_id, recorded_at, superseded_at``; one row per key.
        run_id: The run that brings the rows.
        recorded_at: When they become known.

    Returns:
        How many rows were new or restated.
    """
    if rows.is_empty():
        return 0
    connection.register("staged_facts", rows.to_arrow())
    try:
        return _merge(connection, table, rows.columns, run_id, recorded_at)
    finally:
        connection.unregister("staged_facts")


def _merge(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: list[str],
    run_id: str,
    recorded_at: datetime,
) -> int:
    keys = FACT_KEYS[table]
    known = _tuple("known", columns)
    staged = _tuple("staged", columns)
    same_key = " and ".join(f'known."{key}" is not distinct from staged."{key}"' for key in keys)
    # Identifiers come from FACT_KEYS and our own frames; values are parameters.
    superseded = connection.execute(
        f"update {table} as known set superseded_at = $recorded_at from staged_facts as staged"  # noqa: S608
        f" where known.superseded_at is null and {same_key}"
        f" and {known} is distinct from {staged}",
        {"recorded_at": recorded_at},
    ).fetchall()
    added = connection.execute(
        f"insert into {table} by name select staged.*, $run_id as run_id,"  # noqa: S608
        " $recorded_at as recorded_at, null::timestamptz as superseded_at"
        " from staged_facts as staged where not exists (select 1 from"
        f" {table} as known where known.superseded_at is null and {same_key})",
        {"run_id": run_id, "recorded_at": recorded_at},
    ).fetchall()
    if superseded[0][0] or added[0][0]:
        note_stale_rows(connection, table, keys[0], recorded_at)
    return int(added[0][0])


def _tuple(side: str, columns: list[str]) -> str:
    return "(" + ", ".join(f'{side}."{column}"' for column in columns) + ")"
