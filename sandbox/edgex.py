"""edgeX as simulated: USDC perpetuals in coins, one contract a request, told by number.

The market list names coins and contracts by numbers. The answer to one contract is a list of one
row, and the one instant is that of the whole answer. Funding is every four hours.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds, plain
from oirisk.sandbox.listing import in_thousands, linear, next_funding
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    Endpoint,
    OneSymbol,
    OpenInterestBody,
    Query,
    RateLimit,
    Row,
    SimulatedVenue,
)

_COINS = 30
_FIRST = 30_000_001
_USDC = "1000"


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    return tuple(_perp(place, coin) for place, coin in enumerate(coins[:_COINS]))


def _perp(place: int, coin: Coin) -> SimulatedInstrument:
    perp = linear("edgex", coin, str(_FIRST + place), "USDC", in_thousands(coin))
    return replace(perp, product="perp", funding_hours=4, max_leverage=100)


def _body(data: Any, book: Book) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    stamp = str(milliseconds(book.at))
    return {"code": "SUCCESS", "data": data, "requestTime": stamp, "responseTime": stamp}


def _meta(query: Query, book: Book) -> dict[str, Any]:
    del query
    listed = [quote.instrument for quote in book.quotes]
    coins = [{"coinId": _coin_id(it), "coinName": it.listed_base} for it in listed]
    data = {
        "coinList": [{"coinId": _USDC, "coinName": "USDC"}, *coins],
        "contractList": [_contract(it) for it in listed],
    }
    return _body(data, book)


def _coin_id(it: SimulatedInstrument) -> str:
    return str(int(_USDC) + int(it.native) - _FIRST + 1)


def _name(it: SimulatedInstrument) -> str:
    return f"{it.listed_base}{it.quote}"


def _contract(it: SimulatedInstrument) -> Row:
    return {
        "contractId": it.native,
        "contractName": _name(it),
        "baseCoinId": _coin_id(it),
        "quoteCoinId": _USDC,
        "tickSize": plain(it.price_step),
        "stepSize": plain(it.size_step),
        "enableTrade": True,
        "enableDisplay": True,
        "displayMaxLeverage": str(it.max_leverage),
        "fundingRateIntervalMin": str(60 * (it.funding_hours or 0)),
    }


def _ticker(query: Query, book: Book) -> dict[str, Any]:
    del query
    return _body([_row(quote, book) for quote in book.quotes], book)


def _row(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    return {
        "contractId": it.native,
        "contractName": _name(it),
        "priceChange": plain(quote.last - quote.before),
        "size": plain(quote.volume_base),
        "value": plain(quote.volume_usd),
        "high": plain(quote.high),
        "low": plain(quote.low),
        "open": plain(quote.before),
        "close": plain(quote.last),
        "lastPrice": plain(quote.last),
        "indexPrice": plain(quote.index),
        "oraclePrice": plain(quote.index),
        "markPrice": plain(quote.mark),
        "openInterest": plain(quote.size),
        "fundingRate": "" if quote.funding is None else plain(quote.funding),
        "nextFundingTime": str(next_funding(it, book.at)),
    }


VENUE = SimulatedVenue(
    id="edgex",
    share=0.01,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=50, seconds=10),
    endpoints=(
        Endpoint("GET", "/api/v2/public/meta/getMetaData", _meta),
        Endpoint(
            "GET",
            "/api/v2/public/quote/getTicker",
            _ticker,
            one_symbol=OneSymbol("contractId", {"code": "SUCCESS", "data": []}),
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]],
                symbol="contractId",
                sizes=("openInterest",),
                stamps={"responseTime": 1000},
            ),
        ),
    ),
)
