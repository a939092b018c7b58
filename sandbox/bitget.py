"""Bitget as simulated: USDT-, coin- and USDC-margined contracts, tickers in bulk.

``holdingAmount`` is listed base coins in all three lines, the coin-margined one included.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    milliseconds,
    plain,
    quantity_step,
    quarter_code,
)
from oirisk.sandbox.listing import LISTED_MS, SPOT_BASES, dated, decimals, inverse, linear
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    Endpoint,
    OpenInterestBody,
    Query,
    RateLimit,
    Row,
    SimulatedVenue,
    constant,
)

_COINS = 248
_THOUSANDS = ("BONK", "SATS", "RATS", "XEC", "CAT")
_USDC = ("BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "SUI")
_COIN_MARGINED = ("BTC", "ETH", "SOL", "XRP", "ADA", "LTC", "DOT", "LINK", "AVAX", "DOGE")
_LINES = {"USDT-FUTURES": "usdt", "COIN-FUTURES": "coin", "USDC-FUTURES": "usdc"}
_EACH_PATH = RateLimit(requests=20, seconds=1)


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    usdt = [replace(_linear(coin, "USDT"), product="usdt") for coin in coins[:_COINS]]
    usdc = [
        replace(_linear(coin, "USDC"), product="usdc", weight=0.03)
        for coin in coins
        if coin.name in _USDC
    ]
    inverses = [_inverse(coin) for coin in coins if coin.name in _COIN_MARGINED]
    futures = [
        dated(perp, f"{perp.native}{quarter_code(day)}", day)
        for perp in inverses[:2]
        for day in calendar.quarters[:2]
    ]
    return tuple(usdt + inverses + futures + usdc)


def _linear(coin: Coin, quote: str) -> SimulatedInstrument:
    listed = (f"1000{coin.name}", 1000) if coin.name in _THOUSANDS else (coin.name, 1)
    native = f"{listed[0]}USDT" if quote == "USDT" else f"{listed[0]}PERP"
    return linear("bitget", coin, native, quote, listed)


def _inverse(coin: Coin) -> SimulatedInstrument:
    return replace(
        inverse(_linear(coin, "USDT"), f"{coin.name}USD"),
        product="coin",
        prints_usd=False,
        size_step=quantity_step(coin.price, 10.0),
    )


def _data(data: Any, book: Book) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    return {"code": "00000", "msg": "success", "requestTime": milliseconds(book.at), "data": data}


def _selected(query: Query, book: Book) -> list[Quote]:
    return book.of(_LINES.get(query.get("productType", "").upper(), ""))


def _contracts(query: Query, book: Book) -> dict[str, Any]:
    return _data([_contract(quote.instrument) for quote in _selected(query, book)], book)


def _contract(it: SimulatedInstrument) -> Row:
    delivery = str(milliseconds(it.expiry)) if it.expiry else ""
    coin_margined = it.margin == "inverse"
    return {
        "symbol": it.native,
        "baseCoin": it.listed_base,
        "quoteCoin": it.quote,
        "buyLimitPriceRatio": "0.05",
        "sellLimitPriceRatio": "0.05",
        "feeRateUpRatio": "0.005",
        "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0006",
        "openCostUpRatio": "0.01",
        "supportMarginCoins": ["BTC", "ETH", "USDC", it.asset] if coin_margined else [it.settle],
        "minTradeNum": plain(it.size_step),
        "priceEndStep": "1",
        "volumePlace": str(decimals(it.size_step)),
        "pricePlace": str(decimals(it.price_step)),
        "sizeMultiplier": plain(it.size_step),
        "symbolType": "delivery" if it.expiry else "perpetual",
        "minTradeUSDT": "5",
        "maxSymbolOrderNum": "200",
        "maxProductOrderNum": "1000",
        "maxPositionNum": "150",
        "symbolStatus": "normal",
        "offTime": "-1",
        "limitOpenTime": "-1",
        "deliveryTime": delivery,
        "deliveryStartTime": "",
        "deliveryPeriod": "this_quarter" if it.expiry else "",
        "launchTime": str(LISTED_MS),
        "fundInterval": str(it.funding_hours or 8),
        "minLever": "1",
        "maxLever": str(it.max_leverage),
        "posLimit": "0.1",
        "maintainTime": "",
    }


def _tickers(query: Query, book: Book) -> dict[str, Any]:
    return _data([_ticker(quote, book) for quote in _selected(query, book)], book)


def _ticker(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    return {
        "symbol": it.native,
        "lastPr": plain(quote.last),
        "askPr": plain(quote.last + it.price_step),
        "bidPr": plain(quote.last - it.price_step),
        "bidSz": plain(it.size_step * 12),
        "askSz": plain(it.size_step * 9),
        "high24h": plain(quote.high),
        "low24h": plain(quote.low),
        "ts": str(milliseconds(book.at)),
        "change24h": f"{quote.last / quote.before - 1:.5f}",
        "baseVolume": plain(quote.volume_base),
        "quoteVolume": plain(quote.volume_usd),
        "usdtVolume": plain(quote.volume_usd),
        "openUtc": plain(quote.before),
        "changeUtc24h": f"{quote.last / quote.before - 1:.5f}",
        "indexPrice": plain(quote.index),
        "fundingRate": "0" if quote.funding is None else plain(quote.funding),
        "holdingAmount": plain(quote.size),
        "deliveryStartTime": None,
        "deliveryTime": str(milliseconds(it.expiry)) if it.expiry else None,
        "deliveryStatus": "delivery_normal" if it.expiry else "",
        "open24h": plain(quote.before),
        "markPrice": plain(quote.mark),
    }


def _spot(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [
        {
            "symbol": f"{base}USDT",
            "baseCoin": base,
            "quoteCoin": "USDT",
            "minTradeAmount": "0",
            "maxTradeAmount": "10000000000",
            "takerFeeRate": "0.002",
            "makerFeeRate": "0.002",
            "pricePrecision": "2",
            "quantityPrecision": "6",
            "quotePrecision": "8",
            "status": "online",
            "minTradeUSDT": "1",
        }
        for base in SPOT_BASES
    ]
    return _data(rows, book)


VENUE = SimulatedVenue(
    id="bitget",
    share=0.14,
    list_contracts=_list_contracts,
    endpoints=(
        Endpoint("GET", "/api/v2/mix/market/contracts", _contracts, limit=_EACH_PATH),
        Endpoint(
            "GET",
            "/api/v2/mix/market/tickers",
            _tickers,
            limit=_EACH_PATH,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]],
                symbol="symbol",
                sizes=("holdingAmount",),
                stamps={"ts": 1000, "requestTime": 1000},
            ),
        ),
        Endpoint("GET", "/api/v2/spot/public/symbols", _spot, limit=_EACH_PATH),
        Endpoint("GET", "/api/v2/spot/public/coins", constant({"code": "00000", "data": []})),
        Endpoint("GET", "/api/v2/margin/currencies", constant({"code": "00000", "data": []})),
    ),
)
