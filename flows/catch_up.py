"""Nights that did not happen, or ended before their report: found, and caught up, oldest first.

::

    missed_nights ──> stored, no report     write it
                 ├──> due a moment ago      ask the exchanges after all
                 └──> due longer ago        history of the exchanges, where they publish it

An exchange that publishes no history is missing in such a night, with that reason.
"""

import asyncio
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
from oirisk.flows.mail.mailing import mail_report
from oirisk.flows.marts import build_stale
from oirisk.flows.night import Night, run_night
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
    due = terms.due(max(since, first), now + timedelta(seconds=1))
    ends = [*due[1:], datetime.max.replace(tzinfo=UTC)]
    found = []
    for start, end in zip(due, ends, strict=True):
        had = [run for run in runs if start - _GRID < run[1] < end - _GRID]
        missed = _missed(home, start, had)
        if missed is not None and not (home.report(terms.night_of(start)) / "report.json").exists():
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


def catch_up(
    home: Home,
    settings: Settings,
    source: Source,
    now: Callable[[], datetime],
    say: Callable[[str], None] = lambda _text: None,
) -> list[CaughtUp]:
    """Catch up the nights that were missed, oldest first; one that fails ends none of the others.

    The newest of them is mailed when no later night is due before it: it is tonight's.

    Args:
        home: The home folder.
        settings: The schedule, the venues, and where it is mailed.
        source: Whom to ask.
        now: Clock.
        say: Told of each step.

    Raises:
        HomeError: The warehouse stays locked.
    """
    with alone(home.root / ".catch-up.lock") as is_free:
        missed = missed_nights(home, settings, now()) if is_free else []
        return _caught_up(home, settings, source, missed, now, say) if missed else []


def _caught_up(
    home: Home,
    settings: Settings,
    source: Source,
    missed: Sequence[MissedNight],
    now: Callable[[], datetime],
    say: Callable[[str], None],
) -> list[CaughtUp]:
    age = timedelta(minutes=settings.coverage.max_age_minutes)
    asked = [night for night in missed if not night.run_id and now() - night.due > age]
    if asked:
        say(f"asking history for {len(asked)} nights that did not happen")
        _fill(home, settings, source, asked[0].due - _BEFORE, now())
    done = []
    for night in missed:
        say(f"catching up the night of {night.due:%Y-%m-%d %H:%M} UTC")
        try:
            done.append(_one(home, settings, source, night, now))
        except OiRiskError as error:
            log.warning("night not caught up due=%s reason=%s", night.due, error)
            done.append(CaughtUp(night.due, "failed", str(error)))
    return done


def _one(
    home: Home, settings: Settings, source: Source, night: MissedNight, now: Callable[[], datetime]
) -> CaughtUp:
    age = timedelta(minutes=settings.coverage.max_age_minutes)
    if not night.run_id and now() - night.due <= age:
        asked = Night(home.root, as_of=night.due, source=source)
        outcome = asyncio.run(run_night(asked))
        return CaughtUp(night.due, outcome.state)
    run_id, state = night.run_id, "completed"
    if not run_id:
        run_id, state = _put_on_record(home, settings, source, night.due, now())
    if state == "failed":
        return CaughtUp(night.due, state, "no exchange publishes open interest of that instant")
    key = settings.schedule.night_of(night.due)
    write_report(home, report_of(home, run_id, settings), key)
    if not settings.schedule.due(night.due + timedelta(seconds=1), now()):
        mail_report(home, key, settings, now())
    return CaughtUp(night.due, state)


def _fill(home: Home, settings: Settings, source: Source, since: datetime, until: datetime) -> None:
    """Ask the exchanges that publish history for the coins that matter most."""
    with reading(home) as connection:
        coins = top_assets(connection, settings.top_up.assets)
    venues = [one.id for one in chosen_venues(settings) if one.id in all_histories()]
    if venues and coins:
        backfill(home, settings, source, Request(since, until, tuple(venues), frozenset(coins)))


def _put_on_record(
    home: Home, settings: Settings, source: Source, due: datetime, now: datetime
) -> tuple[str, str]:
    """Store a night that history tells of as a run, with its marts; return its name and state."""
    at = due.astimezone(UTC)
    at -= timedelta(seconds=at.timestamp() % _GRID.total_seconds())
    with writing(home, now, wait_seconds=_PATIENCE_SECONDS) as connection:
        label = RunLabel("", "nightly", at, HISTORY, source.is_simulated)
        run_id = next_run_id(connection, label)
        coverage = _coverage(connection, settings, run_id, at)
        state = "partial" if any(row["accepted"] for row in coverage) else "failed"
        run = RunRow(
            run_id=run_id, flow="nightly", snapshot_at=at, started_at=now, ended_at=now,
            state=state, version=__version__, source=HISTORY, is_simulated=source.is_simulated,
            error="nothing ran that night; this is what exchanges publish of it later",
        )  # fmt: skip
        record_run(connection, run, pl.DataFrame(coverage), pl.DataFrame())
        build_stale(connection, settings, now)
    return run_id, state


def _coverage(
    connection: Writer, settings: Settings, run_id: str, at: datetime
) -> list[dict[str, object]]:
    """Return rows of ``ops.coverage``: what history tells of each configured exchange, and why."""
    terms = {"snapshot_at": at, "max_age_minutes": settings.coverage.max_age_minutes}
    rows = connection.execute(statement("ops/history_told.sql"), terms).fetchall()
    told = {venue: (count, listed) for venue, count, listed in rows}
    return [
        {
            "run_id": run_id, "venue": venue.id, "status": _status(count, listed),
            "instruments_expected": listed, "received": count, "accepted": count, "rejected": 0,
            "requests": 0, "seconds": 0.0, "error": _why(venue.id, count, listed),
        }
        for venue in chosen_venues(settings)
        for count, listed in [told.get(venue.id, (0, 0))]
    ]  # fmt: skip


def _status(told: int, listed: int) -> str:
    if told == 0:
        return "failed"
    return "ok" if told == listed else "partial"


def _why(venue: str, told: int, listed: int) -> str | None:
    if told and told == listed:
        return None
    if told:
        return f"not asked that night; its history tells of {told} of {listed} contracts"
    if venue in all_histories():
        return "not asked that night; its history tells nothing of that instant"
    return "not asked that night; it publishes no history of open interest"
