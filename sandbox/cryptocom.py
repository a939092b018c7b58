"""Crypto.com as simulated: perpetuals and dated futures in USD, spot rows among the tickers.

``oi`` is coins. There is no mark price; the simulated last price ``a`` is the mark, so that a
value made of the two is the truth. Funding is not in the tickers.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds, plain
from oirisk.sandbox.listing import SPOT_BASES, dated, decimals, linear
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = 170
_KINDS = {"perp": "PERPETUAL_SWAP", "future": "FUTURE"}


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


def _result(method: str, rows: list[Row]) -> dict[str, Any]:
    return {"id": -1, "method": f"public/{method}", "code": 0, "result": {"data": rows}}


def _instruments(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [_spot(base) for base in SPOT_BASES]
    rows += [_instrument(quote.instrument) for quote in book.quotes]
    return _result("get-instruments", rows)


def _instrument(it: SimulatedInstrument) -> Row:
    return {
        "symbol": it.native,
        "inst_type": _KINDS[it.kind],
        "display_name": f"{it.asset}USD {'Futures' if it.expiry else 'Perpetual'}",
        "base_ccy": it.listed_base,
        "quote_ccy": it.quote,
        "quote_decimals": decimals(it.price_step),
        "quantity_decimals": decimals(it.size_step),
        "price_tick_size": plain(it.price_step),
        "qty_tick_size": plain(it.size_step),
        "max_leverage": str(it.max_leverage),
        "tradable": True,
        "expiry_timestamp_ms": milliseconds(it.expiry) if it.expiry else 0,
        "underlying_symbol": f"{it.asset}USD-INDEX",
        "contract_size": "1",
    }


def _spot(base: str) -> Row:
    return {
        "symbol": f"{base}_USD",
        "inst_type": "CCY_PAIR",
        "display_name": f"{base}/USD",
        "base_ccy": base,
        "quote_ccy": "USD",
        "quote_decimals": 2,
        "quantity_decimals": 5,
        "price_tick_size": "0.01",
        "qty_tick_size": "0.00001",
        "max_leverage": "10",
        "tradable": True,
        "expiry_timestamp_ms": 0,
        "margin_buy_enabled": True,
        "margin_sell_enabled": True,
    }


def _tickers(query: Query, book: Book) -> dict[str, Any]:
    name = query.get("instrument_name", "")
    rows = [_ticker(quote, book) for quote in book.quotes]
    rows += [_spot_ticker(quote, book) for quote in book.quotes if _is_spot_too(quote)]
    return _result("get-tickers", [row for row in rows if not name or row["i"] == name])


def _ticker(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    return {
        "i": it.native,
        "h": plain(quote.high),
        "l": plain(quote.low),
        "a": plain(quote.mark),
        "v": plain(quote.volume_base),
        "vv": plain(quote.volume_usd),
        "c": f"{quote.last / quote.before - 1:.4f}",
        "b": plain(quote.mark - it.price_step),
        "k": plain(quote.mark + it.price_step),
        "oi": plain(quote.size),
        "t": milliseconds(book.at),
    }


def _is_spot_too(quote: Quote) -> bool:
    return quote.instrument.kind == "perp" and quote.instrument.asset in SPOT_BASES


def _spot_ticker(quote: Quote, book: Book) -> Row:
    return {**_ticker(quote, book), "i": f"{quote.instrument.asset}_USD", "oi": "0"}


VENUE = SimulatedVenue(
    id="cryptocom",
    share=0.012,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=100, seconds=1),
    endpoints=(
        Endpoint("GET", "/exchange/v1/public/get-instruments", _instruments),
        Endpoint(
            "GET",
            "/exchange/v1/public/get-tickers",
            _tickers,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["result"]["data"]],
                symbol="i",
                sizes=("oi",),
                stamps={"t": 1000},
            ),
        ),
    ),
)
