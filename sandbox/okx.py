"""OKX as simulated: swaps and dated futures, linear and inverse, sized in contracts.

The open-interest answer carries no price: ``oi`` is contracts, ``oiCcy`` coins, ``oiUsd`` USD.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from oirisk.sandbox import listing
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, quantity_step
from oirisk.sandbox.okx_options import (
    EACH_PATH,
    INDICES,
    OPTIONS,
    SUMMARIES,
    TICKERS,
    chosen,
    list_okx_options,
)
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, SimulatedVenue

_COINS = 208
_INVERSE = ("BTC", "ETH", "SOL", "XRP", "DOGE", "LTC", "BCH", "ADA", "LINK", "AVAX", "DOT", "FIL")
_SIZES = {"BTC": Decimal("0.01"), "ETH": Decimal("0.1"), "SOL": Decimal(1), "XRP": Decimal(100)}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    listed = coins[:_COINS]
    linear = [_linear(coin) for coin in listed]
    inverse = [_inverse(coin) for coin in listed if coin.name in _INVERSE]
    dated = [
        _future(perp, day)
        for coin in coins[:2]
        for perp in (_linear(coin), _inverse(coin))
        for day in calendar.all()
    ]
    return tuple(linear + inverse + dated)


def _list_with_options(
    coins: Sequence[Coin], calendar: Calendar
) -> tuple[SimulatedInstrument, ...]:
    return _list_contracts(coins, calendar) + list_okx_options(coins, calendar)


def _linear(coin: Coin) -> SimulatedInstrument:
    size = _SIZES.get(coin.name, quantity_step(coin.price, 100.0))
    return replace(
        listing.sized(listing.linear("okx", coin, f"{coin.name}-USDT-SWAP"), size),
        product="swap",
        size_step=Decimal("0.01"),
        funding_hours=8,
        max_leverage=100,
    )


def _inverse(coin: Coin) -> SimulatedInstrument:
    size = Decimal(100) if coin.name == "BTC" else Decimal(10)
    perp = listing.inverse(_linear(coin), f"{coin.name}-USD-SWAP", size, weight=0.14)
    return replace(perp, product="swap")


def _future(perp: SimulatedInstrument, expiry: datetime) -> SimulatedInstrument:
    native = f"{perp.asset}-{perp.quote}-{expiry:%y%m%d}"
    return listing.dated(perp, native, expiry, "futures", weight=0.02)


def _quotes(query: Query, book: Book) -> list[Quote]:
    kind = query.get("instType", "").lower()
    return chosen(query, book) if kind == "option" else book.of(kind)


def _listed(query: Query, book: Book) -> list[SimulatedInstrument]:
    return [quote.instrument for quote in _quotes(query, book)]


def _mark(quote: Quote) -> Decimal:
    """Return the mark price; that of an option is its premium in coins."""
    return quote.premium_coins if quote.instrument.kind == "option" else quote.mark


def _family(it: SimulatedInstrument) -> str:
    return f"{it.asset}-{it.quote}"


_PUBLISHED = Published("okx")
_INSTRUMENT: Fields = {
    "ctType": "margin", "ctVal": "contract_size", "expTime": lambda it: it.expiry_ms or "",
    "ctValCcy": lambda it: it.asset if it.margin == "linear" else "USD", "instId": "native",
    "instFamily": _family, "uly": _family, "instType": lambda it: it.product.upper(),
    "lever": "max_leverage", "lotSz": "size_step", "minSz": "size_step", "settleCcy": "settle",
    "tickSz": "price_step",
}  # fmt: skip
_NAMED: Fields = {
    "instId": "instrument.native", "ts": "now",
    "instType": lambda quote: quote.instrument.product.upper(),
}  # fmt: skip
_OPEN_INTEREST = _PUBLISHED.row(
    "open interest", {**_NAMED, "oi": "size", "oiCcy": "listed_base", "oiUsd": "usd"}
)
_MARK_PRICE: Fields = {**_NAMED, "markPx": _mark}

VENUE = SimulatedVenue(
    id="okx",
    share=0.17,
    option_share=0.06,
    list_contracts=_list_contracts,
    endpoints=(
        _PUBLISHED.fixed("spot", when={"instType": "SPOT"}, limit=EACH_PATH),
        OPTIONS,
        _PUBLISHED.table("instruments", _INSTRUMENT, _listed, limit=EACH_PATH),
        _PUBLISHED.table(
            "open interest",
            _OPEN_INTEREST,
            _quotes,
            limit=EACH_PATH,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]],
                symbol="instId",
                sizes=("oi", "oiCcy", "oiUsd"),
                stamps={"ts": 1000},
            ),
        ),
        _PUBLISHED.table("mark prices", _MARK_PRICE, _quotes, limit=RateLimit(10, 2)),
        INDICES,
        SUMMARIES,
        TICKERS,
    ),
)
"""Swaps and futures alone."""

FULL = replace(VENUE, list_contracts=_list_with_options)
"""With options."""
