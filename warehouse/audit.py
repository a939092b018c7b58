"""Audit the snapshots of runs: routes to USD, volume, jumps of unit, prices; and data quality."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from types import MappingProxyType

import duckdb

from oirisk.schemas.tables.open_interest import ROUTE_TOLERANCE
from oirisk.warehouse.build import BuildWindow
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.steps import build_step, insert_mart

log = logging.getLogger(__name__)

AUDIT_STEPS = (
    "int_audit_snapshots",
    "int_audit_rows",
    "int_audit_steps",
    "int_audit_volumes",
    "int_audit_jumps",
    "int_audit_routes",
    "int_audit_prices",
    "int_audit_found",
)
PART_SNAPSHOTS = 30
"""Snapshots audited at once; bounds memory, changes no finding."""

LIMITS: Mapping[str, float] = MappingProxyType(
    {
        "route_tolerance": ROUTE_TOLERANCE,
        "volume_tolerance": 0.02,
        "volume_minimum_usd": 10_000.0,
        "jump_tolerance": 0.05,
        "jump_minimum_usd": 100_000.0,
        "price_tolerance": 0.02,
        "price_other_coin": 0.5,
    }
)
"""When a figure becomes a finding: fractions, and USD below which nobody need look."""


def build_audit(
    connection: duckdb.DuckDBPyConnection, window: BuildWindow, max_age_minutes: float
) -> dict[str, int]:
    """Replace the findings and the data quality of a window of snapshots (M36).

    Only snapshots of runs are audited; history that was loaded has checks of its own. A run
    after this window may be compared with what changed in it, so let the window reach there.

    Args:
        connection: Writer of a migrated warehouse; the caller's transaction is used.
        window: Snapshots to audit.
        max_age_minutes: An observation further from its snapshot is stale.

    Returns:
        Rows written, by table.
    """
    for table in ("ops.audit", "marts.data_quality"):
        connection.execute(
            f"delete from {table} where snapshot_at between $since and $until",  # noqa: S608
            asdict(window),
        )
    written = {"ops.audit": 0, "marts.data_quality": 0}
    for part in _parts(connection, window):
        values = {**LIMITS, **asdict(part), "max_age_minutes": max_age_minutes}
        for name in AUDIT_STEPS:
            build_step(connection, name, values)
        findings = connection.execute(statement("ops/audit_insert.sql")).fetchall()
        written["ops.audit"] += int(findings[0][0])
        written["marts.data_quality"] += insert_mart(connection, "data_quality", values)
    for name in AUDIT_STEPS:
        connection.execute(f"drop table if exists temp.{name}")
    log.info("audited findings=%d venues=%d", *written.values())
    return written


def _parts(connection: duckdb.DuckDBPyConnection, window: BuildWindow) -> Iterator[BuildWindow]:
    """Cut a window so that no part holds more snapshots of runs than fit in memory."""
    rows = connection.execute(
        "select distinct snapshot_at from ops.runs"
        " where flow in ('nightly', 'snapshot') and snapshot_at between $since and $until"
        " order by snapshot_at",
        asdict(window),
    ).fetchall()
    instants = [row[0] for row in rows]
    for start in range(0, len(instants), PART_SNAPSHOTS):
        part = instants[start : start + PART_SNAPSHOTS]
        yield BuildWindow(part[0], part[-1])
