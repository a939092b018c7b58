"""Gate as simulated: USDT perpetuals in contracts of ``quanto_multiplier`` coins, BTC_USD in USD.

Contracts that trade in fractions (``enable_decimal``) print their sizes as text, others as whole
numbers; ``position_size`` is one side. The contract list is both the market list and the open
interest; it carries no time.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from oirisk.sandbox import listing
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.gate_dated import CONTRACTS, DATED, EACH_PATH, list_gate_dated
from oirisk.sandbox.gate_past import PAST, size_kind
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, quantity_step
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    Query,
    SimulatedVenue,
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


def _of_settlement(query: Query, book: Book) -> list[Quote]:
    return book.of(query.get("settle", ""))


def _next_funding(quote: Quote) -> int:
    interval = _interval(quote)
    return (quote.now // 1000 // interval + 1) * interval


def _interval(quote: Quote) -> int:
    return 3600 * (quote.instrument.funding_hours or 8)


_PUBLISHED = Published("gate")
_FIELDS: Fields = {
    "name": "instrument.native", "funding_rate": "funding_or_zero",
    "type": lambda quote: "direct" if quote.instrument.margin == "linear" else "inverse",
    "quanto_multiplier": lambda quote: (
        quote.instrument.contract_size if quote.instrument.margin == "linear" else "0"
    ),
    "funding_rate_indicative": "funding_or_zero", "funding_interval": _interval,
    "funding_next_apply": _next_funding, "mark_price": "mark", "index_price": "index",
    "mark_price_round": "instrument.price_step", "order_price_round": "instrument.price_step",
    "last_price": "last", "leverage_max": "instrument.max_leverage", "position_size": "size",
    "maintenance_rate": lambda _: "0.005",
}  # fmt: skip
_CONTRACT = _PUBLISHED.kinds("contracts", {"whole": _FIELDS, "fractions": _FIELDS}, size_kind)
_TICKER: Fields = {
    "contract": "instrument.native", "last": "last", "mark_price": "mark", "index_price": "index",
    "funding_rate": "funding_or_zero", "funding_rate_indicative": "funding_or_zero",
    "high_24h": "high", "low_24h": "low", "change_percentage": lambda quote: 100 * quote.change,
    "total_size": "size", "volume_24h": "contracts", "volume_24h_base": "volume_base",
    "volume_24h_quote": "volume_usd", "volume_24h_usd": "volume_usd",
    "volume_24h_settle": "turnover",
}  # fmt: skip

VENUE = SimulatedVenue(
    id="gate",
    share=0.19,
    option_share=0.01,
    list_contracts=_list_contracts,
    endpoints=(
        *PAST,
        _PUBLISHED.table(
            "contracts", _CONTRACT, _of_settlement, limit=EACH_PATH, open_interest=CONTRACTS
        ),
        _PUBLISHED.table("tickers", _TICKER, _of_settlement, limit=EACH_PATH),
        *DATED,
        _PUBLISHED.fixed("spot"),
        _PUBLISHED.fixed("currencies"),
        _PUBLISHED.fixed("margin pairs"),
    ),
)
"""Perpetuals alone."""

FULL = replace(VENUE, list_contracts=_list_with_dated)
"""With deliveries and options."""
