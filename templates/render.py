"""Render a report: the page, the two parts of the mail, the JSON, the charts, the archive.

The same report gives the same bytes: nothing here reads a clock, a random number or a network.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from oirisk.schemas.errors import ContractViolationError
from oirisk.schemas.report.briefing import Figure, Method, Query, Report
from oirisk.templates import (
    beside_tables,
    figures,
    formats,
    liquidation_tables,
    plain,
    quality_tables,
    sections,
    wording,
)
from oirisk.templates.tables import Medium, Table

MAIL_LIMIT = 80_000
"""Bytes of HTML; Gmail cuts a message at about 102 kB, source: https://www.emailonacid.com."""
_MAIL_ROWS = (25, 12, 6, 3)
_QUIET_ROWS = 10
_CLIP = 240
_INLINER = css_inline.CSSInliner(
    keep_style_tags=False, keep_at_rules=False, load_remote_stylesheets=False
)
_CONTENTS = (
    ("bottom_line", "Bottom line"),
    ("tiles", "Headlines"),
    ("changes", "Changes"),
    ("assets", "Assets"),
    ("history", "History"),
    ("clusters", "Concentrations"),
    ("liquidations", "Liquidations"),
    ("track", "Track record"),
    ("stress", "Stress"),
    ("leverage", "Leverage"),
    ("venues", "Venues"),
    ("weekly", "US exchanges"),
    ("pools", "Pools"),
    ("coverage", "Coverage"),
    ("quality", "Data quality"),
    ("withheld", "Not published"),
    ("assumptions", "Assumptions"),
    ("methods", "Methods"),
)
_SQL_SECTIONS = (
    *(name for name, _ in _CONTENTS if name != "methods"),
    "profiles",
    "venue_shares",
    "rejects",
    "audit",
    "observed",
    "observed_coverage",
    "at_risk",
    "contagion",
)


@dataclass(frozen=True)
class RenderedReport:
    """A report in every form it is delivered in; ``charts`` maps a name to a PNG."""

    index_html: str
    email_html: str
    email_text: str
    report_json: str
    charts: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class ArchiveEntry:
    """One line of the archive. ``href`` is relative to the archive page."""

    href: str
    as_of: datetime
    headline: Figure | None
    status: str
    is_simulated: bool

    def __post_init__(self) -> None:
        """Refuse a link that would leave the reports folder."""
        parts = urlsplit(self.href)
        inside = self.href and not self.href.startswith(("/", "\\")) and ".." not in self.href
        if parts.scheme or parts.netloc or not inside:
            msg = f"archive link {self.href!r}: need a path below the archive, as 2026-09-21/x.html"
            raise ValueError(msg)


def archive_entry(report: Report, href: str) -> ArchiveEntry:
    """Make the archive's line for a report.

    Args:
        report: The report.
        href: Where its page lies, relative to the archive page.
    """
    return ArchiveEntry(
        href, report.as_of, wording.headline(report), wording.status(report), report.is_simulated
    )


def render_report(report: Report) -> RenderedReport:
    """Render one report in all its forms.

    Args:
        report: What to say.

    Returns:
        Page, mail, JSON and charts; a mail refers to chart ``name`` as ``cid:`` followed by
        :func:`oirisk.templates.figures.content_id` of that name.

    Raises:
        ContractViolationError: The mail cannot be brought under :data:`MAIL_LIMIT`.
    """
    environment = _environment()
    drawn = figures.build(report)
    shared = {
        "report": report,
        "charts": drawn,
        "banners": wording.banners(report),
        "coverage": wording.coverage(report),
        "failures": wording.failures(report),
        "no_change": wording.no_change(report),
        "no_clusters": wording.no_clusters(report),
        "mark": wording.mark(report),
        "verdict": wording.verdict(report),
        "is_quiet": wording.is_quiet(report),
        "methods": _distinct(report.methods),
        "method_ids": {method.id for method in report.methods},
    }
    return RenderedReport(
        index_html=_page(environment, report, shared),
        email_html=_mail(environment, report, shared),
        email_text=_text(environment, report, shared),
        report_json=report.model_dump_json(indent=2) + "\n",
        charts={chart.name: chart.png for chart in drawn if isinstance(chart, figures.Drawn)},
    )


