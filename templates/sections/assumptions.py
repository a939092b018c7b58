"""What is assumed rather than known."""

from oirisk.schemas.report.briefing import Report
from oirisk.templates.blocks import Lines, Section, Sql
from oirisk.templates.sections.methods import methods
from oirisk.templates.sentences import say


def _assumptions(report: Report) -> list[str]:
    return [say(text) for text in report.assumptions]


SECTION = Section(
    id="assumptions",
    place=170,
    nav="Assumptions",
    title="Assumptions",
    titles={"mail": "Assumptions and methods"},
    blocks=(
        Lines(
            _assumptions, kind="bullets", empty="None recorded.", media="page text", is_short=True
        ),
        Lines(_assumptions, style={"mail": "small"}, media="mail", is_short=True),
        Lines(methods, kind="terms", media="mail", quiet=False, is_short=True),
        Sql({"assumptions": ()}),
    ),
)
