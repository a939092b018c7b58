"""What a run came to, and its entry in the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl

from oirisk import __version__
from oirisk.flows.derive import Derived, coverage_row
from oirisk.flows.exchanges.extract import VenueSnapshot
from oirisk.schemas.columns import UTC_MICROSECONDS
from oirisk.warehouse.archive import RunLabel
from oirisk.warehouse.load import RunRow, record_run
from oirisk.warehouse.writer import Writer


@dataclass(frozen=True)
class Outcome:
    """What a run came to: ``completed``, or ``partial`` when venues or rows are missing.

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
    started_at: datetime,
    ended_at: datetime | None = None,
) -> Outcome:
    """Put a run on record, unless it is, and say what it came to."""
    coverage = [
        coverage_row(fetched, result, label.run_id)
        for fetched, result in zip(snapshots, derived, strict=True)
    ]
    outcome = _outcome(label, coverage)
    record_run(
        connection,
        _run_row(label, outcome, started_at, ended_at),
        pl.DataFrame(coverage, schema_overrides={"error": pl.String}),
        _rejects(label, derived, started_at),
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


def _outcome(label: RunLabel, coverage: Sequence[dict[str, Any]]) -> Outcome:
    statuses = {row["venue"]: row["status"] for row in coverage}
    asked = [status for status in statuses.values() if status != "skipped"]
    if not any(row["accepted"] for row in coverage):
        state = "failed"
    else:
        state = "completed" if set(asked) == {"ok"} else "partial"
    return Outcome(
        run_id=label.run_id,
        snapshot_at=label.snapshot_at,
        state=state,
        statuses=statuses,
        accepted=sum(row["accepted"] for row in coverage),
        rejected=sum(row["rejected"] for row in coverage),
        reasons={row["venue"]: row["error"] for row in coverage if row["error"]},
    )


def _run_row(
    label: RunLabel, outcome: Outcome, started_at: datetime, ended_at: datetime | None
) -> RunRow:
    error = "no venue gave a usable row" if outcome.state == "failed" else None
    return RunRow(
        run_id=label.run_id,
        flow=label.flow,
        snapshot_at=label.snapshot_at,
        started_at=started_at,
        ended_at=ended_at,
        state=outcome.state,
        version=__version__,
        source=label.source,
        is_simulated=label.is_simulated,
        error=error,
    )


def _rejects(label: RunLabel, derived: Sequence[Derived], recorded_at: datetime) -> pl.DataFrame:
    if not derived:
        return pl.DataFrame()
    return pl.concat([result.verdict.rejected for result in derived]).with_columns(
        pl.lit(label.run_id).alias("run_id"),
        pl.lit(recorded_at).cast(UTC_MICROSECONDS).alias("recorded_at"),
    )
