"""What was not published, and why."""

from oirisk.schemas.report.briefing import Report
from oirisk.templates.blocks import Line, Lines, Section, Sql
from oirisk.templates.sentences import say


def _withheld(report: Report) -> list[Line]:
    return [Line(say(item.reason), term=say(item.what)) for item in report.withheld]


SECTION = Section(
    id="withheld",
    place=160,
    nav="Not published",
    title="Not published, and why",
    blocks=(
        Lines(_withheld, kind="pairs", empty="Nothing was withheld.", is_short=True),
        Sql({"withheld": ("assets", "market", "uncounted", "stress")}),
    ),
)
