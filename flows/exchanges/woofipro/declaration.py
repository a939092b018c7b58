"""WOOFi Pro: one request for all perpetuals of the Orderly order book.

Open interest is ``open_interest`` in coins (measured: as USD it would be next to nothing), one side
(assumed). Every front end of Orderly shows the same book, which is summed once.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Venue
from oirisk.transforms.decode import rows_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("woofipro.perp.open_interest",),
    fields=Fields(
        market_id="symbol",
        mark_price="mark_price",
        index_price="index_price",
        last_price="24h_close",
        volume_base="24h_volume",
        volume_usd="24h_amount",
        funding_rate="last_funding_rate",
        funding_interval=Interval(
            "funding_period", per_hour=1, listed=Interval("info.funding_period", per_hour=1)
        ),
    ),
)

VENUE = Venue(
    id="woofipro",
    book="orderly",
    endpoints=(
        Endpoint(
            name="futures",
            products=(PERP,),
            calls=once("v1PublicGetPublicFutures"),
            rows=rows_at("data", "rows"),
            observed_at="timestamp",
        ),
    ),
)
