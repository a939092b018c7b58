"""What a warehouse knows, so that none that knows less ever takes the place of its copy.

Facts are counted table by table, with what maintenance took out on record: that sum never falls.
Listings and tables that a file replaces may shrink; of these only all that there was can be lost.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from oirisk.schemas.errors import HomeError
from oirisk.warehouse.findings import first_line, opened_read_only, rows_of
from oirisk.warehouse.home import Home
from oirisk.warehouse.safety import ways_out
from oirisk.warehouse.sql_files import statement

log = logging.getLogger(__name__)

_MAY_SHRINK = frozenset({"core.events", "core.instruments", "core.supply"})


@dataclass(frozen=True)
class Known:
    """What a database holds.

    Args:
        runs: Runs that have ended; of these none is ever taken off the record.
        rows: Rows by table of facts, those that maintenance took out included.
    """

    runs: frozenset[str] = frozenset()
    rows: Mapping[str, int] = field(default_factory=dict)


_PUBLISHED: dict[Path, tuple[tuple[int, int, int], Known]] = {}
"""Copies that this process has published: inode, time and size, and what each knows."""


def known_by(connection: duckdb.DuckDBPyConnection) -> Known:
    """Return what a database of whatever version knows; nothing where nothing was ever stored."""
    try:
        runs = frozenset(run for (run,) in rows_of(connection, statement("ops/runs_ended.sql")))
    except duckdb.CatalogException:
        return Known()
    tables = [table for (table,) in rows_of(connection, statement("ops/fact_tables.sql"))]
    counted = " union all ".join(f"select '{table}', count(*) from {table}" for table in tables)  # noqa: S608 -- names of ours
    rows = dict(rows_of(connection, counted)) if tables else {}
    for table, count in _taken_out(connection):
        rows[table] = rows.get(table, 0) + count
    return Known(runs, rows)


def _taken_out(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    try:
        return rows_of(connection, statement("ops/rows_taken_out.sql"))
    except duckdb.CatalogException:  # a database of an older version
        return []


def lacking(warehouse: Known, copy: Known) -> str:
    """Say what a copy knows that its warehouse does not; empty when there is nothing."""
    if lost := sorted(copy.runs - warehouse.runs):
        return f"it lacks {len(lost)} runs, first {lost[0]}"
    fewer = [
        f"{table} has {warehouse.rows.get(table, 0)} of {count} rows"
        for table, count in sorted(copy.rows.items())
        if warehouse.rows.get(table, 0) < (1 if table in _MAY_SHRINK and count else count)
    ]
    return ", ".join(fewer)


def require_no_less(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Refuse to write into a warehouse that knows less than its copy, which it would replace.

    Args:
        connection: The warehouse, of whatever version.
        home: The home folder.

    Raises:
        HomeError: The copy holds runs or facts that the warehouse does not.
    """
    if lost := lacking(known_by(connection), _published(home)):
        raise HomeError(
            f"{home.warehouse} knows less than the published copy: {lost}; it would take its "
            f"place. {ways_out(home)}"
        )


def note_published(home: Home, known: Known) -> None:
    """Remember what this process has published, to spare opening it again."""
    _PUBLISHED[home.published] = (_identity(home.published), known)


def _published(home: Home) -> Known:
    if not home.published.is_file():
        return Known()
    identity, known = _PUBLISHED.get(home.published, (None, Known()))
    if identity == _identity(home.published):
        return known
    try:
        with opened_read_only(home.published) as connection:
            return known_by(connection)
    except duckdb.Error as error:
        log.warning("published copy cannot be read and is written anew reason=%s",
                    first_line(error))  # fmt: skip
        return Known()


def _identity(path: Path) -> tuple[int, int, int]:
    about = path.stat()
    return about.st_ino, about.st_mtime_ns, about.st_size
