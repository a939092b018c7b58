"""Aster: one open-interest request a contract; prices, funding and volumes in bulk, as Binance's.

Open interest is ``openInterest`` in coins (1000PEPE: thousands), under an address of Binance's form
that ccxt's class does not list; third parties read it since 2026-05. One side (assumed). Funding
intervals come with ``fundingInfo``. ccxt paces three requests a second, which an answer a contract
would make minutes of; ten a second are what others ask without refusal.
"""

from oirisk.schemas.calls import Call, PerValue
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Venue, completing
from oirisk.transforms.decode import object_at, rows_at

LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("linear")),
    rules=("aster.linear.openInterest",),
    fields=Fields(
        market_id="symbol",
        observed_at="time",
        mark_price="@premium.markPrice",
        index_price="@premium.indexPrice",
        last_price="@volumes.lastPrice",
        funding_rate="@premium.lastFundingRate",
        funding_interval=Interval("@intervals.fundingIntervalHours", per_hour=1),
        volume_base="@volumes.volume",
        volume_usd="@volumes.quoteVolume",
    ),
)

VENUE = Venue(
    id="aster",
    book="aster",
    interval_ms=100,
    endpoints=(
        completing(LINEAR, "premium", "fapiPublicGetV1PremiumIndex", rows_at(), key_time="time"),
        completing(LINEAR, "volumes", "fapiPublicGetV1Ticker24hr", rows_at()),
        completing(LINEAR, "intervals", "fapiPublicGetV1FundingInfo", rows_at()),
        Endpoint(
            name="linear",
            products=(LINEAR,),
            calls=PerValue(Call("GET", path="v1/openInterest", api=("fapiPublic",)), "symbol"),
            rows=object_at(),
        ),
    ),
)
