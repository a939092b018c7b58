"""Nado: one request for all perpetuals, an object by contract.

Open interest is ``open_interest`` in coins (``k`` names in thousands), beside
``open_interest_usd``; the two must agree (measured: they differ by the price). One side (assumed).
The funding rate is over 24 hours, whatever of it is paid when. The answer says no time.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import values_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("nado.perp.open_interest",),
    checks=("nado.perp.open_interest_usd",),
    fields=Fields(
        market_id="product_id",
        mark_price="mark_price",
        index_price="index_price",
        last_price="last_price",
        volume_base="base_volume",
        volume_usd="quote_volume",
        funding_rate="funding_rate",
        funding_interval_hours=24,
    ),
)

VENUE = Venue(
    id="nado",
    book="nado",
    endpoints=(
        Endpoint(
            name="contracts",
            products=(PERP,),
            calls=once("archiveV2PublicGetContracts"),
            rows=values_at(key="ticker_id"),
        ),
    ),
)
