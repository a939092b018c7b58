"""Build the liquidation map and what rests on it for one snapshot (all SQL is in ``sql/``)."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import polars as pl

from oirisk.warehouse.steps import build_step, insert_mart, replace_mart

log = logging.getLogger(__name__)

DEFAULTS: Mapping[str, Any] = {
    "fine_days": 3.0,
    "position_usd": 25_000.0,
    "maintenance_rate": 0.005,
    "map_range_pct": 35.0,
    "calibration_days": 7.0,
    "calibrations": 12,
    "liquidation_clusters": True,
    "strike_range_pct": 50.0,
    "lookback_days": 7.0,
    "known_at": datetime(9999, 1, 1, tzinfo=UTC),
}
"""How many days keep steps shorter than an hour, size of a typical position (its margin tier
holds), maintenance where tiers are not known, how far around the mark the map goes, how long a
calibration counts, how many assets are calibrated in one build, whether levels are clustered too,
how far around the mark strikes are, how many days the last figure of what is missing counts, and
until when facts were recorded that count."""

RULE_STEPS = (
    "int_liquidation_mixes",
    "int_liquidation_rules",
    "int_liquidation_distances",
)
STANDING_STEPS = (
    "int_position_cohorts",
    "int_position_masses",
    "int_position_bins",
    "int_liquidation_alive",
    "int_liquidation_scales",
    "int_liquidation_levels",
)
DEPTH_STEPS = (
    "int_liquidation_venue_depth",
    "int_liquidation_covered",
    "int_liquidation_depth",
)
SCORE_STEPS = (
    "int_score_maps",
    "int_score_bars",
    "int_score_bins",
    "int_score_reported",
    "int_score_falls",
    "int_score_happened",
)
MARTS = (
    "liquidation_map",
    "liquidation_balance",
    "contagion",
    "liquidations_at_risk",
)

Open = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
Calibrate = Callable[[pl.DataFrame, float, float, pl.DataFrame], pl.DataFrame]
Stress = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
Coupled = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Models:
    """What the build asks of the models that are not SQL.

    Args:
        opens: Flows of contracts, step by step, and shares of a mix that are liquidated no nearer
            than some distance, to what each step opens beside forced closes.
        calibrate: Steps of contracts, rotation, maintenance rate and observed positions to
            leverage weights.
        stress: Levels and depth to the stress grid.
        coupled: Levels and depth by exchange to falls on two of them.
    """

    opens: Open
    calibrate: Calibrate
    stress: Stress
    coupled: Coupled


def build_calibration(
    connection: duckdb.DuckDBPyConnection, values: Mapping[str, Any], models: Models
) -> int:
    """Learn the leverage mix of assets whose calibration is too old; return rows written.

    Weights are kept by the instant they were learned at, so that an old map can be rebuilt. What
    was learned at this very snapshot is learned again: its facts may have been corrected.
    """
    frame = _select(connection, "int_liquidation_evidence", values)
    connection.execute(
        "delete from marts.leverage_calibration where calibrated_at = $until",
        {"until": values["until"]},
    )
    if frame.is_empty():
        return 0
    positions = _select(connection, "int_liquidation_observed", values)
    learned = models.calibrate(frame, values["rotation"], values["maintenance_rate"], positions)
    if learned.is_empty():
        return 0
    stamped = learned.with_columns(
        pl.lit(values["until"]).cast(pl.Datetime("us", "UTC")).alias("calibrated_at")
    )
    return _append(connection, "leverage_calibration", stamped)


def build_standing(
    connection: duckdb.DuckDBPyConnection, values: Mapping[str, Any], models: Models
) -> None:
    """Follow positions and their levels through the history, as far as they stand.

    Leaves temporary tables for ``build_map``; those of ``clusters.POSITION_STEPS`` are there, and
    what was learned of leverage.
    """
    for name in RULE_STEPS:
        build_step(connection, name, values)
    flows = _select(connection, "int_position_flows", values)
    opens = models.opens(flows, connection.sql("from int_liquidation_distances").pl())
    connection.register("opened", opens.to_arrow())
    connection.execute("create or replace temp table int_position_opens as from opened")
    connection.unregister("opened")
    for name in STANDING_STEPS:
        build_step(connection, name, values)


def build_map(connection: duckdb.DuckDBPyConnection, values: Mapping[str, Any]) -> dict[str, int]:
    """Build the map, its balance, contagion and liquidations at risk; return rows by table."""
    for name in DEPTH_STEPS:
        build_step(connection, name, values)
    return {f"marts.{mart}": replace_mart(connection, mart, values) for mart in MARTS}


def build_scores(connection: duckdb.DuckDBPyConnection, values: Mapping[str, Any]) -> int:
    """Score the map of the night before; return rows written."""
    connection.execute(
        "delete from marts.cluster_scores where scored_at = $until", {"until": values["until"]}
    )
    for name in SCORE_STEPS:
        build_step(connection, name, values)
    rows = insert_mart(connection, "cluster_scores", values)
    for name in SCORE_STEPS:
        connection.execute(f"drop table temp.{name}")
    return rows


def build_stress(
    connection: duckdb.DuckDBPyConnection, values: Mapping[str, Any], models: Models
) -> int:
    """Run the stress grid on the map of this snapshot; without depth there are no rows."""
    depth = connection.sql("from int_liquidation_depth").pl()
    levels = _select(connection, "int_liquidation_stressable", values)
    grid = models.stress(levels, depth)
    connection.register("int_liquidation_stressed", grid.to_arrow())
    rows = replace_mart(connection, "stress", values)
    connection.unregister("int_liquidation_stressed")
    return rows


def build_coupled(
    connection: duckdb.DuckDBPyConnection, values: Mapping[str, Any], models: Models
) -> int:
    """Run falls on two exchanges at once; without depth on two of them there are no rows."""
    grid = models.coupled(_select(connection, "int_liquidation_couplable", values))
    connection.register("int_liquidation_coupled", grid.to_arrow())
    rows = replace_mart(connection, "coupled_stress", values)
    connection.unregister("int_liquidation_coupled")
    return rows


def _select(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]
) -> pl.DataFrame:
    build_step(connection, name, values)
    frame = connection.sql(f"from temp.{name}").pl()
    connection.execute(f"drop table temp.{name}")
    return frame


def _append(connection: duckdb.DuckDBPyConnection, mart: str, rows: pl.DataFrame) -> int:
    connection.register("appended", rows.to_arrow())
    connection.execute(f"insert into marts.{mart} by name from appended")
    connection.unregister("appended")
    return rows.height
