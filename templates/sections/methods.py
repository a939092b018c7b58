"""What the ids of methods mean."""

from oirisk.schemas.report.briefing import Report
from oirisk.templates.blocks import OTHER, Line, Lines, Section, Sql
from oirisk.templates.formats import slug


def methods(report: Report) -> list[Line]:
    """Return the methods of a report, each once."""
    distinct = {slug(method.id): method for method in report.methods}
    return [Line(method.text, term=method.id, tag=name) for name, method in distinct.items()]


SECTION = Section(
    id="methods",
    place=180,
    nav="Methods",
    title="Methods",
    media="page",
    blocks=(Lines(methods, kind="pairs"), Sql({OTHER: ()})),
)
