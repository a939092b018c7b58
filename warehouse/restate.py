"""Restate stored history by what its figures are known to have meant; old rows are kept."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import duckdb
import polars as pl

from oirisk.schemas.columns import UTC_MICROSECONDS
from oirisk.schemas.units import UnitRule, spans, unit_rules
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.stale import note_stale
from oirisk.warehouse.window import BuildWindow

_DTYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("unit_rule", "held_rule", "suspect_reason"), pl.String),
    "counting_factor": pl.Float64,
    "was_suspect": pl.Boolean,
    **dict.fromkeys(("valid_from", "valid_to"), UTC_MICROSECONDS),
}


def restate_history(
    connection: duckdb.DuckDBPyConnection, since: datetime, recorded_at: datetime
) -> BuildWindow | None:
    """Restate history whose rule has another factor now, or did not hold at its time.

    What the exchanges' history endpoints gave is stored with the factor that it was multiplied by,
    so that it can be counted anew without the answers it came from.

    Args:
        connection: Writer, inside a transaction.
        since: First instant.
        recorded_at: When the restatement becomes known.

    Returns:
        The time that was restated; None if none was.
    """
    frame = pl.DataFrame(list(_spans(unit_rules())), schema=_DTYPES, orient="row")
    connection.register("rule_spans", frame.to_arrow())
    try:
        connection.execute(
            statement("load/restate_history_find.sql"),
            {"since": since, "recorded_at": recorded_at},
        )
    finally:
        connection.unregister("rule_spans")
    found = connection.execute(
        "select min(snapshot_at), max(snapshot_at) from temp.restated_history"
    ).fetchall()
    restated = None if found[0][0] is None else BuildWindow(*found[0])
    if restated is not None:
        put_in_place(connection, recorded_at)
        note_stale(connection, "core.open_interest", restated.since, restated.until)
    connection.execute("drop table temp.restated_history")
    return restated


def put_in_place(connection: duckdb.DuckDBPyConnection, recorded_at: datetime) -> None:
    """Let the rows of ``temp.restated_history`` take the place of those that they are made of.

    Args:
        connection: Writer, inside a transaction.
        recorded_at: When the restatement becomes known; old rows are kept until then.
    """
    connection.execute(statement("load/restated_close.sql"), {"recorded_at": recorded_at})
    connection.execute(statement("load/restated_insert.sql"))


def _spans(rules: Mapping[str, UnitRule]) -> Iterator[tuple[Any, ...]]:
    """Say of each rule what stands in its place in each span of time."""
    followed = {rule.follows for rule in rules.values()}
    for name in rules.keys() - followed:
        family = spans(rules, name)
        for stored in family:
            for held in family:
                yield (
                    stored.id,
                    held.id,
                    held.suspect_reason or None,
                    float(held.counting_factor),
                    bool(stored.suspect_reason),
                    held.valid_from,
                    held.valid_to,
                )
