"""OKX as simulated: swaps and dated futures, linear and inverse, sized in contracts.

The open-interest answer carries no price: ``oi`` is contracts, ``oiCcy`` coins, ``oiUsd`` USD.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from oirisk.sandbox import listing
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    LISTED_AT,
    Calendar,
    SimulatedInstrument,
    milliseconds,
    plain,
    quantity_step,
)
from oirisk.sandbox.okx_options import (
    chosen,
    index_tickers,
    list_okx_options,
    mark_of,
    option_instrument,
    summaries,
)
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = 208
_INVERSE = ("BTC", "ETH", "SOL", "XRP", "DOGE", "LTC", "BCH", "ADA", "LINK", "AVAX", "DOT", "FIL")
_EACH_PATH = RateLimit(requests=20, seconds=2)
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


def _data(rows: list[Row]) -> dict[str, Any]:
    return {"code": "0", "data": rows, "msg": ""}


def _quotes(query: Query, book: Book) -> list[Quote]:
    kind = query.get("instType", "").lower()
    return chosen(query, book) if kind == "option" else book.of(kind)


def _instruments(query: Query, book: Book) -> dict[str, Any]:
    if query.get("instType") == "SPOT":
        return _data([_spot(base) for base in listing.SPOT_BASES])
    if query.get("instType") == "OPTION":
        return _data([option_instrument(quote.instrument) for quote in chosen(query, book)])
    return _data([_instrument(quote) for quote in _quotes(query, book)])


def _instrument(quote: Quote) -> Row:
    it = quote.instrument
    linear = it.margin == "linear"
    return {
        "alias": "",
        "baseCcy": "",
        "category": "1",
        "ctMult": "1",
        "ctType": it.margin,
        "ctVal": plain(it.contract_size),
        "ctValCcy": it.asset if linear else "USD",
        "expTime": str(milliseconds(it.expiry)) if it.expiry else "",
        "instFamily": f"{it.asset}-{it.quote}",
        "instId": it.native,
        "instType": it.product.upper(),
        "lever": str(it.max_leverage),
        "listTime": str(milliseconds(LISTED_AT)),
        "lotSz": plain(it.size_step),
        "maxLmtSz": "100000000",
        "minSz": plain(it.size_step),
        "optType": "",
        "quoteCcy": "",
        "settleCcy": it.settle,
        "state": "live",
        "stk": "",
        "tickSz": plain(it.price_step),
        "uly": f"{it.asset}-{it.quote}",
    }


def _spot(base: str) -> Row:
    return {
        "baseCcy": base,
        "instId": f"{base}-USDT",
        "instType": "SPOT",
        "lever": "10",
        "listTime": str(milliseconds(LISTED_AT)),
        "lotSz": "0.0001",
        "minSz": "0.0001",
        "quoteCcy": "USDT",
        "settleCcy": "",
        "state": "live",
        "tickSz": "0.01",
        "uly": "",
    }


def _open_interest(query: Query, book: Book) -> dict[str, Any]:
    rows = [
        {
            "instId": quote.instrument.native,
            "instType": quote.instrument.product.upper(),
            "oi": plain(quote.size),
            "oiCcy": plain(quote.listed_base),
            "oiUsd": plain(quote.usd),
            "ts": str(milliseconds(book.at)),
        }
        for quote in _quotes(query, book)
    ]
    return _data(rows)


def _mark_prices(query: Query, book: Book) -> dict[str, Any]:
    rows = [
        {
            "instId": quote.instrument.native,
            "instType": quote.instrument.product.upper(),
            "markPx": _mark(quote, book),
            "ts": str(milliseconds(book.at)),
        }
        for quote in _quotes(query, book)
    ]
    return _data(rows)


def _mark(quote: Quote, book: Book) -> str:
    return mark_of(quote, book) if quote.instrument.kind == "option" else plain(quote.mark)


VENUE = SimulatedVenue(
    id="okx",
    share=0.17,
    option_share=0.06,
    list_contracts=_list_contracts,
    endpoints=(
        Endpoint("GET", "/api/v5/public/instruments", _instruments, limit=_EACH_PATH),
        Endpoint(
            "GET",
            "/api/v5/public/open-interest",
            _open_interest,
            limit=_EACH_PATH,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]],
                symbol="instId",
                sizes=("oi", "oiCcy", "oiUsd"),
                stamps={"ts": 1000},
            ),
        ),
        Endpoint("GET", "/api/v5/public/mark-price", _mark_prices, limit=RateLimit(10, 2)),
        Endpoint("GET", "/api/v5/market/index-tickers", index_tickers, limit=_EACH_PATH),
        Endpoint("GET", "/api/v5/public/opt-summary", summaries, limit=_EACH_PATH),
    ),
)
"""Swaps and futures alone."""

FULL = replace(VENUE, list_contracts=_list_with_options)
"""With options."""
