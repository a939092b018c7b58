"""The simulated exchanges with units of their own, asked by ccxt and read as documented.

Contracts, both sides, values in USDT, scaled integers, rows without names, one contract a request.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import ccxt.async_support as ccxt
import pytest

from oirisk.flows.exchanges.loopback import loopback_urls
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import VENUES
from oirisk.sandbox.server import Sandbox

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
STAMP = int(END.timestamp() * 1000)
Markets = dict[str, dict[str, Any]]
Reading = dict[str, tuple[float, float]]
"""Open interest by market id, in coins and USD."""
Calls = list[tuple[str, dict[str, str]]]


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7, end=END, days=2, venues=VENUES)


@pytest.fixture(scope="module")
def sandbox(market: SimulatedMarket) -> Iterator[Sandbox]:
    with Sandbox(market, clock=lambda: END).in_background() as running:
        yield running


def _client(sandbox: Sandbox, venue: str, options: Mapping[str, Any] | None = None) -> Any:
    client = getattr(ccxt, venue)({"enableRateLimit": False, "options": dict(options or {})})
    client.commonCurrencies = {"XBT": "BTC"} | ({"USTF0": "USDT"} if venue == "bitfinex" else {})
    client.urls["api"] = loopback_urls(client.urls["api"], f"{sandbox.url}/{venue}")
    return client


async def _ask(
    sandbox: Sandbox,
    venue: str,
    calls: Callable[[Markets], Calls],
    options: Mapping[str, Any] | None = None,
) -> tuple[Markets, list[Any]]:
    """Load the markets, make the calls; bodies come with every number as Decimal."""
    client, bodies = _client(sandbox, venue, options), []
    try:
        await client.load_markets()
        markets = {m["id"]: m for m in client.markets.values() if m["contract"]}
        for method, params in calls(markets):
            if "/" in method:
                await client.request(method, ["contract", "public"], "GET", params)
            else:
                await getattr(client, method)(params)
            text = client.last_http_response
            bodies.append(json.loads(text, parse_float=Decimal, parse_int=Decimal))
    finally:
        await client.close()
    return markets, bodies


def _coins(base: str) -> int:
    """Coins in one listed base, by the names that the exchanges use."""
    if base == "1000000MOG":
        return 1_000_000
    return 1000 if base.startswith(("1000", "k")) else 1


def _pair(base: Decimal, usd: Decimal, coins: int = 1) -> tuple[float, float]:
    return float(base * coins), float(usd)


def _each(method: str, **only: bool) -> Callable[[Markets], Calls]:
    """Ask about every market of a kind, one request each."""

    def calls(markets: Markets) -> Calls:
        chosen = [m for m in markets.values() if only.items() <= m.items()]
        return [(method, {"symbol": found["id"]}) for found in chosen]

    return calls


def _binanceusdm_calls(markets: Markets) -> Calls:
    return [
        ("fapiPublicGetPremiumIndex", {}),
        *_each("fapiPublicGetOpenInterest")(markets),
    ]


def _read_binanceusdm(markets: Markets, bodies: list[Any]) -> Reading:
    marks = {row["symbol"]: Decimal(row["markPrice"]) for row in bodies[0]}
    found = {}
    for row in bodies[1:]:
        base, coins = Decimal(row["openInterest"]), _coins(markets[row["symbol"]]["baseId"])
        assert row["time"] == STAMP
        found[row["symbol"]] = _pair(base, base * marks[row["symbol"]], coins)
    return found


def _binancecoinm_calls(markets: Markets) -> Calls:
    return [
        ("dapiPublicGetPremiumIndex", {}),
        *_each("dapiPublicGetOpenInterest")(markets),
    ]


def _read_binancecoinm(markets: Markets, bodies: list[Any]) -> Reading:
    del markets
    marks = {row["symbol"]: Decimal(row["markPrice"]) for row in bodies[0]}
    found = {}
    for row in bodies[1:]:
        usd = Decimal(row["openInterest"]) * (100 if row["pair"] == "BTCUSD" else 10)
        found[row["symbol"]] = _pair(usd / marks[row["symbol"]], usd)
    return found


def _binance_calls(markets: Markets) -> Calls:
    wanted = sorted({tuple(name.split("-")[:2]) for name in markets})
    return [
        ("eapiPublicGetOpenInterest", {"underlyingAsset": coin, "expiration": day})
        for coin, day in wanted
    ]


def _read_binance(markets: Markets, bodies: list[Any]) -> Reading:
    del markets
    rows = [row for body in bodies for row in body]
    return {
        row["symbol"]: _pair(Decimal(row["sumOpenInterest"]), Decimal(row["sumOpenInterestUsd"]))
        for row in rows
    }


def _read_bitget(markets: Markets, bodies: list[Any]) -> Reading:
    found = {}
    for row in (row for body in bodies for row in body["data"]):
        base, coins = Decimal(row["holdingAmount"]), _coins(markets[row["symbol"]]["baseId"])
        assert row["ts"] == str(STAMP)
        found[row["symbol"]] = _pair(base, base * Decimal(row["markPrice"]), coins)
    return found


def _read_mexc(markets: Markets, bodies: list[Any]) -> Reading:
    found = {}
    for row in bodies[0]["data"]:
        size = Decimal(str(markets[row["symbol"]]["contractSize"]))
        amount, mark = row["holdVol"] * size, row["fairPrice"]
        inverse = row["symbol"].endswith("_USD")
        found[row["symbol"]] = (
            _pair(amount / mark, amount) if inverse else _pair(amount, amount * mark)
        )
    return found


HTX_PATHS = (
    "linear-swap-api/v1/swap_open_interest",
    "swap-api/v1/swap_open_interest",
    "api/v1/contract_open_interest",
)


def _read_htx(markets: Markets, bodies: list[Any]) -> Reading:
    linear, *coin_margined = bodies
    found = {}
    for row in linear["data"]:
        size = Decimal(str(markets[row["contract_code"]]["contractSize"]))
        assert row["volume"] * size == row["amount"]
        found[row["contract_code"]] = _pair(row["amount"] / 2, row["value"] / 2)
    for row in (row for body in coin_margined for row in body["data"]):
        usd = row["volume"] * (100 if row["symbol"] == "BTC" else 10)
        found[row["contract_code"]] = _pair(row["amount"] / 2, usd / 2)
    assert {body["ts"] for body in bodies} == {STAMP}
    return found


def _read_krakenfutures(markets: Markets, bodies: list[Any]) -> Reading:
    found = {}
    for row in bodies[0]["tickers"]:
        if row["symbol"].startswith(("in_", "rr_")):
            assert "openInterest" not in row
            assert row["symbol"] not in markets
            continue
        amount, mark = row["openInterest"], row["markPrice"]
        inverse = row["symbol"].startswith(("PI_", "FI_"))
        found[row["symbol"]] = (
            _pair(amount / mark, amount) if inverse else _pair(amount, amount * mark)
        )
    return found


def _bingx_calls(markets: Markets) -> Calls:
    return [
        ("swapV2PublicGetQuotePremiumIndex", {}),
        ("cswapV1PublicGetMarketPremiumIndex", {}),
        *_each("swapV2PublicGetQuoteOpenInterest", linear=True)(markets),
        *_each("cswapV1PublicGetMarketOpenInterest", inverse=True)(markets),
    ]


def _read_bingx(markets: Markets, bodies: list[Any]) -> Reading:
    premiums = [row for body in bodies[:2] for row in body["data"]]
    marks = {row["symbol"]: Decimal(row["markPrice"]) for row in premiums}
    found = {}
    for body in bodies[2:]:
        row = body["data"][0] if isinstance(body["data"], list) else body["data"]
        amount, mark = Decimal(row["openInterest"]), marks[row["symbol"]]
        coins = _coins(markets[row["symbol"]]["baseId"])
        found[row["symbol"]] = (
            _pair(amount / mark, amount, coins)
            if row["symbol"].endswith("-USDT")
            else _pair(amount, amount * mark)
        )
    return found


def _read_phemex(markets: Markets, bodies: list[Any]) -> Reading:
    tethered, scaled = (body["result"] for body in bodies)
    found = {}
    for row in tethered:
        base, mark = Decimal(row["openInterestRv"]), Decimal(row["markPriceRp"])
        found[row["symbol"]] = _pair(base, base * mark, _coins(markets[row["symbol"]]["base"]))
    sizes = {"ETHUSD": "0.005", "XRPUSD": "5", "LTCUSD": "0.05"}
    for row in scaled:
        mark = row["markEp"] / 10_000
        if row["symbol"] == "BTCUSD":
            found["BTCUSD"] = _pair(row["openInterest"] / mark, row["openInterest"])
        else:
            base = row["openInterest"] * Decimal(sizes[row["symbol"]])
            found[row["symbol"]] = _pair(base, base * mark)
        assert row["timestamp"] == STAMP * 1_000_000
    return found


def _read_bitfinex(markets: Markets, bodies: list[Any]) -> Reading:
    del markets
    assert {row[1] for row in bodies[0]} == {STAMP}
    return {row[0]: _pair(row[18], row[18] * row[15]) for row in bodies[0]}


def _read_cryptocom(markets: Markets, bodies: list[Any]) -> Reading:
    rows = [row for row in bodies[0]["result"]["data"] if row["i"] in markets]
    assert len(bodies[0]["result"]["data"]) == len(rows) + 3  # spot rows besides
    return {
        row["i"]: _pair(Decimal(row["oi"]), Decimal(row["oi"]) * Decimal(row["a"])) for row in rows
    }


def _read_dydx(markets: Markets, bodies: list[Any]) -> Reading:
    del markets
    found = {}
    for name, row in bodies[0]["markets"].items():
        base = Decimal(row["openInterest"])
        found[name] = _pair(base, base * Decimal(row["oraclePrice"]))
    return found


def _read_delta(markets: Markets, bodies: list[Any]) -> Reading:
    found = {}
    for row in bodies[0]["result"]:
        base = Decimal(row["oi_contracts"]) * Decimal(
            str(markets[row["symbol"]]["info"]["contract_value"])
        )
        perpetual = row["contract_type"] == "perpetual_futures"
        usd = base * Decimal(row["mark_price" if perpetual else "spot_price"])
        assert (base, usd) == (Decimal(row["oi"]), Decimal(row["oi_value_usd"]))
        assert Decimal(row["oi_value"]) == base
        assert row["timestamp"] == STAMP * 1000
        found[row["symbol"]] = _pair(base, usd)
    return found


def _read_woofipro(markets: Markets, bodies: list[Any]) -> Reading:
    found = {}
    for row in bodies[0]["data"]["rows"]:
        coins = _coins(markets[row["symbol"]]["baseId"])
        base = row["open_interest"]
        found[row["symbol"]] = _pair(base, base * row["mark_price"], coins)
    return found


def _read_paradex(markets: Markets, bodies: list[Any]) -> Reading:
    found = {}
    for row in bodies[0]["results"]:
        listed = markets.get(row["symbol"])
        if listed is None:
            assert row["symbol"] == "DIME-USD"
            continue
        base = Decimal(row["open_interest"])
        price = Decimal(row["underlying_price" if listed["option"] else "mark_price"])
        found[row["symbol"]] = _pair(base, base * price, _coins(listed["baseId"]))
    return found


def _derive_calls(markets: Markets) -> Calls:
    names = (key.split("-") for key, found in markets.items() if found["option"])
    asked = sorted({(name[0], name[1]) for name in names})
    return [
        ("publicPostGetTickers", {"instrument_type": "perp"}),
        *(
            (
                "publicPostGetTickers",
                {"instrument_type": "option", "currency": coin, "expiry_date": day},
            )
            for coin, day in asked
        ),
    ]


def _read_derive(markets: Markets, bodies: list[Any]) -> Reading:
    found = {}
    for name, row in (it for body in bodies for it in body["result"]["tickers"].items()):
        base = Decimal(row["stats"]["oi"])
        price = Decimal(row["I" if markets[name]["option"] else "M"])
        found[name] = _pair(base, base * price)
    return found


def _bybit_calls(markets: Markets) -> Calls:
    coins = sorted({found["baseId"] for found in markets.values() if found["option"]})
    return [
        *(("publicGetV5MarketTickers", {"category": name}) for name in ("linear", "inverse")),
        *(("publicGetV5MarketTickers", {"category": "option", "baseCoin": coin}) for coin in coins),
    ]


def _read_bybit(markets: Markets, bodies: list[Any]) -> Reading:
    found = {}
    for body in bodies:
        for row in body["result"]["list"]:
            listed, printed = markets[row["symbol"]], Decimal(row["openInterest"])
            if listed["option"]:
                usd = printed * Decimal(row["indexPrice"])
                found[row["symbol"]] = _pair(printed, usd)
                continue
            half, mark = printed / 2, Decimal(row["markPrice"])
            name = listed["baseId"]
            coins = 1000 if name == "SHIB1000" else 10_000 if name == "10000SATS" else _coins(name)
            found[row["symbol"]] = (
                _pair(half, half * mark, coins) if listed["linear"] else _pair(half / mark, half)
            )
    return found


def _read_okx(markets: Markets, bodies: list[Any]) -> Reading:
    found = {}
    indices = {row["instId"]: Decimal(row["idxPx"]) for row in bodies[0]["data"]}
    for row in (row for body in bodies[1:] for row in body["data"]):
        info = markets[row["instId"]]["info"]
        size = Decimal(info["ctVal"]) * Decimal(info["ctMult"])
        in_usd = info["ctValCcy"] == "USD"
        assert Decimal(row["oi"]) * size == Decimal(row["oiUsd" if in_usd else "oiCcy"])
        if row["instType"] == "OPTION":
            assert Decimal(row["oiCcy"]) * indices[info["instFamily"]] == Decimal(row["oiUsd"])
        found[row["instId"]] = _pair(Decimal(row["oiCcy"]), Decimal(row["oiUsd"]))
    return found


def _read_gate(markets: Markets, bodies: list[Any]) -> Reading:
    del markets
    found = {}
    for row in (row for body in bodies for row in body):
        size = Decimal(row["position_size"])
        if row.get("quanto_multiplier") == "0":
            found[row["name"]] = _pair(size / Decimal(row["mark_price"]), size)
            continue
        option = "multiplier" in row
        base = size * Decimal(row["multiplier" if option else "quanto_multiplier"])
        price = Decimal(row["underlying_price" if option else "mark_price"])
        found[row["name"]] = _pair(base, base * price)
    return found


def _hyperliquid_calls(markets: Markets) -> Calls:
    dexes = sorted({found["info"].get("dex", "") for found in markets.values()})
    return [("publicPostInfo", {"type": "metaAndAssetCtxs", "dex": dex}) for dex in dexes]


def _read_hyperliquid(markets: Markets, bodies: list[Any]) -> Reading:
    ids = {found["baseName"]: found["id"] for found in markets.values()}
    found = {}
    for meta, contexts in bodies:
        for asset, row in zip(meta["universe"], contexts, strict=True):
            base = Decimal(row["openInterest"]) / 2
            found[ids[asset["name"]]] = _pair(
                base, base * Decimal(row["markPx"]), _coins(asset["name"])
            )
    return found


def _once(*calls: tuple[str, dict[str, str]]) -> Callable[[Markets], Calls]:
    return lambda _markets: list(calls)


Reader = Callable[[Markets, list[Any]], Reading]
CASES: dict[str, tuple[Callable[[Markets], Calls], Reader]] = {
    "binance": (_binance_calls, _read_binance),
    "binancecoinm": (_binancecoinm_calls, _read_binancecoinm),
    "binanceusdm": (_binanceusdm_calls, _read_binanceusdm),
    "bingx": (_bingx_calls, _read_bingx),
    "bitfinex": (_once(("publicGetStatusDeriv", {"keys": "ALL"})), _read_bitfinex),
    "bitget": (
        _once(
            *(
                ("publicMixGetV2MixMarketTickers", {"productType": name})
                for name in ("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
            )
        ),
        _read_bitget,
    ),
    "bybit": (_bybit_calls, _read_bybit),
    "cryptocom": (_once(("v1PublicGetPublicGetTickers", {})), _read_cryptocom),
    "delta": (_once(("publicGetTickers", {})), _read_delta),
    "derive": (_derive_calls, _read_derive),
    "dydx": (_once(("indexerGetPerpetualMarkets", {})), _read_dydx),
    "gate": (
        _once(
            ("publicFuturesGetSettleContracts", {"settle": "usdt"}),
            ("publicFuturesGetSettleContracts", {"settle": "btc"}),
            ("publicDeliveryGetSettleContracts", {"settle": "usdt"}),
            *(
                ("publicOptionsGetContracts", {"underlying": f"{coin}_USDT"})
                for coin in ("BTC", "ETH", "SOL")
            ),
        ),
        _read_gate,
    ),
    "hyperliquid": (_hyperliquid_calls, _read_hyperliquid),
    "htx": (_once(*((path, {}) for path in HTX_PATHS)), _read_htx),
    "krakenfutures": (_once(("publicGetTickers", {})), _read_krakenfutures),
    "mexc": (_once(("contractPublicGetTicker", {})), _read_mexc),
    "okx": (
        _once(
            ("publicGetMarketIndexTickers", {"quoteCcy": "USD"}),
            ("publicGetPublicOpenInterest", {"instType": "SWAP"}),
            ("publicGetPublicOpenInterest", {"instType": "FUTURES"}),
            ("publicGetPublicOpenInterest", {"instType": "OPTION", "instFamily": "BTC-USD"}),
            ("publicGetPublicOpenInterest", {"instType": "OPTION", "instFamily": "ETH-USD"}),
        ),
        _read_okx,
    ),
    "paradex": (_once(("publicGetMarketsSummary", {"market": "ALL"})), _read_paradex),
    "phemex": (
        _once(("v2GetMdV2Ticker24hrAll", {}), ("v1GetMdTicker24hrAll", {})),
        _read_phemex,
    ),
    "woofipro": (_once(("v1PublicGetPublicFutures", {})), _read_woofipro),
}
OPTIONS = {"binance": {"fetchMarkets": {"types": ["option"]}}}


@pytest.mark.parametrize("venue", CASES)
def test_open_interest_read_with_documented_units_is_the_truth_to_the_last_digit(
    sandbox: Sandbox, market: SimulatedMarket, venue: str
) -> None:
    calls, read = CASES[venue]
    markets, bodies = asyncio.run(_ask(sandbox, venue, calls, OPTIONS.get(venue)))
    truth = {
        row["market_id"]: (row["oi_base"], row["oi_usd"])
        for row in market.truth(END).iter_rows(named=True)
        if row["venue"] == venue
    }
    assert read(markets, bodies) == truth
    assert len(truth) >= 25


@pytest.mark.parametrize("venue", CASES)
def test_ccxt_lists_every_contract_under_its_unified_symbol_and_nothing_else(
    sandbox: Sandbox, market: SimulatedMarket, venue: str
) -> None:
    markets, _ = asyncio.run(_ask(sandbox, venue, _once(), OPTIONS.get(venue)))
    kinds = {"perp": "swap", "future": "future", "option": "option"}
    expected = {
        it.market_id: (it.symbol, kinds[it.kind], it.margin == "linear", it.settle)
        for it in market.instruments()
        if it.venue == venue
    }
    found = {
        key: (item["symbol"], item["type"], item["linear"], item["settle"])
        for key, item in markets.items()
    }
    assert found == expected
    expiries = {it.market_id: it.expiry for it in market.instruments() if it.venue == venue}
    for key, item in markets.items():
        assert (item["expiry"] is None) == (expiries[key] is None)
        if item["expiry"] is not None:
            assert (
                f"{expiries[key]:%y%m%d}"
                == f"{datetime.fromtimestamp(item['expiry'] / 1000, UTC):%y%m%d}"
            )


Flows = dict[str, tuple[float, float | None]]
"""USD traded in 24 hours, and the funding rate of one interval, by market id."""


def _flows_of_bodies(
    rows: Callable[[Any], list[Any]],
    name: str,
    traded: str,
    funding: str = "",
    scale: tuple[int, int] = (1, 1),
) -> Callable[[list[Any]], Flows]:
    """Read rows whose USD traded and funding are printed, divided by a scale each."""

    def read(bodies: list[Any]) -> Flows:
        found: Flows = {}
        for row in (row for body in bodies for row in rows(body)):
            rate = row.get(funding) if funding else None
            found[row[name]] = (
                float(Decimal(row[traded]) / scale[0]),
                None if rate in {None, ""} else float(Decimal(rate) / scale[1]),
            )
        return found

    return read


FLOWS: dict[str, tuple[Calls, Callable[[list[Any]], Flows]]] = {
    "bitget": (
        [("publicMixGetV2MixMarketTickers", {"productType": "USDT-FUTURES"})],
        _flows_of_bodies(lambda body: body["data"], "symbol", "quoteVolume", "fundingRate"),
    ),
    "cryptocom": (
        [("v1PublicGetPublicGetTickers", {})],
        _flows_of_bodies(lambda body: body["result"]["data"][:170], "i", "vv"),
    ),
    "delta": (
        [("publicGetTickers", {"contract_types": "perpetual_futures"})],
        _flows_of_bodies(
            lambda body: body["result"], "symbol", "turnover_usd", "funding_rate", (1, 100)
        ),
    ),
    "dydx": (
        [("indexerGetPerpetualMarkets", {})],
        _flows_of_bodies(
            lambda body: list(body["markets"].values()), "ticker", "volume24H", "nextFundingRate"
        ),
    ),
    "htx": (
        [("swap-api/v1/swap_open_interest", {})],
        _flows_of_bodies(
            lambda body: body["data"], "contract_code", "trade_turnover", scale=(2, 1)
        ),
    ),
    "mexc": (
        [("contractPublicGetTicker", {})],
        _flows_of_bodies(
            lambda body: [row for row in body["data"] if row["symbol"].endswith("T")],
            *("symbol", "amount24", "fundingRate"),
        ),
    ),
    "paradex": (
        [("publicGetMarketsSummary", {"market": "ALL"})],
        _flows_of_bodies(
            lambda body: body["results"][:110], "symbol", "volume_24h", "funding_rate"
        ),
    ),
    "phemex": (
        [("v2GetMdV2Ticker24hrAll", {})],
        _flows_of_bodies(lambda body: body["result"], "symbol", "turnoverRv", "fundingRateRr"),
    ),
    "woofipro": (
        [("v1PublicGetPublicFutures", {})],
        _flows_of_bodies(
            lambda body: body["data"]["rows"], "symbol", "24h_amount", "est_funding_rate"
        ),
    ),
    "binanceusdm": (
        [("fapiPublicGetTicker24hr", {})],
        _flows_of_bodies(lambda body: body, "symbol", "quoteVolume"),
    ),
    "binancecoinm": (
        [("dapiPublicGetTicker24hr", {})],
        lambda bodies: {
            row["symbol"]: (
                float(Decimal(row["volume"]) * (100 if row["pair"] == "BTCUSD" else 10)),
                None,
            )
            for row in bodies[0]
        },
    ),
    "bingx": (
        [("swapV2PublicGetQuoteTicker", {})],
        _flows_of_bodies(lambda body: body["data"], "symbol", "quoteVolume"),
    ),
}


@pytest.mark.parametrize("venue", FLOWS)
def test_volume_and_funding_that_are_printed_are_the_truth(
    sandbox: Sandbox, market: SimulatedMarket, venue: str
) -> None:
    calls, read = FLOWS[venue]
    _, bodies = asyncio.run(_ask(sandbox, venue, _once(*calls)))
    found = read(bodies)
    truth = {
        row["market_id"]: (row["volume_24h_usd"], row["funding_rate"])
        for row in market.truth(END).iter_rows(named=True)
        if row["venue"] == venue
    }
    assert len(found) >= 12
    for name, (traded, rate) in found.items():
        assert traded == truth[name][0] > 0
        assert rate is None or rate == truth[name][1]
    if venue not in {"binanceusdm", "binancecoinm", "bingx", "cryptocom", "htx"}:
        assert any(rate for _, rate in found.values())


def test_absolute_funding_on_kraken_is_a_rate_times_or_over_the_price(
    sandbox: Sandbox, market: SimulatedMarket
) -> None:
    _, (body,) = asyncio.run(_ask(sandbox, "krakenfutures", CASES["krakenfutures"][0]))
    rows = {row["symbol"]: row for row in body["tickers"]}
    truth = {
        row["market_id"]: row["funding_rate"]
        for row in market.truth(END).iter_rows(named=True)
        if row["venue"] == "krakenfutures" and row["kind"] == "perp"
    }
    linear, inverse = rows["PF_XBTUSD"], rows["PI_XBTUSD"]
    relative = float(linear["fundingRate"] / linear["indexPrice"])
    assert relative == pytest.approx(truth["PF_XBTUSD"], rel=1e-12)
    relative = float(inverse["fundingRate"] * inverse["indexPrice"])
    assert relative == pytest.approx(truth["PI_XBTUSD"], rel=1e-12)
