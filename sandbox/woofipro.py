"""WOOFi Pro (Orderly) as simulated: USDC perpetuals in one answer, numbers as numbers.

``open_interest`` is listed base coins. The one instant is that of the whole answer.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds
from oirisk.sandbox.listing import LISTED_MS, in_thousands, linear, next_funding
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

_COINS = 105


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    return tuple(_perp(coin) for coin in coins[:_COINS])


def _perp(coin: Coin) -> SimulatedInstrument:
    listed = in_thousands(coin)
    perp = linear("woofipro", coin, f"PERP_{listed[0]}_USDC", "USDC", listed)
    return replace(perp, product="perp", funding_hours=8, max_leverage=50)


def _rows(rows: list[Row], book: Book) -> dict[str, Any]:
    return {"success": True, "timestamp": milliseconds(book.at), "data": {"rows": rows}}


def _info(query: Query, book: Book) -> dict[str, Any]:
    del query
    return _rows([_instrument(quote.instrument) for quote in book.quotes], book)


def _instrument(it: SimulatedInstrument) -> Row:
    return {
        "symbol": it.native,
        "quote_min": float(it.price_step),
        "quote_max": float(it.price_step * 10_000_000),
        "quote_tick": float(it.price_step),
        "base_min": float(it.size_step),
        "base_max": float(it.size_step * 1_000_000),
        "base_tick": float(it.size_step),
        "min_notional": 10,
        "price_range": 0.02,
        "price_scope": 0.4,
        "std_liquidation_fee": 0.03,
        "liquidator_fee": 0.015,
        "claim_insurance_fund_discount": 0.0075,
        "funding_period": it.funding_hours,
        "cap_funding": 0.000375,
        "floor_funding": -0.000375,
        "interest_rate": 0.0001,
        "created_time": LISTED_MS,
        "updated_time": LISTED_MS,
        "base_mmr": 0.012,
        "base_imr": 0.02,
        "imr_factor": 0.0000002512,
        "liquidation_tier": "1",
    }


def _futures(query: Query, book: Book) -> dict[str, Any]:
    del query
    return _rows([_future(quote, book) for quote in book.quotes], book)


def _future(quote: Quote, book: Book) -> Row:
    funding = 0.0 if quote.funding is None else float(quote.funding)
    return {
        "symbol": quote.instrument.native,
        "index_price": float(quote.index),
        "mark_price": float(quote.mark),
        "sum_unitary_funding": 26_522.3,
        "est_funding_rate": funding,
        "last_funding_rate": funding,
        "next_funding_time": next_funding(quote.instrument, book.at),
        "open_interest": float(quote.size),
        "24h_open": float(quote.before),
        "24h_close": float(quote.last),
        "24h_high": float(quote.high),
        "24h_low": float(quote.low),
        "24h_volume": float(quote.volume_base),
        "24h_amount": float(quote.volume_usd),
    }


_NOTHING = constant({"success": True, "timestamp": LISTED_MS, "data": {"rows": []}})

VENUE = SimulatedVenue(
    id="woofipro",
    share=0.003,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=10, seconds=1),
    endpoints=(
        Endpoint("GET", "/v1/public/info", _info),
        Endpoint(
            "GET",
            "/v1/public/futures",
            _futures,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]["rows"]],
                symbol="symbol",
                sizes=("open_interest",),
                stamps={"timestamp": 1000},
            ),
        ),
        Endpoint("GET", "/v1/public/token", _NOTHING),
        Endpoint("GET", "/v1/public/chain_info", _NOTHING),
    ),
)
