"""The headline, the venues and the assets of a report: parts of the same sums."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.window import BuildWindow
from tests.models import CoverageParameters, build_marts

NIGHT = datetime(2026, 3, 2, 0, 5, tzinfo=UTC)
BEFORE = NIGHT - timedelta(days=1)
AGAIN = BEFORE + timedelta(minutes=10)
RULES = CoverageParameters(0.7, 30, 7)


def _insert(warehouse: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    slots = ", ".join(f"${name} as {name}" for name in values)
    warehouse.execute(f"insert into {table} by name select {slots}", values)


def _fact(
    warehouse: duckdb.DuckDBPyConnection, venue: str, base: float, at: datetime, **others: object
) -> None:
    fact = {
        "snapshot_at": at, "observed_at": at, "recorded_at": at, "run_id": f"{at:%d%H%M}",
        "venue": venue, "symbol": "BTC/USDT:USDT", "asset": "BTC", "kind": "perp",
        "margin": "linear", "oi_base": base, "oi_usd": base, "unit_rule": "rule",
        "counting_factor": 1.0, "source": "live", "quality": "ok", "is_simulated": False,
    }  # fmt: skip
    _insert(warehouse, "core.open_interest", **(fact | others))


def _asked(
    warehouse: duckdb.DuckDBPyConnection, at: datetime, *venues: str, failed: tuple[str, ...] = ()
) -> None:
    _insert(
        warehouse, "ops.runs", run_id=f"{at:%d%H%M}", flow="nightly", snapshot_at=at,
        started_at=at, state="completed", version="0", source="live", is_simulated=False,
    )  # fmt: skip
    for venue in (*venues, *failed):
        _insert(
            warehouse, "ops.coverage", run_id=f"{at:%d%H%M}", venue=venue,
            status="failed" if venue in failed else "ok", received=1, instruments_expected=1,
            accepted=1, rejected=0, requests=1, seconds=1.0,
        )  # fmt: skip


def _ask(
    warehouse: duckdb.DuckDBPyConnection, name: str, at: datetime = NIGHT
) -> list[dict[str, Any]]:
    found = warehouse.execute(statement(f"report/{name}.sql"), {"snapshot_at": at})
    return found.pl().to_dicts()


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
    (market,), (asset,) = _ask(warehouse, "market"), _ask(warehouse, "assets")
    assert (market["oi_usd"], asset["oi_usd"]) == (143, 143)
    assert market["coverage"] == asset["coverage"] == pytest.approx(130 / 180)
    assert market["change_24h_pct"] == asset["change_24h_pct"] == pytest.approx(10)


def test_a_venue_that_answers_ten_minutes_later_changes_headline_and_table_alike(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Of okx, which failed at 00:05, SOL is compared with 00:15; of bybit BTC with 00:05."""
    _asked(warehouse, BEFORE, "bybit", failed=("okx",))
    _asked(warehouse, AGAIN, "bybit", "okx")
    _asked(warehouse, NIGHT, "bybit", "okx")
    for at, base in ((BEFORE, 10_000), (AGAIN, 10_000), (NIGHT, 10_100)):
        _fact(warehouse, "bybit", base, at)
    for at, base in ((AGAIN, 200), (NIGHT, 300)):
        _fact(warehouse, "okx", base, at, symbol="SOL/USDT:USDT", asset="SOL")
    build_marts(warehouse, BuildWindow(BEFORE, NIGHT), RULES)
    (market,) = _ask(warehouse, "market")
    assets = {row["asset"]: row for row in _ask(warehouse, "assets")}
    products = {row["venue"]: row for row in _ask(warehouse, "products")}
    assert (assets["BTC"]["change_24h_pct"], assets["SOL"]["change_24h_pct"]) == (1, 50)
    assert (products["bybit"]["change_24h_pct"], products["okx"]["change_24h_pct"]) == (1, 50)
    assert market["flow_usd_24h"] == sum(row["flow_usd_24h"] for row in assets.values()) == 200
    assert market["change_24h_pct"] == pytest.approx(100 * 200 / 10_200)


