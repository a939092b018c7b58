"""The queries of a report: what they add up is what the marts add up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from oirisk.warehouse.build import BuildWindow, CoverageParameters, build_marts
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.sql_files import statement

NIGHT = datetime(2026, 3, 2, 0, 5, tzinfo=UTC)
BEFORE = NIGHT - timedelta(days=1)
RULES = CoverageParameters(0.7, 30, 7)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    migrate(connection, BEFORE)
    yield connection
    connection.close()


def _insert(warehouse: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    slots = ", ".join(f"${name} as {name}" for name in values)
    warehouse.execute(f"insert into {table} by name select {slots}", values)


def _fact(
    warehouse: duckdb.DuckDBPyConnection, venue: str, base: float, at: datetime, **others: object
) -> None:
    fact = {
        "snapshot_at": at, "observed_at": at, "recorded_at": at, "run_id": f"{at:%d}",
        "venue": venue, "symbol": "BTC/USDT:USDT", "asset": "BTC", "kind": "perp",
        "margin": "linear", "oi_base": base, "oi_usd": base, "unit_rule": "rule",
        "counting_factor": 1.0, "source": "live", "quality": "ok", "is_simulated": False,
    }  # fmt: skip
    _insert(warehouse, "core.open_interest", **(fact | others))


def _asked(warehouse: duckdb.DuckDBPyConnection, at: datetime, *venues: str) -> None:
    _insert(
        warehouse, "ops.runs", run_id=f"{at:%d}", flow="nightly", snapshot_at=at, started_at=at,
        state="completed", version="0", source="live", is_simulated=False,
    )  # fmt: skip
    for venue in venues:
        _insert(
            warehouse, "ops.coverage", run_id=f"{at:%d}", venue=venue, status="ok", received=1,
            instruments_expected=1, accepted=1, rejected=0, requests=1, seconds=1.0,
        )  # fmt: skip


def _ask(warehouse: duckdb.DuckDBPyConnection, name: str, **given: object) -> list[dict[str, Any]]:
    values = {"snapshot_at": NIGHT, "max_age_minutes": 30.0, **given}
    return warehouse.execute(statement(f"report/{name}.sql"), values).pl().to_dicts()


def _totals(warehouse: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    (totals,) = _ask(warehouse, "totals", lookback_days=7.0)
    return totals


def test_the_headline_is_covered_as_its_only_asset_is(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Of 100, 50 and 30 the second is missing: 130 of 180, whatever the others have become."""
    for venue, base, later in (("a", 100, 110), ("b", 50, None), ("c", 30, 33)):
        _fact(warehouse, venue, base, BEFORE)
        if later is not None:
            _fact(warehouse, venue, later, NIGHT)
    for at in (BEFORE, NIGHT):
        _asked(warehouse, at, "a", "b", "c")
    build_marts(warehouse, BuildWindow(BEFORE, NIGHT), RULES)
    query = "select coverage from marts.oi_by_asset where snapshot_at = $1"
    ((coverage,),) = warehouse.execute(query, [NIGHT]).fetchall()
    totals = _totals(warehouse)
    assert (totals["fresh_usd"], totals["covered_usd"], totals["known_usd"]) == (143, 130, 180)
    assert totals["covered_usd"] / totals["known_usd"] == pytest.approx(coverage) == 130 / 180


def test_what_was_not_seen_within_the_lookback_weighs_what_it_is(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    _fact(warehouse, "a", 10, NIGHT - timedelta(days=7, minutes=1))
    _fact(warehouse, "a", 30, NIGHT)
    _fact(warehouse, "b", 20, BEFORE)
    _asked(warehouse, NIGHT, "a", "b")
    totals = _totals(warehouse)
    assert (totals["covered_usd"], totals["known_usd"]) == (30, 50)
    assert (totals["instruments"], totals["instruments_known"], totals["venues_fresh"]) == (2, 2, 1)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"quality": "suspect"}, "the exchange's own figures disagree by more than 2 %"),
        ({"oi_base": None}, "no amount that could be true"),
        ({"oi_usd": None}, "no amount that could be true"),
        ({"oi_base": float("nan")}, "no amount that could be true"),
        ({"oi_usd": 1e24}, "no amount that could be true"),
        (
            {"observed_at": NIGHT - timedelta(minutes=30, microseconds=1)},
            "the observation is too old for this report",
        ),
    ],
)
def test_what_does_not_count_counts_nowhere_and_is_named(
    warehouse: duckdb.DuckDBPyConnection, changed: dict[str, Any], reason: str
) -> None:
    """Of two venues that each grew by a tenth one does not count; it is none of these figures."""
    for venue in ("a", "b"):
        _fact(warehouse, venue, 100, BEFORE)
    _fact(warehouse, "a", 110, NIGHT)
    _fact(warehouse, "b", 110, NIGHT, **changed)
    for at in (BEFORE, NIGHT):
        _asked(warehouse, at, "a", "b")
    build_marts(warehouse, BuildWindow(BEFORE, NIGHT), CoverageParameters(0, 30, 7))
    assert warehouse.execute(
        "select oi_usd, coverage from marts.oi_by_asset where snapshot_at = $1", [NIGHT]
    ).fetchall() == [(110, 0.5)]
    totals = _totals(warehouse)
    assert (totals["fresh_usd"], totals["covered_usd"], totals["known_usd"]) == (110, 100, 200)
    assert _ask(warehouse, "change_total")[0]["flow_usd"] == 10
    (moved,) = _ask(warehouse, "changes_assets", earlier_at=BEFORE)
    assert (moved["base_before"], moved["usd_after"]) == (100, 110)
    assert [(row["venue"], row["oi_usd"]) for row in _ask(warehouse, "venues")] == [("a", 110)]
    found = _ask(warehouse, "findings")
    assert [(row["venue"], row["reason"], row["instruments"]) for row in found] == [
        ("b", reason, 1)
    ]
    assert warehouse.execute(statement("health/totals.sql")).fetchall() == []
