"""What commands print on standard output."""

import json
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_EDGE = 1
_EDGES = 3
"""What a table draws beside its cells: a line at its left; per column two spaces and a line."""

_MOST_DIGITS = 300
"""Digits of the largest and the smallest numbers that JSON readers keep."""


_MARK = "decimal:"


def print_json(content: object) -> None:
    """Print one JSON document; what JSON has no number for becomes null."""
    text = json.dumps(_plain(content), indent=2, default=str, allow_nan=False)
    sys.stdout.write(text + "\n")


def print_exact_json(content: object) -> None:
    """Print one JSON document in which decimals keep every digit."""
    text = json.dumps(_marked(content), indent=2, default=str, allow_nan=False)
    sys.stdout.write(re.sub(rf'"{_MARK}([^"]*)"', r"\1", text) + "\n")


def _marked(value: object) -> object:
    """Mark decimals, which JSON has no type for, as text that is printed without its quotes."""
    if isinstance(value, Mapping):
        return {str(key): _marked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(item) for item in value]
    if isinstance(value, Decimal) and value.is_finite():
        return f"{_MARK}{value.normalize() + 0:f}"
    return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        value = _number(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: Decimal) -> int | float | str:
    """Return a JSON number, or the digits of what is too large or too small to be one."""
    if not value.is_finite() or (value and abs(value.adjusted()) > _MOST_DIGITS):
        return str(value)
    return int(value) if value == value.to_integral_value() else float(value)


def print_line(text: str) -> None:
    """Print one line."""
    sys.stdout.write(text + "\n")


def print_note(text: str) -> None:
    """Print one line beside what a program may read."""
    sys.stderr.write(text + "\n")


def print_table(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows as a table; text is shown as it is, never interpreted as markup.

    Lines break between words alone, so that no number is ever split. Where that is not enough on
    a terminal, each field gets a line of its own; elsewhere the table is as wide as it needs.
    """
    console = Console()
    names = [str(name) for name in rows[0]] if rows else []
    cells = [["" if value is None else str(value) for value in row.values()] for row in rows]
    widths = _widths([names, *cells], console.width if console.is_terminal else None)
    if widths is None:
        _print_records(console, title, names, cells)
        return
    table = Table(title=title)
    for name, width in zip(names, widths, strict=True):
        table.add_column(Text(name), width=width)
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    console.width = max(console.width, _EDGE + sum(_EDGES + width for width in widths))
    console.print(table)


def _widths(lines: Sequence[Sequence[str]], limit: int | None) -> list[int] | None:
    """Return the width of each column within a limit; None if some word would have to be split."""
    columns = list(zip(*lines, strict=True))
    wanted = [_longest(column, str.splitlines) for column in columns]
    least = [_longest(column, str.split) for column in columns]
    if limit is None:
        return wanted
    spare = limit - _EDGE - sum(_EDGES + width for width in least)
    if spare < 0:
        return None
    widths = list(least)
    # the column that lacks least first: what it leaves over goes to the others
    places = sorted(range(len(columns)), key=lambda place: wanted[place] - least[place])
    for done, place in enumerate(places):
        given = min(wanted[place] - least[place], spare // (len(places) - done))
        widths[place] += given
        spare -= given
    return widths


def _longest(column: Sequence[str], parts: Callable[[str], list[str]]) -> int:
    return max((cell_len(part) for cell in column for part in parts(cell)), default=0)


def _print_records(
    console: Console, title: str, names: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    console.print(Text(title, style="italic"))
    indent = max(cell_len(name) for name in names)
    for number, row in enumerate(rows, 1):
        console.print(Text(f"{number} of {len(rows)}", style="bold"))
        for name, value in zip(names, row, strict=True):
            gap = " " * (indent - cell_len(name))
            console.print(Text(f"  {name}{gap}  {value}"), soft_wrap=True)
