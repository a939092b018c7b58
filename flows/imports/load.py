"""Import history from files: read, judge, load, and say what came of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from oirisk import __version__
from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.imports.files import ImportFile, content_hash, find_files, inspect
from oirisk.flows.imports.reading import Reading, Say
from oirisk.flows.imports.venue_names import venue_names
from oirisk.schemas.columns import UTC_MICROSECONDS
from oirisk.schemas.errors import RecordingError
from oirisk.schemas.tables.imported import Form
from oirisk.transforms.imports.kinds import Kind, judge
from oirisk.transforms.imports.venues import VenueNames
from oirisk.warehouse.home import Home
from oirisk.warehouse.imports import (
    ImportKey,
    Stream,
    Totalled,
    append_rejects,
    attempt,
    count_conflicts,
    in_any_order,
    is_known_run,
    keep_in_scratch,
    load_scratch,
    missing_steps,
    scratch,
    stream_open_interest,
)
from oirisk.warehouse.load import RunRow, record_run
from oirisk.warehouse.writer import Writer, opened, require_same_kind, transaction

_SPOOL = ".incomplete-rejects.arrow"


@dataclass(frozen=True)
class Imported:
    """The outcome of an import; accepted + rejected = received.

    Args:
        run_id: Named after the content of the files.
        form: What the files hold.
        files: How many files.
        received: Rows in the files.
        accepted: Rows that hold, whether new or stored already.
        rejected: Rows refused, whole in ``ops.rejects``; ``repeated`` ones among them.
        repeated: Rows refused because they repeat another to the letter, which is kept.
        inserted: Accepted rows that were not stored already.
        superseded: Stored rows that an accepted one restates.
        checks: Refused rows by check.
        since: First instant of an accepted row.
        until: Last instant of an accepted row.
        unknown_venues: Venues of accepted rows that are none of those that oirisk knows.
        suspect: Rows that are stored and not counted, by why, once they have been judged.
        renamed: Names in the files whose rows are stored under those of their order books.
        gaps: Of metrics files, per symbol the steps and days that are missing.
        left_aside: Of reports of the CFTC, rows on other things than coins; not received.
    """

    run_id: str
    form: Form
    files: int
    received: int
    accepted: int
    rejected: int
    repeated: int
    inserted: int
    superseded: int
    checks: dict[str, int]
    since: datetime | None
    until: datetime | None
    unknown_venues: tuple[str, ...] = ()
    suspect: dict[str, int] = field(default_factory=dict)
    renamed: tuple[str, ...] = ()
    gaps: list[dict[str, Any]] = field(default_factory=list)
    left_aside: int = 0

    @property
    def state(self) -> str:
        """Completed, partial when rows were refused that are no mere repeats, or failed."""
        if not self.accepted:
            return "failed"
        return "completed" if self.rejected == self.repeated else "partial"

    @property
    def error(self) -> str | None:
        """What was refused, by check; or that there was nothing to take; None: all is stored."""
        if not self.received:
            return "the files hold no rows"
        if not self.rejected:
            return None
        by_check = ", ".join(f"{count} by {name}" for name, count in self.checks.items())
        return f"{self.rejected} of {self.received} rows refused: {by_check}"


Then = Callable[[Writer, Imported], Imported]
"""What is done with what an import stored, before readers see it; adds to what came of it."""


def import_files(
    home: Home,
    patterns: Sequence[str],
    now: datetime,
    say: Say = lambda _text: None,
    names: VenueNames | None = None,
    then: Then = lambda _connection, done: done,
) -> Imported:
    """Import files into a home; the same files again change nothing.

    Args:
        home: The home folder.
        patterns: Names and glob patterns; all files must be of one form.
        now: When the rows become known; nothing may be later.
        say: Told how far it is.
        names: What the order books are called; those of all exchanges by default.
        then: What is done with what was stored before readers see it.

    Raises:
        RecordingError: A file is missing, cannot be read, or has columns of no form we know.
        HomeError: The warehouse is locked, or holds simulated data.
    """
    files = [inspect(path) for path in find_files(patterns)]
    kind = _one_kind(files)
    say(f"{len(files)} files of {kind.form}")
    run_id = f"import-{content_hash([file.path for file in files])[:16]}"
    home.root.mkdir(parents=True, exist_ok=True)
    spool = home.root / _SPOOL
    reading = Reading(kind, files, now, spool, say, names or venue_names(all_venues()))
    try:
        with opened(home, now) as connection:
            require_same_kind(connection, is_simulated=False)
            done = _Job(connection, home, ImportKey(run_id, now), reading).run()
            with transaction(connection):
                return then(connection, done)
    finally:
        spool.unlink(missing_ok=True)


def _one_kind(files: Sequence[ImportFile]) -> Kind:
    forms = {file.kind.form: file.path for file in files}
    if len(forms) > 1:
        named = "; ".join(f"{path} holds {form}" for form, path in forms.items())
        raise RecordingError(f"import files of one kind at a time: {named}")
    return files[0].kind


@dataclass
class _Job:
    connection: Writer
    home: Home
    key: ImportKey
    reading: Reading

    def run(self) -> Imported:
        """Try the straight path, then the careful one."""
        reading = self.reading
        if reading.kind.is_straight and not is_known_run(self.connection, self.key.run_id):
            with in_any_order(self.connection):
                done = attempt(self.connection, self._straight)
            if done:
                return self._result(Totalled(inserted=reading.kept), [])
            self.reading = reading.anew()
        return self._careful()

    def _straight(self) -> bool:
        """Add everything at once; false when a key is there twice or already."""
        stream = Stream(self._empty().to_arrow().schema, self.reading.accepted)
        stream_open_interest(self.connection, stream, self.key)
        if self.reading.keys.has_repeats():
            return False
        span = self.reading.span
        if span and count_conflicts(self.connection, self.key, span):
            return False
        self._record(Totalled(inserted=self.reading.kept))
        return True

    def _careful(self) -> Imported:
        kind = self.reading.kind
        stream = Stream(_keyed(kind, self._empty()).to_arrow().schema, self._keyed_rows)
        with scratch(self.connection, self.home):
            keep_in_scratch(self.connection, stream)
            self.reading.keys.clear()
            gaps = missing_steps(self.connection) if kind.is_regular else []
            with transaction(self.connection):
                is_new = not is_known_run(self.connection, self.key.run_id)
                loaded = load_scratch(self.connection, kind.tables, self.key, write_rejects=is_new)
                self._record(loaded)
        return self._result(loaded, gaps)

    def _empty(self) -> pl.DataFrame:
        """Return no rows, as accepted ones of the files are."""
        reading = self.reading
        columns = dict.fromkeys(reading.files[0].columns, pl.String)
        return judge(reading.kind, pl.DataFrame(schema=columns), reading.now).accepted

    def _keyed_rows(self) -> Iterator[pl.DataFrame]:
        return (_keyed(self.reading.kind, rows) for rows in self.reading.accepted())

    def _record(self, loaded: Totalled) -> None:
        result, key = self._result(loaded, []), self.key
        is_of_snapshots = self.reading.kind.is_of_snapshots
        run = RunRow(
            run_id=key.run_id,
            flow="import",
            snapshot_at=(result.until if is_of_snapshots else None) or key.recorded_at,
            started_at=key.recorded_at,
            ended_at=key.recorded_at,
            state=result.state,
            version=__version__,
            source="import",
            is_simulated=False,
            error=result.error,
        )
        is_new = record_run(self.connection, run, pl.DataFrame(), pl.DataFrame())
        refused = self.reading.spooled()
        if is_new and refused is not None:
            append_rejects(self.connection, refused, key)

    def _result(self, loaded: Totalled, gaps: list[dict[str, Any]]) -> Imported:
        reading = self.reading
        refused_later = loaded.repeated + loaded.contradictory
        later = {"unique_row": loaded.repeated, "contradicts_row": loaded.contradictory}
        checks = {**reading.checks, **{name: count for name, count in later.items() if count}}
        return Imported(
            run_id=self.key.run_id,
            form=reading.kind.form,
            files=len(reading.files),
            received=reading.received,
            accepted=reading.kept - refused_later,
            rejected=reading.refused + refused_later,
            repeated=loaded.repeated,
            inserted=loaded.inserted,
            superseded=loaded.superseded,
            checks=dict(sorted(checks.items())),
            since=reading.since,
            until=reading.until,
            unknown_venues=reading.names.unknown(reading.venues),
            renamed=tuple(sorted(reading.others - reading.venues)),
            gaps=gaps,
            left_aside=reading.left_aside,
        )


def _keyed(kind: Kind, rows: pl.DataFrame) -> pl.DataFrame:
    """Put beside each row what identifies it, whatever its kind."""
    return rows.with_columns(
        pl.col(kind.at).cast(UTC_MICROSECONDS).alias("import_at"),
        pl.struct(kind.key[1:]).alias("import_key"),
    )
