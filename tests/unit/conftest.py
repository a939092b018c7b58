"""A migrated warehouse in memory, made once for a file of tests."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from oirisk.warehouse.migrate import migrate


@pytest.fixture(scope="module")
def migrated() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        migrate(connection, datetime(2026, 3, 1, tzinfo=UTC))
        yield connection


@pytest.fixture
def warehouse(migrated: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield it empty: what a test writes is rolled back."""
    migrated.execute("begin")
    yield migrated
    migrated.execute("rollback")
