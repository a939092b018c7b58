"""Bybit's past as simulated: candles, open interest, account ratios, order book and risk limits.

Steps are five minutes, newest first as on Bybit. Open interest is longs plus shorts, as there.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from operator import itemgetter
from typing import Any

from oirisk.sandbox.instruments import milliseconds
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Bar, Quote
from oirisk.sandbox.venue import Past, Query

STEP = timedelta(minutes=5)
_APART = Decimal("0.001")
_LEVELS = 40
_BUYERS = Decimal("0.52")
_LIMITS = (("2000000", "100", "0.01", "0.005", "0"), ("5000000", "50", "0.02", "0.01", "10000"))


def _steps(query: Query, past: Past, names: tuple[str, str], most: int) -> Iterator[datetime]:
    """Yield the steps that a query asks for, newest first, none after now."""
    first = int(query.get(names[0], "0")) / 1000
    last = int(query.get(names[1], str(milliseconds(past.at)))) / 1000
    step = STEP.total_seconds()
    newest = min(last, past.at.timestamp()) // step * step
    wanted = min(int(query.get("limit", str(most))), most)
    if names[0] == "start":  # candles are told from the start on, everything else from the end back
        newest = min(newest, -(-first // step) * step + (wanted - 1) * step)
    for number in range(wanted):
        at = newest - number * step
        if at < first:
            return
        yield datetime.fromtimestamp(at, UTC)


def _quote(past: Past, at: datetime) -> Quote | None:
    quotes = past.book(at).quotes
    return quotes[0] if quotes else None


def _candles(query: Query, past: Past) -> Iterator[tuple[int | Decimal, ...]]:
    """Yield instants, open, high, low, close, and what was traded in size and in settlement."""
    quote = cache(partial(_quote, past))  # the end of one candle is the start of another
    for at in _steps(query, past, ("start", "end"), 1000):
        until = min(at + STEP, past.at)
        opening, closing, bar = quote(at), quote(until), past.bar(at, until)
        if opening is not None and closing is not None and bar is not None:
            yield (
                milliseconds(at),
                *_prices(opening.last, closing.last, bar),
                *_traded(opening, bar),
            )


def _prices(first: Decimal, last: Decimal, bar: Bar) -> tuple[Decimal, ...]:
    return first, max(first, last, bar.high), min(first, last, bar.low), last


def _traded(quote: Quote, bar: Bar) -> tuple[Decimal, ...]:
    base, usd = round(bar.base, 8), round(bar.usd, 8)
    return (base, usd) if quote.instrument.margin == "linear" else (usd, base)


def _interest(query: Query, past: Past) -> Iterator[Quote]:
    quotes = (_quote(past, at) for at in _steps(query, past, ("startTime", "endTime"), 200))
    return (quote for quote in quotes if quote is not None)


def _ratios(query: Query, past: Past) -> list[tuple[str, int]]:
    steps = _steps(query, past, ("startTime", "endTime"), 500)
    return [(query.get("symbol", ""), milliseconds(at)) for at in steps]


def _order_book(query: Query, past: Past) -> Any:  # noqa: ANN401 -- any JSON
    """Answer a book whose levels lie a thousandth apart, as large as a 2000th of the OI each."""
    quote = _quote(past, past.at)
    sides: dict[str, list[Any]] = {"b": [], "a": []}
    if quote is not None:
        size = max(round(quote.size / 2000, 3), quote.instrument.size_step)
        for name, sign in (("b", -1), ("a", 1)):
            sides[name] = [
                _LEVEL((round(quote.mark * (1 + sign * number * _APART), 8), size))
                for number in range(1, _LEVELS + 1)
            ]
    return _BOOK((milliseconds(past.at), query.get("symbol", ""), sides))


def _risk_limits(query: Query, past: Past) -> list[tuple[int, Quote, tuple[str, ...]]]:
    del query
    quote = _quote(past, past.at)
    return [] if quote is None else [(n, quote, limit) for n, limit in enumerate(_LIMITS, 1)]


def _largest(limit: tuple[int, Quote, tuple[str, ...]]) -> Decimal:
    """Return the largest value of a position in the currency that the contract settles in."""
    _, quote, (cap, *_) = limit
    return round(Decimal(cap) / (quote.mark if quote.instrument.margin == "inverse" else 1), 8)


_PUBLISHED = Published("bybit")
_NAMED: Fields = {
    "time": "now",
    "result.category": lambda reply: reply.query.get("category", ""),
    "result.symbol": lambda reply: reply.query.get("symbol", ""),
}
_LEVEL = _PUBLISHED.row("order book", {"0": itemgetter(0), "1": itemgetter(1)}, "bid")
_BOOK = _PUBLISHED.body("order book", {
    "result.s": itemgetter(1), "result.b": lambda book: book[2]["b"], "time": itemgetter(0),
    "result.a": lambda book: book[2]["a"], "result.ts": itemgetter(0),
})  # fmt: skip
PAST = (
    _PUBLISHED.table("candles", {f"{place}": itemgetter(place) for place in range(7)},
        _candles, _NAMED, past_of="symbol",
    ),
    _PUBLISHED.table("open interest", {
            "openInterest": lambda quote: 2 * quote.size, "singleOpenInterest": "size",
            "timestamp": "now",
        },
        _interest, {**_NAMED, "result.nextPageCursor": lambda _reply: ""},
        past_of="symbol",
    ),
    _PUBLISHED.table("account ratio", {
            "symbol": itemgetter(0), "timestamp": itemgetter(1), "buyRatio": lambda _: _BUYERS,
            "sellRatio": lambda _: 1 - _BUYERS,
        },
        _ratios, {"time": "now"}, past_of="symbol",
    ),
    _PUBLISHED.answer("order book", _order_book, past_of="symbol"),
    _PUBLISHED.table("risk limits", {
            "id": itemgetter(0), "symbol": lambda limit: limit[1].instrument.native,
            "riskLimitValue": _largest, "maxLeverage": lambda limit: limit[2][1],
            "initialMargin": lambda limit: limit[2][2],
            "maintenanceMargin": lambda limit: limit[2][3],
            "mmDeduction": lambda limit: limit[2][4],
            "isLowestRisk": lambda limit: int(limit[0] == 1),
        },
        _risk_limits,
        {"time": "now", "result.category": lambda reply: reply.query.get("category", "")},
        past_of="symbol",
    ),
)  # fmt: skip
"""What is told of one contract, now and before."""
