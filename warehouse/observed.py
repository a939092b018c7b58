"""Store positions that an exchange shows to everyone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb
import polars as pl

from oirisk.warehouse.market_facts import load_facts
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.stale import MAP_MEMORY, MAPS, note_stale

_NEXT = timedelta(microseconds=1)
"""Leverage is learned from what was observed before a snapshot: its own comes after its map."""


def load_positions(
    connection: duckdb.DuckDBPyConnection,
    rows: pl.DataFrame,
    accounts: Sequence[tuple[str, str]],
    *,
    snapshot_at: datetime,
    run_id: str,
    recorded_at: datetime,
) -> int:
    """Store the positions of accounts that answered; what they no longer hold is closed.

    Args:
        connection: Writer, inside a transaction.
        rows: Columns of ``core.observed_positions`` without ``run_id, recorded_at,
            superseded_at``, all of ``snapshot_at``.
        accounts: Venue and account of everyone who answered, with positions or without.
        snapshot_at: The instant the observation speaks of.
        run_id: The observation.
        recorded_at: When it becomes known.

    Returns:
        How many rows were new or restated.
    """
    answered = pl.DataFrame(
        list(accounts), schema={"venue": pl.String, "account": pl.String}, orient="row"
    )
    connection.register("answered_accounts", answered.to_arrow())
    connection.register("staged_positions", rows.select("account", "symbol").to_arrow())
    try:
        withdrawn = connection.execute(
            statement("load/withdraw_observed_positions.sql"),
            {"snapshot_at": snapshot_at, "recorded_at": recorded_at},
        ).fetchall()
    finally:
        connection.unregister("answered_accounts")
        connection.unregister("staged_positions")
    added = load_facts(
        connection, "core.observed_positions", rows, run_id=run_id, recorded_at=recorded_at
    ).inserted
    if withdrawn[0][0] or added:
        note_stale(connection, "core.observed_positions", snapshot_at, snapshot_at)
        note_stale(connection, MAPS, snapshot_at + _NEXT, snapshot_at + MAP_MEMORY)
    return added


def record_observation(connection: duckdb.DuckDBPyConnection, row: Mapping[str, Any]) -> None:
    """Put an observation on record: the columns of ``ops.observations``."""
    connection.register("observation", pl.DataFrame([row]).to_arrow())
    connection.execute("insert into ops.observations by name from observation")
    connection.unregister("observation")
