"""Bitfinex as simulated: perpetuals in USDT (called UST), rows as lists without names.

Place 18 of a status row is open interest in coins, 15 the mark price, 4 the index, 12 the current
funding. There is no volume. The first place is the name, the second the instant.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, quantity_step
from oirisk.sandbox.listing import SPOT_BASES, linear
from oirisk.sandbox.published import Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, SimulatedVenue

_COINS = 62
_NAME, _AT, _OPEN_INTEREST = 0, 1, 18
_SMALLEST = Decimal("0.00000001")


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    return tuple(_perp(coin) for coin in coins[:_COINS])


def _perp(coin: Coin) -> SimulatedInstrument:
    perp = linear("bitfinex", coin, f"t{_pair(coin.name)}")
    step = max(quantity_step(coin.price, 0.001), _SMALLEST)
    return replace(perp, product="perp", size_step=step, funding_hours=8)


def _pair(coin: str) -> str:
    return f"{coin}F0:USTF0"


def _configuration(query: Query, book: Book) -> list[Any]:
    """Answer one list for each label that is asked for; the pairs are the only ones filled."""
    spot = [_SPOT(f"{base}USD") for base in SPOT_BASES]
    futures = [_FUTURE(_pair(quote.instrument.asset)) for quote in book.quotes]
    filled = {"pub:info:pair": spot, "pub:info:pair:futures": futures}
    return [filled.get(label, []) for label in query.get("config", "").split(",")]


def _named(query: Query, book: Book) -> list[Quote]:
    keys = query.get("keys", "").split(",")
    return [q for q in book.quotes if keys == ["ALL"] or q.instrument.native in keys]


_PUBLISHED = Published("bitfinex")
_SPOT = _PUBLISHED.row("pairs", {"0": str}, "spot")
_FUTURE = _PUBLISHED.row("pairs", {"0": str}, "future")
_STATUS = _PUBLISHED.row("status", {
    f"{_NAME}": "instrument.native", f"{_AT}": "now", "3": "last", "4": "index",
    "8": "next_funding", "9": "funding_or_zero", "12": "funding_or_zero", "15": "mark",
    f"{_OPEN_INTEREST}": "size",
})  # fmt: skip

VENUE = SimulatedVenue(
    id="bitfinex",
    share=0.006,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=90, seconds=60),
    endpoints=(
        _PUBLISHED.answer("pairs", _configuration),
        _PUBLISHED.table(
            "status",
            _STATUS,
            _named,
            open_interest=OpenInterestBody(
                tables=lambda body: [body],
                symbol=_NAME,
                sizes=(_OPEN_INTEREST,),
                stamps={_AT: 1000},
            ),
        ),
    ),
)
