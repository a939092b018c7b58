"""BitMEX as simulated: every contract with its state, and rows that are none, in one answer.

Open interest is contracts in whole lots. A contract is ``multiplier`` smallest units of the coin of
settlement: millionths of USDT for each USD of the price, or minus 100 000 000 hundred-millionths of
XBT (1 USD of them). ``openValue`` is what is open in those units.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    LISTED_AT,
    Calendar,
    SimulatedInstrument,
    power_of_ten,
    quarter_code,
)
from oirisk.sandbox.listing import dated, in_thousands, inverse, linear
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    ISO_TEXT,
    Endpoint,
    OpenInterestBody,
    Query,
    RateLimit,
    Row,
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


def _active(query: Query, book: Book) -> list[Row]:
    del query
    rows = [_instrument(quote, book.at) for quote in book.quotes]
    rows[1:1] = [_no_contract(rows[1], typ) for typ in ("IFXXXP", "MRCXXX")]
    return rows


def _instrument(quote: Quote, at: datetime) -> Row:
    it = quote.instrument
    is_inverse = it.margin == "inverse"
    row: Row = {
        "symbol": it.native,
        "rootSymbol": it.listed_base,
        "state": "Open",
        "typ": "FFWCSX" if it.expiry is None else "FFCCSX",
        "listing": _iso(LISTED_AT),
        "expiry": None if it.expiry is None else _iso(it.expiry),
        "underlying": it.listed_base,
        "quoteCurrency": it.quote,
        "settlCurrency": "XBt" if is_inverse else "USDt",
        "multiplier": int(-_XBT_UNITS if is_inverse else it.contract_size * _USDT_UNITS),
        "lotSize": int(it.size_step),
        "tickSize": float(it.price_step),
        "isQuanto": False,
        "isInverse": is_inverse,
        "fundingInterval": None,
        "fundingRate": None,
        "volume24h": int(quote.volume_usd if is_inverse else quote.volume_base / it.contract_size),
        "homeNotional24h": float(quote.volume_base),
        "foreignNotional24h": float(quote.volume_usd),
        "lastPrice": float(quote.last),
        "prevPrice24h": float(quote.before),
        "highPrice": float(quote.high),
        "lowPrice": float(quote.low),
        "indicativeSettlePrice": float(quote.index),
        "markPrice": float(quote.mark),
        "openInterest": int(quote.size),
        "openValue": _open_value(quote),
        "timestamp": _iso(at),
    }
    if quote.funding is not None:
        row["fundingInterval"] = f"2000-01-01T{it.funding_hours:02}:00:00.000Z"
        row["fundingRate"] = float(quote.funding)
    return row


def _open_value(quote: Quote) -> int:
    if quote.instrument.margin == "inverse":
        return round(quote.listed_base * _XBT_UNITS)
    return round(quote.usd * _USDT_UNITS)


def _no_contract(row: Row, typ: str) -> Row:
    """Turn a row into one of spot or of an index, which have no open interest."""
    name = f".B{row['underlying']}" if typ == "MRCXXX" else f"{row['underlying']}_USDT"
    kept = {key: value for key, value in row.items() if not key.startswith("open")}
    return {**kept, "symbol": name, "typ": typ, "settlCurrency": None, "multiplier": 1}


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


VENUE = SimulatedVenue(
    id="bitmex",
    share=0.01,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=30, seconds=60),
    endpoints=(
        Endpoint(
            "GET",
            "/api/v1/instrument/active",
            _active,
            open_interest=OpenInterestBody(
                tables=lambda body: [body],
                symbol="symbol",
                sizes=("openInterest", "openValue"),
                stamps={"timestamp": ISO_TEXT},
            ),
        ),
    ),
)
