"""BitMEX as simulated: every contract with its state, and rows that are none, in one answer.

Open interest is contracts in whole lots. A contract is ``multiplier`` smallest units of the coin of
settlement: millionths of USDT for each USD of the price, or minus 100 000 000 hundred-millionths of
XBT (1 USD of them). ``openValue`` is what is open in those units.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from operator import itemgetter

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    power_of_ten,
    quarter_code,
)
from oirisk.sandbox.listing import dated, in_thousands, inverse, linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    ISO_TEXT,
    OpenInterestBody,
    Query,
    RateLimit,
    SimulatedVenue,
)

_COINS = 30
_XBT_UNITS = Decimal(10**8)
_USDT_UNITS = Decimal(10**6)
_LOT = Decimal(100)


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    single = [coin for coin in coins[:_COINS] if in_thousands(coin)[1] == 1]
    perpetuals = [_linear(coin) for coin in single]
    xbtusd = _in_lots(inverse(perpetuals[0], "XBTUSD", weight=0.8))
    futures = [
        dated(perp, f"{name}{quarter_code(day)}", day)
        for perp, name in ((perpetuals[0], "XBTUSDT"), (perpetuals[1], "ETHUSDT"), (xbtusd, "XBT"))
        for day in calendar.quarters[:2]
    ]
    return (xbtusd, *perpetuals, *futures)


def _linear(coin: Coin) -> SimulatedInstrument:
    base = "XBT" if coin.name == "BTC" else coin.name
    perp = linear("bitmex", coin, f"{base}USDT", "USDT", (base, 1))
    size = max(power_of_ten(0.1 / coin.price), 1 / _USDT_UNITS)
    return _in_lots(
        replace(
            perp,
            symbol=f"{coin.name}/USDT:USDT",
            contract_size=size,
            oi_unit=size,
            funding_hours=8,
            max_leverage=100,
        )
    )


def _in_lots(perp: SimulatedInstrument) -> SimulatedInstrument:
    return replace(perp, size_step=_LOT)


def _in_order(query: Query, book: Book) -> list[Quote | tuple[str, Quote]]:
    """Return the contracts, and after the first two rows that are none, by their type."""
    del query
    return [book.quotes[0], *((typ, book.quotes[1]) for typ in _NAMES), *book.quotes[1:]]


def _kind(source: Quote | tuple[str, Quote]) -> str:
    return "none" if isinstance(source, tuple) else source.instrument.kind


def _multiplier(quote: Quote) -> Decimal:
    it = quote.instrument
    return -_XBT_UNITS if it.margin == "inverse" else it.contract_size * _USDT_UNITS


def _open_value(quote: Quote) -> int:
    if quote.instrument.margin == "inverse":
        return round(quote.listed_base * _XBT_UNITS)
    return round(quote.usd * _USDT_UNITS)


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


_NAMES = {"IFXXXP": "{}_USDT", "MRCXXX": ".B{}"}
"""Names of what is no contract, by the type of its row: spot, and an index."""

_PUBLISHED = Published("bitmex")
_FIELDS: Fields = {
    "symbol": "instrument.native", "rootSymbol": "instrument.listed_base",
    "underlying": "instrument.listed_base", "quoteCurrency": "instrument.quote",
    "settlCurrency": lambda quote: "XBt" if quote.instrument.margin == "inverse" else "USDt",
    "multiplier": _multiplier, "lotSize": "instrument.size_step",
    "tickSize": "instrument.price_step", "isInverse": lambda q: q.instrument.margin == "inverse",
    "volume24h": "contracts", "homeNotional24h": "volume_base",
    "foreignNotional24h": "volume_usd", "lastPrice": "last", "prevPrice24h": "before",
    "highPrice": "high", "lowPrice": "low", "bidPrice": "bid", "midPrice": "last",
    "askPrice": "ask", "indicativeSettlePrice": "index", "fairPrice": "mark", "markPrice": "mark",
    "openInterest": "size", "openValue": _open_value, "timestamp": lambda quote: _iso(quote.at),
}  # fmt: skip
_CONTRACTS = _PUBLISHED.kinds("contracts", {
    "perp": {
        **_FIELDS, "fundingRate": "funding",
        "fundingInterval": lambda q: f"2000-01-01T{q.instrument.funding_hours:02}:00:00.000Z",
    },
    "future": {**_FIELDS, "expiry": lambda quote: _iso(quote.instrument.expiry)},
    "none": {
        "symbol": lambda row: _NAMES[row[0]].format(row[1].instrument.listed_base),
        "typ": itemgetter(0), "timestamp": lambda row: _iso(row[1].at),
        "rootSymbol": lambda row: row[1].instrument.listed_base,
        "underlying": lambda row: row[1].instrument.listed_base,
    },
}, _kind)  # fmt: skip

VENUE = SimulatedVenue(
    id="bitmex",
    share=0.01,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=30, seconds=60),
    endpoints=(
        _PUBLISHED.table(
            "contracts",
            _CONTRACTS,
            _in_order,
            open_interest=OpenInterestBody(
                tables=lambda body: [body],
                symbol="symbol",
                sizes=("openInterest", "openValue"),
                stamps={"timestamp": ISO_TEXT},
            ),
        ),
    ),
)
