"""WhiteBIT: one request for all perpetuals.

Open interest is ``open_interest``, taken as coins (assumed), one side (assumed). No mark price:
coins are valued at the last trade.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Venue
from oirisk.transforms.decode import rows_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("whitebit.perp.open_interest",),
    fields=Fields(
        market_id="ticker_id",
        index_price="index_price",
        last_price="last_price",
        value_price="last_price",
        volume_base="stock_volume",
        volume_usd="money_volume",
        funding_rate="funding_rate",
        funding_interval=Interval("funding_interval_minutes", per_hour=60),
    ),
)

VENUE = Venue(
    id="whitebit",
    book="whitebit",
    endpoints=(Endpoint("futures", (PERP,), once("v4PublicGetFutures"), rows_at("result")),),
)
