"""Terms that an answer carries beat those of a market list that is up to a day old."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oirisk.flows.exchanges.registry import all_venues
from oirisk.schemas.responses import MARKETS_ENDPOINT, Response
from oirisk.transforms.derive import Derived, derive

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
LISTED = AT - timedelta(hours=18)
MS = int(AT.timestamp() * 1000)


def _derived(venue: str, line: str, info: dict[str, Any], body: Any, **market: Any) -> Derived:
    """Derive one answer about one contract, listed 18 hours earlier."""
    listed = {
        "id": "FOO", "symbol": "FOO/USDT:USDT", "base": "FOO", "quote": "USDT", "settle": "USDT",
        "contract": True, "swap": True, "future": False, "option": False, "active": True,
        "linear": True, "inverse": False, "contractSize": 1, "expiry": None, "info": info, **market,
    }  # fmt: skip

    def response(endpoint: str, text: Any, at: datetime) -> Response:
        return Response(
            venue=venue, endpoint=endpoint, method="GET", url="https://exchange/x", params="{}",
            request_body=None, status=200, requested_at=at, received_at=at, attempt=1,
            body=json.dumps(text),
        )  # fmt: skip

    return derive(
        all_venues()[venue],
        [response(MARKETS_ENDPOINT, [listed], LISTED), response(line, body, AT)],
    )


def test_kucoins_multiplier_of_the_answer_is_used_and_the_instrument_follows() -> None:
    row = {
        "symbol": "FOO", "openInterest": "300", "multiplier": 10.0, "markPrice": 2.0,
        "fundingRateGranularity": 14_400_000,
    }  # fmt: skip
    info = {"multiplier": 1.0, "fundingRateGranularity": 28_800_000}
    found = _derived("kucoinfutures", "active", info, {"data": [row]})
    (seen,) = found.verdict.accepted.to_dicts()
    assert (seen["oi_base"], seen["oi_usd"]) == (3_000.0, 6_000.0)
    assert seen["funding_interval_hours"] == 4.0
    assert found.listing is not None
    assert [float(one.contract_size or 0) for one in found.listing.instruments.values()] == [10.0]
    assert found.problems == ()
    assert found.notes == (
        "the answer's own terms are used: FOO/USDT:USDT multiplier 10.0, 1.0 by the market list; "
        "FOO/USDT:USDT hours between fundings 4, 8 by the market list",
    )


@pytest.mark.parametrize(
    ("venue", "line", "info", "row", "hours"),
    [
        ("bybit", "linear", {"fundingInterval": 480}, {"fundingIntervalHour": "4"}, 4),
        ("bybit", "linear", {"fundingInterval": 480}, {}, 8),
        ("bitget", "usdt", {"fundInterval": "8"}, {"fundingRateInterval": "4"}, 4),
        ("bitget", "usdt", {"fundInterval": "8"}, {}, 8),
        ("phemex", "usdt", {"fundingInterval": 28_800}, {"fundingInterval": 14_400}, 4),
        ("phemex", "usdt", {"fundingInterval": 28_800}, {}, 8),
        ("phemex", "usdt", {"fundingInterval": 8}, {}, 8),  # the older list has hours
        ("paradex", "summary", {"funding_period_hours": 8}, {"funding_period_hours": 1}, 1),
        ("paradex", "summary", {"funding_period_hours": 8}, {}, 8),
        ("woofipro", "futures", {"funding_period": 8}, {"funding_period": 4}, 4),
        ("woofipro", "futures", {"funding_period": 8}, {}, 8),
        ("gate", "usdt", {"funding_interval": 28_800}, {"funding_interval": 14_400}, 4),
        ("gate", "usdt", {"funding_interval": 28_800}, {}, 8),
    ],
)
def test_the_interval_of_funding_is_that_of_the_answer_where_it_says_one(
    venue: str, line: str, info: dict[str, Any], row: dict[str, Any], hours: float
) -> None:
    figures = {
        "bybit": {"symbol": "FOO", "openInterest": "2", "markPrice": "5"},
        "bitget": {"symbol": "FOO", "holdingAmount": "2", "markPrice": "5", "ts": str(MS)},
        "phemex": {"symbol": "FOO", "openInterestRv": "2", "markPriceRp": "5"},
        "paradex": {"symbol": "FOO", "open_interest": "2", "mark_price": "5"},
        "woofipro": {"symbol": "FOO", "open_interest": 2, "mark_price": 5},
        "gate": {"name": "FOO", "position_size": 2, "mark_price": "5", "quanto_multiplier": "1"},
    }[venue]
    row = {**figures, **row}
    bodies: dict[str, Any] = {
        "bybit": {"result": {"list": [row]}, "time": MS},
        "bitget": {"data": [row]},
        "phemex": {"result": [{**row, "timestamp": MS * 1_000_000}]},
        "paradex": {"results": [row]},
        "woofipro": {"data": {"rows": [row]}, "timestamp": MS},
        "gate": [row],
    }
    found = _derived(venue, line, {**info, "quanto_multiplier": "1"}, bodies[venue])
    (seen,) = found.verdict.accepted.to_dicts()
    assert seen["funding_interval_hours"] == hours
    differs = hours != 8
    assert [f"hours between fundings {hours}, 8" in note for note in found.notes] == [
        True
    ] * differs


def test_a_scale_of_prices_that_changed_is_that_of_the_answer() -> None:
    market = {"symbol": "FOO/USD:FOO", "quote": "USD", "settle": "FOO", "inverse": True,
              "linear": False}  # fmt: skip
    row = {
        "symbol": "FOO", "openInterest": 1_000, "markEp": 20_000, "priceScale": 3,
        "timestamp": MS * 1_000_000,
    }  # fmt: skip
    found = _derived("phemex", "usd", {"priceScale": 4}, {"result": [row]}, **market)
    (seen,) = found.verdict.accepted.to_dicts()
    assert seen["mark_price"] == 20.0
    assert "priceScale 3, 4 by the market list" in found.notes[0]


def test_a_term_that_cannot_be_read_leaves_that_of_the_list() -> None:
    row = {"name": "FOO", "position_size": 100, "mark_price": "5", "quanto_multiplier": "many"}
    found = _derived("gate", "usdt", {"quanto_multiplier": "10"}, [row])
    (seen,) = found.verdict.accepted.to_dicts()
    assert (seen["oi_base"], found.notes) == (1_000.0, ())


def test_what_is_quoted_in_another_currency_is_left_out_and_said() -> None:
    market = {"symbol": "FOO/EUR:EUR", "quote": "EUR", "settle": "EUR"}
    body = {"markets": {"FOO": {"ticker": "FOO", "openInterest": "3", "oraclePrice": "5"}}}
    found = _derived("dydx", "perpetuals", {}, body, **market)
    assert found.verdict.accepted.is_empty()
    assert found.notes == ("1 rows left out: no USD rate for quote 'EUR'",)
