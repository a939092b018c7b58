"""Take in the CFTC's weekly report: read, judge, load, and build what is made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

import polars as pl

from oirisk import __version__
from oirisk.flows.imports.files import ImportFile, pieces
from oirisk.flows.imports.reading import broken_rows
from oirisk.schemas.errors import RecordingError
from oirisk.transforms.cftc import digital_assets
from oirisk.transforms.imports.judge import Judged, judge
from oirisk.transforms.imports.repeats import once
from oirisk.warehouse.cftc import KEYS, load_cftc
from oirisk.warehouse.imports import ImportKey, Loaded, append_rejects
from oirisk.warehouse.load import RunRow, record_run
from oirisk.warehouse.marts import build_cftc
from oirisk.warehouse.writer import Writer


@dataclass(frozen=True)
class Reports:
    """Rows of reports, judged.

    Args:
        judged: Rows on coins.
        left_aside: How many rows are of currencies, rates, indices and the like.
    """

    judged: Judged
    left_aside: int = 0

    @property
    def received(self) -> int:
        """Rows on coins, whether they hold or not."""
        return self.judged.accepted.height + self.judged.rejected.height

    @property
    def checks(self) -> dict[str, int]:
        """Refused rows by check, in order of the checks' names."""
        return dict(sorted(self.judged.rejected.group_by("check_name").len().iter_rows()))

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """First and last day of accepted rows, at its beginning."""
        days = self.judged.accepted["report_date"]
        first, last = (
            None if day is None else datetime.combine(day, time(), UTC)  # type: ignore[arg-type]
            for day in (days.min(), days.max())
        )
        return first, last


def read_reports(files: Sequence[ImportFile], now: datetime) -> Reports:
    """Read and judge files of the report.

    Raises:
        RecordingError: A file is damaged, or none has a row on a coin.
    """
    read = list(pieces(files))
    broken = broken_rows([line for piece in read for line in piece.broken])
    reports = judge_reports(pl.concat([piece.frame for piece in read], how="diagonal"), now)
    if not reports.received and not broken.height:
        raise RecordingError(
            f"{files[0].path}: expected rows on coins, saw {reports.left_aside} on other things"
        )
    judged = reports.judged
    refused = pl.concat([judged.rejected, broken])
    return Reports(Judged(judged.accepted, refused), reports.left_aside)


def judge_reports(frame: pl.DataFrame, now: datetime) -> Reports:
    """Judge rows as received, those on other things than coins left aside."""
    is_digital = digital_assets(frame)
    judged = once(judge("cftc", frame.filter(is_digital), now), KEYS)
    return Reports(judged, int((~is_digital).sum()))


def store_reports(connection: Writer, reports: Reports, key: ImportKey, run: RunRow) -> Loaded:
    """Load reports, put the run on record and bring the mart up to date, in one transaction."""
    rows = reports.judged.accepted
    loaded = load_cftc(connection, rows, run_id=key.run_id, recorded_at=key.recorded_at)
    is_new = record_run(connection, run, pl.DataFrame(), pl.DataFrame())
    refused = reports.judged.rejected
    if is_new and refused.height:
        append_rejects(connection, refused.to_arrow().to_reader(), key)
    build_cftc(connection)
    return loaded


def run_of(key: ImportKey, flow: str, source: str, state: str, error: str | None) -> RunRow:
    """Describe the run that brought reports; it speaks of no snapshot but its own instant."""
    return RunRow(
        run_id=key.run_id,
        flow=flow,
        snapshot_at=key.recorded_at,
        started_at=key.recorded_at,
        ended_at=key.recorded_at,
        state=state,
        version=__version__,
        source=source,
        is_simulated=False,
        error=error,
    )
