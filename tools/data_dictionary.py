"""Print the data dictionary, from the contracts: ``python tools/data_dictionary.py > FILE``."""

from datetime import UTC, datetime

import duckdb
import pandera.polars as pa

from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.comments import column_method, table_comment
from oirisk.warehouse.migrate import migrate

HEAD = """# Data dictionary

Generated from the contracts in `schemas/` by `make docs`; do not edit. The same texts are in the
database, as comments on tables and columns: `oirisk sql "describe marts.oi_by_asset"`,
`oirisk sql "select column_name, comment from duckdb_columns()"`.

All instants are UTC. Open interest is single-sided. Columns may be added in later versions, not
renamed or removed.
"""
TITLES = {
    "marts": "Marts: what analysts and the report read",
    "core": "Facts",
    "ops": "Operations",
}


def main() -> None:
    """Print the page to standard output."""
    print(HEAD)
    types = _types()
    for schema, title in TITLES.items():
        print(f"## {title}\n")
        for name, contract in TABLES.items():
            if name.startswith(f"{schema}."):
                _table(name, contract, types)


def _types() -> dict[tuple[str, str], str]:
    """Read the type of every column off a new database."""
    with duckdb.connect() as connection:
        migrate(connection, datetime.now(UTC))
        rows = connection.execute(
            "select schema_name || '.' || table_name, column_name, lower(data_type)"
            " from duckdb_columns()"
        ).fetchall()
    return {(table, column): kind for table, column, kind in rows}


def _table(name: str, contract: type[pa.DataFrameModel], types: dict[tuple[str, str], str]) -> None:
    print(f"### `{name}`\n\n{table_comment(name)}\n")
    print("| column | type | unit | may be null | meaning | method |")
    print("|---|---|---|---|---|---|")
    for column in contract.to_schema().columns.values():
        metadata = column.metadata or {}
        null = "yes" if column.nullable else ""
        print(
            f"| `{column.name}` | {types[name, str(column.name)]} | {metadata.get('unit', '')} "
            f"| {null} | {column.description} | {column_method(name, column)} |"
        )
    print()


if __name__ == "__main__":
    main()
