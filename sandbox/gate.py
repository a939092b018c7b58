"""Gate as simulated: USDT perpetuals in contracts of ``quanto_multiplier`` coins, BTC_USD in USD.

Contracts that trade in fractions (``enable_decimal``) print their sizes as text, others as whole
numbers; ``position_size`` is one side. The contract list is both the market list and the open
interest; it carries no time.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.sandbox import listing
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.gate_dated import (
    deliveries,
    delivery_tickers,
    list_gate_dated,
    option_contracts,
    option_tickers,
    underlyings,
)
from oirisk.sandbox.gate_past import PAST
from oirisk.sandbox.instruments import (
    LISTED_AT,
    Calendar,
    SimulatedInstrument,
    milliseconds,
    plain,
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

_COINS = 246
_FRACTIONAL_EVERY = 9
_SIZES = {"BTC": Decimal("0.0001"), "ETH": Decimal("0.01"), "SOL": Decimal(1)}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # these are perpetuals
    return (*(_linear(coin) for coin in coins[:_COINS]), _inverse(coins[0]))


def _list_with_dated(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    return _list_contracts(coins, calendar) + list_gate_dated(coins, calendar)


def _linear(coin: Coin) -> SimulatedInstrument:
    size = _SIZES.get(coin.name, quantity_step(coin.price, 10.0))
    fractional = coin.rank % _FRACTIONAL_EVERY == _FRACTIONAL_EVERY - 1
    return replace(
        listing.sized(listing.linear("gate", coin, f"{coin.name}_USDT"), size),
        product="usdt",
        size_step=Decimal("0.1") if fractional else Decimal(1),
        funding_hours=8,
        max_leverage=100,
    )


def _inverse(coin: Coin) -> SimulatedInstrument:
    perp = listing.inverse(_linear(coin), f"{coin.name}_USD", weight=0.05)
    return replace(perp, product="btc")


def _size(quote: Quote) -> str | int:
    whole = quote.instrument.size_step == 1
    return int(quote.size) if whole else plain(quote.size)


def _contracts(query: Query, book: Book) -> list[Row]:
    return [_contract(quote, book) for quote in book.of(query.get("settle", ""))]


def _contract(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    seconds = milliseconds(book.at) // 1000
    interval = 3600 * (it.funding_hours or 8)
    step = plain(it.price_step)
    fractional = it.size_step != 1
    return {
        "name": it.native,
        "type": "direct" if it.margin == "linear" else "inverse",
        "quanto_multiplier": plain(it.contract_size) if it.margin == "linear" else "0",
        "funding_rate": "0" if quote.funding is None else plain(quote.funding),
        "funding_rate_indicative": "0" if quote.funding is None else plain(quote.funding),
        "funding_interval": interval,
        "funding_next_apply": (seconds // interval + 1) * interval,
        "funding_offset": 0,
        "mark_price": plain(quote.mark),
        "mark_price_round": step,
        "index_price": plain(quote.index),
        "last_price": plain(quote.last),
        "mark_type": "index",
        "order_price_round": step,
        "order_price_deviate": "0.5",
        "order_size_min": "0.1" if fractional else 1,
        "order_size_max": "1000000" if fractional else 1_000_000,
        "enable_decimal": fractional,
        "leverage_min": "1",
        "leverage_max": str(it.max_leverage),
        "maintenance_rate": "0.005",
        "maker_fee_rate": "-0.0001",
        "taker_fee_rate": "0.00075",
        "interest_rate": "0.0003",
        "position_size": _size(quote),
        "in_delisting": False,
        "is_pre_market": False,
        "status": "trading",
        "create_time": milliseconds(LISTED_AT) // 1000,
        "launch_time": milliseconds(LISTED_AT) // 1000,
        "config_change_time": milliseconds(LISTED_AT) // 1000,
        "orders_limit": 100,
        "contract_type": "",
    }


def _tickers(query: Query, book: Book) -> list[Row]:
    return [
        {
            "contract": quote.instrument.native,
            "last": plain(quote.last),
            "mark_price": plain(quote.mark),
            "index_price": plain(quote.index),
            "funding_rate": "0" if quote.funding is None else plain(quote.funding),
            "high_24h": plain(quote.high),
            "low_24h": plain(quote.low),
            "total_size": str(_size(quote)),
            "volume_24h_base": plain(quote.volume_base),
            "volume_24h_quote": plain(quote.volume_usd),
        }
        for quote in book.of(query.get("settle", ""))
    ]


def _spot_pairs(query: Query, book: Book) -> list[dict[str, Any]]:
    del query, book
    return [
        {
            "id": f"{base}_USDT",
            "base": base,
            "quote": "USDT",
            "fee": "0.2",
            "amount_precision": 4,
            "precision": 2,
            "trade_status": "tradable",
            "buy_start": 0,
        }
        for base in ("BTC", "ETH", "SOL")
    ]


_EACH_PATH = RateLimit(requests=200, seconds=10)
_CONTRACTS = OpenInterestBody(tables=lambda body: [body], symbol="name", sizes=("position_size",))

VENUE = SimulatedVenue(
    id="gate",
    share=0.19,
    option_share=0.01,
    list_contracts=_list_contracts,
    endpoints=(
        *PAST,
        Endpoint(
            "GET",
            "/api/v4/futures/{settle}/contracts",
            _contracts,
            limit=_EACH_PATH,
            open_interest=_CONTRACTS,
        ),
        Endpoint("GET", "/api/v4/futures/{settle}/tickers", _tickers, limit=_EACH_PATH),
        Endpoint(
            "GET",
            "/api/v4/delivery/{settle}/contracts",
            deliveries,
            limit=_EACH_PATH,
            open_interest=_CONTRACTS,
        ),
        Endpoint("GET", "/api/v4/delivery/{settle}/tickers", delivery_tickers, limit=_EACH_PATH),
        Endpoint("GET", "/api/v4/options/underlyings", underlyings, limit=_EACH_PATH),
        Endpoint(
            "GET",
            "/api/v4/options/contracts",
            option_contracts,
            limit=_EACH_PATH,
            open_interest=_CONTRACTS,
        ),
        Endpoint(
            "GET",
            "/api/v4/options/tickers",
            option_tickers,
            limit=_EACH_PATH,
            open_interest=_CONTRACTS,
        ),
        Endpoint("GET", "/api/v4/spot/currency_pairs", _spot_pairs),
        Endpoint("GET", "/api/v4/spot/currencies", constant([])),
        Endpoint("GET", "/api/v4/margin/currency_pairs", constant([])),
    ),
)
"""Perpetuals alone."""

FULL = replace(VENUE, list_contracts=_list_with_dated)
"""With deliveries and options."""
