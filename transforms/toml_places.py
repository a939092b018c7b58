"""Where an option stands: line and column of a key in ``oirisk.toml``."""

import re
import tomllib
from collections.abc import Sequence
from typing import Any

Part = str | int


def place_of(text: str, path: Sequence[Part]) -> tuple[int, int] | None:
    """Return line and column of a key, counted from 1; None where the file does not hold it.

    The shortest beginning of the file that is TOML and holds the key ends with its statement.

    Args:
        text: The file, which is TOML.
        path: Keys and places in lists, as an error names them.
    """
    lines = text.split("\n")
    whole = tomllib.loads(text)
    held = next((path[:end] for end in range(len(path), 0, -1) if _holds(whole, path[:end])), ())
    if not held:
        return None
    before = 0
    for end in range(1, len(lines) + 1):
        found = _parsed("\n".join(lines[:end]))
        if found is None:
            continue
        if _holds(found, held):
            return _within(lines, before, end, held)
        before = end
    return None


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _holds(found: Any, path: Sequence[Part]) -> bool:  # noqa: ANN401 -- any TOML
    for part in path:
        try:
            found = found[part]
        except (LookupError, TypeError):
            return False
    return True


def _within(lines: Sequence[str], start: int, end: int, path: Sequence[Part]) -> tuple[int, int]:
    """Return where a statement of some lines names the last key of a path."""
    name = re.escape(next((part for part in reversed(path) if isinstance(part, str)), ""))
    for number in range(start, end):
        found = re.search(rf"(?<![\w-])[\"']?{name}[\"']?(?=[\s=.\]])", lines[number])
        if found:
            return number + 1, found.start() + 1
    return start + 1, 1
