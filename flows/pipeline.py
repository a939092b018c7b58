"""The steps of a run up to what is published, as plain functions.

::

    fetch_all   ──> derive ──> top up ──> archive, load ──> marts ──> publish ──> report
      ccxt          rows       history    raw/, core        marts     copy        HTML, mail parts

``store`` goes from the archive to the published copy; ``marts`` builds, ``reports`` prints.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from oirisk.flows.batch import FLOW_BESIDE, Batch, load_beside
from oirisk.flows.exchanges.configured import require_one_name
from oirisk.flows.exchanges.sources import SourceName
from oirisk.flows.marts import build_stale
from oirisk.flows.outcome import Life, Outcome, record, why, with_notes
from oirisk.flows.settings.model import Settings
from oirisk.schemas.columns import UTC_MICROSECONDS
from oirisk.schemas.errors import CoverageError
from oirisk.schemas.responses import Response
from oirisk.transforms.derive import Derived, instruments_frame
from oirisk.warehouse.archive import RunLabel, archive, fetched, forget_answers
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import (
    OPTIONAL_COLUMNS,
    STORED_COLUMNS,
    held_venues,
    knows_later_listing,
    load_instruments,
    load_open_interest,
)
from oirisk.warehouse.runs import forget_run, next_run_id, run_of_content
from oirisk.warehouse.writer import Writer, require_same_kind, writing

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunFrame:
    """What is fixed before a run begins.

    ``snapshot_at`` is the scheduled instant, ``started_at`` the wall clock; for
    ``patience_seconds`` a run waits until another, such as a batch of a backfill, has stored.
    ``run_id`` is the name under which it was opened, empty where it was not; ``is_abandoned``
    says that another run ends it, for it was killed.
    """

    home: Home
    flow: str
    snapshot_at: datetime
    started_at: datetime
    source: SourceName
    is_simulated: bool
    settings: Settings
    patience_seconds: float = 0.0
    run_id: str = ""
    is_abandoned: bool = False

    @property
    def night(self) -> str:
        """The key of its night: where its report lies, and what is mailed once."""
        return self.settings.schedule.night_of(self.snapshot_at)

    def label(self, run_id: str = "") -> RunLabel:
        """Return what identifies the run in the archive, under its name or another."""
        return RunLabel(
            run_id or self.run_id, self.flow, self.snapshot_at, self.source, self.is_simulated
        )


def store(frame: RunFrame, batch: Batch, ended_at: datetime) -> Outcome:
    """Archive, load, aggregate and publish one run, in one transaction.

    Args:
        frame: What is fixed.
        batch: What the venues answered, the rows made of it, and the supplementary data.
        ended_at: When they had.

    Raises:
        CoverageError: No venue gave a single usable row; the failed run is on record.
        HomeError: The warehouse is locked, or holds the other kind of data.
    """
    responses = [response for one in batch.snapshots for response in one.responses]
    with writing(frame.home, frame.started_at, wait_seconds=frame.patience_seconds) as connection:
        require_same_kind(connection, is_simulated=frame.is_simulated)
        asked = (one.venue for one in batch.snapshots)
        require_one_name(held_venues(connection), asked, frame.settings)
        label = _named(connection, frame, responses)
        _archive(frame, label, responses, batch)
        fetches = fetched(frame.home, label, responses)
        life = Life(frame.started_at, ended_at, frame.is_abandoned)
        outcome = record(connection, label, batch.snapshots, batch.derived, fetches, life)
        for result in batch.derived:
            load_derived(connection, result, label, frame.started_at)
        notes = load_beside(connection, batch, top_up_label(label), frame.started_at, ended_at)
        build_stale(connection, frame.settings, frame.started_at)
    if frame.run_id not in {"", label.run_id}:
        forget_answers(frame.home, frame.label())
    outcome = with_notes(outcome, notes)
    if outcome.state == "failed":
        raise CoverageError(f"no venue gave a usable row: {why(outcome)}")
    log.info(
        "run stored run_id=%s state=%s accepted=%d rejected=%d",
        outcome.run_id, outcome.state, outcome.accepted, outcome.rejected,
    )  # fmt: skip
    return outcome


def _named(connection: Writer, frame: RunFrame, responses: Sequence[Response]) -> RunLabel:
    """Return the run these answers belong to: the one that got the same before, or this one."""
    label = frame.label()
    contents = fetched(frame.home, label, responses)
    same = run_of_content(connection, label, contents)
    if same is not None:
        forget_run(connection, frame.run_id)
    return frame.label(same or frame.run_id or next_run_id(connection, label))


def _archive(frame: RunFrame, label: RunLabel, responses: Sequence[Response], batch: Batch) -> None:
    """Write what is not on disk yet; a run that was opened has written each answer as it came."""
    if not frame.run_id:
        forget_answers(frame.home, label)
    archive(frame.home, label, responses, again=False)
    told = [response for one in batch.told for response in one.responses]
    archive(frame.home, top_up_label(label), told)


def top_up_label(label: RunLabel) -> RunLabel:
    """Return what identifies the answers beside open interest."""
    return replace(label, run_id=f"{label.run_id}-{FLOW_BESIDE}", flow=FLOW_BESIDE)


def load_derived(
    connection: Writer, result: Derived, label: RunLabel, recorded_at: datetime
) -> None:
    """Store the rows of one venue's answers.

    A listing that comes late, after a newer one is known, changes nothing: it cannot tell how
    long what it shows was true.
    """
    if not knows_later_listing(connection, result.venue, label.snapshot_at):
        load_listing(connection, result, label)
    rows = stored_rows(result, label)
    if rows.height:
        load_open_interest(connection, rows, run_id=label.run_id, recorded_at=recorded_at)


def load_listing(connection: Writer, result: Derived, label: RunLabel) -> None:
    """Store what one venue lists."""
    if result.listing is not None:
        frame = instruments_frame(result.listing)
        if frame.height:
            load_instruments(connection, frame, listed_at=label.snapshot_at)


def stored_rows(result: Derived, label: RunLabel) -> pl.DataFrame:
    """Return one venue's accepted rows as they are stored."""
    return result.verdict.accepted.with_columns(
        pl.lit(label.snapshot_at).cast(UTC_MICROSECONDS).alias("snapshot_at"),
        pl.lit("live").alias("source"),
        pl.lit(label.is_simulated).alias("is_simulated"),
    ).select(*STORED_COLUMNS, *OPTIONAL_COLUMNS)
