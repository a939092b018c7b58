"""``oirisk doctor`` finds what is wrong with an installation, a configuration and a home."""

import asyncio
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from oirisk.flows.batch import Batch
from oirisk.flows.cli.doctor import check_configuration, check_packages, check_python, doctor
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import select_venues
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.pipeline import RunFrame, store
from oirisk.flows.settings.model import Settings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox
from oirisk.warehouse.files import replacing
from oirisk.warehouse.findings import Finding
from oirisk.warehouse.health import check_home
from oirisk.warehouse.home import Home

AT = datetime(2026, 9, 21, tzinfo=UTC)
HOLD = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Make a home with one run of one simulated venue."""
    home = Home(tmp_path_factory.mktemp("doctor") / "home")
    settings = Settings(venues=("deribit",))
    market = SimulatedMarket(7, end=AT, days=1)
    with Sandbox(market, clock=lambda: AT).in_background() as sandbox:
        source = SandboxSource(url=sandbox.url, clock=lambda: AT)
        (venue,) = select_venues(settings.venues)
        fetched = asyncio.run(fetch_venue(venue, source, settings.fetch))
    frame = RunFrame(home, "snapshot", AT, AT, "sandbox", is_simulated=True, settings=settings)
    assert store(frame, Batch([fetched], settings), AT).state == "completed"
    return home


@pytest.fixture
def home(sound: Home, tmp_path: Path) -> Home:
    """Copy the sound home, to be damaged."""
    copy = tmp_path / "home"
    shutil.copytree(sound.root, copy)
    return Home(copy)


def _found(home: Home) -> dict[str, Finding]:
    return {finding.name: finding for finding in check_home(home)}


def _raw_file(home: Home) -> Path:
    (path,) = home.raw.glob("date=*/venue=*/*.parquet")
    return path


def _change(path: Path, statement: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)


def test_a_sound_home_has_no_findings(home: Home) -> None:
    assert {finding.name for finding in _found(home).values() if finding.status != "ok"} == set()


def test_every_fault_says_how_to_repair_it(home: Home) -> None:
    _raw_file(home).write_bytes(b"not parquet")
    home.published.write_bytes(b"not a database")
    faults = [finding for finding in _found(home).values() if finding.status != "ok"]
    assert len(faults) >= 2
    assert [finding.name for finding in faults if not finding.repair] == []


def test_a_missing_home_is_a_warning_and_is_not_created(tmp_path: Path) -> None:
    assert doctor(tmp_path / "nowhere", as_json=False) == 1
    assert not (tmp_path / "nowhere").exists()


def test_an_empty_home_is_well(tmp_path: Path) -> None:
    assert {finding.status for finding in check_home(Home(tmp_path))} == {"ok"}


def test_a_home_that_is_a_file_is_broken(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert check_home(Home(tmp_path / "file"))[0].status == "fail"


def test_a_changed_response_is_found_by_its_checksum(home: Home) -> None:
    path = _raw_file(home)
    changed = pl.read_parquet(path, hive_partitioning=False).with_columns(body=pl.lit("{}"))
    changed.write_parquet(path)
    finding = _found(home)["archived responses"]
    assert finding.status == "fail"
    assert path.name in finding.detail


def test_an_unreadable_response_file_is_found(home: Home) -> None:
    path = _raw_file(home)
    path.write_bytes(path.read_bytes()[:100])
    assert _found(home)["archived responses"].status == "fail"


def test_responses_of_a_run_that_was_never_loaded_are_found(home: Home) -> None:
    shutil.copy(_raw_file(home), _raw_file(home).with_name("20260921T000000Z-0000dead.parquet"))
    finding = _found(home)["responses without a run"]
    assert finding.status == "warn"
    assert "20260921T000000Z-0000dead" in finding.detail


def test_a_run_whose_responses_are_gone_is_found(home: Home) -> None:
    run = _raw_file(home).stem
    shutil.rmtree(home.raw)
    finding = _found(home)["runs without responses"]
    assert finding.status == "warn"
    assert run in finding.detail


@pytest.mark.parametrize(
    ("statement", "table", "repair"),
    [
        (
            "insert into core.open_interest by name"
            " select * replace (recorded_at + interval 1 second as recorded_at)"
            " from core.open_interest order by symbol limit 1",
            "core.open_interest",
            "backup",
        ),
        (
            "insert into core.instruments by name"
            " select * replace (valid_from + interval 1 second as valid_from)"
            " from core.instruments order by symbol limit 1",
            "core.instruments",
            "backup",
        ),
        (
            "insert into marts.oi_by_venue select * from marts.oi_by_venue order by all limit 1",
            "marts.oi_by_venue",
            "build --full",
        ),
    ],
)
def test_two_rows_of_one_key_are_found_in_any_table(
    home: Home, statement: str, table: str, repair: str
) -> None:
    _change(home.warehouse, statement)
    finding = _found(home)["one row per key"]
    assert finding.status == "fail"
    assert finding.detail.startswith(f"1 keys of {table} come twice")
    assert repair in finding.repair


def test_facts_that_are_gone_are_found(home: Home) -> None:
    _change(home.warehouse, "delete from core.open_interest")
    found = _found(home)
    assert found["facts of every run"].status == "fail"
    assert "deribit" in found["facts of every run"].detail
    assert found["totals of every snapshot"].status == "fail"
    assert "no facts" in found["totals of every snapshot"].detail


def test_facts_that_are_in_no_total_are_found(home: Home) -> None:
    _change(home.warehouse, "delete from marts.oi_by_asset")
    finding = _found(home)["totals of every snapshot"]
    assert (finding.status, "no totals" in finding.detail) == ("warn", True)
    assert "oirisk build" in finding.repair


def test_a_file_of_one_exchange_that_is_gone_is_found(home: Home) -> None:
    _change(
        home.warehouse,
        "insert into ops.coverage by name select * replace ('gate' as venue) from ops.coverage",
    )
    finding = _found(home)["runs without responses"]
    assert (finding.status, finding.detail.endswith("gate")) == ("warn", True)


def test_a_published_copy_that_is_behind_is_found(home: Home) -> None:
    _change(home.warehouse, "delete from marts.oi_by_asset")
    assert _found(home)["published copy"].status == "warn"


def test_a_published_copy_that_does_not_open_is_broken(home: Home) -> None:
    home.published.write_bytes(b"not a database" * 1000)
    assert _found(home)["published copy"].status == "fail"


def test_a_warehouse_of_a_newer_version_is_broken(home: Home) -> None:
    _change(home.warehouse, "insert into ops.migrations values (999, 'x', 'x', now())")
    finding = _found(home)["warehouse"]
    assert (finding.status, "999" in finding.detail) == ("fail", True)


def test_a_warehouse_of_an_older_version_will_be_migrated(home: Home) -> None:
    _change(
        home.warehouse,
        "delete from ops.migrations where version = (select max(version) from ops.migrations)",
    )
    assert _found(home)["warehouse"].status == "warn"


def test_a_warehouse_that_is_no_database_is_broken(home: Home) -> None:
    home.warehouse.write_bytes(b"not a database" * 1000)
    assert _found(home)["warehouse"].status == "fail"


def test_a_run_under_way_is_no_fault(home: Home) -> None:
    with subprocess.Popen(  # noqa: S603 -- our own script
        [sys.executable, "-c", HOLD, str(home.warehouse)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "open\n"
        finding = _found(home)["warehouse"]
        writer.kill()
    assert (finding.status, finding.detail) == ("warn", "another process has it open")


def test_what_a_killed_process_left_is_found(home: Home) -> None:
    with replacing(home.reports / "page") as draft:
        draft.write_text("half")
        finding = _found(home)["half-written files"]
    assert finding.status == "warn"
    assert "reports" in finding.detail


def test_nothing_in_the_home_is_changed(home: Home) -> None:
    before = {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()}
    doctor(home.root, as_json=False)
    assert {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()} == before


def test_the_exit_status_is_that_of_the_worst_finding(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(home.root, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "ok"
    (home.root / ".incomplete-1-x").write_text("")
    assert doctor(home.root, as_json=True) == 1
    home.published.write_bytes(b"x" * 5000)
    assert doctor(home.root, as_json=True) == 2


def _status(home: Path, name: str, toml: str) -> str:
    home.joinpath("oirisk.toml").write_text(toml)
    findings = {finding.name: finding for finding in check_configuration(home)}
    return findings[name].status


@pytest.mark.parametrize(
    ("name", "toml", "status"),
    [
        ("settings", "venuez = []", "fail"),
        ("settings", "venues = [", "fail"),
        ("venues", 'venues = ["no-such-venue"]', "fail"),
        ("settings", '[schedule]\ncron = "every night"', "fail"),
        ("settings", '[schedule]\ncron = "0 0 31 2 *"', "fail"),
        ("settings", '[schedule]\ntimezone = "Mars/Olympus"', "fail"),
        ("schedule", '[schedule]\ntimezone = "Europe/Zurich"', "ok"),
        ("mail", '[mail]\nrecipients = ["a@example.org"]', "warn"),
        ("mail", '[mail]\nhost = "smtp.example.org"', "warn"),
        ("mail", '[mail]\nhost = "smtp.example.org"\nrecipients = ["not an address"]', "fail"),
        (
            "mail",
            '[mail]\nhost = "smtp.example.org"\nport = 465\nrecipients = ["a@example.org"]',
            "warn",
        ),
        (
            "mail",
            '[mail]\nhost = "smtp.example.org"\nsecurity = "none"\nrecipients = ["a@example.org"]',
            "fail",
        ),
        ("mail", '[mail]\nhost = "smtp.example.org"\nrecipients = ["a@example.org"]', "ok"),
    ],
)
def test_a_setting_that_cannot_work_is_found(
    tmp_path: Path, name: str, toml: str, status: str
) -> None:
    assert _status(tmp_path, name, toml) == status


def test_a_package_that_is_missing_or_too_old_is_named() -> None:
    finding = check_packages(["duckdb>=99", "no-such-package-anywhere", "rich", "x; extra == 'y'"])
    assert finding.status == "fail"
    assert "duckdb" in finding.detail
    assert "no-such-package-anywhere is missing" in finding.detail
    assert "rich" not in finding.detail


@pytest.mark.parametrize(
    ("version", "status"),
    [((3, 10), "fail"), ((3, 11), "ok"), ((3, 12), "ok"), ((3, 13), "ok"), ((3, 14), "fail")],
)
def test_only_tried_versions_of_python_are_well(version: tuple[int, int], status: str) -> None:
    assert check_python(version).status == status
