"""Hyperliquid as simulated: USDC perpetuals, sized in coins (``k`` = thousands).

``openInterest`` is longs plus shorts, twice the truth, as the real figures are. One POST path
answers by the ``type`` in the body. The universe with its contexts is both the market list and the
open interest; it carries no time. Funding is hourly.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from operator import itemgetter
from typing import Any

from oirisk.sandbox import listing
from oirisk.sandbox.accounts import ACCOUNT
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.hyperliquid_dexes import DEXES, PERP_DEXES, list_dexes
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, price_step, quantity_step
from oirisk.sandbox.published import Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, SimulatedVenue

_COINS = 206
_THOUSANDS = ("PEPE", "SHIB", "BONK", "FLOKI", "LUNC", "DOGS", "NEIRO")


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


def _of_dex(query: Query, book: Book) -> list[Quote]:
    """Return the quotes of the exchange that is named, else those of the main book."""
    dex = query.get("dex", "")
    if not dex:
        return book.of("perp")
    return [q for q in book.of("builder") if q.instrument.native.startswith(f"{dex}:")]


def _contexts(query: Query, book: Book) -> Any:  # noqa: ANN401 -- any JSON
    quotes = _of_dex(query, book)
    universe = [_UNIVERSE(quote.instrument) for quote in quotes]
    token = DEXES[query["dex"]][1] if query.get("dex") in DEXES else 0
    return _ANSWER((universe, token, [_CONTEXT(quote) for quote in quotes]))


_PUBLISHED = Published("hyperliquid")
_UNIVERSE = _PUBLISHED.row(
    "contexts",
    {"szDecimals": "size_decimals", "name": "native", "maxLeverage": "max_leverage"},
    "universe",
)
_CONTEXT = _PUBLISHED.row("contexts", {
    "funding": "funding_or_zero", "openInterest": lambda quote: 2 * quote.size,
    "prevDayPx": "before", "dayNtlVlm": "volume_usd", "dayBaseVlm": "volume_base",
    "premium": lambda quote: round(quote.mark / quote.index - 1, 8), "oraclePx": "index",
    "markPx": "mark", "midPx": "last", "impactPxs": lambda quote: [quote.bid, quote.ask],
}, "context")  # fmt: skip
_ANSWER = _PUBLISHED.body(
    "contexts",
    {"0.universe": itemgetter(0), "0.collateralToken": itemgetter(1), "1": itemgetter(2)},
)

VENUE = SimulatedVenue(
    id="hyperliquid",
    has_accounts=True,
    share=0.18,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=1200, seconds=60),
    endpoints=(
        _PUBLISHED.answer(
            "contexts",
            _contexts,
            when={"type": "metaAndAssetCtxs"},
            weight=20,
            open_interest=OpenInterestBody(
                tables=lambda body: [body[0]["universe"], body[1]],
                symbol="name",
                sizes=("openInterest",),
            ),
        ),
        PERP_DEXES,
        ACCOUNT,
        _PUBLISHED.fixed("spot", when={"type": "spotMeta"}),
        _PUBLISHED.fixed("spot contexts", when={"type": "spotMetaAndAssetCtxs"}),
    ),
)
"""The main book alone."""

FULL = replace(VENUE, list_contracts=_list_with_dexes)
"""With the exchanges that others run on it."""
