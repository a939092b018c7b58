"""Column documentation inside the database: the contracts, as ``COMMENT``s."""

from functools import cache

import duckdb
import pandera.polars as pa

from oirisk.schemas.tables.registry import TABLES


def table_comment(name: str) -> str:
    """Return what a table is, its grain and its methods, the main one first."""
    text = " ".join((TABLES[name].__doc__ or "").split())
    main = TABLES[name].main_method()
    if not main:
        return text
    columns = TABLES[name].to_schema().columns
    others = {column_method(name, column) for column in columns.values()} - {main}
    return f"{text} Method: {', '.join([main, *sorted(others)])}."


def column_comments(name: str) -> dict[str, str]:
    """Return what each column of a table says: description, unit and method, in its order."""
    columns = TABLES[name].to_schema().columns
    return {key: _sentence(name, column) for key, column in columns.items()}


def column_method(name: str, column: pa.Column) -> str:
    """Return the method of a column, of its table where it has none of its own."""
    return str((column.metadata or {}).get("method") or TABLES[name].main_method())


def _sentence(name: str, column: pa.Column) -> str:
    metadata = column.metadata or {}
    unit = f" [{metadata['unit']}]" if "unit" in metadata else ""
    method = column_method(name, column)
    return f"{column.description}{unit}" + (f" ({method})" if method else "")


def apply_comments(connection: duckdb.DuckDBPyConnection) -> int:
    """Write every comment that is not there yet, or differs.

    Args:
        connection: Writable, migrated; the caller's transaction is used.

    Returns:
        How many comments were written.
    """
    seen = _present(connection)
    statements = [
        f"comment on {kind} {_quoted(target)} is {_literal(text)}"
        for (kind, target), text in _wanted().items()
        if seen.get((kind, target)) != text
    ]
    if statements:
        connection.execute(";\n".join(statements))
    return len(statements)


@cache
def _wanted() -> dict[tuple[str, tuple[str, ...]], str]:
    wanted: dict[tuple[str, tuple[str, ...]], str] = {}
    for name in TABLES:
        table = tuple(name.split("."))
        wanted["table", table] = table_comment(name)
        for column, text in column_comments(name).items():
            wanted["column", (*table, column)] = text
    return wanted


def _present(
    connection: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, tuple[str, ...]], str | None]:
    tables = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables()"
        " where database_name = current_database()"
    ).fetchall()
    columns = connection.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns()"
        " where database_name = current_database()"
    ).fetchall()
    return {
        **{("table", (*key,)): text for *key, text in tables},
        **{("column", (*key,)): text for *key, text in columns},
    }


def _quoted(parts: tuple[str, ...]) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
