"""Futures of US exchanges by the CFTC's weekly report, in no total."""

from oirisk.schemas.report.uncounted import WeeklyRow
from oirisk.templates.blocks import DRAWN, Section, Sql, TableOf, hint
from oirisk.templates.tables import Column, number, quantity, word

_COLUMNS: tuple[Column[WeeklyRow], ...] = (
    word("Exchange", lambda row: row.exchange),
    word("Asset", lambda row: row.asset),
    word("As of close", lambda row: f"{row.report_date:%Y-%m-%d}", on_phone=False),
    number("Age", lambda row: row.age),
    number("Contracts", lambda row: row.oi_contracts, on_phone=False),
    number("Coins", lambda row: row.oi_base),
    number("OI, USD", lambda row: row.oi_usd),
    number("Dealers net", lambda row: quantity(row.dealer_net, signed=True), on_phone=False),
    number(
        "Asset managers net",
        lambda row: quantity(row.asset_manager_net, signed=True),
        on_phone=False,
    ),
    number(
        "Leveraged funds net",
        lambda row: quantity(row.leveraged_net, signed=True),
        on_phone=False,
    ),
    number("Others net", lambda row: quantity(row.other_net, signed=True), in_mail=False),
    number(
        "Not reportable net",
        lambda row: quantity(row.nonreportable_net, signed=True),
        in_mail=False,
    ),
    word("Contracts read", lambda row: row.contracts, in_mail=False),
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
    media=DRAWN,
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
