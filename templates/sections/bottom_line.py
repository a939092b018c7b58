"""What matters, in at most four sentences."""

from oirisk.schemas.report.briefing import Report
from oirisk.templates.blocks import Line, Lines, Section, Sql
from oirisk.templates.sentences import say


def _sentences(report: Report) -> list[Line]:
    said = [Line(say(sentence.text), (sentence.method,)) for sentence in report.bottom_line]
    return said or [Line("No statement was generated for this run.")]


SECTION = Section(
    id="bottom_line",
    place=10,
    nav="Bottom line",
    title="Bottom line",
    blocks=(Lines(_sentences, style={"mail": "lead"}), Sql({"bottom_line": ("contradictions",)})),
)
