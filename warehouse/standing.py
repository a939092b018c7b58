"""Judge figures by those around them: what stands still, is empty or has expired is suspect (M36).

One rule for every way in: it looks at what is stored, whoever stored it, and restates the verdict.
"""

import logging
from dataclasses import asdict
from datetime import datetime, timedelta

import duckdb

from oirisk.warehouse.restate import put_in_place
from oirisk.warehouse.slices import slices
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.stale import note_stale_rows
from oirisk.warehouse.window import BuildWindow

WITHIN = timedelta(days=8)
"""Observations that are further apart say nothing of one another: a week of nights, and a day."""

SLICE_ROWS = 10_000_000
"""Rows judged at once; bounds memory, changes no verdict."""

_RESTATE = ("restate_standing_now", "restate_standing_find")

log = logging.getLogger(__name__)


def judge_standing(
    connection: duckdb.DuckDBPyConnection, window: BuildWindow, now: datetime
) -> int:
    """Judge open interest anew where rows changed, and around it as far as that bears.

    A row that was stored at ``now`` gets its verdict as it is; of an older one the restated row
    takes the place, and the old one is kept.

    Args:
        connection: Writer, inside a transaction.
        window: The instants whose rows, or whose listing, changed.
        now: When the verdict becomes known.

    Returns:
        How many rows have another verdict now.
    """
    around = BuildWindow(window.since - WITHIN, window.until + WITHIN)
    changed = {"changed_since": window.since, "changed_until": window.until}
    count = 0
    for part in slices(connection, around, "core.open_interest", SLICE_ROWS):
        connection.execute(statement("load/judge_standing.sql"), {**asdict(part), **changed})
        judged = connection.execute("select count(*) from temp.judged_standing").fetchall()[0][0]
        if judged:
            for name in _RESTATE:
                connection.execute(statement(f"load/{name}.sql"), {"recorded_at": now})
            put_in_place(connection, now)
            connection.execute("drop table temp.restated_history")
        count += int(judged)
    connection.execute("drop table temp.judged_standing")
    if count:
        note_stale_rows(connection, "core.open_interest", "snapshot_at", now)
        log.info("judged by the rows around them rows=%d", count)
    return count


def suspects_of(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, int]:
    """Count the current rows of a run that are suspect, by why they are.

    Args:
        connection: Migrated.
        run_id: The run.
    """
    rows = connection.execute(statement("load/suspects_of_run.sql"), {"run_id": run_id}).fetchall()
    return dict(rows)
