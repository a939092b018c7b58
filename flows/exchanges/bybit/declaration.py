"""Bybit: one ticker request per category, for options per coin, carries everything.

Open interest is ``openInterest``, longs and shorts added up (factor 0.5), or since 2026-06-11
``singleOpenInterest``, one side (factor 1). Linear figures are base coin, inverse ones USD, options
base coin; nothing is said of the sides of options (assumed one-sided). Options are valued at the
index, not at the forward beside it. Documented by Bybit, API v5, Get Tickers; see the rules
``bybit.*`` of the unit registry.
"""

from typing import Any

from oirisk.schemas.calls import Market, each, once
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Venue
from oirisk.transforms.decode import rows_at

_PRICES: dict[str, Any] = {
    "mark_price": "markPrice",
    "index_price": "indexPrice",
    "last_price": "lastPrice",
}
_FUNDING: dict[str, Any] = {
    "funding_rate": "fundingRate",
    "funding_interval": Interval(
        "fundingIntervalHour", per_hour=1, listed=Interval("info.fundingInterval", per_hour=60)
    ),
}


def _is_linear(market: Market) -> bool:
    return bool(market.get("linear")) and not market.get("option")


def _is_inverse(market: Market) -> bool:
    return bool(market.get("inverse")) and not market.get("option")


LINEAR = Product(
    name="linear",
    covers=_is_linear,
    rules=("bybit.linear.singleOpenInterest", "bybit.linear.openInterest"),
    checks=("bybit.linear.openInterestValue",),
    fields=Fields(
        market_id="symbol",
        volume_base="volume24h",
        volume_usd="turnover24h",
        **_PRICES,
        **_FUNDING,
    ),
)
INVERSE = Product(
    name="inverse",
    covers=_is_inverse,
    rules=("bybit.inverse.singleOpenInterest", "bybit.inverse.openInterest"),
    checks=("bybit.inverse.openInterestValue",),
    fields=Fields(
        market_id="symbol",
        volume_base="turnover24h",
        volume_usd="volume24h",
        **_PRICES,
        **_FUNDING,
    ),
)
OPTION = Product(
    name="option",
    covers=lambda market: bool(market.get("option")),
    rules=("bybit.option.openInterest",),
    fields=Fields(market_id="symbol", underlying_price="indexPrice", volume_base="volume24h"),
)

VENUE = Venue(
    id="bybit",
    book="bybit",
    options={"fetchMarkets": {"types": ["linear", "inverse", "option"]}},
    endpoints=(
        *(
            Endpoint(
                name=product.name,
                products=(product,),
                calls=once("publicGetV5MarketTickers", category=product.name),
                rows=rows_at("result", "list"),
                observed_at="time",
            )
            for product in (LINEAR, INVERSE)
        ),
        Endpoint(
            name="option",
            products=(OPTION,),
            calls=each(
                "publicGetV5MarketTickers", "baseCoin", path="info.baseCoin", category="option"
            ),
            rows=rows_at("result", "list"),
            observed_at="time",
        ),
    ),
)
