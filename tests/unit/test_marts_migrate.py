"""Migrations are applied once, in order, whole, and never to a stranger's database."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from oirisk.schemas.errors import HomeError
from oirisk.warehouse import migrate as module
from oirisk.warehouse.comments import apply_comments
from oirisk.warehouse.migrate import Migration, migrate, migrations

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DDL = Path(__file__).parents[2] / "warehouse" / "sql" / "ddl"


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    fresh = duckdb.connect()
    fresh.execute("set timezone = 'UTC'")
    yield fresh
    fresh.close()


def test_every_numbered_file_is_recorded_with_its_hash(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    files = sorted(DDL.glob("*.sql"))[1:]
    assert migrate(connection, NOW) == len(files)
    seen = connection.execute("select * from ops.migrations order by version").fetchall()
    assert seen == [
        (int(file.name[:3]), file.name, hashlib.sha256(file.read_bytes()).hexdigest(), NOW)
        for file in files
    ]


def test_a_second_time_applies_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, NOW)
    assert migrate(connection, NOW) == 0
    assert apply_comments(connection) == 0


def test_a_lost_or_changed_comment_is_written_again(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    migrate(connection, NOW)
    connection.execute("comment on column marts.oi_by_asset.asset is 'something else'")
    connection.execute("comment on table ops.runs is null")
    migrate(connection, NOW)
    query = "select comment from duckdb_columns() where table_name = 'oi_by_asset'"
    comments = [row[0] for row in connection.execute(query).fetchall()]
    assert "canonical base coin, BTC not XBT (M03)" in comments
    assert None not in comments


def test_a_database_of_a_newer_version_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, NOW)
    connection.execute("insert into ops.migrations values (99, '099_later.sql', 'x', now())")
    with pytest.raises(HomeError, match=r"schema version 99.*newer"):
        migrate(connection, NOW)


def test_a_file_that_changed_after_it_was_applied_is_refused(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    migrate(connection, NOW)
    connection.execute("update ops.migrations set sha256 = 'other' where version = 2")
    with pytest.raises(HomeError, match=r"002_marts\.sql"):
        migrate(connection, NOW)


def test_a_migration_that_fails_leaves_nothing_behind(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = (*migrations(), Migration(98, "098_broken.sql", "create table x as select nonsense"))
    monkeypatch.setattr(module, "migrations", lambda: broken)
    with pytest.raises(duckdb.BinderException):
        migrate(connection, NOW)
    assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]


def test_a_new_file_is_applied_to_an_old_database(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(connection, NOW)
    more = (*migrations(), Migration(98, "098_more.sql", "create view ops.more as select 1 as one"))
    monkeypatch.setattr(module, "migrations", lambda: more)
    assert migrate(connection, NOW) == 1
    assert connection.execute("select one from ops.more").fetchall() == [(1,)]


def test_facts_of_version_seven_are_kept_and_may_be_without_coins_from_then_on(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrations()
    monkeypatch.setattr(module, "migrations", lambda: known[:7])
    monkeypatch.setattr(module, "apply_comments", lambda _: 0)
    migrate(connection, NOW)
    insert = (
        "insert into core.open_interest by name select $at as snapshot_at, $at as observed_at,"
        " $at as recorded_at, 'r' as run_id, 'a' as venue, $symbol as symbol, 'BTC' as asset,"
        " 'perp' as kind, 'inverse' as margin, $base as oi_base, 100 as oi_usd, 'u' as unit_rule,"
        " 1 as counting_factor, 'live' as source, 'suspect' as quality, false as is_simulated"
    )
    connection.execute(insert, {"at": NOW, "symbol": "old", "base": 2.0})
    monkeypatch.undo()
    assert migrate(connection, NOW) == len(known) - 7
    connection.execute(insert, {"at": NOW, "symbol": "new", "base": None})
    rows = connection.execute(
        "select oi_base, oi_usd, route_usd from core.open_interest"
    ).fetchall()
    assert rows == [(2.0, 100.0, None), (None, 100.0, None)]
