"""Read files of position events: Parquet, CSV or JSON Lines."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from oirisk.schemas.errors import RecordingError
from oirisk.warehouse.findings import first_line
from oirisk.warehouse.paths import taken_literally

REQUIRED = ("at", "event")
_KINDS = (".csv", ".jsonl", ".ndjson", ".parquet")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_COIN = datetime(2009, 1, 1, tzinfo=UTC)


def read_events(file: Path) -> list[dict[str, Any]]:
    """Read position events in the order of the file.

    Args:
        file: ``.parquet``, ``.csv``, ``.jsonl`` or ``.ndjson`` with at least ``at`` and
            ``event``. Instants are time stamps, ISO 8601 text or milliseconds since 1970;
            without a time zone they are UTC.

    Returns:
        One mapping a row; ``at`` is an aware instant, or what was there when it is none. A line
        that is no row has ``problem`` and ``line`` alone.

    Raises:
        RecordingError: The file is missing, of another kind, unreadable, or lacks a column.
    """
    kind = file.suffix.lower()
    if kind not in _KINDS:
        raise RecordingError(f"{file}: expected {', '.join(_KINDS)}")
    if not file.is_file():
        raise RecordingError(f"{file} does not exist")
    read = _read_parquet if kind == ".parquet" else _read_csv if kind == ".csv" else _read_lines
    try:
        rows = list(read(file))
    except (duckdb.Error, csv.Error, UnicodeDecodeError, OSError) as error:
        raise RecordingError(f"{file} cannot be read: {first_line(error)}") from error
    return [{**row, "at": _instant(row["at"])} if "at" in row else row for row in rows]


def _require_columns(file: Path, names: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise RecordingError(f"{file} lacks {', '.join(missing)}; seen: {', '.join(names)}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RecordingError(f"{file}: columns {', '.join(twice)} appear twice")


def _read_parquet(file: Path) -> Iterator[dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        relation = connection.sql(
            "select * from read_parquet($file)", params={"file": taken_literally(file)}
        )
        names = relation.columns
        _require_columns(file, names)
        for row in relation.fetchall():
            yield dict(zip(names, row, strict=True))


def _read_csv(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        lines = csv.reader(opened)
        names = [name.strip() for name in next(lines, [])]
        _require_columns(file, names)
        for fields in lines:
            if len(fields) == len(names):
                yield {name: text or None for name, text in zip(names, fields, strict=True)}
            elif fields:
                told = f"the line has {len(fields)} fields, the header {len(names)}"
                yield {"problem": told, "line": ",".join(fields)}


def _read_lines(file: Path) -> Iterator[dict[str, Any]]:
    """Read JSON Lines; numbers stay exact."""
    seen: dict[str, None] = {}
    broken = False
    with file.open(encoding="utf-8-sig") as opened:
        for line in opened:
            text = line.strip()
            if not text:
                continue
            try:
                row = json.loads(text, parse_float=Decimal)
            except (ValueError, RecursionError) as error:
                broken = True
                yield {"problem": f"the line is no JSON: {error}", "line": text}
                continue
            if isinstance(row, dict):
                seen.update(dict.fromkeys(row))
                yield {"at": None, **row}
            else:
                broken = True
                yield {"problem": "the line is no JSON object", "line": text}
    if seen or not broken:
        _require_columns(file, list(seen))


def _instant(value: object) -> object:
    if isinstance(value, int | Decimal) or (isinstance(value, str) and value.strip().isdecimal()):
        return _from_milliseconds(value)
    if isinstance(value, str):
        try:
            return _in_utc(datetime.fromisoformat(value.strip()))
        except ValueError:
            return value
    return _in_utc(value) if isinstance(value, datetime) else value


def _in_utc(value: datetime) -> object:
    """Move an instant to UTC; the first and the last hours of the calendar may not be there."""
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        return value.isoformat()


def _from_milliseconds(value: int | Decimal | str) -> object:
    try:
        at = _EPOCH + timedelta(milliseconds=float(value))
    except OverflowError:
        return value
    return at if at >= _FIRST_COIN else value
