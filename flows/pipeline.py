"""The steps of a run, as plain functions: harvest, derive, store, report.

::

    harvest_all ──> derive ──> top up ──> archive, load ──> marts ──> publish ──> report
      ccxt          rows       history    raw/, core        marts     copy        HTML, mail parts
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from oirisk import __version__
from oirisk.flows.briefing import assemble
from oirisk.flows.derive import Derived, coverage_row, instruments_frame
from oirisk.flows.extract import Harvest
from oirisk.flows.gathered import Gathered, load_beside
from oirisk.flows.history.top_up import FLOW as TOP_UP
from oirisk.flows.settings import Settings
from oirisk.flows.sources import SourceName
from oirisk.schemas.errors import CoverageError
from oirisk.schemas.report import Report
from oirisk.templates.render import (
    ArchiveEntry,
    RenderedReport,
    archive_entry,
    render_archive,
    render_report,
)
from oirisk.transforms.calibrate import calibrate
from oirisk.transforms.leverage_observed import observed_weights
from oirisk.transforms.stress import stress_grid
from oirisk.warehouse.archive import RunLabel, archive
from oirisk.warehouse.audit import build_audit
from oirisk.warehouse.build import (
    LONGEST_REACH,
    BuildWindow,
    CoverageParameters,
    affected_window,
    build_marts,
    changed_facts_since,
)
from oirisk.warehouse.clusters import build_clusters
from oirisk.warehouse.files import write_whole
from oirisk.warehouse.home import Home
from oirisk.warehouse.liquidation import Models
from oirisk.warehouse.load import (
    ROUTE_COLUMN,
    STORED_COLUMNS,
    RunRow,
    knows_later_listing,
    last_snapshot,
    load_instruments,
    load_open_interest,
    record_run,
)
from oirisk.warehouse.observed import build_observed
from oirisk.warehouse.published import reading
from oirisk.warehouse.rebuild import stored_instants
from oirisk.warehouse.writer import Writer, require_same_kind, writing

log = logging.getLogger(__name__)

_FAR = datetime(9999, 1, 1, tzinfo=UTC)

MODELS = Models(calibrate=calibrate, stress=stress_grid)
"""What the liquidation map asks of models that are not SQL."""


@dataclass(frozen=True)
class RunFrame:
    """What is fixed before a run begins.

    ``snapshot_at`` is the scheduled instant, ``started_at`` the wall clock; for
    ``patience_seconds`` a run waits until another, such as a batch of a backfill, has stored.
    """

    home: Home
    flow: str
    snapshot_at: datetime
    started_at: datetime
    source: SourceName
    is_simulated: bool
    settings: Settings
    patience_seconds: float = 0.0


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


def store(
    frame: RunFrame,
    harvests: Sequence[Harvest],
    ended_at: datetime,
    gathered: Gathered | None = None,
) -> Outcome:
    """Archive, load, aggregate and publish one run, in one transaction.

    Args:
        frame: What is fixed.
        harvests: What the venues answered.
        ended_at: When they had.
        gathered: What that comes to, if it is known, with what they told beside it.

    Raises:
        CoverageError: No venue gave a single usable row; the failed run is on record.
        HomeError: The warehouse is locked, or holds the other kind of data.
    """
    label = RunLabel(
        run_id=run_id(frame, harvests),
        flow=frame.flow,
        snapshot_at=frame.snapshot_at,
        source=frame.source,
        is_simulated=frame.is_simulated,
    )
    archive(frame.home, label, [response for one in harvests for response in one.responses])
    gathered = gathered or Gathered(harvests, frame.settings)
    beside = replace(label, run_id=f"{label.run_id}-{TOP_UP}", flow=TOP_UP)
    archive(frame.home, beside, [response for one in gathered.told for response in one.responses])
    derived = gathered.derived
    with writing(frame.home, frame.started_at, wait_seconds=frame.patience_seconds) as connection:
        require_same_kind(connection, is_simulated=frame.is_simulated)
        outcome = record(connection, label, harvests, derived, frame.started_at, ended_at)
        for result in derived:
            load_derived(connection, result, label, frame.started_at)
        notes = load_beside(connection, gathered, beside, frame.started_at, ended_at)
        build_from(connection, [frame.snapshot_at], frame.settings, frame.started_at)
    outcome = replace(outcome, reasons=_joined(outcome.reasons, notes))
    if outcome.state == "failed":
        raise CoverageError(f"no venue gave a usable row: {_why(outcome)}")
    log.info(
        "run stored run_id=%s state=%s accepted=%d rejected=%d",
        outcome.run_id, outcome.state, outcome.accepted, outcome.rejected,
    )  # fmt: skip
    return outcome


def _joined(reasons: Mapping[str, str], notes: Mapping[str, str]) -> dict[str, str]:
    """Return reasons by venue, those of the top-up after the others."""
    joined = dict(reasons)
    for venue, why in notes.items():
        said = f"beside open interest: {why}"
        joined[venue] = f"{joined[venue]}; {said}" if venue in joined else said
    return joined


def _why(outcome: Outcome) -> str:
    reasons = [f"{venue}: {reason}" for venue, reason in outcome.reasons.items()]
    return "; ".join(reasons) or "the source holds none of the configured venues"


def record(
    connection: Writer,
    label: RunLabel,
    harvests: Sequence[Harvest],
    derived: Sequence[Derived],
    started_at: datetime,
    ended_at: datetime | None = None,
) -> Outcome:
    """Put a run on record, unless it is, and say what it came to."""
    coverage = [
        coverage_row(harvest, result, label.run_id)
        for harvest, result in zip(harvests, derived, strict=True)
    ]
    outcome = _outcome(label, coverage)
    record_run(
        connection,
        _run_row(label, outcome, started_at, ended_at),
        pl.DataFrame(coverage, schema_overrides={"error": pl.String}),
        _rejects(label, derived, started_at),
    )
    return outcome


def run_id(frame: RunFrame, harvests: Sequence[Harvest]) -> str:
    """Name a run after its instant and its content: the same answers give the same run."""
    head = f"{frame.flow} {frame.source} {frame.snapshot_at.isoformat()}"
    digest = hashlib.sha256(head.encode())
    for harvest in harvests:
        for response in harvest.responses:
            parts = (
                response.venue, response.endpoint, response.url, response.request_body or "",
                str(response.status), response.received_at.isoformat(), response.sha256,
                response.error or "",
            )  # fmt: skip
            digest.update("\x1f".join(parts).encode())
        said = (*harvest.failures, *harvest.notes)
        digest.update("\x1e".join((harvest.venue, harvest.status, *said)).encode())
    return f"{frame.snapshot_at:%Y%m%dT%H%M%SZ}-{digest.hexdigest()[:8]}"


def load_derived(
    connection: Writer, result: Derived, label: RunLabel, recorded_at: datetime
) -> None:
    """Store what one venue's answers came to.

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
        pl.lit(label.snapshot_at).cast(pl.Datetime("us", "UTC")).alias("snapshot_at"),
        pl.lit("live").alias("source"),
        pl.lit(label.is_simulated).alias("is_simulated"),
    ).select(*STORED_COLUMNS, ROUTE_COLUMN)


