"""dYdX as simulated: USDC-settled perpetuals, an object of markets by ticker in one answer.

It is the market list and the open interest, in coins, at once. The oracle price stands for the
mark, funding is hourly, and there is no instant.
"""

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = 185


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    return tuple(_perp(coin) for coin in coins[:_COINS])


def _perp(coin: Coin) -> SimulatedInstrument:
    perp = linear("dydx", coin, f"{coin.name}-USD", "USDC")
    return replace(perp, product="perp", funding_hours=1, max_leverage=20)


def _placed(query: Query, book: Book) -> list[tuple[int, Quote]]:
    """Return the markets with their numbers, or the one that is named."""
    name = query.get("market", "")
    rows = enumerate(book.quotes)
    return [(place, quote) for place, quote in rows if name in {"", quote.instrument.native}]


def _by_ticker(rows: list[Row]) -> dict[str, Row]:
    return {row["ticker"]: row for row in rows}


def _put_back(body: Any, tables: Sequence[list[Any]]) -> None:  # noqa: ANN401 -- any JSON
    body["markets"] = _by_ticker(tables[0])


_PUBLISHED = Published("dydx")
_MARKET: Fields = {
    "clobPairId": itemgetter(0), "ticker": lambda it: it[1].instrument.native,
    "oraclePrice": lambda it: it[1].mark, "priceChange24H": lambda it: it[1].rise,
    "volume24H": lambda it: it[1].volume_usd, "openInterest": lambda it: it[1].size,
    "nextFundingRate": lambda it: it[1].funding_or_zero,
    "atomicResolution": lambda it: -it[1].instrument.size_decimals - 6,
    "tickSize": lambda it: it[1].instrument.price_step,
    "stepSize": lambda it: it[1].instrument.size_step, "baseOpenInterest": lambda it: it[1].size,
}  # fmt: skip

VENUE = SimulatedVenue(
    id="dydx",
    share=0.006,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=100, seconds=10),
    endpoints=(
        _PUBLISHED.table(
            "markets",
            _MARKET,
            _placed,
            gather=_by_ticker,
            open_interest=OpenInterestBody(
                tables=lambda body: [list(body["markets"].values())],
                symbol="ticker",
                sizes=("openInterest", "baseOpenInterest"),
                put_back=_put_back,
            ),
        ),
    ),
)
