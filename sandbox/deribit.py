"""Deribit as simulated: futures, perpetuals and options, all in one summary per currency.

Open interest is USD for inverse futures and perpetuals, coins for linear ones and for options;
``contract_size`` plays no part. The mark price of an option is its premium, in coins where it is
inverse; its ``underlying_price`` is the forward of its expiry.
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
    day_month_year,
    milliseconds,
    quantity_step,
)
from oirisk.sandbox.options import list_options, premium
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_LINEAR_COINS = 60
_INVERSE_COINS = ("BTC", "ETH")
_DATED_USDC = ("BTC", "ETH", "SOL", "XRP")
_OPTION_COINS = ("BTC", "ETH", "SOL", "XRP")
_CURRENCIES = ("BTC", "ETH", "USDC", "USDT", "EURR")
_MICROSECONDS = 1_000_000


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    inverse = [_inverse(coin) for coin in coins if coin.name in _INVERSE_COINS]
    linear = [_linear(coin, "USDC") for coin in coins[:_LINEAR_COINS]]
    tethered = [_linear(coin, "USDT") for coin in coins if coin.name in _INVERSE_COINS]
    dated = [_future(perp, day) for perp in inverse for day in calendar.all()]
    dated += [
        _future(perp, day)
        for perp in linear
        if perp.asset in _DATED_USDC
        for day in calendar.quarters[:2]
    ]
    options = [
        option
        for coin in coins
        if coin.name in _OPTION_COINS
        for option in list_options(
            _inverse(coin) if coin.name in _INVERSE_COINS else _linear(coin, "USDC"), coin, calendar
        )
    ]
    return tuple(inverse + linear + tethered + dated + options)


def _inverse(coin: Coin) -> SimulatedInstrument:
    size = Decimal(10) if coin.name == "BTC" else Decimal(1)
    perp = listing.inverse(_linear(coin, "USDC"), f"{coin.name}-PERPETUAL", weight=1.0)
    return replace(perp, contract_size=size, size_step=size, price_step=Decimal("0.01"))


def _linear(coin: Coin, quote: str) -> SimulatedInstrument:
    step = min(quantity_step(coin.price), Decimal(1))
    return replace(
        listing.linear("deribit", coin, f"{coin.name}_{quote}-PERPETUAL", quote),
        contract_size=step,
        size_step=step,
        weight=0.15 if quote == "USDC" else 0.05,
        funding_hours=8,
        max_leverage=50,
    )


def _future(perp: SimulatedInstrument, expiry: datetime) -> SimulatedInstrument:
    native = f"{perp.native.removesuffix('-PERPETUAL')}-{day_month_year(expiry)}"
    weight = 0.06 if perp.margin == "inverse" else 0.01
    return listing.dated(perp, native, expiry, weight=weight)


def _result(result: Any, book: Book) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    out = milliseconds(book.at) * 1000
    return {
        "jsonrpc": "2.0",
        "result": result,
        "usIn": out - 500,
        "usOut": out,
        "usDiff": 500,
        "testnet": False,
    }


def _selected(query: Query, book: Book) -> list[Quote]:
    currency = query.get("currency", "any")
    return [quote for quote in book.quotes if currency in {"any", "", quote.instrument.settle}]


def _currencies(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [
        {
            "currency": name,
            "currency_long": name,
            "coin_type": name,
            "fee_precision": 4,
            "min_confirmations": 1,
            "withdrawal_fee": 0.0005,
        }
        for name in _CURRENCIES
    ]
    return _result(rows, book)


def _instruments(query: Query, book: Book) -> dict[str, Any]:
    return _result([_instrument(quote) for quote in _selected(query, book)], book)


def _instrument(quote: Quote) -> Row:
    it = quote.instrument
    perpetual = it.kind == "perp"
    row = {
        "instrument_name": it.native,
        "kind": "option" if it.kind == "option" else "future",
        "base_currency": it.asset,
        "quote_currency": _quote_currency(it),
        "counter_currency": it.quote,
        "settlement_currency": it.settle,
        "settlement_period": "perpetual" if perpetual else "month",
        "instrument_type": "reversed" if it.margin == "inverse" else "linear",
        "contract_size": float(it.contract_size),
        "min_trade_amount": float(it.size_step),
        "tick_size": 0.0005 if it.kind == "option" else float(it.price_step),
        "taker_commission": 0.0005,
        "maker_commission": 0.0,
        "is_active": True,
        "creation_timestamp": milliseconds(LISTED_AT),
        "expiration_timestamp": milliseconds(it.expiry) if it.expiry else 32_503_708_800_000,
    }
    if it.strike is not None:
        return {**row, "strike": float(it.strike), "option_type": it.option_type}
    return {**row, "max_leverage": it.max_leverage}


def _quote_currency(it: SimulatedInstrument) -> str:
    return it.settle if it.kind == "option" else it.quote


def _summaries(query: Query, book: Book) -> dict[str, Any]:
    return _result([_summary(quote, book) for quote in _selected(query, book)], book)


def _summary(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    row = {
        "instrument_name": it.native,
        "base_currency": it.asset,
        "quote_currency": _quote_currency(it),
        "open_interest": _number(quote.size),
        "creation_timestamp": milliseconds(book.at),
        "estimated_delivery_price": float(quote.index),
        "volume": float(quote.volume_base),
    }
    if it.kind == "option":
        return {**row, **_premiums(quote, book.at)}
    row |= {
        "mark_price": float(quote.mark),
        "mid_price": float(quote.last),
        "last": float(quote.last),
        "bid_price": float(quote.last - it.price_step),
        "ask_price": float(quote.last + it.price_step),
        "high": float(quote.high),
        "low": float(quote.low),
        "price_change": round(100 * (float(quote.last / quote.before) - 1), 4),
        "volume_usd": float(quote.volume_usd),
        "volume_notional": float(quote.volume_usd),
    }
    if quote.funding is not None:
        row |= {"current_funding": float(quote.funding), "funding_8h": float(quote.funding)}
    return row


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _premiums(quote: Quote, at: datetime) -> Row:
    """Return the fields of an option; its volume in USD is the premium paid, not the notional."""
    it = quote.instrument
    usd, volatility = premium(quote, at)
    price = round(usd / float(quote.mark), 4) if it.margin == "inverse" else round(usd, 4)
    return {
        "mark_price": price,
        "mid_price": price,
        "last": price,
        "bid_price": None,
        "ask_price": None,
        "high": price,
        "low": price,
        "price_change": 0.0,
        "mark_iv": volatility,
        "interest_rate": 0.0,
        "underlying_price": float(quote.mark),
        "underlying_index": "SYN." + it.native.rsplit("-", 2)[0],
        "volume_usd": round(float(quote.volume_base) * usd, 2),
    }


VENUE = SimulatedVenue(
    id="deribit",
    share=0.11,
    option_share=0.82,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=100, seconds=5),
    endpoints=(
        Endpoint("GET", "/api/v2/public/get_currencies", _currencies),
        Endpoint("GET", "/api/v2/public/get_instruments", _instruments),
        Endpoint(
            "GET",
            "/api/v2/public/get_book_summary_by_currency",
            _summaries,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["result"]],
                symbol="instrument_name",
                sizes=("open_interest",),
                stamps={
                    "creation_timestamp": 1000,
                    "usIn": _MICROSECONDS,
                    "usOut": _MICROSECONDS,
                },
            ),
        ),
    ),
)
