"""Variational as simulated: USDC perpetuals against one pool, longs and shorts apart in USD.

The total of the answer counts both ends of every position. Funding is printed by the year.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import in_thousands, linear
from oirisk.sandbox.published import Fields, Published, Reply
from oirisk.sandbox.quotes import Quote
from oirisk.sandbox.venue import OpenInterestBody, RateLimit, SimulatedVenue

_COINS = 50
_CENT = Decimal("0.01")
_HOURS_A_YEAR = 8760
_SIDES = ("long_open_interest", "short_open_interest")


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    return tuple(_perp(coin) for coin in coins[:_COINS])


def _perp(coin: Coin) -> SimulatedInstrument:
    listed = in_thousands(coin)
    perp = linear("variational", coin, listed[0], "USDC", listed)
    return replace(
        perp, product="pool", kind="pool", size_step=_CENT, prints_usd=True, max_leverage=50
    )


def _side(number: int, quote: Quote) -> Decimal:
    return quote.sides[number]


def _both(reply: Reply) -> Decimal:
    """Return both ends of every position, of longs and shorts alike."""
    sides = (Decimal(row["open_interest"][side]) for row in reply.rows for side in _SIDES)
    return 2 * sum(sides, Decimal(0))


def _volume(reply: Reply) -> Decimal:
    return sum((Decimal(row["volume_24h"]) for row in reply.rows), Decimal(0))


_PUBLISHED = Published("variational")
_LISTING: Fields = {
    "ticker": "instrument.native", "name": "instrument.asset", "mark_price": "mark",
    "volume_24h": "volume_usd",
    **{f"open_interest.{side}": partial(_side, number) for number, side in enumerate(_SIDES)},
    "funding_rate": lambda quote: (
        quote.funding_or_zero * _HOURS_A_YEAR / (quote.instrument.funding_hours or 1)
    ),
    "funding_interval_s": lambda quote: 3600 * (quote.instrument.funding_hours or 0),
}  # fmt: skip
_TOTALS: Fields = {
    "total_volume_24h": _volume, "open_interest": _both,
    "num_markets": lambda reply: len(reply.rows),
}  # fmt: skip

VENUE = SimulatedVenue(
    id="variational",
    share=0.01,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=10, seconds=10),
    endpoints=(
        _PUBLISHED.table(
            "statistics",
            _LISTING,
            envelope=_TOTALS,
            open_interest=OpenInterestBody(
                tables=lambda body: [
                    body["listings"],
                    [row["open_interest"] for row in body["listings"]],
                ],
                symbol="ticker",
                sizes=_SIDES,
            ),
        ),
    ),
)
