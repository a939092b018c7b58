"""Lighter: one request for all order books with their statistics.

Open interest is ``open_interest`` in coins (measured: times the price it is what the stream
prints in USD), one side (measured by others: twice the figure exceeds what trades allow). No mark
price: coins are valued at the last trade.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import rows_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("lighter.perp.open_interest",),
    fields=Fields(
        market_id="market_id",
        last_price="last_trade_price",
        value_price="last_trade_price",
        volume_base="daily_base_token_volume",
        volume_usd="daily_quote_token_volume",
    ),
)

VENUE = Venue(
    id="lighter",
    book="lighter",
    endpoints=(
        Endpoint(
            name="books",
            products=(PERP,),
            calls=once("publicGetOrderBookDetails"),
            rows=rows_at("order_book_details"),
        ),
    ),
)
