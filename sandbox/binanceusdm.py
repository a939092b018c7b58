"""Binance USDⓈ-M as simulated: open interest in coins, one contract a request.

Prices and funding come in bulk from ``premiumIndex``, volumes from ``ticker/24hr``.
"""

from collections.abc import Sequence
from dataclasses import replace

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.binance_rows import contracts, linear_prices, open_interest
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import dated, in_thousands, linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Query, RateLimit, SimulatedVenue

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


def _unusual(query: Query, book: Book) -> list[Quote]:
    """Return the contracts whose funding interval is not the usual eight hours."""
    del query
    return [quote for quote in book.quotes if quote.instrument.funding_hours not in {None, 8}]


_PUBLISHED = Published("binanceusdm")
_FUNDING: Fields = {
    "symbol": "instrument.native", "fundingIntervalHours": "instrument.funding_hours",
}  # fmt: skip

VENUE = SimulatedVenue(
    id="binanceusdm",
    share=0.36,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=2400, seconds=60),
    endpoints=(
        contracts(_PUBLISHED),
        open_interest(_PUBLISHED),
        *linear_prices(_PUBLISHED, {}),
        _PUBLISHED.table("funding", _FUNDING, _unusual),
    ),
)
