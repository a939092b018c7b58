"""How every exchange answered, and what validation refused."""

from oirisk.schemas.report.briefing import CoverageRow, RejectRow, Report
from oirisk.templates import formats, wording
from oirisk.templates.blocks import (
    DRAWN,
    SENT,
    TEXT,
    Line,
    Lines,
    Section,
    Sql,
    TableOf,
    if_quiet,
    unless_quiet,
)
from oirisk.templates.formats import readable
from oirisk.templates.tables import PAGE_ONLY, Cell, Column, number, word, words

_COVERAGE: tuple[Column[CoverageRow], ...] = (
    word("Venue", lambda row: row.venue),
    word("Status", lambda row: words(row.status, tone="" if row.status == "ok" else "warn")),
    number("Expected", lambda row: row.expected, in_mail=False),
    number("Received", lambda row: row.received, on_phone=False),
    number("Accepted", lambda row: row.accepted),
    number("Rejected", lambda row: row.rejected),
    number("Requests", lambda row: row.requests, **PAGE_ONLY),
    number("Time", lambda row: Cell(formats.seconds(row.seconds), row.seconds), **PAGE_ONLY),
    word("Reason", lambda row: row.error, in_text=False),
)
_REJECTS: tuple[Column[RejectRow], ...] = (
    word("Venue", lambda row: row.venue),
    word("Check", lambda row: readable(row.check_name)),
    number("Rows", lambda row: row.count),
    word("Example", lambda row: row.example_symbol, on_phone=False),
    word("What was seen", lambda row: row.example_reason),
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
            media=SENT,
            when=if_quiet,
        ),
        TableOf(
            "coverage",
            "How every exchange answered this run, in instruments",
            _COVERAGE,
            lambda report: report.coverage,
            empty="No exchange was asked.",
            when=unless_quiet,
        ),
        Lines(_failures, kind="bullets", media=TEXT, when=unless_quiet),
        TableOf(
            "rejects",
            "Rows that validation refused, kept whole in ops.rejects",
            _REJECTS,
            lambda report: report.rejects,
            empty="Validation refused no row.",
            media=DRAWN,
            when=unless_quiet,
        ),
        Lines(
            _rejects,
            kind="bullets",
            empty="Validation refused no row.",
            is_short=True,
            media=TEXT,
            when=unless_quiet,
        ),
        Sql({"coverage": ("coverage",), "rejects": ("rejects",)}),
    ),
)
