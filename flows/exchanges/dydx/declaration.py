"""dYdX: one request lists all perpetuals with open interest and the oracle price.

Open interest is ``openInterest``, taken as coins (assumed: as USD it would be next to nothing), one
side (assumed). The oracle price is the price that positions are marked at. The answer carries no
time: rows are dated to their receipt. Funding is paid every hour.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import values_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("dydx.perp.openInterest",),
    fields=Fields(
        market_id="ticker",
        mark_price="oraclePrice",
        index_price="oraclePrice",
        volume_usd="volume24H",
        funding_rate="nextFundingRate",
        funding_interval_hours=1,
    ),
)

VENUE = Venue(
    id="dydx",
    book="dydx",
    endpoints=(
        Endpoint(
            name="perpetuals",
            products=(PERP,),
            calls=once("indexerGetPerpetualMarkets"),
            rows=values_at("markets", key="ticker"),
        ),
    ),
)