def build_from(
    connection: Writer,
    instants: Sequence[datetime],
    settings: Settings,
    changed_since: datetime,
) -> None:
    """Build the marts of snapshots, and of all others that what was stored bears on.

    Positions come first: the imbalance reads the liquidation map.

    Args:
        connection: Writer, inside a transaction.
        instants: Snapshots that are built in any case, oldest first.
        settings: For the marts.
        changed_since: Facts recorded or superseded at or after this count as just stored.
    """
    facts_since = changed_facts_since(connection, changed_since)
    later = stored_instants(connection, BuildWindow(facts_since, _FAR)) if facts_since else []
    for instant in sorted({*instants, *later}):
        build_positions(connection, instant, settings)
    asked = BuildWindow(instants[0], last_affected(connection, instants[-1], settings))
    changed = affected_window(connection, changed_since, settings.coverage.lookback_days) or asked
    window = BuildWindow(min(asked.since, changed.since), max(asked.until, changed.until))
    build_totals(connection, window, settings)


def last_affected(connection: Writer, snapshot_at: datetime, settings: Settings) -> datetime:
    """Return the newest stored snapshot whose figures may rest on those of this one."""
    reach = max(LONGEST_REACH, timedelta(days=settings.coverage.lookback_days + 1))
    return last_snapshot(connection, snapshot_at, snapshot_at + reach)


