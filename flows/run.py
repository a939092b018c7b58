"""A run from its opening on: on record before the first request, and what killed runs left.

::

    begun ──> open, on record as running ──> end killed runs ──> ask ──> pipeline.store
                                                (store)         each answer to raw/ at once

What a killed run had fetched is stored as its own, and, while it is fresh, spares asking again.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

from oirisk import __version__
from oirisk.flows.batch import Batch, snapshots_of
from oirisk.flows.exchanges.configured import chosen_venues, known_venues
from oirisk.flows.exchanges.sources import SourceName
from oirisk.flows.outcome import KILLED
from oirisk.flows.pipeline import RunFrame, store
from oirisk.flows.progress import RUN_ID
from oirisk.schemas.errors import BusyError, HomeError, OiRiskError
from oirisk.schemas.responses import VenueSnapshot
from oirisk.transforms.derive import derive
from oirisk.warehouse.archive import archive, archived_answers, forget_answers
from oirisk.warehouse.runs import (
    OpenRun,
    abandon_run,
    alive,
    begin_run,
    is_alive,
    next_run_id,
    open_runs,
)
from oirisk.warehouse.writer import Writer, opened, require_same_kind, transaction

log = logging.getLogger(__name__)

Answers = Mapping[str, VenueSnapshot]


@dataclass(frozen=True)
class Begun:
    """An opened run.

    Args:
        frame: The run, under its name.
        answers: What killed runs fetched and need not be asked again, by venue.
    """

    frame: RunFrame
    answers: Answers = field(default_factory=dict)


@contextmanager
def begun(frame: RunFrame) -> Iterator[Begun]:
    """Put a run on record as running, and end those that were killed.

    While another run holds the warehouse for longer than the patience of this one, it goes on
    without: it is put on record when it is stored.

    Args:
        frame: What is fixed.

    Raises:
        HomeError: The home cannot be written, or holds the other kind of data.
    """
    try:
        frame, killed = _opened(frame)
    except BusyError as error:
        log.warning("run is not on record before it is stored reason=%s", error)
        yield Begun(frame)
        return
    with alive(frame.home, frame.run_id), _named(frame.run_id):
        answers = _fetched(frame, killed)
        for run in killed:
            if run.label.run_id != frame.run_id:
                _end(frame, run)
        yield Begun(frame, answers)


@contextmanager
def _named(run_id: str) -> Iterator[None]:
    """Let what is logged in the block name its run."""
    token = RUN_ID.set(run_id)
    try:
        yield
    finally:
        RUN_ID.reset(token)


def keep(frame: RunFrame, fetched: VenueSnapshot) -> None:
    """Archive what one venue answered; of a run that could not be opened ``store`` does."""
    if frame.run_id:
        archive(frame.home, frame.label(), fetched.responses)


def _opened(frame: RunFrame) -> tuple[RunFrame, list[OpenRun]]:
    """Open a run, under the name of a killed one that was asked the same."""
    wait = frame.patience_seconds
    with (
        opened(frame.home, frame.started_at, wait_seconds=wait, publishes=False) as connection,
        transaction(connection),
    ):
        require_same_kind(connection, is_simulated=frame.is_simulated)
        killed = _killed(frame, connection)
        for run in killed:
            if run.label == frame.label(run.label.run_id):
                return replace(frame, run_id=run.label.run_id), killed
        frame = replace(frame, run_id=next_run_id(connection, frame.label()))
        begin_run(connection, frame.label(), frame.started_at, __version__)
    return frame, killed


def _killed(frame: RunFrame, connection: Writer) -> list[OpenRun]:
    return [run for run in open_runs(connection) if not is_alive(frame.home, run.label.run_id)]


def _fetched(frame: RunFrame, killed: Sequence[OpenRun]) -> Answers:
    """Return whole and fresh answers of killed runs, archived under the name of this one.

    A recording is read again: what it holds costs nothing, and may be another one's.
    """
    oldest = frame.started_at - timedelta(minutes=frame.settings.coverage.max_age_minutes)
    answers: dict[str, VenueSnapshot] = {}
    for run in killed:
        if frame.source == "replay" or run.label.source != frame.source:
            continue
        for one in _answers(frame, run):
            if _last(one) >= oldest and _is_whole(frame, one):
                answers[one.venue] = one
    wanted = {venue.id for venue in chosen_venues(frame.settings)}
    kept = {venue: one for venue, one in answers.items() if venue in wanted}
    for one in kept.values():
        log.info("answers of a killed run are used venue=%s", one.venue)
        keep(frame, one)
    forget_answers(frame.home, frame.label(), but=kept)
    return kept


def _answers(frame: RunFrame, run: OpenRun) -> list[VenueSnapshot]:
    """Return what a killed run fetched; a file that cannot be read is left where it is."""
    try:
        responses = archived_answers(frame.home, run.label)
    except HomeError as error:
        log.warning("answers of a killed run are not used run_id=%s reason=%s",
                    run.label.run_id, error)  # fmt: skip
        return []
    return snapshots_of(responses, known_venues(frame.settings))


def _is_whole(frame: RunFrame, one: VenueSnapshot) -> bool:
    """Return whether nothing failed, and no row is missing, as of a venue that was given up."""
    derived = derive(known_venues(frame.settings)[one.venue], one.responses)
    return derived.listing is not None and not (one.failures or derived.problems)


def _last(one: VenueSnapshot) -> datetime:
    return max(response.received_at for response in one.responses)


def _end(frame: RunFrame, run: OpenRun) -> None:
    """Store what a killed run had fetched, as its own; what it had not is missing."""
    given = {one.venue: one for one in _answers(frame, run)}
    missing = [
        VenueSnapshot(venue.id, failures=[KILLED])
        for venue in chosen_venues(frame.settings)
        if venue.id not in given
    ]
    label = run.label
    of_then = replace(
        frame, flow=label.flow, snapshot_at=label.snapshot_at, run_id=label.run_id,
        source=cast("SourceName", label.source), is_simulated=label.is_simulated,
        is_abandoned=True,
    )  # fmt: skip
    log.warning("run was killed run_id=%s venues=%d", label.run_id, len(given))
    try:
        if given:
            store(of_then, Batch([*given.values(), *missing], frame.settings), frame.started_at)
            return
        reason = "the run was killed before any exchange had answered"
    except OiRiskError as error:
        reason = f"{KILLED}: {error}"
    with opened(frame.home, frame.started_at, publishes=False) as connection:
        abandon_run(connection, label.run_id, frame.started_at, reason)
