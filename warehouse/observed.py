"""Store positions that an exchange shows to everyone, and build what is made of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb
import polars as pl

from oirisk.warehouse.build import BuildWindow
from oirisk.warehouse.market_facts import load_facts
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.stale import MAP_MEMORY, MAPS, note_stale
from oirisk.warehouse.steps import build_step, insert_mart

MARTS = ("observed_map", "observed_coverage")

_NEXT = timedelta(microseconds=1)
"""Leverage is learned from what was observed before a snapshot: its own comes after its map."""

Weigh = Callable[[pl.DataFrame], pl.DataFrame]
"""Positions of ``int_observed_evidence`` to rows of ``marts.observed_leverage``."""


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
    )
    if withdrawn[0][0] or added:
        note_stale(connection, "core.observed_positions", snapshot_at, snapshot_at)
        note_stale(connection, MAPS, snapshot_at + _NEXT, snapshot_at + MAP_MEMORY)
    return added


def record_observation(connection: duckdb.DuckDBPyConnection, row: Mapping[str, Any]) -> None:
    """Put an observation on record: the columns of ``ops.observations``."""
    connection.register("observation", pl.DataFrame([row]).to_arrow())
    connection.execute("insert into ops.observations by name from observation")
    connection.unregister("observation")


def build_observed(
    connection: duckdb.DuckDBPyConnection,
    window: BuildWindow,
    parameters: Mapping[str, Any],
    weigh: Weigh,
) -> dict[str, int]:
    """Replace map, coverage and leverage of the observations in a window; return rows by table.

    Args:
        connection: Writer; the caller's transaction is used.
        window: Which observations, both ends included.
        parameters: ``bin_pct`` (percent) and ``max_age_minutes``.
        weigh: Makes the mix of leverage.
    """
    values = {**parameters, "since": window.since, "until": window.until}
    for mart in (*MARTS, "observed_leverage"):
        connection.execute(
            f"delete from marts.{mart} where snapshot_at between $since and $until",  # noqa: S608
            {"since": window.since, "until": window.until},
        )
    build_step(connection, "int_observed_evidence", values)
    evidence = connection.sql("from temp.int_observed_evidence").pl()
    connection.execute("drop table temp.int_observed_evidence")
    if evidence.is_empty():
        return {}
    written = {f"marts.{mart}": insert_mart(connection, mart, values) for mart in MARTS}
    weights = weigh(evidence)
    connection.register("weighed", weights.to_arrow())
    connection.execute("insert into marts.observed_leverage by name from weighed")
    connection.unregister("weighed")
    return {**written, "marts.observed_leverage": weights.height}
