"""What a briefing says of open interest that is in none of its totals."""

from datetime import date

from oirisk.schemas.report_parts import Figure, Part


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
