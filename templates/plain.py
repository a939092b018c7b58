"""Plain text for mail programs that show nothing else: wrapped lines and aligned columns."""

import textwrap
from typing import Any

from oirisk.schemas.report.briefing import Tile
from oirisk.templates import formats, wording
from oirisk.templates.blocks import Edition, Line, Section, View
from oirisk.templates.sentences import say
from oirisk.templates.tables import Column, Table

WIDTH = 78
_GAPS = (2, 1)
_LEAST = 8
_LABEL = 34
_LEADS = {"lines": "", "findings": "* "}


def wrap(text: str, lead: str = "") -> str:
    """Wrap text to the width; following lines are indented under the first.

    Args:
        text: Foreign text is folded into one paragraph first.
        lead: What stands before the first line, such as a bullet.
    """
    lines = textwrap.wrap(
        formats.one_line(text) or formats.MISSING,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def rule(title: str) -> str:
    """Underline the title of a section."""
    return f"{title}\n{'-' * len(title)}"


def section(part: Section, edition: Edition) -> str:
    """Write a section: its title, and its blocks one under the other."""
    lines = [rule(part.heading("text").upper())]
    for view in part.views(edition):
        lines += ["", *_view(view, edition)] if view.is_apart else _view(view, edition)
    return "\n".join(lines)


def _view(view: View, edition: Edition) -> list[str]:
    if view.table is not None:
        return [text_table(view.table)]
    if view.kind == "tiles":
        return [tile(part) for part in edition.report.tiles] or [
            "No headline number was published."
        ]
    more = f"{formats.count(view.more)} more in the full report."
    written = [_words(line, view.kind) for line in view.lines]
    return [*written, more] if view.more else written


def _words(line: Line, kind: str) -> str:
    term = f"{line.term}: " if line.term else ""
    tag = "method change, " if line.tag == "method" else ""
    methods = "".join(f" [{method}]" for method in line.methods)
    return wrap(f"{term}{tag}{line.text}{methods}", _LEADS.get(kind, "- "))


def tile(part: Tile) -> str:
    """Write a headline number: label, number, direction, note."""
    label = formats.one_line(part.label, _LABEL - 2).ljust(_LABEL)
    words = [wording.tile_value(part)]
    if part.figure.unit in ("pct", "pp"):
        words.append(formats.arrow(part.figure))
    note = formats.one_line(say(part.note))
    if note:
        words.append(f"({note})")
    return wrap(" ".join(word for word in words if word) + f" [{part.method}]", label)


def text_table(table: Table) -> str:
    """Align a table within the width.

    Text columns give way first, then the last columns are left out: a shortened number would be
    a wrong number, so numbers are printed whole or not at all.
    """
    heads = [column.label for column in table.columns]
    cells = [[table.printed(cell) for cell in row] for row in table.rows]
    widths = [max(len(line[place]) for line in (heads, *cells)) for place in range(len(heads))]
    gap = next((gap for gap in _GAPS if _total(widths, gap) <= WIDTH), _GAPS[-1])
    widths = _shrink(widths, table.columns, gap)
    space = " " * gap
    lines = [space.join(_line(line, widths, table.columns)).rstrip() for line in (heads, *cells)]
    lines += [wrap(note.text, f"[{note.mark}] ") for note in table.notes]
    if table.omitted:
        place = table.kept_in or "the full report or the warehouse"
        lines.append(f"{formats.count(table.omitted)} more in {place}.")
    return "\n".join(lines)


def _total(widths: list[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _shrink(widths: list[int], columns: tuple[Column[Any], ...], gap: int) -> list[int]:
    widths = list(widths)
    while _total(widths, gap) > WIDTH:
        wide = [
            place
            for place, width in enumerate(widths)
            if width > _LEAST and not columns[place].is_number
        ]
        if wide:
            widest = max(wide, key=lambda place: widths[place])
            widths[widest] = max(_LEAST, widths[widest] - (_total(widths, gap) - WIDTH))
        else:
            widths.pop()
    return widths


def _line(line: list[str], widths: list[int], columns: tuple[Column[Any], ...]) -> list[str]:
    parts = []
    for text, width, column in zip(line, widths, columns, strict=False):
        fitted = formats.one_line(text, width)
        parts.append(fitted.rjust(width) if column.is_number else fitted.ljust(width))
    return parts
