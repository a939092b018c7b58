"""Bitget as simulated: USDT-, coin- and USDC-margined contracts, tickers in bulk.

``holdingAmount`` is listed base coins in all three lines, the coin-margined one included.
"""

from collections.abc import Sequence
from dataclasses import replace

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    quantity_step,
    quarter_code,
)
from oirisk.sandbox.listing import dated, inverse, linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    OpenInterestBody,
    Query,
    RateLimit,
    SimulatedVenue,
)

_COINS = 248
_THOUSANDS = ("BONK", "SATS", "RATS", "XEC", "CAT")
_USDC = ("BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "SUI")
_COIN_MARGINED = ("BTC", "ETH", "SOL", "XRP", "ADA", "LTC", "DOT", "LINK", "AVAX", "DOGE")
_LINES = {"USDT-FUTURES": "usdt", "COIN-FUTURES": "coin", "USDC-FUTURES": "usdc"}
_EACH_PATH = RateLimit(requests=20, seconds=1)


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    usdt = [replace(_linear(coin, "USDT"), product="usdt") for coin in coins[:_COINS]]
    usdc = [
        replace(_linear(coin, "USDC"), product="usdc", weight=0.03)
        for coin in coins
        if coin.name in _USDC
    ]
    inverses = [_inverse(coin) for coin in coins if coin.name in _COIN_MARGINED]
    futures = [
        dated(perp, f"{perp.native}{quarter_code(day)}", day)
        for perp in inverses[:2]
        for day in calendar.quarters[:2]
    ]
    return tuple(usdt + inverses + futures + usdc)


def _linear(coin: Coin, quote: str) -> SimulatedInstrument:
    listed = (f"1000{coin.name}", 1000) if coin.name in _THOUSANDS else (coin.name, 1)
    native = f"{listed[0]}USDT" if quote == "USDT" else f"{listed[0]}PERP"
    return linear("bitget", coin, native, quote, listed)


def _inverse(coin: Coin) -> SimulatedInstrument:
    return replace(
        inverse(_linear(coin, "USDT"), f"{coin.name}USD"),
        product="coin",
        prints_usd=False,
        size_step=quantity_step(coin.price, 10.0),
    )


def _selected(query: Query, book: Book) -> list[Quote]:
    return book.of(_LINES.get(query.get("productType", "").upper(), ""))


def _listed(query: Query, book: Book) -> list[SimulatedInstrument]:
    return [quote.instrument for quote in _selected(query, book)]


def _margin_coins(it: SimulatedInstrument) -> list[str]:
    return ["BTC", "ETH", "USDC", it.asset] if it.margin == "inverse" else [it.settle]


_PUBLISHED = Published("bitget")
_CONTRACT: Fields = {
    "symbol": "native", "baseCoin": "listed_base", "quoteCoin": "quote",
    "supportMarginCoins": _margin_coins, "minTradeNum": "size_step",
    "volumePlace": "size_decimals", "pricePlace": "price_decimals", "sizeMultiplier": "size_step",
    "symbolType": lambda it: "delivery" if it.expiry else "perpetual",
    "deliveryTime": lambda it: it.expiry_ms or "", "maxLever": "max_leverage",
    "deliveryPeriod": lambda it: "this_quarter" if it.expiry else "",
    "fundInterval": lambda it: it.funding_hours or 8,
}  # fmt: skip
_FIELDS: Fields = {
    "symbol": "instrument.native", "lastPr": "last", "askPr": "ask", "bidPr": "bid",
    "high24h": "high", "low24h": "low", "ts": "now", "change24h": "change",
    "baseVolume": "volume_base", "quoteVolume": "volume_usd", "usdtVolume": "volume_usd",
    "openUtc": "before", "changeUtc24h": "change", "indexPrice": "index",
    "fundingRate": "funding_or_zero", "holdingAmount": "size", "open24h": "before",
    "markPrice": "mark",
}  # fmt: skip
_TICKERS = _PUBLISHED.kinds("tickers", {
    "perp": _FIELDS,
    "future": {**_FIELDS, "deliveryTime": "instrument.expiry_ms"},
})  # fmt: skip
_ENVELOPE: Fields = {"requestTime": "now"}

VENUE = SimulatedVenue(
    id="bitget",
    share=0.14,
    list_contracts=_list_contracts,
    endpoints=(
        _PUBLISHED.table("contracts", _CONTRACT, _listed, _ENVELOPE, limit=_EACH_PATH),
        _PUBLISHED.table(
            "tickers",
            _TICKERS,
            _selected,
            _ENVELOPE,
            limit=_EACH_PATH,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]],
                symbol="symbol",
                sizes=("holdingAmount",),
                stamps={"ts": 1000, "requestTime": 1000},
            ),
        ),
        _PUBLISHED.fixed("spot", limit=_EACH_PATH),
        _PUBLISHED.fixed("coins"),
        _PUBLISHED.fixed("currencies"),
    ),
)
