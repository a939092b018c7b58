"""Binance USDⓈ-M: one open-interest request a contract; prices, funding and volumes in bulk.

Open interest is ``openInterest`` in coins (1000PEPE: thousands). Unit documented by Binance, Open
Interest; that each contract counts once is Binance's own public statement. Prices of another
moment are not multiplied with it. Funding is paid every eight hours unless ``fundingInfo`` says
otherwise.
"""

from oirisk.schemas.calls import each
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Venue, completing
from oirisk.transforms.decode import object_at, rows_at

LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("linear")) and not market.get("option"),
    rules=("binanceusdm.linear.openInterest",),
    fields=Fields(
        market_id="symbol",
        observed_at="time",
        mark_price="@premium.markPrice",
        index_price="@premium.indexPrice",
        last_price="@volumes.lastPrice",
        funding_rate="@premium.lastFundingRate",
        funding_interval=Interval("@intervals.fundingIntervalHours", per_hour=1, otherwise=8),
        volume_base="@volumes.volume",
        volume_usd="@volumes.quoteVolume",
    ),
)


VENUE = Venue(
    id="binanceusdm",
    book="binance usd-m",
    endpoints=(
        completing(LINEAR, "premium", "fapiPublicGetPremiumIndex", rows_at(), key_time="time"),
        completing(LINEAR, "volumes", "fapiPublicGetTicker24hr", rows_at()),
        completing(LINEAR, "intervals", "fapiPublicGetFundingInfo", rows_at()),
        Endpoint(
            name="linear",
            products=(LINEAR,),
            calls=each("fapiPublicGetOpenInterest", "symbol"),
            rows=object_at(),
        ),
    ),
)
