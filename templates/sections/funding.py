"""Funding rates against their own past."""

from oirisk.schemas.report.briefing import FundingRow
from oirisk.templates.blocks import Section, Sql, TableOf
from oirisk.templates.tables import Column, number, word

_COLUMNS: tuple[Column[FundingRow], ...] = (
    word("Asset", "asset"),
    number("Funding", "rate"),
    number("Days at or below", "percentile"),
    number("Days seen", "days", without="text phone"),
    word("Extreme", "extreme"),
)

SECTION = Section(
    id="funding",
    place=45,
    nav="Funding",
    title="Funding against its past",
    blocks=(
        TableOf(
            "funding",
            "Funding per 8 hours, and the part of the last 90 days with a rate at or below it",
            _COLUMNS,
            lambda report: report.funding,
            empty="No funding rate is published in this report.",
        ),
        Sql({"funding": ("funding",)}),
    ),
)
