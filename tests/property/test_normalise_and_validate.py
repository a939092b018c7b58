"""Whatever an exchange sends: nothing crashes, nothing vanishes, order does not matter."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oirisk.flows.exchanges.registry import all_venues
from oirisk.schemas.responses import MARKETS_ENDPOINT, Response
from oirisk.transforms.derive import derive

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
QUIET = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

sizes = st.decimals(min_value=0, max_value=10**12, places=6).map(str)
anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("NaN"),
    st.just("-1"), st.just("1e999"), st.lists(st.integers(), max_size=2), sizes,
)  # fmt: skip
hostile_rows = st.lists(
    st.dictionaries(
        st.sampled_from(["symbol", "openInterest", "markPrice", "fundingRate", "volume24h", "x"]),
        st.one_of(anything, st.sampled_from(["BTCUSDT", "ETHUSDT"])),
        max_size=6,
    ),
    max_size=8,
)


def _market(base: str) -> dict[str, Any]:
    return {
        "id": f"{base}USDT", "symbol": f"{base}/USDT:USDT", "base": base, "quote": "USDT",
        "settle": "USDT", "swap": True, "contract": True, "linear": True, "inverse": False,
        "option": False, "active": True, "contractSize": 1.0, "info": {},
    }  # fmt: skip


def _response(endpoint: str, body: object) -> Response:
    text = json.dumps(body)
    return Response("bybit", endpoint, "GET", "https://x.org/", "{}", None, 200, AT, AT, 1, text)


def _derive(rows: list[dict[str, Any]], bases: tuple[str, ...] = ("BTC", "ETH")) -> Any:
    body = {"result": {"list": rows}, "time": int(AT.timestamp() * 1000)}
    markets = _response(MARKETS_ENDPOINT, [_market(base) for base in bases])
    return derive(all_venues()["bybit"], [markets, _response("linear", body)])


@QUIET
@given(rows=hostile_rows)
def test_every_row_that_came_is_accepted_or_refused_whole(rows: list[dict[str, Any]]) -> None:
    derived = _derive(rows)
    accepted, rejected = derived.verdict.accepted, derived.verdict.rejected
    assert accepted.height + rejected.height == len(rows) == derived.received
    assert rejected.select("check_name", "reason", "record").null_count().sum_horizontal()[0] == 0
    sent = [json.loads(json.dumps(row), parse_constant=str) for row in rows]
    for record in rejected["record"]:
        assert any(set(row) <= set(json.loads(record)) for row in sent)
    assert (accepted["oi_base"] >= 0).all()
    assert accepted["oi_base"].is_finite().all()
    assert accepted["symbol"].is_unique().all()


@QUIET
@given(rows=hostile_rows, data=st.data())
def test_the_order_of_the_rows_does_not_matter(rows: list[dict[str, Any]], data: Any) -> None:
    shuffled = data.draw(st.permutations(rows))
    one, other = (_derive(list(order)).verdict.accepted for order in (rows, shuffled))
    key = ["symbol", "oi_base", "oi_usd", "mark_price"]
    assert one.sort("symbol").select(key).equals(other.sort("symbol").select(key))


@QUIET
@given(size=sizes, price=st.decimals(min_value="0.000001", max_value=10**6, places=6))
def test_both_sides_are_halved_once_and_valued_at_the_mark(size: str, price: Decimal) -> None:
    row = {"symbol": "BTCUSDT", "openInterest": size, "markPrice": str(price)}
    accepted = _derive([row], ("BTC",)).verdict.accepted
    (kept,) = accepted.to_dicts()
    assert kept["oi_base"] == pytest.approx(float(Decimal(size) / 2), rel=1e-15)
    assert kept["oi_usd"] == pytest.approx(float(Decimal(size) / 2 * price), rel=1e-15)


@QUIET
@given(size=sizes)
def test_a_thousandfold_contract_is_the_same_amount_of_the_coin(size: str) -> None:
    single = {"symbol": "PEPEUSDT", "openInterest": size, "markPrice": "0.01"}
    thousand = {"symbol": "1000PEPEUSDT", "openInterest": size, "markPrice": "10"}
    rows = _derive([single, thousand], ("PEPE", "1000PEPE")).verdict.accepted.to_dicts()
    one, other = sorted(rows, key=lambda row: row["oi_base"])
    assert {one["asset"], other["asset"]} == {"PEPE"}
    assert other["oi_base"] == pytest.approx(1000 * one["oi_base"])
    assert other["oi_usd"] == pytest.approx(1000 * one["oi_usd"])
    assert one["mark_price"] == other["mark_price"] == pytest.approx(0.01)
