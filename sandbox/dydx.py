"""dYdX as simulated: USDC-settled perpetuals, an object of markets by ticker in one answer.

It is the market list and the open interest, in coins, at once. The oracle price stands for the
mark, funding is hourly, and there is no instant.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, plain
from oirisk.sandbox.listing import decimals, linear
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = 185


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    return tuple(_perp(coin) for coin in coins[:_COINS])


def _perp(coin: Coin) -> SimulatedInstrument:
    perp = linear("dydx", coin, f"{coin.name}-USD", "USDC")
    return replace(perp, product="perp", funding_hours=1, max_leverage=20)


def _markets(query: Query, book: Book) -> dict[str, Any]:
    name = query.get("market", "")
    rows = [_market(place, quote) for place, quote in enumerate(book.quotes)]
    return {"markets": {row["ticker"]: row for row in rows if not name or row["ticker"] == name}}


def _market(place: int, quote: Quote) -> Row:
    it = quote.instrument
    return {
        "clobPairId": str(place),
        "ticker": it.native,
        "status": "ACTIVE",
        "oraclePrice": plain(quote.mark),
        "priceChange24H": plain(quote.last - quote.before),
        "volume24H": plain(quote.volume_usd),
        "trades24H": 1000,
        "nextFundingRate": "0" if quote.funding is None else plain(quote.funding),
        "initialMarginFraction": "0.05",
        "maintenanceMarginFraction": "0.03",
        "openInterest": plain(quote.size),
        "atomicResolution": -decimals(it.size_step) - 6,
        "quantumConversionExponent": -9,
        "tickSize": plain(it.price_step),
        "stepSize": plain(it.size_step),
        "stepBaseQuantums": 1_000_000,
        "subticksPerTick": 100_000,
        "marketType": "CROSS",
        "openInterestLowerCap": "0",
        "openInterestUpperCap": "0",
        "baseOpenInterest": plain(quote.size),
        "defaultFundingRate1H": "0",
    }


def _put_back(body: Any, tables: Sequence[list[Any]]) -> None:  # noqa: ANN401 -- any JSON
    body["markets"] = {row["ticker"]: row for row in tables[0]}


VENUE = SimulatedVenue(
    id="dydx",
    share=0.006,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=100, seconds=10),
    endpoints=(
        Endpoint(
            "GET",
            "/v4/perpetualMarkets",
            _markets,
            open_interest=OpenInterestBody(
                tables=lambda body: [list(body["markets"].values())],
                symbol="ticker",
                sizes=("openInterest", "baseOpenInterest"),
                put_back=_put_back,
            ),
        ),
    ),
)
