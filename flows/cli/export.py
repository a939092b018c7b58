"""``export``."""

import sys
from datetime import date
from pathlib import Path

from oirisk.flows.cli.as_of import day
from oirisk.flows.cli.output import print_json, print_table
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.export import Span, export_table
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import is_simulated, reading


def export(
    home: Path,
    folder: Path,
    tables: tuple[str, ...],
    form: str,
    days: tuple[str, str],
    *,
    as_json: bool,
) -> int:
    """Copy tables of the published warehouse into a folder.

    Args:
        home: The home folder.
        folder: Where to write.
        tables: ``schema.table`` names; none: every mart.
        form: parquet, csv or xlsx.
        days: First and last day, YYYY-MM-DD; empty: from the start, to the end.
        as_json: Print one JSON document.

    Returns:
        0.

    Raises:
        ConfigurationError: The last day is before the first, or a table or the form is not known.
    """
    span = _span(*days)
    chosen = tables or tuple(name for name in TABLES if name.startswith("marts."))
    written: dict[str, int] = {}
    with reading(Home(home)) as connection:
        if is_simulated(connection):
            sys.stderr.write("SIMULATED data: this home was filled by `oirisk demo`\n")
        for table in chosen:
            written |= export_table(connection, table, span, form, folder)
    rows = [{"file": name, "rows": count} for name, count in written.items()]
    if not any(written.values()):
        sys.stderr.write(f"no rows {_told(days)}in {', '.join(chosen)}\n")
    if as_json:
        print_json(rows)
    elif rows:
        print_table(f"{len(rows)} files", rows)
    return 0


def _span(since: str, until: str) -> Span:
    span = Span(_day("--since", since), _day("--until", until))
    if span.since and span.until and span.until < span.since:
        raise ConfigurationError(f"--until {until} is before --since {since}: exchange the two")
    return span


def _told(days: tuple[str, str]) -> str:
    words = [f"{word} {day} " for word, day in zip(("from", "to"), days, strict=True) if day]
    return "".join(words)


def _day(option: str, text: str) -> date | None:
    return day(option, text) if text else None
