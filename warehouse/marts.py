"""Which marts are built together, and what they are told."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.parameters import MAP_DEFAULTS
from oirisk.warehouse.build import build, run_model
from oirisk.warehouse.registry import MODELS, Models, marts_of
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.window import BuildWindow

log = logging.getLogger(__name__)

TOTALS = marts_of("totals", "series")
"""What sums and compares: made of facts, and of other marts."""

OPTIONS = marts_of("options")
"""Options by strike, expiry and asset: made of facts, of totals, and of the clusters of strikes."""

AUDIT = marts_of("audit")
"""What is checked in the snapshots of runs (M36); history that was loaded has checks of its own."""

MAP = marts_of("map")
"""The entry profile, the liquidation map and what rests on it, of one snapshot."""

OBSERVED = marts_of("observed")
"""What is made of observed positions alone."""

REPORTS = marts_of("cftc")
"""The weekly reports of the CFTC, in coins and USD."""

_STRIKES = "int_strike_universe"


def build_map(
    connection: duckdb.DuckDBPyConnection,
    snapshot_at: datetime,
    parameters: Mapping[str, Any],
    models: Models = MODELS,
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
            ``top_assets`` (count), ``max_age_minutes``; those of ``MAP_DEFAULTS`` may be
            given too; others are ignored.
        models: All models there are.

    Returns:
        Rows written, by table.

    Raises:
        ConfigurationError: A parameter is missing, or the snapshot has no time zone.
    """
    if snapshot_at.tzinfo is None:
        raise ConfigurationError(f"a snapshot needs a time zone, saw {snapshot_at!r}")
    values = {**MAP_DEFAULTS, **parameters}
    window = BuildWindow(snapshot_at, snapshot_at)
    written = build(connection, (*MAP, _STRIKES), window, values, models)
    _tell_unplaced_options(connection, snapshot_at)
    connection.execute(f"drop table temp.{_STRIKES}")
    return written


def _tell_unplaced_options(connection: duckdb.DuckDBPyConnection, snapshot_at: datetime) -> None:
    rows = connection.execute(
        f"select venue, count(*) from {_STRIKES}"  # noqa: S608 -- our own name
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


def build_cftc(connection: duckdb.DuckDBPyConnection, window: BuildWindow | None = None) -> int:
    """Bring ``marts.cftc_positions`` up to date with the reports and with prices.

    Args:
        connection: Writer, inside a transaction.
        window: Snapshots whose facts may have changed; None: no fact has.

    Returns:
        Rows written.
    """
    span = {"since": window.since, "until": window.until} if window else {}
    connection.execute(
        statement("load/forget_cftc_positions.sql"), {"since": None, "until": None, **span}
    )
    return sum(run_model(connection, MODELS[mart], {}) for mart in REPORTS)
