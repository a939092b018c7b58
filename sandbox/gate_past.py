"""Gate's past as simulated: five-minute statistics and candles of one contract, oldest first.

``open_interest`` is longs plus shorts, twice the truth and twice what ``position_size`` says of the
same instant, as on Gate since 2025. Ratios and liquidations are none.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from oirisk.sandbox.instruments import plain
from oirisk.sandbox.quotes import Quote
from oirisk.sandbox.venue import Endpoint, Past, Query, Row, constant

STEP = timedelta(minutes=5)
_NONE = (
    "lsr_taker", "lsr_account", "top_lsr_account", "top_lsr_size",
    "long_liq_size", "long_liq_amount", "long_liq_usd",
    "short_liq_size", "short_liq_amount", "short_liq_usd",
)  # fmt: skip


def _steps(query: Query, past: Past, most: int) -> Iterator[datetime]:
    """Yield the steps since ``from``, none after now."""
    step = STEP.total_seconds()
    first = -(-int(query.get("from", "0")) // step) * step
    for number in range(min(int(query.get("limit", str(most))), most)):
        at = datetime.fromtimestamp(first + number * step, UTC)
        if at > past.at:
            return
        yield at


def _statistics(query: Query, past: Past) -> list[Row]:
    return [
        _statistic(at, quote) for at in _steps(query, past, 100) for quote in past.book(at).quotes
    ]


def _statistic(at: datetime, quote: Quote) -> Row:
    whole = quote.instrument.size_step == 1
    size = 2 * quote.size
    return {
        "time": int(at.timestamp()),
        **dict.fromkeys(_NONE, 0),
        "open_interest": int(size) if whole else plain(size),
        "open_interest_usd": float(2 * quote.usd),
        "mark_price": plain(quote.mark),
    }


def _candles(query: Query, past: Past) -> list[Row]:
    return [
        row for at in _steps(query, past, 1999) for row in _candle(at, past) if at + STEP <= past.at
    ]


def _candle(at: datetime, past: Past) -> list[Row]:
    bar = past.bar(at, at + STEP)
    return [
        {
            "t": int(at.timestamp()),
            "o": plain(opening.last),
            "h": plain(max(opening.last, closing.last, bar.high)),
            "l": plain(min(opening.last, closing.last, bar.low)),
            "c": plain(closing.last),
            "v": int(bar.base / closing.instrument.contract_size),
        }
        for opening, closing in zip(past.book(at).quotes, past.book(at + STEP).quotes, strict=True)
        if bar is not None
    ]


PAST = tuple(
    Endpoint("GET", f"/api/v4/futures/{{settle}}/{path}", constant([]), tell=tell, names="contract")
    for path, tell in (("contract_stats", _statistics), ("candlesticks", _candles))
)
"""Endpoints that tell of one contract, now and before."""
