"""What a briefing says of open interest that is in none of its totals."""

from datetime import date

from oirisk.schemas.report.parts import Figure, Part


class PoolRow(Part):
    """What traders hold against pools in one asset, in no total.

    ``pool_net`` is what the pools hold against them, shorts less longs; ``oi_usd`` is the sum of
    each market's larger side, ``imbalance`` longs less shorts over both, in percent.
    """

    asset: str
    venues: str
    oi_long: Figure
    oi_short: Figure
    pool_net: Figure
    oi_usd: Figure
    imbalance: Figure
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
    age: Figure
    oi_contracts: int
    oi_base: Figure
    oi_usd: Figure
    dealer_net: Figure
    asset_manager_net: Figure
    leveraged_net: Figure
    other_net: Figure
    nonreportable_net: Figure
