"""A signal to stop, at any step of a night: it stops at once, says what is left, loses nothing."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oirisk.flows.night import Night, run_night
from oirisk.sandbox.faults import Fault
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox

pytestmark = pytest.mark.integration

AT = datetime(2026, 3, 1, 0, 5, tzinfo=UTC)


@dataclass
class Desk:
    """A home, and exchanges of its own."""

    home: Path
    sandbox: Sandbox

    def start(self) -> subprocess.Popen[str]:
        """Start ``oirisk nightly``."""
        return subprocess.Popen(  # noqa: S603 -- own program
            [sys.executable, "-m", "oirisk", "nightly", "--home", self.home,
             "--as-of", AT.isoformat()],
            env={**os.environ, "OIRISK_SANDBOX": self.sandbox.url}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def stopped(self, number: int, at_line: str) -> tuple[int, str]:
        """Run a night up to a line that it prints, send a signal; return status and words."""
        process = self.start()
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(at_line):
                break
        os.kill(process.pid, number)
        _, said = process.communicate(timeout=30)
        return process.returncode, said


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A home without nights."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "oirisk.toml").write_text(
        'venues = ["gate", "hyperliquid"]\n[clusters]\ntop_assets = 1\n'
    )
    market = SimulatedMarket(7, end=AT + timedelta(days=1), days=3)
    with Sandbox(market, clock=lambda: AT).in_background() as sandbox:
        yield Desk(home, sandbox)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("line", "doing", "left"),
    [
        ("asking 2 venues", "asking exchanges", "what exchanges had answered is kept"),
        ("validating", "validating, loading and aggregating", "what exchanges had answered"),
        ("writing", "writing the report", "`oirisk report`, then `oirisk send`"),
    ],
)
def test_a_night_that_is_stopped_stops_and_the_next_is_as_if_nothing_had_been(
    desk: Desk, number: int, line: str, doing: str, left: str
) -> None:
    status, said = desk.stopped(number, line)
    assert status == 2
    assert f"stopped by a signal while {doing}" in said
    assert left in said
    assert not list(desk.home.glob("reports/*/briefing.eml"))
    again = asyncio.run(run_night(Night(desk.home, as_of=AT, sandbox=desk.sandbox.url)))
    assert again.state == "completed"
    assert list(desk.home.glob("reports/*/briefing.eml"))


def test_an_exchange_that_hangs_does_not_keep_a_stopped_night(desk: Desk) -> None:
    desk.sandbox.faults["gate"] = Fault.HANG
    status, said = desk.stopped(signal.SIGTERM, "asked hyperliquid")
    assert status == 2
    assert "while asking exchanges" in said
