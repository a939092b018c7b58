"""Nights that did not happen, or ended before their report: found, and caught up, oldest first.

::

    missed_nights ──> stored, no report     write it
                 ├──> due a moment ago      ask the exchanges after all
                 └──> due longer ago        history of the exchanges, where they publish it

An exchange that publishes no history is missing in such a night, with that reason.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from oirisk import __version__
from oirisk.flows.backfill import Request, backfill
from oirisk.flows.exchanges.configured import chosen_venues
from oirisk.flows.exchanges.registry import all_histories
from oirisk.flows.exchanges.sources import Source
from oirisk.flows.mail.mailing import DATE_LENGTH, is_queued, mail_report
from oirisk.flows.marts import build_stale
from oirisk.flows.outcome import Outcome
from oirisk.flows.reports import report_of, write_report
from oirisk.flows.settings.model import Settings
from oirisk.schemas.errors import OiRiskError
from oirisk.warehouse.archive import RunLabel
from oirisk.warehouse.backfill import top_assets
from oirisk.warehouse.files import alone
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import RunRow, record_run
from oirisk.warehouse.published import reading
from oirisk.warehouse.runs import is_alive, next_run_id
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.writer import Writer, writing

log = logging.getLogger(__name__)

HISTORY = "history"
_GRID = timedelta(minutes=5)
"""History is published at these instants, so a night made of it speaks of one of them."""
_BEFORE = timedelta(days=1)
_STORED = frozenset({"completed", "partial"})
_PATIENCE_SECONDS = 900.0


@dataclass(frozen=True)
class MissedNight:
    """A night without a report.

    Args:
        due: When the schedule had it start.
        run_id: The run that stored it; empty: none did.
    """

    due: datetime
    run_id: str = ""


@dataclass(frozen=True)
class CaughtUp:
    """What became of a night that was missed: ``completed``, ``partial`` or ``failed``, and why."""

    due: datetime
    state: str
    reason: str = ""


def missed_nights(home: Home, settings: Settings, now: datetime) -> list[MissedNight]:
    """Return the nights of the last days that have no report, the oldest first.

    A night is one since the first that ever was. It is not missed while its run is under way, or
    when what history there is was asked for it before and gave nothing.

    Args:
        home: The home folder.
        settings: The schedule, and how many nights are caught up.
        now: Nights due later are none yet.
    """
    terms = settings.schedule
    since = now - timedelta(days=terms.catch_up_nights)
    if not home.published.is_file() or terms.catch_up_nights == 0:
        return []
    with reading(home) as connection:
        first = connection.execute(statement("ops/first_night.sql")).fetchall()[0][0]
        runs = connection.execute(
            statement("ops/nights_since.sql"), {"since": since - _GRID}
        ).fetchall()
    if first is None:
        return []
    due = [one.astimezone(UTC) for one in terms.due(max(since, first), now + timedelta(seconds=1))]
    ends = [*due[1:], datetime.max.replace(tzinfo=UTC)]
    found = []
    for start, end in zip(due, ends, strict=True):
        key = terms.night_of(start)
        had = [run for run in runs if start - _GRID < run[1] < end - _GRID]
        if (
            not had and len(key) == DATE_LENGTH
        ):  # a scheduler may take an hour that is left out otherwise
            had = [run for run in runs if terms.night_of(run[1]) == key]
        missed = _missed(home, start, had)
        if missed is not None and not (home.report(key) / "report.json").exists():
            found.append(missed)
    return found


def _missed(home: Home, due: datetime, runs: Sequence[tuple[str, datetime, str, str]]) -> (
    MissedNight | None
):  # fmt: skip
    """Return a night as missed; None where its run is under way or history gave nothing."""
    for run_id, _at, state, source in reversed(runs):
        if state in _STORED:
            return MissedNight(due, run_id)
        if source == HISTORY or (state == "running" and is_alive(home, run_id)):
            return None
    return MissedNight(due)


@dataclass(frozen=True)
class Catcher:
    """What catching up needs of its surroundings.

    Args:
        home: The home folder.
        settings: The schedule, the venues, and where it is mailed.
        source: Whose history is asked.
        ask: Runs a night that was due a moment ago, as it would have been run then.
        now: The time of day.
        say: Told of each step.
    """

    home: Home
    settings: Settings
    source: Source
    ask: Callable[[datetime], Outcome]
    now: Callable[[], datetime]
    say: Callable[[str], None] = lambda _text: None

    def is_due_now(self, night: MissedNight) -> bool:
        """Return whether the exchanges can still be asked about a night."""
        age = timedelta(minutes=self.settings.coverage.max_age_minutes)
        return not night.run_id and self.now() - night.due <= age

    def catch_up(self) -> list[CaughtUp]:
        """Catch up the nights that were missed, oldest first; one that fails ends no other.

        Only the newest night is mailed, once it has a report.

        Raises:
            HomeError: The warehouse stays locked.
        """
        with alone(self.home.root / ".catch-up.lock") as is_free:
            missed = missed_nights(self.home, self.settings, self.now()) if is_free else []
            past = [one for one in missed if not one.run_id and not self.is_due_now(one)]
            if past:
                self.say(f"asking history for {len(past)} nights that did not happen")
                self._fill(past[0].due - _BEFORE)
            done = [self._one(night) for night in missed]
            self._mail_newest()
            return done

    def _mail_newest(self) -> None:
        """Queue the newest night's mail where a run ended between the report and that."""
        now, schedule = self.now(), self.settings.schedule
        due = schedule.due(now - _BEFORE, now + timedelta(seconds=1))
        night = schedule.night_of(due[-1]) if due else ""
        has_report = night and (self.home.report(night) / "report.json").is_file()
        if has_report and not is_queued(self.home, night, self.settings):
            mail_report(self.home, night, self.settings, now)

    def _one(self, night: MissedNight) -> CaughtUp:
        self.say(f"catching up the night of {night.due:%Y-%m-%d %H:%M} UTC")
        try:
            if self.is_due_now(night):
                return CaughtUp(night.due, self.ask(night.due).state)
            return self._from_what_is_known(night)
        except OiRiskError as error:
            log.warning("night not caught up due=%s reason=%s", night.due, error)
            return CaughtUp(night.due, "failed", str(error))

    def _from_what_is_known(self, night: MissedNight) -> CaughtUp:
        run_id, state = night.run_id, "completed"
        if not run_id:
            run_id, state = self._put_on_record(night.due)
        if state == "failed":
            return CaughtUp(night.due, state, "no exchange publishes open interest of that instant")
        key = self.settings.schedule.night_of(night.due)
        write_report(self.home, report_of(self.home, run_id, self.settings), key)
        return CaughtUp(night.due, state)

    def _fill(self, since: datetime) -> None:
        """Ask the exchanges that publish history for the coins that matter most."""
        with reading(self.home) as connection:
            coins = frozenset(top_assets(connection, self.settings.top_up.assets))
        venues = tuple(one.id for one in chosen_venues(self.settings) if one.id in all_histories())
        if venues and coins:
            asked = Request(since, self.now(), venues, coins)
            backfill(self.home, self.settings, self.source, asked)

    def _put_on_record(self, due: datetime) -> tuple[str, str]:
        """Store a night that history tells of as a run, with its marts; return name and state."""
        at, now = due.astimezone(UTC), self.now()
        at -= timedelta(seconds=at.timestamp() % _GRID.total_seconds())
        is_simulated = self.source.is_simulated
        with writing(self.home, now, wait_seconds=_PATIENCE_SECONDS) as connection:
            label = RunLabel("", "nightly", at, HISTORY, is_simulated)
            run_id = next_run_id(connection, label)
            coverage = _coverage(connection, self.settings, run_id, at)
            state = "partial" if any(row["accepted"] for row in coverage) else "failed"
            run = RunRow(
                run_id=run_id, flow="nightly", snapshot_at=at, started_at=now, ended_at=now,
                state=state, version=__version__, source=HISTORY, is_simulated=is_simulated,
                error="nothing ran that night; this is what exchanges publish of it later",
            )  # fmt: skip
            record_run(connection, run, pl.DataFrame(coverage), pl.DataFrame())
            build_stale(connection, self.settings, now)
        return run_id, state


