"""HitBTC: one request for all perpetuals, an object by contract.

Open interest is ``open_interest`` in coins (measured: as USD it would be next to nothing; ccxt
files it as a value), one side (assumed). Funding is paid every eight hours.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import values_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("hitbtc.perp.open_interest",),
    fields=Fields(
        market_id="symbol",
        mark_price="mark_price",
        index_price="index_price",
        funding_rate="funding_rate",
        funding_interval_hours=8,
        observed_at="timestamp",
        observed_unit="iso",
    ),
)

VENUE = Venue(
    id="hitbtc",
    book="hitbtc",
    endpoints=(
        Endpoint(
            name="futures",
            products=(PERP,),
            calls=once("publicGetPublicFuturesInfo"),
            rows=values_at(key="symbol"),
        ),
    ),
)
