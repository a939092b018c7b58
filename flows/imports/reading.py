"""One pass over the files of an import: rows are judged, refused ones spooled, and all counted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa

from oirisk.flows.imports.files import ImportFile, pieces
from oirisk.flows.imports.keys import KeyLedger
from oirisk.schemas.columns import UTC_MICROSECONDS
from oirisk.schemas.errors import RecordingError
from oirisk.transforms.imports.kinds import Kind, judge
from oirisk.transforms.imports.venues import VenueNames
from oirisk.transforms.validate import REJECT_DTYPES

Say = Callable[[str], None]


@dataclass
class Reading:
    """One pass over the files: judges pieces and keeps the books."""

    kind: Kind
    files: Sequence[ImportFile]
    now: datetime
    spool: Path
    say: Say
    names: VenueNames = field(default_factory=VenueNames)
    received: int = 0
    kept: int = 0
    refused: int = 0
    left_aside: int = 0
    since: datetime | None = None
    until: datetime | None = None
    checks: dict[str, int] = field(default_factory=dict)
    venues: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    keys: KeyLedger = field(init=False)
    _writer: pa.ipc.RecordBatchStreamWriter | None = None

    def __post_init__(self) -> None:
        """Keep the keys beside the spool."""
        self.keys = KeyLedger(self.spool.parent)

    def anew(self) -> "Reading":
        """Return a pass over the same files that has not begun."""
        return Reading(self.kind, self.files, self.now, self.spool, self.say, self.names)

    def accepted(self) -> Iterator[pl.DataFrame]:
        """Yield accepted rows; refused ones go to the spool.

        Raises:
            RecordingError: A file is damaged, or none has a row on a coin.
        """
        for piece in pieces(self.files):
            frame = self._on_coins(piece.frame)
            result = judge(self.kind, frame, self.now, self.names)
            self._refuse(result.rejected)
            self._refuse(broken_rows(piece.broken))
            self.received += frame.height + len(piece.broken)
            self._note(result.accepted)
            if "venue" in frame.columns:
                named = set(frame["venue"].unique())
                self.others |= named & {name for name, _ in self.names.lines}
                self.venues.update(result.accepted["venue"].unique())
            self.say(f"{self.received:,} rows read, {self.refused:,} refused")
            if result.accepted.height:
                yield result.accepted
        if self._writer is not None:
            self._writer.close()
        if self.left_aside and not self.received:
            raise RecordingError(
                f"{self.files[0].path}: expected rows on coins, saw {self.left_aside} on other "
                "things"
            )

    def _on_coins(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self.kind.is_ours is None:
            return frame
        is_ours = self.kind.is_ours(frame)
        self.left_aside += int((~is_ours).sum())
        return frame.filter(is_ours)

    def spooled(self) -> pa.RecordBatchReader | None:
        """Return the refused rows, None when there are none."""
        if self._writer is None:
            return None
        return pa.ipc.open_stream(pa.memory_map(str(self.spool)))

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """First and last instant of the accepted rows."""
        return None if self.since is None or self.until is None else (self.since, self.until)

    def _note(self, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        self.kept += rows.height
        at = rows[self.kind.at].cast(UTC_MICROSECONDS)
        first, last = at.min(), at.max()
        if isinstance(first, datetime) and isinstance(last, datetime):
            self.since = first if self.since is None else min(first, self.since)
            self.until = last if self.until is None else max(last, self.until)
        if self.kind.is_straight:
            self.keys.add(rows)

    def _refuse(self, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        self.refused += rows.height
        for check, count in rows.group_by("check_name").len().iter_rows():
            self.checks[check] = self.checks.get(check, 0) + count
        table = rows.to_arrow()
        writer = self._writer or pa.ipc.new_stream(str(self.spool), table.schema)
        writer.write_table(table)
        self._writer = writer


def broken_rows(lines: Sequence[str]) -> pl.DataFrame:
    """Return lines that are no rows as refused ones."""
    reason = "the line has another number of fields than the header"
    rows = [("unknown", None, "field_count", reason, line) for line in lines]
    return pl.DataFrame(rows, schema=REJECT_DTYPES, orient="row")
