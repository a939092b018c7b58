"""Phemex: one ticker request for USDT-settled contracts, one for all others.

USDT-settled: open interest is ``openInterestRv``, coins in spite of its name (measured). Others:
``openInterest`` in contracts of the listed size, 1 USD for inverse BTCUSD and 0.005 ETH for
ETHUSD, which settles in USD (documented by Phemex). Their prices are integers, scaled by a number
of decimals that the contract lists. The counting side is not documented (assumed one-sided).
"""

from typing import Any

from oirisk.schemas.calls import Market, each, once
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Venue
from oirisk.transforms.decode import object_at, rows_at

_TIME: dict[str, Any] = {"observed_at": "timestamp", "observed_unit": "ns"}
_FUNDING = Interval(
    "fundingInterval",
    per_hour=3600,
    listed=Interval("info.fundingInterval", per_hour=3600, hours_to=24),
    hours_to=24,
)
"""The older of the two lists of contracts has hours, and ccxt prefers it."""

USDT = Product(
    name="usdt",
    covers=lambda market: bool(market.get("swap")) and market.get("settle") == "USDT",
    rules=("phemex.usdt.openInterestRv",),
    fields=Fields(
        market_id="symbol",
        mark_price="markPriceRp",
        index_price="indexPriceRp",
        last_price="closeRp",
        volume_base="volumeRq",
        volume_usd="turnoverRv",
        funding_rate="fundingRateRr",
        funding_interval=_FUNDING,
        **_TIME,
    ),
)


def _scaled(names: dict[str, Any]) -> Fields:
    """Declare prices and funding rate of the scaled answers."""
    prices = ("mark_price", "index_price", "last_price")
    decimals = {names[name]: "info.priceScale" for name in prices}
    return Fields(
        market_id="symbol",
        **names,
        volume_contracts="volume",
        funding_interval=_FUNDING,
        decimals={**decimals, names["funding_rate"]: "info.ratioScale"},
        **_TIME,
    )


_NAMES = {
    "mark_price": "markEp",
    "index_price": "indexEp",
    "last_price": "lastEp",
    "funding_rate": "fundingRateEr",
}
_OLDER_NAMES = {
    "mark_price": "markPrice",
    "index_price": "indexPrice",
    "last_price": "close",
    "funding_rate": "fundingRate",
}


def _is_usd(market: Market) -> bool:
    return bool(market.get("swap")) and market.get("settle") == "USD"


def _is_inverse(market: Market) -> bool:
    return bool(market.get("swap")) and bool(market.get("inverse"))


def _products(fields: Fields) -> tuple[Product, Product]:
    return (
        Product("usd", _is_usd, ("phemex.usd.openInterest",), fields),
        Product("inverse", _is_inverse, ("phemex.inverse.openInterest",), fields),
    )


VENUE = Venue(
    id="phemex",
    book="phemex",
    endpoints=(
        Endpoint("usdt", (USDT,), once("v2GetMdV2Ticker24hrAll"), rows_at("result")),
        Endpoint(
            "usd", _products(_scaled(_NAMES)), once("v1GetMdTicker24hrAll"), rows_at("result")
        ),
        Endpoint(
            name="usd_single",
            products=_products(_scaled(_OLDER_NAMES)),
            calls=each("v1GetMdTicker24hr", "symbol"),
            rows=object_at("result"),
            fallback_for="usd",
        ),
    ),
)
