"""Bybit's past as simulated: candles, open interest, account ratios, order book and risk limits.

Steps are five minutes, newest first as on Bybit. Open interest is longs plus shorts, as there.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import Any

from oirisk.sandbox.instruments import milliseconds, plain
from oirisk.sandbox.quotes import Bar, Quote
from oirisk.sandbox.venue import Endpoint, Past, Query, constant

STEP = timedelta(minutes=5)
_LEVEL = Decimal("0.001")
_LEVELS = 40
_RATIOS = ("0.52", "0.48")
_LIMITS = (("2000000", "100", "0.01", "0.005", "0"), ("5000000", "50", "0.02", "0.01", "10000"))


def _envelope(past: Past, result: dict[str, Any]) -> dict[str, Any]:
    return {
        "retCode": 0,
        "retMsg": "OK",
        "result": result,
        "retExtInfo": {},
        "time": milliseconds(past.at),
    }


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


def _klines(query: Query, past: Past) -> dict[str, Any]:
    rows = []
    quote = cache(partial(_quote, past))  # the end of one candle is the start of another
    for at in _steps(query, past, ("start", "end"), 1000):
        until = min(at + STEP, past.at)
        opening, closing, bar = quote(at), quote(until), past.bar(at, until)
        if opening is not None and closing is not None and bar is not None:
            rows.append(_candle(at, opening, closing, bar))
    named = {name: query.get(name, "") for name in ("category", "symbol")}
    return _envelope(past, {**named, "list": rows})


def _candle(at: datetime, opening: Quote, closing: Quote, bar: Bar) -> list[str]:
    ends = (opening.last, closing.last)
    is_linear = closing.instrument.margin == "linear"
    traded = (bar.base, bar.usd) if is_linear else (bar.usd, bar.base)
    prices = (opening.last, max(*ends, bar.high), min(*ends, bar.low), closing.last)
    return [
        str(milliseconds(at)),
        *(plain(price) for price in prices),
        *(plain(round(amount, 8)) for amount in traded),
    ]


def _open_interest(query: Query, past: Past) -> dict[str, Any]:
    rows = []
    for at in _steps(query, past, ("startTime", "endTime"), 200):
        quote = _quote(past, at)
        if quote is not None:
            rows.append({"openInterest": plain(2 * quote.size), "timestamp": str(milliseconds(at))})
    named = {name: query.get(name, "") for name in ("category", "symbol")}
    return _envelope(past, {**named, "list": rows, "nextPageCursor": ""})


def _account_ratio(query: Query, past: Past) -> dict[str, Any]:
    rows = [
        {
            "symbol": query.get("symbol", ""),
            "buyRatio": _RATIOS[0],
            "sellRatio": _RATIOS[1],
            "timestamp": str(milliseconds(at)),
        }
        for at in _steps(query, past, ("startTime", "endTime"), 500)
    ]
    return _envelope(past, {"list": rows, "nextPageCursor": ""})


def _order_book(query: Query, past: Past) -> dict[str, Any]:
    """Answer a book whose levels lie a thousandth apart, as large as a 2000th of the OI each."""
    quote = _quote(past, past.at)
    if quote is None:
        return _envelope(past, {"s": query.get("symbol", ""), "b": [], "a": []})
    size = plain(max(round(quote.size / 2000, 3), quote.instrument.size_step))
    sides = {
        name: [
            [plain(round(quote.mark * (1 + sign * number * _LEVEL), 8)), size]
            for number in range(1, _LEVELS + 1)
        ]
        for name, sign in (("b", -1), ("a", 1))
    }
    at = milliseconds(past.at)
    return _envelope(past, {"s": query.get("symbol", ""), **sides, "ts": at, "u": 1, "seq": 1})


def _risk_limits(query: Query, past: Past) -> dict[str, Any]:
    quote = _quote(past, past.at)
    if quote is None:
        return _envelope(past, {"category": query.get("category", ""), "list": []})
    price = quote.mark if quote.instrument.margin == "inverse" else Decimal(1)
    rows = [
        {
            "id": number,
            "symbol": query.get("symbol", ""),
            "riskLimitValue": plain(round(Decimal(cap) / price, 8)),
            "maxLeverage": leverage,
            "initialMargin": initial,
            "maintenanceMargin": maintenance,
            "mmDeduction": deduction,
        }
        for number, (cap, leverage, initial, maintenance, deduction) in enumerate(_LIMITS, 1)
    ]
    return _envelope(past, {"category": query.get("category", ""), "list": rows})


_NOTHING = constant({})

PAST = tuple(
    Endpoint("GET", f"/v5/market/{path}", _NOTHING, tell=tell)
    for path, tell in (
        ("kline", _klines),
        ("open-interest", _open_interest),
        ("account-ratio", _account_ratio),
        ("orderbook", _order_book),
        ("risk-limit", _risk_limits),
    )
)
"""Endpoints that tell of one contract, now and before."""
