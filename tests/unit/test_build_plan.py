"""What ``build --plan`` names is what ``build`` then makes, and it changes nothing."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

from oirisk.flows.cli.app import app
from oirisk.flows.marts import marts_due, values_of
from oirisk.flows.settings.model import Settings
from oirisk.warehouse import build as runner
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import STORED_COLUMNS, load_open_interest
from oirisk.warehouse.marts import OPTIONS
from oirisk.warehouse.registry import MODELS, Model, parameters_of
from oirisk.warehouse.writer import looking, writing

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _rows(at: datetime, base: float) -> pl.DataFrame:
    utc = pl.Datetime("us", "UTC")
    row = {
        "snapshot_at": at, "observed_at": at, "venue": "okx", "symbol": "BTC/USDT:USDT",
        "asset": "BTC", "kind": "perp", "margin": "linear", "oi_base": base,
        "oi_usd": base * 100, "mark_price": 100.0, "unit_rule": "rule", "counting_factor": 1.0,
        "source": "history", "quality": "ok", "is_simulated": False,
    }  # fmt: skip
    frame = pl.DataFrame([row], schema_overrides={"snapshot_at": utc, "observed_at": utc})
    empty = {n: pl.lit(None, dtype=pl.Float64) for n in STORED_COLUMNS if n not in frame.columns}
    return frame.with_columns(**empty).select(STORED_COLUMNS)


def _store(home: Path, hours: range) -> None:
    with writing(Home(home), START) as connection:
        for hour in hours:
            at = START + hour * HOUR
            load_open_interest(
                connection, _rows(at, 10 + hour), run_id=f"run{hour}", recorded_at=at
            )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    _store(tmp_path, range(30))
    return tmp_path


Oirisk = Callable[..., str]


@pytest.fixture
def oirisk(home: Path) -> Oirisk:
    def run(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(app, [*arguments, "--home", str(home)])
        assert result.exit_code == status, result.output
        return result.output if status else result.stdout

    return run


def _plan(oirisk: Oirisk, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(oirisk("build", "--plan", "--json", *options))
    return found


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[datetime, datetime]]]:
    """Note which marts are made, of which snapshots."""
    noted: dict[str, list[tuple[datetime, datetime]]] = {}
    run = runner.run_model

    def noting(
        connection: duckdb.DuckDBPyConnection, model: Model, values: Mapping[str, Any]
    ) -> int:
        if model.is_mart:
            noted.setdefault(model.table, []).append((values["since"], values["until"]))
        return run(connection, model, values)

    monkeypatch.setattr(runner, "run_model", noting)
    return noted


def test_nothing_is_changed(home: Path, oirisk: Oirisk) -> None:
    files = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert files
    oirisk("build", "--plan")
    oirisk("build", "--plan", "--full", "--json")
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == files


def test_what_is_planned_is_what_is_built(
    home: Path, oirisk: Oirisk, made: dict[str, list[tuple[datetime, datetime]]]
) -> None:
    oirisk("build")
    assert _plan(oirisk)["builds"] == []
    _store(home, range(30, 32))
    made.clear()
    with looking(Home(home)) as connection:
        due = marts_due(connection, Settings())
    planned = {mart: one.window for one in due for mart in one.marts}
    assert set(_plan(oirisk)["builds"][0]) == {
        "marts", "window", "snapshots", "because", "models",
    }  # fmt: skip
    oirisk("build")
    # Reports are made in one go, audits run by run and options where any is told: there is none.
    others = {"marts.cftc_positions", "ops.audit", "marts.data_quality", *OPTIONS}
    assert set(made) == set(planned) - others
    last = START + 31 * HOUR
    assert made["marts.oi_by_asset"] == [(planned["marts.oi_by_asset"].since, last)]
    assert made["marts.liquidation_map"] == [(last, last)]
    window = planned["marts.convention_nights"]
    assert made["marts.convention_nights"] == [(window.since, window.until)]


def test_a_plan_says_which_facts_changed(home: Path, oirisk: Oirisk) -> None:
    oirisk("build")
    _store(home, range(30, 32))
    builds = _plan(oirisk)["builds"]
    changed = {
        "since": str(START + 30 * HOUR), "until": str(START + 31 * HOUR)
    }  # fmt: skip
    assert [one["because"]["core.open_interest"] for one in builds] == [changed] * len(builds)
    totals = next(one for one in builds if "marts.oi_by_asset" in one["marts"])
    assert totals["window"] == changed
    assert totals["models"][-1] in totals["marts"]
    shown = oirisk("build", "--plan")
    assert "core.open_interest of 2026-03-03 06:00 to 2026-03-03 07:00" in shown


def test_a_plan_holds_the_whole_graph_in_order(oirisk: Oirisk) -> None:
    models = _plan(oirisk)["models"]
    names = [model["model"] for model in models]
    assert set(names) == set(MODELS)
    for place, model in enumerate(models):
        assert set(model["inputs"]) & set(MODELS) <= set(names[:place])
    clusters = next(model for model in models if model["model"] == "int_cluster_previous")
    assert clusters["earlier"] == ["marts.clusters", "marts.oi_profile", "marts.liquidation_map"]


def test_a_plan_up_to_an_instant_maps_the_snapshot_that_was_known_then(oirisk: Oirisk) -> None:
    oirisk("build")
    builds = _plan(oirisk, "--as-of", str(START + 5 * HOUR))["builds"]
    maps = [one for one in builds if "marts.liquidation_map" in one["marts"]]
    at = str(START + 5 * HOUR)
    assert [(one["window"], one["snapshots"]) for one in maps] == [({"since": at, "until": at}, 1)]


def test_a_full_plan_says_so(oirisk: Oirisk) -> None:
    oirisk("build")
    shown = oirisk("build", "--plan", "--full")
    assert "everything is to be built" in shown
    assert "2026-03-02 00:00 to 2026-03-03 05:00" in shown


def test_a_plan_stores_no_file(oirisk: Oirisk, tmp_path: Path) -> None:
    said = oirisk("build", "--plan", "--events", str(tmp_path / "events.csv"), status=2)
    assert "--plan changes nothing" in said


def test_a_warehouse_in_use_is_named(home: Path) -> None:
    command = [sys.executable, "-m", "oirisk", "build", "--plan", "--home", str(home)]
    with writing(Home(home), START):
        found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 -- our own command
    assert found.returncode == 2
    assert "cannot look into" in found.stderr
    assert "another run is writing" in found.stderr


def test_a_warehouse_of_an_older_version_is_named(home: Path, oirisk: Oirisk) -> None:
    with duckdb.connect(str(Home(home).warehouse)) as connection:
        connection.execute("drop table ops.stale")
    said = " ".join(oirisk("build", "--plan", status=2).split())
    assert "An older one made it" in said


def test_settings_give_every_parameter_that_the_window_does_not() -> None:
    told = parameters_of(MODELS.values()).keys() - values_of(Settings()).keys()
    assert told == {"since", "until", "earliest", "recent"}
