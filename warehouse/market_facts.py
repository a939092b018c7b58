"""Write the facts beside open interest: append-only, keyed, inside the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl

from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.stale import note_stale_rows


@dataclass(frozen=True)
class Loaded:
    """What a load changed: rows that are new or restate others, and rows that were restated."""

    inserted: int = 0
    superseded: int = 0


_AS_TOLD = {
    ("core.open_interest", "quality"): "case when known.is_contradicted then 'ok'"
    " else core.told_quality(known.quality, known.suspect_reason) end",
}
"""What a stored row said of itself before those around it were looked at: that is no difference."""


def load_facts(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: pl.DataFrame,
    *,
    run_id: str,
    recorded_at: datetime,
) -> Loaded:
    """Store facts; what is already stored stays, what differs is superseded.

    Args:
        connection: Writer, inside a transaction.
        table: A table of facts with ``recorded_at`` and ``superseded_at``.
        rows: Its columns without ``run_id, recorded_at, superseded_at``; one row per key.
        run_id: The run that brings the rows.
        recorded_at: When they become known.
    """
    if rows.is_empty():
        return Loaded()
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
) -> Loaded:
    keys = TABLES[table].key()
    order = ", ".join(f'staged."{key}"' for key in keys)
    same_key = " and ".join(_same(table, key) for key in keys)
    known = ", ".join(_AS_TOLD.get((table, name), f'known."{name}"') for name in columns)
    staged = ", ".join(f'staged."{name}"' for name in columns)
    # Identifiers come from contracts and our own frames; values are parameters.
    superseded = connection.execute(
        f"update {table} as known set superseded_at = $recorded_at from staged_facts as staged"  # noqa: S608
        f" where known.superseded_at is null and {same_key}"
        f" and ({known}) is distinct from ({staged})",
        {"recorded_at": recorded_at},
    ).fetchall()
    added = connection.execute(
        f"insert into {table} by name select staged.*, $run_id as run_id,"  # noqa: S608
        " $recorded_at as recorded_at, null::timestamptz as superseded_at"
        " from staged_facts as staged where not exists (select 1 from"
        f" {table} as known where known.superseded_at is null and {same_key}) order by {order}",
        {"run_id": run_id, "recorded_at": recorded_at},
    ).fetchall()
    loaded = Loaded(int(added[0][0]), int(superseded[0][0]))
    if loaded.inserted or loaded.superseded:
        note_stale_rows(connection, table, keys[0], recorded_at)
    return loaded


def _same(table: str, key: str) -> str:
    """Return that a part of a key is the same; blocks are skipped by equality alone."""
    is_nullable = TABLES[table].to_schema().columns[key].nullable
    return f'known."{key}" {"is not distinct from" if is_nullable else "="} staged."{key}"'
