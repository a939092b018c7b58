"""What is assumed rather than known."""

from collections.abc import Sequence

from oirisk.schemas.report.briefing import Report
from oirisk.templates.blocks import MAIL, Lines, Section, Sql, unless_quiet
from oirisk.templates.sections.methods import methods


def _assumptions(report: Report) -> Sequence[str]:
    return report.assumptions


SECTION = Section(
    id="assumptions",
    place=170,
    nav="Assumptions",
    title="Assumptions",
    titles={"mail": "Assumptions and methods"},
    blocks=(
        Lines(
            _assumptions,
            kind="bullets",
            empty="None recorded.",
            media=("page", "text"),
            is_short=True,
        ),
        Lines(_assumptions, style={"mail": "small"}, media=MAIL, is_short=True),
        Lines(methods, kind="terms", media=MAIL, when=unless_quiet, is_short=True),
        Sql({"assumptions": ()}),
    ),
)
