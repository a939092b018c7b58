"""The raw archive: every response as received, one Parquet file per run and venue.

A file that cannot be read, or does not say what was received, is set aside under another name: it
costs its exchange one run, and nothing else reads it again.
"""

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
from polars.exceptions import PanicException, PolarsError

from oirisk.schemas.columns import UTC_MICROSECONDS
from oirisk.schemas.errors import DamagedFileError, HomeError
from oirisk.schemas.responses import Response, text_of
from oirisk.warehouse.files import replacing
from oirisk.warehouse.home import ARCHIVED, Home
from oirisk.warehouse.sql_files import statement

log = logging.getLogger(__name__)

DAMAGED = ".damaged"
"""What the name of a file that was set aside ends in."""

_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "run_id": pl.String,
    "flow": pl.String,
    "snapshot_at": UTC_MICROSECONDS,
    "source": pl.String,
    "is_simulated": pl.Boolean,
    "venue": pl.String,
    "endpoint": pl.String,
    "method": pl.String,
    "url": pl.String,
    "params": pl.String,
    "request_body": pl.String,
    "status": pl.Int32,
    "requested_at": UTC_MICROSECONDS,
    "received_at": UTC_MICROSECONDS,
    "attempt": pl.Int32,
    "body": pl.String,
    "sha256": pl.String,
    "error": pl.String,
}
_NOT_TEXT = "body_bytes"
"""Column of files with a body that is no UTF-8, beside the text that shows it; others lack it."""

_RESPONSE_FIELDS = tuple(field.name for field in fields(Response))


@dataclass(frozen=True)
class RunLabel:
    """What identifies a run in the archive."""

    run_id: str
    flow: str
    snapshot_at: datetime
    source: str
    is_simulated: bool


@dataclass(frozen=True)
class Fetched:
    """What one venue answered in one run: its file, and what tells its content from another."""

    venue: str
    file: str
    content_sha256: str
    responses: int
    received_bytes: int


def fetched(home: Home, run: RunLabel, responses: Sequence[Response]) -> list[Fetched]:
    """Say what a run's responses are, by venue; nothing is written."""
    found = []
    for venue in sorted({response.venue for response in responses}):
        mine = [response for response in responses if response.venue == venue]
        file = home.name_of(_file(home, run, venue))
        size = sum(len(response.received) for response in mine)
        found.append(Fetched(venue, file, _content(mine), len(mine), size))
    return found


def _content(responses: Iterable[Response]) -> str:
    """Hash responses in whatever order they came: requests under way at once change places.

    That an answer could not be used is content; the words that say so may name an instant or a
    request, and are none.
    """
    parts = (
        (
            response.venue, response.endpoint, response.url, response.request_body or "",
            str(response.status), response.received_at.isoformat(), response.sha256,
            "unusable" if response.error else "",
        )
        for response in responses
    )  # fmt: skip
    text = "\x1e".join(sorted("\x1f".join(part) for part in parts))
    return hashlib.sha256(text.encode()).hexdigest()


def archive(
    home: Home, run: RunLabel, responses: Sequence[Response], *, again: bool = True
) -> list[Path]:
    """Write a run's responses, one file per venue, each whole or not at all.

    Args:
        home: The home folder.
        run: The run.
        responses: Of any venues.
        again: Whether a file that is there is written anew.

    Returns:
        The files, ``raw/date=D/venue=V/RUN.parquet``, by venue.

    Raises:
        OSError: A file cannot be written; those before it are there.
    """
    written = []
    for venue in sorted({response.venue for response in responses}):
        mine = [response for response in responses if response.venue == venue]
        target = _file(home, run, venue)
        if again or not target.exists():
            with replacing(target) as draft:
                as_stored(_frame(run, mine)).write_parquet(draft, compression="zstd")
        written.append(target)
    return written


def archived_answers(home: Home, run: RunLabel) -> list[Response]:
    """Return what is archived of one run; a file that is damaged is set aside."""
    frames = list(_sound(dict.fromkeys(_files_of(home, run))))
    return _run(pl.concat(frames))[1] if frames else []


def forget_answers(home: Home, run: RunLabel, *, but: Collection[str] = ()) -> None:
    """Remove the files of a run, those of some venues left: what it repeats or asks for again."""
    for path in _files_of(home, run):
        if _venue(path) not in but:
            path.unlink()


def _files_of(home: Home, run: RunLabel) -> list[Path]:
    return sorted(_file(home, run, "*").parents[1].glob(f"venue=*/{run.run_id}.parquet"))


def _file(home: Home, run: RunLabel, venue: str) -> Path:
    day = run.snapshot_at.date().isoformat()
    return home.raw / f"date={day}" / f"venue={venue}" / f"{run.run_id}.parquet"


def _frame(run: RunLabel, responses: Iterable[Response]) -> pl.DataFrame:
    rows = [
        {**asdict(run), **asdict(response), "sha256": response.sha256} for response in responses
    ]
    return pl.DataFrame(rows, schema={**_SCHEMA, _NOT_TEXT: pl.Binary})


def as_stored(frame: pl.DataFrame) -> pl.DataFrame:
    """Return responses with the columns that their file has."""
    return frame.drop(_NOT_TEXT) if frame[_NOT_TEXT].null_count() == frame.height else frame


