"""Simulated answers have the fields and types of answers that were really given."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import VENUES
from tests.recorded.answer_fields import FIELDS, Fields

END = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
Rows = Callable[[Any], list[dict[str, Any]]]
CASES: list[tuple[str, str, dict[str, str], Rows]] = [
    ("bybit", "category=linear", {"category": "linear"}, lambda body: body["result"]["list"]),
    ("bybit", "category=inverse", {"category": "inverse"}, lambda body: body["result"]["list"]),
    ("okx", "instType=SWAP", {"instType": "SWAP"}, lambda body: body["data"]),
    ("gate", "futures/usdt/contracts", {"settle": "usdt"}, lambda body: body),
    ("kucoinfutures", "contracts/active", {}, lambda body: body["data"]),
    (
        "hyperliquid",
        "/info",
        {"type": "metaAndAssetCtxs"},
        lambda body: [a | c for a, c in zip(body[0]["universe"], body[1], strict=True)],
    ),
    ("deribit", "currency=BTC", {"currency": "BTC"}, lambda body: body["result"]),
    (
        "bybit",
        "category=option",
        {"category": "option", "baseCoin": "BTC"},
        lambda body: body["result"]["list"],
    ),
    (
        "okx",
        "instType=OPTION",
        {"instType": "OPTION", "instFamily": "BTC-USD"},
        lambda body: body["data"],
    ),
    (
        "binance",
        "eapi/v1/openInterest",
        {"underlyingAsset": "BTC", "expiration": "261225"},
        lambda body: body,
    ),
    ("bitget", "USDT-FUTURES", {"productType": "USDT-FUTURES"}, lambda body: body["data"]),
    ("cryptocom", "get-tickers", {}, lambda body: body["result"]["data"]),
    ("delta", "/v2/tickers", {}, lambda body: body["result"]),
    ("dydx", "perpetualMarkets", {}, lambda body: list(body["markets"].values())),
    ("htx", "linear-swap-api", {}, lambda body: body["data"]),
    ("krakenfutures", "tickers", {}, lambda body: body["tickers"]),
    ("mexc", "ticker", {}, lambda body: body["data"]),
    ("paradex", "summary", {"market": "ALL"}, lambda body: body["results"]),
    ("phemex", "md/v2", {}, lambda body: body["result"]),
    ("woofipro", "futures", {}, lambda body: body["data"]["rows"]),
    (
        "bitfinex",
        "status/deriv",
        {"keys": "ALL"},
        lambda body: [{str(place): value for place, value in enumerate(row)} for row in body],
    ),
]
LATER = {
    ("htx", "/swap-api/v1/swap_open_interest"): {},
    ("htx", "/api/v1/contract_open_interest"): {},
    ("phemex", "/v1/md/ticker/24hr/all"): {},
    ("binanceusdm", "/fapi/v1/openInterest"): {"symbol": "BTCUSDT"},
    ("binanceusdm", "/fapi/v1/premiumIndex"): {},
    ("binancecoinm", "/dapi/v1/openInterest"): {"symbol": "ETHUSD_PERP"},
    ("bingx", "/openApi/swap/v2/quote/openInterest"): {"symbol": "BTC-USDT"},
    ("bingx", "/openApi/swap/v2/quote/premiumIndex"): {},
    ("bingx", "/openApi/cswap/v1/market/openInterest"): {"symbol": "BTC-USD"},
}
"""Answers that are not the first with open interest of their exchange, and what is asked."""


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(end=END, days=1, venues=VENUES)


def _kind(value: Any) -> str:
    return "number" if isinstance(value, int | float) else type(value).__name__


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def test_fields_of_recorded_rows_are_there_with_their_types(
    market: SimulatedMarket, case: tuple[str, str, dict[str, str], Rows]
) -> None:
    venue, part, query, rows = case
    (simulated,) = (item for item in market.venues if item.id == venue)
    endpoint = next(
        e for e in simulated.endpoints if e.open_interest and e.when.items() <= query.items()
    )
    answered = rows(endpoint.answer(query, market.book(venue, END)))
    assert _missing(answered, FIELDS[venue, part]) == {}


@pytest.mark.parametrize(("venue", "path"), LATER)
def test_fields_of_other_recorded_answers_are_there_with_their_types(
    market: SimulatedMarket, venue: str, path: str
) -> None:
    query = LATER[venue, path]
    (simulated,) = (item for item in market.venues if item.id == venue)
    endpoint = next(e for e in simulated.endpoints if e.path == path)
    book = market.book(venue, END)
    if endpoint.one_symbol:
        book = market.book_of_one(venue, query["symbol"], END)
    answered, recorded = endpoint.answer(query, book), FIELDS[venue, path]
    assert _missing(_listed(answered), recorded) == {}
    if recorded.around is not None:
        assert _missing([answered], recorded.around) == {}


def test_every_recorded_answer_is_compared() -> None:
    assert {(venue, part) for venue, part, *_ in CASES} | set(LATER) == set(FIELDS)


def _listed(body: Any) -> list[dict[str, Any]]:
    inner = body if isinstance(body, list) else body.get("data", body.get("result", body))
    return inner if isinstance(inner, list) else [inner]


def _missing(
    answered: list[dict[str, Any]], recorded: Fields
) -> dict[str, tuple[str | None, set[str]]]:
    """Return the recorded fields that no row has in that kind, with the kinds seen."""
    found: dict[str, set[str]] = {}
    for row in answered:
        for key, value in row.items():
            found.setdefault(key, set()).add(_kind(value))
    return {
        name: (kind, found.get(name, set()))
        for name, kind in recorded.kinds()
        if name not in found or (kind is not None and kind not in found[name])
    }
