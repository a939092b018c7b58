"""Crypto.com as simulated: perpetuals and dated futures in USD, spot rows among the tickers.

``oi`` is coins. There is no mark price; the simulated last price ``a`` is the mark, so that a
value made of the two is the truth. Funding is not in the tickers.
"""

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import SPOT_BASES, dated, linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, SimulatedVenue

_COINS = 170


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    perpetuals = [_perp(coin) for coin in coins[:_COINS]]
    futures = [
        dated(perp, f"{perp.asset}USD-{day:%y%m%d}", day)
        for perp in perpetuals[:2]
        for day in calendar.quarters[:2]
    ]
    return tuple(perpetuals + futures)


def _perp(coin: Coin) -> SimulatedInstrument:
    perp = linear("cryptocom", coin, f"{coin.name}USD-PERP", "USD")
    return replace(perp, funding_hours=1, max_leverage=50)


def _named(query: Query, book: Book) -> list[tuple[str, Quote]]:
    """Return the contracts and then spot, by the kind of the row, or what is named."""
    name = query.get("instrument_name", "")
    rows = [("perp", quote) for quote in book.quotes]
    rows += [
        ("spot", quote)
        for quote in book.quotes
        if quote.instrument.kind == "perp" and quote.instrument.asset in SPOT_BASES
    ]
    return [row for row in rows if name in {"", _symbol(row)}]


def _symbol(row: tuple[str, Quote]) -> str:
    kind, quote = row
    return f"{quote.instrument.asset}_USD" if kind == "spot" else quote.instrument.native


def _listed(query: Query, book: Book) -> list[SimulatedInstrument | str]:
    """Return the coins that trade on spot, and the contracts."""
    del query
    return [*SPOT_BASES, *(quote.instrument for quote in book.quotes)]


def _kind(listed: SimulatedInstrument | str) -> str:
    return "spot" if isinstance(listed, str) else listed.kind


_PUBLISHED = Published("cryptocom")
_SPOT: Fields = {
    "symbol": "{}_USD".format, "display_name": "{}/USD".format, "base_ccy": str,
    "quote_ccy": lambda _: "USD",
}  # fmt: skip
_FIELDS: Fields = {
    "symbol": "native", "base_ccy": "listed_base", "quote_ccy": "quote",
    "display_name": lambda it: f"{it.asset}USD {'Futures' if it.expiry else 'Perpetual'}",
    "quote_decimals": "price_decimals", "quantity_decimals": "size_decimals",
    "price_tick_size": "price_step", "qty_tick_size": "size_step", "max_leverage": "max_leverage",
    "expiry_timestamp_ms": "expiry_ms", "underlying_symbol": lambda it: f"{it.asset}USD-INDEX",
}  # fmt: skip
_INSTRUMENTS = _PUBLISHED.kinds(
    "instruments", {"spot": _SPOT, "perp": _FIELDS, "future": _FIELDS}, _kind
)
_PRICES: Fields = {
    "i": _symbol, "h": lambda row: row[1].high, "l": lambda row: row[1].low,
    "a": lambda row: row[1].mark, "v": lambda row: row[1].volume_base,
    "vv": lambda row: row[1].volume_usd, "c": lambda row: row[1].change,
    "b": lambda row: row[1].mark - row[1].instrument.price_step,
    "k": lambda row: row[1].mark + row[1].instrument.price_step, "t": lambda row: row[1].now,
}  # fmt: skip
_TICKERS = _PUBLISHED.kinds("tickers", {
    "perp": {**_PRICES, "oi": lambda row: row[1].size},
    "spot": _PRICES,
}, itemgetter(0))  # fmt: skip

VENUE = SimulatedVenue(
    id="cryptocom",
    share=0.012,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=100, seconds=1),
    endpoints=(
        _PUBLISHED.table("instruments", _INSTRUMENTS, _listed),
        _PUBLISHED.table(
            "tickers",
            _TICKERS,
            _named,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["result"]["data"]],
                symbol="i",
                sizes=("oi",),
                stamps={"t": 1000},
            ),
        ),
    ),
)
