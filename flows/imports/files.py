"""Read files to import piece by piece: Parquet, CSV, CSV in gzip or zip, and the CFTC's JSON."""

import csv
import glob
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from oirisk.schemas.errors import RecordingError
from oirisk.schemas.tables.imported import FILE_DAY
from oirisk.transforms.decode import BodyError
from oirisk.transforms.imports.columns import instants
from oirisk.transforms.imports.kinds import Kind, headless, recognise

PIECE_ROWS = 500_000
_BLOCK_BYTES = 32 << 20
_WHOLE_GROUP_ROWS = 2_000_000
_UNREADABLE = (
    pa.ArrowException, OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError,
    UnicodeDecodeError, csv.Error,
)  # fmt: skip
_NO_VALUES = (
    pa.types.is_nested, pa.types.is_duration, pa.types.is_interval, pa.types.is_binary,
    pa.types.is_large_binary, pa.types.is_fixed_size_binary,
)  # fmt: skip
_DAY = re.compile(r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
"""A day in the name of a file."""
_SHOWN = 80
_ENCRYPTED = 0x1
"""Bit of the flags of a file in a zip."""


@dataclass(frozen=True)
class ImportFile:
    """One file that can be imported.

    Args:
        path: Where it is.
        kind: What it holds.
        columns: Its columns; those of a file that names none are known.
        has_header: Whether a CSV names its columns; true for Parquet.
    """

    path: Path
    kind: Kind
    columns: tuple[str, ...]
    has_header: bool = True


@dataclass
class Piece:
    """Rows as received, and lines of a CSV that have another number of fields."""

    frame: pl.DataFrame
    broken: list[str] = field(default_factory=list)


def find_files(patterns: Sequence[str]) -> list[Path]:
    """Return the files that names and glob patterns stand for, each once, in order of name.

    Raises:
        RecordingError: A name or pattern matches no file.
    """
    found: set[Path] = set()
    for pattern in patterns:
        matches = [pattern] if Path(pattern).is_file() else _matches(pattern)
        files = [Path(match) for match in matches if Path(match).is_file()]
        if not files and pattern and Path(pattern).is_dir():
            raise RecordingError(f"{pattern} is a folder: name its files, as {pattern}/*.parquet")
        if not files:
            raise RecordingError(f"{pattern}: no such file, and no file matches the pattern")
        found.update(files)
    return sorted(found)


def _matches(pattern: str) -> list[str]:
    """Return what a pattern stands for; folders that are there are meant letter by letter."""
    literal = next((folder for folder in Path(pattern).parents if folder.is_dir()), Path())
    rest = str(Path(pattern)).removeprefix(str(literal)).lstrip("/") if literal.parts else pattern
    found = glob.glob(str(Path(glob.escape(str(literal))) / rest), recursive=True)  # noqa: PTH207 -- absolute patterns
    return found or glob.glob(pattern, recursive=True)  # noqa: PTH207 -- the same


def content_hash(paths: Sequence[Path]) -> str:
    """Return a checksum of the content of files, whatever their names and order."""
    sums = []
    for path in paths:
        with path.open("rb") as stream:
            sums.append(hashlib.file_digest(stream, "sha256").hexdigest())
    return hashlib.sha256(" ".join(sorted(sums)).encode()).hexdigest()


def inspect(path: Path) -> ImportFile:
    """Tell what a file holds.

    Raises:
        RecordingError: It cannot be read, or its columns are those of no form we know.
    """
    try:
        if _is_parquet(path):
            schema = pq.ParquetFile(path).schema_arrow
            _require_single_values(path, schema)
            columns = tuple(schema.names)
            return ImportFile(path, recognise(str(path), columns), columns)
        if _is_json(path):
            return _inspect_json(path)
        with _opened_csv(path) as stream:
            first = io.TextIOWrapper(io.BytesIO(stream.read(1 << 16)), encoding="utf-8-sig")
            columns = tuple(name.strip() for name in next(csv.reader(first), []))
    except _UNREADABLE as error:
        raise RecordingError(f"cannot read {path} as Parquet or CSV: {error}") from error
    if kind := headless(columns):
        return ImportFile(path, kind, kind.headless, has_header=False)
    return ImportFile(path, recognise(str(path), columns), columns)


def _inspect_json(path: Path) -> ImportFile:
    columns = tuple(_read_objects(path).columns)
    kind = recognise(str(path), columns)
    if kind.form != "cftc":
        raise RecordingError(
            f"{path}: JSON is read of reports of the CFTC alone, saw {kind.form}: write it as "
            "Parquet or CSV"
        )
    return ImportFile(path, kind, columns)


def _require_single_values(path: Path, schema: pa.Schema) -> None:
    nested = [
        f"{column.name} ({column.type})"
        for column in schema
        if any(is_one(column.type) for is_one in _NO_VALUES)
    ]
    if nested:
        raise RecordingError(
            f"{path}: expected columns of text, numbers or times, saw {', '.join(nested)}: take "
            "them out or apart"
        )


def pieces(files: Sequence[ImportFile]) -> Iterator[Piece]:
    """Read files in order, in pieces of about ``PIECE_ROWS`` rows; small files share a piece.

    Raises:
        RecordingError: A file turns out to be damaged.
    """
    waiting: list[Piece] = []
    rows = 0
    for file in files:
        for piece in _pieces_of(file):
            if waiting and piece.frame.schema != waiting[0].frame.schema:
                yield _joined(waiting)
                waiting, rows = [], 0
            waiting.append(piece)
            rows += piece.frame.height
            if rows >= PIECE_ROWS:
                yield _joined(waiting)
                waiting, rows = [], 0
    if waiting:
        yield _joined(waiting)


def _joined(waiting: Sequence[Piece]) -> Piece:
    frame = pl.concat([piece.frame for piece in waiting])
    return Piece(frame, [line for piece in waiting for line in piece.broken])


def _pieces_of(file: ImportFile) -> Iterator[Piece]:
    try:
        yield from _dated(file, _found(file)) if file.kind.stamp else _found(file)
    except _UNREADABLE as error:
        raise RecordingError(f"{file.path} is damaged: {error}") from error


def _found(file: ImportFile) -> Iterator[Piece]:
    if _is_parquet(file.path):
        return _parquet_pieces(file.path)
    if _is_json(file.path):
        return iter([Piece(_read_objects(file.path))])
    return _csv_pieces(file)


def _dated(file: ImportFile, found: Iterator[Piece]) -> Iterator[Piece]:
    """Put beside each row the day that its file is of: by its name, else by its first row."""
    named = _DAY.search(file.path.name)
    day = date.fromisoformat(named[0]) if named else None
    for piece in found:
        if day is None and piece.frame.height:
            first = instants(piece.frame[file.kind.stamp].head(1))[0]
            day = None if first is None else first.date()
        beside = pl.lit(day, dtype=pl.Date).alias(FILE_DAY)
        yield Piece(piece.frame.with_columns(beside), piece.broken)


def _parquet_pieces(path: Path) -> Iterator[Piece]:
    """Read row group by row group: one pass over all of them would keep what it has read."""
    groups = pq.ParquetFile(path)
    for number in range(groups.num_row_groups):
        if groups.metadata.row_group(number).num_rows <= _WHOLE_GROUP_ROWS:
            frame = _frame(groups.read_row_group(number))
            yield from (Piece(part) for part in frame.iter_slices(PIECE_ROWS))
        else:
            single = pq.ParquetFile(path)
            for batch in single.iter_batches(PIECE_ROWS, row_groups=[number]):
                yield Piece(_frame(batch))


def _csv_pieces(file: ImportFile) -> Iterator[Piece]:
    broken: list[str] = []

    def keep(row: Any) -> str:  # noqa: ANN401 -- pyarrow's InvalidRow
        broken.append(row.text or f"a line of {row.actual_columns} fields")
        return "skip"

    with _opened_csv(file.path) as stream:
        reader = pa_csv.open_csv(
            stream,
            pa_csv.ReadOptions(
                block_size=_BLOCK_BYTES,
                column_names=list(file.columns),
                skip_rows=1 if file.has_header else 0,
            ),
            pa_csv.ParseOptions(invalid_row_handler=keep),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(file.columns, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=["", "null", "NULL", "None"],
            ),
        )
        for batch in reader:
            piece = Piece(_frame(batch), broken.copy())
            broken.clear()
            yield piece
    if broken:
        yield Piece(pl.DataFrame(schema=dict.fromkeys(file.columns, pl.String)), broken)


def _frame(batch: pa.RecordBatch | pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(batch)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError(f"expected a table, saw {type(frame).__name__}")
    return frame


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"


@contextmanager
def _opened_csv(path: Path) -> Iterator[Any]:
    """Open the text of a CSV, unpacked when it is a gzip or a zip of one file."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            packed = archive.infolist()
            if len(packed) != 1:
                raise RecordingError(f"{path}: expected a zip of one CSV, saw {len(packed)} files")
            if packed[0].flag_bits & _ENCRYPTED:
                raise RecordingError(f"{path} is encrypted: unpack it first, then import the CSV")
            with archive.open(packed[0]) as stream:
                yield stream
    else:
        with pa.input_stream(str(path), compression="detect") as stream:
            yield stream


def _is_json(path: Path) -> bool:
    """Return whether a file begins as a JSON array or object does."""
    with path.open("rb") as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}


def _read_objects(path: Path) -> pl.DataFrame:
    """Read a file of rows.

    Raises:
        RecordingError: It is no JSON, or no array of objects.
    """
    try:
        return objects_frame(json.loads(path.read_text(encoding="utf-8-sig"), parse_float=str))
    except (ValueError, OSError) as error:
        raise RecordingError(f"{path}: cannot read it as JSON: {error}") from error


def objects_frame(rows: Any) -> pl.DataFrame:  # noqa: ANN401 -- decoded JSON
    """Return decoded rows as text, one column per name; what a row does not name is null.

    Raises:
        BodyError: They are no list of objects, or hold lists and objects themselves.
    """
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BodyError(f"expected an array of objects, saw {str(rows)[:_SHOWN]}")
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [_text(row.get(name)) for row in rows] for name in names}
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))


def _text(value: Any) -> str | None:  # noqa: ANN401 -- decoded JSON
    if isinstance(value, dict | Sequence) and not isinstance(value, str):
        raise BodyError(f"expected text or a number, saw {str(value)[:_SHOWN]}")
    return None if value is None else str(value)
