"""Pacifica: one request for all perpetuals.

Open interest is ``open_interest``, taken as coins (assumed), one side (assumed).
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import rows_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("pacifica.perp.open_interest",),
    fields=Fields(
        market_id="symbol", mark_price="mark", index_price="oracle", observed_at="timestamp"
    ),
)

VENUE = Venue(
    id="pacifica",
    book="pacifica",
    endpoints=(Endpoint("prices", (PERP,), once("publicGetInfoPrices"), rows_at("data")),),
)
