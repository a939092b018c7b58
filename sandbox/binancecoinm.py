"""Binance COIN-M as simulated: open interest in contracts, one contract a request.

A contract is 100 USD for BTC and 10 USD for every other coin.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.binance_rows import (
    ONE_OPEN_INTEREST,
    ONE_SYMBOL,
    TICKERS_WEIGHT,
    contract_type,
    exchange_info,
    premium_row,
    symbol_row,
    ticker_row,
)
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds, plain
from oirisk.sandbox.listing import dated, inverse, linear
from oirisk.sandbox.quotes import Book
from oirisk.sandbox.venue import Endpoint, Query, RateLimit, Row, SimulatedVenue

_COINS = (
    *("BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "ADA", "LINK", "BCH", "LTC", "AVAX", "DOT"),
    *("UNI", "NEAR", "TRX", "XLM", "FIL", "ETC", "APT", "OP"),
)


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    perpetuals = [_inverse(coin) for coin in coins if coin.name in _COINS]
    futures = [
        dated(perp, f"{_pair(perp)}_{day:%y%m%d}", day)
        for perp in perpetuals[:4]
        for day in calendar.quarters[:2]
    ]
    return tuple(perpetuals + futures)


def _inverse(coin: Coin) -> SimulatedInstrument:
    usd = Decimal(100) if coin.name == "BTC" else Decimal(10)
    return inverse(linear("binancecoinm", coin, ""), f"{coin.name}USD_PERP", usd)


def _pair(it: SimulatedInstrument) -> str:
    return f"{it.asset}USD"


def _exchange_info(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [
        {
            **symbol_row(quote.instrument, book),
            "contractStatus": "TRADING",
            "contractSize": int(quote.instrument.contract_size),
            "equalQtyPrecision": 4,
        }
        for quote in book.quotes
    ]
    return exchange_info(rows, book)


def _open_interest(query: Query, book: Book) -> Row:
    del query
    (quote,) = book.quotes
    return {
        "symbol": quote.instrument.native,
        "pair": _pair(quote.instrument),
        "openInterest": plain(quote.size),
        "contractType": contract_type(quote.instrument, book),
        "time": milliseconds(book.at),
    }


def _premiums(query: Query, book: Book) -> list[Row]:
    """Return mark and index prices with funding; a list also if a symbol is named."""
    return [
        {**premium_row(quote, book), "pair": _pair(quote.instrument)}
        for quote in book.quotes
        if query.get("symbol", quote.instrument.native) == quote.instrument.native
    ]


def _tickers(query: Query, book: Book) -> list[Row]:
    return [
        {
            **ticker_row(quote, book),
            "pair": _pair(quote.instrument),
            "volume": plain(quote.volume_usd / quote.instrument.contract_size),
            "baseVolume": plain(quote.volume_base),
        }
        for quote in book.quotes
        if query.get("symbol", quote.instrument.native) == quote.instrument.native
    ]


VENUE = SimulatedVenue(
    id="binancecoinm",
    share=0.03,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=2400, seconds=60),
    endpoints=(
        Endpoint("GET", "/dapi/v1/exchangeInfo", _exchange_info),
        Endpoint(
            "GET",
            "/dapi/v1/openInterest",
            _open_interest,
            one_symbol=ONE_SYMBOL,
            open_interest=ONE_OPEN_INTEREST,
        ),
        Endpoint("GET", "/dapi/v1/premiumIndex", _premiums, weight=10),
        Endpoint("GET", "/dapi/v1/ticker/24hr", _tickers, weight=TICKERS_WEIGHT),
    ),
)
