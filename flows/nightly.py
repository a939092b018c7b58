"""The Prefect flows: ``nightly`` with the report, ``snapshot`` without.

The flows only say what runs and when; the work is in plain functions.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.utilities.annotations import opaque

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

_PATIENCE_SECONDS = 60.0


@task(name="extract", task_run_name="extract {venue.id}", cache_policy=NO_CACHE)
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


@task(name="top up", task_run_name="top up {venue.id}", cache_policy=NO_CACHE)
async def top_up(
    venue: Venue, source: Source, frame: RunFrame, wanted: Wanted
) -> SupplementaryData:
    """Ask one venue for the last day and what else the methods need."""
    return await ask_venue(venue, source, frame.settings, wanted)


@task(name="store", cache_policy=NO_CACHE)
def load(frame: RunFrame, batch: Batch) -> Outcome:
    """Archive, validate, load, aggregate and publish."""
    return store(frame, batch, wall_clock())


@task(name="observe", cache_policy=NO_CACHE)
async def observe(frame: RunFrame, source: Source) -> None:
    """Ask the listed accounts for their positions; without them the run goes on."""
    try:
        observation = await observe_listed(frame, source)
    except OiRiskError as error:
        get_run_logger().warning("accounts not observed reason=%s", error)
        return
    if observation is not None and observation.note:
        get_run_logger().warning("accounts missing reason=%s", observation.note)


@task(name="render", cache_policy=NO_CACHE)
def render(frame: RunFrame, outcome: Outcome) -> Path:
    """Write the report from the published copy."""
    return write_report(frame.home, report_of(frame.home, outcome.run_id, frame.settings))


@task(name="mail", cache_policy=NO_CACHE)
def mail(frame: RunFrame) -> tuple[str, ...]:
    """Mail the report once per recipient and night; return who did not get it, and why.

    The report is written by now: what keeps it from being mailed is told, not raised.
    """
    day = frame.snapshot_at.date()
    try:
        deliveries = mail_report(frame.home, day, frame.settings.mail, wall_clock())
    except OiRiskError as error:
        return (f"anyone: {error}",)
    return tuple(
        f"{delivery.recipient}: {delivery.detail}"
        for delivery in deliveries
        if delivery.state == "failed"
    )


@flow(name="nightly", persist_result=False, validate_parameters=False)
async def nightly(
    home: str,
    as_of: datetime | None = None,
    replay: str | None = None,
    sandbox: str | None = None,
) -> Outcome:
    """Ask every venue, store what they say and write the report.

    Args:
        home: The home folder.
        as_of: The instant the run speaks of; default: the scheduled start, else now.
        replay: A recording to read instead of asking the exchanges.
        sandbox: Address of simulated exchanges to ask instead.

    Raises:
        OiRiskError: The run could not be made; partial answers are no error.
    """
    frame, outcome = await _snapshot("nightly", home, as_of, replay, sandbox)
    _announce("writing the report")
    render(frame, outcome)
    _announce("mailing the report")
    refused = mail(frame)
    return replace(outcome, refused=refused)


@flow(name="snapshot", persist_result=False, validate_parameters=False)
async def snapshot(
    home: str,
    as_of: datetime | None = None,
    replay: str | None = None,
    sandbox: str | None = None,
) -> Outcome:
    """Do what ``nightly`` does, without the report."""
    _frame, outcome = await _snapshot("snapshot", home, as_of, replay, sandbox)
    return outcome


def _announce(step: str) -> None:
    """Tell what comes next. The flows must not name PROGRESS: the scheduler pickles them."""
    PROGRESS.get().step(step)


async def _snapshot(
    name: str, home: str, as_of: datetime | None, replay: str | None, sandbox: str | None
) -> tuple[RunFrame, Outcome]:
    settings = load_settings(Path(home))
    venues = chosen_venues(settings)
    source = _source(replay, sandbox, as_of, venues)
    frame = RunFrame(
        home=Home(Path(home)),
        flow=name,
        snapshot_at=_instant(as_of, source, settings.coverage.max_age_minutes),
        started_at=wall_clock(),
        source=source.name,
        is_simulated=source.is_simulated,
        settings=settings,
        patience_seconds=_PATIENCE_SECONDS,
    )
    with begun(frame) as run:
        frame = run.frame
        snapshots = await _fetch_all(venues, source, run)
        batch = Batch(snapshots, settings)
        if name == "nightly" and _is_topped_up(frame):
            batch.told = await _top_up(venues, source, frame, batch)
        _announce("validating, loading and aggregating")
        outcome = load(frame, batch)
    if settings.observe.accounts_file is not None:
        _announce("asking accounts for their positions")
        await observe(frame, source)
    get_run_logger().info(
        "run done run_id=%s state=%s accepted=%d rejected=%d",
        outcome.run_id, outcome.state, outcome.accepted, outcome.rejected,
    )  # fmt: skip
    return frame, outcome


async def _fetch_all(venues: tuple[Venue, ...], source: Source, run: Begun) -> list[VenueSnapshot]:
    """Ask all venues at once; one that breaks is a failed venue, never a failed run."""
    progress = PROGRESS.get()
    progress.plan(len(venues))

    async def ask(venue: Venue) -> VenueSnapshot:
        if venue.id in run.answers:
            progress.venue_done(venue.id, 0.0)
            return run.answers[venue.id]
        # Prefect types this call as if it were not asynchronous.
        state: State[VenueSnapshot] = await extract(  # type: ignore[misc]
            venue, source, run.frame, return_state=True
        )
        if state.is_completed():
            fetched = await state.aresult()
        else:
            fetched = VenueSnapshot(venue.id, failures=[state.message or "the extraction crashed"])
        progress.venue_done(venue.id, fetched.seconds)
        return fetched

    return list(await asyncio.gather(*(ask(venue) for venue in venues)))


def _is_topped_up(frame: RunFrame) -> bool:
    """Return whether venues are asked for more; a recording holds the answers of the run alone."""
    terms = frame.settings.top_up
    return terms.enabled and (frame.source == "live" or (terms.simulated and frame.is_simulated))


async def _top_up(
    venues: tuple[Venue, ...], source: Source, frame: RunFrame, batch: Batch
) -> tuple[SupplementaryData, ...]:
    """Ask all venues at once for more; one that breaks lacks it, and the run goes on."""
    wanted = batch.wanted(frame.snapshot_at, frame.settings.top_up.assets)
    if not wanted.assets:
        return ()
    _announce(f"asking for the last day of {len(wanted.assets)} coins")

    async def ask(venue: Venue) -> SupplementaryData:
        # Prefect types this call as if it were not asynchronous.
        state: State[SupplementaryData] = await top_up(  # type: ignore[misc]
            venue, source, frame, opaque(wanted), return_state=True
        )
        if state.is_completed():
            return await state.aresult()
        return SupplementaryData(
            venue.id, failures={"venue": state.message or "the top-up crashed"}
        )

    asked = [venue for venue in venues if venue.id in ASKED and source.offers(venue.id)]
    return tuple(await asyncio.gather(*(ask(venue) for venue in asked)))


def _source(
    replay: str | None, sandbox: str | None, as_of: datetime | None, venues: tuple[Venue, ...]
) -> Source:
    """Choose the source; a simulation lives at the instant it is asked about."""
    if replay:
        return ReplaySource(_recording(Path(replay), {venue.id for venue in venues}))
    if sandbox:
        return SandboxSource(url=sandbox, clock=wall_clock if as_of is None else lambda: as_of)
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
        get_run_logger().warning("recorded venue is not configured venue=%s", venue)
    return recording


def _instant(as_of: datetime | None, source: Source, max_age_minutes: float) -> datetime:
    """Choose the snapshot instant: asked for, recorded, scheduled, or this minute.

    A run that starts later than an observation may be old, because the machine was off, cannot
    speak of the instant it was scheduled for.

    Raises:
        ConfigurationError: Exchanges would be asked now about another time.
    """
    if as_of is not None:
        if source.name == "live":
            require_present(as_of, max_age_minutes)
        return as_of.astimezone(UTC)
    if source.name == "replay":
        return source.now()
    now = wall_clock()
    scheduled = flow_run.scheduled_start_time
    if not isinstance(scheduled, datetime) or now - scheduled > timedelta(minutes=max_age_minutes):
        scheduled = now
    return scheduled.astimezone(UTC).replace(second=0, microsecond=0)
