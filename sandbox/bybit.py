"""Bybit as simulated: USDT and USDC perpetuals, futures, coin-margined ones, tickers in bulk.

``openInterest`` is printed as longs plus shorts, twice the truth, and ``singleOpenInterest``
once, as the API does since June 2026. Linear sizes are coins, inverse ones USD.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from oirisk.sandbox import listing
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.bybit_options import OPTION_TICKERS, OPTIONS, list_bybit_options
from oirisk.sandbox.bybit_past import PAST
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    day_month_year,
    quantity_step,
    quarter_code,
)
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, SimulatedVenue

_PUBLISHED = Published("bybit")
_COINS = 228
_PAGE = 150
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


def _of_category(query: Query, book: Book) -> list[Quote]:
    return book.of(query.get("category", ""))


def _listed(query: Query, book: Book) -> list[SimulatedInstrument]:
    """Return the contracts of a category; none where those before their launch are asked for."""
    return [] if "status" in query else [it.instrument for it in _of_category(query, book)]


def _in_pages(endpoint: Endpoint) -> Endpoint:
    """Cut an answer into pages, each of which names the next."""

    def page(query: Query, book: Book) -> Any:  # noqa: ANN401 -- any JSON
        body = endpoint.answer(query, book)
        rows = body["result"]["list"]
        first = int(query.get("cursor", "0"))
        last = first + min(int(query.get("limit", "500")), _PAGE)
        cursor = str(last) if last < len(rows) else ""
        body["result"] |= {"list": rows[first:last], "nextPageCursor": cursor}
        return body

    return replace(endpoint, answer=page)


def _value(quote: Quote) -> Decimal:
    """Return open interest in the currency that the contract settles in."""
    return quote.usd if quote.instrument.margin == "linear" else round(quote.listed_base, 4)


_ENVELOPE: Fields = {
    "time": "now", "result.category": lambda reply: reply.query.get("category", ""),
}  # fmt: skip
_INSTRUMENT: Fields = {
    "symbol": "native", "contractType": lambda it: _CONTRACT_TYPES[it.product, it.kind],
    "baseCoin": "listed_base", "quoteCoin": "quote", "settleCoin": "settle",
    "deliveryTime": "expiry_ms", "priceScale": "price_decimals",
    "leverageFilter.maxLeverage": "max_leverage", "priceFilter.minPrice": "price_step",
    "priceFilter.tickSize": "price_step", "lotSizeFilter.minOrderQty": "size_step",
    "lotSizeFilter.qtyStep": "size_step",
    "fundingInterval": lambda it: 60 * (it.funding_hours or 0),
    "priceFilter.maxPrice": lambda it: it.price_step * 1_999_998,
    "lotSizeFilter.maxOrderQty": lambda it: it.size_step * 100_000,
}  # fmt: skip
_TICKER: Fields = {
    "symbol": "instrument.native", "lastPrice": "last", "indexPrice": "index", "markPrice": "mark",
    "prevPrice24h": "before", "price24hPcnt": "change", "highPrice24h": "high",
    "lowPrice24h": "low", "prevPrice1h": "last", "ask1Price": "ask", "bid1Price": "bid",
    "openInterest": lambda quote: 2 * quote.size, "singleOpenInterest": "size",
    "openInterestValue": lambda quote: 2 * _value(quote), "singleOpenInterestValue": _value,
    "turnover24h": "turnover", "volume24h": "volume",
    "fundingRate": lambda quote: "" if quote.funding is None else quote.funding,
    "fundingIntervalHour": lambda quote: quote.instrument.funding_hours or "",
    "nextFundingTime": "next_funding", "deliveryTime": "instrument.expiry_ms",
}  # fmt: skip


_SIZES = ("openInterest", "openInterestValue", "singleOpenInterest", "singleOpenInterestValue")


def _body(*sizes: str) -> OpenInterestBody:
    return OpenInterestBody(
        lambda body: [body["result"]["list"]], symbol="symbol", sizes=sizes, stamps={"time": 1000}
    )


VENUE = SimulatedVenue(
    id="bybit",
    has_accounts=True,
    share=0.30,
    option_share=0.05,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=600, seconds=5),
    endpoints=(
        _PUBLISHED.fixed("spot", when={"category": "spot"}),
        _in_pages(OPTIONS),
        _in_pages(_PUBLISHED.table("instruments", _INSTRUMENT, _listed, _ENVELOPE)),
        *PAST,
        replace(OPTION_TICKERS, open_interest=_body("openInterest")),
        _PUBLISHED.table("tickers", _TICKER, _of_category, _ENVELOPE, open_interest=_body(*_SIZES)),
    ),
)
"""Perpetuals and futures alone."""

FULL = replace(VENUE, list_contracts=_list_with_options)
"""With options."""
