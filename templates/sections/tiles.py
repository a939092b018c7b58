"""The headline numbers, and what is open beside their totals."""

from oirisk.schemas.report.briefing import Report
from oirisk.templates.blocks import Line, Lines, Section, Sql
from oirisk.templates.sentences import say


def _beside(report: Report) -> list[Line]:
    return [Line(say(sentence.text), (sentence.method,)) for sentence in report.beside]


SECTION = Section(
    id="tiles",
    place=20,
    nav="Headlines",
    title="Headline numbers",
    blocks=(
        Lines("", kind="tiles"),
        Lines(_beside, style={"page": "beside", "mail": "small"}, is_short=True, is_apart=True),
        Sql({"tiles": ("market",)}),
    ),
)