def build_positions(connection: Writer, snapshot_at: datetime, settings: Settings) -> None:
    """Build the entry profile, the liquidation map, its clusters and stress of one snapshot."""
    parameters = {
        **settings.clusters.model_dump(),
        "max_age_minutes": settings.coverage.max_age_minutes,
    }
    build_clusters(connection, snapshot_at, parameters, MODELS)


def build_totals(
    connection: Writer, window: BuildWindow, settings: Settings, *, with_series: bool = True
) -> None:
    """Build the marts that sum and compare, and audit, for a window of snapshots."""
    build_marts(
        connection,
        window,
        CoverageParameters(
            minimum=settings.coverage.minimum,
            max_age_minutes=settings.coverage.max_age_minutes,
            lookback_days=settings.coverage.lookback_days,
        ),
        settings.series.parameters(),
        with_series=with_series,
    )
    if with_series:
        build_audit(connection, window, settings.coverage.max_age_minutes)
    build_observations(connection, window, settings)


def build_observations(connection: Writer, window: BuildWindow, settings: Settings) -> None:
    """Build what is made of observed positions, for a window of observations."""
    parameters = {
        "bin_pct": settings.clusters.bin_pct,
        "max_age_minutes": settings.coverage.max_age_minutes,
    }
    build_observed(connection, window, parameters, observed_weights)


def write_report(home: Home, report: Report) -> Path:
    """Render a report into its folder, and the archive of all reports.

    Returns:
        Path of ``index.html``.
    """
    rendered = render_report(report)
    folder = home.report(report.as_of.date())
    for name, content in _report_files(rendered).items():
        write_whole(folder / name, content)
    _drop_stale_charts(folder, rendered)
    write_whole(home.reports / "index.html", render_archive(_archive_entries(home)))
    return folder / "index.html"


def _drop_stale_charts(folder: Path, rendered: RenderedReport) -> None:
    """Remove charts of an earlier report of the same day that this one does not have."""
    for path in folder.glob("charts/*.png"):
        if path.stem not in rendered.charts:
            path.unlink()


def report_of(home: Home, run: str, settings: Settings) -> Report:
    """Assemble the report of a run from the published copy alone."""
    with reading(home) as connection:
        return assemble(connection, run, settings)


def _report_files(rendered: RenderedReport) -> dict[str, str | bytes]:
    charts = {f"charts/{name}.png": png for name, png in rendered.charts.items()}
    return {
        **charts,
        "report.json": rendered.report_json,
        "email.html": rendered.email_html,
        "email.txt": rendered.email_text,
        "index.html": rendered.index_html,
    }


def _archive_entries(home: Home) -> list[ArchiveEntry]:
    """List every report; one that another version wrote, in another form, is left out."""
    entries = []
    for path in sorted(home.reports.glob("*/report.json")):
        try:
            report = Report.model_validate_json(path.read_text(encoding="utf-8"))
        except ValidationError as error:
            log.warning("report not in the archive path=%s errors=%d", path, error.error_count())
            continue
        entries.append(archive_entry(report, f"{path.parent.name}/index.html"))
    return entries


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
        pl.lit(recorded_at).cast(pl.Datetime("us", "UTC")).alias("recorded_at"),
    )
