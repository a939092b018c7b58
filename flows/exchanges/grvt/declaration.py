"""GRVT: one ticker request a perpetual.

Open interest is ``open_interest`` in coins (measured: as USD it would be next to nothing), one side
(assumed). Volumes are left out: they come split by the side that took.
"""

from oirisk.schemas.calls import each
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import object_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("grvt.perp.open_interest",),
    fields=Fields(
        market_id="instrument",
        mark_price="mark_price",
        index_price="index_price",
        last_price="last_price",
        observed_at="event_time",
        observed_unit="ns",
    ),
)

VENUE = Venue(
    id="grvt",
    book="grvt",
    endpoints=(
        Endpoint(
            name="perp",
            products=(PERP,),
            calls=each("publicMarketPostFullV1Ticker", "instrument"),
            rows=object_at("result"),
        ),
    ),
)
