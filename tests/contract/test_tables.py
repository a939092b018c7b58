"""The tables of a migrated database and their contracts say the same."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandera.polars as pa
import polars as pl
import pytest

from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.comments import table_comment
from oirisk.warehouse.migrate import migrate

PROJECT = Path(__file__).parents[2]
TYPES = {
    "VARCHAR": pl.String(),
    "DOUBLE": pl.Float64(),
    "BIGINT": pl.Int64(),
    "BOOLEAN": pl.Boolean(),
    "INTEGER": pl.Int32(),
    "DATE": pl.Date(),
    "TIMESTAMP WITH TIME ZONE": pl.Datetime("us", "UTC"),
}

each_table = pytest.mark.parametrize(("name", "contract"), TABLES.items(), ids=list(TABLES))


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    migrate(connection, datetime(2026, 1, 1, tzinfo=UTC))
    yield connection
    connection.close()


def test_every_table_has_a_contract_and_every_contract_a_table(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    query = "select schema_name || '.' || table_name from duckdb_tables()"
    assert {row[0] for row in warehouse.execute(query).fetchall()} == set(TABLES)


@each_table
def test_columns_types_order_and_nulls_equal_the_contract(
    warehouse: duckdb.DuckDBPyConnection, name: str, contract: type[pa.DataFrameModel]
) -> None:
    seen = warehouse.execute(
        "select column_name, data_type, is_nullable from duckdb_columns()"
        " where schema_name || '.' || table_name = $name order by column_index",
        {"name": name},
    ).fetchall()
    wanted = [
        (column.name, column.dtype.type, column.nullable)
        for column in contract.to_schema().columns.values()
    ]
    assert [(column, TYPES[kind], nullable) for column, kind, nullable in seen] == wanted


@each_table
def test_the_contract_accepts_an_empty_table(
    warehouse: duckdb.DuckDBPyConnection, name: str, contract: type[pa.DataFrameModel]
) -> None:
    frame = warehouse.sql(f"select * from {name} limit 0").pl()  # noqa: S608 -- names of our own
    assert contract.validate(frame).is_empty()


@each_table
def test_comments_equal_the_contract(
    warehouse: duckdb.DuckDBPyConnection, name: str, contract: type[pa.DataFrameModel]
) -> None:
    table = warehouse.execute(
        "select comment from duckdb_tables() where schema_name || '.' || table_name = $name",
        {"name": name},
    ).fetchall()
    assert table == [(table_comment(name),)]
    assert table[0][0].startswith(" ".join(str(contract.__doc__).split()))
    columns = warehouse.execute(
        "select column_name, comment from duckdb_columns()"
        " where schema_name || '.' || table_name = $name",
        {"name": name},
    ).fetchall()
    for column_name, comment in columns:
        column = contract.to_schema().columns[column_name]
        assert column.description
        assert comment.startswith(column.description)
        for text in (column.metadata or {}).values():
            assert text in comment


def test_every_fact_and_figure_tells_its_method_and_every_number_its_unit(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    silent = warehouse.execute(
        "select table_name, column_name from duckdb_columns()"
        " where schema_name in ('core', 'marts') and ("
        r" comment is null or not regexp_matches(comment, '\bM\d\d')"
        " or data_type in ('DOUBLE', 'INTEGER', 'BIGINT') and comment not like '%[%]%')"
        " union all select table_name, null from duckdb_tables()"
        r" where schema_name in ('core', 'marts') and not regexp_matches(comment, '\bM\d\d')"
    ).fetchall()
    assert silent == []


@each_table
def test_every_contract_is_strict_and_tells_its_grain(
    name: str, contract: type[pa.DataFrameModel]
) -> None:
    assert contract.to_schema().strict is True, name
    assert contract.to_schema().coerce is False, name
    assert "Grain: " in str(contract.__doc__), name


def test_the_data_dictionary_is_up_to_date() -> None:
    printed = subprocess.run(  # noqa: S603 -- our own tool
        [sys.executable, str(PROJECT / "tools" / "data_dictionary.py")],
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=60,
    ).stdout
    page = PROJECT / "docs" / "reference" / "data_dictionary.md"
    assert printed == page.read_text(encoding="utf-8"), f"print the tool's output into {page}"