def _coverage(
    connection: Writer, settings: Settings, run_id: str, at: datetime
) -> list[dict[str, object]]:
    """Return rows of ``ops.coverage``: what history tells of each configured exchange, and why."""
    rows = connection.execute(statement("ops/history_told.sql"), {"snapshot_at": at}).fetchall()
    told = {venue: (count, listed) for venue, count, listed in rows}
    return [
        {
            "run_id": run_id, "venue": venue.id, "status": _status(count, listed),
            "instruments_expected": listed, "received": count, "accepted": count, "rejected": 0,
            "requests": 0, "seconds": 0.0,
            "error": _why(venue.id, count, listed, settings.top_up.assets),
        }
        for venue in chosen_venues(settings)
        for count, listed in [told.get(venue.id, (0, 0))]
    ]  # fmt: skip


def _status(told: int, listed: int) -> str:
    if told == 0:
        return "failed"
    return "ok" if told == listed else "partial"


def _why(venue: str, told: int, listed: int, coins: int) -> str | None:
    if told and told == listed:
        return None
    asked = f"not asked that night; history was asked for the {coins} largest coins"
    if told:
        return f"{asked} and tells of {told} of {listed} contracts"
    if venue in all_histories():
        return f"{asked} and tells nothing of that instant"
    return "not asked that night; it publishes no history of open interest"
