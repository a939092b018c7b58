"""A home, and files, under any name that a file system allows: every command works on them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from oirisk.flows.cli.app import app
from oirisk.flows.imports.files import find_files

pytestmark = pytest.mark.integration

NAMES = (
    "home [a-z] [1] * of {x,y}", "it's \"quoted\"; & $HOME #1 100%s Überlauf 持仓 \u200b",
    "back\\slash [x] [", "-rf %2e%2e",
)  # fmt: skip
FILL = "2026-03-01T00:00:00Z,BTC,fill,a,b,3\n"
METRIC = "2024-02-16 00:{:02d}:00,BTCUSDT,10{},5050000,1.5,2,0.25,3\n"


@pytest.fixture(params=NAMES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of that name, in one of that name."""
    folder: Path = tmp_path / request.param / request.param
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def oirisk(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a function that runs a command, which must end well, and returns what it prints."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object, status: int = 0) -> str:
        done = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert done.exit_code == status, (arguments, done.output)
        return done.stdout

    return run


def test_every_command_works_in_a_home_of_any_name(
    place: Path, oirisk: Callable[..., str], desk: Any, tape: Any, gate_row: Any
) -> None:
    home = f"--home={place}"
    oirisk("init", home)
    night = tape.gate(gate_row(3_000, 50_000)).write()
    stored = type(desk)(type(desk.home)(place), desk.settings)
    report = stored.write_report(stored.replay(night)) / "index.html"
    assert report.is_file()
    told = json.loads(oirisk("sql", home, "--format", "json", "from raw.responses"))
    assert {row["venue"] for row in told} == {"gate"}
    assert "1 runs" in oirisk("rederive", home, "--since", "2026-11-01")
    for form in ("parquet", "csv", "xlsx"):
        oirisk("export", place / form, home, "--table", "marts.oi_by_asset", "--format", form)
    files = list((place / "parquet").rglob("*.parquet"))
    assert [pl.read_parquet(file, glob=False)["oi_base"].to_list() for file in files] == [[30.0]]
    assert "marts built" in oirisk("build", home, "--full")
    assert "compact" in oirisk("maintain", home)
    oirisk("report", home)
    said = oirisk("doctor", home, status=1)
    assert "fail" not in said
    assert "night-missing" in said


def test_files_of_any_name_are_read(place: Path, oirisk: Callable[..., str]) -> None:
    home = f"--home={place / 'home'}"
    text = "".join(METRIC.format(5 * n, n) for n in range(3))
    (place / "m.csv").write_text(text)
    (place / "more.csv").write_text(METRIC.format(55, 5))
    assert "3 accepted" in oirisk("import", home, place / "m.csv")
    assert "4 rows received, 4 accepted" in oirisk("import", home, place / "*.csv")
    events, supply = place / "events.csv", place / "supply.csv"
    events.write_text("event_at,asset,event_type\n2026-03-03T13:30:00Z,ALL,cpi\n")
    supply.write_text("as_of,asset,circulating_base\n2026-03-01,BTC,2e7\n")
    oirisk("build", home, f"--events={events}", f"--supply={supply}")
    fills = place / "fills.csv"
    fills.write_text(f"at,instrument,event,buyer,seller,quantity\n{FILL}")
    oirisk("ledger", fills, f"--output={place / 'steps.parquet'}")
    steps = pl.read_parquet(place / "steps.parquet", glob=False)
    assert steps["open_interest"].to_list() == [3.0]
    steps.select("at", "instrument", event=pl.lit("fill"), buyer=pl.lit("a"), seller=pl.lit("b"),
                 quantity=pl.lit(3.0)).write_parquet(place / "fills.parquet")  # fmt: skip
    oirisk("ledger", place / "fills.parquet")


def test_a_night_runs_in_a_home_with_a_pattern_in_its_name(
    tmp_path: Path, oirisk: Callable[..., str], tape: Any, gate_row: Any
) -> None:
    home = tmp_path / "home [a-z]*"
    night = tape.gate(gate_row(3_000, 50_000)).write()
    told = json.loads(oirisk("nightly", f"--home={home}", f"--replay={night}", "--json"))
    assert told["state"] == "completed"
    assert Path(told["report"]).is_file()


def test_a_question_mark_in_the_path_of_a_home_is_refused_with_the_way_out(
    tmp_path: Path, tape: Any, gate_row: Any
) -> None:
    file = tmp_path / "m.csv"
    file.write_text(METRIC.format(0, 1))
    done = CliRunner().invoke(app, ["import", f"--home={tmp_path / 'what?'}", str(file)])
    assert done.exit_code == 2
    assert "holds a question mark" in done.output
    assert "choose another --home" in done.output


def test_a_folder_that_is_there_is_meant_letter_by_letter_and_the_rest_is_a_pattern(
    tmp_path: Path,
) -> None:
    for name in ("a[1]", "a1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_text("")
    assert find_files([f"{tmp_path}/a[1]/*.csv"]) == [tmp_path / "a[1]" / "x.csv"]
    assert len(find_files([f"{tmp_path}/a*/x.csv"])) == 2
