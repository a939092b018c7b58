"""Store the CFTC's weekly report."""

from datetime import datetime

import duckdb
import polars as pl

from oirisk.schemas.tables.cftc import CftcPositionsTable
from oirisk.warehouse.imports import Loaded
from oirisk.warehouse.market_facts import FACT_KEYS, load_facts

TABLE = "core.cftc_positions"
KEYS = FACT_KEYS[TABLE]
_OF_THE_LOAD = ("run_id", "recorded_at", "superseded_at")
_COLUMNS = [name for name in CftcPositionsTable.to_schema().columns if name not in _OF_THE_LOAD]


def load_cftc(
    connection: duckdb.DuckDBPyConnection,
    rows: pl.DataFrame,
    *,
    run_id: str,
    recorded_at: datetime,
) -> Loaded:
    """Store rows of the report; what is stored already stays, what differs is superseded.

    Args:
        connection: Writer, inside a transaction.
        rows: At least the columns of ``core.cftc_positions`` but those of the load; one row per
            report_date, exchange and contract_code.
        run_id: The run that brings the rows.
        recorded_at: When they become known.
    """
    added = load_facts(
        connection, TABLE, rows.select(_COLUMNS), run_id=run_id, recorded_at=recorded_at
    )
    restated = connection.execute(
        f"select count(*) from {TABLE} where superseded_at = ?",  # noqa: S608 -- our own name
        [recorded_at],
    ).fetchall()
    return Loaded(inserted=added, superseded=int(restated[0][0]))
