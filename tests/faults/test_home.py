"""What may befall a home folder, and that nothing of it is ever lost for it."""

import hashlib
import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.flows import pipeline, report_archive, reports
from oirisk.flows.cli import doctor as doctor_command
from oirisk.flows.cli.build import build
from oirisk.flows.cli.doctor import doctor
from oirisk.flows.cli.imports import import_history
from oirisk.flows.cli.inspect import query_limits
from oirisk.flows.cli.maintain import maintain
from oirisk.flows.cli.recovery import restore
from oirisk.flows.cli.rederive import rederive
from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.sources import ReplaySource
from oirisk.flows.mail.mailing import mail_report
from oirisk.flows.maintain import maintain_home
from oirisk.flows.report_archive import write_archive
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import RetentionSettings
from oirisk.schemas.errors import DiskFullError, HomeError, QueryError
from oirisk.warehouse import writer
from oirisk.warehouse.backups import automatic_backups
from oirisk.warehouse.files import replacing
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import Limits, query, reading
from oirisk.warehouse.recovery import back_up
from oirisk.warehouse.recovery import restore as restore_home
from oirisk.warehouse.runs import alive
from oirisk.warehouse.safety import room_needed
from oirisk.warehouse.writer import opened
from tests.faults.small_disk import as_other_user, empty, filling_first, read_only, small_disk

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
FIRST_DAY = "2026-11-21"
TABLES = (
    "select * exclude (recorded_at) from core.open_interest where superseded_at is null",
    "select * from core.instruments",
    "select * from marts.oi_by_asset",
    "select run_id, flow, snapshot_at, state, source from ops.runs",
)
BTC = "select oi_base from marts.oi_by_asset where asset = 'BTC' and kind_group = 'futures'"
TOTALS = [130.0, 141.0]
"""Bybit counts both sides: 200 / 2 and 220 / 2; Gate 3,000 and 3,100 contracts of 0.01 BTC."""


@pytest.fixture
def nights(tape: Any, bybit_row: Any, gate_row: Any) -> list[Path]:
    """Recordings of two nights of two exchanges, and of a third."""
    written = []
    for number, (both_sides, contracts) in enumerate([(200, 3_000), (220, 3_100), (230, 3_100)]):
        one = tape.later(number * DAY, f"night{number}.jsonl")
        one.bybit(bybit_row("BTCUSDT", both_sides, 50_000), bybit_row("ETHUSDT", 4_000, 2_500))
        written.append(one.gate(gate_row(contracts, 50_000)).write())
    return written


@pytest.fixture
def kept(make_desk: Any, once: Any, nights: list[Path]) -> Any:
    """A home with two nights and their reports."""
    desk = make_desk()

    def work() -> None:
        for night in nights[:2]:
            desk.write_report(desk.replay(night))

    once("two nights", desk, work)
    return desk


