"""OKX's options as simulated: settled in coins, in contracts of ``ctVal`` times ``ctMult`` coins.

``uly`` or ``instFamily`` must be named. ``oiUsd`` is the coins at the index, which comes from
``index-tickers``; forwards and volatilities come from ``opt-summary``.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from operator import itemgetter

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import inverse, linear, renamed
from oirisk.sandbox.options import list_options
from oirisk.sandbox.published import Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Query, RateLimit

EACH_PATH = RateLimit(requests=20, seconds=2)
"""The limit of most paths."""

_MULTIPLIERS = {"BTC": Decimal("0.01"), "ETH": Decimal("0.1")}


def list_okx_options(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    """List the options, named BTC-USD-261225-90000-C."""
    return tuple(
        replace(
            renamed(option, f"{coin.name}-USD-{option.symbol.split('-', 1)[1]}"),
            oi_unit=_MULTIPLIERS[coin.name],
            size_step=Decimal(1),
        )
        for coin in coins
        if coin.name in _MULTIPLIERS
        for option in list_options(inverse(linear("okx", coin, ""), coin.name), coin, calendar)
    )


def chosen(query: Query, book: Book) -> list[Quote]:
    """Return the options of the family that is named; none if none is."""
    family = query.get("instFamily") or query.get("uly", "")
    return [quote for quote in book.of("option") if f"{quote.instrument.asset}-USD" == family]


def _listed(query: Query, book: Book) -> list[SimulatedInstrument]:
    return [quote.instrument for quote in chosen(query, book)]


def _indices(query: Query, book: Book) -> list[tuple[str, Quote]]:
    """Return the indices that are quoted in a currency, or the one that is named."""
    quoted, name = query.get("quoteCcy", ""), query.get("instId", "")
    found: dict[str, Quote] = {}
    for quote in (*book.of("option"), *book.of("swap")):
        found.setdefault(f"{quote.instrument.asset}-{quote.instrument.quote}", quote)
    return [
        (index, quote)
        for index, quote in found.items()
        if (index == name if name else index.endswith(f"-{quoted}"))
    ]


def _delta_in_coins(quote: Quote) -> Decimal:
    """Return how the value in coins changes: less than that in USD by the premium."""
    return quote.value.delta - quote.premium_usd / quote.mark


def _gamma_in_coins(quote: Quote) -> Decimal:
    return quote.mark * quote.value.gamma - 2 * _delta_in_coins(quote)


_PUBLISHED = Published("okx")
_FAMILY = "{}-USD".format
OPTIONS = _PUBLISHED.table("instruments of options", {
        "ctMult": "oi_unit", "ctValCcy": "asset", "expTime": "expiry_ms", "instId": "native",
        "instFamily": lambda it: _FAMILY(it.asset), "uly": lambda it: _FAMILY(it.asset),
        "optType": lambda it: str(it.option_type)[0].upper(), "settleCcy": "settle",
        "stk": "strike",
    },
    _listed, when={"instType": "OPTION"}, limit=EACH_PATH,
)  # fmt: skip
"""The contracts."""

INDICES = _PUBLISHED.table("indices", {
        "instId": itemgetter(0), "idxPx": lambda index: index[1].index,
        "high24h": lambda index: index[1].high, "low24h": lambda index: index[1].low,
        "open24h": lambda index: index[1].before, "sodUtc0": lambda index: index[1].before,
        "sodUtc8": lambda index: index[1].before, "ts": lambda index: index[1].now,
    },
    _indices, limit=EACH_PATH,
)  # fmt: skip
"""What the options are valued at."""

TICKERS = _PUBLISHED.table("tickers of options", {
        "instId": "instrument.native", "vol24h": "contracts_of_option", "ts": "now",
        "volCcy24h": "volume_base",
    },
    chosen, when={"instType": "OPTION"}, limit=EACH_PATH,
)  # fmt: skip
"""What was traded; nothing is quoted."""

SUMMARIES = _PUBLISHED.table("summaries", {
        "instId": "instrument.native", "uly": lambda quote: _FAMILY(quote.instrument.asset),
        "fwdPx": "underlying", "markVol": "volatility", "askVol": "ask_volatility",
        "bidVol": "bid_volatility", "volLv": "volatility", "ts": "now", "deltaBS": "value.delta",
        "gammaBS": "value.gamma", "vegaBS": "value.vega", "thetaBS": "value.theta",
        "delta": _delta_in_coins, "gamma": _gamma_in_coins,
        "vega": lambda quote: quote.value.vega / quote.mark,
        "theta": lambda quote: quote.value.theta / quote.mark,
    },
    chosen, limit=EACH_PATH,
)  # fmt: skip
"""Forwards and volatilities of a family."""
