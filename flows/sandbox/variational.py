"""Variational as simulated: USDC perpetuals against one pool, longs and shorts apart in USD.

The total of the answer counts both ends of every position, the pool's too. Funding is printed by
the year and left out here. There is no instant.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.flows.sandbox.assets import Coin
from oirisk.flows.sandbox.instruments import Calendar, SimulatedInstrument, plain
from oirisk.flows.sandbox.listing import in_thousands, linear
from oirisk.flows.sandbox.quotes import Book, Quote
from oirisk.flows.sandbox.venue import (
    Endpoint,
    OpenInterestBody,
    Query,
    RateLimit,
    Row,
    SimulatedVenue,
)

_COINS = 50
_SIDES = ("long_open_interest", "short_open_interest")


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    return tuple(_perp(coin) for coin in coins[:_COINS])


def _perp(coin: Coin) -> SimulatedInstrument:
    listed = in_thousands(coin)
    perp = linear("variational", coin, listed[0], "USDC", listed)
    return replace(perp, product="pool", kind="pool", funding_hours=None)


def _stats(query: Query, book: Book) -> dict[str, Any]:
    del query
    both = sum((side for quote in book.quotes for side in _usd(quote)), Decimal(0))
    return {
        "total_volume_24h": plain(sum((q.volume_usd for q in book.quotes), Decimal(0))),
        "open_interest": plain(2 * both),
        "num_markets": len(book.quotes),
        "listings": [_listing(quote) for quote in book.quotes],
    }


def _usd(quote: Quote) -> list[Decimal]:
    """Return the traders' longs and shorts in USD."""
    return [side * quote.mark for side in quote.sides]


def _listing(quote: Quote) -> Row:
    it = quote.instrument
    return {
        "ticker": it.native,
        "name": it.asset,
        "mark_price": plain(quote.mark),
        "volume_24h": plain(quote.volume_usd),
        "open_interest": dict(zip(_SIDES, map(plain, _usd(quote)), strict=True)),
    }


VENUE = SimulatedVenue(
    id="variational",
    share=0.01,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=10, seconds=10),
    endpoints=(
        Endpoint(
            "GET",
            "/metadata/stats",
            _stats,
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
