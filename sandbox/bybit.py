"""Bybit as simulated: USDT and USDC perpetuals, futures, coin-margined ones, tickers in bulk.

``openInterest`` is printed as longs plus shorts, twice the truth, and ``singleOpenInterest``
once, as the API does since June 2026. Linear sizes are coins, inverse ones USD.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from oirisk.sandbox import listing
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.bybit_options import (
    chosen,
    list_bybit_options,
    option_instrument,
    option_ticker,
)
from oirisk.sandbox.bybit_past import PAST
from oirisk.sandbox.instruments import (
    LISTED_AT,
    Calendar,
    SimulatedInstrument,
    day_month_year,
    milliseconds,
    plain,
    quantity_step,
    quarter_code,
)
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = 228
_PAGE = 150
_LARGE = 120
_LISTED = {
    **{
        coin: (f"1000{coin}", 1000)
        for coin in ("PEPE", "BONK", "FLOKI", "TURBO", "RATS", "LUNC", "XEC", "BTT", "CAT")
    },
    "SHIB": ("SHIB1000", 1000),
    "SATS": ("10000SATS", 10_000),
    "MOG": ("1000000MOG", 1_000_000),
}
_USDC = ("BTC", "ETH", "SOL", "XRP", "DOGE", "SUI", "BNB", "HYPE")
_INVERSE = ("BTC", "ETH", "XRP", "SOL", "ADA", "DOT", "LTC", "DOGE", "LINK", "AVAX")
_CONTRACT_TYPES = {
    ("linear", "perp"): "LinearPerpetual",
    ("linear", "future"): "LinearFutures",
    ("inverse", "perp"): "InversePerpetual",
    ("inverse", "future"): "InverseFutures",
}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    listed = coins[:_COINS]
    linear = [_linear(coin, "USDT") for coin in listed]
    linear += [_linear(coin, "USDC") for coin in listed if coin.name in _USDC]
    linear += [_future(_linear(coin, "USDT"), day) for coin in coins[:2] for day in calendar.all()]
    inverse = [_inverse(coin) for coin in listed if coin.name in _INVERSE]
    inverse += [_future(_inverse(coin), day) for coin in coins[:2] for day in calendar.quarters[:2]]
    return tuple(linear + inverse)


def _list_with_options(
    coins: Sequence[Coin], calendar: Calendar
) -> tuple[SimulatedInstrument, ...]:
    return _list_contracts(coins, calendar) + list_bybit_options(coins, calendar)


def _linear(coin: Coin, quote: str) -> SimulatedInstrument:
    base, multiplier = _LISTED.get(coin.name, (coin.name, 1))
    native = f"{base}USDT" if quote == "USDT" else f"{base}PERP"
    return replace(
        listing.linear("bybit", coin, native, quote, (base, multiplier)),
        size_step=quantity_step(coin.price * multiplier, 100.0),
        weight=1.0 if quote == "USDT" else 0.05,
        max_leverage=100,
    )


def _inverse(coin: Coin) -> SimulatedInstrument:
    return listing.inverse(_linear(coin, "USDT"), f"{coin.name}USD", weight=0.08)


def _future(perp: SimulatedInstrument, expiry: datetime) -> SimulatedInstrument:
    linear = perp.margin == "linear"
    suffix = f"-{day_month_year(expiry)}" if linear else quarter_code(expiry)
    return listing.dated(perp, perp.native + suffix, expiry, weight=0.004)


def _envelope(result: dict[str, Any], book: Book) -> dict[str, Any]:
    return {
        "retCode": 0,
        "retMsg": "OK",
        "result": result,
        "retExtInfo": {},
        "time": milliseconds(book.at),
    }


def _instruments(query: Query, book: Book) -> dict[str, Any]:
    """Answer instruments-info in pages; there are no pre-launch contracts."""
    category = query.get("category", "")
    if category == "spot":
        rows = [_spot(base) for base in listing.SPOT_BASES]
    elif category == "option":
        rows = [option_instrument(quote.instrument) for quote in chosen(query, book)]
    else:
        rows = [] if "status" in query else [_instrument(quote) for quote in book.of(category)]
    first = int(query.get("cursor", "0"))
    last = first + min(int(query.get("limit", "500")), _PAGE)
    cursor = str(last) if last < len(rows) else ""
    return _envelope(
        {"category": category, "list": rows[first:last], "nextPageCursor": cursor}, book
    )


def _instrument(quote: Quote) -> Row:
    it = quote.instrument
    return {
        "symbol": it.native,
        "contractType": _CONTRACT_TYPES[it.product, it.kind],
        "status": "Trading",
        "baseCoin": it.listed_base,
        "quoteCoin": it.quote,
        "launchTime": str(milliseconds(LISTED_AT)),
        "deliveryTime": str(milliseconds(it.expiry)) if it.expiry else "0",
        "deliveryFeeRate": "",
        "priceScale": str(max(0, -int(it.price_step.as_tuple().exponent))),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": f"{it.max_leverage}.00",
            "leverageStep": "0.01",
        },
        "priceFilter": {
            "minPrice": plain(it.price_step),
            "maxPrice": plain(it.price_step * 1_999_998),
            "tickSize": plain(it.price_step),
        },
        "lotSizeFilter": {
            "maxOrderQty": plain(it.size_step * 100_000),
            "minOrderQty": plain(it.size_step),
            "qtyStep": plain(it.size_step),
            "postOnlyMaxOrderQty": plain(it.size_step * 1_000_000),
            "minNotionalValue": "5",
        },
        "unifiedMarginTrade": True,
        "fundingInterval": 60 * (it.funding_hours or 0),
        "settleCoin": it.settle,
        "copyTrading": "none",
        "upperFundingRate": "0.0075",
        "lowerFundingRate": "-0.0075",
    }


def _spot(base: str) -> Row:
    return {
        "symbol": f"{base}USDT",
        "baseCoin": base,
        "quoteCoin": "USDT",
        "status": "Trading",
        "marginTrading": "both",
        "lotSizeFilter": {"basePrecision": "0.0001", "minOrderQty": "0.0001", "minOrderAmt": "5"},
        "priceFilter": {"tickSize": "0.01"},
    }


def _tickers(query: Query, book: Book) -> dict[str, Any]:
    category = query.get("category", "")
    if category == "option":
        rows = [option_ticker(quote, book) for quote in chosen(query, book)]
    else:
        rows = [_ticker(quote, book) for quote in book.of(category)]
    return _envelope({"category": category, "list": rows}, book)


def _ticker(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    linear = it.margin == "linear"
    value = quote.usd if linear else round(quote.listed_base, 4)
    return {
        "symbol": it.native,
        "lastPrice": plain(quote.last),
        "indexPrice": plain(quote.index),
        "markPrice": plain(quote.mark),
        "prevPrice24h": plain(quote.before),
        "price24hPcnt": f"{quote.last / quote.before - 1:.6f}",
        "highPrice24h": plain(quote.high),
        "lowPrice24h": plain(quote.low),
        "prevPrice1h": plain(quote.last),
        "openInterest": plain(2 * quote.size),
        "openInterestValue": plain(2 * value),
        "singleOpenInterest": plain(quote.size),
        "singleOpenInterestValue": plain(value),
        "turnover24h": plain(quote.volume_usd if linear else quote.volume_base),
        "volume24h": plain(quote.volume_base if linear else quote.volume_usd),
        "fundingRate": "" if quote.funding is None else plain(quote.funding),
        "nextFundingTime": str(listing.next_funding(it, book.at)),
        "fundingIntervalHour": "" if it.funding_hours is None else str(it.funding_hours),
        "predictedDeliveryPrice": "",
        "basisRate": "",
        "deliveryFeeRate": "",
        "deliveryTime": str(milliseconds(it.expiry)) if it.expiry else "0",
        "ask1Size": plain(it.size_step),
        "bid1Price": plain(quote.last - it.price_step),
        "ask1Price": plain(quote.last + it.price_step),
        "bid1Size": plain(it.size_step),
        "basis": "",
    }


VENUE = SimulatedVenue(
    id="bybit",
    has_accounts=True,
    share=0.30,
    option_share=0.05,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=600, seconds=5),
    endpoints=(
        Endpoint("GET", "/v5/market/instruments-info", _instruments),
        *PAST,
        Endpoint(
            "GET",
            "/v5/market/tickers",
            _tickers,
            when={"category": "option"},
            open_interest=OpenInterestBody(
                tables=lambda body: [body["result"]["list"]],
                symbol="symbol",
                sizes=("openInterest",),
                stamps={"time": 1000},
            ),
        ),
        Endpoint(
            "GET",
            "/v5/market/tickers",
            _tickers,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["result"]["list"]],
                symbol="symbol",
                sizes=(
                    "openInterest",
                    "openInterestValue",
                    "singleOpenInterest",
                    "singleOpenInterestValue",
                ),
                stamps={"time": 1000},
            ),
        ),
    ),
)
"""Perpetuals and futures alone."""

FULL = replace(VENUE, list_contracts=_list_with_options)
"""With options."""
