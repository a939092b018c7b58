"""Bybit's options as simulated: settled in USDT, sized in coins, asked for coin by coin.

``openInterest`` is printed once, not for both sides. ``markPrice`` is the premium, and
``underlyingPrice`` the forward of the expiry.
"""

from collections.abc import Sequence

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    day_month_year,
)
from oirisk.sandbox.listing import linear, renamed
from oirisk.sandbox.options import list_options
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Query

_COINS = ("BTC", "ETH", "SOL", "XRP")


def list_bybit_options(
    coins: Sequence[Coin], calendar: Calendar
) -> tuple[SimulatedInstrument, ...]:
    """List the options, named BTC-25DEC26-90000-C-USDT."""
    return tuple(
        renamed(option, _native(option))
        for coin in coins
        if coin.name in _COINS
        for option in list_options(linear("bybit", coin, f"{coin.name}USDT"), coin, calendar)
    )


def _native(option: SimulatedInstrument) -> str:
    strike, letter = option.symbol.split("-")[2:]
    day = day_month_year(option.expiry) if option.expiry else ""
    return f"{option.asset}-{day}-{strike}-{letter}-{option.settle}"


def _of_coin(query: Query, book: Book) -> list[Quote]:
    """Return the options on the base coin that is asked for; on BTC if none is."""
    coin = query.get("baseCoin", "BTC")
    return [quote for quote in book.of("option") if quote.instrument.asset == coin]


def _instruments(query: Query, book: Book) -> list[SimulatedInstrument]:
    return [quote.instrument for quote in _of_coin(query, book)]


_PUBLISHED = Published("bybit")
_INSTRUMENT: Fields = {
    "symbol": "native", "baseCoin": "listed_base", "quoteCoin": "quote", "settleCoin": "settle",
    "optionsType": lambda it: str(it.option_type).capitalize(), "deliveryTime": "expiry_ms",
    "lotSizeFilter.maxOrderQty": lambda it: it.size_step * 100_000, "displayName": "native",
    "lotSizeFilter.minOrderQty": "size_step", "lotSizeFilter.qtyStep": "size_step",
}  # fmt: skip
_TICKER: Fields = {
    "symbol": "instrument.native", "bid1Price": "premium_bid", "bid1Iv": "bid_volatility",
    "ask1Price": "premium_ask", "ask1Iv": "ask_volatility",
    "lastPrice": "premium_usd", "highPrice24h": "premium_usd", "lowPrice24h": "premium_usd",
    "markPrice": "premium_usd", "markIv": "volatility", "indexPrice": "index",
    "underlyingPrice": "underlying", "openInterest": "size", "turnover24h": "volume_usd",
    "volume24h": "volume_base", "delta": "value.delta", "gamma": "value.gamma",
    "vega": "value.vega", "theta": "value.theta",
}  # fmt: skip
_NOW: Fields = {"time": "now"}
_WHEN = {"category": "option"}
OPTIONS = _PUBLISHED.table("instruments of options", _INSTRUMENT, _instruments, _NOW, when=_WHEN)
"""The contracts."""

OPTION_TICKERS = _PUBLISHED.table("tickers of options", _TICKER, _of_coin, _NOW, when=_WHEN)
"""Their tickers."""
