"""Clocks that are set while a night is under way, and the hours that summer time takes and gives."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from prefect.server.schemas.schedules import CronSchedule

from oirisk.flows import night as night_steps
from oirisk.flows.catch_up import missed_nights
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.night import Night, run_night
from oirisk.flows.outcome import Outcome
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.flows.settings.sections import ScheduleSettings
from oirisk.flows.status import status_of
from oirisk.warehouse.health import check_home
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading
from tests.faults.exchange import AT, Exchange, in_background, interest

pytestmark = pytest.mark.integration

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DECLARED = """venues = ["gate"]
[top_up]
enabled = false
[[generic]]
id = "clocked"
address = "https://api.example.com/v1"
path = "interest"
interval_ms = 1
rows = "data"
field = "size"
unit = "base"
counting_factor = "1"
mark_price = "mark"
[generic.markets]
path = "contracts"
base = "base"
quote = "quote"
"""


class _Declared(SandboxSource):
    """Offers the exchange that is declared, and no other."""

    def offers(self, venue: str) -> bool:
        """Return whether it is that one."""
        return venue == "clocked"


@dataclass
class Desk:
    """A home, its one exchange, and the clock of the machine, set as that answers."""

    home: Home
    url: str = ""
    now: datetime = AT
    jumps: list[timedelta] = field(default_factory=list)
    size: int = 10

    async def answer(self, _: web.Request) -> web.StreamResponse:
        """Set the clock, and answer."""
        self.now += self.jumps.pop() if self.jumps else timedelta(0)
        rows = [interest("BTC", self.size), interest("ETH", self.size)]
        return web.json_response({"data": rows})

    def run(self, at: datetime, size: int) -> Outcome:
        """Run the night of an instant, when it is due."""
        self.now, self.size = at, size
        source = _Declared(url=self.url, clock=lambda: self.now)
        return asyncio.run(run_night(Night(self.home.root, as_of=at, source=source)))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Query the published copy."""
        with reading(self.home) as connection:
            return query(connection, sql).rows()

    def totals(self) -> list[tuple[Any, ...]]:
        """Return the totals of BTC, by night."""
        return self.rows(
            "select oi_base, published from marts.oi_by_asset where asset = 'BTC'"
            " and kind_group = 'futures' order by snapshot_at"
        )


