"""How every exchange answered, and what validation refused."""

from oirisk.schemas.report.briefing import CoverageRow, RejectRow, Report
from oirisk.templates import formats, wording
from oirisk.templates.blocks import Line, Lines, Section, Sql, TableOf
from oirisk.templates.formats import readable
from oirisk.templates.tables import Cell, Column, number, word, words


def _time(row: CoverageRow) -> Cell:
    return Cell(formats.seconds(row.seconds), row.seconds)


_COVERAGE: tuple[Column[CoverageRow], ...] = (
    word("Venue", "venue"),
    word("Status", lambda row: words(row.status, tone="" if row.status == "ok" else "warn")),
    number("Expected", "expected", without="mail"),
    number("Received", "received", without="phone"),
    number("Accepted", "accepted"),
    number("Rejected", "rejected"),
    number("Requests", "requests", without="mail text"),
    number(
        "Time", lambda row: Cell(formats.seconds(row.seconds), row.seconds), without="mail text"
    ),
    word("Reason", "error", without="text"),
)
_REJECTS: tuple[Column[RejectRow], ...] = (
    word("Venue", "venue"),
    word("Check", lambda row: readable(row.check_name)),
    number("Rows", "count"),
    word("Example", "example_symbol", without="phone"),
    word("What was seen", "example_reason"),
)


def _failures(report: Report) -> tuple[str, ...]:
    return wording.failures(report) if report.coverage else ()


def _rejects(report: Report) -> list[Line]:
    return [
        Line(
            f"{row.venue}, {readable(row.check_name)}, {formats.count(row.count)} rows refused, "
            f"such as {row.example_symbol}: {row.example_reason}"
        )
        for row in report.rejects
    ]


SECTION = Section(
    id="coverage",
    place=140,
    nav="Coverage",
    title="Coverage and rejected rows",
    blocks=(
        Lines(
            "Every exchange that was asked answered in full; validation refused no row.",
            media="mail text",
            quiet=True,
        ),
        TableOf(
            "coverage",
            "How every exchange answered this run, in instruments",
            _COVERAGE,
            lambda report: report.coverage,
            empty="No exchange was asked.",
            quiet=False,
        ),
        Lines(_failures, kind="bullets", media="text", quiet=False),
        TableOf(
            "rejects",
            "Rows that validation refused, kept whole in ops.rejects",
            _REJECTS,
            lambda report: report.rejects,
            empty="Validation refused no row.",
            media="page mail",
            quiet=False,
        ),
        Lines(
            _rejects,
            kind="bullets",
            empty="Validation refused no row.",
            is_short=True,
            media="text",
            quiet=False,
        ),
        Sql({"coverage": ("coverage",), "rejects": ("rejects",)}),
    ),
)
