"""HTX as simulated: linear swaps and futures, coin-margined swaps, coin-margined futures.

Every figure is longs plus shorts, twice the truth: ``volume`` in contracts, ``amount`` in coins
and, for linear contracts only, ``value`` in USDT. The one instant is that of the whole answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, quantity_step
from oirisk.sandbox.listing import dated, inverse, linear, sized
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    Endpoint,
    OpenInterestBody,
    Query,
    RateLimit,
    SimulatedVenue,
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


def _of(product: str) -> Callable[[Query, Book], list[Quote]]:
    """Return a reader of the quotes of a product line, or of the contract that is named."""

    def named(query: Query, book: Book) -> list[Quote]:
        name = query.get("contract_code", "")
        return [quote for quote in book.of(product) if not name or quote.instrument.native == name]

    return named


def _linear_listed(query: Query, book: Book) -> list[Quote]:
    everything = query.get("business_type") == "all"
    return [q for q in book.of("linear") if everything or q.instrument.kind == "perp"]


def _delivery(quote: Quote) -> str:
    """Return which delivery a future is, by how many weeks are left."""
    expiry = quote.instrument.expiry
    if expiry is None:
        return "swap"
    return {0: "this_week", 1: "next_week"}.get((expiry - quote.at).days // 7, "quarter")


def _business(quote: Quote) -> str:
    return "futures" if quote.instrument.expiry else "swap"


def _day(quote: Quote) -> str:
    return f"{quote.instrument.expiry:%Y%m%d}" if quote.instrument.expiry else ""


def _twice(name: str) -> Callable[[Quote], Decimal]:
    """Return a reader of a figure as longs plus shorts."""
    read = attrgetter(name)
    return lambda quote: 2 * read(quote)


def _pair(quote: Quote) -> str:
    return f"{quote.instrument.listed_base}-{quote.instrument.quote}"


_PUBLISHED = Published("htx")
_NAMED: Fields = {"symbol": "instrument.listed_base", "contract_code": "instrument.native"}
_LISTED: Fields = {
    **_NAMED, "contract_size": "instrument.contract_size", "price_tick": "instrument.price_step",
    "delivery_time": lambda quote: quote.instrument.expiry_ms or "",
}  # fmt: skip
_DATED: Fields = {"delivery_date": _day, "contract_type": _delivery}
_LINEAR: Fields = {"business_type": _business, "pair": _pair}
_LINEAR_CONTRACT: Fields = {
    **_LINEAR,
    "support_margin_mode": lambda quote: "cross" if quote.instrument.expiry else "all",
}
_INTEREST: Fields = {
    **_NAMED, "volume": _twice("size"), "amount": _twice("listed_base"),
    "trade_amount": _twice("volume_base"), "trade_volume": _twice("contracts"),
    "trade_turnover": _twice("volume_usd"),
}  # fmt: skip


def _table(
    name: str,
    select: Callable[[Query, Book], list[Quote]],
    fields: Fields,
    body: OpenInterestBody | None = None,
) -> Endpoint:
    row = _PUBLISHED.row(name, fields)
    return _PUBLISHED.table(name, row, select, {"ts": "now"}, open_interest=body)


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
        _table("linear contracts", _linear_listed, {**_LISTED, **_DATED, **_LINEAR_CONTRACT}),
        _table("coin swaps", _of("coin_swap"), _LISTED),
        _table("coin futures", _of("coin_future"), {**_LISTED, **_DATED}),
        _table(
            "linear open interest",
            _of("linear"),
            {**_INTEREST, **_LINEAR, "value": _twice("usd"), "contract_type": _delivery},
            replace(_BODY, sizes=("volume", "amount", "value")),
        ),
        _table("coin swap open interest", _of("coin_swap"), _INTEREST, _BODY),
        _table(
            "coin future open interest",
            _of("coin_future"),
            {**_INTEREST, "contract_type": _delivery},
            _BODY,
        ),
        _PUBLISHED.fixed("spot"),
        _PUBLISHED.fixed("currencies"),
    ),
)
