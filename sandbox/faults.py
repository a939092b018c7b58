"""What can go wrong with an exchange, on purpose."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import ISO_TEXT, OpenInterestBody

SCRIPT = "<script>alert(1)</script>"
SQL = "'; drop table x; --"
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_TOO_LOW = Decimal("0.95")


class Fault(StrEnum):
    """A fault of the open-interest answer.

    Where the market list is the same answer (BitMEX, dYdX, Gate, Hyperliquid, KuCoin Futures,
    Variational), loading the markets meets it too. Every other answer stays sound, but for what
    befalls options: that is in all that the exchange tells of them. Where one
    contract is asked about at a time, what befalls a row befalls the first contract of each
    product line.
    """

    RATE_LIMITED = "rate_limited"
    """Status 429 with ``Retry-After: 1``, every time."""

    SERVER_ERROR = "server_error"
    """Status 500, every time."""

    HTML = "html"
    """Status 200 with an HTML page in place of JSON."""

    TRUNCATED = "truncated"
    """Status 200 with JSON that stops in the middle."""

    EMPTY = "empty"
    """A well-formed answer with no rows."""

    DEAD_SYMBOL = "dead_symbol"
    """The first contract is listed, but it has no row; asked by name, it is not known."""

    DUPLICATED = "duplicated"
    """Every row comes twice, where there are rows."""

    DOUBLED = "doubled"
    """Every open interest is twice what it is."""

    THOUSANDFOLD = "thousandfold"
    """Every open interest is a thousand times what it is."""

    NAN = "nan"
    """The first row's open interest is the text NaN."""

    NEGATIVE = "negative"
    """The first row's open interest has a minus sign."""

    FUTURE = "future"
    """Every observation time, and the Date header, is one day ahead. Some exchanges print no
    observation time (dYdX, Gate, Hyperliquid, KuCoin Futures, Variational), so there only the
    header is."""

    STALE = "stale"
    """Every observation time is one day behind; the Date header is not."""

    FLAKY = "flaky"
    """Status 503 the first time that something is asked, sound afterwards."""

    SCRIPT_SYMBOL = "script_symbol"
    """One row more, a copy of the last, whose symbol holds a script element; where one contract
    is asked about, its answer is named so."""

    SQL_SYMBOL = "sql_symbol"
    """The same with a piece of SQL."""

    HANG = "hang"
    """The answer never comes; the connection stays open until the server stops."""

    DOWN = "down"
    """The connection is closed without an answer."""

    EXPIRED_OPTIONS = "expired_options"
    """Options of the next expiry are listed and told as if they had expired days before."""

    CROSSED_QUOTES = "crossed_quotes"
    """The best bid for each put is above the best ask, in price and in volatility."""

    STALE_UNDERLYING = "stale_underlying"
    """Options of the next expiry come with a price of their underlying that is 5 % too low, where
    the exchange prints one; premiums and volatilities are as they are."""

    ZERO_INTEREST = "zero_interest"
    """Of options of the next expiry nothing is open."""


_INTRUDERS = {Fault.SCRIPT_SYMBOL: SCRIPT, Fault.SQL_SYMBOL: SQL}
_FACTORS = {Fault.DOUBLED: 2, Fault.THOUSANDFOLD: 1000}
_SHIFTS = {Fault.FUTURE: _DAY, Fault.STALE: -_DAY}
_CHANGES: dict[Fault, Callable[[list[Any]], list[Any]]] = {
    Fault.EMPTY: lambda _rows: [],
    Fault.DEAD_SYMBOL: lambda rows: rows[1:],
    Fault.DUPLICATED: lambda rows: [*rows, *(copy(row) for row in rows)],
}


def spoil_options(book: Book, fault: Fault) -> Book:
    """Put a fault of options into everything that an exchange knows of them.

    Args:
        book: The exchange at an instant.
        fault: The fault; others leave the book as it is.
    """
    if fault not in _OF_OPTIONS:
        return book
    expiries = [q.instrument.expiry_ms for q in book.quotes if q.instrument.kind == "option"]
    which, spoil = _OF_OPTIONS[fault]
    quotes = (
        spoil(q) if q.instrument.kind == "option" and which(q, min(expiries)) else q
        for q in book.quotes
    )
    return replace(book, quotes=tuple(quotes))


def _is_next(quote: Quote, expiry_ms: int) -> bool:
    return quote.instrument.expiry_ms == expiry_ms


def _is_put(quote: Quote, expiry_ms: int) -> bool:
    del expiry_ms
    return quote.instrument.option_type == "put"


