"""Gemini: one request a perpetual for its open interest and prices.

Open interest is ``open_interest`` in coins, beside ``open_interest_notional`` in the quote; the two
must agree (measured: they differ by the price). One side (assumed). The answer carries neither a
name nor a time: rows are told by their request and dated to their receipt.
"""

from oirisk.schemas.calls import each
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import object_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("gemini.perp.open_interest",),
    checks=("gemini.perp.open_interest_notional",),
    fields=Fields(market_id="@asked.symbol", mark_price="mark_price", index_price="index_price"),
)

VENUE = Venue(
    id="gemini",
    book="gemini",
    endpoints=(
        Endpoint("riskstats", (PERP,), each("publicGetV1RiskstatsSymbol", "symbol"), object_at()),
    ),
)
