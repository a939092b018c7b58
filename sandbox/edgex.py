"""edgeX as simulated: USDC perpetuals in coins, one contract a request, told by number.

The market list names coins and contracts by numbers. The answer to one contract is a list of one
row, and the one instant is that of the whole answer. Funding is every four hours.
"""

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import in_thousands, linear
from oirisk.sandbox.published import Fields, Published, Reply
from oirisk.sandbox.quotes import Book
from oirisk.sandbox.venue import (
    OneSymbol,
    OpenInterestBody,
    Query,
    RateLimit,
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


def _contracts(query: Query, book: Book) -> Any:  # noqa: ANN401 -- any JSON
    listed = [quote.instrument for quote in book.quotes]
    coins = [_COIN((_USDC, "USDC")), *(_COIN((_coin_id(it), it.listed_base)) for it in listed)]
    return _META(Reply(query, book.at, (coins, [_CONTRACT(it) for it in listed])))


def _coin_id(it: SimulatedInstrument) -> str:
    return str(int(_USDC) + int(it.native) - _FIRST + 1)


def _name(it: SimulatedInstrument) -> str:
    return f"{it.listed_base}{it.quote}"


_PUBLISHED = Published("edgex")
_ENVELOPE: Fields = {"requestTime": "now", "responseTime": "now"}
_COIN = _PUBLISHED.row("contracts", {"coinId": itemgetter(0), "coinName": itemgetter(1)}, "coin")
_CONTRACT = _PUBLISHED.row("contracts", {
    "contractId": "native", "contractName": _name, "baseCoinId": _coin_id,
    "quoteCoinId": lambda _: _USDC, "tickSize": "price_step", "stepSize": "size_step",
    "minOrderSize": "size_step", "displayMaxLeverage": "max_leverage",
    "fundingRateIntervalMin": lambda it: 60 * (it.funding_hours or 0),
}, "contract")  # fmt: skip
_META = _PUBLISHED.body("contracts", {
    **_ENVELOPE, "data.coinList": lambda reply: reply.rows[0],
    "data.contractList": lambda reply: reply.rows[1],
})  # fmt: skip
_TICKER: Fields = {
    "contractId": "instrument.native", "contractName": lambda quote: _name(quote.instrument),
    "priceChange": "rise", "priceChangePercent": "change", "size": "volume_base",
    "value": "volume_usd", "high": "high", "low": "low", "open": "before", "close": "last",
    "lastPrice": "last", "indexPrice": "index", "oraclePrice": "index", "markPrice": "mark",
    "openInterest": "size", "fundingRate": "funding_or_zero", "nextFundingTime": "next_funding",
}  # fmt: skip

VENUE = SimulatedVenue(
    id="edgex",
    share=0.01,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=50, seconds=10),
    endpoints=(
        _PUBLISHED.answer("contracts", _contracts),
        _PUBLISHED.table(
            "ticker",
            _TICKER,
            envelope=_ENVELOPE,
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
