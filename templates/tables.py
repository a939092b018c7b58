"""Tables as data: one definition that the page, the mail and the plain text all draw.

A column says what it reads of a row and how that is written, so headings and cells cannot part.

A cell that has no number, or rests on an assumption, carries its reason; a table numbers the
distinct reasons it shows and lists them underneath.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from oirisk.schemas.report.briefing import Figure, Unit
from oirisk.schemas.report.parts import Band
from oirisk.templates import formats
from oirisk.templates.sentences import say

Medium = Literal["page", "mail", "text"]
Row = TypeVar("Row")


@dataclass(frozen=True)
class Cell:
    """One printed cell. ``sort`` orders it on the page, ``bar`` (0 to 1) draws its share."""

    text: str
    sort: float | str | None = None
    tone: str = ""
    reason: str = ""
    bar: float | None = None


Shown: TypeAlias = Cell | Figure | Band | str | int | None
"""What a column may read: a cell that is ready, or a value with one way to write it."""


Getter: TypeAlias = str | Callable[[Row], Any]


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: heading, what it shows of a row, and the media too narrow to hold it.

    A column without ``phone`` is hidden in a mail read on a narrow screen.
    """

    label: str
    get: Callable[[Row], Shown]
    is_number: bool = False
    without: tuple[str, ...] = ()

    @property
    def on_phone(self) -> bool:
        """Say whether a narrow screen shows this column."""
        return "phone" not in self.without

    def is_in(self, medium: Medium) -> bool:
        """Say whether a medium shows this column."""
        return medium not in self.without


def word(label: str, get: Getter[Row], without: str = "") -> Column[Row]:
    """Make a column of words: of the field of that name, or of what a function reads of a row.

    Args:
        label: The heading.
        get: Field or function.
        without: Media that are too narrow for it: ``mail``, ``text``, ``phone``.
    """
    return Column(label, _getter(get), without=tuple(without.split()))


def number(
    label: str, get: Getter[Row], without: str = "", *, signed: bool = False, toned: bool = False
) -> Column[Row]:
    """Make a column of numbers, aligned to the right; figures may be ``signed`` or ``toned``."""
    read = _getter(get)

    def cell(row: Row) -> Shown:
        shown = read(row)
        has_look = signed or toned
        return quantity(shown, signed=signed, toned=toned) if has_look else shown

    return Column(label, cell, True, tuple(without.split()))


def measure(label: str, unit: Unit, get: Getter[Row], without: str = "") -> Column[Row]:
    """Make a column of bare numbers of one unit; a number that is absent is a dash."""
    read = _getter(get)

    def cell(row: Row) -> Shown:
        value = read(row)
        return None if value is None else Cell(formats.number(value, unit), value)

    return Column(label, cell, True, tuple(without.split()))


def _getter(get: Getter[Row]) -> Callable[[Row], Any]:
    return attrgetter(get) if isinstance(get, str) else get


@dataclass(frozen=True)
class Note:
    """A numbered reason underneath a table."""

    mark: str
    text: str


@dataclass(frozen=True)
class Table:
    """A table ready to draw; ``omitted`` rows are only in the full report, or in ``kept_in``."""

    id: str
    caption: str
    columns: tuple[Column[Any], ...]
    rows: tuple[tuple[Cell, ...], ...]
    omitted: int = 0
    kept_in: str = ""

    @property
    def notes(self) -> tuple[Note, ...]:
        """Distinct reasons in reading order, marked 1, 2, 3."""
        reasons = dict.fromkeys(cell.reason for row in self.rows for cell in row if cell.reason)
        return tuple(Note(str(place), text) for place, text in enumerate(reasons, start=1))

    def mark(self, cell: Cell) -> str:
        """Give the mark of a cell's reason, or nothing."""
        return next((note.mark for note in self.notes if note.text == cell.reason), "")

    def printed(self, cell: Cell) -> str:
        """Give a cell's text with its mark, for media without links."""
        return f"{cell.text} [{self.mark(cell)}]" if cell.reason else cell.text

    def fit(self, medium: Medium, most_rows: int | None = None) -> "Table":
        """Keep the columns a medium shows and its first rows; count what was left out."""
        keep = [place for place, column in enumerate(self.columns) if column.is_in(medium)]
        shown = self.rows if most_rows is None else self.rows[:most_rows]
        return replace(
            self,
            columns=tuple(self.columns[place] for place in keep),
            rows=tuple(tuple(row[place] for place in keep) for row in shown),
            omitted=self.omitted + len(self.rows) - len(shown),
        )


def words(text: str, *, tone: str = "", reason: str = "") -> Cell:
    """Make a cell of foreign text; an empty text is a dash."""
    line = formats.one_line(text)
    return Cell(line or formats.MISSING, line.casefold(), tone, formats.one_line(reason))


def counted(value: int) -> Cell:
    """Make a cell of a count."""
    return Cell(formats.count(value), float(value))


def quantity(part: Figure, *, signed: bool = False, toned: bool = False, coin: str = "") -> Cell:
    """Make a cell of a figure: the number, or a dash that leads to the reason.

    Args:
        part: What to print.
        signed: Write ``+`` before a gain.
        toned: Colour by direction, in addition to the sign.
        coin: Name printed after an amount of coins.
    """
    if part.value is None:
        return Cell(formats.MISSING, None, "missing", formats.one_line(say(part.reason)))
    way = formats.direction(part)
    tone = way if toned and way in ("up", "down") else ""
    text = formats.number(part.value, part.unit, coin=coin, signed=signed)
    return Cell(text, part.value, tone)


def banded(band: Band) -> Cell:
    """Make the cell of a modelled amount: the figure under the base mix, and the range."""
    limits = formats.span(formats.usd(band.low), formats.usd(band.high), formats.ALIKE)
    return Cell(f"{formats.usd(band.usd)} ({limits})", band.usd)


def _cell(shown: Shown) -> Cell:
    if isinstance(shown, Cell):
        return shown
    if isinstance(shown, Figure):
        return quantity(shown)
    if isinstance(shown, Band):
        return banded(shown)
    return counted(shown) if isinstance(shown, int) else words(shown or "")


def table(
    identity: str, caption: str, columns: Sequence[Column[Row]], rows: Iterable[Row]
) -> Table:
    """Make a table: every column of every row."""
    cells = tuple(tuple(_cell(column.get(row)) for column in columns) for row in rows)
    return Table(identity, caption, tuple(columns), cells)
