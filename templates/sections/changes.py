"""What moved in 24 hours, and since the last report."""

from oirisk.schemas.report.briefing import Report
from oirisk.templates import wording
from oirisk.templates.blocks import Line, Lines, Section, Sql, hint
from oirisk.templates.sentences import say

_SPANS = (
    "Assets and venues: the largest changes in 24 hours. Concentrations and coverage: since the "
    "last report."
)


def _changes(report: Report) -> list[Line]:
    return [
        Line(say(change.text), (change.method,), change.subject, change.kind)
        for change in report.changes
    ]


SECTION = Section(
    id="changes",
    place=30,
    nav="Changes",
    title="What changed",
    blocks=(
        Lines(_changes, kind="changes", empty=wording.no_change, is_short=True),
        hint(_SPANS, lambda report: report.changes),
        Sql({"changes": ("venue_shares", "moved")}),
    ),
)
