"""``sql`` and ``venues``."""

import sys
from collections import defaultdict
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from oirisk.flows.cli.output import print_json, print_table
from oirisk.flows.settings.model import load_settings
from oirisk.flows.settings.sections import QuerySettings
from oirisk.flows.venue_catalogue import Book, Measured, all_books
from oirisk.schemas.errors import ConfigurationError, QueryError
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import Limits, has_table, is_simulated, query, reading
from oirisk.warehouse.sql_files import statement

_FORMATS = ("table", "csv", "json", "parquet")
_STANDARD_INPUT = "-"


def sql(home: Path, text: str, form: str) -> int:
    """Print the rows of a query; ``-`` stands for what standard input holds.

    Raises:
        ConfigurationError: The format is not known, or binary output would go to a terminal.
        QueryError: DuckDB refuses the query.
    """
    if form not in _FORMATS:
        raise ConfigurationError(f"--format: expected {', '.join(_FORMATS)}, saw {form!r}")
    if form == "parquet" and sys.stdout.isatty():
        raise ConfigurationError("--format parquet writes binary data; redirect it to a file")
    asked = _given() if text == _STANDARD_INPUT else text
    limits = query_limits(home)
    with reading(Home(home), limits) as connection:
        if is_simulated(connection):
            sys.stderr.write("SIMULATED data: this home was filled by `oirisk demo`\n")
        _write(query(connection, asked, timeout_seconds=limits.timeout_seconds), form)
    return 0


def query_limits(home: Path) -> Limits:
    """Return what a query may take; an analyst need not be able to read the settings of a home."""
    try:
        settings = load_settings(home).query
    except ConfigurationError:
        settings = QuerySettings()
    return Limits(**settings.model_dump())


def _given() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"standard input: expected UTF-8 text, saw {error}") from error


def _write(frame: pl.DataFrame, form: str) -> None:
    if form == "csv":
        sys.stdout.write(_csv(frame))
    elif form == "json":
        print_json(frame.to_dicts())
    elif form == "parquet":
        frame.write_parquet(sys.stdout.buffer, compression="zstd")
    else:
        print_table(f"{frame.height} rows", frame.to_dicts() or [dict.fromkeys(frame.columns)])


def _csv(frame: pl.DataFrame) -> str:
    try:
        return frame.write_csv()
    except PolarsError as error:
        raise QueryError(f"csv cannot hold these columns, try --format json: {error}") from error


def venues(home: Path, *, as_json: bool, units: bool = False) -> int:
    """Print what each exchange is asked and what its figure means.

    Args:
        home: Home folder whose measurements are shown beside the registry; it need not exist.
        as_json: One object per book of an exchange, with every field of the unit registry.
        units: Print the unit registry, one row per field, instead of one row per book.
    """
    books = all_books(_measured(Home(home)))
    if as_json:
        print_json([book.as_dict() for book in books])
    elif units:
        print_table("units", [row for book in books for row in book.unit_rows()])
    else:
        print_table("venues", [_row(book) for book in books])
    return 0


def _measured(home: Home) -> Measured:
    """Return what a home has found; nothing where it has published no such table."""
    if not home.published.is_file():
        return {}
    with reading(home) as connection:
        if not has_table(connection, "marts", "conventions"):
            return {}
        rows = query(connection, statement("ops/conventions_found.sql")).to_dicts()
    found: dict[tuple[str, str, str], list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        found[row.pop("venue"), row.pop("product"), row.pop("field")].append(row)
    return found


def _row(book: Book) -> dict[str, object]:
    rule = book.fields[0].rule
    return {
        "venue": book.venue,
        "product": book.product,
        "asked": "by default" if book.is_default else "if named",
        "call": book.call,
        "field": rule.field,
        "unit": rule.unit,
        "counting factor": rule.counting_factor,
        "evidence": f"{rule.unit_evidence} / {rule.counting_evidence}",
    }
