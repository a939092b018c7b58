"""Bitfinex as simulated: perpetuals in USDT (called UST), rows as lists without names.

Place 18 of a status row is open interest in coins, 15 the mark price, 4 the index, 12 the current
funding. There is no volume. The first place is the name, the second the instant.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    milliseconds,
    plain,
    quantity_step,
)
from oirisk.sandbox.listing import SPOT_BASES, linear, next_funding
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, SimulatedVenue

_COINS = 62
_NAME, _AT, _OPEN_INTEREST = 0, 1, 18
_MARKET_LABEL = "pub:info:pair"
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
    labels = query.get("config", "").split(",")
    if _MARKET_LABEL not in labels:
        return [[] for _ in labels]
    limits = [None, None, None, "0.0001", "10000.0", None, None, None, 0.1, 0.05]
    spot = [[f"{base}USD", limits] for base in SPOT_BASES]
    futures = [[_pair(quote.instrument.asset), limits] for quote in book.quotes]
    filled = {_MARKET_LABEL: spot, "pub:info:pair:futures": futures}
    return [filled.get(label, []) for label in labels]


def _status(query: Query, book: Book) -> list[list[Any]]:
    keys = query.get("keys", "").split(",")
    return [
        _row(quote, book)
        for quote in book.quotes
        if keys == ["ALL"] or quote.instrument.native in keys
    ]


def _row(quote: Quote, book: Book) -> list[Any]:
    funding = 0 if quote.funding is None else float(quote.funding)
    return [
        quote.instrument.native,
        milliseconds(book.at),
        None,
        float(quote.last),
        float(quote.index),
        None,
        37_671_483.04,
        None,
        next_funding(quote.instrument, book.at),
        funding,
        317,
        None,
        funding,
        None,
        None,
        float(quote.mark),
        None,
        None,
        float(plain(quote.size)),
        None,
        None,
        None,
        0.0005,
        0.0025,
    ]


VENUE = SimulatedVenue(
    id="bitfinex",
    share=0.006,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=90, seconds=60),
    endpoints=(
        Endpoint("GET", "/v2/conf/{config}", _configuration),
        Endpoint(
            "GET",
            "/v2/status/deriv",
            _status,
            open_interest=OpenInterestBody(
                tables=lambda body: [body],
                symbol=_NAME,
                sizes=(_OPEN_INTEREST,),
                stamps={_AT: 1000},
            ),
        ),
    ),
)
