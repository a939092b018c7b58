"""Nights that did not happen, or ended half-way: seen, and caught up oldest first."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from oirisk.flows.catch_up import Catcher, MissedNight, missed_nights
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.night import Night, plain_night, run_night
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.errors import HomeError
from oirisk.warehouse.health import check_home
from oirisk.warehouse.home import Home

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
TONIGHT = datetime(2026, 3, 10, 0, 5, tzinfo=UTC)
VENUES = ("gate", "hyperliquid")


@dataclass
class Desk:
    """A home, exchanges of its own, and the time of day that all of them go by."""

    home: Home
    market: SimulatedMarket
    url: str
    moment: list[datetime]

    @property
    def settings(self) -> Settings:
        """What its file says."""
        return load_settings(self.home.root)

    def at(self, moment: datetime) -> None:
        """Set the time of day."""
        self.moment[0] = moment

    def run(self, due: datetime) -> None:
        """Run a night when it is due."""
        self.at(due)
        asyncio.run(run_night(Night(self.home.root, as_of=due, sandbox=self.url)))

    def catch_up(self, now: datetime) -> list[tuple[datetime, str]]:
        """Catch up what was missed; returns instants and states."""
        self.at(now)
        source = SandboxSource(url=self.url, clock=lambda: self.moment[0])
        done = Catcher(
            self.home, self.settings, source, lambda due: plain_night(self.home, due, source),
            lambda: self.moment[0],
        ).catch_up()  # fmt: skip
        return [(one.due, one.state) for one in done]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Query the published copy."""
        with duckdb.connect(str(self.home.published), read_only=True) as copy:
            return copy.execute(sql).fetchall()

    def reports(self) -> list[str]:
        """Return the nights that have a report."""
        return sorted(path.parent.name for path in self.home.reports.glob("*/report.json"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    names = ", ".join(f'"{venue}"' for venue in VENUES)
    (tmp_path / "oirisk.toml").write_text(
        f"venues = [{names}]\n[top_up]\nassets = 2\n[clusters]\ntop_assets = 1\n"
    )
    moment = [TONIGHT]
    market = SimulatedMarket(7, end=TONIGHT + DAY, days=8)
    with Sandbox(market, clock=lambda: moment[0]).in_background() as sandbox:
        yield Desk(Home(tmp_path), market, sandbox.url, moment)


def test_missed_nights_are_caught_up_oldest_first_from_history_and_the_last_by_asking(
    desk: Desk,
) -> None:
    desk.run(TONIGHT - 3 * DAY)
    now = TONIGHT + timedelta(minutes=10)
    assert missed_nights(desk.home, desk.settings, now) == [
        MissedNight(TONIGHT - 2 * DAY), MissedNight(TONIGHT - DAY), MissedNight(TONIGHT),
    ]  # fmt: skip
    assert desk.catch_up(now) == [
        (TONIGHT - 2 * DAY, "partial"), (TONIGHT - DAY, "partial"), (TONIGHT, "completed"),
    ]  # fmt: skip
    assert desk.reports() == ["2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"]
    mailed = sorted(path.parent.name for path in desk.home.reports.glob("*/briefing.eml"))
    assert mailed == ["2026-03-07", "2026-03-10"]
    assert missed_nights(desk.home, desk.settings, now) == []
    assert desk.catch_up(now) == []

    why = dict(
        desk.rows(
            "select coverage.venue, coverage.error from ops.coverage"
            " join ops.runs using (run_id) where runs.source = 'history'"
            " and runs.snapshot_at = timestamptz '2026-03-08 00:05:00+00'"
        )
    )
    assert why["hyperliquid"] == "not asked that night; it publishes no history of open interest"
    assert re.fullmatch(
        r"not asked that night; history was asked for the 2 largest coins and tells of"
        r" \d+ of \d+ contracts", str(why["gate"]),
    )  # fmt: skip
    found = {one.name: one.status for one in check_home(desk.home)}
    assert found["facts of every run"] == found["runs without responses"] == "ok"

    truth = {
        (row["venue"], row["symbol"]): row["oi_base"]
        for row in desk.market.truth(TONIGHT - 2 * DAY).to_dicts()
    }
    told = desk.rows(
        "select venue, symbol, oi_base from core.open_interest where superseded_at is null"
        " and source = 'history' and snapshot_at = timestamptz '2026-03-08 00:05:00+00'"
    )
    assert {venue for venue, _symbol, _base in told} == {"gate"}
    for venue, symbol, base in told:
        assert base == pytest.approx(truth[str(venue), str(symbol)], rel=1e-9)


def test_a_night_that_was_stored_and_not_reported_is_reported(desk: Desk) -> None:
    desk.run(TONIGHT - DAY)
    desk.run(TONIGHT)
    report = desk.home.report("2026-03-10")
    before = (report / "index.html").read_bytes()
    (report / "report.json").unlink()
    (report / "index.html").unlink()
    assert desk.catch_up(TONIGHT + timedelta(hours=2)) == [(TONIGHT, "completed")]
    assert (report / "index.html").read_bytes() == before


def test_a_night_of_which_no_history_tells_is_on_record_as_failed_and_asked_for_once(
    desk: Desk,
) -> None:
    desk.run(TONIGHT - 2 * DAY)
    config = desk.home.config
    config.write_text(config.read_text().replace('"gate", ', ""))
    now = TONIGHT - timedelta(hours=2)
    assert desk.catch_up(now) == [(TONIGHT - DAY, "failed")]
    assert desk.catch_up(now) == []
    assert desk.reports() == ["2026-03-08"]
    ((state, error),) = desk.rows("select state, error from ops.runs where source = 'history'")
    assert state == "failed"
    assert "nothing ran that night" in str(error)


def test_what_fails_in_one_night_does_not_keep_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.run(TONIGHT - 3 * DAY)
    stored = Catcher._put_on_record

    def broken(self: Catcher, due: datetime) -> tuple[str, str]:
        if due == TONIGHT - 2 * DAY:
            raise HomeError("the warehouse is locked")
        return stored(self, due)

    monkeypatch.setattr(Catcher, "_put_on_record", broken)
    now = TONIGHT - timedelta(hours=2)
    assert desk.catch_up(now) == [(TONIGHT - 2 * DAY, "failed"), (TONIGHT - DAY, "partial")]
    monkeypatch.undo()
    assert desk.catch_up(now) == [(TONIGHT - 2 * DAY, "partial")]


def test_before_the_first_night_none_was_missed(desk: Desk) -> None:
    assert missed_nights(desk.home, desk.settings, TONIGHT) == []
    desk.run(TONIGHT)
    assert missed_nights(desk.home, desk.settings, TONIGHT + timedelta(hours=3)) == []


def test_no_more_nights_are_caught_up_than_are_set(desk: Desk) -> None:
    desk.run(TONIGHT - 3 * DAY)
    config = desk.home.config
    config.write_text(config.read_text() + "[schedule]\ncatch_up_nights = 2\n")
    due = [one.due for one in missed_nights(desk.home, desk.settings, TONIGHT)]
    assert due == [TONIGHT - 2 * DAY, TONIGHT - DAY, TONIGHT]
    config.write_text(config.read_text().replace("nights = 2", "nights = 0"))
    assert missed_nights(desk.home, desk.settings, TONIGHT) == []
