"""Binance USDⓈ-M as simulated: open interest in coins, one contract a request.

Prices and funding come in bulk from ``premiumIndex``, volumes from ``ticker/24hr``.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from oirisk.flows.sandbox.assets import Coin
from oirisk.flows.sandbox.binance_rows import (
    ONE_OPEN_INTEREST,
    ONE_SYMBOL,
    TICKERS_WEIGHT,
    exchange_info,
    premium_rows,
    symbol_row,
    ticker_row,
)
from oirisk.flows.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds, plain
from oirisk.flows.sandbox.listing import dated, in_thousands, linear
from oirisk.flows.sandbox.quotes import Book
from oirisk.flows.sandbox.venue import (
    Endpoint,
    Query,
    RateLimit,
    Row,
    SimulatedVenue,
)

_COINS = 255
_USDC = ("BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "SUI", "ENA", "LINK", "LTC")


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    perpetuals = [_linear(coin, "USDT") for coin in coins[:_COINS]]
    stable = [replace(_linear(coin, "USDC"), weight=0.07) for coin in coins if coin.name in _USDC]
    futures = [
        dated(perp, f"{perp.native}_{day:%y%m%d}", day)
        for perp in perpetuals[:2]
        for day in calendar.quarters[:2]
    ]
    return tuple(perpetuals + stable + futures)


def _linear(coin: Coin, quote: str) -> SimulatedInstrument:
    listed = in_thousands(coin)
    return linear("binanceusdm", coin, f"{listed[0]}{quote}", quote, listed)


def _exchange_info(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [{**symbol_row(q.instrument, book), "status": "TRADING"} for q in book.quotes]
    return exchange_info(rows, book)


def _open_interest(query: Query, book: Book) -> Row:
    del query
    (quote,) = book.quotes
    return {
        "symbol": quote.instrument.native,
        "openInterest": plain(quote.size),
        "time": milliseconds(book.at),
    }


def _tickers(query: Query, book: Book) -> Any:  # noqa: ANN401 -- a list, or one row of it
    rows = [
        {
            **ticker_row(quote, book),
            "volume": plain(quote.volume_base),
            "quoteVolume": plain(quote.volume_usd),
        }
        for quote in book.quotes
        if query.get("symbol", quote.instrument.native) == quote.instrument.native
    ]
    return rows[0] if "symbol" in query and rows else rows


def _funding_info(query: Query, book: Book) -> list[Row]:
    """Return the contracts whose funding interval is not the usual eight hours."""
    del query
    return [
        {
            "symbol": quote.instrument.native,
            "adjustedFundingRateCap": "0.02",
            "adjustedFundingRateFloor": "-0.02",
            "fundingIntervalHours": quote.instrument.funding_hours,
            "disclaimer": False,
        }
        for quote in book.quotes
        if quote.instrument.funding_hours not in {None, 8}
    ]


VENUE = SimulatedVenue(
    id="binanceusdm",
    share=0.36,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=2400, seconds=60),
    endpoints=(
        Endpoint("GET", "/fapi/v1/exchangeInfo", _exchange_info),
        Endpoint(
            "GET",
            "/fapi/v1/openInterest",
            _open_interest,
            one_symbol=ONE_SYMBOL,
            open_interest=ONE_OPEN_INTEREST,
        ),
        Endpoint("GET", "/fapi/v1/premiumIndex", premium_rows, weight=10),
        Endpoint("GET", "/fapi/v1/ticker/24hr", _tickers, weight=TICKERS_WEIGHT),
        Endpoint("GET", "/fapi/v1/fundingInfo", _funding_info),
    ),
)
