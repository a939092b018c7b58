"""Simulated answers have the fields and types of answers that were really given."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import VENUES

END = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
RECORDED = Path(__file__).resolve().parents[3] / "shared" / "recorded"
Rows = Callable[[Any], list[dict[str, Any]]]
CASES: list[tuple[str, str, dict[str, str], Rows, set[str]]] = [
    (
        "bybit",
        "category=linear",
        {"category": "linear"},
        lambda body: body["result"]["list"],
        {"bidPrice", "askPrice", "lastTickDirection"},  # of 2022; bid1Price and ask1Price now
    ),
    (
        "bybit",
        "category=inverse",
        {"category": "inverse"},
        lambda body: body["result"]["list"],
        set(),
    ),
    ("okx", "instType=SWAP", {"instType": "SWAP"}, lambda body: body["data"], set()),
    (
        "gate",
        "futures/usdt/contracts",
        {"settle": "usdt"},
        lambda body: body,
        {
            *("enable_bonus", "enable_credit", "trade_size", "trade_id", "orderbook_id"),
            *("short_users", "long_users", "ref_rebate_rate", "ref_discount_rate"),
            *("risk_limit_base", "risk_limit_step", "risk_limit_max", "cross_leverage_default"),
            *("funding_impact_value", "funding_cap_ratio", "funding_rate_limit"),
            *("voucher_leverage", "enable_circuit_breaker", "market_order_slip_ratio"),
            "market_order_size_max",
        },
    ),
    (
        "kucoinfutures",
        "contracts/active",
        {},
        lambda body: body["data"],
        {
            *("maxRiskLimit", "minRiskLimit", "riskStep", "takerFixFee", "makerFixFee"),
            *("settlementFee", "settlementSymbol", "indexSymbol", "sourceExchanges"),
            *("fundingBaseSymbol", "fundingQuoteSymbol", "fundingRateSymbol"),
            *("fundingBaseSymbol1M", "fundingQuoteSymbol1M"),
            *("premiumsSymbol1M", "premiumsSymbol8H"),
        },
    ),
    (
        "hyperliquid",
        "/info",
        {"type": "metaAndAssetCtxs"},
        lambda body: [a | c for a, c in zip(body[0]["universe"], body[1], strict=True)],
        set(),
    ),
    ("deribit", "currency=BTC", {"currency": "BTC"}, lambda body: body["result"], set()),
    (
        "bybit",
        "category=option",
        {"category": "option", "baseCoin": "BTC"},
        lambda body: body["result"]["list"],
        set(),
    ),
    (
        "okx",
        "instType=OPTION",
        {"instType": "OPTION", "instFamily": "BTC-USD"},
        lambda body: body["data"],
        set(),
    ),
    (
        "binance",
        "eapi/v1/openInterest",
        {"underlyingAsset": "BTC", "expiration": "261225"},
        lambda body: body,
        set(),
    ),
    ("bitget", "USDT-FUTURES", {"productType": "USDT-FUTURES"}, lambda body: body["data"], set()),
    (
        "cryptocom",
        "get-tickers",
        {},
        lambda body: body["result"]["data"],
        set(),
    ),
    (
        "delta",
        "/v2/tickers",
        {},
        lambda body: body["result"],
        set(),
    ),
    ("dydx", "perpetualMarkets", {}, lambda body: list(body["markets"].values()), set()),
    ("htx", "linear-swap-api", {}, lambda body: body["data"], set()),
    ("krakenfutures", "tickers", {}, lambda body: body["tickers"], set()),
    ("mexc", "ticker", {}, lambda body: body["data"], set()),
    ("paradex", "summary", {"market": "ALL"}, lambda body: body["results"], set()),
    ("phemex", "md/v2", {}, lambda body: body["result"], set()),
    ("woofipro", "futures", {}, lambda body: body["data"]["rows"], set()),
    (
        "bitfinex",
        "status/deriv",
        {"keys": "ALL"},
        lambda body: [{str(place): value for place, value in enumerate(row)} for row in body],
        set(),
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


def _recorded(venue: str, url: str) -> Any:
    path = RECORDED / f"{venue}.jsonl"
    if not path.is_file():
        pytest.skip(f"no recorded answers beside the project: {path} is absent")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return json.loads(next(line["body"] for line in lines if url in line.get("url", "")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def test_fields_of_recorded_rows_are_there_with_their_types(
    market: SimulatedMarket,
    case: tuple[str, str, dict[str, str], Rows, set[str]],
) -> None:
    venue, url, query, rows, left_out = case
    (simulated,) = (item for item in market.venues if item.id == venue)
    endpoint = next(
        e for e in simulated.endpoints if e.open_interest and e.when.items() <= query.items()
    )
    answered = rows(endpoint.answer(query, market.book(venue, END)))
    _compare(answered, rows(_recorded(venue, url)), left_out)


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
    answered, recorded = endpoint.answer(query, book), _recorded(venue, path)
    _compare(_listed(answered), _listed(recorded), set())
    if isinstance(recorded, dict):
        _compare([answered], [recorded], set())


def _listed(body: Any) -> list[dict[str, Any]]:
    inner = body if isinstance(body, list) else body.get("data", body.get("result", body))
    return inner if isinstance(inner, list) else [inner]


def _compare(
    answered: list[dict[str, Any]], recorded: list[dict[str, Any]], left_out: set[str]
) -> None:
    found: dict[str, set[str]] = {}
    for row in answered:
        for key, value in row.items():
            found.setdefault(key, set()).add(_kind(value))
    for row in recorded:
        assert set(row) - set(found) - left_out == set()
        wrong = {
            key: (_kind(value), found[key])
            for key, value in row.items()
            if key in found and value is not None and _kind(value) not in found[key]
        }
        assert wrong == {}
