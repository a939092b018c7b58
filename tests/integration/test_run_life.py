"""A run is on record before it asks; what a killed one had fetched is not lost and not asked again."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from oirisk.flows.batch import Batch
from oirisk.flows.pipeline import RunFrame, store, top_up_label
from oirisk.flows.run import Begun, begun, keep
from oirisk.schemas.history import SupplementaryData
from oirisk.warehouse.archive import RunLabel, archive, archived_answers
from oirisk.warehouse.files import alone
from oirisk.warehouse.health import check_home
from oirisk.warehouse.runs import begin_run, is_alive
from oirisk.warehouse.writer import opened

pytestmark = pytest.mark.integration

SCRIPT = Path(__file__).with_name("cut_run.py")
VENUES = ("bybit", "gate", "okx")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Rows = list[tuple[Any, ...]]


@pytest.fixture
def three(make_desk: Any) -> Any:
    """A desk that asks three exchanges."""
    return make_desk(venues=VENUES)


@pytest.fixture
def cut(three: Any, sandbox: Any, at: datetime) -> Callable[..., None]:
    """Return a function that makes a run, killed when some exchanges have answered."""

    def run(*venues: str) -> None:
        home = three.home.root
        command = [sys.executable, str(SCRIPT), str(home), sandbox.url, at.isoformat(), *venues]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
        assert done.returncode == -signal.SIGKILL, done.stderr

    return run


def frame(desk: Any, at: datetime) -> RunFrame:
    return RunFrame(
        home=desk.home, flow="nightly", snapshot_at=at, started_at=at, source="sandbox",
        is_simulated=True, settings=desk.settings,
    )  # fmt: skip


def finish(desk: Any, run: Begun, source: Any) -> Any:
    """Ask whom nobody asked yet, and store the run."""
    asked = [venue for venue in VENUES if venue not in run.answers]
    fetched = {one.venue: one for one in desk.fetch(source, asked)} | dict(run.answers)
    for venue in asked:
        keep(run.frame, fetched[venue])
    batch = Batch([fetched[venue] for venue in VENUES], desk.settings)
    return store(run.frame, batch, run.frame.started_at)


def asked_of(home: Any, question: str) -> Rows:
    """Ask the warehouse itself, of which analysts see a copy only when a run is stored."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(question).fetchall()


def states(home: Any) -> Rows:
    return asked_of(home, "select run_id, state from ops.runs order by snapshot_at")


def venues_at(home: Any, at: datetime) -> Rows:
    asked = f"select distinct venue from core.open_interest where snapshot_at = '{at}' order by 1"  # noqa: S608
    return asked_of(home, asked)


def files_of(home: Any) -> list[str]:
    return sorted(path.parts[-2] for path in home.raw.glob("date=*/venue=*/*.parquet"))


def killed_runs(home: Any) -> Any:
    (found,) = (one for one in check_home(home) if one.name == "killed runs")
    return found


def test_a_run_is_on_record_as_running_while_it_asks(
    three: Any, sandbox_source: Any, at: datetime
) -> None:
    with begun(frame(three, at)) as run:
        run_id = run.frame.run_id
        assert states(three.home) == [(run_id, "running")]
        assert is_alive(three.home, run_id)
        assert killed_runs(three.home).detail == "none; 1 running"
        outcome = finish(three, run, sandbox_source)
    assert (outcome.run_id, outcome.state) == (run_id, "completed")
    assert states(three.home) == [(run_id, "completed")]
    assert not is_alive(three.home, run_id)
    assert not list(three.home.root.glob(".run-*"))


def test_answers_are_on_disk_when_the_run_is_killed_and_the_doctor_says_so(
    three: Any, cut: Any, at: datetime
) -> None:
    cut("bybit")
    assert files_of(three.home) == ["venue=bybit"]
    ((run_id, state),) = states(three.home)
    assert state == "running"
    found = killed_runs(three.home)
    assert (found.status, found.detail) == ("warn", f"1, first {run_id}")


def test_the_same_run_again_goes_on_where_it_was_killed(
    three: Any, make_desk: Any, cut: Any, sandbox_source: Any, at: datetime
) -> None:
    cut("bybit", "gate")
    ((run_id, _),) = states(three.home)
    with begun(frame(three, at)) as run:
        assert set(run.answers) == {"bybit", "gate"}
        outcome = finish(three, run, sandbox_source)
    assert (outcome.run_id, outcome.state) == (run_id, "completed")
    whole = make_desk("whole", venues=VENUES)
    with begun(frame(whole, at)) as run:
        finish(whole, run, sandbox_source)
    for table in ("core.open_interest", "marts.oi_by_asset", "ops.runs", "ops.fetches"):
        asked = f"select * from {table} order by all"  # noqa: S608
        assert asked_of(three.home, asked) == asked_of(whole.home, asked), table
    assert files_of(three.home) == files_of(whole.home)