@contextmanager
def _desk(folder: Path) -> Iterator[Desk]:
    desk = Desk(Home(folder))
    desk.home.config.write_text(DECLARED)
    with in_background({"clocked": Exchange(interest=desk.answer)}) as url:
        desk.url = url
        yield desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A home with one night before."""
    with _desk(tmp_path) as one:
        monkeypatch.setattr(night_steps, "wall_clock", lambda: one.now)
        assert one.run(AT - DAY, 9).state == "completed"
        yield one


@pytest.mark.parametrize("jump", [-HOUR, DAY], ids=["an hour back", "a day forward"])
def test_clock_set_while_a_night_asks(desk: Desk, jump: timedelta) -> None:
    desk.jumps.append(jump)
    desk.run(AT, 10)
    # What was read by such a clock is too old or too new for its night: missing, with the reason.
    assert desk.totals() == [(9.0, True)]
    assert desk.rows("select venue, reason from marts.oi_uncounted") == [
        ("clocked", "observed too far from the instant of the report")
    ]
    assert desk.run(AT + DAY, 11).state == "completed"
    assert desk.totals()[-1] == (11.0, True)
    assert desk.rows("select count(*) from ops.runs where state = 'running'") == [(0,)]
    assert [row[0] for row in desk.rows("select oi_base from core.open_interest order by all")] == [
        9, 9, 10, 10, 11, 11,
    ]  # fmt: skip
    assert [one for one in check_home(desk.home) if one.status == "fail"] == []
    settings = load_settings(desk.home.root)
    assert [one.id for one in status_of(desk.home, settings, AT + DAY + HOUR).troubles] == []
    assert missed_nights(desk.home, settings, AT + DAY + HOUR) == []


def test_clock_back_at_the_next_night(desk: Desk) -> None:
    before = desk.rows("select * from core.open_interest order by all")
    desk.jumps.clear()
    assert desk.run(AT, 10).state == "completed"
    # The clock is two hours behind as the next one starts: nothing newer is replaced by it.
    outcome = desk.run(AT - 2 * HOUR, 12)
    assert outcome.state == "completed"
    told = desk.rows(
        "select oi_base from core.open_interest where superseded_at is null"
        " and asset = 'BTC' order by snapshot_at"
    )
    assert told == [(9.0,), (12.0,), (10.0,)]
    kept = desk.rows("select * from core.open_interest order by all")
    assert [row for row in kept if row in before] == before


CHANGES = {
    "spring, Berlin": ("Europe/Berlin", "2026-03-29", 23),
    "autumn, Berlin": ("Europe/Berlin", "2026-10-25", 25),
    "spring, New York": ("America/New_York", "2026-03-08", 23),
    "autumn, New York": ("America/New_York", "2026-11-01", 25),
}
OF_CHANGES = pytest.mark.parametrize(("zone", "day", "hours"), CHANGES.values(), ids=CHANGES)


@OF_CHANGES
@pytest.mark.parametrize("cron", ["30 1 * * *", "30 2 * * *", "5 3 * * *"])
def test_night_of_a_clock_change(zone: str, day: str, hours: int, cron: str) -> None:
    schedule = ScheduleSettings(cron=cron, timezone=zone)
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    since, until = midnight - DAY, midnight + 2 * DAY
    due = schedule.due(since, until)
    dates = [f"{(midnight + days * DAY):%Y-%m-%d}" for days in (-1, 0, 1)]
    assert [schedule.night_of(one) for one in due] == dates
    utc = [one.astimezone(UTC) for one in due]
    assert utc[2] - utc[0] in {2 * DAY + HOUR * (24 - hours) * sign for sign in (-1, 0)}
    # Prefect may take another instant of that date; the night is the same.
    planned = asyncio.run(CronSchedule(cron=cron, timezone=zone).get_dates(n=3, start=since))
    assert [schedule.night_of(one) for one in planned] == dates


@OF_CHANGES
def test_hours_of_a_clock_change(zone: str, day: str, hours: int) -> None:
    schedule = ScheduleSettings(cron="30 * * * *", timezone=zone)
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    due = [one.astimezone(UTC) for one in schedule.due(midnight, midnight + DAY)]
    assert len(due) == hours
    assert {later - earlier for earlier, later in pairwise(due)} == {HOUR}
    keys = [schedule.night_of(one) for one in due]
    assert len(set(keys)) == hours
    assert keys == sorted(keys)


def test_two_nights_in_the_hour_that_comes_twice(make_desk: Callable[..., Any], tape: Any,
                                                 gate_row: Any) -> None:  # fmt: skip
    schedule = ScheduleSettings(cron="30 * * * *", timezone="Europe/Berlin")
    desk = make_desk(venues=("gate",), schedule=schedule)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for number, contracts in enumerate((3_000, 3_100)):
        one = tape.later(first + number * HOUR - tape.at, f"{number}.jsonl")
        desk.write_report(desk.replay(one.gate(gate_row(contracts, 50_000)).write()))
    folders = sorted(path.parent.name for path in desk.home.reports.glob("*/report.json"))
    assert folders == ["2026-10-25T0230", "2026-10-25T0230+0100"]
    totals = desk.column("select oi_base from marts.oi_by_asset order by snapshot_at")
    assert totals == [30.0, 31.0]
    assert missed_nights(desk.home, desk.settings, first + HOUR + timedelta(minutes=9)) == []


def test_night_that_a_scheduler_took_before_the_hour_left_out(
    make_desk: Callable[..., Any], tape: Any, gate_row: Any
) -> None:
    schedule = ScheduleSettings(cron="30 2 * * *", timezone="Europe/Berlin")
    desk = make_desk(venues=("gate",), schedule=schedule)
    taken = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    for instant in (taken - DAY + HOUR, taken):
        one = tape.later(instant - tape.at, f"{instant:%d}.jsonl")
        desk.write_report(desk.replay(one.gate(gate_row(3_000, 50_000)).write()))
    later = taken + timedelta(hours=12)
    settings = Settings.model_validate({"schedule": schedule, "venues": ("gate",)})
    assert [one.id for one in status_of(desk.home, settings, later).troubles] == []
    assert missed_nights(desk.home, settings, later) == []
    (desk.home.report("2026-03-29") / "report.json").unlink()
    (missed,) = missed_nights(desk.home, settings, later)
    runs = desk.column("select run_id from ops.runs order by snapshot_at")
    assert missed.run_id == runs[1]
