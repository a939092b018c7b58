"""Write facts: keyed, idempotent, append-only, inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import polars as pl

from oirisk.schemas.columns import LOAD_COLUMNS, UTC_MICROSECONDS
from oirisk.schemas.tables.facts import OpenInterestTable
from oirisk.schemas.tables.open_interest import SIDES
from oirisk.schemas.tables.registry import TABLES
from oirisk.schemas.units import unit_rules
from oirisk.warehouse.market_facts import Loaded, load_facts
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.stale import note_listing, note_stale, note_stale_rows

OPTIONAL_COLUMNS = (*SIDES, "route_usd")
"""Stored where a frame has them; history and imports give one figure only."""

_JUDGED_LATER = ("suspect_reason", "is_contradicted")
STORED_COLUMNS = tuple(
    OpenInterestTable.dtypes(without={*LOAD_COLUMNS, *OPTIONAL_COLUMNS, *_JUDGED_LATER})
)

_IMPORTED = {"source": "import", "is_simulated": False}
"""What rows of files have in common, where their table has such columns."""

_RULE_COLUMNS = (
    "venue", "product", "field", "unit", "contract_size_source", "counting_factor",
    "unit_evidence", "counting_evidence", "unit_source", "counting_source", "valid_from",
    "valid_to", "follows", "suspect_reason",
)  # fmt: skip


_NONE = pl.DataFrame()


@dataclass(frozen=True)
class RunRow:
    """One row of ``ops.runs``."""

    run_id: str
    flow: str
    snapshot_at: datetime
    started_at: datetime
    ended_at: datetime | None
    state: str
    version: str
    source: str
    is_simulated: bool
    error: str | None


def load_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: pl.DataFrame,
    *,
    run_id: str,
    recorded_at: datetime,
) -> Loaded:
    """Store imported rows in a table of facts; one that is stored already stays as it is.

    Args:
        connection: Writer, inside a transaction.
        table: Of ``core``.
        rows: One row per key; columns that it lacks are null, others are left out.
        run_id: The run that brings the rows.
        recorded_at: When they become known.
    """
    if table == "core.bars":
        return load_bars(connection, rows)
    dtypes = TABLES[table].dtypes(without={*LOAD_COLUMNS, *_JUDGED_LATER})
    told = [name for name in dtypes if name in rows.columns and name not in _IMPORTED]
    staged = rows.select(
        *told,
        *(
            pl.lit(_IMPORTED.get(name), dtype=dtype).alias(name)
            for name, dtype in dtypes.items()
            if name not in told
        ),
    )
    return load_facts(connection, table, staged, run_id=run_id, recorded_at=recorded_at)


def load_open_interest(
    connection: duckdb.DuckDBPyConnection,
    rows: pl.DataFrame,
    *,
    run_id: str,
    recorded_at: datetime,
) -> Loaded:
    """Store open interest; what is already stored stays, what differs is superseded.

    Args:
        connection: Writer, inside a transaction.
        rows: Frame with ``STORED_COLUMNS`` and what it has of ``OPTIONAL_COLUMNS``; one row per
            (snapshot_at, venue, symbol).
        run_id: The run that brings the rows.
        recorded_at: When they become known.
    """
    absent = [name for name in OPTIONAL_COLUMNS if name not in rows.columns]
    staged = rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in absent)
    columns = (*STORED_COLUMNS, *OPTIONAL_COLUMNS)
    return load_facts(
        connection, "core.open_interest", staged.select(columns),
        run_id=run_id, recorded_at=recorded_at,
    )  # fmt: skip


def load_instruments(
    connection: duckdb.DuckDBPyConnection, rows: pl.DataFrame, *, listed_at: datetime
) -> None:
    """Store a venue's whole listing, keeping the history of every change.

    Args:
        connection: Migrated, in the caller's transaction.
        rows: One row a contract, as ``core.instruments`` without its period.
        listed_at: Since when the listing holds; what it lacks ends there.
    """
    with _staged(connection, "staged_instruments", rows):
        changed = [
            connection.execute(statement(f"load/{name}.sql"), {"listed_at": listed_at}).fetchall()
            for name in ("close_instruments", "insert_instruments")
        ]
    for venue in rows["venue"].unique() if any(counted[0][0] for counted in changed) else ():
        note_listing(connection, venue, listed_at)
    connection.execute("delete from core.instruments where valid_to <= valid_from")


def knows_later_listing(
    connection: duckdb.DuckDBPyConnection, venue: str, listed_at: datetime
) -> bool:
    """Return whether a run that speaks of a later instant has read the venue's listing.

    Such a listing must not be followed by an older one: what changed when would be lost.
    """
    found = connection.execute(
        statement("load/later_listings.sql"), {"venue": venue, "listed_at": listed_at}
    ).fetchall()
    return bool(found[0][0])


def listed_name(
    connection: duckdb.DuckDBPyConnection, venue: str, symbol: str
) -> tuple[str, float] | None:
    """Return asset and coins per listed base of a contract as it is listed; None if it is not."""
    found = connection.execute(
        "select asset, base_multiplier from core.instruments"
        " where venue = ? and symbol = ? and valid_to is null",
        [venue, symbol],
    ).fetchone()
    return None if found is None else (found[0], found[1])


def rewind_instruments(
    connection: duckdb.DuckDBPyConnection, venue: str, listed_at: datetime
) -> None:
    """Forget what listings from an instant on said of a venue, so that they can be read anew."""
    for name in ("forget_instruments", "reopen_instruments"):
        connection.execute(statement(f"load/{name}.sql"), {"venue": venue, "listed_at": listed_at})
    note_stale(connection, "core.instruments", listed_at)


def withdraw_open_interest(
    connection: duckdb.DuckDBPyConnection,
    rows: pl.DataFrame,
    *,
    snapshot_at: datetime,
    venues: Sequence[str],
    recorded_at: datetime,
) -> None:
    """Close the current rows of a snapshot that its responses no longer give.

    Args:
        connection: Writer, inside a transaction.
        rows: Frame with ``STORED_COLUMNS``: everything the responses give now.
        snapshot_at: The snapshot.
        venues: Those whose responses were read; rows of others, and imports, stay.
        recorded_at: When the withdrawal becomes known.
    """
    with _staged(connection, "staged_open_interest", rows.select(STORED_COLUMNS)):
        connection.execute(
            statement("load/withdraw_open_interest.sql"),
            {"snapshot_at": snapshot_at, "venues": list(venues), "recorded_at": recorded_at},
        )
    note_stale_rows(connection, "core.open_interest", "snapshot_at", recorded_at)


def held_venues(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the venues that runs have had figures of."""
    rows = connection.execute(
        "select distinct venue from ops.coverage where accepted > 0"
    ).fetchall()
    return frozenset(row[0] for row in rows)


