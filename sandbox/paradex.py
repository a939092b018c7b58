"""Paradex as simulated: perpetuals, options and a spot row in one summary.

``open_interest`` is listed base coins for perpetuals and options. The spot row has none to speak
of and is in no market list. ``created_at`` is the row's instant.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds
from oirisk.sandbox.listing import linear, renamed
from oirisk.sandbox.options import list_options
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, SimulatedVenue

_COINS = 110
_THOUSANDS = ("PEPE", "SHIB", "BONK", "FLOKI")
_OPTION_COINS = ("BTC", "ETH")


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    perpetuals = [_perp(coin) for coin in coins[:_COINS]]
    options = [
        _option(option)
        for coin in coins
        if coin.name in _OPTION_COINS
        for option in list_options(_perp(coin), coin, calendar)
    ]
    return tuple(perpetuals + options)


def _perp(coin: Coin) -> SimulatedInstrument:
    listed = (f"k{coin.name}", 1000) if coin.name in _THOUSANDS else (coin.name, 1)
    perp = linear("paradex", coin, f"{listed[0]}-USD-PERP", "USDC", listed)
    return replace(
        perp,
        product="perp",
        symbol=f"{listed[0].upper()}/USD:USDC",
        quote="USD",
        funding_hours=8,
        max_leverage=50,
    )


def _option(option: SimulatedInstrument) -> SimulatedInstrument:
    strike, letter = option.symbol.split("-")[2:]
    day = f"{option.expiry:%d%b%y}".upper()
    return renamed(option, f"{option.asset}-USD-{day}-{strike}-{letter}")


def _named(query: Query, book: Book) -> list[Quote | int]:
    """Return the quotes, and the instant for the spot row, unless a contract is named."""
    name = query.get("market", "ALL")
    if name == "ALL":
        return [*book.quotes, milliseconds(book.at)]
    return [quote for quote in book.quotes if quote.instrument.native == name]


def _kind(source: Quote | int) -> str:
    return "spot" if isinstance(source, int) else source.instrument.kind


def _spot(quote: Quote) -> Decimal:
    return quote.index * quote.underlying_part


def _delta_by_spot(quote: Quote) -> Decimal:
    """Return the change of the premium by the spot price; that of the forward is in step."""
    return quote.value.delta * quote.mark / quote.index


_PUBLISHED = Published("paradex")
_LISTED: Fields = {
    "symbol": "instrument.native", "base_currency": "instrument.listed_base",
    "quote_currency": "instrument.quote", "settlement_currency": "instrument.settle",
    "order_size_increment": "instrument.size_step", "price_tick_size": "instrument.price_step",
    "max_order_size": lambda quote: quote.instrument.size_step * 100_000,
}  # fmt: skip
_MARKETS = _PUBLISHED.kinds("markets", {
    "perp": {**_LISTED, "funding_period_hours": "instrument.funding_hours"},
    "option": {
        **_LISTED, "expiry_at": "instrument.expiry_ms", "strike_price": "instrument.strike",
        "asset_kind": lambda _: "OPTION", "funding_period_hours": lambda _: 0,
        "option_type": lambda quote: str(quote.instrument.option_type).upper(),
    },
})  # fmt: skip
_TRADED: Fields = {
    "symbol": "instrument.native", "volume_24h": "volume_usd", "created_at": "now",
    "total_volume": lambda quote: quote.volume_usd * 100, "open_interest": "size",
    "price_change_rate_24h": "change",
}  # fmt: skip
_SUMMARIES = _PUBLISHED.kinds("summaries", {
    "perp": {
        **_TRADED, "oracle_price": "index", "mark_price": "mark", "last_traded_price": "last",
        "bid": "bid", "ask": "ask", "underlying_price": "index", "funding_rate": "funding",
    },
    "option": {
        **_TRADED, "mark_price": "premium_usd", "last_traded_price": "premium_usd",
        "bid": "premium_bid", "ask": "premium_ask", "underlying_price": _spot,
        "mark_iv": "volatility", "bid_iv": "bid_volatility", "ask_iv": "ask_volatility",
        "last_iv": "volatility", "funding_rate": lambda _: "", "delta": _delta_by_spot,
        "greeks.delta": _delta_by_spot,
        "greeks.gamma": lambda quote: quote.value.gamma * (quote.mark / quote.index) ** 2,
        "greeks.vega": lambda quote: 100 * quote.value.vega,
    },
    "spot": {"created_at": int},
}, _kind)  # fmt: skip

VENUE = SimulatedVenue(
    id="paradex",
    share=0.01,
    option_share=0.005,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=1500, seconds=60),
    endpoints=(
        _PUBLISHED.table("markets", _MARKETS),
        _PUBLISHED.table(
            "summaries",
            _SUMMARIES,
            _named,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["results"]],
                symbol="symbol",
                sizes=("open_interest",),
                stamps={"created_at": 1000},
            ),
        ),
    ),
)
