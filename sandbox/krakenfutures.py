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
    Row,
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


def _instrument(quote: Quote) -> Row:
    it = quote.instrument
    made: Row = _INSTRUMENTS[f"{it.margin} {it.kind}"](it)
    return made


def _ticker(source: Quote | tuple[str, Quote]) -> Row:
    make = _INDEX if isinstance(source, tuple) else _TICKERS[source.instrument.kind]
    made: Row = make(source)
    return made


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
_INSTRUMENTS = {
    f"{margin} {kind}": _PUBLISHED.row("instruments", fields, f"{margin} {kind}")
    for margin in ("linear", "inverse")
    for kind, fields in (("perp", _LISTED), ("future", _DATED))
}
_TICKER: Fields = {
    "symbol": "instrument.native", "last": "last", "lastTime": lambda quote: _iso(quote.at),
    "pair": lambda quote: f"{quote.instrument.listed_base}:USD", "markPrice": "mark",
    "bid": "bid", "ask": "ask", "vol24h": "volume", "volumeQuote": "volume_usd",
    "openInterest": "size", "open24h": "before", "high24h": "high", "low24h": "low",
    "lastSize": "instrument.size_step", "indexPrice": "index",
    "change24h": lambda quote: round(100 * quote.change, 2),
}  # fmt: skip
_TICKERS = {
    "perp": _PUBLISHED.row("tickers", {
        **_TICKER, "fundingRate": _funding, "fundingRatePrediction": _funding,
    }, "perp"),
    "future": _PUBLISHED.row("tickers", _TICKER, "future"),
}  # fmt: skip
_INDEX = _PUBLISHED.row("tickers", {
    "symbol": itemgetter(0), "last": lambda named: named[1].index,
    "lastTime": lambda named: _iso(named[1].at),
}, "index")  # fmt: skip
_ENVELOPE: Fields = {"serverTime": lambda reply: _iso(reply.at)}

VENUE = SimulatedVenue(
    id="krakenfutures",
    share=0.02,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=500, seconds=10),
    endpoints=(
        _PUBLISHED.table("instruments", _instrument, envelope=_ENVELOPE),
        _PUBLISHED.table(
            "tickers",
            _ticker,
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
