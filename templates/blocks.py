"""What a section is made of: blocks that the page, the mail and the plain text each draw.

A block says what it holds and in which media it stands. ``view`` turns it, for one report in one
medium, into a :class:`View`: words and tables without any markup. The page and the mail draw a
view with the macro named after its kind, the plain text with a function of ``plain``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic

from oirisk.schemas.report.briefing import Query, Report
from oirisk.templates import formats, wording
from oirisk.templates.figures import Drawn, Empty
from oirisk.templates.tables import Column, Medium, Row, Table, table

EVERYWHERE = "page mail text"
OTHER = "other"
"""Where a query of no known section goes."""

CLIP = 240
"""Characters of a line in a mail, where a line may be cut."""


@dataclass(frozen=True)
class Edition:
    """One report in one medium, which shows at most so many rows of a table."""

    report: Report
    medium: Medium
    most: int | None = None
    charts: Sequence[Drawn | Empty] = ()
    queries: Mapping[str, Sequence[Query]] = field(default_factory=dict)

    @cached_property
    def is_quiet(self) -> bool:
        """Whether this is the short mail or text of a night on which nothing happened."""
        return self.medium != "page" and wording.is_quiet(self.report)


@dataclass(frozen=True)
class Line:
    """A line of words: what it is of, what it says, the methods it rests on, and what follows."""

    text: str
    methods: tuple[str, ...] = ()
    term: str = ""
    tag: str = ""
    tail: str = ""


def verdict(report: Report) -> list[Line]:
    """Say what the liquidation map has been worth."""
    return [Line(wording.verdict(report), ("M24",))]


@dataclass(frozen=True)
class View:
    """A block of one report in one medium, ready to draw."""

    kind: str
    style: str = ""
    lines: Sequence[Line] = ()
    more: int = 0
    table: Table | None = None
    charts: Sequence[Drawn | Empty] = ()
    queries: Sequence[Query] = ()
    is_apart: bool = False


def always(_: object) -> bool:
    """Set no condition."""
    return True


@dataclass(frozen=True, kw_only=True)
class Block(ABC):
    """A part of a section, in some media, under a condition.

    ``quiet``: whether it stands in the mail and the text of a quiet night alone, or never there.
    """

    media: str = EVERYWHERE
    when: Callable[[Edition], bool] = always
    quiet: bool | None = None

    def view(self, edition: Edition) -> View | None:
        """Return what is drawn; None where the block does not stand."""
        stands = edition.medium in self.media.split() and self.when(edition)
        return self._view(edition) if stands and self.quiet in (None, edition.is_quiet) else None

    @abstractmethod
    def _view(self, edition: Edition, /) -> View | None: ...


@dataclass(frozen=True)
class Lines(Block):
    """Lines of words.

    ``kind`` is ``lines`` (paragraphs), ``bullets``, ``changes``, ``pairs``, ``terms``, ``heading``
    or ``tiles`` (the headline numbers); ``style`` names the look of a paragraph in a medium;
    ``is_short``: the mail and the text show the first lines only, and the mail cuts long ones;
    ``empty`` is said when there is no line.
    """

    make: Callable[[Report], Iterable[Line | str]] | Line | str
    kind: str = "lines"
    style: Mapping[Medium, str] = field(default_factory=dict)
    empty: Callable[[Report], str] | str = ""
    is_short: bool = False
    is_apart: bool = False

    def _view(self, edition: Edition) -> View | None:
        parts = self.make(edition.report) if callable(self.make) else [self.make]
        made = [Line(part) if isinstance(part, str) else part for part in parts]
        if not made:
            return _empty(self.empty, edition)
        most = edition.most if self.is_short else None
        shown = made if most is None else made[:most]
        if self.is_short and edition.medium == "mail":
            shown = [_clipped(line) for line in shown]
        more = len(made) - len(shown) if self.kind != "lines" else 0
        style = self.style.get(edition.medium, "")
        return View(self.kind, style, shown, more, is_apart=self.is_apart)


def _clipped(line: Line) -> Line:
    text, term = (formats.one_line(part, CLIP) for part in (line.text, line.term))
    return replace(line, text=text, term=term)


def _empty(said: Callable[[Report], str] | str, edition: Edition) -> View | None:
    text = said if isinstance(said, str) else said(edition.report)
    style = "empty" if edition.medium == "page" else ""
    return View("lines", style, [Line(text)]) if text else None


def hint(text: Line | str, rows: Callable[[Report], object] = always) -> Lines:
    """Explain something on the page, where there are ``rows`` to explain."""
    return Lines(
        text, style={"page": "hint"}, media="page", when=lambda edition: bool(rows(edition.report))
    )


def heading(text: str, *methods: str) -> Lines:
    """Make a heading within a section of the page."""
    return Lines(Line(text, methods), kind="heading", media="page")


@dataclass(frozen=True)
class TableOf(Block, Generic[Row]):
    """A table: ``rows`` of a report, each shown by the columns.

    ``empty`` is said when there is no row; ``omitted`` counts rows that the report leaves out and
    that are ``kept_in`` another place; a ``tall`` one scrolls.
    """

    id: str
    caption: Callable[[Report], str] | str
    columns: tuple[Column[Row], ...] | Callable[[Report], tuple[Column[Row], ...]]
    rows: Callable[[Report], Sequence[Row]]
    empty: Callable[[Report], str] | str = ""
    omitted: Callable[[Report], int] = lambda _: 0
    kept_in: str = ""
    tall: bool = False

    def table(self, report: Report) -> Table:
        """Make the whole table of a report."""
        caption = self.caption if isinstance(self.caption, str) else self.caption(report)
        columns = self.columns if isinstance(self.columns, tuple) else self.columns(report)
        made = table(self.id, caption, columns, self.rows(report))
        return replace(made, omitted=self.omitted(report), kept_in=self.kept_in)

    def _view(self, edition: Edition) -> View | None:
        if not self.rows(edition.report):
            return _empty(self.empty, edition)
        made = self.table(edition.report).fit(edition.medium, edition.most)
        return View("table", "tall" if self.tall else "", table=made)


@dataclass(frozen=True)
class Gallery(Block):
    """The charts of one section or of several; in the plain text what they show."""

    sections: str

    def _view(self, edition: Edition) -> View | None:
        charts = [chart for chart in edition.charts if chart.section in self.sections.split()]
        if edition.medium != "text":
            return View("gallery", charts=charts)
        lines = [Line(chart.finding) for chart in charts if isinstance(chart, Drawn)]
        return View("findings", lines=lines, is_apart=True) if lines else None


@dataclass(frozen=True)
class Sql(Block):
    """The SQL of a part of a section: names under which a report keeps it, and its queries.

    The queries are files of ``warehouse/sql/report``; a report runs those that a section names.
    """

    queries: Mapping[str, tuple[str, ...]]
    media: str = field(default="page", kw_only=True)

    def _view(self, edition: Edition) -> View | None:
        found = [query for name in self.queries for query in edition.queries.get(name, ())]
        return View("sql", queries=found) if found else None


@dataclass(frozen=True)
class Section:
    """One section of a report, in all media.

    ``place`` orders the sections; ``nav`` is its label in the navigation of the page; ``titles``
    are those of media that need another; ``when`` says whether it stands at all.
    """

    id: str
    place: int
    nav: str
    title: str
    blocks: tuple[Block, ...]
    titles: Mapping[Medium, str] = field(default_factory=dict)
    media: str = EVERYWHERE
    when: Callable[[Edition], bool] = always
    charts: Callable[[Report], Iterable[Drawn | Empty]] = lambda _: ()

    def stands_in(self, edition: Edition) -> bool:
        """Say whether a report has this section in a medium."""
        return edition.medium in self.media.split() and self.when(edition)

    def heading(self, medium: Medium) -> str:
        """Return the title in a medium."""
        return self.titles.get(medium, self.title)

    def views(self, edition: Edition) -> list[View]:
        """Return what is drawn of it."""
        made = (block.view(edition) for block in self.blocks)
        return [view for view in made if view is not None]

    def table(self, identity: str, report: Report) -> Table:
        """Return one of its tables, whole.

        Raises:
            KeyError: It has none of that name.
        """
        found: dict[str, TableOf[Any]] = {
            block.id: block for block in self.blocks if isinstance(block, TableOf)
        }
        return found[identity].table(report)
