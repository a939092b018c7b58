"""BingX as simulated: one contract a request, worth in USDT for linear, coins for coin-margined.

Marks and funding come in bulk from ``premiumIndex``, volumes from ``ticker``. Every request may
carry a ``timestamp``, which plays no part.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    milliseconds,
    plain,
    quantity_step,
)
from oirisk.sandbox.listing import LISTED_MS, SPOT_BASES, decimals, inverse, linear, next_funding
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    Endpoint,
    OneSymbol,
    OpenInterestBody,
    Query,
    RateLimit,
    Row,
    SimulatedVenue,
    constant,
)

_COINS = 118
_THOUSANDS = ("PEPE", "BONK", "SATS", "RATS", "CAT")
_INVERSE = ("BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "ADA", "LTC", "LINK", "AVAX")
_ONE_SYMBOL = OneSymbol("symbol", {"code": 109425, "msg": "this symbol is not exist", "data": {}})


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    perpetuals = [_linear(coin) for coin in coins[:_COINS]]
    inverses = [_inverse(coin) for coin in coins if coin.name in _INVERSE]
    return tuple(perpetuals + inverses)


def _linear(coin: Coin) -> SimulatedInstrument:
    listed = (f"1000{coin.name}", 1000) if coin.name in _THOUSANDS else (coin.name, 1)
    perp = linear("bingx", coin, f"{listed[0]}-USDT", "USDT", listed)
    return replace(perp, prints_usd=True, size_step=Decimal("0.01"))


def _inverse(coin: Coin) -> SimulatedInstrument:
    usd = Decimal(100) if coin.name == "BTC" else Decimal(10)
    perp = inverse(_linear(coin), f"{coin.name}-USD", usd, weight=0.06)
    return replace(
        perp, prints_usd=False, oi_unit=Decimal(1), size_step=quantity_step(coin.price, 10.0)
    )


def _data(data: Any, book: Book) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    return {"code": 0, "msg": "", "timestamp": milliseconds(book.at), "data": data}


def _contracts(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [_contract(place, q.instrument) for place, q in enumerate(book.of("linear"))]
    return {"code": 0, "msg": "", "data": rows}


def _contract(place: int, it: SimulatedInstrument) -> Row:
    step = quantity_step(float(it.price_step) * 100_000)
    return {
        "contractId": str(100 + place),
        "symbol": it.native,
        "size": plain(step),
        "quantityPrecision": decimals(step),
        "pricePrecision": decimals(it.price_step),
        "feeRate": 0.0005,
        "makerFeeRate": 0.0002,
        "takerFeeRate": 0.0005,
        "tradeMinLimit": 0,
        "tradeMinQuantity": float(step),
        "tradeMinUSDT": 2,
        "maxLongLeverage": it.max_leverage,
        "maxShortLeverage": it.max_leverage,
        "currency": it.settle,
        "asset": it.listed_base,
        "status": 1,
        "apiStateOpen": "true",
        "apiStateClose": "true",
        "ensureTrigger": True,
        "triggerFeeRate": "0.00050000",
        "brokerState": False,
        "launchTime": LISTED_MS,
        "displayName": it.native,
    }


def _coin_contracts(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [
        {
            "symbol": it.native,
            "pricePrecision": decimals(it.price_step),
            "minTickSize": plain(it.contract_size),
            "minTradeValue": plain(it.contract_size),
            "minQty": "1.00000000",
            "status": 1,
            "timeOnline": LISTED_MS,
        }
        for it in (quote.instrument for quote in book.of("inverse"))
    ]
    return _data(rows, book)


def _open_interest(query: Query, book: Book) -> dict[str, Any]:
    del query
    (quote,) = book.quotes
    data = {
        "openInterest": f"{quote.size:.2f}",
        "symbol": quote.instrument.native,
        "time": milliseconds(book.at),
    }
    return {"code": 0, "msg": "", "data": data}


def _coin_open_interest(query: Query, book: Book) -> dict[str, Any]:
    del query
    (quote,) = book.quotes
    row = {
        "symbol": quote.instrument.native,
        "openInterest": plain(quote.size),
        "timestamp": milliseconds(book.at),
    }
    return _data([row], book)


def _premium(quote: Quote, book: Book) -> Row:
    return {
        "symbol": quote.instrument.native,
        "markPrice": plain(quote.mark),
        "indexPrice": plain(quote.index),
        "lastFundingRate": "0" if quote.funding is None else plain(quote.funding),
        "nextFundingTime": next_funding(quote.instrument, book.at),
        "fundingIntervalHours": quote.instrument.funding_hours,
    }


def _ticker(quote: Quote, book: Book) -> Row:
    return {
        "symbol": quote.instrument.native,
        "priceChange": plain(quote.last - quote.before),
        "priceChangePercent": f"{100 * (quote.last / quote.before - 1):.2f}",
        "lastPrice": plain(quote.last),
        "lastQty": "1",
        "highPrice": plain(quote.high),
        "lowPrice": plain(quote.low),
        "volume": plain(quote.volume_base),
        "quoteVolume": plain(quote.volume_usd),
        "openPrice": plain(quote.before),
        "openTime": milliseconds(book.at) - 86_400_000,
        "closeTime": milliseconds(book.at),
        "askPrice": plain(quote.last + quote.instrument.price_step),
        "bidPrice": plain(quote.last - quote.instrument.price_step),
    }


def _premiums(query: Query, book: Book) -> dict[str, Any]:
    return _data([_premium(quote, book) for quote in _named(query, book, "linear")], book)


def _coin_premiums(query: Query, book: Book) -> dict[str, Any]:
    return _data([_premium(quote, book) for quote in _named(query, book, "inverse")], book)


def _tickers(query: Query, book: Book) -> dict[str, Any]:
    return _data([_ticker(quote, book) for quote in _named(query, book, "linear")], book)


def _coin_tickers(query: Query, book: Book) -> dict[str, Any]:
    return _data([_ticker(quote, book) for quote in _named(query, book, "inverse")], book)


def _named(query: Query, book: Book, product: str) -> list[Quote]:
    name = query.get("symbol", "")
    return [quote for quote in book.of(product) if not name or quote.instrument.native == name]


_SPOT = [
    {
        "symbol": f"{base}-USDT",
        "minQty": 0,
        "maxQty": 0,
        "minNotional": 1,
        "maxNotional": 1_000_000,
        "status": 1,
        "tickSize": 0.01,
        "stepSize": 0.0001,
        "apiStateSell": True,
        "apiStateBuy": True,
        "timeOnline": LISTED_MS,
    }
    for base in SPOT_BASES
]

VENUE = SimulatedVenue(
    id="bingx",
    share=0.08,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=500, seconds=10),
    endpoints=(
        Endpoint("GET", "/openApi/swap/v2/quote/contracts", _contracts),
        Endpoint("GET", "/openApi/cswap/v1/market/contracts", _coin_contracts),
        Endpoint(
            "GET",
            "/openApi/swap/v2/quote/openInterest",
            _open_interest,
            one_symbol=_ONE_SYMBOL,
            open_interest=OpenInterestBody(
                tables=lambda body: [[body["data"]]],
                symbol="symbol",
                sizes=("openInterest",),
                stamps={"time": 1000},
            ),
        ),
        Endpoint(
            "GET",
            "/openApi/cswap/v1/market/openInterest",
            _coin_open_interest,
            one_symbol=_ONE_SYMBOL,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]],
                symbol="symbol",
                sizes=("openInterest",),
                stamps={"timestamp": 1000},
            ),
        ),
        Endpoint("GET", "/openApi/swap/v2/quote/premiumIndex", _premiums),
        Endpoint("GET", "/openApi/cswap/v1/market/premiumIndex", _coin_premiums),
        Endpoint("GET", "/openApi/swap/v2/quote/ticker", _tickers),
        Endpoint("GET", "/openApi/cswap/v1/market/ticker", _coin_tickers),
        Endpoint(
            "GET",
            "/openApi/spot/v1/common/symbols",
            constant({"code": 0, "data": {"symbols": _SPOT}}),
        ),
    ),
)
