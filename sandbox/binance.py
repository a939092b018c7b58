"""Binance options as simulated: open interest of one underlying and one expiry a request.

Open interest is coins, ``sumOpenInterestUsd`` their value at the underlying's price. The futures
of Binance are exchanges of their own here, so this one lists none of them.
"""

from collections.abc import Sequence
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import linear, renamed
from oirisk.sandbox.options import list_options
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, SimulatedVenue

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


def _of_expiry(query: Query, book: Book) -> list[Quote]:
    underlying, expiry = query.get("underlyingAsset", ""), query.get("expiration", "")
    return [q for q in book.quotes if q.instrument.native.startswith(f"{underlying}-{expiry}-")]


def _index(query: Query, book: Book) -> Any:  # noqa: ANN401 -- any JSON
    coin = query.get("underlying", "").removesuffix("USDT")
    found = [quote for quote in book.quotes if quote.instrument.asset == coin]
    return _INDEX(found[0]) if found else {"code": -1121, "msg": "Invalid symbol."}


_PUBLISHED = Published("binance")
_OPTION: Fields = {
    "symbol": "instrument.native", "expiryDate": "instrument.expiry_ms",
    "side": lambda quote: str(quote.instrument.option_type).upper(),
    "strikePrice": "instrument.strike", "minQty": "instrument.size_step",
    "underlying": lambda quote: f"{quote.instrument.asset}USDT",
    "maxQty": lambda quote: quote.instrument.size_step * 1_000_000,
    "priceScale": "instrument.price_decimals", "quantityScale": "instrument.size_decimals",
}  # fmt: skip
_INTEREST: Fields = {
    "symbol": "instrument.native", "sumOpenInterest": "size", "sumOpenInterestUsd": "usd",
    "timestamp": "now",
}  # fmt: skip
_MARK: Fields = {
    "symbol": "instrument.native", "markPrice": "premium_usd", "markIV": "volatility",
    "bidIV": "bid_volatility", "askIV": "ask_volatility", "delta": "value.delta",
    "gamma": "value.gamma", "vega": "value.vega", "theta": "value.theta",
}  # fmt: skip
_TICKER: Fields = {
    "symbol": "instrument.native", "volume": "volume_base", "lastPrice": "premium_usd",
    "bidPrice": "premium_bid", "askPrice": "premium_ask", "strikePrice": "instrument.strike",
    "exercisePrice": "index",
}  # fmt: skip
_INDEX = _PUBLISHED.body("index", {"time": "now", "indexPrice": "index"})

VENUE = SimulatedVenue(
    id="binance",
    share=0.06,
    option_share=0.05,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=400, seconds=60),
    endpoints=(
        _PUBLISHED.table("options", _OPTION, envelope={"serverTime": "now"}),
        _PUBLISHED.table(
            "open interest",
            _INTEREST,
            _of_expiry,
            open_interest=OpenInterestBody(
                tables=lambda body: [body],
                symbol="symbol",
                sizes=("sumOpenInterest", "sumOpenInterestUsd"),
                stamps={"timestamp": 1000},
            ),
        ),
        _PUBLISHED.table("marks", _MARK, weight=5),
        _PUBLISHED.table("tickers", _TICKER, weight=5),
        _PUBLISHED.answer("index", _index),
        _PUBLISHED.fixed("spot"),
        _PUBLISHED.fixed("no linear futures"),
        _PUBLISHED.fixed("no inverse futures"),
    ),
)
