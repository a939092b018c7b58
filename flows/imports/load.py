"""Import history from files: read, judge, load, and say what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import polars as pl
import pyarrow as pa

from oirisk import __version__
from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.imports.cftc import read_reports, run_of, store_reports
from oirisk.flows.imports.files import ImportFile, content_hash, find_files, inspect
from oirisk.flows.imports.reading import Reading, Say
from oirisk.flows.imports.venue_names import venue_names
from oirisk.schemas.errors import RecordingError
from oirisk.schemas.tables.imported import Form
from oirisk.transforms.imports.judge import judge
from oirisk.transforms.imports.packing import is_plain, packed
from oirisk.transforms.imports.venues import VenueNames
from oirisk.warehouse.home import Home
from oirisk.warehouse.imports import (
    ImportKey,
    Loaded,
    Stream,
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
    form = _one_form(files)
    say(f"{len(files)} files of {form}")
    run_id = f"import-{content_hash([file.path for file in files])[:16]}"
    key = ImportKey(run_id, now)
    if form == "cftc":
        return _import_reports(home, files, key, then)
    spool = home.root / _SPOOL
    try:
        with opened(home, now) as connection:
            require_same_kind(connection, is_simulated=False)
            reading = Reading(form, files, now, spool, say, names or venue_names(all_venues()))
            done = _Job(connection, home, key, reading).run()
            with transaction(connection):
                return then(connection, done)
    finally:
        spool.unlink(missing_ok=True)


def _import_reports(
    home: Home, files: Sequence[ImportFile], key: ImportKey, then: Then
) -> Imported:
    """Import reports of the CFTC, which are few rows, at once."""
    reports = read_reports(files, key.recorded_at)
    since, until = reports.span
    checks = reports.checks
    done = Imported(
        run_id=key.run_id,
        form="cftc",
        files=len(files),
        received=reports.received,
        accepted=reports.judged.accepted.height,
        rejected=reports.judged.rejected.height,
        repeated=checks.get("unique_row", 0),
        inserted=0,
        superseded=0,
        checks=checks,
        since=since,
        until=until,
        left_aside=reports.left_aside,
    )
    with opened(home, key.recorded_at) as connection, transaction(connection):
        require_same_kind(connection, is_simulated=False)
        run = run_of(key, "import", "import", done.state, done.error)
        loaded = store_reports(connection, reports, key, run)
        stored = replace(done, inserted=loaded.inserted, superseded=loaded.superseded)
        return then(connection, stored)


def _one_form(files: Sequence[ImportFile]) -> Form:
    forms = {file.form: file.path for file in files}
    if len(forms) > 1:
        named = "; ".join(f"{path} holds {form}" for form, path in forms.items())
        raise RecordingError(f"import files of one kind at a time: {named}")
    return files[0].form


@dataclass
class _Job:
    connection: Writer
    home: Home
    key: ImportKey
    reading: Reading

    def run(self) -> Imported:
        """Try the straight path, then the careful one."""
        straight = self.reading.form == "open_interest" and not is_known_run(
            self.connection, self.key.run_id
        )
        if straight:
            with in_any_order(self.connection):
                done = attempt(self.connection, self._straight)
            if done:
                return self._result(Loaded(inserted=self.reading.kept), [])
        old = self.reading
        self.reading = Reading(old.form, old.files, old.now, old.spool, old.say, old.names)
        return self._careful()

    def _stream(self) -> Stream:
        return Stream(_schema(self.reading), self.reading.accepted)

    def _packed_stream(self) -> Stream:
        reading = self.reading
        empty = packed(_empty(reading)).to_arrow().schema
        return Stream(empty, lambda: (packed(rows) for rows in reading.accepted()))

    def _straight(self) -> bool:
        """Add everything at once; false when a key is there twice or already."""
        plain = all(is_plain(file.columns) for file in self.reading.files)
        stream = self._packed_stream() if plain else self._stream()
        stream_open_interest(self.connection, stream, self.key, is_plain=plain)
        if self.reading.keys.has_repeats():
            return False
        span = self.reading.span
        if span and count_conflicts(self.connection, self.key, span):
            return False
        self._record(Loaded(inserted=self.reading.kept))
        return True

    def _careful(self) -> Imported:
        with scratch(self.connection, self.home):
            keep_in_scratch(self.connection, self._stream(), self.reading.form)
            self.reading.keys.clear()
            gaps = missing_steps(self.connection) if self.reading.form == "metrics" else []
            with transaction(self.connection):
                is_new = not is_known_run(self.connection, self.key.run_id)
                loaded = load_scratch(
                    self.connection, self.reading.form, self.key, write_rejects=is_new
                )
                self._record(loaded)
        return self._result(loaded, gaps)

    def _record(self, loaded: Loaded) -> None:
        result = self._result(loaded, [])
        run = RunRow(
            run_id=self.key.run_id,
            flow="import",
            snapshot_at=result.until or self.key.recorded_at,
            started_at=self.key.recorded_at,
            ended_at=self.key.recorded_at,
            state=result.state,
            version=__version__,
            source="import",
            is_simulated=False,
            error=result.error,
        )
        is_new = record_run(self.connection, run, pl.DataFrame(), pl.DataFrame())
        refused = self.reading.spooled()
        if is_new and refused is not None:
            append_rejects(self.connection, refused, self.key)

    def _result(self, loaded: Loaded, gaps: list[dict[str, Any]]) -> Imported:
        reading = self.reading
        refused_later = loaded.repeated + loaded.contradictory
        later = {"unique_row": loaded.repeated, "contradicts_row": loaded.contradictory}
        checks = {**reading.checks, **{name: count for name, count in later.items() if count}}
        return Imported(
            run_id=self.key.run_id,
            form=reading.form,
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
        )


def _schema(reading: Reading) -> pa.Schema:
    """Return the Arrow schema of the accepted rows of a form."""
    return _empty(reading).to_arrow().schema


def _empty(reading: Reading) -> pl.DataFrame:
    columns = dict.fromkeys(reading.files[0].columns, pl.String)
    return judge(reading.form, pl.DataFrame(schema=columns), reading.now).accepted
