"""The notebook runs from the top on a published home, and draws what is in it."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from oirisk.flows.marts import build_totals
from oirisk.flows.settings.model import Settings
from oirisk.warehouse.home import Home
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import writing

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "open_interest.py"
START = datetime(2026, 3, 2, tzinfo=UTC)
RUN = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("notebook", sys.argv[1])
notebook = importlib.util.module_from_spec(spec)
spec.loader.exec_module(notebook)
_outputs, names = notebook.app.run()
charts = {}
for name in ("levels_chart", "candles_chart", "clusters_chart", "strikes_chart", "terms_chart"):
    drawn = names[name].to_dict()
    (rows,) = drawn["datasets"].values()
    charts[name] = rows
charts["words"] = names["options_words"].text
print(json.dumps(charts, default=str))
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two venues over three hours, one cluster, options at one strike, and a dated future."""
    home = Home(tmp_path / "home")
    with writing(home, START) as connection:
        connection.execute(
            "insert into core.open_interest by name select"
            " $start::timestamptz + to_minutes(5 * n) as snapshot_at, snapshot_at as observed_at,"
            " snapshot_at as recorded_at, 'run' as run_id, venue, 'BTC/USDT:USDT' as symbol,"
            " 'BTC' as asset, 'perp' as kind, 'linear' as margin, 1000.0 + n as oi_base,"
            " oi_base * 1e6 as oi_usd, 1e6 as mark_price, 'rule' as unit_rule,"
            " 1.0 as counting_factor, 'live' as source, 'ok' as quality, false as is_simulated"
            " from range(36) as steps (n), (values ('gate'), ('okx')) as venues (venue)",
            {"start": START},
        )
        build_totals(connection, BuildWindow(START, START.replace(hour=3)), Settings())
        connection.execute(
            "insert into marts.clusters by name select ? as snapshot_at, 'BTC' as asset,"
            " 'entry' as kind, 'c1' as cluster_id, 'both' as side, 99.0 as price_low,"
            " 101.0 as price_high, 100.0 as price_peak, 100.0 as centroid, 5.0 as base,"
            " 3e6 as usd, 0.1 as share, 1.0 as prominence, 0.0 as distance_pct,"
            " 'born' as status, false as is_simulated",
            [START],
        )
        _tell_options(connection, START)
    return home


def _tell_options(connection: Any, at: datetime) -> None:
    """Store figures of options; what columns they lack is zero where it may not be null."""
    told: dict[str, dict[str, object]] = {
        "options_by_asset": {"oi_base": 7.0, "put_call_ratio": 0.4, "gex_gross_usd": 3e6,
                             "gex_net_naive_usd": -1e6, "gex_net_short_all_usd": -3e6,
                             "published": True},
        "options_by_strike": {"expiry": at, "strike": 100.0, "call_oi_base": 5.0,
                              "put_oi_base": 2.0},
        "options_by_expiry": {"expiry": at, "atm_iv": 0.5, "published": True},
        "term_structure": {"expiry": at, "symbol": "A", "basis_annualised_pct": 6.0},
    }  # fmt: skip
    for table, figures in told.items():
        row = {"snapshot_at": at, "asset": "BTC", "venue": "ALL", **figures}
        needed = connection.execute(
            "select column_name, if(data_type = 'BOOLEAN', 'false', '0') from duckdb_columns()"
            " where schema_name = 'marts' and table_name = $1 and not is_nullable",
            [table],
        ).fetchall()
        parts = [f"${name} as {name}" for name in row]
        parts += [f"{zero} as {name}" for name, zero in needed if name not in row]
        connection.execute(
            f"insert into marts.{table} by name select {', '.join(parts)}",
            row,
        )


def _run(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own notebook
        [sys.executable, *arguments],
        env={"OIRISK_HOME": str(home.root), "PATH": "", "HOME": str(home.root),
             "PYTHONPATH": ":".join(path for path in sys.path if path)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.skipif(find_spec("marimo") is None, reason="marimo is installed by `make dev`")
def test_the_notebook_draws_levels_candles_and_clusters(home: Home) -> None:
    before = home.published.read_bytes()
    done = _run(home, "-c", RUN, str(NOTEBOOK))
    assert done.returncode == 0, done.stderr
    drawn: dict[str, list[dict[str, Any]]] = json.loads(done.stdout.splitlines()[-1])
    assert len(drawn["levels_chart"]) == 72
    assert drawn["levels_chart"][0]["oi_usd_bn"] == pytest.approx(1.0)
    candles = [(row["open"], row["close"]) for row in drawn["candles_chart"]]
    assert candles == [(2000, 2070)]
    assert [row["usd_m"] for row in drawn["clusters_chart"]] == [3]
    strikes = [(row["side"], row["strike"], row["coins"]) for row in drawn["strikes_chart"]]
    assert strikes == [("calls", 100, 5), ("puts", 100, -2)]
    terms = [(row["what"], row["percent"]) for row in drawn["terms_chart"]]
    assert terms == [("at the money", 50), ("basis, ALL", 6)]
    assert "7.0 coins are open, puts over calls 0.4" in drawn["words"]
    assert "by 3.0 million USD, whoever holds them" in drawn["words"]
    assert "-1.0 million if long calls and short puts" in drawn["words"]
    assert home.published.read_bytes() == before
