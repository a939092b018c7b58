"""Binance USDⓈ-M: one open-interest request a contract; prices, funding and volumes in bulk.

Open interest is ``openInterest`` in coins (1000PEPE: thousands). Unit documented by Binance, Open
Interest; that each contract counts once is Binance's own public statement. Prices of another
moment are not multiplied with it. Funding is paid every eight hours unless ``fundingInfo`` says
otherwise.
"""

from oirisk.schemas.venue import Fields, Interval, Line, Product, Venue, each, once
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


def _completing(name: str, method: str, key_time: str = "") -> Line:
    return Line(
        name=name,
        products=(LINEAR,),
        calls=once(method),
        rows=rows_at(),
        completes="linear",
        key="symbol",
        key_time=key_time,
    )


VENUE = Venue(
    id="binanceusdm",
    book="binance usd-m",
    lines=(
        _completing("premium", "fapiPublicGetPremiumIndex", key_time="time"),
        _completing("volumes", "fapiPublicGetTicker24hr"),
        _completing("intervals", "fapiPublicGetFundingInfo"),
        Line(
            name="linear",
            products=(LINEAR,),
            calls=each("fapiPublicGetOpenInterest", "symbol"),
            rows=object_at(),
        ),
    ),
)