@pytest.fixture
def config(kept: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home's folder, with the settings of the desk for commands to read, an hour later."""
    monkeypatch.setattr(doctor_command, "wall_clock", lambda: datetime(2026, 11, 22, 1, tzinfo=UTC))
    names = ", ".join(f'"{venue}"' for venue in kept.settings.venues)
    kept.home.config.write_text(f"venues = [{names}]\n")
    kept.home.config.chmod(0o640)
    return Path(kept.home.root)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may pass through, as those of tests may not be."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _held(desk: Any) -> list[Any]:
    return [desk.rows(f"{table} order by all") for table in TABLES]


def _bytes(home: Home) -> dict[str, bytes]:
    return {
        str(path.relative_to(home.root)): path.read_bytes()
        for path in home.root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def _finding(home: Path, name: str, capsys: pytest.CaptureFixture[str], **how: bool) -> Any:
    """Return what doctor found, and all of what it said."""
    capsys.readouterr()
    status = doctor(home, as_json=True, **how)
    said = json.loads(capsys.readouterr().out)
    (found,) = (one for one in said["checks"] if one["name"] == name)
    return {**found, "mended": said["mended"], "exit": status, "all": said["checks"]}


def _raw_files(home: Home) -> list[Path]:
    return sorted(home.raw.glob("date=*/venue=*/*.parquet"))


def _older(home: Home) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("update ops.migrations set version = 22, sha256 = 'of then'")
    shutil.copy(home.warehouse, home.published)


def _flip(path: Path, share: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * share)] ^= 0xFF
    path.write_bytes(content)


def _flip_until_damaged(path: Path) -> None:
    """Flip a byte in every twentieth part: some are in blocks that hold rows."""
    for part in range(2, 20):
        _flip(path, part / 20)


def _commands(desk: Any, night: Path, tmp_path: Path) -> dict[str, Callable[[], object]]:
    root = desk.home.root
    bars = tmp_path / "history.csv"
    bars.write_text(
        "snapshot_at,venue,symbol,asset,oi_base,mark_price\n2026-11-20,gate,BTC/USDT:USDT,BTC,5,9\n"
    )
    return {
        "night": lambda: desk.replay(night),
        "build": lambda: build(root, "", None, None, full=True, as_json=True),
        "import": lambda: import_history(root, [str(bars)], as_json=True),
        "rederive": lambda: rederive(root, "2026-11-22", as_json=True),
        "maintain": lambda: maintain(root, dry_run=False, as_json=True),
        "deliveries": lambda: opened(desk.home, datetime.now(UTC)).__enter__(),
    }


@pytest.mark.parametrize("how", ["removed", "emptied"])
def test_warehouse_removed(
    kept: Any, config: Path, how: str, nights: list[Path], tmp_path: Path
) -> None:
    before = _held(kept)
    kept.home.warehouse.unlink()
    if how == "emptied":
        kept.home.warehouse.touch()
    files = _bytes(kept.home)
    for name, command in _commands(kept, nights[2], tmp_path).items():
        with pytest.raises(HomeError, match=r"warehouse\.duckdb") as refused:
            command()
        assert "`oirisk restore published`" in str(refused.value), name
        assert _bytes(kept.home) == files, name
    assert restore(config, "published", as_json=False) == 0
    assert _held(kept) == before
    assert kept.replay(nights[2]).state == "completed"
    assert kept.column(f"{BTC} order by snapshot_at") == [*TOTALS, 146.0]


def test_warehouse_and_copy_removed(
    kept: Any, config: Path, nights: list[Path], tmp_path: Path
) -> None:
    before = _held(kept)
    kept.home.warehouse.unlink()
    kept.home.published.unlink()
    for command in _commands(kept, nights[2], tmp_path).values():
        with pytest.raises(HomeError):
            command()
    assert not kept.home.warehouse.exists()
    shutil.copytree(config, tmp_path / "other")
    assert restore(config, "raw", as_json=False) == 0
    assert _held(kept) == before
    assert rederive(tmp_path / "other", FIRST_DAY, as_json=True) == 0
    with reading(Home(tmp_path / "other")) as connection:
        assert [query(connection, f"{table} order by all").to_dicts() for table in TABLES] == before


def test_part_of_a_lost_warehouse_rederived(kept: Any, config: Path) -> None:
    kept.home.warehouse.unlink()
    kept.home.published.unlink()
    with pytest.raises(HomeError, match="`oirisk restore raw`"):
        rederive(config, "2026-11-22", as_json=True)


def test_old_warehouse_put_back(kept: Any, config: Path, nights: list[Path]) -> None:
    backup = config.parent / "backup.duckdb"
    back_up(kept.home, backup)
    kept.replay(nights[2])
    before = _held(kept)
    shutil.copy(backup, kept.home.warehouse)
    with pytest.raises(
        HomeError, match="it lacks 1 runs, first 20261123.* `oirisk restore published`"
    ):
        kept.replay(nights[2])
    assert restore(config, "published", as_json=False) == 0
    assert _held(kept) == before
    # asked for by name, the older one takes the place of both, and what was there is kept
    assert restore(config, str(backup), as_json=False) == 0
    assert kept.column(f"{BTC} order by snapshot_at") == TOTALS
    assert len(list(kept.home.backups.glob("replaced-*-published.duckdb"))) == 2
    rederive(config, "2026-11-23", as_json=True)
    assert kept.column(f"{BTC} order by snapshot_at") == [*TOTALS, 146.0]


TABLES_LOST = {
    "dropped": "drop table core.bars",
    "emptied": "delete from core.bars",
    "listings": "delete from core.instruments",
    "one row": "delete from core.open_interest where snapshot_at ="
    " (select min(snapshot_at) from core.open_interest) and asset = 'ETH'",
}


@pytest.mark.parametrize("how", TABLES_LOST)
def test_table_lost(
    kept: Any, config: Path, nights: list[Path], how: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    bars = tmp_path / "bars.csv"
    bars.write_text(
        "bar_at,interval,venue,symbol,asset,open,high,low,close,volume_base\n"
        "2026-11-20,1d,gate,BTC/USDT:USDT,BTC,9,9,9,9,1\n"
    )
    assert import_history(config, [str(bars)], as_json=True) == 0
    before = [*_held(kept), kept.rows("select * from core.bars")]
    assert len(before[-1]) == 1
    with duckdb.connect(str(kept.home.warehouse)) as connection:
        connection.execute(TABLES_LOST[how])
    copy = kept.home.published.read_bytes()
    with pytest.raises(HomeError, match=r"knows less .* of \d+ rows.*`oirisk restore published`"):
        kept.replay(nights[2])
    found = _finding(config, "published copy", capsys, fix=True)
    assert (found["status"], "of" in found["detail"]) == ("fail", True)
    assert "`oirisk restore published`" in found["repair"]
    assert kept.home.published.read_bytes() == copy
    assert restore(config, "published", as_json=False) == 0
    assert [*_held(kept), kept.rows("select * from core.bars")] == before
    assert kept.replay(nights[2]).state == "completed"


def test_warehouse_thinned(kept: Any, nights: list[Path]) -> None:
    hour = timedelta(hours=1)
    kept.replay(nights[2], kept.column("select max(snapshot_at) from ops.runs")[0] + hour)
    with opened(kept.home, datetime(2026, 11, 25, tzinfo=UTC)) as connection:
        connection.execute("update ops.runs set flow = 'snapshot'")
    facts = kept.column("select count(*) from core.open_interest")[0]
    much_later = datetime(2027, 11, 25, tzinfo=UTC)
    maintain_home(kept.home, RetentionSettings(hourly_days=100), much_later, dry_run=False)
    assert kept.column("select count(*) from core.open_interest")[0] < facts
    assert kept.replay(nights[2]).state == "completed"


def test_schema_changed(kept: Any, config: Path, nights: list[Path]) -> None:
    before = _held(kept)
    _older(kept.home)
    assert kept.replay(nights[2]).state == "completed"
    (backup,) = automatic_backups(kept.home)
    assert backup.name.startswith("warehouse-schema22-")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o640
    with duckdb.connect(str(backup), read_only=True) as connection:
        assert connection.execute("select version from ops.migrations").fetchall() == [(22,)]
    assert restore(config, "automatic", as_json=False) == 0
    assert _held(kept) == before
    for day in range(4):
        _older(kept.home)
        with opened(kept.home, datetime(2026, 12, 1 + day, tzinfo=UTC)):
            pass
    maintain_home(kept.home, RetentionSettings(backups=2), datetime.now(UTC), dry_run=False)
    stamps = [path.stem.rpartition("-")[2][:8] for path in automatic_backups(kept.home)]
    assert stamps == ["20261203", "20261204"]


def test_schema_newer(kept: Any, config: Path, nights: list[Path], tmp_path: Path) -> None:
    with duckdb.connect(str(kept.home.warehouse)) as connection:
        connection.execute("update ops.migrations set version = 999")
    newer = tmp_path / "newer.duckdb"
    shutil.copy(kept.home.warehouse, newer)
    files = _bytes(kept.home)
    with pytest.raises(HomeError, match="schema version 999, this oirisk knows up to"):
        kept.replay(nights[2])
    with pytest.raises(HomeError, match="schema version 999, this oirisk knows up to"):
        restore(config, str(newer), as_json=False)
    assert _bytes(kept.home) == files


def test_no_room_for_a_backup(kept: Any, tmp_path: Path) -> None:
    _older(kept.home)
    size = kept.home.warehouse.stat().st_size
    room = 2 * size + room_needed(kept.home) + size // 2  # for the copy, not for a backup beside it
    with small_disk(tmp_path / "disk", room // 2**20) as disk:
        home = Home(disk / "home")
        shutil.copytree(kept.home.root, home.root)
        files = _bytes(home)
        with pytest.raises(DiskFullError, match=r"free at least \d+ MiB"):
            opened(home, datetime.now(UTC)).__enter__()
        assert _bytes(home) == files


def test_home_backed_up_and_restored(kept: Any, config: Path, tmp_path: Path) -> None:
    mail_report(kept.home, date(2026, 11, 22), Settings(), datetime.now(UTC))
    before, raw = _held(kept), {path.name: path.read_bytes() for path in _raw_files(kept.home)}
    backup = tmp_path / "backup"
    done = back_up(kept.home, backup)
    assert (done.runs, back_up(kept.home, backup).files < done.files) == (2, True)
    secret = stat.S_IMODE((backup / "outbox.sqlite").stat().st_mode)
    assert (secret, stat.S_IMODE((backup / "oirisk.toml").stat().st_mode)) == (0o600, 0o600)
    shutil.rmtree(kept.home.root)
    restored = Home(tmp_path / "elsewhere")
    restore_home(restored, str(backup), datetime.now(UTC))
    assert not restored.outbox.exists()
    assert restored.config.read_text().startswith("venues = [")
    with reading(restored) as connection:
        assert [query(connection, f"{table} order by all").to_dicts() for table in TABLES] == before
        assert query(connection, "select count(*) as n from raw.responses")["n"][0] > 0
    assert {path.name: path.read_bytes() for path in _raw_files(restored)} == raw
    assert sorted(path.name for path in restored.reports.glob("2026*")) == [FIRST_DAY, "2026-11-22"]


@pytest.mark.parametrize(
    "damage", [_flip_until_damaged, lambda path: path.write_bytes(b"x" * 9999)]
)
def test_damaged_backup_restored(
    kept: Any, config: Path, damage: Callable[[Path], object], tmp_path: Path
) -> None:
    backup = tmp_path / "backup.duckdb"
    back_up(kept.home, backup)
    damage(backup)
    files = _bytes(kept.home)
    with pytest.raises(HomeError, match="cannot be restored from"):
        restore(config, str(backup), as_json=False)
    assert _bytes(kept.home) == files


@pytest.mark.parametrize(
    ("command", "which"), [("night", 0), ("rederive", 0), ("maintain", 0), ("rederive", -1)],
    ids=["night", "rederive", "maintain", "newest, rederive"],
)  # fmt: skip
def test_raw_file_cut_short(
    kept: Any,
    config: Path,
    command: str,
    which: int,
    nights: list[Path],
    caplog: pytest.LogCaptureFixture,
) -> None:
    before, instruments = _held(kept)[:2]
    path = _raw_files(kept.home)[which]
    path.write_bytes(path.read_bytes()[:-100])
    if command == "rederive":
        assert rederive(config, FIRST_DAY, as_json=True) == 0
    elif command == "maintain":
        assert maintain(config, dry_run=False, as_json=True) == 0
    else:
        assert kept.replay(nights[2]).state == "completed"
    if command == "rederive":
        assert _held(kept)[1] == instruments
    assert path.name in caplog.text
    assert path.with_name(f"{path.name}.damaged").is_file()
    assert [row for row in _held(kept)[0] if row in before] == before
    assert kept.column("select count(*) > 0 from raw.responses") == [True]


@pytest.mark.parametrize("column", ["body", "status"])
def test_raw_byte_flipped(
    kept: Any, config: Path, column: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _held(kept)
    path = _raw_files(kept.home)[1]
    frame = pl.read_parquet(path, hive_partitioning=False)
    other = pl.lit("{}") if column == "body" else pl.lit(203, pl.Int32)
    frame.with_columns(other.alias(column)).write_parquet(path)
    found = _finding(config, "archived responses", capsys)
    assert (found["status"], path.name in found["detail"], found["exit"]) == ("fail", True, 2)
    mended = _finding(config, "archived responses", capsys, fix=True)
    assert (mended["status"], mended["exit"]) == ("ok", 1)
    assert any(path.name in said for said in mended["mended"])
    (aside,) = (one for one in mended["all"] if one["status"] != "ok")
    assert (aside["name"], path.name in aside["detail"]) == ("responses set aside", True)
    assert _held(kept) == before


def test_raw_file_forged(
    kept: Any, config: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _held(kept)
    path = next(one for one in _raw_files(kept.home) if "venue=gate" in str(one))
    frame = pl.read_parquet(path, hive_partitioning=False)
    bodies = [body.replace("3000", "9000") for body in frame["body"]]
    assert bodies != list(frame["body"])
    sums = [hashlib.sha256(body.encode()).hexdigest() for body in bodies]
    frame.with_columns(body=pl.Series(bodies), sha256=pl.Series(sums)).write_parquet(path)
    found = _finding(config, "archived responses", capsys)
    assert (found["status"], path.name in found["detail"]) == ("fail", True)
    assert rederive(config, FIRST_DAY, as_json=True) == 0
    assert f"{path} is not what its run stored" in caplog.text
    assert path.with_name(f"{path.name}.damaged").is_file()
    assert _held(kept) == before


@pytest.mark.parametrize("how", ["flipped", "cut"])
def test_block_corrupt(
    kept: Any, config: Path, how: str, nights: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before = _held(kept)
    if how == "flipped":
        _flip_until_damaged(kept.home.warehouse)
    else:
        os.truncate(kept.home.warehouse, int(kept.home.warehouse.stat().st_size * 0.97))
    found = _finding(config, "warehouse", capsys)
    assert (found["status"], found["exit"]) == ("fail", 2)
    assert "another process" not in found["detail"]
    assert "`oirisk restore published`" in found["repair"]
    assert _finding(config, "warehouse", capsys, fix=True)["exit"] == 2
    for _ in range(2):  # the copy is not replaced by what is damaged
        with pytest.raises(HomeError, match=r"is damaged: .*`oirisk restore published`"):
            kept.replay(nights[2])
    assert _held(kept) == before
    assert restore(config, "published", as_json=False) == 0
    assert _finding(config, "warehouse", capsys)["status"] == "ok"
    assert kept.replay(nights[2]).state == "completed"


def test_copy_corrupt(kept: Any, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = _held(kept)
    _flip_until_damaged(kept.home.published)
    assert _finding(config, "published copy", capsys)["status"] == "fail"
    mended = _finding(config, "published copy", capsys, fix=True)
    assert (mended["status"], mended["exit"]) == ("ok", 0)
    assert _held(kept) == before


@pytest.mark.parametrize("what", [".lock", "warehouse.duckdb", "published", "reports", "raw"])
def test_not_ours_to_write(
    what: str, kept: Any, open_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(open_folder / "home")
    shutil.copytree(kept.home.root, home.root)
    for path in (home.root, *home.root.rglob("*")):
        shutil.chown(path, 65_534)
    shutil.chown(home.root / what, 0, 0)
    (home.root / what).chmod(0o750 if (home.root / what).is_dir() else 0o640)
    with as_other_user():
        with pytest.raises(HomeError, match=f"{what}.* it belongs to root.*sudo chown -R"):
            opened(home, datetime.now(UTC)).__enter__()
        found = _finding(home.root, "rights", capsys)
    assert (found["status"], found["exit"], what in found["detail"]) == ("fail", 2, True)
    assert "chown" in found["repair"]


@pytest.mark.parametrize("what", [".", "published", "raw", "reports"])
def test_mounted_read_only(
    what: str, kept: Any, config: Path, nights: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before = _held(kept)
    with read_only(kept.home.root / what):
        with pytest.raises(HomeError, match="mounted read-only; mount that disk for writing"):
            opened(kept.home, datetime.now(UTC)).__enter__()
        found = _finding(config, "rights", capsys)
        assert (found["status"], "mounted read-only" in found["detail"]) == ("fail", True)
        assert "mount that disk" in found["repair"]
        assert _held(kept) == before
    assert kept.replay(nights[2]).state == "completed"
    assert kept.column(f"{BTC} order by snapshot_at") == [*TOTALS, 146.0]


@pytest.mark.parametrize("what", ["published", "raw", "reports"])
def test_file_in_place_of_a_folder(
    what: str, kept: Any, config: Path, nights: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kept.home.root / what
    folder.rename(config.parent / what)
    folder.write_text("in the way")
    with pytest.raises(HomeError, match=f"{what} is a file, and a folder belongs there; move it"):
        kept.replay(nights[2])
    found = _finding(config, "rights", capsys)
    assert (found["status"], f"{what} is a file" in found["detail"]) == ("fail", True)
    folder.unlink()
    (config.parent / what).rename(folder)
    kept.write_report(kept.replay(nights[2]))
    assert kept.column(f"{BTC} order by snapshot_at") == [*TOTALS, 146.0]


CUTS = {"gone": 0.0, "half": 0.5, "without its end": 0.99, "flipped": None}


@pytest.mark.parametrize("share", CUTS.values(), ids=CUTS)
def test_log_damaged(
    kept: Any, nights: list[Path], share: float | None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    left = Home(tmp_path / "left")
    refresh = writer.refresh_views

    def lose_power(*given: Any) -> None:
        if kept.home.wal.stat().st_size > 9_000:  # the night is committed and not in the file yet
            shutil.copytree(kept.home.root, left.root, dirs_exist_ok=True)
        refresh(*given)

    with monkeypatch.context() as patched:
        patched.setattr(writer, "refresh_views", lose_power)
        kept.replay(nights[2])
    if share is None:
        _flip(left.wal, 0.5)
    else:
        os.truncate(left.wal, int(left.wal.stat().st_size * share))
    desk = type(kept)(left, kept.settings)
    assert desk.column(f"{BTC} order by snapshot_at") == TOTALS
    refused = ""
    try:
        desk.replay(nights[2])
    except HomeError as error:  # as a log that is not whole may be: the copy is
        refused = str(error)
        restore(left.root, "published", as_json=False)
    assert not refused or "`oirisk restore published`" in refused
    assert desk.replay(nights[2]).state == "completed"
    assert _held(desk) == _held(kept)


def test_modes_lost(kept: Any, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mail_report(kept.home, date(2026, 11, 22), Settings(), datetime.now(UTC))
    kept.home.config.write_text(f'{kept.home.config.read_text()}[mail]\npassword = "marked"\n')
    kept.home.warehouse.chmod(0o666)
    kept.home.outbox.chmod(0o644)
    kept.home.config.chmod(0o640)
    found = _finding(config, "modes", capsys)
    assert (found["status"], "3 files are open" in found["detail"]) == ("warn", True)
    mended = _finding(config, "modes", capsys, fix=True)
    assert (mended["status"], mended["exit"]) == ("ok", 0)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (kept.home.warehouse, kept.home.outbox)]
    assert modes == [0o660, 0o600]
    assert stat.S_IMODE(kept.home.config.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["report.json", "index.html"])
def test_report_damaged(
    kept: Any, config: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kept.home.reports / FIRST_DAY
    before = (folder / name).read_bytes()
    (folder / name).write_bytes(before[: len(before) // 2])
    found = _finding(config, "reports", capsys)
    assert (found["status"], FIRST_DAY in found["detail"]) == ("warn", True)
    mended = _finding(config, "reports", capsys, fix=True)
    assert (mended["status"], mended["exit"]) == ("ok", 0)
    assert mended["mended"] == [f"the report of {FIRST_DAY} is written again"]
    if name == "index.html":
        assert (folder / name).read_bytes() == before


def test_run_lock_left(kept: Any, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept.home.run_lock("of-a-killed-run").touch()
    with alive(kept.home, "of-a-living-run"):
        assert _finding(config, "locks", capsys)["status"] == "warn"
        mended = _finding(config, "locks", capsys, fix=True)
        assert (mended["status"], mended["exit"]) == ("ok", 0)
        assert kept.home.run_lock("of-a-living-run").exists()
    assert not kept.home.run_lock("of-a-killed-run").exists()


def test_disk_full_before(
    kept: Any, nights: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(tmp_path / "disk", 128) as disk:
        kept_there = _moved(kept, disk)
        (disk / "other").write_bytes(b"x" * (shutil.disk_usage(disk).free - 40 * 2**20))
        asked = f"oirisk nightly --home {kept_there.home.root} --replay {nights[2]}".split()
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", *asked], check=False, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 2, done.stderr
        assert "the disk is full" in done.stderr
        assert "free at least" in done.stderr
        assert "a fault of oirisk" not in done.stderr
        assert "asked " not in done.stderr
        assert len(_raw_files(kept_there.home)) == 4
        found = _finding(kept_there.home.root, "disk", capsys)
        assert (found["status"], "free at least" in found["repair"]) == ("fail", True)


def _moved(desk: Any, folder: Path) -> Any:
    """Move a desk's home to another disk."""
    shutil.copytree(desk.home.root, folder / "home")
    return type(desk)(Home(folder / "home"), desk.settings)


STAGES = {
    "archive": (pipeline, "archive"),
    "load": (pipeline, "load_open_interest"),
    "build": (pipeline, "build_stale"),
    "view": (writer, "refresh_views"),
    "publish": (writer, "publish"),
    "render": (reports, "render_report"),
    "list of reports": (reports, "write_archive"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_disk_full_at(
    kept: Any, nights: list[Path], stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ReplaySource(read_recording(nights[2]))
    answers = kept.fetch(source)

    def night(desk: Any) -> None:
        desk.write_report(desk.store(answers, source.now(), simulated=False))

    with small_disk(tmp_path / "disk", 160) as disk:
        desk = _moved(kept, disk)
        owner, name = STAGES[stage]
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, filling_first(disk, getattr(owner, name)))
            with pytest.raises(HomeError, match=r"the disk is full.*free .*and run again"):
                night(desk)
        with reading(desk.home) as connection:  # readers never lose their copy
            assert query(connection, BTC).height in {2, 3}
        empty(disk)
        night(desk)
        night(kept)
        assert _held(desk) == _held(kept)
        assert not list(desk.home.root.rglob(".incomplete-*"))
        page = "2026-11-23/index.html"
        assert (desk.home.reports / page).read_bytes() == (kept.home.reports / page).read_bytes()


def test_largest_file_reached(
    kept: Any, nights: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = kept.home.warehouse.stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, limits[1]))
        with pytest.raises(HomeError, match=r"the disk is full.*and run again"):
            kept.replay(nights[2])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, heard)
    assert kept.column(f"{BTC} order by snapshot_at") in (TOTALS, [*TOTALS, 146.0])
    kept.replay(nights[2])
    assert kept.column(f"{BTC} order by snapshot_at") == [*TOTALS, 146.0]


def test_list_of_reports_lost(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page, index = kept.home.reports / "index.html", kept.home.reports / "archive.json"
    before = page.read_bytes()
    read: list[str] = []
    entry = report_archive._entry
    monkeypatch.setattr(
        report_archive, "_entry", lambda path: (read.append(path.parent.name), entry(path))[1]
    )
    write_archive(kept.home)
    assert read == []
    for content in (None, b"{", index.read_bytes()[:-9]):
        index.unlink()
        if content is not None:
            index.write_bytes(content)
        write_archive(kept.home)
        assert page.read_bytes() == before
    assert len(read) == 6
    os.utime(kept.home.reports / FIRST_DAY / "report.json")
    write_archive(kept.home)
    assert read[6:] == [FIRST_DAY]


def test_reports_thinned(kept: Any, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = RetentionSettings(reports_days=30, raw_days=100)
    folder = kept.home.reports / FIRST_DAY
    before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    facts = _held(kept)
    later = datetime(2027, 3, 2, tzinfo=UTC)  # a hundred days after the second night
    said = maintain_home(kept.home, settings, later, dry_run=True)
    assert {path.name for path in folder.rglob("*") if path.is_file()} == set(before)
    done = maintain_home(kept.home, settings, later, dry_run=False)
    removed = [(one.target, one.bytes_before) for one in done if one.action == "remove"]
    assert removed == [(one.target, one.bytes_before) for one in said if one.action == "remove"]
    assert [target for target, _ in removed] == ["raw", "reports"]
    assert [path.name for path in folder.iterdir()] == ["report.json"]
    assert {path.parts[-3] for path in _raw_files(kept.home)} == {"date=2026-11-22"}
    assert _held(kept) == facts
    assert f"{FIRST_DAY}/report.json" in (kept.home.reports / "index.html").read_text()
    found = _finding(config, "reports", capsys)
    assert [one for one in found["all"] if one["status"] != "ok"] == []
    done_again = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "oirisk", "report", "--stored", "--date", FIRST_DAY, "--home", config],
        check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done_again.returncode == 0, done_again.stderr
    after = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before
    assert f"{FIRST_DAY}/index.html" in (kept.home.reports / "index.html").read_text()


OWN_DUCKDB = """
import duckdb, os, sys
os.setegid(int(sys.argv[2])) if os.geteuid() == 0 else None
os.seteuid(65534) if os.geteuid() == 0 else None
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print(connection.execute("select count(*) from raw.responses").fetchall()[0][0])
"""


def test_archive_queried(kept: Any, tmp_path: Path, open_folder: Path) -> None:
    home = Home(open_folder / "home")
    shutil.copytree(kept.home.root, home.root)
    with opened(home, datetime.now(UTC)):
        pass
    for cwd, database in ((tmp_path, home.published), (home.root, "published/warehouse.duckdb")):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", OWN_DUCKDB, database, str(os.getegid())],
            cwd=cwd, check=False, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.stdout.strip().isdigit(), done.stderr
        assert int(done.stdout) > 0
    home.root.rename(home.root.with_name("moved"))
    with reading(Home(home.root.with_name("moved")), Limits(256, 1, 60)) as connection:
        assert query(connection, "select count(*) as n from raw.responses")["n"][0] > 0
        for place in ("/etc/passwd", str(kept.home.published), "~/.bashrc"):
            with pytest.raises(QueryError, match="disabled by configuration"):
                query(connection, f"select * from read_text('{place}')")  # noqa: S608
        with pytest.raises(QueryError):
            query(connection, f"attach '{kept.home.published}' as other")


def test_query_too_large(kept: Any, config: Path) -> None:
    with kept.home.config.open("a") as file:
        file.write("[query]\nmemory_mib = 64\nthreads = 1\ntimeout_seconds = 0.5\n")
    limits = query_limits(config)
    assert limits == Limits(64, 1, 0.5)
    endless = "select count(*) from range(1000000000000) where hash(range) = 1"
    with reading(kept.home, limits) as connection:
        with pytest.raises(QueryError, match=r"stopped after 0\.5 s.*query\.timeout_seconds"):
            query(connection, endless, timeout_seconds=limits.timeout_seconds)
        with pytest.raises(QueryError, match=r"query\.memory_mib"):
            query(connection, "select list(hash(range)) as all_of_it from range(50000000)")
        assert query(connection, BTC, timeout_seconds=60)["oi_base"].sort().to_list() == TOTALS


@pytest.fixture(params=[0o000, 0o077])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
def test_open_umask(make_desk: Any, nights: list[Path]) -> None:
    desk = make_desk("masked")
    desk.write_report(desk.replay(nights[0]))
    mail_report(desk.home, date(2026, 11, 21), Settings(), datetime.now(UTC))
    maintain_home(desk.home, RetentionSettings(), datetime.now(UTC), dry_run=False)
    with replacing(desk.home.reports / "half") as draft:
        assert stat.S_IMODE(draft.stat().st_mode) & 0o007 == 0
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in desk.home.root.rglob("*")}
    locks = {path for path in found if path.name.startswith(".")}
    secret = {path for path in found if "outbox" in path.name} - locks
    assert {found[path] for path in found if path.is_dir()} == {0o750}
    assert {found[path] for path in secret} == {0o600}
    assert {found[path] for path in found if path.is_file()} - {0o600} == {0o640}
    open_files = {path for path in set(found) - locks - secret if path.is_file()}
    assert {found[path] for path in open_files} == {0o640}
    assert all(found[path] & 0o007 == 0 for path in locks)
