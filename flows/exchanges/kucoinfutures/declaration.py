"""KuCoin Futures: one request lists all active contracts with open interest and prices.

Open interest is ``openInterest``, in lots of ``multiplier`` coins (linear) or of 1 USD (inverse,
multiplier -1). Units documented by KuCoin, active contracts; the counting side is not
documented (assumed one-sided). Should that request fail, the one of the unified account stands in;
it carries no price.
"""

from dataclasses import replace
from typing import Any

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Venue, refuse_quanto
from oirisk.transforms.decode import rows_at

_COMMON: dict[str, Any] = {
    "market_id": "symbol",
    "mark_price": "markPrice",
    "index_price": "indexPrice",
    "last_price": "lastTradePrice",
    "funding_rate": "fundingFeeRate",
}
_FUNDING_INTERVAL = Interval(
    "fundingRateGranularity",
    per_hour=3_600_000,
    listed=Interval("info.fundingRateGranularity", per_hour=3_600_000),
)

LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("linear")),
    rules=("kucoinfutures.linear.openInterest",),
    refusal=refuse_quanto,
    fields=Fields(
        **_COMMON,
        funding_interval=_FUNDING_INTERVAL,
        volume_base="volumeOf24h",
        volume_usd="turnoverOf24h",
    ),
)
INVERSE = Product(
    name="inverse",
    covers=lambda market: bool(market.get("inverse")),
    rules=("kucoinfutures.inverse.openInterest",),
    fields=Fields(**_COMMON, funding_interval=_FUNDING_INTERVAL),
)

_UNIFIED = Fields(market_id="symbol", observed_at="ts")

VENUE = Venue(
    id="kucoinfutures",
    book="kucoin",
    endpoints=(
        Endpoint(
            name="active",
            products=(LINEAR, INVERSE),
            calls=once("futuresPublicGetContractsActive"),
            rows=rows_at("data"),
        ),
        Endpoint(
            name="unified",
            products=(replace(LINEAR, fields=_UNIFIED), replace(INVERSE, fields=_UNIFIED)),
            calls=once("utaGetMarketOpenInterest"),
            rows=rows_at("data"),
            fallback_for="active",
        ),
    ),
)
