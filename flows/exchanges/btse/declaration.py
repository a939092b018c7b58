"""BTSE: one ticker request for all contracts.

Open interest is ``openInterest``, in contracts of the listed size (assumed: volume beside it is in
contracts, but nobody says the same of open interest), one side (measured). No mark price is sent;
the last one values it. Spot rows carry no open interest and are no instruments of ours.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Venue
from oirisk.transforms.decode import rows_at

LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("linear")),
    rules=("btse.linear.openInterest",),
    fields=Fields(
        market_id="symbol",
        last_price="lastPrice",
        value_price="lastPrice",
        volume_contracts="amount",
        volume_usd="volume",
        funding_rate="fundingRate",
        funding_interval=Interval("fundingIntervalMinutes", per_hour=60),
        observed_at="closeTime",
        observed_unit="s",
    ),
)

VENUE = Venue(
    id="btse",
    book="btse",
    endpoints=(
        Endpoint(
            "tickers", (LINEAR,), once("publicGetPublicApiMarketV1Ticker24hr"), rows_at("data")
        ),
    ),
)
