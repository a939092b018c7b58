"""Read a JSON file of rows, as publicreporting.cftc.gov answers: an array of objects."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from oirisk.schemas.errors import RecordingError
from oirisk.schemas.text import LONGEST_NAME, LONGEST_RECORD, seen, shown
from oirisk.transforms.decode import BodyError


def is_json(path: Path) -> bool:
    """Return whether a file begins as a JSON array or object does."""
    with path.open("rb") as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}


def read_objects(path: Path) -> pl.DataFrame:
    """Read a file of rows.

    Raises:
        RecordingError: It is no JSON, or no array of objects.
    """
    try:
        return objects_frame(json.loads(path.read_text(encoding="utf-8-sig"), parse_float=str))
    except (ValueError, RecursionError, OSError) as error:
        raise RecordingError(f"{path}: cannot read it as JSON: {error}") from error


def objects_frame(rows: Any) -> pl.DataFrame:  # noqa: ANN401 -- decoded JSON
    """Return decoded rows as text, one column per name; what a row does not name is null.

    Raises:
        BodyError: They are no list of objects, or hold lists and objects themselves.
    """
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BodyError(f"expected an array of objects, saw {seen(rows)}")
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {shown(name, LONGEST_NAME): [_text(row.get(name)) for row in rows] for name in names}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _text(value: Any) -> str | None:  # noqa: ANN401 -- decoded JSON
    if isinstance(value, dict | Sequence) and not isinstance(value, str):
        raise BodyError(f"expected text or a number, saw {seen(value)}")
    return None if value is None else shown(str(value), LONGEST_RECORD)
