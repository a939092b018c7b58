"""Crypto.com: one ticker request for spot and derivatives.

Open interest is ``oi``, taken as coins (assumed), one side (assumed). The answer carries no mark
price: coins are valued at the last trade.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import rows_at

LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("contract")) and not market.get("option"),
    rules=("cryptocom.linear.oi",),
    fields=Fields(
        market_id="i",
        last_price="a",
        value_price="a",
        volume_base="v",
        volume_usd="vv",
        observed_at="t",
    ),
)

VENUE = Venue(
    id="cryptocom",
    book="crypto.com",
    endpoints=(
        Endpoint(
            name="tickers",
            products=(LINEAR,),
            calls=once("v1PublicGetPublicGetTickers"),
            rows=rows_at("result", "data"),
        ),
    ),
)
