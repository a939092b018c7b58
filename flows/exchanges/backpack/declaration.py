"""Backpack: one open-interest request and one for mark prices.

Open interest is ``openInterest`` in coins (measured: as USD it would be next to nothing; ccxt
files it as a value), one side (assumed). Prices of another moment are not multiplied with it.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue, completing
from oirisk.transforms.decode import rows_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("backpack.perp.openInterest",),
    fields=Fields(
        market_id="symbol",
        mark_price="@marks.markPrice",
        index_price="@marks.indexPrice",
        observed_at="timestamp",
    ),
)

VENUE = Venue(
    id="backpack",
    book="backpack",
    endpoints=(
        completing(PERP, "marks", "publicGetApiV1MarkPrices", rows_at()),
        Endpoint("perp", (PERP,), once("publicGetApiV1OpenInterest"), rows_at()),
    ),
)