def _expired(quote: Quote) -> Quote:
    """Move the expiry back by whole weeks until it is over."""
    expiry = quote.instrument.expiry or quote.at
    weeks = (expiry - quote.at) // _WEEK + 1
    return replace(quote, instrument=replace(quote.instrument, expiry=expiry - weeks * _WEEK))


_OF_OPTIONS: dict[Fault, tuple[Callable[[Quote, int], bool], Callable[[Quote], Quote]]] = {
    Fault.EXPIRED_OPTIONS: (_is_next, _expired),
    Fault.CROSSED_QUOTES: (_is_put, lambda quote: replace(quote, spread=-quote.spread)),
    Fault.STALE_UNDERLYING: (_is_next, lambda quote: replace(quote, underlying_part=_TOO_LOW)),
    Fault.ZERO_INTEREST: (_is_next, lambda quote: replace(quote, size=Decimal(0))),
}
"""Which options a fault befalls, and what it does to one."""


def inject_fault(body: Any, where: OpenInterestBody, fault: Fault) -> None:  # noqa: ANN401 -- any JSON
    """Put a fault of the data into a body; the faults of the transport leave it as it is."""
    tables = where.tables(body)
    _spoil_all(body, tables, where, fault)
    if not tables[-1]:
        return
    if fault in _INTRUDERS:
        for table in tables:
            table.append(copy(table[-1]))
        _rename(tables[0][-1], where, _INTRUDERS[fault])
    elif fault in _CHANGES:
        for table in tables:
            table[:] = _CHANGES[fault](table)
    else:
        _spoil_row(tables[-1][0], where, fault)
    if where.put_back is not None:
        where.put_back(body, tables)


def inject_fault_into_one(
    body: Any,  # noqa: ANN401 -- any JSON
    where: OpenInterestBody,
    fault: Fault,
    *,
    first: bool,
) -> None:
    """Put a fault of the data into an answer about one contract.

    Args:
        body: The answer.
        where: Where its only row is.
        fault: The fault.
        first: Whether the contract is the first of its product line.
    """
    tables = where.tables(body)
    _spoil_all(body, tables, where, fault)
    row = tables[-1][0]
    if fault is Fault.EMPTY:
        row.clear()
    elif first and fault in _INTRUDERS:
        _rename(row, where, _INTRUDERS[fault])
    elif first:
        _spoil_row(row, where, fault)


def _spoil_all(
    body: Any,  # noqa: ANN401 -- any JSON
    tables: Sequence[list[Any]],
    where: OpenInterestBody,
    fault: Fault,
) -> None:
    """Put a fault that befalls every row alike into a body."""
    if fault in _SHIFTS:
        rows = [row for table in tables for row in table if row is not body]
        _shift([*rows, body] if isinstance(body, dict) else rows, where, _SHIFTS[fault])
    for row in tables[-1] if fault in _FACTORS else []:
        for key in where.sizes:
            if _has(row, key):
                row[key] = _times(row[key], _FACTORS[fault])


def _spoil_row(row: Any, where: OpenInterestBody, fault: Fault) -> None:  # noqa: ANN401 -- see Row
    for key in where.sizes:
        if fault is Fault.NAN:
            row[key] = "NaN"
        elif fault is Fault.NEGATIVE:
            row[key] = _times(row[key], -1)


def _rename(row: Any, where: OpenInterestBody, text: str) -> None:  # noqa: ANN401 -- see Row
    row[where.symbol] = text + _after_base(str(row[where.symbol]))


def _has(row: Any, key: str | int) -> bool:  # noqa: ANN401 -- see Row
    return isinstance(row, list) or key in row


def _times(value: Any, factor: int) -> Any:  # noqa: ANN401 -- text or a number, as it is printed
    return f"{Decimal(value) * factor:f}" if isinstance(value, str) else value * factor


def _after_base(symbol: str) -> str:
    """Return what follows the base, so that the name still looks like one of this exchange."""
    found = [place for mark in "-_:" if (place := symbol.find(mark)) > 0]
    return symbol[min(found) :] if found else ""


def _shift(rows: list[Any], where: OpenInterestBody, by: timedelta) -> None:
    for row in rows:
        for key, units in where.stamps.items():
            if _has(row, key):
                row[key] = _moved(row[key], units, by)


def _moved(stamp: Any, units: int, by: timedelta) -> Any:  # noqa: ANN401 -- text or a number
    if units == ISO_TEXT:
        return f"{datetime.fromisoformat(stamp) + by:%Y-%m-%dT%H:%M:%S.%fZ}"
    moved = int(stamp) + int(by.total_seconds()) * units
    return str(moved) if isinstance(stamp, str) else moved
