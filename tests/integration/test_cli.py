"""The command line: every command, its exit status, and what it prints for programs."""

import csv
import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from oirisk import __version__
from oirisk.flows import record
from oirisk.flows.cli.app import app
from oirisk.sandbox.faults import Fault

pytestmark = pytest.mark.integration

COMMANDS = (
    "init", "nightly", "snapshot", "demo", "record", "rederive", "import", "backfill", "observe",
    "build", "ledger", "report", "send", "schedule", "sql", "export", "venues", "doctor",
    "maintain", "status", "catch-up", "version",
)  # fmt: skip


@pytest.fixture
def oirisk(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that runs the command line in this process."""
    monkeypatch.setenv("OIRISK_HOME", "")  # so that what a run leaves there is taken back

    def run(*arguments: object) -> Any:
        monkeypatch.delenv("OIRISK_HOME", raising=False)
        monkeypatch.setenv("COLUMNS", "200")
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def filled(desk: Any, tape: Any, gate_row: Callable[..., Any], once: Callable[..., None]) -> Any:
    """A home with one night of one exchange: 30 BTC on Gate."""
    path = tape.gate(gate_row(3_000, 50_000)).write()
    once("one night", desk, lambda: desk.write_report(desk.replay(path)))
    return desk


def _as_new_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- own program
        [sys.executable, "-m", "oirisk", *arguments],
        capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **environment},
    )  # fmt: skip


def test_help_names_every_command_without_the_heavy_libraries() -> None:
    code = (
        "import sys; from oirisk.flows.cli import app\n"
        "try: app.app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'prefect', 'ccxt', 'duckdb', 'polars', 'altair'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    for command in COMMANDS:
        assert command in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, oirisk: Any) -> None:
    result = oirisk(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_help_says_what_maintain_goes_by(oirisk: Any) -> None:
    assert "as set under retention" in oirisk("maintain", "--help").stdout


def test_version(oirisk: Any) -> None:
    assert oirisk("version").stdout.strip() == __version__
    assert json.loads(oirisk("version", "--json").stdout) == {"version": __version__}


def test_init_writes_a_configuration_once_and_never_over_one(oirisk: Any, tmp_path: Path) -> None:
    config = tmp_path / "new" / "oirisk.toml"
    assert oirisk("init", "--home", tmp_path / "new").exit_code == 0
    config.write_text("[fetch]\nattempts = 5\n")
    again = oirisk("init", "--home", tmp_path / "new")
    assert again.exit_code == 0
    assert "left as it is" in again.stdout
    assert config.read_text() == "[fetch]\nattempts = 5\n"


def test_the_home_may_be_named_before_or_after_the_command_or_in_the_environment(
    filled: Any, tmp_path: Path
) -> None:
    root, query = str(filled.home.root), "select count(*) as n from core.open_interest"
    ways = (
        (("--home", root, "sql", query, "--format", "csv"), {}),
        (("sql", "--home", root, query, "--format", "csv"), {}),
        (("sql", query, "--format", "csv"), {"OIRISK_HOME": root}),
        (("--home", str(tmp_path / "no"), "sql", "--home", root, query, "--format", "csv"), {}),
    )
    for arguments, environment in ways:
        done = _as_new_process(*arguments, **environment)
        assert (done.returncode, done.stdout) == (0, "n\n1\n"), done.stderr


def test_a_typing_mistake_is_explained_with_status_2(oirisk: Any) -> None:
    for arguments in (["nigthly"], ["nightly", "--rplay", "x"], ["sql"], ["rederive"]):
        assert oirisk(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[fetch]\natempts = 5\n", "fetch.atempts: there is no such option"),
        ("venues = ['nosuch']\n", "nosuch"),
        ("venues = ['bybit'\n", "not valid TOML"),
        ("[schedule]\ncron = 'sometimes'\n", "schedule.cron: expected five fields"),
        ("[schedule]\ntimezone = 'Mars/Olympus'\n", "schedule.timezone"),
    ],
)
def test_a_configuration_that_cannot_work_is_named_with_status_2(
    toml: str, words: str, oirisk: Any, tmp_path: Path
) -> None:
    (tmp_path / "oirisk.toml").write_text(toml)
    (tmp_path / "r.jsonl").write_text("")
    result = oirisk("nightly", "--home", tmp_path, "--replay", tmp_path / "r.jsonl")
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_instants_and_days_that_are_none_are_named(oirisk: Any, tmp_path: Path) -> None:
    for arguments, words in (
        (("nightly", "--as-of", "tonight"), "--as-of: expected an instant"),
        (("nightly", "--as-of", "0001-01-01T00:00:00+05:00"), "expected an instant from 2009"),
        (("demo", "--as-of", "9999-12-31T00:00:00"), "to 2100-01-01, saw '9999-12-31T00:00:00'"),
        (("demo", "--seed", "-1"), "seed -1: expected 0 or more"),
        (("report", "--date", "21.9."), "--date: expected YYYY-MM-DD"),
        (("send", "--date", "21.9."), "--date: expected YYYY-MM-DD"),
        (("rederive", "--since", "then"), "--since: expected YYYY-MM-DD"),
    ):
        result = oirisk(*arguments, "--home", tmp_path)
        assert result.exit_code == 2
        assert words in result.stderr


def test_exchanges_are_not_asked_about_another_time_than_now(
    oirisk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oirisk.flows.cli.run.run_night", None)
    accounts = tmp_path / "accounts.txt"
    accounts.write_text("0x" + "1" * 40 + "\n")
    for arguments in (("nightly",), ("observe", "--accounts", accounts)):
        for at in ("2099-01-01", "2020-01-01"):
            result = oirisk(*arguments, "--as-of", at, "--home", tmp_path)
            assert result.exit_code == 2
            assert "expected at most 30 minutes (coverage.max_age_minutes)" in result.stderr
    assert not (tmp_path / "warehouse.duckdb").exists()


def test_commands_that_need_a_run_say_so_when_there_is_none(oirisk: Any, tmp_path: Path) -> None:
    home = tmp_path / "empty"
    for arguments in (
        ("sql", "select 1"),
        ("report",),
        ("send",),
        ("rederive", "--since", "2026-01-01"),
    ):
        result = oirisk(*arguments, "--home", home)
        assert result.exit_code == 2, arguments
        assert "nothing" in result.stderr or "no report" in result.stderr


def test_a_misspelt_home_is_named_and_not_made(oirisk: Any, tmp_path: Path) -> None:
    home = tmp_path / "no-such-home"
    for arguments in (("build",), ("maintain",), ("rederive", "--since", "2026-01-01")):
        result = oirisk(*arguments, "--home", home)
        assert result.exit_code == 2, arguments
        assert f"{home}" in result.stderr
        assert "point --home at the right folder" in result.stderr.replace("\n", " ")
    assert not home.exists()


def test_an_exchange_that_is_not_known_is_named_before_anything_is_asked(
    oirisk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oirisk.flows.cli.run.run_night", None)
    (tmp_path / "oirisk.toml").write_text("venues = ['nosuch']\n")
    result = oirisk("nightly", "--home", tmp_path)
    assert result.exit_code == 2
    assert "venues nosuch are not known; choose from" in result.stderr
    assert "scheduler" not in result.stderr


def test_the_name_of_the_command_leads_the_message(oirisk: Any, tmp_path: Path) -> None:
    result = oirisk("import", tmp_path / "none.csv", "--home", tmp_path)
    assert result.exit_code == 2
    assert result.stderr.startswith("oirisk import: ")


def test_a_fault_of_our_own_is_told_in_one_line_and_in_full_to_the_log(
    oirisk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr("oirisk.flows.cli.doctor.doctor", broken)
    with caplog.at_level("INFO"):
        result = oirisk("-v", "doctor", "--home", tmp_path)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(
        "oirisk doctor: a fault of oirisk, not of what it was given: "
        "ZeroDivisionError: division by zero; "
    )
    assert "Traceback (most recent call last)" in caplog.text


def test_a_panic_of_a_library_is_a_fault_of_our_own_too(
    oirisk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicError(BaseException):
        """What libraries in other languages raise."""

    def broken(*_: object, **__: object) -> None:
        raise PanicError

    monkeypatch.setattr("oirisk.flows.cli.doctor.doctor", broken)
    result = oirisk("doctor", "--home", tmp_path)
    assert result.exit_code == 2
    assert "a fault of oirisk, not of what it was given: PanicError; " in result.stderr


def test_what_cannot_be_written_or_meant_is_told_before_anyone_is_asked(
    oirisk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "LiveSource", None)
    (tmp_path / "file").write_text("")
    for place, words in ((tmp_path, "is a folder"), (tmp_path / "file" / "x", "is no folder")):
        result = oirisk("record", place, "--home", tmp_path)
        assert result.exit_code == 2
        assert words in result.stderr
    result = oirisk("backfill", "--since", "2026-01-01", "--assets", ",", "--home", tmp_path)
    assert result.exit_code == 2
    assert "--assets: expected coins such as BTC,ETH, saw ','" in result.stderr


def test_a_home_that_is_no_folder_is_not_served(oirisk: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = oirisk("schedule", "--home", tmp_path / "file")
    assert result.exit_code == 2
    assert "is no folder" in result.stderr


def test_a_home_that_cannot_be_written_is_named(oirisk: Any, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    result = oirisk("init", "--home", blocked / "home")
    assert result.exit_code == 2
    assert "cannot" in result.stderr


def test_nightly_replays_a_recording_and_tells_programs_and_people(
    oirisk: Any, tape: Any, gate_row: Any, bybit_row: Any, tmp_path: Path
) -> None:
    whole = tape.gate(gate_row(3_000, 50_000)).write()
    result = oirisk("nightly", "--home", tmp_path / "a", "--replay", whole, "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["state"] == "completed"
    assert told["snapshot_at"] == "2026-11-21 00:05:00+00:00"
    assert Path(told["report"]).is_file()
    assert list(Path(told["report"]).parent.glob("*.eml"))
    assert "\x1b[" not in result.stderr
    assert "asked gate" in result.stderr
    # The same recording with a broken exchange: finished, with something missing.
    tape.bybit(bybit_row("BTCUSDT", "NaN", 1), bybit_row("ETHUSDT", 2, 1))
    result = oirisk("nightly", "--home", tmp_path / "b", "--replay", tape.write())
    assert result.exit_code == 1
    assert "partial" in result.stdout
    assert "refused by oi_is_finite" in result.stdout
    assert "report: " in result.stdout


def test_snapshot_makes_no_report(oirisk: Any, tape: Any, gate_row: Any, tmp_path: Path) -> None:
    path = tape.gate(gate_row(3_000, 50_000)).write()
    result = oirisk("snapshot", "--home", tmp_path / "a", "--replay", path, "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["report"] is None
    assert not (tmp_path / "a" / "reports").exists()
    later = oirisk("report", "--home", tmp_path / "a")
    assert later.exit_code == 0, later.stderr
    assert (tmp_path / "a" / "reports" / "2026-11-21" / "index.html").is_file()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "holds no lines"),
        ("not json\n", "line 1: not JSON"),
        ('{"kind": "markets", "venue": "gate"}\n', "line 1: "),
        (
            '{"kind": "markets", "venue": "nosuch", "received_at": "2026-11-21T00:00:00Z",'
            ' "markets": []}\n',
            "none of the configured venues",
        ),
    ],
)
def test_a_recording_that_cannot_be_read_is_explained(
    content: str, words: str, oirisk: Any, tmp_path: Path
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content)
    result = oirisk("nightly", "--home", tmp_path / "home", "--replay", path)
    assert result.exit_code == 2
    assert words in result.stderr
    missing = oirisk("nightly", "--home", tmp_path / "home", "--replay", tmp_path / "no.jsonl")
    assert missing.exit_code == 2


def test_a_mail_setting_that_cannot_work_is_refused_before_anything_is_asked(
    oirisk: Any, tape: Any, gate_row: Any, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "oirisk.toml").write_text('[mail]\nhost = "127.0.0.1"\nrecipients = ["no address"]\n')
    path = tape.gate(gate_row(3_000, 50_000)).write()
    result = oirisk("nightly", "--home", home, "--replay", path)
    assert result.exit_code == 2
    assert "mail.recipients: 'no address' is not one e-mail address" in result.stderr
    assert [one.name for one in home.iterdir()] == ["oirisk.toml"]


def test_send_leaves_a_file_without_a_mail_server(oirisk: Any, filled: Any) -> None:
    result = oirisk("send", "--home", filled.home.root)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("file: ")
    assert oirisk("send", "--home", filled.home.root, "--date", "2020-01-01").exit_code == 2


def test_send_waiting_sends_what_waits_and_no_report(oirisk: Any, filled: Any) -> None:
    told = oirisk("send", "--waiting", "--home", filled.home.root)
    assert (told.exit_code, told.stdout) == (0, "")
    both = oirisk("send", "--waiting", "--date", "2026-11-21", "--home", filled.home.root)
    assert both.exit_code == 2
    assert "--waiting is whatever waits" in both.stderr


def test_rederive_tells_what_changed(oirisk: Any, filled: Any) -> None:
    result = oirisk("rederive", "--since", "2026-11-21", "--home", filled.home.root, "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["runs"], told["restated"]) == (1, 0)


def test_venues_prints_units_and_evidence(oirisk: Any) -> None:
    rows = json.loads(oirisk("venues", "--json").stdout)
    assert {"bybit", "okx", "gate", "kucoinfutures", "hyperliquid", "deribit"} <= {
        row["venue"] for row in rows
    }
    (linear,) = [row for row in rows if (row["venue"], row["product"]) == ("bybit", "linear")]
    both_sides = next(part for part in linear["fields"] if part["field"] == "openInterest")
    assert both_sides["counting_factor"] == 0.5
    assert both_sides["unit"] == "base"
    assert {part["counting_evidence"] for row in rows for part in row["fields"]} <= {
        "official", "measured", "assumed", "contested",
    }  # fmt: skip
    assert "bybit" in oirisk("venues").stdout


REAL = {"deribit": "https://www.deribit.com", "gate": "https://api.gateio.ws"}
"""Where the exchanges answer that the sandbox stands for."""

QUERY = "select venue, oi_base, observed_at, [1, 2] as list from core.open_interest where {}"


def test_sql_prints_four_formats(oirisk: Any, filled: Any) -> None:
    home = ("--home", filled.home.root)
    rows = json.loads(oirisk("sql", QUERY.format("true"), *home, "--format", "json").stdout)
    assert rows == [
        {
            "venue": "gate",
            "oi_base": 30.0,
            "observed_at": "2026-11-21 00:05:00+00:00",
            "list": [1, 2],
        }
    ]
    plain = "select venue, oi_base from core.open_interest"
    table = oirisk("sql", plain, *home).stdout
    assert "gate" in table
    assert "1 rows" in table
    text = oirisk("sql", plain, *home, "--format", "csv").stdout
    assert list(csv.DictReader(io.StringIO(text))) == [{"venue": "gate", "oi_base": "30.0"}]
    binary = oirisk("sql", plain, *home, "--format", "parquet").stdout_bytes
    assert pl.read_parquet(io.BytesIO(binary)).to_dicts() == [{"venue": "gate", "oi_base": 30.0}]


def test_sql_prints_an_empty_result_in_every_format(oirisk: Any, filled: Any) -> None:
    plain = "select venue, oi_base from core.open_interest where false"
    for form in ("table", "csv", "json", "parquet"):
        result = oirisk("sql", plain, "--home", filled.home.root, "--format", form)
        assert result.exit_code == 0, (form, result.stderr)
    assert (
        json.loads(oirisk("sql", plain, "--home", filled.home.root, "--format", "json").stdout)
        == []
    )


def test_sql_prints_json_that_any_program_reads(oirisk: Any, filled: Any) -> None:
    query = "select 'nan'::double as a, sum(1) as b, 1.5::decimal(9, 2) as c, null as d"
    text = oirisk("sql", query, "--home", filled.home.root, "--format", "json").stdout
    assert json.loads(text) == [{"a": None, "b": 1, "c": 1.5, "d": None}]


@pytest.mark.parametrize(
    "query",
    [
        "drop table core.open_interest",
        "delete from core.open_interest",
        "update core.open_interest set oi_base = 0",
        "insert into ops.runs select * from ops.runs",
        "create table core.x as select 1",
        "copy (select 1) to '{outside}/x.csv'",
        "copy core.open_interest to '{home}/raw/x.csv'",
        "explain analyze copy core.open_interest to '{home}/raw/x.csv'",
        "prepare x as copy core.open_interest to '{home}/raw/x.csv'; execute x",
        "select 1; copy core.open_interest to '{home}/raw/x.csv'; select 2",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('{outside}/secret.txt')",
        "select * from '{outside}/secret.txt'",
        "attach '{outside}/other.duckdb' as other",
        "attach '{home}/warehouse.duckdb' as writer",
        "install httpfs",
        "load httpfs",
        "select * from glob('/etc/*')",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "reset allowed_directories",
        "export database '{outside}/x'",
        "checkpoint",
        "select * from no_such_table",
        "selec 1",
        "",
    ],
)
def test_sql_refuses_what_writes_and_what_lies_outside(
    query: str, oirisk: Any, filled: Any, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    text = query.format(outside=outside, home=filled.home.root)
    result = oirisk("sql", text, "--home", filled.home.root, "--format", "csv")
    assert result.exit_code == 2, result.stdout
    assert "secret" not in result.stdout
    assert "root:" not in result.stdout
    assert "Traceback" not in result.stderr
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_sql_reads_the_archive_of_the_home(oirisk: Any, filled: Any, at: Any) -> None:
    filled.replay(filled.home.root.parent / "night.jsonl")
    query = "select count(*) as n from raw.responses where endpoint = 'usdt'"
    result = oirisk("sql", query, "--home", filled.home.root, "--format", "csv")
    assert (result.exit_code, result.stdout) == (0, "n\n1\n"), result.stderr


def test_sql_takes_every_kind_of_query(oirisk: Any, filled: Any) -> None:
    for query in (
        "show all tables", "describe core.open_interest", "from core.open_interest", "values (1)",
        "explain select 1", "summarize core.open_interest", "with a as (select 1) select * from a",
        "pivot core.open_interest on venue using sum(oi_base) group by asset",
        "select * from duckdb_columns() where schema_name = 'marts' and comment is null",
    ):  # fmt: skip
        result = oirisk("sql", query, "--home", filled.home.root)
        assert result.exit_code == 0, (query, result.stderr)


PASTED = """-- venues: "who" has $ and `what`, it's said
--
select venue, oi_base from core.open_interest
-- the end
"""


@pytest.mark.parametrize(
    "line",
    [
        "oirisk sql --home {home} --format csv {sql}",
        "oirisk sql {sql} --home {home} --format csv",
        "oirisk --home {home} sql --format csv -- {sql}",
        "oirisk sql --home {home} --format=csv - <<'SQL'\n{raw}SQL\n",
        "printf '%s' {sql} | oirisk sql - --home {home} --format csv",
    ],
)
@pytest.mark.parametrize("text", [PASTED, f"--{PASTED[3:]}", f"  {PASTED}", f"--home\n{PASTED}"])
def test_sql_takes_a_query_as_it_was_pasted(line: str, text: str, filled: Any) -> None:
    """Through a shell; the comment may be led by spaces, or by none behind its dashes."""
    home = shlex.quote(str(filled.home.root))
    command = line.format(home=home, sql=shlex.quote(text), raw=text)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603 -- own program
        ["/bin/bash", "-c", command],
        capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "PATH": path},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "venue,oi_base\ngate,30.0\n"), done.stderr


def test_sql_still_names_an_option_that_is_none(oirisk: Any, filled: Any) -> None:
    result = oirisk("sql", "select 1", "--home", filled.home.root, "--frmat", "csv")
    assert result.exit_code == 2
    assert "No such option: --frmat" in result.stderr


def test_sql_of_standard_input_must_be_text(filled: Any) -> None:
    done = subprocess.run(  # noqa: S603 -- own program
        [sys.executable, "-m", "oirisk", "sql", "-", "--home", str(filled.home.root)],
        input=b"select '\xff'", capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"standard input: expected UTF-8 text" in done.stderr


def test_sql_answers_one_query_at_a_time(oirisk: Any, filled: Any) -> None:
    result = oirisk("--home", filled.home.root, "sql", "select 1; select 2")
    assert result.exit_code == 2
    assert "expected one query, saw 2" in result.stderr


@pytest.mark.parametrize("instant", ["timestamptz 'infinity'", "date '99999-01-01'"])
def test_sql_refuses_instants_that_would_be_printed_as_others(
    oirisk: Any, filled: Any, instant: str
) -> None:
    result = oirisk("--home", filled.home.root, "sql", f"select {instant} as at, null::date as b")
    assert result.exit_code == 2
    assert "column at holds an instant outside the years 1 to 9999" in result.stderr


def test_export_refuses_a_reversed_span_and_says_when_nothing_lies_in_one(
    oirisk: Any, filled: Any, tmp_path: Path
) -> None:
    home, folder = filled.home.root, tmp_path / "out"
    days = ("--since", "2027-01-01", "--until", "2026-01-01")
    result = oirisk("export", folder, "--home", home, *days)
    assert result.exit_code == 2
    assert "--until 2026-01-01 is before --since 2027-01-01" in result.stderr
    table = ("--table", "marts.oi_by_asset")
    whole = oirisk("export", tmp_path / "whole", "--home", home, *table, "--until", "9999-12-31")
    assert whole.exit_code == 0
    assert whole.stdout
    result = oirisk("export", folder, "--home", home, *table, "--since", "2027-01-01")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no rows from 2027-01-01 in marts.oi_by_asset" in result.stderr
    assert not folder.exists()


def test_sql_explains_formats_and_types_that_do_not_go(oirisk: Any, filled: Any) -> None:
    for arguments, words in (
        (("select 1", "--format", "xml"), "expected table, csv, json, parquet"),
        (("select [1] as a", "--format", "csv"), "try --format json"),
        (("select interval 1 day as a",), "no printed form"),
    ):
        result = oirisk("sql", *arguments, "--home", filled.home.root)
        assert result.exit_code == 2
        assert words in result.stderr


def test_a_simulated_home_is_marked_wherever_it_is_queried(
    oirisk: Any, desk: Any, sandbox_source: Any, at: Any
) -> None:
    desk.store(desk.fetch(sandbox_source, ["hyperliquid"]), at)
    result = oirisk("sql", "select 1 as one", "--home", desk.home.root, "--format", "csv")
    assert result.stdout == "one\n1\n"
    assert "SIMULATED" in result.stderr


def test_record_writes_what_the_exchanges_said_and_a_replay_gives_the_same_figures(
    oirisk: Any, make_desk: Any, sandbox: Any, sandbox_source: Any, at: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(record, "LiveSource", lambda: sandbox_source)
    monkeypatch.setenv("OIRISK_VENUES", '["deribit", "gate"]')
    monkeypatch.setenv("OIRISK_FETCH__BACKOFF_SECONDS", "0")
    path = tmp_path / "tape.jsonl"
    sandbox.faults["deribit"] = Fault.FLAKY
    try:
        result = oirisk("record", path, "--home", tmp_path / "home")
    finally:
        sandbox.faults.clear()
    assert result.exit_code == 0, result.stdout
    recorded = path.read_text()
    assert '"status": 503' in recorded
    for venue, address in REAL.items():
        recorded = recorded.replace(f"{sandbox.url}/{venue}/", f"{address}/")
    path.write_text(recorded)
    live, again = (make_desk(name, venues=("deribit", "gate")) for name in ("live", "again"))
    live.store(live.fetch(sandbox_source), at)
    outcome = again.replay(path, at)
    assert outcome.state == "completed"
    figures = (
        "select venue, symbol, oi_base, oi_usd, observed_at from core.open_interest order by all"
    )
    assert again.rows(figures) == live.rows(figures)


def test_record_says_what_failed(
    oirisk: Any, sandbox: Any, sandbox_source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "LiveSource", lambda: sandbox_source)
    monkeypatch.setenv("OIRISK_VENUES", '["gate", "hyperliquid"]')
    monkeypatch.setenv("OIRISK_FETCH__ATTEMPTS", "1")
    sandbox.faults["hyperliquid"] = Fault.SERVER_ERROR
    try:
        result = oirisk("record", tmp_path / "tape.jsonl", "--home", tmp_path / "home")
    finally:
        sandbox.faults.clear()
    assert result.exit_code == 1
    assert "hyperliquid: " in result.stdout


def test_doctor_tells_a_sound_home_from_a_broken_one(oirisk: Any, filled: Any) -> None:
    assert oirisk("doctor", "--home", filled.home.root).exit_code in {0, 1}
    filled.home.warehouse.write_bytes(b"no database")
    result = oirisk("doctor", "--home", filled.home.root, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["status"] == "fail"
