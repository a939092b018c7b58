"""Phemex as simulated: USDT contracts in coins, and the older ones in contracts, scaled.

``openInterestRv`` of the USDT contracts is coins, whatever the name says. ``openInterest`` of the
older ones is contracts: 1 USD for BTCUSD, which is inverse, and some coins for the others, which
are linear and settled in USD. Prices there are times 10^4, rates times 10^8.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, plain, price_step
from oirisk.sandbox.listing import in_thousands, inverse, linear, sized
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, SimulatedVenue

_COINS = 205
_SCALED = {"ETH": Decimal("0.005"), "XRP": Decimal(5), "LTC": Decimal("0.05")}
_SMALLEST = Decimal("0.0001")
_THOUSAND = 1000
_BILLION = 1_000_000_000


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    perpetuals = [_linear(coin) for coin in coins[:_COINS]]
    bitcoin = replace(inverse(perpetuals[0], "BTCUSD"), price_step=Decimal("0.1"))
    scaled = [_in_contracts(coin) for coin in coins if coin.name in _SCALED]
    return (*perpetuals, bitcoin, *scaled)


def _linear(coin: Coin) -> SimulatedInstrument:
    listed = in_thousands(coin)
    prefix = "u" if listed[1] > 1 else ""
    perp = linear("phemex", coin, f"{prefix}{listed[0]}USDT", "USDT", listed)
    return replace(perp, product="usdt")


def _in_contracts(coin: Coin) -> SimulatedInstrument:
    """Make a contract that is settled in USD and holds some coins."""
    perp = sized(linear("phemex", coin, f"{coin.name}USD", "USD"), _SCALED[coin.name])
    step = max(price_step(coin.price), _SMALLEST)
    return replace(perp, product="usd", price_step=step, weight=0.03, funding_hours=8)


def _old(query: Query, book: Book) -> list[Quote]:
    del query
    return book.of("inverse", "usd")


def _old_listed(query: Query, book: Book) -> list[SimulatedInstrument]:
    return [quote.instrument for quote in _old(query, book)]


def _usdt(query: Query, book: Book) -> list[Quote]:
    del query
    return book.of("usdt")


def _products(query: Query, book: Book) -> Any:  # noqa: ANN401 -- any JSON
    usdt = [_USDT(quote.instrument) for quote in _usdt(query, book)]
    return _ANSWER(([_OLD(it) for it in _old_listed(query, book)], usdt))


def _counted(it: SimulatedInstrument) -> str:
    """Return what the size of an older contract is counted in."""
    return "USD" if it.margin == "inverse" else it.asset


def _base(it: SimulatedInstrument) -> str:
    thousands = it.base_multiplier == _THOUSAND
    return it.listed_base.replace("1000", "1000 ", 1) if thousands else it.listed_base


def _scaled(name: str, places: int = 4) -> Callable[[Quote], int]:
    """Return a reader of a figure as a whole number, scaled by a power of ten."""
    read = attrgetter(name)
    return lambda quote: int(read(quote).scaleb(places))


def _turnover(quote: Quote) -> int:
    return int(quote.turnover.scaleb(8 if quote.instrument.margin == "inverse" else 4))


_PUBLISHED = Published("phemex")
_OLD = _PUBLISHED.row("products", {
    "symbol": "native", "displaySymbol": lambda it: f"{it.asset} / USD",
    "indexSymbol": lambda it: f".{it.asset}", "markSymbol": lambda it: f".M{it.asset}",
    "contractUnderlyingAssets": _counted,
    "settleCurrency": "settle", "quoteCurrency": "quote", "contractSize": "contract_size",
    "tickSize": "price_step", "maxLeverage": "max_leverage",
}, "old")  # fmt: skip
_USDT = _PUBLISHED.row("products", {
    "symbol": "native", "displaySymbol": lambda it: f"{_base(it)} / USDT",
    "indexSymbol": lambda it: f".{it.native}", "markSymbol": lambda it: f".M{it.native}",
    "fundingRateSymbol": lambda it: f".{it.native}FR", "contractUnderlyingAssets": _base,
    "fundingRate8hSymbol": lambda it: f".{it.native}FR8H", "settleCurrency": "settle",
    "quoteCurrency": "quote", "tickSize": "price_step", "baseCurrency": _base,
    "fundingInterval": lambda it: 3600 * (it.funding_hours or 8), "maxLeverage": "max_leverage",
    "qtyPrecision": "size_decimals", "qtyStepSize": "size_step",
}, "usdt")  # fmt: skip
_ANSWER = _PUBLISHED.body(
    "products", {"data.products": itemgetter(0), "data.perpProductsV2": itemgetter(1)}
)
_SCALES = _PUBLISHED.row("scales", {
    "symbol": "native", "underlyingSymbol": lambda it: f".{it.asset}", "baseCurrency": "asset",
    "quoteCurrency": "quote", "settlementCurrency": "settle", "tickSize": "price_step",
    "contractSize": lambda it: f"{plain(it.contract_size)} {_counted(it)}",
    "valueScale": lambda it: 8 if it.margin == "inverse" else 4, "maxLeverage": "max_leverage",
})  # fmt: skip
_TICKER: Fields = {
    "closeRp": "last", "fundingRateRr": "funding_or_zero", "highRp": "high",
    "indexPriceRp": "index", "lowRp": "low", "markPriceRp": "mark", "openInterestRv": "size",
    "openRp": "before", "predFundingRateRr": "funding_or_zero", "symbol": "instrument.native",
    "timestamp": lambda quote: 1_000_000 * quote.now, "turnoverRv": "volume_usd",
    "volumeRq": "volume_base",
}  # fmt: skip
_SCALED_TICKER: Fields = {
    "askEp": _scaled("ask"), "bidEp": _scaled("bid"), "highEp": _scaled("high"),
    "indexEp": _scaled("index"), "lastEp": _scaled("last"), "lowEp": _scaled("low"),
    "markEp": _scaled("mark"), "openEp": _scaled("before"), "openInterest": "size",
    "fundingRateEr": _scaled("funding_or_zero", 8), "symbol": "instrument.native",
    "predFundingRateEr": _scaled("funding_or_zero", 8), "turnoverEv": _turnover,
    "timestamp": lambda quote: 1_000_000 * quote.now, "volume": "contracts",
}  # fmt: skip

VENUE = SimulatedVenue(
    id="phemex",
    share=0.02,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=5000, seconds=300),
    endpoints=(
        _PUBLISHED.answer("products", _products),
        _PUBLISHED.table("scales", _SCALES, _old_listed),
        _PUBLISHED.table(
            "tickers",
            _TICKER,
            _usdt,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["result"]],
                symbol="symbol",
                sizes=("openInterestRv",),
                stamps={"timestamp": _BILLION},
            ),
        ),
        _PUBLISHED.table(
            "scaled tickers",
            _SCALED_TICKER,
            _old,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["result"]],
                symbol="symbol",
                sizes=("openInterest",),
                stamps={"timestamp": _BILLION},
            ),
        ),
    ),
)
