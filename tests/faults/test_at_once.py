"""Two commands on one home at the same moment, each a process of its own; and a reader meanwhile."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.night import plain_night
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import select_simulated
from oirisk.sandbox.server import Sandbox
from oirisk.warehouse.health import check_home
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading

pytestmark = pytest.mark.integration

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = datetime(2026, 3, 10, 0, 5, tzinfo=UTC)
SETTINGS = 'venues = ["gate"]\n[top_up]\nenabled = false\n[clusters]\ntop_assets = 1\n'


@dataclass
class Desk:
    """A home, and the simulated exchange whose time is the newest that anyone asks about."""

    home: Home
    market: SimulatedMarket
    url: str

    def at_once(self, *commands: str) -> list[tuple[int, str]]:
        """Start commands together; returns status and words of each."""
        started = [
            subprocess.Popen(  # noqa: S603 -- own program
                [sys.executable, "-m", "oirisk", *command.split(), "--home", self.home.root],
                env={**os.environ, "OIRISK_SANDBOX": self.url}, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            for command in commands
        ]  # fmt: skip
        words = [process.communicate(timeout=240)[0] for process in started]
        return [(one.returncode, said) for one, said in zip(started, words, strict=True)]

    def rows(self, sql: str, **parameters: object) -> list[tuple[Any, ...]]:
        """Query the published copy."""
        with reading(self.home) as connection:
            return query(connection, sql, parameters or None).rows()

    def check(self, *instants: datetime) -> None:
        """Hold every figure against the truth: none is lost, double or wrong."""
        for at in instants:
            told = self.rows(
                "select symbol, oi_base from core.open_interest"
                " where superseded_at is null and snapshot_at = $at order by symbol", at=at,
            )  # fmt: skip
            truth = self.market.truth(at)
            wanted = sorted(truth.filter(venue="gate").select("symbol", "oi_base").rows())
            assert [symbol for symbol, _ in told] == [symbol for symbol, _ in wanted]
            assert [size for _, size in told] == pytest.approx([size for _, size in wanted])
        totals = self.rows("select count(*), count(distinct snapshot_at) from marts.oi_market"
                           " where kind_group = 'futures'")  # fmt: skip
        assert totals == [(len(instants), len(instants))]
        assert self.rows("select count(*) from ops.runs where state <> 'completed'") == [(0,)]
        assert [one for one in check_home(self.home) if one.status == "fail"] == []


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A home with the night before."""
    home = Home(tmp_path_factory.mktemp("at_once") / "home")
    home.root.mkdir()
    home.config.write_text(SETTINGS)
    market = SimulatedMarket(7, end=AT + DAY, days=3, venues=select_simulated(("gate",)))
    moment = [AT - DAY]
    with Sandbox(market, clock=lambda: moment[0]).in_background() as sandbox:
        source = SandboxSource(url=sandbox.url, clock=lambda: moment[0])
        assert plain_night(home, AT - DAY, source).state == "completed"
        moment[0] = AT
        yield Desk(home, market, sandbox.url)


NIGHT = f"nightly --as-of {AT.isoformat()}"
COMMANDS = (NIGHT, NIGHT, f"snapshot --as-of {AT.isoformat()}", "maintain")


@pytest.fixture(scope="module")
def done(made: Desk) -> list[tuple[int, str]]:
    """What came of all commands, begun at once."""
    return made.at_once(*COMMANDS)


def test_night_and_night(made: Desk, done: list[tuple[int, str]]) -> None:
    assert [status for status, _ in done[:2]] == [0, 0], done
    made.check(AT - DAY, AT)
    assert len(list(made.home.reports.glob("*/report.json"))) == 2


def test_night_and_snapshot(made: Desk, done: list[tuple[int, str]]) -> None:
    assert done[2][0] == 0, done[2]
    made.check(AT - DAY, AT)
    assert {flow for (flow,) in made.rows("select flow from ops.runs")} == {"nightly", "snapshot"}


def test_night_and_maintenance(made: Desk, done: list[tuple[int, str]]) -> None:
    status, said = done[3]
    assert status == 0 or "another run is writing" in said
    assert made.at_once("maintain")[0][0] == 0
    made.check(AT - DAY, AT)


READER = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as copy:
    for line in sys.stdin:
        print(copy.sql("select count(*), sum(oi_base) from core.open_interest").fetchall(), flush=True)
"""


def test_reader_of_an_old_copy(make_desk: Any, tape: Any, gate_row: Any) -> None:
    desk = make_desk()

    def night(number: int) -> None:
        one = tape.later(number * DAY, f"{number}.jsonl")
        desk.replay(one.gate(gate_row(3_000 + 100 * number, 50_000)).write())

    night(0)
    with subprocess.Popen(  # noqa: S603 -- own program
        [sys.executable, "-c", READER, desk.home.published],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as reader:  # fmt: skip
        assert reader.stdin is not None
        assert reader.stdout is not None
        seen = []
        for number in (1, 2, 3):
            reader.stdin.write("\n")
            reader.stdin.flush()
            seen.append(reader.stdout.readline().strip())
            if number < 3:
                night(number)
        reader.stdin.close()
    assert seen == ["[(1, 30.0)]"] * 3
    with duckdb.connect(str(desk.home.published), read_only=True) as copy:
        found = copy.sql("select count(*), sum(oi_base) from core.open_interest").fetchall()
    assert found == [(3, 93.0)]