def run_starts(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """Return when each run on record started, by run."""
    rows = connection.execute("select run_id, started_at from ops.runs").fetchall()
    return dict(rows)


def live_keys(connection: duckdb.DuckDBPyConnection, since: Any, until: Any) -> pl.DataFrame:  # noqa: ANN401
    """Return ``snapshot_at, venue, symbol`` of what runs saw live, both ends included.

    Args:
        connection: Migrated.
        since: First instant, as a frame gives it.
        until: Last instant.
    """
    found = connection.execute(
        "select snapshot_at, venue, symbol from core.open_interest"
        " where source = 'live' and superseded_at is null and snapshot_at between ? and ?",
        [since, until],
    ).pl()
    return found.with_columns(pl.col("snapshot_at").cast(UTC_MICROSECONDS))


def load_bars(connection: duckdb.DuckDBPyConnection, bars: pl.DataFrame) -> Loaded:
    """Store bars; one that is stored already stays, or is replaced where it differs.

    Args:
        connection: Writer, inside a transaction.
        bars: Frame with the columns of ``core.bars``, one row per bar.
    """
    with _staged(connection, "staged_bars", bars):
        replaced = connection.execute(statement("load/replace_bars.sql")).fetchall()
        added = connection.execute(statement("load/insert_bars.sql")).pl()["bar_at"]
    if not added.is_empty():
        note_stale(connection, "core.bars", added.min(), added.max())  # type: ignore[arg-type]
    return Loaded(added.len(), int(replaced[0][0]))


def record_run(
    connection: duckdb.DuckDBPyConnection,
    run: RunRow,
    coverage: pl.DataFrame,
    rejects: pl.DataFrame,
    fetches: pl.DataFrame = _NONE,
) -> bool:
    """Write a run's ledger; a run that has ended and is on record is left as it is.

    Args:
        connection: Writer, inside a transaction.
        run: The run.
        coverage: Columns of ``ops.coverage``.
        rejects: Columns of ``ops.rejects``.
        fetches: Columns of ``ops.fetches``.

    Returns:
        Whether the run was new.
    """
    known = connection.execute(
        "select 1 from ops.runs where run_id = ? and state <> 'running'", [run.run_id]
    ).fetchall()
    if known:
        return False
    connection.execute("delete from ops.runs where run_id = ?", [run.run_id])
    for table, frame in (
        ("ops.runs", pl.DataFrame([run.__dict__])),
        ("ops.fetches", fetches),
        ("ops.coverage", coverage),
        ("ops.rejects", rejects),
    ):
        _append(connection, table, frame)
    note_stale(connection, "ops.runs", run.snapshot_at, run.snapshot_at)
    return True


def load_unit_rules(connection: duckdb.DuckDBPyConnection) -> None:
    """Copy the unit registry into ``ops.unit_rules``, so that queries can join it.

    Marts say how meanings are known: where that changed of a rule that stored figures follow, they
    are to be built anew.
    """
    rows = [
        {
            "unit_rule": rule.id,
            **rule.model_dump(include=set(_RULE_COLUMNS)),
            "counting_factor": float(rule.counting_factor),
            "follows": rule.follows or None,
            "suspect_reason": rule.suspect_reason or None,
        }
        for rule in unit_rules().values()
    ]
    optional: dict[str, pl.DataType | type[pl.DataType]] = {
        **dict.fromkeys(("valid_from", "valid_to"), UTC_MICROSECONDS),
        **dict.fromkeys(("follows", "suspect_reason"), pl.String),
    }
    frame = pl.DataFrame(rows, schema_overrides=optional)
    with _staged(connection, "staged_rules", frame):
        is_used = connection.execute(statement("load/changed_rules.sql")).fetchall()[0][0]
    if is_used:
        note_stale(connection, "ops.unit_rules")
    connection.execute("delete from ops.unit_rules")
    _append(connection, "ops.unit_rules", frame)


def _append(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    if frame.is_empty():
        return
    with _staged(connection, "appended", frame):
        connection.execute(f"insert into {table} by name select * from appended")  # noqa: S608


class _staged:  # noqa: N801 -- reads as a statement
    """Expose a frame to SQL under a name while the block runs."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame
    ) -> None:
        self._connection = connection
        self._name = name
        self._table = frame.to_arrow()

    def __enter__(self) -> None:
        self._connection.register(self._name, self._table)

    def __exit__(self, *_error: object) -> None:
        self._connection.unregister(self._name)
