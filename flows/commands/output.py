"""What commands print on standard output."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

_MOST_DIGITS = 300


def print_json(content: object) -> None:
    """Print one JSON document; what JSON has no number for becomes null."""
    text = json.dumps(_plain(content), indent=2, default=str, allow_nan=False)
    sys.stdout.write(text + "\n")


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


def print_table(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows as a table; text is shown as it is, never interpreted as markup."""
    table = Table(title=title)
    for name in rows[0] if rows else ():
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    Console().print(table)
