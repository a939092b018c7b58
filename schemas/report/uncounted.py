"""What a briefing says of open interest that is in none of its totals."""

from datetime import date
from typing import Annotated

from oirisk.schemas.report.parts import Figure, Part, Source

_NET = Source(unit="base")


class PoolRow(Part):
    """What traders hold against pools in one asset, in no total.

    ``pool_net`` is what the pools hold against them, shorts less longs; ``oi_usd`` is the sum of
    each market's larger side, ``imbalance`` longs less shorts over both, in percent.
    """

    asset: str
    venues: str
    oi_long: Annotated[Figure, Source("oi_long_base")]
    oi_short: Annotated[Figure, Source("oi_short_base")]
    pool_net: Annotated[Figure, Source("pool_net_base")]
    oi_usd: Figure
    imbalance: Annotated[Figure, Source("pool_imbalance", "pct", "nothing open", scale=100)]
    markets: int


class WeeklyRow(Part):
    """One coin on one US exchange, by the CFTC's weekly report.

    ``age`` is from the close that positions are of to the snapshot. A net is longs less shorts of a
    class of holders, in coins.
    """

    exchange: str
    asset: str
    contracts: str
    report_date: date
    age: Annotated[Figure, Source("age_hours")]
    oi_contracts: int
    oi_base: Figure
    oi_usd: Figure
    dealer_net: Annotated[Figure, _NET]
    asset_manager_net: Annotated[Figure, _NET]
    leveraged_net: Annotated[Figure, _NET]
    other_net: Annotated[Figure, _NET]
    nonreportable_net: Annotated[Figure, _NET]
