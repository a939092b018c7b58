"""What falls of open interest say was closed where, for a map without reported liquidations."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from oirisk.warehouse.registry import in_order
from tests.models import build_step
from tests.rows import insert

FROZEN = datetime(2026, 3, 1, tzinfo=UTC)
VALUES = {
    "until": FROZEN + timedelta(hours=24), "known_at": datetime(9999, 1, 1, tzinfo=UTC),
    "max_age_minutes": 30.0, "history_days": 30.0, "top_assets": 9,
}  # fmt: skip
STEPS = [model.table for model in in_order(["int_score_happened"])]
BINS = (
    "create or replace temp table int_score_bins as select 'BTC' as asset, side, low as bin,"
    " cast(low as double) as price_low, cast(low + 1 as double) as price_high"
    " from (select 'long' as side, unnest(range(95, 99)) as low"
    " union all select 'short', unnest(range(101, 105)))"
)
"""Bins of one USD, so that what is closed in each is worked out by hand."""

EVENLY = {low: 10 / 4 * (low + 0.5) for low in (95, 96, 97, 98)}
"""What 10 coins are worth that were closed evenly from 99 down to 95, by bin."""


@pytest.fixture
def warehouse(migrated: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a warehouse with a map frozen at ``FROZEN``: longs from 99 down, shorts from 101 up."""
    migrated.execute("begin")
    migrated.executemany(
        "insert into marts.liquidation_map values ($1, 'BTC', 'ALL', $2, 'base', $3, $3 + 1, 1,"
        " 100, true)",
        [[FROZEN, "long", 98.0], [FROZEN, "short", 101.0]],
    )
    migrated.execute(
        "insert into marts.liquidation_balance by name select $1 as snapshot_at, 'BTC' as asset,"
        " 'okx' as venue, 'long' as side, 'base' as prior, 1 as oi_base, 1 as mapped_base,"
        " 0 as beyond_base, 0 as unplaced_base, false as has_tiers, true as is_simulated,"
        " 100 as mark_price",
        [FROZEN],
    )
    yield migrated
    migrated.execute("rollback")


def at(hours: float) -> datetime:
    return FROZEN + timedelta(hours=hours)


def observe(connection: duckdb.DuckDBPyConnection, hours: float, oi: float, **other: Any) -> None:
    mark = other.get("mark_price", 100.0)
    insert(connection, "core.open_interest", {
        "snapshot_at": at(hours), "observed_at": at(hours), "recorded_at": at(hours),
        "run_id": "r", "venue": "okx", "symbol": "B", "asset": "BTC", "kind": "perp",
        "margin": "linear", "oi_base": oi, "oi_usd": oi * mark, "mark_price": mark,
        "unit_rule": "u", "counting_factor": 1.0, "source": "live", "quality": "ok",
        "is_simulated": True, **other,
    })  # fmt: skip


def bar(
    connection: duckdb.DuckDBPyConnection,
    hours: float,
    low: float,
    high: float,
    interval: str = "1h",
) -> None:
    insert(connection, "core.bars", {
        "bar_at": at(hours), "interval": interval, "venue": "okx", "symbol": "B",
        "asset": "BTC", "open": high, "high": high, "low": low, "close": low,
    })  # fmt: skip


def closed(connection: duckdb.DuckDBPyConnection, side: str = "long") -> dict[float, float]:
    """Return the USD closed by bin."""
    for name in STEPS:
        if name == "int_score_bins":
            connection.execute(BINS)
        else:
            build_step(connection, name, VALUES)
    return dict(
        connection.execute(
            "select bin, usd from int_score_happened where side = $1", [side]
        ).fetchall()
    )


def falls(
    connection: duckdb.DuckDBPyConnection, hours: Sequence[float], amounts: Sequence[float]
) -> None:
    """Observe open interest at these hours, and as much as at last at the end."""
    for hour, oi in zip([*hours, 24], [*amounts, amounts[-1]], strict=True):
        observe(connection, hour, oi)


def test_a_fall_counts_once_however_many_bars_its_step_has(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    falls(warehouse, [1, 2], [1000, 990])
    bar(warehouse, 0, 99, 100)
    for five in range(12):
        bar(warehouse, 1 + five / 12, 99 - (five + 1) / 3, 99 - five / 3, "5m")
    assert closed(warehouse) == pytest.approx(EVENLY)


def test_a_fall_within_a_bar_counts(warehouse: duckdb.DuckDBPyConnection) -> None:
    falls(warehouse, [1, 1.5, 1.75, 2], [1000, 1000, 990, 990])
    bar(warehouse, 0, 99, 100)
    bar(warehouse, 1, 95, 99)
    assert closed(warehouse) == pytest.approx(EVENLY)


def test_the_bar_of_a_day_beside_those_of_its_hours_claims_nothing(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    falls(warehouse, [0, 1, 20, 21], [1500, 1000, 1000, 990])
    bar(warehouse, 0, 95, 100, "1d")
    for hour in range(24):
        bar(warehouse, hour, 95 if hour >= 20 else 99, 99 if hour >= 20 else 100)
    assert closed(warehouse) == pytest.approx(EVENLY)


def test_bars_that_leave_a_hole_give_the_prices_between_the_marks_too(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 1, 1000, mark_price=99.0)
    observe(warehouse, 4, 990, mark_price=97.0)
    observe(warehouse, 24, 990)
    bar(warehouse, 0, 99, 100)
    bar(warehouse, 2, 95, 98)
    assert closed(warehouse) == pytest.approx(EVENLY)


def test_a_price_move_alone_closes_no_inverse_contract(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    inverse = {"margin": "inverse"}
    observe(warehouse, 1, 1e6 / 100, **inverse)
    observe(warehouse, 2, 1e6 / 105, mark_price=105.0, **inverse)
    bar(warehouse, 0, 100, 100)
    bar(warehouse, 1, 100, 105)
    observe(warehouse, 24, 1e6 / 105, mark_price=105.0, **inverse)
    assert closed(warehouse, "short") == {}


def test_a_fall_of_an_inverse_contract_is_its_face_value(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 1, 100, margin="inverse", oi_usd=10_000.0)
    observe(warehouse, 2, 90, margin="inverse", oi_usd=9500.0, mark_price=105.0)
    observe(warehouse, 24, 90, margin="inverse", oi_usd=9500.0, mark_price=105.0)
    bar(warehouse, 0, 100, 100)
    bar(warehouse, 1, 100, 105)
    # 500 USD over the five bins from 100 to 105
    assert closed(warehouse, "short") == pytest.approx(dict.fromkeys((101, 102, 103, 104), 100))
