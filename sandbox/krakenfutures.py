"""Kraken Futures as simulated: every contract, and index rows besides, in one answer of tickers.

Open interest is coins for ``PF_`` and ``FF_`` (linear, settled in USD) and USD for ``PI_`` and
``FI_``. Funding is hourly and absolute: USD a coin on linear contracts, coins a USD on inverse
ones. Rows ``in_`` and ``rr_`` are indices, with neither open interest nor market.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from operator import itemgetter

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, quantity_step
from oirisk.sandbox.listing import dated, inverse, linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    ISO_TEXT,
    OpenInterestBody,
    Query,
    RateLimit,
    SimulatedVenue,
)

_COINS = 215
_INVERSE = ("BTC", "ETH", "XRP", "LTC", "BCH")


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


def _in_order(query: Query, book: Book) -> list[Quote | tuple[str, Quote]]:
    """Return the contracts, and among them the names of indices with their quotes."""
    del query
    indices = [
        (f"{kind}_{quote.instrument.listed_base.lower()}usd", quote)
        for quote in book.quotes
        if (quote.instrument.kind, quote.instrument.margin) == ("perp", "inverse")
        for kind in ("in", "rr")
    ]
    return [*book.quotes[:_COINS], *indices, *book.quotes[_COINS:]]


def _kind(source: Quote | tuple[str, Quote]) -> str:
    return "index" if isinstance(source, tuple) else source.instrument.kind


def _margin_and_kind(it: SimulatedInstrument) -> str:
    return f"{it.margin} {it.kind}"


def _listed(query: Query, book: Book) -> list[SimulatedInstrument]:
    del query
    return [quote.instrument for quote in book.quotes]


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _funding(quote: Quote) -> Decimal:
    """Return the funding of a contract for an hour, in USD a coin, or in coins a USD if inverse."""
    if quote.instrument.margin == "linear":
        return quote.funding_or_zero * quote.index
    return quote.funding_or_zero / quote.index


_PUBLISHED = Published("krakenfutures")
_LISTED: Fields = {
    "symbol": "native", "pair": lambda it: f"{it.listed_base}:USD", "base": "listed_base",
    "tickSize": "price_step", "contractValueTradePrecision": "size_decimals",
}  # fmt: skip
_DATED: Fields = {**_LISTED, "lastTradingTime": lambda it: _iso(it.expiry)}
_INSTRUMENTS = _PUBLISHED.kinds("instruments", {
    "linear perp": _LISTED, "linear future": _DATED,
    "inverse perp": _LISTED, "inverse future": _DATED,
}, _margin_and_kind)  # fmt: skip
_TICKER: Fields = {
    "symbol": "instrument.native", "last": "last", "lastTime": lambda quote: _iso(quote.at),
    "pair": lambda quote: f"{quote.instrument.listed_base}:USD", "markPrice": "mark",
    "bid": "bid", "ask": "ask", "vol24h": "volume", "volumeQuote": "volume_usd",
    "openInterest": "size", "open24h": "before", "high24h": "high", "low24h": "low",
    "lastSize": "instrument.size_step", "indexPrice": "index",
    "change24h": lambda quote: round(100 * quote.change, 2),
}  # fmt: skip
_TICKERS = _PUBLISHED.kinds("tickers", {
    "perp": {**_TICKER, "fundingRate": _funding, "fundingRatePrediction": _funding},
    "future": _TICKER,
    "index": {
        "symbol": itemgetter(0), "last": lambda named: named[1].index,
        "lastTime": lambda named: _iso(named[1].at),
    },
}, _kind)  # fmt: skip
_ENVELOPE: Fields = {"serverTime": lambda reply: _iso(reply.at)}

VENUE = SimulatedVenue(
    id="krakenfutures",
    share=0.02,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=500, seconds=10),
    endpoints=(
        _PUBLISHED.table("instruments", _INSTRUMENTS, _listed, _ENVELOPE),
        _PUBLISHED.table(
            "tickers",
            _TICKERS,
            _in_order,
            _ENVELOPE,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["tickers"]],
                symbol="symbol",
                sizes=("openInterest",),
                stamps={"lastTime": ISO_TEXT, "serverTime": ISO_TEXT},
            ),
        ),
    ),
)
