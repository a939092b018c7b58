"""One night from its start to its mail, as plain coroutines.

Nothing here needs a scheduler. ``nightly`` makes a Prefect flow of it, its steps tasks; without a
server to show them on, the command line runs it as it is.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar

from oirisk.flows.batch import Batch
from oirisk.flows.enrichment import ASKED, ask_venue
from oirisk.flows.exchanges.cassette import Recording, read_recording
from oirisk.flows.exchanges.client import limits_of
from oirisk.flows.exchanges.configured import chosen_venues
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.sources import (
    LiveSource,
    ReplaySource,
    SandboxSource,
    Source,
    require_present,
    wall_clock,
)
from oirisk.flows.mail.mailing import mail_report
from oirisk.flows.mail.usable import require_mail
from oirisk.flows.observe import observe_listed
from oirisk.flows.outcome import Outcome
from oirisk.flows.pipeline import RunFrame, store
from oirisk.flows.progress import PROGRESS
from oirisk.flows.reports import report_of, write_report
from oirisk.flows.run import Begun, begun, keep
from oirisk.flows.settings.model import load_settings
from oirisk.schemas.errors import OiRiskError, RecordingError
from oirisk.schemas.history import SupplementaryData, Wanted
from oirisk.schemas.responses import VenueSnapshot
from oirisk.schemas.venue import Venue
from oirisk.warehouse.home import Home
from oirisk.warehouse.market_cache import latest_markets

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 60.0

Result = TypeVar("Result")


@dataclass(frozen=True)
class Night:
    """What a run is asked for.

    Args:
        home: The home folder.
        flow: ``nightly``, or ``snapshot``, which ends before the report.
        as_of: The instant the run speaks of; None: the scheduled start, else now.
        replay: A recording to read instead of asking the exchanges.
        sandbox: Address of simulated exchanges to ask instead.
        scheduled_at: When a scheduler was to start it; None: nobody planned it.
        source: Whom to ask, in place of ``replay`` and ``sandbox``.
    """

    home: Path
    flow: Literal["nightly", "snapshot"] = "nightly"
    as_of: datetime | None = None
    replay: Path | None = None
    sandbox: str | None = None
    scheduled_at: datetime | None = None
    source: Source | None = None


async def extract(venue: Venue, source: Source, frame: RunFrame) -> VenueSnapshot:
    """Ask one venue, which needs not list its markets again within a day."""
    fetch = frame.settings.fetch
    limits = limits_of(fetch)
    known = None
    if source.name == "live":
        known = latest_markets(frame.home, venue.id, frame.started_at, source=source.name)
    fetched = await fetch_venue(venue, source, fetch, known, limits)
    keep(frame, fetched)
    return fetched


async def top_up(
    venue: Venue, source: Source, frame: RunFrame, wanted: Wanted
) -> SupplementaryData:
    """Ask one venue for the last day and what else the methods need."""
    return await ask_venue(venue, source, frame.settings, wanted)


async def load(frame: RunFrame, batch: Batch) -> Outcome:
    """Archive, validate, load, aggregate and publish."""
    return store(frame, batch, wall_clock())


async def observe(frame: RunFrame, source: Source) -> None:
    """Ask the listed accounts for their positions; without them the run goes on."""
    try:
        observation = await observe_listed(frame, source)
    except OiRiskError as error:
        log.warning("accounts not observed reason=%s", error)
        return
    if observation is not None and observation.note:
        log.warning("accounts missing reason=%s", observation.note)


async def render(frame: RunFrame, outcome: Outcome) -> Path:
    """Write the report from the published copy."""
    report = report_of(frame.home, outcome.run_id, frame.settings)
    return write_report(frame.home, report, frame.night)


async def mail(frame: RunFrame) -> tuple[str, ...]:
    """Mail the report once per recipient and night; return who did not get it, and why.

    The report is written by now: what keeps it from being mailed is told, not raised.
    """
    try:
        deliveries = mail_report(frame.home, frame.night, frame.settings, wall_clock())
    except OiRiskError as error:
        return (f"anyone: {error}",)
    return tuple(
        f"{delivery.recipient}: {delivery.words}" for delivery in deliveries if delivery.is_missing
    )


@dataclass(frozen=True)
class Steps:
    """The steps of a night, each a coroutine function: these, or the same seen by a scheduler."""

    extract: Callable[[Venue, Source, RunFrame], Awaitable[VenueSnapshot]] = extract
    top_up: Callable[[Venue, Source, RunFrame, Wanted], Awaitable[SupplementaryData]] = top_up
    load: Callable[[RunFrame, Batch], Awaitable[Outcome]] = load
    observe: Callable[[RunFrame, Source], Awaitable[None]] = observe
    render: Callable[[RunFrame, Outcome], Awaitable[Path]] = render
    mail: Callable[[RunFrame], Awaitable[tuple[str, ...]]] = mail


PLAIN = Steps()


async def run_night(night: Night, steps: Steps = PLAIN) -> Outcome:
    """Ask every venue, store what they say, write the report and mail it.

    Args:
        night: What is asked for.
        steps: How each step is run.

    Raises:
        OiRiskError: The run could not be made; partial answers are no error.
    """
    frame, outcome = await _snapshot(night, steps)
    if night.flow == "snapshot":
        return outcome
    _announce("writing the report")
    await steps.render(frame, outcome)
    _announce("mailing the report")
    return replace(outcome, refused=await steps.mail(frame))


def _announce(step: str) -> None:
    """Tell what comes next."""
    PROGRESS.get().step(step)


def plain_night(home: Home, due: datetime, source: Source) -> Outcome:
    """Run the night that was due at an instant, here and now; see ``run_night``."""
    return asyncio.run(run_night(Night(home.root, as_of=due, source=source)))


async def _snapshot(night: Night, steps: Steps) -> tuple[RunFrame, Outcome]:
    settings = load_settings(night.home)
    if night.flow == "nightly":
        require_mail(settings.mail)
    venues = chosen_venues(settings)
    source = _source(night, venues)
    frame = RunFrame(
        home=Home(night.home),
        flow=night.flow,
        snapshot_at=_instant(night, source, settings.coverage.max_age_minutes),
        started_at=wall_clock(),
        source=source.name,
        is_simulated=source.is_simulated,
        settings=settings,
        patience_seconds=_PATIENCE_SECONDS,
    )
    with begun(frame) as run:
        frame = run.frame
        snapshots = await _fetch_all(venues, source, run, steps)
        batch = Batch(snapshots, settings)
        if night.flow == "nightly" and _is_topped_up(frame):
            batch.told = await _top_up(venues, source, frame, batch, steps)
        _announce("validating, loading and aggregating")
        outcome = await steps.load(frame, batch)
    if settings.observe.accounts_file is not None:
        _announce("asking accounts for their positions")
        await steps.observe(frame, source)
    log.info(
        "run done run_id=%s state=%s accepted=%d rejected=%d",
        outcome.run_id, outcome.state, outcome.accepted, outcome.rejected,
    )  # fmt: skip
    return frame, outcome


async def _fetch_all(
    venues: tuple[Venue, ...], source: Source, run: Begun, steps: Steps
) -> list[VenueSnapshot]:
    """Ask all venues at once; one that breaks is a failed venue, never a failed run."""
    progress = PROGRESS.get()
    progress.plan(len(venues))

    async def ask(venue: Venue) -> VenueSnapshot:
        if venue.id in run.answers:
            progress.venue_done(venue.id, 0.0)
            return run.answers[venue.id]
        fetched = await _or_why(
            steps.extract(venue, source, run.frame),
            lambda why: VenueSnapshot(venue.id, failures=[f"the extraction crashed: {why}"]),
        )
        progress.venue_done(venue.id, fetched.seconds)
        return fetched

    return list(await asyncio.gather(*(ask(venue) for venue in venues)))


async def _or_why(step: Awaitable[Result], otherwise: Callable[[str], Result]) -> Result:
    """Return what a step gives, or what stands for a step that broke."""
    try:
        return await step
    except Exception as error:
        log.warning("step broke", exc_info=error)
        return otherwise(f"{type(error).__name__}: {error}")


def _is_topped_up(frame: RunFrame) -> bool:
    """Return whether venues are asked for more; a recording holds the answers of the run alone."""
    terms = frame.settings.top_up
    return terms.enabled and (frame.source == "live" or (terms.simulated and frame.is_simulated))


async def _top_up(
    venues: tuple[Venue, ...], source: Source, frame: RunFrame, batch: Batch, steps: Steps
) -> tuple[SupplementaryData, ...]:
    """Ask all venues at once for more; one that breaks lacks it, and the run goes on."""
    wanted = batch.wanted(frame.snapshot_at, frame.settings.top_up.assets)
    if not wanted.assets:
        return ()
    _announce(f"asking for the last day of {len(wanted.assets)} coins")

    async def ask(venue: Venue) -> SupplementaryData:
        return await _or_why(
            steps.top_up(venue, source, frame, wanted),
            lambda why: SupplementaryData(venue.id, failures={"venue": f"it crashed: {why}"}),
        )

    asked = [venue for venue in venues if venue.id in ASKED and source.offers(venue.id)]
    return tuple(await asyncio.gather(*(ask(venue) for venue in asked)))


def _source(night: Night, venues: tuple[Venue, ...]) -> Source:
    """Choose the source; a simulation lives at the instant it is asked about."""
    if night.source is not None:
        return night.source
    if night.replay:
        return ReplaySource(_recording(night.replay, {venue.id for venue in venues}))
    if night.sandbox:
        at = night.as_of
        return SandboxSource(url=night.sandbox, clock=wall_clock if at is None else lambda: at)
    return LiveSource()


def _recording(path: Path, configured: set[str]) -> Recording:
    """Read a recording and tell which of its venues are not asked."""
    recording = read_recording(path)
    recorded = set(recording.tapes)
    if not recorded & configured:
        raise RecordingError(
            f"the recording {path} holds {', '.join(sorted(recorded))}, and none of the "
            f"configured venues: {', '.join(sorted(configured))}"
        )
    for venue in sorted(recorded - configured):
        log.warning("recorded venue is not configured venue=%s", venue)
    return recording


def _instant(night: Night, source: Source, max_age_minutes: float) -> datetime:
    """Choose the snapshot instant: asked for, recorded, scheduled, or this minute.

    A run that starts later than an observation may be old, because the machine was off, cannot
    speak of the instant it was scheduled for.

    Raises:
        ConfigurationError: Exchanges would be asked now about another time.
    """
    if night.as_of is not None:
        if source.name == "live":
            require_present(night.as_of, max_age_minutes)
        return night.as_of.astimezone(UTC)
    if source.name == "replay":
        return source.now()
    now = wall_clock()
    scheduled = night.scheduled_at
    if scheduled is None or now - scheduled > timedelta(minutes=max_age_minutes):
        scheduled = now
    return scheduled.astimezone(UTC).replace(second=0, microsecond=0)
