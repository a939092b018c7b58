"""Derive: one ticker request a perpetual.

Open interest is ``stats.oi`` in coins, one side (measured by others from trades). The answer does
not name its instrument, the request does. Options are left out: one request each would be
thousands. Funding is paid every hour.
"""

from oirisk.schemas.calls import each
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import object_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("derive.perp.stats_oi",),
    fields=Fields(
        market_id="@asked.instrument_name",
        mark_price="M",
        index_price="I",
        volume_base="stats.c",
        volume_usd="stats.v",
        funding_rate="f",
        funding_interval_hours=1,
        observed_at="t",
    ),
)

VENUE = Venue(
    id="derive",
    book="derive",
    endpoints=(
        Endpoint(
            name="perp",
            products=(PERP,),
            calls=each("publicPostGetTicker", "instrument_name"),
            rows=object_at("result"),
        ),
    ),
)
