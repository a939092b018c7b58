"""Read files of position events: Parquet, CSV or JSON Lines."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from oirisk.schemas.errors import RecordingError
from oirisk.warehouse.findings import first_line

_READERS = {
    ".parquet": "read_parquet($file)",
    ".csv": "read_csv($file, all_varchar = true, header = true)",
    ".jsonl": "read_json($file, format = 'newline_delimited')",
    ".ndjson": "read_json($file, format = 'newline_delimited')",
}
REQUIRED = ("at", "event")


def read_events(file: Path) -> list[dict[str, Any]]:
    """Read position events in the order of the file.

    Args:
        file: ``.parquet``, ``.csv``, ``.jsonl`` or ``.ndjson`` with at least ``at`` and
            ``event``; instants without a time zone are UTC.

    Returns:
        One mapping a row; ``at`` is an aware instant, or what was there when it is none.

    Raises:
        RecordingError: The file is missing, of another kind, unreadable, or lacks a column.
    """
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise RecordingError(f"{file}: expected {', '.join(sorted(_READERS))}")
    if not file.is_file():
        raise RecordingError(f"{file} does not exist")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        try:
            relation = connection.sql(
                f"select * from {reader}",  # noqa: S608 -- readers of our own
                params={"file": str(file)},
            )
            names = relation.columns
            rows = relation.fetchall()
        except duckdb.Error as error:
            raise RecordingError(f"{file} cannot be read: {first_line(error)}") from error
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise RecordingError(f"{file} lacks {', '.join(missing)}; seen: {', '.join(names)}")
    return [_event(dict(zip(names, row, strict=True))) for row in rows]


def _event(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "at": _instant(row["at"])}


def _instant(value: object) -> object:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value
