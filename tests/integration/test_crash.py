"""A run that is killed at any point: nothing lost, nothing double, the copy always opens."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

SCRIPT = Path(__file__).with_name("killed_run.py")
DAY = timedelta(days=1)
DEADLY = (
    "archive", "replace", "record_run", "build_positions", "publish", "copyfile", "write_whole",
)  # fmt: skip


@pytest.fixture
def night(tape: Any, bybit_row: Callable[..., Any], gate_row: Callable[..., Any]) -> Any:
    """Two exchanges, three contracts."""
    rows = bybit_row("BTCUSDT", 200, 50_000), bybit_row("ETHUSDT", 4_000, 2_500)
    return tape.bybit(*rows).gate(gate_row(3_000, 50_000))


@pytest.fixture
def seeded(make_desk: Any, night: Any, bybit_row: Any, gate_row: Any, once: Any) -> Any:
    """A home with the night before, and the recording of the night that is going to die."""
    desk = make_desk("seeded")
    once("seeded", desk, lambda: desk.write_report(desk.replay(night.write())))
    second = night.later(DAY, "second.jsonl")
    second.bybit(bybit_row("BTCUSDT", 220, 51_000), bybit_row("ETHUSDT", 4_000, 2_600))
    second.gate(gate_row(3_100, 51_000))
    return desk, second.write()


@pytest.fixture
def undisturbed(seeded: Any, make_desk: Any, once: Any) -> Any:
    """The same home after that night, which lived; in ``steps.txt`` the steps that it took."""
    before, recording = seeded
    desk = make_desk("undisturbed")

    def live() -> None:
        shutil.copytree(before.home.root, desk.home.root)
        _killed(recording, {desk.home.root: "none"}, desk.home.root / "steps.txt")

    once("undisturbed", desk, live)
    return desk


def _killed(recording: Path, homes: dict[Path, str], report: Path) -> None:
    arguments = [f"{home}={point}" for home, point in homes.items()]
    command = [sys.executable, str(SCRIPT), str(recording), str(report), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


def _copies(seeded: Path, folder: Path, points: list[str]) -> dict[Path, str]:
    homes = {folder / f"home{number}": point for number, point in enumerate(points)}
    for home in homes:
        shutil.copytree(seeded, home)
    return homes


def _contents(desk: Any) -> dict[str, list[dict[str, Any]]]:
    tables = desk.rows(
        "select table_schema as s, table_name as t from information_schema.tables"
        " where table_type = 'BASE TABLE' and table_schema in ('core', 'marts', 'ops')"
    )
    names = {f"{table['s']}.{table['t']}" for table in tables}
    plain = {name: f"select * from {name} order by all" for name in names}  # noqa: S608
    plain["ops.coverage"] = "select * exclude (seconds) from ops.coverage order by all"
    return {name: desk.rows(sql) for name, sql in plain.items()}


def test_killed_before_any_step_and_run_again_the_home_is_as_if_nothing_had_happened(
    seeded: Any, undisturbed: Any, make_desk: Any, tmp_path: Path
) -> None:
    desk, recording = seeded
    taken = (undisturbed.home.root / "steps.txt").read_text().split()
    wanted = _contents(undisturbed)
    assert set(taken) >= set(DEADLY)
    last_of = {name: step for step, name in enumerate(taken)}
    chosen = sorted({*map(taken.index, DEADLY), last_of["load_open_interest"]})
    homes = _copies(desk.home.root, tmp_path / "killed", [str(step) for step in chosen])
    _killed(recording, homes, tmp_path / "steps.txt")
    for number, step in enumerate(chosen):
        again = make_desk(f"killed/home{number}")
        where = f"killed before step {step}: {taken[step]}"
        nights = again.column("select count(distinct snapshot_at) from core.open_interest")
        assert nights in ([1], [2]), where
        outcome = again.replay(recording)
        assert outcome.state == "completed", where
        assert _contents(again) == wanted, where
        assert not list(again.home.root.rglob(".incomplete-*")), where


def test_killed_after_any_time_and_run_again_nothing_is_lost_or_double(
    seeded: Any, undisturbed: Any, make_desk: Any, tmp_path: Path
) -> None:
    desk, recording = seeded
    wanted = _contents(undisturbed)
    times = ["0.2s", "0.4s", "0.7s"]
    homes = _copies(desk.home.root, tmp_path / "killed", times)
    _killed(recording, homes, tmp_path / "steps.txt")
    for number, time in enumerate(times):
        again = make_desk(f"killed/home{number}")
        assert again.column("select count(*) > 0 from core.open_interest") == [True], time
        again.replay(recording)
        assert _contents(again) == wanted, time