def test_a_run_minutes_later_uses_the_answers_and_the_killed_one_keeps_them(
    three: Any, cut: Any, sandbox_source: Any, at: datetime
) -> None:
    cut("bybit", "gate")
    later = at + 10 * MINUTE
    with begun(frame(three, later)) as run:
        assert set(run.answers) == {"bybit", "gate"}
        finish(three, run, sandbox_source)
    assert [state for _, state in states(three.home)] == ["abandoned", "completed"]
    assert venues_at(three.home, at) == [("bybit",), ("gate",)]
    assert venues_at(three.home, later) == [("bybit",), ("gate",), ("okx",)]
    missing = asked_of(
        three.home,
        "select venue, status, coverage.error from ops.coverage join ops.runs using (run_id)"
        " where state = 'abandoned' and accepted = 0",
    )
    assert missing == [("okx", "failed", "the run was killed before every exchange had answered")]
    assert killed_runs(three.home).status == "ok"


def test_a_run_a_day_later_asks_everybody(
    three: Any, cut: Any, sandbox_source: Any, at: datetime
) -> None:
    cut("bybit")
    with begun(frame(three, at + DAY)) as run:
        assert run.answers == {}
        assert [state for _, state in states(three.home)] == ["abandoned", "running"]
    assert venues_at(three.home, at) == [("bybit",)]


def test_a_run_killed_before_any_answer_is_closed_with_the_reason(
    three: Any, cut: Any, at: datetime
) -> None:
    cut()
    with begun(frame(three, at + DAY)):
        pass
    found = asked_of(three.home, "select state, error from ops.runs order by snapshot_at limit 1")
    assert found == [("abandoned", "the run was killed before any exchange had answered")]


def test_a_run_that_lives_is_let_alone(three: Any, at: datetime) -> None:
    with begun(frame(three, at)) as first, begun(frame(three, at)) as second:
        assert first.frame.run_id != second.frame.run_id
        assert {state for _, state in states(three.home)} == {"running"}


def test_while_another_process_writes_the_run_goes_on_and_is_recorded_when_stored(
    three: Any, sandbox_source: Any, at: datetime
) -> None:
    three.home.root.mkdir(exist_ok=True)

    @contextmanager
    def busy() -> Iterable[None]:  # type: ignore[misc]
        with alone(three.home.lock) as is_free:
            assert is_free
            yield

    with busy():
        opened = begun(frame(three, at))
        run = opened.__enter__()
    assert run.frame.run_id == ""
    outcome = finish(three, run, sandbox_source)
    opened.__exit__(None, None, None)
    assert states(three.home) == [(outcome.run_id, "completed")]
    assert files_of(three.home) == ["venue=bybit", "venue=gate", "venue=okx"]


def test_the_same_answers_again_leave_one_run_and_its_files(
    three: Any, sandbox_source: Any, at: datetime
) -> None:
    outcomes = []
    for _ in range(2):
        with begun(frame(three, at)) as run:
            outcomes.append(finish(three, run, sandbox_source))
    assert outcomes[0] == outcomes[1]
    assert len(states(three.home)) == 1
    assert len(files_of(three.home)) == len(VENUES)


def test_a_killed_run_of_another_source_keeps_its_source(
    three: Any, sandbox_source: Any, at: datetime
) -> None:
    (bybit,) = three.fetch(sandbox_source, ["bybit"])
    killed = RunLabel("20261121T000500Z-00000000", "nightly", at, "replay", True)
    with opened(three.home, at) as connection:
        begin_run(connection, killed, at, "0")
    archive(three.home, killed, bybit.responses)
    with begun(frame(three, at + DAY)) as run:
        assert run.answers == {}
    found = asked_of(three.home, "select source, state from ops.runs order by snapshot_at")
    assert found == [("replay", "abandoned"), ("sandbox", "running")]


def test_what_is_archived_beside_open_interest_is_what_this_run_was_told(
    three: Any, sandbox_source: Any, at: datetime
) -> None:
    (bybit,) = three.fetch(sandbox_source, ["bybit"])
    with begun(frame(three, at)) as run:
        beside = top_up_label(run.frame.label())
        archive(three.home, beside, bybit.responses[:1])  # of a run killed while it was stored
        batch = Batch([bybit], three.settings)
        batch.told = (SupplementaryData("bybit", responses=bybit.responses[1:2]),)
        store(run.frame, batch, at)
    assert archived_answers(three.home, beside) == bybit.responses[1:2]


def test_a_venue_that_had_not_told_all_when_its_time_was_up_is_asked_again(
    three: Any, sandbox_source: Any, at: datetime
) -> None:
    killed = RunLabel("20261121T000500Z-00000000", "nightly", at, "sandbox", True)
    with opened(three.home, at) as connection:
        begin_run(connection, killed, at, "0")
    for one in three.fetch(sandbox_source, ["gate", "okx"]):
        left_out = "swap" if one.venue == "okx" else ""
        told = [response for response in one.responses if response.endpoint != left_out]
        assert (len(told) < len(one.responses)) is (one.venue == "okx")
        archive(three.home, killed, told)
    with begun(frame(three, at)) as run:
        assert set(run.answers) == {"gate"}
    assert files_of(three.home) == ["venue=gate"]
