"""WOO X: one request for all perpetuals.

Open interest is ``openInterest`` in coins (measured: as USD it would be next to nothing), one side
(assumed).
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import rows_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("woo.perp.openInterest",),
    fields=Fields(
        market_id="symbol",
        mark_price="markPrice",
        index_price="indexPrice",
        last_price="24hClose",
        volume_base="24hVolume",
        volume_usd="24hAmount",
    ),
)

VENUE = Venue(
    id="woo",
    book="woo x",
    endpoints=(
        Endpoint(
            name="futures",
            products=(PERP,),
            calls=once("v3PublicGetFutures"),
            rows=rows_at("data", "rows"),
            observed_at="timestamp",
        ),
    ),
)
