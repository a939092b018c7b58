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
    milliseconds,
    plain,
)
from oirisk.sandbox.listing import LISTED_MS, linear, renamed
from oirisk.sandbox.options import list_options, premium
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Query, Row

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


def chosen(query: Query, book: Book) -> list[Quote]:
    """Return the options on the base coin that is asked for; on BTC if none is."""
    coin = query.get("baseCoin", "BTC")
    return [quote for quote in book.of("option") if quote.instrument.asset == coin]


def option_instrument(it: SimulatedInstrument) -> Row:
    """Return an option's row of instruments-info."""
    return {
        "symbol": it.native,
        "status": "Trading",
        "baseCoin": it.listed_base,
        "quoteCoin": it.quote,
        "settleCoin": it.settle,
        "optionsType": str(it.option_type).capitalize(),
        "launchTime": str(LISTED_MS),
        "deliveryTime": str(milliseconds(it.expiry)) if it.expiry else "0",
        "deliveryFeeRate": "0.00015",
        "priceFilter": {"minPrice": "5", "maxPrice": "1110000", "tickSize": "5"},
        "lotSizeFilter": {
            "maxOrderQty": plain(it.size_step * 100_000),
            "minOrderQty": plain(it.size_step),
            "qtyStep": plain(it.size_step),
        },
        "displayName": it.native,
    }


def option_ticker(quote: Quote, book: Book) -> Row:
    """Return an option's ticker."""
    usd, volatility = premium(quote, book.at)
    share, price = f"{volatility / 100:.4f}", f"{usd:.8f}"
    return {
        "symbol": quote.instrument.native,
        "bid1Price": "0",
        "bid1Size": "0",
        "bid1Iv": "0",
        "ask1Price": price,
        "ask1Size": plain(quote.instrument.size_step),
        "ask1Iv": share,
        "lastPrice": price,
        "highPrice24h": price,
        "lowPrice24h": price,
        "markPrice": price,
        "indexPrice": plain(quote.index),
        "markIv": share,
        "underlyingPrice": plain(quote.mark),
        "openInterest": plain(quote.size),
        "turnover24h": plain(quote.volume_usd),
        "volume24h": plain(quote.volume_base),
        "totalVolume": "1",
        "totalTurnover": "100000",
        "delta": "0.5",
        "gamma": "0.00001",
        "vega": "60",
        "theta": "-20",
        "predictedDeliveryPrice": "0",
        "change24h": "0",
    }
