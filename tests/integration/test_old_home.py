"""A home that the numbered migrations made opens, keeps every row and is brought up to date."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.health import check_home
from oirisk.warehouse.published import reading

pytestmark = pytest.mark.integration

OLD = Path(__file__).parents[1] / "old_homes" / "version_22"
"""Two nights of a recording, as version 0.1.0 stored them: schema, facts and ledgers.

2026-11-21: Bybit prints 200 BTC and 4,000 ETH, both sides; Gate 3,000 contracts of 0.01 BTC.
The day after 220 BTC, 4,000 ETH and 3,100 contracts.
"""
LEDGERS = ("core.open_interest", "core.instruments", "ops.runs", "ops.coverage", "ops.first_maps")


@pytest.fixture
def old(desk: Any) -> Any:
    desk.home.root.mkdir()
    with duckdb.connect(str(desk.home.warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute((OLD / "schema.sql").read_text(encoding="utf-8"))
        for file in sorted(OLD.glob("*.csv")):
            table = file.stem.replace("_", ".", 1)
            connection.execute(f"copy {table} from '{file}' (format csv, header)")
    return desk


def held(home: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of facts and ledgers, in the columns that they had then."""
    found = {}
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        for table in LEDGERS:
            header = (OLD / f"{table.replace('.', '_')}.csv").read_text("utf-8").splitlines()[0]
            asked = f"select {header} from {table} order by all"  # noqa: S608
            found[table] = connection.execute(asked).fetchall()
    return found


def schema_finding(home: Any) -> Any:
    (found,) = (one for one in check_home(home) if one.name == "warehouse")
    return found


def test_every_row_is_kept_and_the_next_night_goes_on(
    old: Any, tape: Any, bybit_row: Any, gate_row: Any
) -> None:
    before = held(old.home)
    assert [len(before[table]) for table in LEDGERS] == [6, 3, 2, 12, 2]
    assert schema_finding(old.home).status == "warn"
    third = tape.later(timedelta(days=2), "third.jsonl")
    third.bybit(bybit_row("BTCUSDT", 230, 51_000), bybit_row("ETHUSDT", 4_000, 2_600))
    outcome = old.replay(third.gate(gate_row(3_100, 51_000)).write())
    assert outcome.state == "completed"
    after = held(old.home)
    for table in LEDGERS:
        kept = [row for row in after[table] if row in before[table]]
        assert kept == before[table], table
    assert schema_finding(old.home).status == "ok"
    with reading(old.home) as connection:
        totals = connection.execute(
            "select oi_base from marts.oi_by_asset where asset = 'BTC' and kind_group = 'futures'"
            " order by snapshot_at"
        ).fetchall()
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
    assert totals == [(130.0,), (141.0,), (146.0,)]
    assert [name for (name,) in tables] == sorted(TABLES)
    old.write_report(outcome)
