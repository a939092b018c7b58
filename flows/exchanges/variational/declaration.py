"""Variational Omni: one request tells all contracts, what longs hold and what shorts hold.

Every trade is with one pool, so longs and shorts differ and the pool holds the rest. Both are in
USD. Funding is printed by the year and is left out. The answer says when it last quoted, not of
when its open interest is.
"""

from oirisk.schemas.calls import Bulk, get
from oirisk.schemas.venue import Address, Endpoint, Fields, Figures, MarketList, Product, Venue
from oirisk.transforms.decode import rows_at
from oirisk.transforms.markets import ContractFields

_STATS = "/metadata/stats"

POOL = Product(
    name="pool",
    covers=lambda market: bool(market.get("swap")),
    rules=("variational.pool.long_open_interest",),
    shorts=Figures(("variational.pool.short_open_interest",)),
    fields=Fields(market_id="ticker", mark_price="mark_price", volume_usd="volume_24h"),
)

VENUE = Venue(
    id="variational",
    book="variational",
    address=Address(
        "https://omni-client-api.prod.ap-northeast-1.variational.io",
        MarketList(
            (get(_STATS),), rows_at("listings"), ContractFields("ticker", "ticker", "=USDC")
        ),
        interval_ms=1000,
    ),
    endpoints=(
        Endpoint(name="stats", products=(POOL,), calls=Bulk(get(_STATS)), rows=rows_at("listings")),
    ),
)
