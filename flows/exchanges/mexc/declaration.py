"""MEXC: one ticker request carries open interest, prices, volume and funding.

Open interest is ``holdVol`` in contracts; the contract size comes with the list of contracts.
Measured: volume in contracts times the size times the price is the turnover printed. The
counting side is not documented (assumed one-sided). Contracts that settle in a third coin are
refused, because nobody documents their size.
"""

from typing import Any

from oirisk.schemas.calls import Market, once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue, refuse_quanto
from oirisk.transforms.decode import rows_at

_COMMON: dict[str, Any] = {
    "market_id": "symbol",
    "mark_price": "fairPrice",
    "index_price": "indexPrice",
    "last_price": "lastPrice",
    "funding_rate": "fundingRate",
    "volume_contracts": "volume24",
    "observed_at": "timestamp",
}


def _is_inverse(market: Market) -> bool:
    return bool(market.get("swap")) and market.get("settle") == market.get("base")


def _is_linear(market: Market) -> bool:
    return bool(market.get("swap")) and not _is_inverse(market)


LINEAR = Product(
    name="linear",
    covers=_is_linear,
    rules=("mexc.linear.holdVol",),
    fields=Fields(**_COMMON, volume_usd="amount24"),
    refusal=refuse_quanto,
)
INVERSE = Product(
    name="inverse",
    covers=_is_inverse,
    rules=("mexc.inverse.holdVol",),
    fields=Fields(**_COMMON),
)

VENUE = Venue(
    id="mexc",
    book="mexc",
    options={"fetchMarkets": {"types": {"spot": False, "swap": {"linear": True, "inverse": True}}}},
    endpoints=(
        Endpoint(
            name="ticker",
            products=(LINEAR, INVERSE),
            calls=once("contractPublicGetTicker"),
            rows=rows_at("data"),
        ),
    ),
)
