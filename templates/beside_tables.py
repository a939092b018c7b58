"""The tables of open interest that is in none of the totals."""

from oirisk.schemas.report.briefing import PoolRow, Report, WeeklyRow
from oirisk.templates.tables import Cell, Column, Table, counted, quantity, table, words


def weekly(report: Report) -> Table:
    """Table of US exchanges by the CFTC's weekly report."""
    columns = (
        Column("Exchange"),
        Column("Asset"),
        Column("As of close", on_phone=False),
        Column("Age", is_number=True),
        Column("Contracts", is_number=True, in_text=False, on_phone=False),
        Column("Coins", is_number=True),
        Column("OI, USD", is_number=True),
        Column("Dealers net", is_number=True, in_text=False, on_phone=False),
        Column("Asset managers net", is_number=True, in_text=False, on_phone=False),
        Column("Leveraged funds net", is_number=True, in_text=False, on_phone=False),
        Column("Others net", is_number=True, in_mail=False, in_text=False),
        Column("Not reportable net", is_number=True, in_mail=False, in_text=False),
        Column("Contracts read", in_mail=False, in_text=False),
    )
    return table(
        "weekly",
        "Futures of US exchanges by the CFTC's last weekly report, single-sided, in no total; USD "
        "at the price of that day, nets in coins",
        columns,
        [_weekly(row) for row in report.weekly],
    )


def _weekly(row: WeeklyRow) -> tuple[Cell, ...]:
    return (
        words(row.exchange),
        words(row.asset),
        words(f"{row.report_date:%Y-%m-%d}"),
        quantity(row.age),
        counted(row.oi_contracts),
        quantity(row.oi_base),
        quantity(row.oi_usd),
        quantity(row.dealer_net, signed=True),
        quantity(row.asset_manager_net, signed=True),
        quantity(row.leveraged_net, signed=True),
        quantity(row.other_net, signed=True),
        quantity(row.nonreportable_net, signed=True),
        words(row.contracts),
    )


def pools(report: Report) -> Table:
    """Table of what traders hold against pools."""
    columns = (
        Column("Asset"),
        Column("Pools of", on_phone=False),
        Column("Longs", is_number=True),
        Column("Shorts", is_number=True),
        Column("Pools net", is_number=True, in_text=False),
        Column("Larger side, USD", is_number=True),
        Column("Lean", is_number=True),
        Column("Markets", is_number=True, in_mail=False, in_text=False),
    )
    return table(
        "pools",
        "Perpetuals against pools, in coins, in no total; lean: longs less shorts over both",
        columns,
        [_pool(row) for row in report.pools],
    )


def _pool(row: PoolRow) -> tuple[Cell, ...]:
    return (
        words(row.asset),
        words(row.venues),
        quantity(row.oi_long),
        quantity(row.oi_short),
        quantity(row.pool_net, signed=True),
        quantity(row.oi_usd),
        quantity(row.imbalance, signed=True),
        counted(row.markets),
    )
