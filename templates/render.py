"""Render a report: the page, the two parts of the mail, the JSON, the charts, the archive.

The same report gives the same bytes: nothing here reads a clock, a random number or a network.
"""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from oirisk.schemas.errors import ContractViolationError
from oirisk.schemas.report.briefing import Figure, Query, Report
from oirisk.templates import figures, formats, plain, wording
from oirisk.templates.blocks import CLIP, OTHER, Edition
from oirisk.templates.figures import Drawn, Empty
from oirisk.templates.sections import all_sections, queries
from oirisk.templates.sentences import figure, say

MAIL_LIMIT = 80_000
"""Bytes of HTML; Gmail cuts a message at about 102 kB, source: https://www.emailonacid.com."""
_MAIL_ROWS = (25, 12, 6, 3)
_QUIET_ROWS = 10
_INLINER = css_inline.CSSInliner(
    keep_style_tags=False, keep_at_rules=False, load_remote_stylesheets=False
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
    drawn = draw_charts(report)
    page = Edition(report, "page", charts=drawn, queries=_queries(report))
    return RenderedReport(
        index_html=_page(environment, page),
        email_html=_mail(environment, page),
        email_text=_text(environment, page),
        report_json=report.model_dump_json(indent=2) + "\n",
        charts={chart.name: chart.png for chart in drawn if isinstance(chart, Drawn)},
    )


def draw_charts(report: Report) -> tuple[Drawn | Empty, ...]:
    """Draw all charts of a report, in reading order."""
    return tuple(chart for section in all_sections() for chart in section.charts(report))


def render_archive(entries: Sequence[ArchiveEntry]) -> str:
    """Render the page that lists all reports, newest first."""
    environment = _environment()
    ordered = sorted(entries, key=lambda entry: (entry.as_of, entry.href), reverse=True)
    template = environment.get_template("archive.html.j2")
    return template.render(entries=ordered, css=_source(environment, "report.css"))


@cache
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
        clip=lambda text: formats.one_line(text, CLIP),
        content_id=figures.content_id,
        count=formats.count,
        day=formats.day,
        direction=formats.direction,
        figure=figure,
        instant=formats.instant,
        plain_alt=_plain_alt,
        section_text=plain.section,
        said=say,
        slug=formats.slug,
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


def _source(environment: Environment, name: str) -> Markup:
    """Give one of our own style sheets or scripts, to be embedded as it is."""
    return Markup(environment.get_template(name).render())  # noqa: S704 - no foreign text inside


def _queries(report: Report) -> dict[str, list[Query]]:
    """Sort queries by section; those of no known section go to the end of the page."""
    known = {kept for kept, _ in queries()}
    found: dict[str, list[Query]] = defaultdict(list)
    for query in report.queries:
        found[query.section if query.section in known else OTHER].append(query)
    return found


def _draw(environment: Environment, template: str, edition: Edition, **more: object) -> str:
    report = edition.report
    return environment.get_template(template).render(
        report=report,
        edition=edition,
        sections=[section for section in all_sections() if section.stands_in(edition)],
        banners=wording.banners(report),
        coverage=wording.coverage(report),
        mark=wording.mark(report),
        method_ids={method.id for method in report.methods},
        **more,
    )


def _page(environment: Environment, edition: Edition) -> str:
    script = _source(environment, "sort.js.j2")
    digest = hashlib.sha256(script.encode()).digest()
    return _draw(
        environment,
        "index.html.j2",
        edition,
        css=_source(environment, "report.css"),
        script=script,
        script_hash=base64.b64encode(digest).decode(),
    )


def _mail(environment: Environment, page: Edition) -> str:
    size = 0
    for most in _MAIL_ROWS:
        edition = replace(page, medium="mail", most=_rows(page.report, most))
        made = _draw(
            environment,
            "email.html.j2",
            edition,
            subject=wording.subject(page.report),
            preheader=wording.preheader(page.report),
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


def _text(environment: Environment, page: Edition) -> str:
    edition = replace(page, medium="text", most=_rows(page.report, _MAIL_ROWS[0]))
    return _draw(environment, "email.txt.j2", edition)


def _rows(report: Report, most: int) -> int:
    return min(most, _QUIET_ROWS) if wording.is_quiet(report) else most
