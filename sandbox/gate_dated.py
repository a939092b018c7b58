"""Gate's deliveries and options as simulated: in contracts of a multiplier of coins.

Options are asked for by underlying; their own ``mark_price`` is the premium. The ticker of an
option carries no price of the underlying, the contract list does.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds, plain
from oirisk.sandbox.listing import LISTED_MS, dated, linear, renamed, sized
from oirisk.sandbox.options import list_options, premium
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Query, Row

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


def deliveries(query: Query, book: Book) -> list[Row]:
    """Return the contracts that are delivered and settle in a currency."""
    quotes = book.of("delivery")
    return [_delivery_row(q) for q in quotes if q.instrument.settle.lower() == query.get("settle")]


def _delivery_row(quote: Quote) -> Row:
    it = quote.instrument
    return {
        "name": it.native,
        "underlying": f"{it.asset}_USDT",
        "cycle": "QUARTERLY",
        "type": "direct",
        "quanto_multiplier": plain(it.contract_size),
        "mark_type": "index",
        "last_price": plain(quote.last),
        "mark_price": plain(quote.mark),
        "index_price": plain(quote.index),
        "basis_rate": f"{quote.mark / quote.index - 1:.6f}",
        "basis_value": plain(quote.mark - quote.index),
        "basis_impact_value": "100000",
        "settle_price": "0",
        "settle_price_interval": 60,
        "settle_price_duration": 1800,
        "settle_fee_rate": "0.00015",
        "expire_time": milliseconds(it.expiry) // 1000 if it.expiry else 0,
        "order_price_round": plain(it.price_step),
        "mark_price_round": plain(it.price_step),
        "leverage_min": "1",
        "leverage_max": str(it.max_leverage),
        "maintenance_rate": "0.005",
        "maker_fee_rate": "-0.00025",
        "taker_fee_rate": "0.00075",
        "order_price_deviate": "0.5",
        "order_size_min": 1,
        "order_size_max": 1_000_000,
        "orders_limit": 50,
        "position_size": int(quote.size),
        "config_change_time": LISTED_MS // 1000,
        "in_delisting": False,
    }


def delivery_tickers(query: Query, book: Book) -> list[Row]:
    """Return the tickers of the contracts that are delivered."""
    quotes = book.of("delivery")
    return [
        {
            "contract": quote.instrument.native,
            "last": plain(quote.last),
            "mark_price": plain(quote.mark),
            "index_price": plain(quote.index),
            "high_24h": plain(quote.high),
            "low_24h": plain(quote.low),
            "total_size": str(int(quote.size)),
            "volume_24h_base": plain(quote.volume_base),
            "volume_24h_quote": plain(quote.volume_usd),
        }
        for quote in quotes
        if quote.instrument.settle.lower() == query.get("settle")
    ]


def underlyings(query: Query, book: Book) -> list[dict[str, Any]]:
    """Return the underlyings of options with their index prices."""
    del query
    prices = {quote.instrument.asset: plain(quote.index) for quote in book.of("option")}
    return [{"name": f"{coin}_USDT", "index_price": price} for coin, price in prices.items()]


def option_contracts(query: Query, book: Book) -> list[Row]:
    """Return the options on an underlying."""
    return [_contract(quote, book) for quote in _of_underlying(query, book)]


def _of_underlying(query: Query, book: Book) -> list[Quote]:
    name = query.get("underlying", "")
    return [quote for quote in book.of("option") if f"{quote.instrument.asset}_USDT" == name]


def _contract(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    price = f"{premium(quote, book.at)[0]:.4f}"
    return {
        "name": it.native,
        "tag": "month",
        "is_active": True,
        "underlying": f"{it.asset}_USDT",
        "strike_price": plain(it.strike or Decimal(0)),
        "is_call": it.option_type == "call",
        "multiplier": plain(it.oi_unit),
        "expiration_time": milliseconds(it.expiry) // 1000 if it.expiry else 0,
        "create_time": LISTED_MS // 1000,
        "last_price": price,
        "mark_price": price,
        "mark_price_round": "0.1",
        "mark_price_up": price,
        "mark_price_down": "0",
        "underlying_price": plain(quote.mark),
        "position_size": int(quote.size),
        "trade_size": int(quote.volume_base / it.oi_unit),
        "order_price_round": "0.1",
        "order_price_deviate": "0.2",
        "order_size_min": 1,
        "order_size_max": 10_000,
        "position_limit": 100_000,
        "orders_limit": 10,
        "maker_fee_rate": "0.0003",
        "taker_fee_rate": "0.0003",
        "settle_fee_rate": "0.00015",
    }


def option_tickers(query: Query, book: Book) -> list[Row]:
    """Return the tickers of the options on an underlying."""
    return [_ticker(quote, book) for quote in _of_underlying(query, book)]


def _ticker(quote: Quote, book: Book) -> Row:
    usd, volatility = premium(quote, book.at)
    share, price = f"{volatility / 100:.4f}", f"{usd:.2f}"
    return {
        "name": quote.instrument.native,
        "last_price": price,
        "mark_price": price,
        "position_size": int(quote.size),
        "mark_iv": share,
        "bid_iv": share,
        "ask_iv": share,
        "bid1_price": price,
        "bid1_size": 1,
        "ask1_price": price,
        "ask1_size": -1,
        "delta": "0.5",
        "gamma": "0.0001",
        "vega": "1",
        "theta": "-1",
        "leverage": "6",
    }
