"""Variational as simulated: USDC perpetuals against one pool, longs and shorts apart in USD.

The total of the answer counts both ends of every position. Funding is printed by the year.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, plain
from oirisk.sandbox.listing import in_thousands, linear
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

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


def _stats(query: Query, book: Book) -> dict[str, Any]:
    del query
    listings = [_listing(quote) for quote in book.quotes]
    both = sum(Decimal(row["open_interest"][side]) for row in listings for side in _SIDES)
    volume = sum(quote.volume_usd for quote in book.quotes)
    return {
        "total_volume_24h": plain(Decimal(volume)),
        "open_interest": plain(2 * Decimal(both)),
        "num_markets": len(listings),
        "listings": listings,
    }


def _listing(quote: Quote) -> Row:
    it = quote.instrument
    hours = it.funding_hours or 0
    return {
        "ticker": it.native,
        "name": it.asset,
        "mark_price": plain(quote.mark),
        "volume_24h": plain(quote.volume_usd),
        "open_interest": dict(zip(_SIDES, map(plain, quote.sides), strict=True)),
        "funding_rate": plain((quote.funding or Decimal(0)) * _HOURS_A_YEAR / (hours or 1)),
        "funding_interval_s": 3600 * hours,
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
