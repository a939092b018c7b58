"""Build entry-price profile, liquidation map, clusters and what rests on them for a snapshot."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from oirisk.schemas.errors import ConfigurationError
from oirisk.warehouse.liquidation import (
    DEFAULTS,
    DEPTH_STEPS,
    RULE_STEPS,
    STANDING_STEPS,
    Models,
    build_calibration,
    build_coupled,
    build_map,
    build_scores,
    build_standing,
    build_stress,
)
from oirisk.warehouse.steps import build_step, replace_mart

log = logging.getLogger(__name__)

__all__ = ["CLUSTER_STEPS", "PARAMETERS", "POSITION_STEPS", "build_clusters", "build_step"]

POSITION_STEPS = (
    "int_position_universe",
    "int_position_missing",
    "int_position_assets",
    "int_liquidation_members",
    "int_position_steps",
    "int_position_paths",
    "int_position_moves",
    "int_liquidation_books",
)
CLUSTER_STEPS = (
    "int_strike_universe",
    "int_strike_assets",
    "int_strike_ladder",
    "int_cluster_assets",
    "int_cluster_parts",
    "int_cluster_bins",
    "int_cluster_bin_runs",
    "int_cluster_previous",
    "int_cluster_lineage",
)
PARAMETERS = frozenset(
    {
        "rotation", "bin_pct", "range_pct", "history_days", "minimum_share", "minimum_usd",
        "top_assets", "max_age_minutes",
    }
)  # fmt: skip


def build_clusters(
    connection: duckdb.DuckDBPyConnection,
    snapshot_at: datetime,
    parameters: Mapping[str, Any],
    models: Models,
) -> dict[str, int]:
    """Build profile, liquidation map, clusters, scores and stress of one snapshot.

    Replaces what is there; runs in the caller's transaction, if there is one. The rows depend
    on facts up to the snapshot, on calibrations up to it, and on clusters and maps of the 48
    hours before it, so a second run changes nothing.

    Args:
        connection: Writer of a migrated warehouse.
        snapshot_at: The snapshot, an aware instant.
        parameters: ``rotation`` (share of volume, 0 to 1), ``bin_pct`` and ``range_pct``
            (percent), ``history_days``, ``minimum_share`` (0 to 1), ``minimum_usd``,
            ``top_assets`` (count), ``max_age_minutes``; those of ``liquidation.DEFAULTS`` may be
            given too; others are ignored.
        models: What is not SQL.

    Returns:
        Rows written, by table.

    Raises:
        ConfigurationError: A parameter is missing, or the snapshot has no time zone.
    """
    missing = sorted(PARAMETERS - parameters.keys())
    if missing:
        raise ConfigurationError(
            f"the profile needs {', '.join(sorted(PARAMETERS))}; missing: {', '.join(missing)}"
        )
    if snapshot_at.tzinfo is None:
        raise ConfigurationError(f"a snapshot needs a time zone, saw {snapshot_at!r}")
    values = {**DEFAULTS, **parameters, "until": snapshot_at}
    for name in POSITION_STEPS:
        build_step(connection, name, values)
    written = {"marts.leverage_calibration": build_calibration(connection, values, models)}
    build_standing(connection, values, models)
    written |= build_map(connection, values)
    written["marts.oi_profile"] = replace_mart(connection, "oi_profile", values)
    written["marts.cluster_scores"] = build_scores(connection, values)
    written["marts.stress"] = build_stress(connection, values, models)
    written["marts.coupled_stress"] = build_coupled(connection, values, models)
    for name in CLUSTER_STEPS:
        build_step(connection, name, values)
    _tell_unplaced_options(connection, snapshot_at)
    written["marts.clusters"] = replace_mart(connection, "clusters", values)
    steps = (*DEPTH_STEPS, *STANDING_STEPS, "int_position_opens", *RULE_STEPS, *POSITION_STEPS)
    for name in (*steps, *CLUSTER_STEPS):
        connection.execute(f"drop table temp.{name}")
    return written


def _tell_unplaced_options(connection: duckdb.DuckDBPyConnection, snapshot_at: datetime) -> None:
    rows = connection.execute(
        "select venue, count(*) from int_strike_universe"
        " where taken_at = $until and (strike is null or side is null)"
        " group by venue order by venue",
        {"until": snapshot_at},
    ).fetchall()
    for venue, count in rows:
        log.warning(
            "%s: %d options are listed without strike or side; no cluster of strikes holds them,"
            " shares of the open interest do",
            venue,
            count,
        )
