"""Each simulated exchange, asked by ccxt over HTTP and read with its documented units."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import ccxt.async_support as ccxt
import pytest

from oirisk.flows.exchanges.loopback import loopback_urls
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
Reading = dict[str, tuple[float, float]]
"""Open interest by market id, in coins and USD."""


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7, end=END, days=2)


@pytest.fixture(scope="module")
def sandbox(market: SimulatedMarket) -> Iterator[Sandbox]:
    with Sandbox(market, clock=lambda: END).in_background() as running:
        yield running


async def _ask(
    sandbox: Sandbox, venue: str, calls: list[tuple[str, dict[str, str]]], *, load: bool = True
) -> tuple[dict[str, Any], list[Any]]:
    """Load the markets, make some calls; bodies come with every number as Decimal."""
    exchange = getattr(ccxt, venue)()
    exchange.commonCurrencies = {"XBT": "BTC"}
    exchange.urls["api"] = loopback_urls(exchange.urls["api"], f"{sandbox.url}/{venue}")
    bodies = []
    try:
        if load:
            await exchange.load_markets()
        for method, params in calls:
            await getattr(exchange, method)(params)
            text = exchange.last_http_response
            bodies.append(json.loads(text, parse_float=Decimal, parse_int=Decimal))
        markets = {m["id"]: m for m in (exchange.markets or {}).values() if m["contract"]}
    finally:
        await exchange.close()
    return markets, bodies


def _coins(asset_id: str) -> int:
    """Coins in one listed base, by the names that the exchanges use."""
    if asset_id.startswith("k"):
        return 1000
    for prefix in (1_000_000, 10_000, 1000):
        if asset_id.startswith(str(prefix)):
            return prefix
    return 1000 if asset_id == "SHIB1000" else 1


def _pair(base: Decimal, usd: Decimal, coins: int = 1) -> tuple[float, float]:
    return float(base * coins), float(usd)


def _read_bybit(markets: dict[str, Any], bodies: list[Any]) -> Reading:
    found = {}
    for body in bodies:
        for row in body["result"]["list"]:
            half = Decimal(row["openInterest"]) / 2
            mark = Decimal(row["markPrice"])
            assert half == Decimal(row["singleOpenInterest"])
            coins = _coins(markets[row["symbol"]]["baseId"])
            if body["result"]["category"] == "linear":
                found[row["symbol"]] = _pair(half, half * mark, coins)
            else:
                found[row["symbol"]] = _pair(half / mark, half)
    return found


def _read_okx(markets: dict[str, Any], bodies: list[Any]) -> Reading:
    found = {}
    for row in (row for body in bodies for row in body["data"]):
        size = Decimal(str(markets[row["instId"]]["contractSize"]))
        contracts = Decimal(row["oi"])
        inverse = markets[row["instId"]]["inverse"]
        assert contracts * size == Decimal(row["oiUsd" if inverse else "oiCcy"])
        found[row["instId"]] = _pair(Decimal(row["oiCcy"]), Decimal(row["oiUsd"]))
    return found


def _read_gate(markets: dict[str, Any], bodies: list[Any]) -> Reading:
    del markets
    found = {}
    for row in (row for body in bodies for row in body):
        size, mark = Decimal(row["position_size"]), Decimal(row["mark_price"])
        if row["quanto_multiplier"] == "0":
            found[row["name"]] = _pair(size / mark, size)
        else:
            base = size * Decimal(row["quanto_multiplier"])
            found[row["name"]] = _pair(base, base * mark)
    return found


def _read_kucoinfutures(markets: dict[str, Any], bodies: list[Any]) -> Reading:
    del markets
    found = {}
    for row in bodies[0]["data"]:
        lots, mark = Decimal(row["openInterest"]), row["markPrice"]
        amount = lots * abs(row["multiplier"])
        if row["isInverse"]:
            found[row["symbol"]] = _pair(amount / mark, amount)
        else:
            found[row["symbol"]] = _pair(amount, amount * mark)
    return found


def _read_hyperliquid(markets: dict[str, Any], bodies: list[Any]) -> Reading:
    meta, contexts = bodies[0]
    found = {}
    for place, (asset, row) in enumerate(zip(meta["universe"], contexts, strict=True)):
        assert markets[str(place)]["baseName"] == asset["name"]
        base = Decimal(row["openInterest"]) / 2
        found[str(place)] = _pair(base, base * Decimal(row["markPx"]), _coins(asset["name"]))
    return found


def _read_deribit(markets: dict[str, Any], bodies: list[Any]) -> Reading:
    found = {}
    for row in (row for body in bodies for row in body["result"]):
        market, amount = markets[row["instrument_name"]], row["open_interest"]
        if market["option"]:
            found[row["instrument_name"]] = _pair(amount, amount * row["estimated_delivery_price"])
        elif market["inverse"]:
            found[row["instrument_name"]] = _pair(amount / row["mark_price"], amount)
        else:
            found[row["instrument_name"]] = _pair(amount, amount * row["mark_price"])
    return found


Reader = Callable[[dict[str, Any], list[Any]], Reading]
CASES: dict[str, tuple[list[tuple[str, dict[str, str]]], Reader]] = {
    "bybit": (
        [("publicGetV5MarketTickers", {"category": name}) for name in ("linear", "inverse")],
        _read_bybit,
    ),
    "okx": (
        [("publicGetPublicOpenInterest", {"instType": name}) for name in ("SWAP", "FUTURES")],
        _read_okx,
    ),
    "gate": (
        [("publicFuturesGetSettleContracts", {"settle": name}) for name in ("usdt", "btc")],
        _read_gate,
    ),
    "kucoinfutures": ([("futuresPublicGetContractsActive", {})], _read_kucoinfutures),
    "hyperliquid": ([("publicPostInfo", {"type": "metaAndAssetCtxs"})], _read_hyperliquid),
    "deribit": (
        [
            ("publicGetGetBookSummaryByCurrency", {"currency": name})
            for name in ("BTC", "ETH", "USDC", "USDT", "EURR")
        ],
        _read_deribit,
    ),
}


@pytest.mark.parametrize("venue", CASES)
def test_open_interest_read_with_documented_units_is_the_truth_to_the_last_digit(
    sandbox: Sandbox, market: SimulatedMarket, venue: str
) -> None:
    calls, read = CASES[venue]
    markets, bodies = asyncio.run(_ask(sandbox, venue, calls))
    truth = market.truth(END)
    expected = {
        row["market_id"]: (row["oi_base"], row["oi_usd"])
        for row in truth.iter_rows(named=True)
        if row["venue"] == venue
    }
    assert read(markets, bodies) == expected
    assert len(expected) >= 200


@pytest.mark.parametrize("venue", CASES)
def test_ccxt_lists_every_contract_under_its_unified_symbol_and_nothing_else(
    sandbox: Sandbox, market: SimulatedMarket, venue: str
) -> None:
    markets, _ = asyncio.run(_ask(sandbox, venue, []))
    listed = {it.market_id: it for it in market.instruments() if it.venue == venue}
    assert {key: found["symbol"] for key, found in markets.items()} == {
        key: it.symbol for key, it in listed.items()
    }
    kinds = {"perp": "swap", "future": "future", "option": "option"}
    assert {key: found["type"] for key, found in markets.items()} == {
        key: kinds[it.kind] for key, it in listed.items()
    }
    assert {key: found["linear"] for key, found in markets.items()} == {
        key: it.margin == "linear" for key, it in listed.items()
    }


def test_every_instant_in_an_answer_is_that_of_the_clock(sandbox: Sandbox) -> None:
    stamp = int(END.timestamp() * 1000)
    _, (tickers, *_rest) = asyncio.run(_ask(sandbox, "bybit", CASES["bybit"][0], load=False))
    _, (swaps, futures) = asyncio.run(_ask(sandbox, "okx", CASES["okx"][0], load=False))
    _, (summary, *_more) = asyncio.run(_ask(sandbox, "deribit", CASES["deribit"][0], load=False))
    assert tickers["time"] == stamp
    assert {row["ts"] for row in swaps["data"] + futures["data"]} == {str(stamp)}
    assert {row["creation_timestamp"] for row in summary["result"]} == {stamp}
    assert summary["usOut"] == 1000 * stamp


def test_volume_and_funding_that_are_printed_are_the_truth(
    sandbox: Sandbox, market: SimulatedMarket
) -> None:
    truth = {
        (row["venue"], row["market_id"]): (row["volume_24h_usd"], row["funding_rate"])
        for row in market.truth(END).iter_rows(named=True)
    }
    _, (linear, inverse) = asyncio.run(_ask(sandbox, "bybit", CASES["bybit"][0], load=False))
    for row in linear["result"]["list"] + inverse["result"]["list"]:
        name = "turnover24h" if row in linear["result"]["list"] else "volume24h"
        funding = float(row["fundingRate"]) if row["fundingRate"] else None
        assert truth["bybit", row["symbol"]] == (float(row[name]), funding)
    _, (body,) = asyncio.run(_ask(sandbox, "hyperliquid", CASES["hyperliquid"][0], load=False))
    for place, row in enumerate(body[1]):
        found = float(row["dayNtlVlm"]), float(row["funding"])
        assert truth["hyperliquid", str(place)] == found


def test_requests_are_counted_by_exchange(market: SimulatedMarket) -> None:
    async def run() -> Sandbox:
        async with Sandbox(market, clock=lambda: END) as sandbox:
            await _ask(sandbox, "okx", CASES["okx"][0])
        return sandbox

    requests = asyncio.run(run()).requests
    # spot, futures, swap, options on BTC-USD and on ETH-USD, then two for open interest
    assert requests == {"okx": 7}
