"""Derive as simulated: USDC perpetuals and options, tickers of many in a map by name.

Open interest is coins. The premium of an option is discounted by ``df``, the index over its
forward; greeks and volatility are of the premium before that. Options are asked for by coin and
day.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, plain
from oirisk.sandbox.listing import linear, renamed
from oirisk.sandbox.options import list_options
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = 15
_OPTION_COINS = ("BTC", "ETH", "SOL")


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
    perp = linear("derive", coin, f"{coin.name}-PERP", "USDC")
    return replace(perp, product="perp", funding_hours=1, max_leverage=20)


def _option(option: SimulatedInstrument) -> SimulatedInstrument:
    """Name an option as Derive does: a decimal point of its strike is an underscore."""
    strike, letter = option.symbol.split("-")[2:]
    native = f"{option.asset}-{option.expiry:%Y%m%d}-{strike.replace('.', '_')}-{letter}"
    return renamed(option, native)


def _listed(query: Query, book: Book) -> list[Quote]:
    return book.of(query.get("instrument_type", ""))


def _asked(query: Query, book: Book) -> list[Quote]:
    """Return perpetuals, all or of a coin; of options those of the coin and day."""
    coin, day = query.get("currency"), query.get("expiry_date", "")
    return [
        quote
        for quote in _listed(query, book)
        if coin in {None, quote.instrument.asset}
        and quote.instrument.native.startswith(f"{quote.instrument.asset}-{day}")
    ]


def _tables(body: Any) -> Sequence[list[Any]]:  # noqa: ANN401 -- any JSON
    """Return names, tickers and what in them holds open interest, in parallel."""
    tickers = body["result"]["tickers"]
    names = [{"name": name} for name in tickers]
    return [names, list(tickers.values()), [row["stats"] for row in tickers.values()]]


def _put_back(body: Any, tables: Sequence[list[Any]]) -> None:  # noqa: ANN401 -- any JSON
    body["result"]["tickers"] = {
        name["name"]: {**row, "stats": stats} for name, row, stats in zip(*tables, strict=True)
    }


def _details(quote: Quote) -> Row:
    it = quote.instrument
    return {
        "index": f"{it.asset}-USD",
        "expiry": it.expiry_ms // 1000,
        "strike": plain(it.strike or Decimal(0)),
        "option_type": str(it.option_type)[0].upper(),
    }


def _discounted(read: str) -> Callable[[Quote], Decimal]:
    """Return a reader of a price of an option, discounted."""

    def printed(quote: Quote) -> Decimal:
        usd: Decimal = getattr(quote, read)
        return round(usd * quote.index / quote.mark, 8)

    return printed


_PUBLISHED = Published("derive")
_INSTRUMENT: Fields = {
    "instrument_name": "instrument.native", "base_currency": "instrument.asset",
    "amount_step": "instrument.size_step", "minimum_amount": "instrument.size_step",
    "tick_size": "instrument.price_step",
    "maximum_amount": lambda quote: quote.instrument.size_step * 1_000_000,
}  # fmt: skip
_INSTRUMENTS = _PUBLISHED.kinds("instruments", {
    "perp": {
        **_INSTRUMENT, "perp_details.index": lambda quote: f"{quote.instrument.asset}-USD",
        "perp_details.funding_rate": "funding",
    },
    "option": {
        **_INSTRUMENT, "option_details": _details,
        "scheduled_deactivation": lambda quote: quote.instrument.expiry_ms // 1000,
    },
})  # fmt: skip
_TRADED: Fields = {
    "t": "now", "I": "index", "stats.c": "volume_base", "stats.v": "volume_usd", "stats.oi": "size",
}  # fmt: skip
_TICKERS = _PUBLISHED.kinds("tickers", {
    "perp": {
        **_TRADED, "M": "mark", "a": "ask", "b": "bid", "f": "funding", "stats.h": "high",
        "stats.l": "low", "stats.p": "change", "stats.pr": "volume_usd",
        "minp": lambda quote: quote.mark * 9 / 10, "maxp": lambda quote: quote.mark * 11 / 10,
    },
    "option": {
        **_TRADED, "M": _discounted("premium_usd"), "a": _discounted("premium_ask"),
        "b": _discounted("premium_bid"), "option_pricing.m": _discounted("premium_usd"),
        "option_pricing.d": "value.delta", "option_pricing.g": "value.gamma",
        "option_pricing.v": "value.vega", "option_pricing.t": "value.theta",
        "option_pricing.i": "volatility", "option_pricing.bi": "bid_volatility",
        "option_pricing.ai": "ask_volatility", "option_pricing.f": "underlying",
        "option_pricing.df": lambda quote: round(quote.index / quote.mark, 6),
    },
})  # fmt: skip
_COUNT: Fields = {
    "result.pagination.count": lambda reply: len(reply.rows),
    "result.pagination.num_pages": lambda _reply: 1,
}  # fmt: skip


def _named(quote: Quote) -> tuple[str, Row]:
    return quote.instrument.native, _TICKERS(quote)


VENUE = SimulatedVenue(
    id="derive",
    share=0.004,
    option_share=0.02,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=200, seconds=10),
    endpoints=(
        _PUBLISHED.fixed("currencies"),
        _PUBLISHED.table("instruments", _INSTRUMENTS, _listed, _COUNT),
        _PUBLISHED.table(
            "tickers",
            _named,
            _asked,
            gather=dict,
            open_interest=OpenInterestBody(
                tables=_tables,
                symbol="name",
                sizes=("oi",),
                stamps={"t": 1000},
                put_back=_put_back,
            ),
        ),
    ),
)
