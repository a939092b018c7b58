"""Aster as simulated: Binance's addresses and rows, perpetuals in USDT and a few in USD1.

Unlike Binance it lists the funding interval of every contract.
"""

from collections.abc import Sequence
from dataclasses import replace

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.binance_rows import contracts, linear_prices, open_interest
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import in_thousands, linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.venue import RateLimit, SimulatedVenue

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


_PUBLISHED = Published("aster")
_FUNDING: Fields = {
    "symbol": "instrument.native", "fundingIntervalHours": "instrument.funding_hours",
    "time": "now",
}  # fmt: skip
_TICKER: Fields = {
    "baseAsset": "instrument.listed_base", "quoteAsset": "instrument.quote", "bidPrice": "bid",
    "askPrice": "ask",
}  # fmt: skip

VENUE = SimulatedVenue(
    id="aster",
    share=0.02,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=2400, seconds=60),
    endpoints=(
        _PUBLISHED.fixed("spot"),
        contracts(_PUBLISHED),
        open_interest(_PUBLISHED),
        *linear_prices(_PUBLISHED, _TICKER),
        _PUBLISHED.table("funding", _FUNDING),
    ),
)
