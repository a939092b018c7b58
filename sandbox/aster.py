"""Aster as simulated: Binance's addresses and rows, perpetuals in USDT and a few in USD1.

Unlike Binance it lists the funding interval of every contract.
"""

from collections.abc import Sequence
from dataclasses import replace

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.binance_rows import (
    ONE_OPEN_INTEREST,
    ONE_SYMBOL,
    TICKERS_WEIGHT,
    funding_row,
    linear_info,
    one_open_interest,
    premium_rows,
    spot_info,
    ticker_rows,
)
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import in_thousands, linear
from oirisk.sandbox.quotes import Book
from oirisk.sandbox.venue import Endpoint, Query, RateLimit, Row, SimulatedVenue

_COINS = 60
_USD1 = ("BTC", "ETH", "SOL", "ASTER")


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    perpetuals = [_linear(coin, "USDT") for coin in coins[:_COINS]]
    others = [replace(_linear(coin, "USD1"), weight=0.05) for coin in coins if coin.name in _USD1]
    return tuple(perpetuals + others)


def _linear(coin: Coin, quote: str) -> SimulatedInstrument:
    listed = in_thousands(coin)
    return linear("aster", coin, f"{listed[0]}{quote}", quote, listed)


def _funding_info(query: Query, book: Book) -> list[Row]:
    del query
    return [funding_row(quote) for quote in book.quotes]


VENUE = SimulatedVenue(
    id="aster",
    share=0.02,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=2400, seconds=60),
    endpoints=(
        Endpoint("GET", "/api/v3/exchangeInfo", spot_info),
        Endpoint("GET", "/fapi/v3/exchangeInfo", linear_info),
        Endpoint(
            "GET",
            "/fapi/v1/openInterest",
            one_open_interest,
            one_symbol=ONE_SYMBOL,
            open_interest=ONE_OPEN_INTEREST,
        ),
        Endpoint("GET", "/fapi/v1/premiumIndex", premium_rows, weight=10),
        Endpoint("GET", "/fapi/v1/ticker/24hr", ticker_rows, weight=TICKERS_WEIGHT),
        Endpoint("GET", "/fapi/v1/fundingInfo", _funding_info),
    ),
)
