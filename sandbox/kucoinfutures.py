"""KuCoin Futures as simulated: lots of ``multiplier`` coins, or of 1 USD where it is -1.

BTC is XBT here. The list of active contracts is both the market list and the open interest; it
carries no time. Open interest is text, prices and volumes are numbers.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from oirisk.sandbox import listing
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    LISTED_AT,
    Calendar,
    SimulatedInstrument,
    milliseconds,
    plain,
    quantity_step,
    quarter_code,
)
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

_COINS = 238
_INVERSE = ("BTC", "ETH", "XRP", "SOL", "DOT")
_SIZES = {"BTC": Decimal("0.001"), "ETH": Decimal("0.01"), "SOL": Decimal("0.1")}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    listed = coins[:_COINS]
    perpetuals = [_linear(coin) for coin in listed]
    perpetuals += [_inverse(coin) for coin in listed if coin.name in _INVERSE]
    dated = [_future(_inverse(coins[0]), day) for day in calendar.quarters[:2]]
    return tuple(perpetuals + dated)


def _linear(coin: Coin) -> SimulatedInstrument:
    base = "XBT" if coin.name == "BTC" else coin.name
    size = _SIZES.get(coin.name, quantity_step(coin.price, 10.0))
    listed = listing.linear("kucoinfutures", coin, f"{base}USDTM", listed=(base, 1))
    symbol = f"{coin.name}/USDT:USDT"
    return replace(listing.sized(listed, size), symbol=symbol, funding_hours=8)


def _inverse(coin: Coin) -> SimulatedInstrument:
    perp = _linear(coin)
    return listing.inverse(perp, f"{perp.listed_base}USDM", weight=0.12)


def _future(perp: SimulatedInstrument, expiry: datetime) -> SimulatedInstrument:
    native = f"{perp.listed_base}M{quarter_code(expiry)}"
    return listing.dated(perp, native, expiry, weight=0.02)


def _active(query: Query, book: Book) -> dict[str, Any]:
    del query
    return {"code": "200000", "data": [_contract(quote, book) for quote in book.quotes]}


def _contract(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    perpetual, linear = it.kind == "perp", it.margin == "linear"
    settle = it.listed_base if it.settle == it.asset else it.settle
    expiry = milliseconds(it.expiry) if it.expiry else None
    return {
        "symbol": it.native,
        "rootSymbol": settle,
        "type": "FFWCSX" if perpetual else "FFICSX",
        "firstOpenDate": milliseconds(LISTED_AT),
        "expireDate": expiry,
        "settleDate": expiry,
        "baseCurrency": it.listed_base,
        "quoteCurrency": it.quote,
        "settleCurrency": settle,
        "maxOrderQty": 1_000_000,
        "maxPrice": 1_000_000,
        "lotSize": 1,
        "tickSize": float(it.price_step),
        "indexPriceTickSize": float(it.price_step),
        "multiplier": float(it.contract_size) if linear else -1,
        "initialMargin": 0.013,
        "maintainMargin": 0.007,
        "makerFeeRate": 0.0002,
        "takerFeeRate": 0.0006,
        "isDeleverage": True,
        "isQuanto": linear,
        "isInverse": not linear,
        "markMethod": "FairPrice",
        "fairMethod": "FundingRate" if perpetual else "",
        "status": "Open",
        "fundingFeeRate": None if quote.funding is None else float(quote.funding),
        "predictedFundingFeeRate": None if quote.funding is None else float(quote.funding),
        "fundingRateGranularity": 28_800_000 if perpetual else None,
        "openInterest": plain(quote.size),
        "turnoverOf24h": float(quote.volume_usd if linear else quote.volume_base),
        "volumeOf24h": float(quote.volume_base if linear else quote.volume_usd),
        "markPrice": float(quote.mark),
        "indexPrice": float(quote.index),
        "lastTradePrice": float(quote.last),
        "nextFundingRateTime": _until_funding(book.at) if perpetual else None,
        "maxLeverage": it.max_leverage,
        "lowPrice": float(quote.low),
        "highPrice": float(quote.high),
        "priceChgPct": round(float(quote.last / quote.before) - 1, 4),
        "priceChg": float(quote.last - quote.before),
    }


def _until_funding(at: datetime) -> int:
    """Return the milliseconds that are left, which is what the field holds."""
    return 28_800_000 - milliseconds(at) % 28_800_000


VENUE = SimulatedVenue(
    id="kucoinfutures",
    share=0.05,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=2000, seconds=30),
    endpoints=(
        Endpoint(
            "GET",
            "/api/v1/contracts/active",
            _active,
            weight=3,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]], symbol="symbol", sizes=("openInterest",)
            ),
        ),
        Endpoint("GET", "/api/v3/currencies", constant({"code": "200000", "data": []})),
    ),
)
