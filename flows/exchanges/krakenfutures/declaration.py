"""Kraken Futures: one ticker request for everything that is listed.

Open interest is ``openInterest``: coins for multi-collateral (``PF_``, ``FF_``) contracts, USD for
single-collateral inverse ones (``PI_``, ``FI_``). Units documented by Kraken, Tickers and contract
specifications; the counting side is not documented (assumed one-sided). Rows whose name starts
with ``in_`` or ``rr_`` are indices. Funding is hourly and printed as an amount, USD a coin for
``PF_`` and coins a USD for ``PI_``, which the index price makes a fraction.
"""

from typing import Any

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Row, Venue
from oirisk.transforms.decode import rows_at

_COMMON: dict[str, Any] = {
    "market_id": "symbol",
    "mark_price": "markPrice",
    "index_price": "indexPrice",
    "last_price": "last",
    "funding_rate": "fundingRate",
    "funding_is_amount": True,
    "funding_interval_hours": 1,
}
LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("linear")),
    rules=("krakenfutures.linear.openInterest",),
    fields=Fields(**_COMMON, volume_base="vol24h", volume_usd="volumeQuote"),
)
INVERSE = Product(
    name="inverse",
    covers=lambda market: bool(market.get("inverse")),
    rules=("krakenfutures.inverse.openInterest",),
    fields=Fields(**_COMMON, volume_usd="vol24h"),
)


def _is_index(row: Row) -> bool:
    return str(row.get("symbol")).lower().startswith(("in_", "rr_"))


VENUE = Venue(
    id="krakenfutures",
    book="kraken futures",
    endpoints=(
        Endpoint(
            name="tickers",
            products=(LINEAR, INVERSE),
            calls=once("publicGetTickers"),
            rows=rows_at("tickers"),
            observed_at="serverTime",
            observed_unit="iso",
            ignores=_is_index,
        ),
    ),
)
