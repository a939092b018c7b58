"""Futures of US exchanges by the CFTC's weekly report, in no total."""

from oirisk.schemas.report.uncounted import WeeklyRow
from oirisk.templates.blocks import Section, Sql, TableOf, hint
from oirisk.templates.tables import Column, number, word

_COLUMNS: tuple[Column[WeeklyRow], ...] = (
    word("Exchange", "exchange"),
    word("Asset", "asset"),
    word("As of close", lambda row: f"{row.report_date:%Y-%m-%d}", without="phone"),
    number("Age", "age"),
    number("Contracts", "oi_contracts", without="phone"),
    number("Coins", "oi_base"),
    number("OI, USD", "oi_usd"),
    number("Dealers net", "dealer_net", signed=True, without="phone"),
    number("Asset managers net", "asset_manager_net", signed=True, without="phone"),
    number("Leveraged funds net", "leveraged_net", signed=True, without="phone"),
    number("Others net", "other_net", signed=True, without="mail"),
    number("Not reportable net", "nonreportable_net", signed=True, without="mail"),
    word("Contracts read", "contracts", without="mail"),
)

_HINT = (
    "Positions at the close of one day, published three days later and days old here, so no "
    "total holds them. A net is longs less shorts of a class of holders; all classes together "
    "are zero. marts.cftc_positions."
)

SECTION = Section(
    id="weekly",
    place=120,
    nav="US exchanges",
    title="US exchanges, weekly",
    titles={"mail": "US exchanges, weekly, in no total"},
    media="page mail",
    when=lambda edition: (
        edition.medium == "page" or bool(edition.report.weekly and not edition.is_quiet)
    ),
    blocks=(
        TableOf(
            "weekly",
            "Futures of US exchanges by the CFTC's last weekly report, single-sided, in no total; "
            "USD at the price of that day, nets in coins",
            _COLUMNS,
            lambda report: report.weekly,
            empty="No weekly report of the CFTC is stored.",
        ),
        hint(_HINT, lambda report: report.weekly),
        Sql({"weekly": ("cftc",)}),
    ),
)
