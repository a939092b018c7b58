"""Paradex: one summary request returns perpetuals, options and spot.

Open interest is ``open_interest``, taken as coins (assumed: as USD it would be next to nothing),
one side (assumed). ``created_at`` is when the row was made, not when it was true, so rows are
dated to their receipt. Options are valued at the price of the underlying. Spot rows are left out.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Row, Venue
from oirisk.transforms.decode import rows_at

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("contract")) and not market.get("option"),
    rules=("paradex.perp.open_interest",),
    fields=Fields(
        market_id="symbol",
        mark_price="mark_price",
        index_price="underlying_price",
        last_price="last_traded_price",
        volume_usd="volume_24h",
        funding_rate="funding_rate",
        funding_interval=Interval(
            "funding_period_hours",
            per_hour=1,
            listed=Interval("info.funding_period_hours", per_hour=1),
        ),
    ),
)
OPTION = Product(
    name="option",
    covers=lambda market: bool(market.get("option")),
    rules=("paradex.option.open_interest",),
    fields=Fields(market_id="symbol", underlying_price="underlying_price"),
)


def _is_spot(row: Row) -> bool:
    """Spot is called BASE-QUOTE; every derivative has more parts."""
    return str(row.get("symbol")).count("-") == 1


VENUE = Venue(
    id="paradex",
    book="paradex",
    endpoints=(
        Endpoint(
            name="summary",
            products=(PERP, OPTION),
            calls=once("publicGetMarketsSummary", market="ALL"),
            rows=rows_at("results"),
            ignores=_is_spot,
        ),
    ),
)
