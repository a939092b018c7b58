"""A database is brought to the schema of its contracts: every row of facts is kept, marts are not."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from oirisk.schemas.errors import HomeError
from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse import migrate as module
from oirisk.warehouse.comments import apply_comments
from oirisk.warehouse.migrate import VERSION, migrate
from oirisk.warehouse.schema import fingerprint

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    fresh = duckdb.connect()
    fresh.execute("set timezone = 'UTC'")
    yield fresh
    fresh.close()


def _altered(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Make a database one of another version: what a statement does to it, and no fingerprint."""
    migrate(connection, NOW)
    connection.execute(statement)
    connection.execute("update ops.migrations set version = 22, sha256 = 'of then'")


def _asked(connection: duckdb.DuckDBPyConnection, question: str) -> list[tuple[object, ...]]:
    return connection.execute(question).fetchall()


def test_a_new_database_holds_every_table_and_the_hash_of_its_schema(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert migrate(connection, NOW) == len(TABLES)
    assert _asked(connection, "from ops.migrations") == [(VERSION, "contracts", fingerprint(), NOW)]
    assert _asked(connection, "from ops.stale") == []


def test_pandas_is_not_looked_for_at_every_parameter(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for = []

    class Finder:
        """Notes what is looked for on the path, and finds nothing."""

        def find_spec(self, name: str, *_: object) -> None:
            looked_for.append(name)

    monkeypatch.delitem(sys.modules, "pandas", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    connection.execute("select $a, $b", {"a": 1, "b": ["x", "y"]})
    assert looked_for.count("pandas") > 1
    migrate(connection, NOW)
    looked_for.clear()
    connection.execute("select $a, $b", {"a": 1, "b": ["x", "y"]})
    assert looked_for == []


def test_a_second_time_nothing_is_done(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, NOW)
    assert migrate(connection, LATER) == 0
    assert apply_comments(connection) == 0
    assert _asked(connection, "select applied_at from ops.migrations") == [(NOW,)]


def test_a_lost_or_changed_comment_is_written_again(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    migrate(connection, NOW)
    connection.execute("comment on column marts.oi_by_asset.asset is 'something else'")
    connection.execute("comment on table ops.runs is null")
    migrate(connection, NOW)
    query = "select comment from duckdb_columns() where table_name = 'oi_by_asset'"
    comments = [row[0] for row in _asked(connection, query)]
    assert "canonical base coin, BTC not XBT (M03)" in comments
    assert None not in comments


def test_a_database_of_a_newer_version_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, NOW)
    connection.execute("update ops.migrations set version = version + 1")
    with pytest.raises(HomeError, match=rf"schema version {VERSION + 1}.*newer"):
        migrate(connection, NOW)


def test_facts_with_a_column_of_a_newer_version_are_refused_and_stay(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _altered(connection, "alter table core.depth add column venue_latency double")
    with pytest.raises(HomeError, match=r"core\.depth has columns.*venue_latency.*newer"):
        migrate(connection, LATER)
    assert _asked(connection, "select venue_latency from core.depth") == []


def test_a_schema_that_cannot_be_made_leaves_nothing_behind(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "seeds", lambda: iter(["create table x as select nonsense"]))
    with pytest.raises(duckdb.BinderException):
        migrate(connection, NOW)
    assert _asked(connection, "select count(*) from duckdb_tables()") == [(0,)]


def test_facts_keep_their_rows_when_a_column_is_new_or_may_be_null_from_now_on(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    insert = (
        "insert into core.open_interest by name select $at as snapshot_at, $at as observed_at,"
        " $at as recorded_at, 'r' as run_id, 'a' as venue, $symbol as symbol, 'BTC' as asset,"
        " 'perp' as kind, 'inverse' as margin, $base as oi_base, 100 as oi_usd, 'u' as unit_rule,"
        " 1 as counting_factor, 'live' as source, 'suspect' as quality, false as is_simulated"
    )
    migrate(connection, NOW)
    connection.execute(insert, {"at": NOW, "symbol": "old", "base": 2.0})
    connection.execute("alter table core.open_interest drop column route_usd")
    connection.execute("alter table core.open_interest alter column oi_base set not null")
    connection.execute("update ops.migrations set version = 7, sha256 = 'of then'")
    assert migrate(connection, LATER) == 1
    connection.execute(insert, {"at": NOW, "symbol": "new", "base": None})
    rows = _asked(connection, "select oi_base, oi_usd, route_usd from core.open_interest")
    assert rows == [(2.0, 100.0, None), (None, 100.0, None)]


def test_a_mart_that_differs_is_dropped_and_all_are_to_be_built_anew(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _altered(connection, "alter table marts.pools rename column asset to coin")
    assert migrate(connection, LATER) == 1
    assert _asked(connection, "select asset from marts.pools") == []
    assert [fact for fact, *_ in _asked(connection, "from ops.stale")] == ["marts"]


def test_macros_are_those_of_this_version(connection: duckdb.DuckDBPyConnection) -> None:
    _altered(connection, "create or replace macro core.is_covered(part) as (true)")
    migrate(connection, LATER)
    assert _asked(connection, "select core.is_covered(0.59), core.is_covered(0.6)") == [
        (False, True)
    ]
