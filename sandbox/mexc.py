"""MEXC as simulated: contracts of ``contractSize`` coins, or USD where coin-margined.

``holdVol`` and ``volume24`` are contracts. The tickers carry no contract size; the slow
``contract/detail`` does. Numbers are numbers here, not text.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.binance_rows import spot_row
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds, quantity_step
from oirisk.sandbox.listing import SPOT_BASES, decimals, inverse, linear, sized
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = 262
_INVERSE = ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LTC", "SUI")
_SIZES = {"BTC": Decimal("0.0001"), "ETH": Decimal("0.01"), "SOL": Decimal("0.1")}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    perpetuals = [_linear(coin) for coin in coins[:_COINS]]
    inverses = [_inverse(coin) for coin in coins if coin.name in _INVERSE]
    return tuple(perpetuals + inverses)


def _linear(coin: Coin) -> SimulatedInstrument:
    size = _SIZES.get(coin.name, quantity_step(coin.price, 10.0))
    return sized(linear("mexc", coin, f"{coin.name}_USDT"), size)


def _inverse(coin: Coin) -> SimulatedInstrument:
    usd = Decimal(100) if coin.name == "BTC" else Decimal(10)
    return inverse(_linear(coin), f"{coin.name}_USD", usd, weight=0.04)


def _data(rows: list[Row]) -> dict[str, Any]:
    return {"success": True, "code": 0, "data": rows}


def _details(query: Query, book: Book) -> dict[str, Any]:
    del query
    return _data([_detail(quote.instrument) for quote in book.quotes])


def _detail(it: SimulatedInstrument) -> Row:
    return {
        "symbol": it.native,
        "displayName": f"{it.native} PERPETUAL",
        "displayNameEn": f"{it.native} PERPETUAL",
        "positionOpenType": 3,
        "baseCoin": it.listed_base,
        "quoteCoin": it.quote,
        "settleCoin": it.settle,
        "contractSize": float(it.contract_size),
        "minLeverage": 1,
        "maxLeverage": it.max_leverage,
        "priceScale": decimals(it.price_step),
        "volScale": 0,
        "amountScale": 4,
        "priceUnit": float(it.price_step),
        "volUnit": 1,
        "minVol": 1,
        "maxVol": 1_000_000,
        "bidLimitPriceRate": 0.1,
        "askLimitPriceRate": 0.1,
        "takerFeeRate": 0.0002,
        "makerFeeRate": 0,
        "maintenanceMarginRate": 0.004,
        "initialMarginRate": 0.008,
        "state": 0,
        "isNew": False,
        "isHot": False,
        "isHidden": False,
        "apiAllowed": False,
    }


def _tickers(query: Query, book: Book) -> dict[str, Any]:
    del query
    return _data([_ticker(quote, book) for quote in book.quotes])


def _ticker(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    linear_margin = it.margin == "linear"
    traded = quote.volume_base if linear_margin else quote.volume_usd
    return {
        "symbol": it.native,
        "lastPrice": float(quote.last),
        "bid1": float(quote.last - it.price_step),
        "ask1": float(quote.last + it.price_step),
        "volume24": int(traded / it.contract_size),
        "amount24": float(quote.volume_usd if linear_margin else quote.volume_base),
        "holdVol": int(quote.size),
        "lower24Price": float(quote.low),
        "high24Price": float(quote.high),
        "riseFallRate": round(float(quote.last / quote.before) - 1, 4),
        "riseFallValue": float(quote.last - quote.before),
        "indexPrice": float(quote.index),
        "fairPrice": float(quote.mark),
        "fundingRate": 0.0 if quote.funding is None else float(quote.funding),
        "maxBidPrice": float(quote.index * 11 / 10),
        "minAskPrice": float(quote.index * 9 / 10),
        "timestamp": milliseconds(book.at),
    }


def _spot(query: Query, book: Book) -> dict[str, Any]:
    del query
    symbols = [{**spot_row(base), "status": "1"} for base in SPOT_BASES]
    return {"timezone": "CST", "serverTime": milliseconds(book.at), "symbols": symbols}


VENUE = SimulatedVenue(
    id="mexc",
    share=0.12,
    list_contracts=_list_contracts,
    endpoints=(
        Endpoint("GET", "/api/v1/contract/detail", _details, limit=RateLimit(1, 5)),
        Endpoint(
            "GET",
            "/api/v1/contract/ticker",
            _tickers,
            limit=RateLimit(20, 2),
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]],
                symbol="symbol",
                sizes=("holdVol",),
                stamps={"timestamp": 1000},
            ),
        ),
        Endpoint("GET", "/api/v3/exchangeInfo", _spot),
    ),
)