def render_archive(entries: Sequence[ArchiveEntry]) -> str:
    """Render the page that lists all reports, newest first."""
    environment = _environment()
    ordered = sorted(entries, key=lambda entry: (entry.as_of, entry.href), reverse=True)
    template = environment.get_template("archive.html.j2")
    return template.render(entries=ordered, css=_source(environment, "report.css"))


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("oirisk.templates", "."),
        autoescape=select_autoescape(("html.j2",), default_for_string=True),
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        arrow=formats.arrow,
        clip=lambda text: formats.one_line(text, _CLIP),
        content_id=figures.content_id,
        count=formats.count,
        day=formats.day,
        direction=formats.direction,
        figure=formats.figure,
        instant=formats.instant,
        plain_alt=_plain_alt,
        readable=sections.readable,
        rule=plain.rule,
        slug=_slug,
        text_table=plain.text_table,
        tile_text=plain.tile,
        tile_value=wording.tile_value,
        wrap=plain.wrap,
    )
    return environment


def _printable(value: Any) -> Any:  # noqa: ANN401 - Jinja hands over whatever a template prints
    """Blank out control characters of foreign text, which HTML forbids even when escaped."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return "".join(
        character if character.isprintable() or character == "\n" else " " for character in value
    )


def _plain_alt(text: str) -> str:
    """Avoid angle brackets in an attribute: inlining the styles writes them back unescaped."""
    return formats.one_line(text).replace("<", "\u2039").replace(">", "\u203a")


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)


def _source(environment: Environment, name: str) -> Markup:
    """Give one of our own style sheets or scripts, to be embedded as it is."""
    return Markup(environment.get_template(name).render())  # noqa: S704 - no foreign text inside


def _distinct(methods: Sequence[Method]) -> tuple[Method, ...]:
    return tuple({_slug(method.id): method for method in methods}.values())


def _tables(report: Report, medium: Medium, most_rows: int | None) -> dict[str, Table]:
    made = (
        sections.assets(report),
        sections.clusters(report),
        sections.venues(report),
        beside_tables.weekly(report),
        beside_tables.pools(report),
        quality_tables.coverage(report),
        quality_tables.rejects(report),
        *liquidation_tables.build(report.liquidations),
        quality_tables.quality(report),
        quality_tables.audit(report),
    )
    return {table.id: table.fit(medium, most_rows) for table in made}


def _queries(report: Report) -> dict[str, list[Query]]:
    """Sort queries by section; those of no known section go to the end of the page."""
    found: dict[str, list[Query]] = {name: [] for name in (*_SQL_SECTIONS, "other")}
    for query in report.queries:
        found[query.section if query.section in _SQL_SECTIONS else "other"].append(query)
    return found


def _page(environment: Environment, report: Report, shared: Mapping[str, Any]) -> str:
    script = _source(environment, "sort.js.j2")
    digest = hashlib.sha256(script.encode()).digest()
    return environment.get_template("index.html.j2").render(
        shared,
        tables=_tables(report, "page", None),
        queries=_queries(report),
        contents=_CONTENTS,
        css=_source(environment, "report.css"),
        script=script,
        script_hash=base64.b64encode(digest).decode(),
    )


def _mail(environment: Environment, report: Report, shared: Mapping[str, Any]) -> str:
    template = environment.get_template("email.html.j2")
    size = 0
    for most_rows in _MAIL_ROWS:
        rows = min(most_rows, _QUIET_ROWS) if wording.is_quiet(report) else most_rows
        made = template.render(
            shared,
            tables=_tables(report, "mail", rows),
            most=rows,
            subject=wording.subject(report),
            preheader=wording.preheader(report),
            css=_source(environment, "email.css"),
            media=_source(environment, "email-media.css"),
        )
        made = _INLINER.inline(made)
        size = len(made.encode())
        if size <= MAIL_LIMIT:
            return made
    raise ContractViolationError(
        "email.html", f"{size} bytes with {_MAIL_ROWS[-1]} rows a table, at most {MAIL_LIMIT}"
    )


def _text(environment: Environment, report: Report, shared: Mapping[str, Any]) -> str:
    rows = _QUIET_ROWS if wording.is_quiet(report) else _MAIL_ROWS[0]
    return environment.get_template("email.txt.j2").render(
        shared, tables=_tables(report, "text", rows), most=rows
    )
