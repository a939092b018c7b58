"""HTX as simulated: linear swaps and futures, coin-margined swaps, coin-margined futures.

Every figure is longs plus shorts, twice the truth: ``volume`` in contracts, ``amount`` in coins
and, for linear contracts only, ``value`` in USDT. The one instant is that of the whole answer.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    LISTED_AT,
    Calendar,
    SimulatedInstrument,
    milliseconds,
    quantity_step,
)
from oirisk.sandbox.listing import SPOT_BASES, dated, inverse, linear, sized
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    Endpoint,
    OpenInterestBody,
    Query,
    RateLimit,
    Row,
    SimulatedVenue,
    constant,
)

_COINS = 190
_INVERSE = ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LTC", "LINK", "BCH", "DOT", "TRX", "ETC")
_SIZES = {"BTC": Decimal("0.001"), "ETH": Decimal("0.01"), "SOL": Decimal("0.1")}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    swaps = [_linear(coin) for coin in coins[:_COINS]]
    days = (*calendar.weeklies, calendar.quarters[0])
    futures = [_future(perp, day) for perp in swaps[:2] for day in dict.fromkeys(days)]
    coin_swaps = [_inverse(coin) for coin in coins if coin.name in _INVERSE]
    coin_futures = [
        dated(perp, f"{perp.asset}{day:%y%m%d}", day, "coin_future")
        for perp in coin_swaps[:2]
        for day in dict.fromkeys((*days, calendar.quarters[1]))
    ]
    return tuple(swaps + futures + coin_swaps + coin_futures)


def _linear(coin: Coin) -> SimulatedInstrument:
    size = _SIZES.get(coin.name, quantity_step(coin.price, 10.0))
    return sized(linear("htx", coin, f"{coin.name}-USDT"), size)


def _future(perp: SimulatedInstrument, day: datetime) -> SimulatedInstrument:
    return dated(perp, f"{perp.native}-{day:%y%m%d}", day)


def _inverse(coin: Coin) -> SimulatedInstrument:
    usd = Decimal(100) if coin.name == "BTC" else Decimal(10)
    return replace(inverse(_linear(coin), f"{coin.name}-USD", usd), product="coin_swap")


def _data(rows: list[Row], book: Book) -> dict[str, Any]:
    return {"status": "ok", "data": rows, "ts": milliseconds(book.at)}


def _delivery(it: SimulatedInstrument, at: datetime) -> str:
    """Return which delivery a future is, by how many weeks are left."""
    if it.expiry is None:
        return "swap"
    return {0: "this_week", 1: "next_week"}.get((it.expiry - at).days // 7, "quarter")


def _contract(it: SimulatedInstrument, at: datetime) -> Row:
    row: Row = {
        "symbol": it.listed_base,
        "contract_code": it.native,
        "contract_size": float(it.contract_size),
        "price_tick": float(it.price_step),
        "create_date": f"{LISTED_AT:%Y%m%d}",
        "contract_status": 1,
        "settlement_date": str(milliseconds(LISTED_AT)),
        "delivery_time": str(milliseconds(it.expiry)) if it.expiry else "",
    }
    if it.margin == "linear" or it.expiry:
        row["delivery_date"] = f"{it.expiry:%Y%m%d}" if it.expiry else ""
        row["contract_type"] = _delivery(it, at)
    if it.margin == "linear":
        row["support_margin_mode"] = "cross" if it.expiry else "all"
        row["business_type"] = "futures" if it.expiry else "swap"
        row["pair"] = f"{it.listed_base}-{it.quote}"
    return row


def _linear_contracts(query: Query, book: Book) -> dict[str, Any]:
    everything = query.get("business_type") == "all"
    chosen = [it for it in book.of("linear") if everything or it.instrument.kind == "perp"]
    return _data([_contract(quote.instrument, book.at) for quote in chosen], book)


def _coin_swap_contracts(query: Query, book: Book) -> dict[str, Any]:
    del query
    return _data([_contract(quote.instrument, book.at) for quote in book.of("coin_swap")], book)


def _coin_future_contracts(query: Query, book: Book) -> dict[str, Any]:
    del query
    return _data([_contract(quote.instrument, book.at) for quote in book.of("coin_future")], book)


def _linear_interest(query: Query, book: Book) -> dict[str, Any]:
    """Answer for every swap and future unless one is named."""
    name = query.get("contract_code", "")
    quotes = [q for q in book.of("linear") if not name or q.instrument.native == name]
    return _data([_linear_row(quote, book.at) for quote in quotes], book)


def _linear_row(quote: Quote, at: datetime) -> Row:
    it = quote.instrument
    return {
        "volume": int(2 * quote.size),
        "amount": float(2 * quote.listed_base),
        "symbol": it.listed_base,
        "value": float(2 * quote.usd),
        "contract_code": it.native,
        "trade_amount": float(2 * quote.volume_base),
        "trade_volume": int(2 * quote.volume_base / it.contract_size),
        "trade_turnover": float(2 * quote.volume_usd),
        "business_type": "futures" if it.expiry else "swap",
        "pair": f"{it.listed_base}-{it.quote}",
        "contract_type": _delivery(it, at),
    }


def _coin_swap_interest(query: Query, book: Book) -> dict[str, Any]:
    name = query.get("contract_code", "")
    quotes = [q for q in book.of("coin_swap") if not name or q.instrument.native == name]
    return _data([_coin_row(quote) for quote in quotes], book)


def _coin_future_interest(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [
        {**_coin_row(quote), "contract_type": _delivery(quote.instrument, book.at)}
        for quote in book.of("coin_future")
    ]
    return _data(rows, book)


def _coin_row(quote: Quote) -> Row:
    it = quote.instrument
    return {
        "volume": float(2 * quote.size),
        "amount": float(2 * quote.listed_base),
        "symbol": it.listed_base,
        "contract_code": it.native,
        "trade_amount": float(2 * quote.volume_base),
        "trade_volume": int(2 * quote.volume_usd / it.contract_size),
        "trade_turnover": float(2 * quote.volume_usd),
    }


_SPOT = [
    {
        "base-currency": base.lower(),
        "quote-currency": "usdt",
        "price-precision": 2,
        "amount-precision": 6,
        "symbol-partition": "main",
        "symbol": f"{base.lower()}usdt",
        "state": "online",
        "value-precision": 8,
        "api-trading": "enabled",
    }
    for base in SPOT_BASES
]
_BODY = OpenInterestBody(
    tables=lambda body: [body["data"]],
    symbol="contract_code",
    sizes=("volume", "amount"),
    stamps={"ts": 1000},
)

VENUE = SimulatedVenue(
    id="htx",
    share=0.06,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=240, seconds=3),
    endpoints=(
        Endpoint("GET", "/linear-swap-api/v1/swap_contract_info", _linear_contracts),
        Endpoint("GET", "/swap-api/v1/swap_contract_info", _coin_swap_contracts),
        Endpoint("GET", "/api/v1/contract_contract_info", _coin_future_contracts),
        Endpoint(
            "GET",
            "/linear-swap-api/v1/swap_open_interest",
            _linear_interest,
            open_interest=replace(_BODY, sizes=("volume", "amount", "value")),
        ),
        Endpoint(
            "GET", "/swap-api/v1/swap_open_interest", _coin_swap_interest, open_interest=_BODY
        ),
        Endpoint(
            "GET", "/api/v1/contract_open_interest", _coin_future_interest, open_interest=_BODY
        ),
        Endpoint("GET", "/v1/common/symbols", constant({"status": "ok", "data": _SPOT})),
        Endpoint("GET", "/v2/reference/currencies", constant({"code": 200, "data": []})),
    ),
)
