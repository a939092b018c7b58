"""Binance COIN-M: one open-interest request a contract; prices, funding and volumes in bulk.

Open interest is ``openInterest`` in contracts of 100 USD (BTC) or 10 USD (all others), the size
that the exchange lists with each contract. Documented by Binance, Open Interest and exchange
information; that each contract counts once is Binance's own public statement.
"""

from oirisk.schemas.calls import each
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue, completing
from oirisk.transforms.decode import object_at, rows_at

INVERSE = Product(
    name="inverse",
    covers=lambda market: bool(market.get("inverse")) and not market.get("option"),
    rules=("binancecoinm.inverse.openInterest",),
    fields=Fields(
        market_id="symbol",
        observed_at="time",
        mark_price="@premium.markPrice",
        index_price="@premium.indexPrice",
        last_price="@volumes.lastPrice",
        funding_rate="@premium.lastFundingRate",
        funding_interval_hours=8,
        volume_base="@volumes.baseVolume",
        volume_contracts="@volumes.volume",
    ),
)


VENUE = Venue(
    id="binancecoinm",
    book="binance coin-m",
    endpoints=(
        completing(INVERSE, "premium", "dapiPublicGetPremiumIndex", rows_at(), key_time="time"),
        completing(INVERSE, "volumes", "dapiPublicGetTicker24hr", rows_at()),
        Endpoint(
            name="inverse",
            products=(INVERSE,),
            calls=each("dapiPublicGetOpenInterest", "symbol"),
            rows=object_at(),
        ),
    ),
)
