"""How far the data can be relied on: scores by exchange, and what the audit found."""

from oirisk.schemas.report.briefing import AuditRow, QualityRow, Report
from oirisk.templates import formats
from oirisk.templates.blocks import Edition, Line, Lines, Section, Sql, TableOf
from oirisk.templates.formats import readable
from oirisk.templates.tables import Column, measure, number, word, words

_QUALITY: tuple[Column[QualityRow], ...] = (
    word("Venue", "venue"),
    measure("Score", "share", "score"),
    measure("Complete", "share", "completeness", without="phone"),
    number("Fresh", "freshness", without="phone"),
    number("Valid", "validity", without="phone"),
    number("Consistent", "consistency", without="phone"),
    number("Convention", "convention", without="text phone"),
    number("Findings", "findings"),
)
_AUDIT: tuple[Column[AuditRow], ...] = (
    word("Venue", "venue"),
    word("Check", lambda row: readable(row.check_name)),
    word(
        "Severity",
        lambda row: words(row.severity, tone="warn" if row.severity == "error" else ""),
        without="phone",
    ),
    number("Found", "count"),
    word("Example", lambda row: row.example_symbol or "the whole venue", without="phone"),
    word("What was seen", "detail"),
)


def _stands(edition: Edition) -> bool:
    return edition.medium == "page" or bool(edition.report.quality and not edition.is_quiet)


def _audit(report: Report) -> list[Line]:
    return [
        Line(
            f"{row.venue}, {row.severity}, {readable(row.check_name)}, {formats.count(row.count)} "
            f"found{f', such as {row.example_symbol}' if row.example_symbol else ''}: {row.detail}"
        )
        for row in report.audit
    ]


_NOTHING = "The audit found nothing"
_LOOKED_FOR = (
    f"{_NOTHING}: routes to USD agree, open interest moved within volume, no figure jumped by a "
    "round factor, prices lie near the median of venues."
)


def _is_clean(edition: Edition) -> bool:
    return bool(edition.report.quality and not edition.report.audit)


SECTION = Section(
    id="quality",
    place=150,
    nav="Data quality",
    title="Data quality",
    when=_stands,
    blocks=(
        TableOf(
            "quality",
            "Data quality by exchange: the score is the least of the five shares",
            _QUALITY,
            lambda report: report.quality,
            empty="Data quality was not measured for this run.",
        ),
        TableOf(
            "audit",
            "What the audit found, every row in ops.audit",
            _AUDIT,
            lambda report: report.audit,
            media="page mail",
        ),
        Lines(_LOOKED_FOR, style={"page": "empty"}, media="page", when=_is_clean),
        Lines(f"{_NOTHING}.", media="mail text", when=_is_clean),
        Lines(_audit, kind="bullets", is_short=True, media="text"),
        Sql({"quality": ("quality",), "audit": ("audit",)}),
    ),
)
