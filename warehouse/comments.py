"""Column documentation inside the database: the contracts, as ``COMMENT``s."""

import duckdb
import pandera.polars as pa

from oirisk.schemas.tables import TABLES


def table_comment(contract: type[pa.DataFrameModel]) -> str:
    """Return the docstring of a contract as one paragraph."""
    return " ".join((contract.__doc__ or "").split())


def column_comments(contract: type[pa.DataFrameModel]) -> dict[str, str]:
    """Return what each column says: description, unit and method, in the contract's order."""
    columns = contract.to_schema().columns
    return {name: _sentence(column) for name, column in columns.items()}


def _sentence(column: pa.Column) -> str:
    metadata = column.metadata or {}
    unit = f" [{metadata['unit']}]" if "unit" in metadata else ""
    method = f" ({metadata['method']})" if "method" in metadata else ""
    return f"{column.description}{unit}{method}"


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


def _wanted() -> dict[tuple[str, tuple[str, ...]], str]:
    wanted: dict[tuple[str, tuple[str, ...]], str] = {}
    for name, contract in TABLES.items():
        table = tuple(name.split("."))
        wanted["table", table] = table_comment(contract)
        for column, text in column_comments(contract).items():
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
