"""Deribit as simulated: futures, perpetuals and options, all in one summary per currency.

Open interest is USD for inverse futures and perpetuals, coins for linear ones and for options;
``contract_size`` plays no part. The mark price of an option is its premium, in coins where it is
inverse; its ``underlying_price`` is the forward of its expiry.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from oirisk.sandbox import listing
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    day_month_year,
    quantity_step,
)
from oirisk.sandbox.options import list_options
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, SimulatedVenue

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


def _selected(query: Query, book: Book) -> list[Quote]:
    currency = query.get("currency", "any")
    return [quote for quote in book.quotes if currency in {"any", "", quote.instrument.settle}]


def _listed(query: Query, book: Book) -> list[SimulatedInstrument]:
    return [quote.instrument for quote in _selected(query, book)]


def _quote_currency(it: SimulatedInstrument) -> str:
    return it.settle if it.kind == "option" else it.quote


def _premium(read: str) -> Callable[[Quote], Decimal]:
    """Return a reader of a price of an option, in coins where it is inverse."""

    def printed(quote: Quote) -> Decimal:
        usd: Decimal = getattr(quote, read)
        return round(usd / quote.mark, 8) if quote.instrument.margin == "inverse" else usd

    return printed


_PUBLISHED = Published("deribit")
_ENVELOPE: Fields = {
    "usIn": lambda reply: 1000 * reply.now - 500, "usOut": lambda reply: 1000 * reply.now,
    "usDiff": lambda _: 500,
}  # fmt: skip
_CURRENCY = _PUBLISHED.row("currencies", dict.fromkeys(
    ("currency", "currency_long", "coin_type", "network_currency"), str
))  # fmt: skip
_LISTED: Fields = {
    "instrument_name": "native", "base_currency": "asset", "quote_currency": _quote_currency,
    "counter_currency": "quote", "settlement_currency": "settle",
    "instrument_type": lambda it: "reversed" if it.margin == "inverse" else "linear",
    "contract_size": "contract_size", "min_trade_amount": "size_step",
}  # fmt: skip
_FUTURE: Fields = {
    **_LISTED, "max_leverage": "max_leverage", "tick_size": "price_step",
    "future_type": lambda it: "reversed" if it.margin == "inverse" else "linear",
}  # fmt: skip
_INSTRUMENTS = _PUBLISHED.kinds("instruments", {
    "perp": _FUTURE,
    "future": {**_FUTURE, "expiration_timestamp": "expiry_ms"},
    "option": {
        **_LISTED, "expiration_timestamp": "expiry_ms", "strike": "strike",
        "option_type": "option_type",
    },
}, attrgetter("kind"))  # fmt: skip
_SUMMARY: Fields = {
    "instrument_name": "instrument.native", "base_currency": "instrument.asset",
    "quote_currency": lambda quote: _quote_currency(quote.instrument), "open_interest": "size",
    "creation_timestamp": "now", "estimated_delivery_price": "index", "volume": "volume_base",
}  # fmt: skip
_PRICES: Fields = {
    **_SUMMARY, "mark_price": "mark", "mid_price": "last", "last": "last", "bid_price": "bid",
    "ask_price": "ask", "high": "high", "low": "low", "volume_usd": "volume_usd",
    "price_change": lambda quote: 100 * quote.change, "volume_notional": "volume_usd",
}  # fmt: skip
_SUMMARIES = _PUBLISHED.kinds("summaries", {
    "perp": {**_PRICES, "current_funding": "funding", "funding_8h": "funding"},
    "future": _PRICES,
    "option": {
        **_SUMMARY,
        **dict.fromkeys(
            ("mark_price", "mid_price", "last", "high", "low"), _premium("premium_usd")
        ),
        "bid_price": _premium("premium_bid"), "ask_price": _premium("premium_ask"),
        "mark_iv": lambda quote: 100 * quote.volatility, "underlying_price": "underlying",
        "underlying_index": lambda quote: "SYN." + quote.instrument.native.rsplit("-", 2)[0],
        "volume_usd": lambda quote: round(quote.volume_base * quote.premium_usd, 2),
    },
})  # fmt: skip
"""Of an option the volume in USD is the premium paid, not the notional."""

VENUE = SimulatedVenue(
    id="deribit",
    share=0.11,
    option_share=0.82,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=100, seconds=5),
    endpoints=(
        _PUBLISHED.table("currencies", _CURRENCY, lambda _query, _book: _CURRENCIES, _ENVELOPE),
        _PUBLISHED.table("instruments", _INSTRUMENTS, _listed, _ENVELOPE),
        _PUBLISHED.table(
            "summaries",
            _SUMMARIES,
            _selected,
            _ENVELOPE,
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
