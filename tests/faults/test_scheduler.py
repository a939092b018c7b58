"""The schedule as a process: killed half-way, stopped, started twice, asked by a stranger."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import httpx
import pytest

from oirisk.flows.night import Night, run_night
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox

pytestmark = pytest.mark.integration

PATIENCE = 180.0


@dataclass
class Scheduler:
    """``oirisk schedule`` of one home, as often as it is started; every process ends with the test."""

    home: Path
    sandbox: str
    due: datetime
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """What the processes have printed."""
        return self.home.parent / "schedule.log"

    @property
    def report(self) -> Path:
        """The report of the night that was due a moment ago."""
        return self.home / "reports" / self.due.date().isoformat() / "report.json"

    def start(self) -> subprocess.Popen[bytes]:
        """Start it."""
        environment = {
            **os.environ, "OIRISK_SANDBOX": self.sandbox, "PREFECT_RUNNER_POLL_FREQUENCY": "1",
            "PREFECT_HOME": str(self.home.parent / "prefect"),
        }  # fmt: skip
        with self.log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 -- own program
                [sys.executable, "-m", "oirisk", "-v", "schedule", "--home", str(self.home)],
                env=environment, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def children(self, process: subprocess.Popen[bytes]) -> list[int]:
        """Return the processes of jobs that it has started."""
        listed = Path(f"/proc/{process.pid}/task").glob("*/children")
        found = [int(pid) for path in listed for pid in path.read_text().split()]
        return [pid for pid in found if b"resource_tracker" not in _command(pid)]

    def lives(self, pids: list[int]) -> list[int]:
        """Return those that still run."""
        return [pid for pid in pids if _command(pid)]

    def is_asking(self) -> bool:
        """Return whether a run is under way."""
        return any(self.home.glob(".run-*.lock"))


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def until(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds.

    Raises:
        TimeoutError: It did not come to hold.
    """
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE:g} s for {what}")
        time.sleep(0.05)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    """A home with yesterday's night; tonight's was due a moment ago, and did not happen."""
    home = tmp_path / "home"
    home.mkdir()
    due = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)
    (home / "oirisk.toml").write_text(
        'venues = ["gate", "hyperliquid"]\n[clusters]\ntop_assets = 1\n'
        f'[schedule]\ncron = "{due.minute} {due.hour} * * *"\nmaintain_cron = ""\n'
    )
    market = SimulatedMarket(7, end=due + timedelta(days=1), days=3)
    moment = [due - timedelta(days=1)]
    with Sandbox(market, clock=lambda: moment[0]).in_background() as sandbox:
        asyncio.run(run_night(Night(home, as_of=moment[0], sandbox=sandbox.url)))
        moment[0] = due
        one = Scheduler(home, sandbox.url, due)
        try:
            yield one
        finally:
            for process in one.processes:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def test_a_killed_scheduler_takes_its_runs_with_it_and_the_next_one_makes_up_for_the_night(
    scheduler: Scheduler,
) -> None:
    first = scheduler.start()
    until(scheduler.is_asking, "a run under way")
    children = scheduler.children(first)
    assert children
    first.kill()
    until(lambda: not scheduler.lives(children), "the run to end with its scheduler")
    assert not scheduler.report.exists()

    second = scheduler.start()
    until(scheduler.report.exists, "the report of the night that was cut short")
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    with duckdb.connect(str(scheduler.home / "published/warehouse.duckdb"), read_only=True) as copy:
        runs = copy.execute(
            "select flow, snapshot_at, state from ops.runs where snapshot_at = ?", [scheduler.due]
        ).fetchall()
    assert [(flow, state) for flow, _at, state in runs] == [("nightly", "completed")]


def test_a_stopped_scheduler_stops_its_run_within_the_patience_of_an_init_system(
    scheduler: Scheduler,
) -> None:
    process = scheduler.start()
    until(scheduler.is_asking, "a run under way")
    children = scheduler.children(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert scheduler.lives(children) == []
    scheduler.start()
    until(scheduler.report.exists, "the report of the night that was cut short")


def test_a_night_by_hand_while_the_scheduler_makes_up_for_it_is_stored_once(
    scheduler: Scheduler,
) -> None:
    process = scheduler.start()
    until(scheduler.is_asking, "a run under way")
    by_hand = subprocess.run(  # noqa: S603 -- own program
        [sys.executable, "-m", "oirisk", "nightly", "--home", scheduler.home,
         "--as-of", scheduler.due.isoformat()],
        env={**os.environ, "OIRISK_SANDBOX": scheduler.sandbox}, check=False,
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert by_hand.returncode == 0, by_hand.stderr
    until(lambda: not scheduler.is_asking(), "the scheduler's run to end")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert scheduler.report.exists()
    with duckdb.connect(str(scheduler.home / "published/warehouse.duckdb"), read_only=True) as copy:
        states = copy.execute("select state from ops.runs where flow = 'nightly'").fetchall()
        twice = copy.execute(
            "select venue, symbol from core.open_interest where superseded_at is null"
            " group by venue, symbol, snapshot_at having count(*) > 1"
        ).fetchall()
    assert {state for (state,) in states} == {"completed"}
    assert twice == []


def test_nobody_else_may_ask_the_server_and_jobs_take_no_orders(scheduler: Scheduler) -> None:
    process = scheduler.start()
    until(lambda: b"scheduler started" in scheduler.log.read_bytes(), "the server")
    (address,) = re.findall(r"address=(http://[\d.:]+/api)", scheduler.log.read_text())[:1]
    assert address.startswith("http://127.0.0.1:")
    assert httpx.post(f"{address}/deployments/filter", json={}).status_code == 401
    assert httpx.post(f"{address}/flow_runs/filter", json={}).status_code == 401
    again = scheduler.start()
    assert again.wait(120) == 2
    assert "another process serves the schedule" in scheduler.log.read_text()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
