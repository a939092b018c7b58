"""Steps before the last days are folded into hours: what that changes, and what it may not."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from oirisk.schemas.parameters import MAP_DEFAULTS
from oirisk.warehouse.build import build
from oirisk.warehouse.marts import build_map
from oirisk.warehouse.window import BuildWindow

START = datetime(2026, 3, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)
PARAMETERS = {
    "rotation": 0.5, "bin_pct": 0.25, "range_pct": 25.0, "history_days": 30.0,
    "minimum_share": 0.02, "minimum_usd": 0.0, "top_assets": 10, "max_age_minutes": 30.0,
}  # fmt: skip
Step = tuple[float, float | None, tuple[float, float, float] | None]
"""Open interest and mark at the end; low, high and volume of the bar."""


def store(connection: duckdb.DuckDBPyConnection, first: float, steps: list[Step]) -> datetime:
    """Store five-minute steps from ``START`` on; return the instant of the last."""
    facts: list[Any] = [(START, first, 100.0)]
    bars: list[Any] = []
    for number, (oi, mark, bar) in enumerate(steps):
        facts.append((START + STEP * (number + 1), oi, mark))
        if bar:
            bars.append((START + STEP * number, *bar))
    connection.executemany(
        "insert into core.open_interest (snapshot_at, observed_at, recorded_at, run_id, venue,"
        " symbol, asset, kind, margin, oi_base, oi_usd, mark_price, unit_rule, counting_factor,"
        " source, quality, is_simulated) values ($1, $1, $1, 'r', 'okx', 'B', 'BTC', 'perp',"
        " 'linear', $2, $2 * 100 + 1, $3, 'u', 1, 'live', 'ok', false)",
        facts,
    )
    if bars:
        connection.executemany(
            "insert into core.bars values ($1, '5m', 'okx', 'B', 'BTC', $2, $3, $2, $3, $4, null)",
            bars,
        )
    return START + STEP * len(steps)


def cohorts(
    connection: duckdb.DuckDBPyConnection, until: datetime, fine_days: float
) -> list[dict[str, Any]]:
    values = {**MAP_DEFAULTS, **PARAMETERS, "fine_days": fine_days}
    build(connection, ["int_position_cohorts"], BuildWindow(until, until), values)
    return connection.sql("from int_position_cohorts order by until_at, is_initial").pl().to_dicts()


def walk(hours: int) -> list[Step]:
    draw = random.Random(5)  # noqa: S311 -- a fixed walk
    oi, price, steps = 500.0, 100.0, list[Step]()
    for _ in range(12 * hours):
        oi *= 1 + draw.uniform(-0.02, 0.021)
        last, price = price, price * (1 + draw.uniform(-0.002, 0.002))
        bar = (min(last, price) * 0.999, max(last, price) * 1.001, oi * draw.uniform(0, 0.1))
        steps.append((oi, price, bar))
    return steps


def test_an_hour_holds_what_is_left_of_its_steps(warehouse: duckdb.DuckDBPyConnection) -> None:
    quiet: list[Step] = [(108.0, 100.0, None)] * 9
    steps: list[Step] = [(110.0, 101.0, None), (106.0, 99.0, None), (108.0, 100.0, None), *quiet]
    until = store(warehouse, 100.0, steps)
    before, hour = cohorts(warehouse, until, fine_days=0)
    assert (before["is_initial"], hour["is_initial"]) == (True, False)
    # 4 of 110 close, out of the 100 there were and the 10 just opened alike
    assert before["surviving"] == pytest.approx(100 * 106 / 110, abs=1e-9)
    assert hour["surviving"] == pytest.approx(10 * 106 / 110 + 2, abs=1e-9)
    assert hour["closed"] == pytest.approx(100 * 4 / 110, abs=1e-9)
    assert (hour["price_low"], hour["price_high"]) == (99, 101)
    assert (hour["from_at"], hour["until_at"]) == (START, START + timedelta(hours=1))


def test_no_older_position_and_no_sum_depends_on_folding(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    until = store(warehouse, 500.0, walk(30))
    fine, folded = (cohorts(warehouse, until, days) for days in (30.0, 0.25))
    assert (len(fine), len(folded)) == (1 + 30 * 12, 1 + 24 + 6 * 12)
    for column in ("surviving", "surviving_low", "surviving_high"):
        of_hour: dict[Any, float] = {}
        for row in fine:
            hour = (row["until_at"] - timedelta(microseconds=1)).replace(minute=0, second=0)
            key = (row["is_initial"], hour.replace(microsecond=0))
            of_hour[key] = of_hour.get(key, 0.0) + row[column]
        for row in folded[:25]:
            hour = (row["until_at"] - timedelta(microseconds=1)).replace(minute=0, second=0)
            key = (row["is_initial"], hour.replace(microsecond=0))
            assert row[column] == pytest.approx(of_hour[key], rel=1e-9)
        assert [row[column] for row in folded[25:]] == pytest.approx(
            [row[column] for row in fine[-72:]], rel=1e-12
        )
    assert sum(row["surviving"] for row in folded) == pytest.approx(walk(30)[-1][0], rel=1e-9)


def test_the_sides_hold_the_same_and_the_prices_since_are_those_of_every_step(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    steps = walk(30)
    until = store(warehouse, 0.0, steps)
    folded = cohorts(warehouse, until, fine_days=0.25)
    low = min(bar[0] for *_, bar in steps[12:] if bar)
    high = max(bar[1] for *_, bar in steps[12:] if bar)
    assert folded[0]["until_at"] == START + timedelta(hours=1)
    assert (folded[0]["later_low"], folded[0]["later_high"]) == (low, high)
    build_map(warehouse, until, {**PARAMETERS, "fine_days": 0.25})
    sums = warehouse.execute(
        "select sum(base) from marts.oi_profile where venue = 'okx' group by side"
    ).fetchall()
    assert sums == [(pytest.approx(steps[-1][0], rel=1e-9),)] * 2


def test_an_hour_with_a_step_of_no_known_price_is_on_no_price(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    steps: list[Step] = [(10.0 * n, None if n == 3 else 100.0 + n, None) for n in range(1, 25)]
    until = store(warehouse, 0.0, steps)
    first, second = cohorts(warehouse, until, fine_days=0)
    assert (first["price_low"], first["price_high"]) == (None, None)
    assert (second["price_low"], second["price_high"]) == (112, 124)
    build_map(warehouse, until, {**PARAMETERS, "fine_days": 0.0})
    rows = warehouse.execute(
        "select sum(base) from marts.oi_profile where venue = 'okx' group by side"
    ).fetchall()
    assert rows == [(pytest.approx(120.0),)] * 2


def test_hourly_steps_are_the_same_folded_or_not(warehouse: duckdb.DuckDBPyConnection) -> None:
    until = store(warehouse, 500.0, walk(30))
    warehouse.execute("delete from core.open_interest where minute(snapshot_at) <> 0")
    assert cohorts(warehouse, until, fine_days=0) == cohorts(warehouse, until, fine_days=30)
