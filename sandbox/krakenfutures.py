"""Kraken Futures as simulated: every contract, and index rows besides, in one answer of tickers.

Open interest is coins for ``PF_`` and ``FF_`` (linear, settled in USD) and USD for ``PI_`` and
``FI_``. Funding is hourly and absolute: USD a coin on linear contracts, coins a USD on inverse
ones. Rows ``in_`` and ``rr_`` are indices, with neither open interest nor market.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    LISTED_AT,
    Calendar,
    SimulatedInstrument,
    plain,
    quantity_step,
)
from oirisk.sandbox.listing import dated, decimals, inverse, linear
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    ISO_TEXT,
    Endpoint,
    OpenInterestBody,
    Query,
    RateLimit,
    Row,
    SimulatedVenue,
)

_COINS = 215
_INVERSE = ("BTC", "ETH", "XRP", "LTC", "BCH")
_TYPES = {"linear": "flexible_futures", "inverse": "futures_inverse"}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    perpetuals = [_linear(coin) for coin in coins[:_COINS]]
    inverses = [
        replace(inverse(perp, f"PI_{perp.listed_base}USD"), funding_hours=1)
        for perp in perpetuals
        if perp.asset in _INVERSE
    ]
    days = (calendar.months[0], *calendar.quarters[:2])
    futures = [
        dated(perp, f"{prefix}_{perp.listed_base}USD_{day:%y%m%d}", day)
        for prefix, perp in [
            *(("FF", perp) for perp in perpetuals[:2]),
            *(("FI", perp) for perp in inverses[:2]),
        ]
        for day in dict.fromkeys(days)
    ]
    return tuple(perpetuals + inverses + futures)


def _linear(coin: Coin) -> SimulatedInstrument:
    base = "XBT" if coin.name == "BTC" else coin.name
    perp = linear("krakenfutures", coin, f"PF_{base}USD", "USD", (base, 1))
    return replace(
        perp,
        symbol=f"{coin.name}/USD:USD",
        size_step=min(quantity_step(coin.price), perp.size_step),
        funding_hours=1,
        max_leverage=50,
    )


def _instruments(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [_instrument(quote.instrument) for quote in book.quotes]
    return {"result": "success", "instruments": rows, "serverTime": _iso(book.at)}


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _instrument(it: SimulatedInstrument) -> Row:
    row: Row = {
        "symbol": it.native,
        "type": _TYPES[it.margin],
        "pair": f"{it.listed_base}:USD",
        "base": it.listed_base,
        "quote": "USD",
        "tickSize": float(it.price_step),
        "contractSize": 1,
        "tradeable": True,
        "impactMidSize": 1,
        "maxPositionSize": 1_000_000,
        "openingDate": _iso(LISTED_AT),
        "contractValueTradePrecision": decimals(it.size_step),
        "postOnly": False,
        "marginLevels": [
            {"numNonContractUnits": 0, "initialMargin": 0.02, "maintenanceMargin": 0.01}
        ],
        "category": "",
        "tags": [],
    }
    if it.expiry is not None:
        row["lastTradingTime"] = _iso(it.expiry)
    return row


def _tickers(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [_ticker(quote, book.at) for quote in book.quotes]
    indices = [_index(quote, name, book.at) for quote in book.quotes for name in _names(quote)]
    rows[_COINS:_COINS] = indices
    return {"result": "success", "tickers": rows, "serverTime": _iso(book.at)}


def _ticker(quote: Quote, at: datetime) -> Row:
    it = quote.instrument
    perpetual = it.kind == "perp"
    traded = quote.volume_base if it.margin == "linear" else quote.volume_usd
    row: Row = {
        "symbol": it.native,
        "last": float(quote.last),
        "lastTime": _iso(at),
        "tag": "perpetual" if perpetual else "quarter",
        "pair": f"{it.listed_base}:USD",
        "markPrice": float(quote.mark),
        "bid": float(quote.last - it.price_step),
        "bidSize": float(it.size_step * 10),
        "ask": float(quote.last + it.price_step),
        "askSize": float(it.size_step * 10),
        "vol24h": float(traded),
        "volumeQuote": float(quote.volume_usd),
        "openInterest": float(quote.size),
        "open24h": float(quote.before),
        "high24h": float(quote.high),
        "low24h": float(quote.low),
        "lastSize": float(it.size_step),
        "suspended": False,
        "indexPrice": float(quote.index),
        "postOnly": False,
        "change24h": round(100 * (float(quote.last / quote.before) - 1), 2),
    }
    if quote.funding is not None:
        price = quote.index
        rate = quote.funding * price if it.margin == "linear" else quote.funding / price
        row |= {"fundingRate": float(rate), "fundingRatePrediction": float(rate)}
    return row


def _names(quote: Quote) -> list[str]:
    it = quote.instrument
    if (it.kind, it.margin) != ("perp", "inverse"):
        return []
    return [f"{kind}_{it.listed_base.lower()}usd" for kind in ("in", "rr")]


def _index(quote: Quote, name: str, at: datetime) -> Row:
    return {"symbol": name, "last": float(plain(quote.index)), "lastTime": _iso(at)}


VENUE = SimulatedVenue(
    id="krakenfutures",
    share=0.02,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=500, seconds=10),
    endpoints=(
        Endpoint("GET", "/derivatives/api/v3/instruments", _instruments),
        Endpoint(
            "GET",
            "/derivatives/api/v3/tickers",
            _tickers,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["tickers"]],
                symbol="symbol",
                sizes=("openInterest",),
                stamps={"lastTime": ISO_TEXT, "serverTime": ISO_TEXT},
            ),
        ),
    ),
)
