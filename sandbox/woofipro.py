"""WOOFi Pro (Orderly) as simulated: USDC perpetuals in one answer, numbers as numbers.

``open_interest`` is listed base coins. The one instant is that of the whole answer.
"""

from collections.abc import Sequence
from dataclasses import replace

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import in_thousands, linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.venue import OpenInterestBody, RateLimit, SimulatedVenue

_COINS = 105


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    return tuple(_perp(coin) for coin in coins[:_COINS])


def _perp(coin: Coin) -> SimulatedInstrument:
    listed = in_thousands(coin)
    perp = linear("woofipro", coin, f"PERP_{listed[0]}_USDC", "USDC", listed)
    return replace(perp, product="perp", funding_hours=8, max_leverage=50)


_PUBLISHED = Published("woofipro")
_NOW: Fields = {"timestamp": "now"}
_CONTRACT: Fields = {
    "symbol": "instrument.native", "quote_min": "instrument.price_step",
    "quote_max": lambda quote: quote.instrument.price_step * 10_000_000,
    "quote_tick": "instrument.price_step", "base_min": "instrument.size_step",
    "base_max": lambda quote: quote.instrument.size_step * 1_000_000,
    "base_tick": "instrument.size_step", "funding_period": "instrument.funding_hours",
}  # fmt: skip
_FUTURE: Fields = {
    "symbol": "instrument.native", "index_price": "index", "mark_price": "mark",
    "est_funding_rate": "funding_or_zero", "last_funding_rate": "funding_or_zero",
    "next_funding_time": "next_funding", "open_interest": "size", "24h_open": "before",
    "24h_close": "last", "24h_high": "high", "24h_low": "low", "24h_volume": "volume_base",
    "24h_amount": "volume_usd",
}  # fmt: skip

VENUE = SimulatedVenue(
    id="woofipro",
    share=0.003,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=10, seconds=1),
    endpoints=(
        _PUBLISHED.table("contracts", _CONTRACT, envelope=_NOW),
        _PUBLISHED.table(
            "futures",
            _FUTURE,
            envelope=_NOW,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]["rows"]],
                symbol="symbol",
                sizes=("open_interest",),
                stamps={"timestamp": 1000},
            ),
        ),
        _PUBLISHED.fixed("tokens"),
        _PUBLISHED.fixed("chains"),
    ),
)