def archived_runs(
    home: Home, since: date, contents: Mapping[str, str]
) -> Iterator[tuple[RunLabel, list[Response]]]:
    """Read back whole runs, oldest first.

    A file that is damaged, or says something else than its run stored, is set aside; of its run
    the other exchanges are returned.

    Args:
        home: The home folder.
        since: First day, by the run's snapshot instant.
        contents: What runs on record stored, by file; see :func:`stored_contents`.
    """
    files: dict[str, list[Path]] = {}
    for path in _files_since(home, since):
        files.setdefault(path.stem, []).append(path)
    for run_id in sorted(files):
        known = {path: contents.get(home.name_of(path)) for path in files[run_id]}
        if frames := list(_sound(known)):
            yield _run(pl.concat(frames))


def first_archived_day(home: Home) -> date | None:
    """Return the first day that responses are archived of; None without any."""
    first = min((_day(path) for path in home.raw.glob(ARCHIVED)), default=None)
    return None if first is None else date.fromisoformat(first)


def whole_venues(home: Home, since: date, contents: Mapping[str, str]) -> list[str]:
    """Return the venues of which all responses are there from the first archived day on.

    Args:
        home: The home folder; files that are damaged are set aside.
        since: First day; none is missing before the first that anything is archived of.
        contents: What runs on record stored, by file.
    """
    files = _files_since(home, since)
    set_damaged_aside(files, home, contents)
    first = min((_day(path) for path in files), default="")
    stored = [home.root / name for name in contents]
    gone = {_venue(path) for path in stored if _day(path) >= first and not path.exists()}
    return sorted({_venue(path) for path in files} - gone)


def _files_since(home: Home, since: date) -> list[Path]:
    return [path for path in sorted(home.raw.glob(ARCHIVED)) if _day(path) >= since.isoformat()]


def _day(path: Path) -> str:
    return path.parts[-3].removeprefix("date=")


def _venue(path: Path) -> str:
    return path.parts[-2].removeprefix("venue=")


def stored_contents(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return what runs on record stored, by the names of their files."""
    return dict(connection.execute(statement("ops/contents.sql")).fetchall())


def read_archive(path: Path, content: str | None = None) -> pl.DataFrame:
    """Read one archive file, and check that each body is what was received.

    Args:
        path: The file.
        content: What its run stored of it; None where no run on record did.

    Raises:
        DamagedFileError: It is cut short, a body does not match its checksum, or the file is not
            the one that was stored.
        HomeError: It cannot be read.
    """
    try:
        frame = _columns(pl.read_parquet(path, glob=False, hive_partitioning=False))
    except OSError as error:
        raise HomeError(f"cannot read the archive file {path}: {error}") from error
    except (PolarsError, PanicException) as error:
        raise DamagedFileError(f"the archive file {path} is damaged: {error}") from error
    for url, body, received, checksum in frame.select(
        "url", "body", _NOT_TEXT, "sha256"
    ).iter_rows():
        came = (body or "").encode() if received is None else received
        if hashlib.sha256(came).hexdigest() != checksum or text_of(came) != (body or ""):
            raise DamagedFileError(
                f"{path}: the archived body of {url or 'its market list'} does not match its "
                "checksum; restore the file from a backup"
            )
    if content is not None and _content(_responses(frame)) != content:
        raise DamagedFileError(
            f"{path} is not what its run stored (ops.fetches): its content was changed since; "
            "restore the file from a backup"
        )
    return frame


def _columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a file with every column there can be; one that lacks another is damaged."""
    if _NOT_TEXT not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.Binary).alias(_NOT_TEXT))
    return frame.match_to_schema({**_SCHEMA, _NOT_TEXT: pl.Binary})


def set_aside(path: Path) -> Path:
    """Give a damaged file a name under which nothing reads it."""
    target = path.with_name(path.name + DAMAGED)
    path.replace(target)
    return target


def set_damaged_aside(paths: Iterable[Path], home: Home, contents: Mapping[str, str]) -> None:
    """Read files whole, and set those aside that are damaged or not what a run stored."""
    for path in paths:
        if _read(path, contents.get(home.name_of(path))) is None:
            set_aside(path)


def _sound(files: Mapping[Path, str | None]) -> Iterator[pl.DataFrame]:
    """Read files, given with what was stored of each; one that is damaged is set aside."""
    for path, content in files.items():
        frame = _read(path, content)
        if frame is None:
            set_aside(path)
        else:
            yield frame


def _read(path: Path, content: str | None = None) -> pl.DataFrame | None:
    """Read a file; None, and a warning that names it, if it is damaged."""
    try:
        return read_archive(path, content)
    except DamagedFileError as error:
        log.warning("archive file is set aside file=%s reason=%s", path, error)
        return None


def _run(frame: pl.DataFrame) -> tuple[RunLabel, list[Response]]:
    first = frame.row(0, named=True)
    label = RunLabel(**{field.name: first[field.name] for field in fields(RunLabel)})
    return label, _responses(frame)


def _responses(frame: pl.DataFrame) -> list[Response]:
    return [Response(**row) for row in frame.select(_RESPONSE_FIELDS).iter_rows(named=True)]
