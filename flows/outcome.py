"""What came of a run, and its entry in the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl

from oirisk import __version__
from oirisk.schemas.columns import UTC_MICROSECONDS
from oirisk.schemas.responses import VenueSnapshot
from oirisk.transforms.derive import Derived, coverage_row
from oirisk.warehouse.archive import Fetched, RunLabel
from oirisk.warehouse.load import RunRow, record_run
from oirisk.warehouse.writer import Writer

KILLED = "the run was killed before every exchange had answered"


@dataclass(frozen=True)
class Life:
    """When a run started and ended; ``is_abandoned`` when another run ended it, for it was killed.

    ``ended_at`` is None where nobody knows, as of runs that are put on record from the archive.
    """

    started_at: datetime
    ended_at: datetime | None = None
    is_abandoned: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a run: ``completed``, or ``partial`` when venues or rows are missing.

    ``reasons`` says what is missing, by venue; ``refused`` who did not get the mail.
    """

    run_id: str
    snapshot_at: datetime
    state: str
    statuses: dict[str, str]
    accepted: int
    rejected: int
    reasons: dict[str, str]
    refused: tuple[str, ...] = ()


def record(
    connection: Writer,
    label: RunLabel,
    snapshots: Sequence[VenueSnapshot],
    derived: Sequence[Derived],
    fetches: Sequence[Fetched],
    life: Life,
) -> Outcome:
    """Put a run on record, unless it is, and say what came of it."""
    coverage = [
        coverage_row(fetched, result, label.run_id)
        for fetched, result in zip(snapshots, derived, strict=True)
    ]
    outcome = _outcome(label, coverage, is_abandoned=life.is_abandoned)
    rows = [
        {**asdict(one), "run_id": label.run_id, "loaded_at": life.started_at} for one in fetches
    ]
    record_run(
        connection,
        _run_row(label, outcome, life),
        pl.DataFrame(coverage, schema_overrides={"error": pl.String}),
        _rejects(label, derived, life.started_at),
        pl.DataFrame(rows),
    )
    return outcome


def with_notes(outcome: Outcome, notes: Mapping[str, str]) -> Outcome:
    """Return it with what is missing beside open interest, by venue, after its reasons."""
    reasons = dict(outcome.reasons)
    for venue, note in notes.items():
        said = f"beside open interest: {note}"
        reasons[venue] = f"{reasons[venue]}; {said}" if venue in reasons else said
    return replace(outcome, reasons=reasons)


def why(outcome: Outcome) -> str:
    """Say in one line why nothing came of a run."""
    reasons = [f"{venue}: {reason}" for venue, reason in outcome.reasons.items()]
    return "; ".join(reasons) or "the source holds none of the configured venues"


def _outcome(label: RunLabel, coverage: Sequence[dict[str, Any]], *, is_abandoned: bool) -> Outcome:
    statuses = {row["venue"]: row["status"] for row in coverage}
    asked = [status for status in statuses.values() if status != "skipped"]
    if not any(row["accepted"] for row in coverage):
        state = "failed"
    else:
        missing = "abandoned" if is_abandoned else "partial"
        state = "completed" if set(asked) == {"ok"} else missing
    return Outcome(
        run_id=label.run_id,
        snapshot_at=label.snapshot_at,
        state=state,
        statuses=statuses,
        accepted=sum(row["accepted"] for row in coverage),
        rejected=sum(row["rejected"] for row in coverage),
        reasons={row["venue"]: row["error"] for row in coverage if row["error"]},
    )


def _run_row(label: RunLabel, outcome: Outcome, life: Life) -> RunRow:
    errors = {"failed": "no venue gave a usable row", "abandoned": KILLED}
    return RunRow(
        run_id=label.run_id,
        flow=label.flow,
        snapshot_at=label.snapshot_at,
        started_at=life.started_at,
        ended_at=life.ended_at,
        state=outcome.state,
        version=__version__,
        source=label.source,
        is_simulated=label.is_simulated,
        error=errors.get(outcome.state),
    )


def _rejects(label: RunLabel, derived: Sequence[Derived], recorded_at: datetime) -> pl.DataFrame:
    if not derived:
        return pl.DataFrame()
    return pl.concat([result.verdict.rejected for result in derived]).with_columns(
        pl.lit(label.run_id).alias("run_id"),
        pl.lit(recorded_at).cast(UTC_MICROSECONDS).alias("recorded_at"),
    )
