"""Hyperliquid as simulated: USDC perpetuals, sized in coins (``k`` = thousands).

``openInterest`` is longs plus shorts, twice the truth, as the real figures are. One POST path
answers by the ``type`` in the body. The universe with its contexts is both the market list and the
open interest; it carries no time. Funding is hourly.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.sandbox import listing
from oirisk.sandbox.accounts import clearinghouse_state
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.hyperliquid_dexes import DEXES, list_dexes, perp_dexes
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    plain,
    price_step,
    quantity_step,
)
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    Endpoint,
    OpenInterestBody,
    Query,
    RateLimit,
    Row,
    SimulatedVenue,
    constant,
)

_COINS = 206
_THOUSANDS = ("PEPE", "SHIB", "BONK", "FLOKI", "LUNC", "DOGS", "NEIRO")
_TOKENS = [
    {
        "name": name,
        "szDecimals": size,
        "weiDecimals": wei,
        "index": index,
        "tokenId": f"0x{index:032x}",
        "isCanonical": True,
        "evmContract": None,
        "fullName": None,
    }
    for name, index, size, wei in (
        *(("USDC", 0, 8, 8), ("PURR", 1, 0, 5)),
        *(("USDE", 235, 2, 8), ("USDH", 360, 2, 8)),
    )
]
_SPOT = {
    "tokens": _TOKENS,
    "universe": [{"name": "PURR/USDC", "tokens": [1, 0], "index": 0, "isCanonical": True}],
}
_SPOT_CONTEXT = {
    "dayNtlVlm": "8906.0",
    "markPx": "0.14",
    "midPx": "0.1401",
    "prevDayPx": "0.1385",
    "circulatingSupply": "596000000.0",
    "coin": "PURR/USDC",
}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    return tuple(_perp(index, coin) for index, coin in enumerate(coins[:_COINS]))


def _list_with_dexes(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    return (*_list_contracts(coins, calendar), *list_dexes(coins, calendar))


def _perp(index: int, coin: Coin) -> SimulatedInstrument:
    multiplier = 1000 if coin.name in _THOUSANDS else 1
    name = f"k{coin.name}" if multiplier > 1 else coin.name
    price = coin.price * multiplier
    return replace(
        listing.linear("hyperliquid", coin, name, "USDC", (name, multiplier)),
        product="perp",
        market_id=str(index),
        size_step=min(quantity_step(price), Decimal(1)),
        price_step=price_step(price, digits=5) if price < 1 else price_step(price),
        funding_hours=1,
        max_leverage=40 if coin.rank == 0 else 10,
    )


def _meta_and_contexts(query: Query, book: Book) -> list[Any]:
    dex = query.get("dex", "")
    quotes = book.of("builder" if dex else "perp")
    if dex:
        quotes = [quote for quote in quotes if quote.instrument.native.startswith(f"{dex}:")]
    universe = [
        {
            "szDecimals": max(0, -int(quote.instrument.size_step.as_tuple().exponent)),
            "name": quote.instrument.native,
            "maxLeverage": quote.instrument.max_leverage,
            "marginTableId": 50,
        }
        for quote in quotes
    ]
    token = DEXES[dex][1] if dex in DEXES else 0
    meta = {"universe": universe, "marginTables": [], "collateralToken": token}
    return [meta, [_context(quote) for quote in quotes]]


def _context(quote: Quote) -> Row:
    return {
        "funding": "0.0" if quote.funding is None else plain(quote.funding),
        "openInterest": plain(2 * quote.size),
        "prevDayPx": plain(quote.before),
        "dayNtlVlm": plain(quote.volume_usd),
        "premium": f"{quote.mark / quote.index - 1:.8f}",
        "oraclePx": plain(quote.index),
        "markPx": plain(quote.mark),
        "midPx": plain(quote.last),
        "impactPxs": [
            plain(quote.last - quote.instrument.price_step),
            plain(quote.last + quote.instrument.price_step),
        ],
        "dayBaseVlm": plain(quote.volume_base),
    }


VENUE = SimulatedVenue(
    id="hyperliquid",
    has_accounts=True,
    share=0.18,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=1200, seconds=60),
    endpoints=(
        Endpoint(
            "POST",
            "/info",
            _meta_and_contexts,
            when={"type": "metaAndAssetCtxs"},
            weight=20,
            open_interest=OpenInterestBody(
                tables=lambda body: [body[0]["universe"], body[1]],
                symbol="name",
                sizes=("openInterest",),
            ),
        ),
        Endpoint("POST", "/info", perp_dexes, when={"type": "perpDexs"}, weight=20),
        Endpoint(
            "POST", "/info", clearinghouse_state, when={"type": "clearinghouseState"}, weight=2
        ),
        Endpoint("POST", "/info", constant(_SPOT), when={"type": "spotMeta"}),
        Endpoint(
            "POST",
            "/info",
            constant([_SPOT, [_SPOT_CONTEXT]]),
            when={"type": "spotMetaAndAssetCtxs"},
        ),
    ),
)
"""The main book alone."""

FULL = replace(VENUE, list_contracts=_list_with_dexes)
"""With the exchanges that others run on it."""
