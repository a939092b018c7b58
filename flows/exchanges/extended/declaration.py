"""Extended: one request for all perpetuals with their statistics.

Open interest is ``openInterestBase`` in coins, beside ``openInterest`` in USD; the two must agree
(measured: they differ by the price). One side (assumed). Funding is paid every hour.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import rows_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("extended.perp.openInterestBase",),
    checks=("extended.perp.openInterest",),
    fields=Fields(
        market_id="name",
        mark_price="marketStats.markPrice",
        index_price="marketStats.indexPrice",
        last_price="marketStats.lastPrice",
        volume_base="marketStats.dailyVolumeBase",
        volume_usd="marketStats.dailyVolume",
        funding_rate="marketStats.fundingRate",
        funding_interval_hours=1,
    ),
)

VENUE = Venue(
    id="extended",
    book="extended",
    endpoints=(Endpoint("statistics", (PERP,), once("v1PublicGetInfoMarkets"), rows_at("data")),),
)
