"""Coinbase Derivatives, the exchange in the United States: one request lists all its futures.

Open interest is ``future_product_details.open_interest`` in contracts of the listed size, one side
(both measured). No mark price is sent; the last one values it. Futures that expire in years and pay
funding, every hour, are perpetuals. Perpetuals of Coinbase International stand in the same list and
are left to its own venue.
"""

from oirisk.schemas.calls import once, value_at
from oirisk.schemas.venue import Endpoint, Fields, Product, Row, Venue
from oirisk.transforms.decode import rows_at

_VENUE = "product_venue"
_OWN = "FCM"


def _is_elsewhere(row: Row) -> bool:
    return row.get(_VENUE) != _OWN


FUTURE = Product(
    name="future",
    covers=lambda market: value_at(market, f"info.{_VENUE}") == _OWN,
    rules=("coinbase.future.open_interest",),
    fields=Fields(
        market_id="product_id",
        index_price="future_product_details.index_price",
        last_price="price",
        value_price="price",
        volume_contracts="volume_24h",
        funding_rate="future_product_details.funding_rate",
        funding_interval_hours=1,
    ),
)

VENUE = Venue(
    id="coinbase",
    book="coinbase derivatives",
    endpoints=(
        Endpoint(
            name="products",
            products=(FUTURE,),
            calls=once("v3PublicGetBrokerageMarketProducts", product_type="FUTURE"),
            rows=rows_at("products"),
            ignores=_is_elsewhere,
        ),
    ),
)
