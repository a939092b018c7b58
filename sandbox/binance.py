"""Binance options as simulated: open interest of one underlying and one expiry a request.

Open interest is coins, ``sumOpenInterestUsd`` their value at the underlying's price. The futures
of Binance are exchanges of their own here, so this one lists none of them.
"""

from collections.abc import Sequence
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.binance_rows import exchange_info, spot_info
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds, plain
from oirisk.sandbox.listing import decimals, linear, renamed
from oirisk.sandbox.options import list_options, premium
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = ("BTC", "ETH", "SOL", "XRP")


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    return tuple(
        renamed(option, _native(option))
        for coin in coins
        if coin.name in _COINS
        for option in list_options(linear("binance", coin, f"{coin.name}USDT"), coin, calendar)
    )


def _native(option: SimulatedInstrument) -> str:
    """Return the name, which is the unified symbol's tail after the coin: BTC-261225-90000-C."""
    return f"{option.asset}-{option.symbol.split('-', 1)[1]}"


def _exchange_info(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [_option(place, quote.instrument) for place, quote in enumerate(book.quotes)]
    return {
        "timezone": "UTC",
        "serverTime": milliseconds(book.at),
        "optionContracts": [],
        "optionAssets": [{"id": 1, "name": "USDT"}],
        "optionSymbols": rows,
        "rateLimits": [],
    }


def _option(place: int, it: SimulatedInstrument) -> Row:
    return {
        "contractId": place,
        "expiryDate": milliseconds(it.expiry) if it.expiry else 0,
        "filters": [],
        "id": place,
        "symbol": it.native,
        "side": str(it.option_type).upper(),
        "strikePrice": f"{it.strike:.8f}",
        "underlying": f"{it.asset}USDT",
        "unit": 1,
        "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0005",
        "minQty": plain(it.size_step),
        "maxQty": plain(it.size_step * 1_000_000),
        "priceScale": decimals(it.price_step),
        "quantityScale": decimals(it.size_step),
        "quoteAsset": "USDT",
    }


def _selected(query: Query, book: Book) -> list[Quote]:
    underlying, expiry = query.get("underlyingAsset", ""), query.get("expiration", "")
    return [q for q in book.quotes if q.instrument.native.startswith(f"{underlying}-{expiry}-")]


def _open_interest(query: Query, book: Book) -> list[Row]:
    return [
        {
            "symbol": quote.instrument.native,
            "sumOpenInterest": plain(quote.size),
            "sumOpenInterestUsd": plain(quote.usd),
            "timestamp": str(milliseconds(book.at)),
        }
        for quote in _selected(query, book)
    ]


def _marks(query: Query, book: Book) -> list[Row]:
    del query
    return [_mark(quote, book) for quote in book.quotes]


def _mark(quote: Quote, book: Book) -> Row:
    usd, volatility = premium(quote, book.at)
    return {
        "symbol": quote.instrument.native,
        "markPrice": f"{usd:.4f}",
        "bidIV": f"{volatility / 100 - 0.01:.8f}",
        "askIV": f"{volatility / 100 + 0.01:.8f}",
        "markIV": f"{volatility / 100:.8f}",
        "riskFreeInterest": "0.00000000",
    }


def _index(query: Query, book: Book) -> Row:
    coin = query.get("underlying", "").removesuffix("USDT")
    found = [quote.index for quote in book.quotes if quote.instrument.asset == coin]
    if not found:
        return {"code": -1121, "msg": "Invalid symbol."}
    return {"time": milliseconds(book.at), "indexPrice": plain(found[0])}


def _no_futures(query: Query, book: Book) -> dict[str, Any]:
    del query
    return exchange_info([], book)


VENUE = SimulatedVenue(
    id="binance",
    share=0.06,
    option_share=0.05,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=400, seconds=60),
    endpoints=(
        Endpoint("GET", "/eapi/v1/exchangeInfo", _exchange_info),
        Endpoint(
            "GET",
            "/eapi/v1/openInterest",
            _open_interest,
            open_interest=OpenInterestBody(
                tables=lambda body: [body],
                symbol="symbol",
                sizes=("sumOpenInterest", "sumOpenInterestUsd"),
                stamps={"timestamp": 1000},
            ),
        ),
        Endpoint("GET", "/eapi/v1/mark", _marks, weight=5),
        Endpoint("GET", "/eapi/v1/index", _index),
        Endpoint("GET", "/api/v3/exchangeInfo", spot_info),
        Endpoint("GET", "/fapi/v1/exchangeInfo", _no_futures),
        Endpoint("GET", "/dapi/v1/exchangeInfo", _no_futures),
    ),
)
