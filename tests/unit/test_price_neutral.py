"""The worked example of a change of positions: contracts at the earlier prices (M03)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.warehouse.window import BuildWindow
from tests.models import CoverageParameters, build_marts
from tests.worked_examples import golden

START = datetime(2026, 3, 2, tzinfo=UTC)
RULES = CoverageParameters(0.9, 30, 7)
Fact = dict[str, Any]


def _fact(at: datetime, margin: str, price: float, **amounts: float) -> Fact:
    return {
        "snapshot_at": at, "observed_at": at, "recorded_at": at, "run_id": "run", "venue": margin,
        "symbol": margin, "asset": "BTC", "kind": "perp", "margin": margin, "mark_price": price,
        "unit_rule": "rule", "counting_factor": 1.0, "source": "live", "quality": "ok",
        "is_simulated": False, **amounts,
    }  # fmt: skip


def _linear(at: datetime, base: float, price: float) -> Fact:
    return _fact(at, "linear", price, oi_base=base, oi_usd=base * price)


def _inverse(at: datetime, face_usd: float, price: float) -> Fact:
    return _fact(at, "inverse", price, oi_base=face_usd / price, oi_usd=face_usd)


def _build(connection: duckdb.DuckDBPyConnection, facts: list[Fact]) -> None:
    connection.register("given_facts", pl.DataFrame(facts).to_arrow())
    connection.execute("insert into core.open_interest by name select * from given_facts")
    build_marts(connection, BuildWindow(facts[0]["snapshot_at"], facts[-1]["snapshot_at"]), RULES)


def _ask(connection: duckdb.DuckDBPyConnection, query: str, *given: Any) -> list[tuple[Any, ...]]:
    return connection.execute(query, list(given)).fetchall()


def test_linear_and_inverse_contracts_that_grow_alike(warehouse: duckdb.DuckDBPyConnection) -> None:
    want = golden("M03_price_neutral")["two_contracts"]
    ends = zip(want["linear_base"], want["inverse_face_usd"], want["price"], strict=True)
    facts = []
    for day, (base, face, price) in enumerate(ends):
        at = START + timedelta(days=day)
        facts += [_linear(at, base, price), _inverse(at, face, price)]
    _build(warehouse, facts)
    for mart in ("oi_by_asset", "oi_market", "oi_by_product"):
        changes = _ask(
            warehouse,
            f"select change_24h_pct from marts.{mart} where change_24h_pct is not null",  # noqa: S608
        )
        assert {round(change, 9) for (change,) in changes} == {100 * want["g"]}, mart
    ((before, after),) = _ask(warehouse, "select min(oi_base), max(oi_base) from marts.oi_by_asset")
    assert after / before - 1 == pytest.approx(want["coin_ratio_wrong"])


def test_a_price_that_rises_while_nobody_trades_is_no_change_and_no_squeeze(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    want = golden("M03_price_neutral")["nobody_trades"]
    before, after = want["price"]
    facts = []
    for hour in range(60):
        at, price = START + timedelta(hours=hour), after if hour >= 56 else before
        facts += [
            _linear(at, want["linear_base"], price),
            _inverse(at, want["inverse_face_usd"], price),
        ]
    _build(warehouse, facts)
    at = START + timedelta(hours=56)
    regimes = _ask(
        warehouse,
        "select round(price_change_pct, 9), oi_change_pct, cell, squeeze, exhaustion"
        " from marts.oi_regimes where bar_at = ?",
        at,
    )
    assert {row[:3] for row in regimes} == {(6.0, want["g"], want["cell"])}
    assert {word for row in regimes for word in row[3:]} <= {None, "none"}
    anomalies = _ask(
        warehouse,
        "select status, z, side from marts.oi_anomalies"
        " where \"interval\" = '1h' and venue = 'ALL' and bar_at = ?",
        at,
    )
    assert anomalies == [("ok", 0.0, None)]
    query = "select change_24h_pct, flow_usd_24h from marts.oi_market where snapshot_at = ?"
    assert _ask(warehouse, query, at) == [(0.0, 0.0)]


def test_the_headline_is_at_the_earlier_prices_not_at_mean_ones(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    want = golden("M03_price_neutral")["headline"]
    _build(
        warehouse,
        [
            _linear(START + timedelta(days=day), base, price)
            for day, (base, price) in enumerate(zip(want["base"], want["price"], strict=True))
        ],
    )
    ((change, flow),) = _ask(
        warehouse,
        "select change_24h_pct, flow_usd_24h from marts.oi_market where change_24h_pct is not null",
    )
    assert change == pytest.approx(100 * want["g"])
    start = want["base"][0] * want["price"][0]
    assert flow / start == pytest.approx(want["mean_price_flow_wrong"])
