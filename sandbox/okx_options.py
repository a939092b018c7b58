"""OKX's options as simulated: settled in coins, in contracts of ``ctVal`` times ``ctMult`` coins.

``uly`` or ``instFamily`` must be named. ``oiUsd`` is the coins at the index, which comes from
``index-tickers``; forwards and volatilities come from ``opt-summary``.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds, plain
from oirisk.sandbox.listing import LISTED_MS, inverse, linear, renamed
from oirisk.sandbox.options import list_options, premium
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Query, Row

_MULTIPLIERS = {"BTC": Decimal("0.01"), "ETH": Decimal("0.1")}


def list_okx_options(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    """List the options, named BTC-USD-261225-90000-C."""
    return tuple(
        replace(
            renamed(option, f"{coin.name}-USD-{option.symbol.split('-', 1)[1]}"),
            oi_unit=_MULTIPLIERS[coin.name],
            is_at_index=True,
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


def option_instrument(it: SimulatedInstrument) -> Row:
    """Return an option's row of the instruments."""
    family = f"{it.asset}-USD"
    return {
        "alias": "",
        "baseCcy": "",
        "category": "1",
        "ctMult": plain(it.oi_unit),
        "ctType": "",
        "ctVal": "1",
        "ctValCcy": it.asset,
        "expTime": str(milliseconds(it.expiry)) if it.expiry else "",
        "instFamily": family,
        "instId": it.native,
        "instType": "OPTION",
        "lever": "",
        "listTime": str(LISTED_MS),
        "lotSz": "1",
        "minSz": "1",
        "optType": str(it.option_type)[0].upper(),
        "quoteCcy": "",
        "settleCcy": it.settle,
        "state": "live",
        "stk": plain(it.strike or Decimal(0)),
        "tickSz": "0.0005",
        "uly": family,
    }


def index_tickers(query: Query, book: Book) -> dict[str, object]:
    """Return the indices that are quoted in a currency, or the one that is named."""
    quoted, name = query.get("quoteCcy", ""), query.get("instId", "")
    found: dict[str, Quote] = {}
    for quote in (*book.of("option"), *book.of("swap")):
        found.setdefault(f"{quote.instrument.asset}-{quote.instrument.quote}", quote)
    rows = [
        _index(index, quote, book)
        for index, quote in found.items()
        if (index == name if name else index.endswith(f"-{quoted}"))
    ]
    return {"code": "0", "data": rows, "msg": ""}


def _index(name: str, quote: Quote, book: Book) -> Row:
    return {
        "instId": name,
        "idxPx": plain(quote.index),
        "high24h": plain(quote.high),
        "low24h": plain(quote.low),
        "open24h": plain(quote.before),
        "sodUtc0": plain(quote.before),
        "sodUtc8": plain(quote.before),
        "ts": str(milliseconds(book.at)),
    }


def mark_of(quote: Quote, book: Book) -> str:
    """Return an option's mark price, which is its premium in coins."""
    return f"{premium(quote, book.at)[0] / float(quote.mark):.8f}"


def summaries(query: Query, book: Book) -> dict[str, object]:
    """Return forwards and volatilities of a family."""
    rows = [_summary(quote, book) for quote in chosen(query, book)]
    return {"code": "0", "data": rows, "msg": ""}


def _summary(quote: Quote, book: Book) -> Row:
    share = f"{premium(quote, book.at)[1] / 100:.6f}"
    return {
        "instId": quote.instrument.native,
        "instType": "OPTION",
        "uly": f"{quote.instrument.asset}-USD",
        "fwdPx": plain(quote.mark),
        "markVol": share,
        "askVol": share,
        "bidVol": share,
        "volLv": share,
        "realVol": "0",
        "delta": "0.5",
        "gamma": "0",
        "vega": "0",
        "theta": "0",
        "lever": "5",
        "ts": str(milliseconds(book.at)),
    }
