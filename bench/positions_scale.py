"""Measure how long positions and the liquidation map of a large market take to build.

    python -m bench.positions_scale [--assets 100] [--venues 5] [--days 30]

Facts are drawn at random straight into a warehouse file: what counts here is how many, not what
they say. Two builds are timed, of the whole history and of one night later, in seconds and in
seconds of processor time; what learning leverage takes, a few assets a night, is told apart.
"""

import argparse
import resource
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import duckdb
import polars as pl

from oirisk.flows.settings.model import Settings
from oirisk.warehouse.marts import build_map
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.registry import MODELS, Models

START = datetime(2026, 1, 5, tzinfo=UTC)
STEPS_A_DAY = 288

SERIES = """
create temp table series as
with

walks as (

    select
        asset_number,
        venue_number,
        step,
        sum(0.002 * (random() - 0.5)) over walk as price_log,
        sum(0.004 * (random() - 0.5)) over walk as oi_log
    from
        range($assets) as assets (asset_number),
        range($venues) as venues (venue_number),
        range($steps) as steps (step)
    window walk as (partition by asset_number, venue_number order by step)

)

select
    'A' || asset_number as asset,
    'venue' || venue_number as venue,
    asset || '/USDT:USDT' as symbol,
    $start::timestamptz + to_minutes(5 * (step + 1)) as snapshot_at,
    100 * exp(price_log) as price,
    1e6 / (1 + asset_number) * exp(oi_log) as oi_base,
    price * (0.998 + 0.002 * random()) as low,
    price * (1 + 0.002 * random()) as high,
    oi_base * 0.02 * random() as volume
from walks
"""
FACTS = """
insert into core.open_interest by name
select
    snapshot_at, snapshot_at as observed_at, snapshot_at as recorded_at, 'bench' as run_id,
    venue, symbol, asset, 'perp' as kind, 'linear' as margin, oi_base, oi_base * price as oi_usd,
    price as mark_price, 'bench' as unit_rule, 1 as counting_factor, 'import' as source,
    'ok' as quality, true as is_simulated
from series
"""
BARS = """
insert into core.bars by name
select
    snapshot_at - interval 5 minute as bar_at, '5m' as interval, venue, symbol, asset,
    price as open, high, low, price as close, volume as volume_base, volume * price as volume_usd
from series
"""


def fill(connection: duckdb.DuckDBPyConnection, assets: int, venues: int, days: int) -> datetime:
    """Store the facts of so many days; return the instant of the last."""
    steps = days * STEPS_A_DAY
    connection.execute(SERIES, {"assets": assets, "venues": venues, "steps": steps, "start": START})
    for statement in (FACTS, BARS, "drop table temp.series", "checkpoint"):
        connection.execute(statement)
    return START + timedelta(minutes=5) * steps


def measure(file: Path, assets: int, venues: int, days: int) -> None:
    """Fill a warehouse and print how long its builds take."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "set threads = 2; set timezone = 'UTC'; set memory_limit = '3GB';"
            " set asof_loop_join_threshold = 0"
        )
        migrate(connection, START)
        last = fill(connection, assets, venues, days)
        parameters = {
            **Settings().clusters.model_dump(), "top_assets": assets, "max_age_minutes": 30.0,
        }  # fmt: skip
        for name, until in (("first", last - timedelta(days=1)), ("nightly", last)):
            learning: list[float] = []
            begun, processor = perf_counter(), process_time()
            connection.execute("begin transaction")
            rows = build_map(connection, until, parameters, timed(learning))
            connection.execute("commit")
            print(
                f"{name} build {perf_counter() - begun:.1f} s, of these {sum(learning):.1f} s"
                f" learning leverage; processor {process_time() - processor:.1f} s; rows {rows}",
                flush=True,
            )


def timed(seconds: list[float]) -> Models:
    """Return the models, of which learning leverage notes how long it took."""
    model = MODELS["marts.leverage_calibration"]

    def calibrate(*frames: pl.DataFrame, **told: Any) -> pl.DataFrame:  # noqa: ANN401 -- passed on
        begun = perf_counter()
        assert model.function is not None
        learned = model.function(*frames, **told)
        seconds.append(perf_counter() - begun)
        return learned

    return {**MODELS, model.table: replace(model, function=calibrate)}


def main() -> None:
    """Print seconds and the memory that the process ever had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=100)
    parser.add_argument("--venues", type=int, default=5)
    parser.add_argument("--days", type=int, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder) / "scale.duckdb", arguments.assets, arguments.venues, arguments.days)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
