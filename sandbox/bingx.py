"""BingX as simulated: one contract a request, worth in USDT for linear, coins for coin-margined.

Marks and funding come in bulk from ``premiumIndex``, volumes from ``ticker``. Every request may
carry a ``timestamp``, which plays no part.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, decimals, quantity_step
from oirisk.sandbox.listing import inverse, linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    OneSymbol,
    OpenInterestBody,
    Query,
    RateLimit,
    SimulatedVenue,
)

_SWAP, _COIN = "/openApi/swap/v2/quote", "/openApi/cswap/v1/market"
_COINS = 118
_THOUSANDS = ("PEPE", "BONK", "SATS", "RATS", "CAT")
_INVERSE = ("BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "ADA", "LTC", "LINK", "AVAX")
_ONE_SYMBOL = OneSymbol("symbol", {"code": 109425, "msg": "this symbol is not exist", "data": {}})


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    perpetuals = [_linear(coin) for coin in coins[:_COINS]]
    inverses = [_inverse(coin) for coin in coins if coin.name in _INVERSE]
    return tuple(perpetuals + inverses)


def _linear(coin: Coin) -> SimulatedInstrument:
    listed = (f"1000{coin.name}", 1000) if coin.name in _THOUSANDS else (coin.name, 1)
    perp = linear("bingx", coin, f"{listed[0]}-USDT", "USDT", listed)
    return replace(perp, prints_usd=True, size_step=Decimal("0.01"))


def _inverse(coin: Coin) -> SimulatedInstrument:
    usd = Decimal(100) if coin.name == "BTC" else Decimal(10)
    perp = inverse(_linear(coin), f"{coin.name}-USD", usd, weight=0.06)
    return replace(
        perp, prints_usd=False, oi_unit=Decimal(1), size_step=quantity_step(coin.price, 10.0)
    )


def _of(product: str) -> Callable[[Query, Book], list[Quote]]:
    """Return a reader of the quotes of a product line, or of the contract that is named."""

    def named(query: Query, book: Book) -> list[Quote]:
        name = query.get("symbol", "")
        return [quote for quote in book.of(product) if not name or quote.instrument.native == name]

    return named


def _lot(quote: Quote) -> Decimal:
    return quantity_step(float(quote.instrument.price_step) * 100_000)


_PUBLISHED = Published("bingx")
_NOW: Fields = {"timestamp": "now"}
_CONTRACT: Fields = {
    "symbol": "instrument.native", "size": _lot, "tradeMinQuantity": _lot,
    "quantityPrecision": lambda quote: decimals(_lot(quote)),
    "pricePrecision": "instrument.price_decimals", "maxLongLeverage": "instrument.max_leverage",
    "maxShortLeverage": "instrument.max_leverage", "currency": "instrument.settle",
    "asset": "instrument.listed_base", "displayName": "instrument.native",
}  # fmt: skip
_COIN_CONTRACT: Fields = {
    "symbol": "instrument.native", "pricePrecision": "instrument.price_decimals",
    "minTickSize": "instrument.contract_size", "minTradeValue": "instrument.contract_size",
}  # fmt: skip
_PREMIUM: Fields = {
    "symbol": "instrument.native", "markPrice": "mark", "indexPrice": "index",
    "lastFundingRate": "funding_or_zero", "nextFundingTime": "next_funding",
    "fundingIntervalHours": "instrument.funding_hours",
}  # fmt: skip
_TICKER: Fields = {
    "symbol": "instrument.native", "priceChange": "rise", "lastPrice": "last",
    "priceChangePercent": lambda quote: f"{100 * quote.change:.2f}%", "highPrice": "high",
    "lowPrice": "low", "volume": "volume_base", "quoteVolume": "volume_usd",
    "openPrice": "before", "closeTime": "now", "askPrice": "ask", "bidPrice": "bid",
}  # fmt: skip
_COIN_OPEN_INTEREST: Fields = {
    "symbol": "instrument.native", "openInterest": "size", "timestamp": "now",
}  # fmt: skip

VENUE = SimulatedVenue(
    id="bingx",
    share=0.08,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=500, seconds=10),
    endpoints=(
        _PUBLISHED.table("contracts", _CONTRACT, _of("linear")),
        _PUBLISHED.table("coin contracts", _COIN_CONTRACT, _of("inverse"), _NOW),
        _PUBLISHED.one(
            "open interest",
            {
                "data.openInterest": "size",
                "data.symbol": "instrument.native",
                "data.time": "now",
            },
            one_symbol=_ONE_SYMBOL,
            open_interest=OpenInterestBody(
                tables=lambda body: [[body["data"]]],
                symbol="symbol",
                sizes=("openInterest",),
                stamps={"time": 1000},
            ),
        ),
        _PUBLISHED.table(
            "coin open interest",
            _COIN_OPEN_INTEREST,
            envelope=_NOW,
            one_symbol=_ONE_SYMBOL,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]],
                symbol="symbol",
                sizes=("openInterest",),
                stamps={"timestamp": 1000},
            ),
        ),
        _PUBLISHED.table("premiums", _PREMIUM, _of("linear")),
        _PUBLISHED.table("coin premiums", _PREMIUM, _of("inverse"), _NOW),
        _PUBLISHED.table(
            "tickers",
            {**_TICKER, "openTime": lambda quote: quote.now - 86_400_000},
            _of("linear"),
            _NOW,
        ),
        _PUBLISHED.table("coin tickers", _TICKER, _of("inverse"), _NOW),
        _PUBLISHED.fixed("spot"),
    ),
)
