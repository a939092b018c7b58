"""The tables that say how far the data of a briefing can be relied on."""

from oirisk.schemas.report.briefing import CoverageRow, QualityRow, Report
from oirisk.templates import formats
from oirisk.templates.sections import readable
from oirisk.templates.tables import Cell, Column, Table, counted, quantity, table, words


def quality(report: Report) -> Table:
    """Table of how far every exchange can be relied on, worst first."""
    columns = (
        Column("Venue"),
        Column("Score", is_number=True),
        Column("Complete", is_number=True, on_phone=False),
        Column("Fresh", is_number=True, on_phone=False),
        Column("Valid", is_number=True, on_phone=False),
        Column("Consistent", is_number=True, on_phone=False),
        Column("Convention", is_number=True, in_text=False, on_phone=False),
        Column("Findings", is_number=True),
    )
    return table(
        "quality",
        "Data quality by exchange: the score is the least of the five shares",
        columns,
        [_quality(row) for row in report.quality],
    )


def _quality(row: QualityRow) -> tuple[Cell, ...]:
    return (
        words(row.venue),
        Cell(formats.share(row.score), row.score),
        Cell(formats.share(row.completeness), row.completeness),
        quantity(row.freshness),
        quantity(row.validity),
        quantity(row.consistency),
        quantity(row.convention),
        counted(row.findings),
    )


def audit(report: Report) -> Table:
    """Table of what the auditor found, errors first."""
    columns = (
        Column("Venue"),
        Column("Check"),
        Column("Severity", on_phone=False),
        Column("Found", is_number=True),
        Column("Example", on_phone=False),
        Column("What was seen"),
    )
    rows = [
        (
            words(row.venue),
            words(readable(row.check_name)),
            words(row.severity, tone="warn" if row.severity == "error" else ""),
            counted(row.count),
            words(row.example_symbol or "the whole venue"),
            words(row.detail),
        )
        for row in report.audit
    ]
    return table("audit", "What the audit found, every row in ops.audit", columns, rows)


def coverage(report: Report) -> Table:
    """Table of how every exchange answered."""
    columns = (
        Column("Venue"),
        Column("Status"),
        Column("Expected", is_number=True, in_mail=False),
        Column("Received", is_number=True, on_phone=False),
        Column("Accepted", is_number=True),
        Column("Rejected", is_number=True),
        Column("Requests", is_number=True, in_mail=False, in_text=False),
        Column("Time", is_number=True, in_mail=False, in_text=False),
        Column("Reason", in_text=False),
    )
    return table(
        "coverage",
        "How every exchange answered this run, in instruments",
        columns,
        [_coverage(row) for row in report.coverage],
    )


def _coverage(row: CoverageRow) -> tuple[Cell, ...]:
    return (
        words(row.venue),
        words(row.status, tone="" if row.status == "ok" else "warn"),
        counted(row.expected),
        counted(row.received),
        counted(row.accepted),
        counted(row.rejected),
        counted(row.requests),
        Cell(formats.seconds(row.seconds), row.seconds),
        words(row.error),
    )


def rejects(report: Report) -> Table:
    """Table of rows that validation refused."""
    columns = (
        Column("Venue"),
        Column("Check"),
        Column("Rows", is_number=True),
        Column("Example", on_phone=False),
        Column("What was seen"),
    )
    rows = [
        (
            words(row.venue),
            words(readable(row.check_name)),
            counted(row.count),
            words(row.example_symbol),
            words(row.example_reason),
        )
        for row in report.rejects
    ]
    return table(
        "rejects", "Rows that validation refused, kept whole in ops.rejects", columns, rows
    )
