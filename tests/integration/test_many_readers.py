"""A hundred readers and a writer that publishes: nobody waits, fails or sees half a run."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from oirisk.warehouse.home import Home
from oirisk.warehouse.load import STORED_COLUMNS, RunRow, load_open_interest, record_run
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import writing
from tests.models import CoverageParameters, build_marts

READERS, RUNS, PER_RUN = 100, 3, 50
START = datetime(2026, 3, 2, tzinfo=UTC)
SCRIPT = Path(__file__).with_name("many_readers.py")


def _run(home: Home, number: int) -> None:
    """Load and publish one run of as many instruments as the readers expect."""
    at = START + timedelta(hours=number)
    run = RunRow(
        f"run {number}", "snapshot", at, at, at, "completed", "0", "live", is_simulated=False,
        error=None,
    )  # fmt: skip
    known = {
        "snapshot_at": at, "observed_at": at, "venue": "okx", "asset": "BTC", "kind": "perp",
        "margin": "linear", "oi_base": 10.0, "oi_usd": 1000.0, "mark_price": 100.0,
        "unit_rule": "rule", "counting_factor": 1.0, "source": "live", "quality": "ok",
        "is_simulated": False,
    }  # fmt: skip
    rows = pl.DataFrame({"symbol": [f"BTC/USDT:{n}" for n in range(PER_RUN)]}).with_columns(
        *(pl.lit(value).alias(name) for name, value in known.items())
    )
    missing = [name for name in STORED_COLUMNS if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in missing)
    with writing(home, at) as connection:
        record_run(connection, run, pl.DataFrame(), pl.DataFrame())
        load_open_interest(
            connection, rows.select(STORED_COLUMNS), run_id=run.run_id, recorded_at=at
        )
        build_marts(connection, BuildWindow(at, at), CoverageParameters(0.9, 30, 7))


def test_a_hundred_readers_see_whole_runs_while_one_publishes(tmp_path: Path) -> None:
    home, stop = Home(tmp_path / "home"), tmp_path / "stop"
    _run(home, 0)
    readers = subprocess.Popen(  # noqa: S603 -- our own script
        [sys.executable, str(SCRIPT), str(home.published), str(READERS), str(stop)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert readers.stdout is not None
        assert readers.stdout.readline() == "ready\n"
        for number in range(1, RUNS):
            _run(home, number)
    finally:
        stop.touch()
        printed, _ = readers.communicate(timeout=120)
    seen = json.loads(printed)
    assert len(seen) == READERS
    assert [wrong for one in seen for wrong in one["wrong"]] == []
    assert min(one["opened"] for one in seen) > 0
    assert {one["newest"] for one in seen} == {RUNS}