def test_headline_table_and_venues_agree_on_any_market(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Each asset, margin and venue moves in positions and price by itself; one contract is new."""
    draw = random.Random(3)  # noqa: S311 -- figures, not secrets
    for asset in ("BTC", "ETH", "SOL"):
        for venue in ("bybit", "gate", "okx"):
            for margin, unit in (("linear", "lin"), ("inverse", "inv")):
                usd, moved, price = draw.uniform(1e6, 1e9), draw.gauss(1, 0.2), draw.gauss(1, 0.1)
                worth = {BEFORE: 100.0, NIGHT: 100.0 * price}
                held = {BEFORE: usd, NIGHT: usd * moved * (price if margin == "linear" else 1)}
                for at in (BEFORE, NIGHT)[asset + venue + unit == "SOLokxinv" :]:
                    _fact(
                        warehouse, venue, held[at] / worth[at], at, oi_usd=held[at], asset=asset,
                        symbol=f"{asset}-{unit}", margin=margin, unit_rule=f"{venue}.{unit}",
                        mark_price=worth[at],
                    )  # fmt: skip
    for at in (BEFORE, NIGHT):
        _asked(warehouse, at, "bybit", "gate", "okx")
    build_marts(warehouse, BuildWindow(BEFORE, NIGHT), RULES)
    (market,) = _ask(warehouse, "market")
    for rows in (_ask(warehouse, "assets"), _ask(warehouse, "products")):
        for name in ("oi_usd", "flow_usd_24h", "revaluation_usd_24h"):
            known = [row[name] for row in rows if row[name] is not None]
            assert market[name] == pytest.approx(sum(known)), name
        # g of a whole is the mean of the g of its parts, weighted by what each was worth before
        parts = [
            (row["oi_usd"] * row["matched_24h_share"] - row["flow_usd_24h"]
             - row["revaluation_usd_24h"], row["change_24h_pct"])
            for row in rows if row["change_24h_pct"] is not None
        ]  # fmt: skip
        mean = sum(usd * change for usd, change in parts) / sum(usd for usd, _ in parts)
        assert market["change_24h_pct"] == pytest.approx(mean)
    shares = _ask(warehouse, "venue_shares")
    assert sum(row["share"] for row in shares) == pytest.approx(1)
    assert sum(row["share_change_24h_pp"] for row in shares) == pytest.approx(0, abs=1e-9)


def test_what_was_not_seen_within_the_lookback_weighs_what_it_is(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    _fact(warehouse, "a", 10, NIGHT - timedelta(days=7, minutes=1))
    _fact(warehouse, "a", 30, NIGHT)
    _fact(warehouse, "b", 20, BEFORE)
    _asked(warehouse, NIGHT, "a", "b")
    build_marts(warehouse, BuildWindow(NIGHT, NIGHT), RULES)
    (market,) = _ask(warehouse, "market")
    assert market["coverage"] == pytest.approx(30 / 50)
    assert (market["instruments_fresh"], market["instruments_expected"]) == (1, 2)
    assert (market["venues_fresh"], market["venues_asked"]) == (1, 2)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"quality": "suspect"}, "suspect when it was stored"),
        ({"oi_base": None}, "no amount that could be true"),
        ({"oi_usd": None}, "no amount that could be true"),
        ({"oi_base": float("nan")}, "no amount that could be true"),
        ({"oi_usd": 1e24}, "no amount that could be true"),
        (
            {"observed_at": NIGHT - timedelta(minutes=30, microseconds=1)},
            "observed too far from the instant of the report",
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
    (asset,), (market,) = _ask(warehouse, "assets"), _ask(warehouse, "market")
    assert (asset["oi_usd"], asset["coverage"]) == (market["oi_usd"], market["coverage"])
    assert (market["oi_usd"], market["coverage"], market["flow_usd_24h"]) == (110, 0.5, 10)
    assert [row["change_24h_pct"] for row in _ask(warehouse, "moved")] == [pytest.approx(10)]
    assert [(row["venue"], row["oi_usd"]) for row in _ask(warehouse, "products")] == [("a", 110)]
    found = [
        (row["venue"], row["reason"], row["instruments"]) for row in _ask(warehouse, "uncounted")
    ]
    assert found == [("b", reason, 1)]
    assert warehouse.execute(statement("health/totals.sql")).fetchall() == []
