"""Gate's past as simulated: five-minute statistics and candles of one contract, oldest first.

``open_interest`` is longs plus shorts, twice the truth and twice what ``position_size`` says of the
same instant, as on Gate since 2025. Ratios and liquidations are none.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Bar, Quote
from oirisk.sandbox.venue import Past, Query

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


def _statistics(query: Query, past: Past) -> list[Quote]:
    return [quote for at in _steps(query, past, 100) for quote in past.book(at).quotes]


def size_kind(quote: Quote) -> str:
    """Return whether sizes of a contract are whole numbers, or fractions and printed as text."""
    return "whole" if quote.instrument.size_step == 1 else "fractions"


def _candles(query: Query, past: Past) -> Iterator[tuple[Quote, Quote, Bar]]:
    """Yield what a contract was at the ends of each step, and what it did between them."""
    for at in _steps(query, past, 1999):
        until = at + STEP
        bar = past.bar(at, until) if until <= past.at else None
        if bar is not None:
            yield past.book(at).quotes[0], past.book(until).quotes[0], bar


_PUBLISHED = Published("gate")
_FIELDS: Fields = {
    **dict.fromkeys(_NONE, lambda _: 0),
    "time": lambda quote: quote.now // 1000,
    "open_interest": lambda quote: 2 * quote.size,
    "open_interest_usd": lambda quote: 2 * quote.usd,
    "mark_price": "mark",
}
_STATISTIC = _PUBLISHED.kinds("statistics", {"whole": _FIELDS, "fractions": _FIELDS}, size_kind)
_CANDLE: Fields = {
    "t": lambda it: it[0].now // 1000, "o": lambda it: it[0].last, "c": lambda it: it[1].last,
    "h": lambda it: max(it[0].last, it[1].last, it[2].high),
    "l": lambda it: min(it[0].last, it[1].last, it[2].low),
    "v": lambda it: int(it[2].base / it[0].instrument.contract_size), "sum": lambda it: it[2].usd,
}  # fmt: skip
PAST = (
    _PUBLISHED.table("statistics", _STATISTIC, _statistics, past_of="contract"),
    _PUBLISHED.table("candles", _CANDLE, _candles, past_of="contract"),
)
"""What is told of one contract, now and before."""
