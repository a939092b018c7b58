"""Gate's deliveries and options as simulated: in contracts of a multiplier of coins.

Options are asked for by underlying; their own ``mark_price`` is the premium. The ticker of an
option carries no price of the underlying, the contract list does.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import dated, linear, renamed, sized
from oirisk.sandbox.options import list_options
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit

_DELIVERED = {"BTC": Decimal("0.0001"), "ETH": Decimal("0.01")}
_OPTIONS = {"BTC": Decimal("0.01"), "ETH": Decimal("0.1"), "SOL": Decimal(1)}


def list_gate_dated(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    """List the deliveries and the options."""
    days = (calendar.weeklies[0], *calendar.quarters[:2])
    deliveries = [
        _delivery(coin, day)
        for coin in coins
        if coin.name in _DELIVERED
        for day in dict.fromkeys(days)
    ]
    options = [
        _option(option)
        for coin in coins
        if coin.name in _OPTIONS
        for option in list_options(linear("gate", coin, f"{coin.name}_USDT"), coin, calendar)
    ]
    return tuple(deliveries + options)


def _delivery(coin: Coin, day: datetime) -> SimulatedInstrument:
    perp = sized(linear("gate", coin, f"{coin.name}_USDT"), _DELIVERED[coin.name])
    return dated(perp, f"{perp.native}_{day:%Y%m%d}", day, "delivery")


def _option(option: SimulatedInstrument) -> SimulatedInstrument:
    strike, letter = option.symbol.split("-")[2:]
    native = f"{option.asset}_USDT-{option.expiry:%Y%m%d}-{strike}-{letter}"
    named = renamed(option, native)
    return replace(named, oi_unit=_OPTIONS[option.asset], size_step=Decimal(1))


def _deliveries(query: Query, book: Book) -> list[Quote]:
    """Return the contracts that are delivered and settle in a currency."""
    settle = query.get("settle")
    return [quote for quote in book.of("delivery") if quote.instrument.settle.lower() == settle]


def _of_underlying(query: Query, book: Book) -> list[Quote]:
    name = query.get("underlying", "")
    return [quote for quote in book.of("option") if _underlying(quote) == name]


def _underlyings(query: Query, book: Book) -> list[Quote]:
    """Return an option on each underlying."""
    del query
    return list({quote.instrument.asset: quote for quote in book.of("option")}.values())


def _underlying(quote: Quote) -> str:
    return f"{quote.instrument.asset}_USDT"


def _expiry(quote: Quote) -> int:
    return quote.instrument.expiry_ms // 1000


_PUBLISHED = Published("gate")
_PRICES: Fields = {
    "mark_price": "mark", "index_price": "index",
    "basis_rate": lambda quote: round(quote.mark / quote.index - 1, 6),
    "basis_value": lambda quote: quote.mark - quote.index,
}  # fmt: skip
_DELIVERY: Fields = {
    **_PRICES, "name": "instrument.native", "underlying": _underlying, "last_price": "last",
    "cycle": lambda _: "QUARTERLY", "expire_time": _expiry,
    "quanto_multiplier": "instrument.contract_size",
    "order_price_round": "instrument.price_step", "mark_price_round": "instrument.price_step",
    "leverage_max": "instrument.max_leverage", "maintenance_rate": lambda _: "0.005",
    "position_size": "size",
}  # fmt: skip
_DELIVERY_TICKER: Fields = {
    **_PRICES, "contract": "instrument.native", "last": "last", "high_24h": "high",
    "low_24h": "low", "change_percentage": lambda quote: 100 * quote.change, "total_size": "size",
    "volume_24h": "contracts", "volume_24h_base": "volume_base", "volume_24h_quote": "volume_usd",
    "volume_24h_usd": "volume_usd", "volume_24h_settle": "turnover",
}  # fmt: skip
_OPTION: Fields = {
    "name": "instrument.native", "underlying": _underlying, "strike_price": "instrument.strike",
    "is_call": lambda quote: quote.instrument.option_type == "call", "expiration_time": _expiry,
    "multiplier": "instrument.oi_unit", "last_price": "premium_usd", "mark_price": "premium_usd",
    "mark_price_up": "premium_usd", "underlying_price": "index", "position_size": "size",
    "ask1_price": "premium_ask", "bid1_price": "premium_bid",
    "trade_size": "contracts_of_option",
}  # fmt: skip
_OPTION_TICKER: Fields = {
    "name": "instrument.native", "last_price": "premium_usd", "mark_price": "premium_usd",
    "position_size": "size", "mark_iv": "volatility", "bid_iv": "bid_volatility",
    "ask_iv": "ask_volatility", "bid1_price": "premium_bid", "ask1_price": "premium_ask",
    "delta": "value.delta", "gamma": "value.gamma", "vega": "value.vega", "theta": "value.theta",
}  # fmt: skip
_UNDERLYING: Fields = {"name": _underlying, "index_price": "index"}
EACH_PATH = RateLimit(requests=200, seconds=10)
CONTRACTS = OpenInterestBody(tables=lambda body: [body], symbol="name", sizes=("position_size",))
DATED = (
    _PUBLISHED.table(
        "deliveries", _DELIVERY, _deliveries, limit=EACH_PATH, open_interest=CONTRACTS
    ),
    _PUBLISHED.table("tickers of deliveries", _DELIVERY_TICKER, _deliveries, limit=EACH_PATH),
    _PUBLISHED.table("underlyings", _UNDERLYING, _underlyings, limit=EACH_PATH),
    _PUBLISHED.table("options", _OPTION, _of_underlying, limit=EACH_PATH, open_interest=CONTRACTS),
    _PUBLISHED.table(
        "tickers of options",
        _OPTION_TICKER,
        _of_underlying,
        limit=EACH_PATH,
        open_interest=CONTRACTS,
    ),
)
"""Deliveries and options."""
