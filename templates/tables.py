"""Tables as data: one definition that the page, the mail and the plain text all draw.

A cell that has no number, or rests on an assumption, carries its reason; a table numbers the
distinct reasons it shows and lists them underneath.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from oirisk.schemas.report.briefing import Figure
from oirisk.templates import formats

Medium = Literal["page", "mail", "text"]


@dataclass(frozen=True)
class Column:
    """One column: heading, alignment, and the media too narrow to hold it.

    A column that is not ``on_phone`` is hidden in a mail read on a narrow screen.
    """

    label: str
    is_number: bool = False
    in_mail: bool = True
    in_text: bool = True
    on_phone: bool = True

    def is_in(self, medium: Medium) -> bool:
        """Say whether a medium shows this column."""
        return medium == "page" or (self.in_mail if medium == "mail" else self.in_text)


@dataclass(frozen=True)
class Cell:
    """One printed cell. ``sort`` orders it on the page, ``bar`` (0 to 1) draws its share."""

    text: str
    sort: float | str | None = None
    tone: str = ""
    reason: str = ""
    bar: float | None = None


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
    columns: tuple[Column, ...]
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


def numbers(*labels: str) -> tuple[Column, ...]:
    """Make columns of numbers that every medium shows."""
    return tuple(Column(label, is_number=True) for label in labels)


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
        return Cell(formats.MISSING, None, "missing", formats.one_line(part.reason))
    way = formats.direction(part)
    tone = way if toned and way in ("up", "down") else ""
    text = formats.number(part.value, part.unit, coin=coin, signed=signed)
    return Cell(text, part.value, tone)


def table(
    identity: str, caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]
) -> Table:
    """Make a table, refusing rows that do not match the columns.

    Raises:
        ValueError: A row has another number of cells than there are columns.
    """
    for row in rows:
        if len(row) != len(columns):
            msg = f"table {identity}: a row has {len(row)} cells, the table {len(columns)} columns"
            raise ValueError(msg)
    return Table(identity, caption, tuple(columns), tuple(tuple(row) for row in rows))
