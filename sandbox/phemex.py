"""Phemex as simulated: USDT contracts in coins, and the older ones in contracts, scaled.

``openInterestRv`` of the USDT contracts is coins, whatever the name says. ``openInterest`` of the
older ones is contracts: 1 USD for BTCUSD, which is inverse, and some coins for the others, which
are linear and settled in USD. Prices there are times 10^4, rates times 10^8.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    milliseconds,
    plain,
    price_step,
)
from oirisk.sandbox.listing import LISTED_MS, in_thousands, inverse, linear, sized
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = 205
_SCALED = {"ETH": Decimal("0.005"), "XRP": Decimal(5), "LTC": Decimal("0.05")}
_SMALLEST = Decimal("0.0001")
_THOUSAND = 1000
_BILLION = 1_000_000_000


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    perpetuals = [_linear(coin) for coin in coins[:_COINS]]
    bitcoin = replace(inverse(perpetuals[0], "BTCUSD"), price_step=Decimal("0.1"))
    scaled = [_in_contracts(coin) for coin in coins if coin.name in _SCALED]
    return (*perpetuals, bitcoin, *scaled)


def _linear(coin: Coin) -> SimulatedInstrument:
    listed = in_thousands(coin)
    prefix = "u" if listed[1] > 1 else ""
    perp = linear("phemex", coin, f"{prefix}{listed[0]}USDT", "USDT", listed)
    return replace(perp, product="usdt")


def _in_contracts(coin: Coin) -> SimulatedInstrument:
    """Make a contract that is settled in USD and holds some coins."""
    perp = sized(linear("phemex", coin, f"{coin.name}USD", "USD"), _SCALED[coin.name])
    step = max(price_step(coin.price), _SMALLEST)
    return replace(perp, product="usd", price_step=step, weight=0.03, funding_hours=8)


def _products(query: Query, book: Book) -> dict[str, Any]:
    del query
    data = {
        "currencies": [],
        "products": [_old_product(q.instrument) for q in book.of("inverse", "usd")],
        "perpProductsV2": [_product(quote.instrument) for quote in book.of("usdt")],
        "riskLimits": [],
        "riskLimitsV2": [],
        "ratioScale": 8,
    }
    return {"code": 0, "msg": "", "data": data}


def _product(it: SimulatedInstrument) -> Row:
    thousands = it.base_multiplier == _THOUSAND
    base = it.listed_base.replace("1000", "1000 ", 1) if thousands else it.listed_base
    return {
        "symbol": it.native,
        "code": 41541,
        "type": "PerpetualV2",
        "displaySymbol": f"{base} / USDT",
        "indexSymbol": f".{it.native}",
        "markSymbol": f".M{it.native}",
        "fundingRateSymbol": f".{it.native}FR",
        "fundingRate8hSymbol": f".{it.native}FR8H",
        "contractUnderlyingAssets": base,
        "settleCurrency": it.settle,
        "quoteCurrency": it.quote,
        "tickSize": plain(it.price_step),
        "priceScale": 0,
        "ratioScale": 0,
        "pricePrecision": 1,
        "baseCurrency": base,
        "description": f"{base}/USDT perpetual contracts",
        "status": "Listed",
        "tipOrderQty": 0,
        "listTime": LISTED_MS,
        "majorSymbol": False,
        "defaultLeverage": "-10",
        "fundingInterval": 3600 * (it.funding_hours or 8),
        "maxLeverage": it.max_leverage,
        "qtyStepSize": plain(it.size_step),
    }


def _old_product(it: SimulatedInstrument) -> Row:
    return {
        "symbol": it.native,
        "type": "Perpetual",
        "displaySymbol": f"{it.asset} / USD",
        "indexSymbol": f".{it.asset}",
        "contractUnderlyingAssets": "USD" if it.margin == "inverse" else it.asset,
        "settleCurrency": it.settle,
        "quoteCurrency": it.quote,
        "contractSize": float(it.contract_size),
        "lotSize": 1,
        "tickSize": float(it.price_step),
        "priceScale": 4,
        "ratioScale": 8,
        "pricePrecision": 1,
        "status": "Listed",
        "listTime": LISTED_MS,
        "fundingInterval": 28_800,
        "maxLeverage": it.max_leverage,
    }


def _old_products(query: Query, book: Book) -> dict[str, Any]:
    """Return the scales of money, which the other product list leaves out."""
    del query
    rows = [
        {"symbol": q.instrument.native, "valueScale": 8 if q.instrument.margin == "inverse" else 4}
        for q in book.of("inverse", "usd")
    ]
    return {"code": 0, "msg": "OK", "data": rows}


def _result(rows: list[Row]) -> dict[str, Any]:
    return {"error": None, "id": 0, "result": rows}


def _tickers(query: Query, book: Book) -> dict[str, Any]:
    del query
    return _result([_ticker(quote, book) for quote in book.of("usdt")])


def _ticker(quote: Quote, book: Book) -> Row:
    funding = "0" if quote.funding is None else plain(quote.funding)
    return {
        "closeRp": plain(quote.last),
        "fundingRateRr": funding,
        "highRp": plain(quote.high),
        "indexPriceRp": plain(quote.index),
        "lowRp": plain(quote.low),
        "markPriceRp": plain(quote.mark),
        "openInterestRv": plain(quote.size),
        "openRp": plain(quote.before),
        "predFundingRateRr": funding,
        "symbol": quote.instrument.native,
        "timestamp": milliseconds(book.at) * 1_000_000,
        "turnoverRv": plain(quote.volume_usd),
        "volumeRq": plain(quote.volume_base),
    }


def _scaled_tickers(query: Query, book: Book) -> dict[str, Any]:
    del query
    return _result([_scaled_ticker(quote, book) for quote in book.of("inverse", "usd")])


def _scaled_ticker(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    coin_margined = it.margin == "inverse"
    traded = quote.volume_usd if coin_margined else quote.volume_base
    turnover = quote.volume_base.scaleb(8) if coin_margined else quote.volume_usd.scaleb(4)
    funding = 0 if quote.funding is None else int(quote.funding.scaleb(8))
    return {
        "askEp": int((quote.last + it.price_step).scaleb(4)),
        "bidEp": int((quote.last - it.price_step).scaleb(4)),
        "fundingRateEr": funding,
        "highEp": int(quote.high.scaleb(4)),
        "indexEp": int(quote.index.scaleb(4)),
        "lastEp": int(quote.last.scaleb(4)),
        "lowEp": int(quote.low.scaleb(4)),
        "markEp": int(quote.mark.scaleb(4)),
        "openEp": int(quote.before.scaleb(4)),
        "openInterest": int(quote.size),
        "predFundingRateEr": funding,
        "symbol": it.native,
        "timestamp": milliseconds(book.at) * 1_000_000,
        "turnoverEv": int(turnover),
        "volume": int(traded / it.contract_size),
    }


VENUE = SimulatedVenue(
    id="phemex",
    share=0.02,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=5000, seconds=300),
    endpoints=(
        Endpoint("GET", "/public/products", _products),
        Endpoint("GET", "/v1/exchange/public/products", _old_products),
        Endpoint(
            "GET",
            "/md/v2/ticker/24hr/all",
            _tickers,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["result"]],
                symbol="symbol",
                sizes=("openInterestRv",),
                stamps={"timestamp": _BILLION},
            ),
        ),
        Endpoint(
            "GET",
            "/v1/md/ticker/24hr/all",
            _scaled_tickers,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["result"]],
                symbol="symbol",
                sizes=("openInterest",),
                stamps={"timestamp": _BILLION},
            ),
        ),
    ),
)
