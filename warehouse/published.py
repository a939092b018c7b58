"""The analysts' side: the published copy, read-only."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
import polars as pl
from polars.exceptions import PolarsError

from oirisk.schemas.errors import HomeError, QueryError
from oirisk.warehouse.findings import first_line
from oirisk.warehouse.home import Home
from oirisk.warehouse.no_pandas import settle_pandas
from oirisk.warehouse.paths import quoted, taken_literally

Reader = duckdb.DuckDBPyConnection
"""A read-only connection; callers outside the warehouse only pass it on."""

_READING = frozenset(
    {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.CREATE}
)
"""A pivot begins with a CREATE of a temporary type; in the copy itself nothing can be created."""

_WRITING = re.compile(r"\b(copy|export)\b", re.IGNORECASE)
"""EXPLAIN ANALYZE runs what it explains."""


@contextmanager
def reading(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published copy read-only, with no reach beyond the home's raw archive.

    Raises:
        HomeError: Nothing has been published yet, or the file cannot be read.
    """
    if not home.published.is_file():
        raise HomeError(
            f"{home.published} does not exist: nothing has been published there yet; "
            "run `oirisk nightly` or `oirisk demo`, or point --home at the right folder"
        )
    settle_pandas()
    try:
        connection = duckdb.connect(str(home.published), read_only=True)
    except duckdb.Error as error:
        raise HomeError(
            f"cannot open {home.published}: {first_line(error)}; `oirisk maintain` writes it "
            "again from the warehouse"
        ) from error
    try:
        folder = home.raw.resolve()
        allowed = ", ".join(quoted(name) for name in (folder, taken_literally(folder)))
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set allowed_directories = [{allowed}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection
    finally:
        connection.close()


def query(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any] | None = None
) -> pl.DataFrame:
    """Run one query and return its rows.

    Raises:
        QueryError: DuckDB refuses it; the message is DuckDB's own. Or a column is of a type, such
            as an interval, that has to be cast first.
    """
    try:
        _require_reading(connection, sql)
        relation = connection.sql(sql, params=dict(parameters) if parameters else None)
        if relation is None:
            raise QueryError("expected a query that returns rows; the published copy is read-only")
        return _within_the_calendar(relation.pl())
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    except PolarsError as error:
        raise QueryError(f"a column has a type that has no printed form: {error}") from error


def _within_the_calendar(rows: pl.DataFrame) -> pl.DataFrame:
    """Refuse instants that would be printed as others.

    Raises:
        QueryError: A column holds an infinite one, or one outside the years 1 to 9999.
    """
    for name, kind in rows.schema.items():
        if isinstance(kind, pl.Datetime | pl.Date):
            years = rows[name].drop_nulls().dt.year()
            # an infinite instant has no year
            if years.has_nulls() or not years.is_between(1, 9999).all():
                raise QueryError(
                    f"column {name} holds an instant outside the years 1 to 9999: cast it to text"
                )
    return rows


def _require_reading(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse statements that write files, which a read-only database does not hinder, and several.

    Raises:
        QueryError: It is one, or there is more than one, of which only the last would show.
    """
    statements = connection.extract_statements(sql)
    asked = sum(statement.type != duckdb.StatementType.CREATE for statement in statements)
    if asked > 1:
        raise QueryError(f"expected one query, saw {asked}: ask them one at a time")
    for statement in statements:
        hidden = statement.type == duckdb.StatementType.EXPLAIN and _WRITING.search(sql)
        if statement.type not in _READING or hidden:
            raise QueryError(
                f"expected a query, saw {statement.type.name}: this is read-only; "
                "to keep a result, write `oirisk sql --format csv … > FILE`"
            )


def has_table(connection: Reader, schema: str, name: str) -> bool:
    """Return whether the published copy holds a table; an older oirisk may have written it."""
    found = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = ? and table_name = ?",
        [schema, name],
    ).fetchall()
    return bool(found[0][0])


def is_simulated(connection: Reader) -> bool:
    """Return whether the published data was made up by the sandbox."""
    rows = connection.execute("select bool_or(is_simulated) from ops.runs").fetchall()
    return bool(rows and rows[0][0])
