"""Text from outside, made fit to be kept and shown: printable, and no longer than it may be.

An exchange decides what its names and errors say. Control characters, marks that turn the reading
direction, half characters and megabytes end here: in tables, reports, mail and logs stands an
escape or a cut instead. The answer itself is archived as it came.
"""

import hashlib
import json
import reprlib
from typing import Any

LONGEST_NAME = 200
"""Characters of a symbol, a coin or an exchange's own id; longer ones name no contract."""

LONGEST_REASON = 600
LONGEST_RECORD = 4_000
"""Characters kept of a refused row."""


def shown(text: str, most: int = LONGEST_REASON) -> str:
    r"""Return a text with escapes for what cannot be printed, cut after ``most`` characters.

    A cut text ends with its length and checksum, so that different texts stay different. The
    escapes are those of JSON: a record that is not cut can still be read as such.

    >>> shown("BTC\u202eUSD\ud800\n")
    'BTC\\u202eUSD\\ud800\\n'
    >>> shown("A" * 1000, 5)
    'AAAAA… (1000 characters, sha256 c2e686823489ced2)'
    """
    if len(text) > most:
        checksum = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        text = f"{text[:most]}… ({len(text)} characters, sha256 {checksum})"
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    escape = json.dumps(letter)[1:-1]
    return escape if escape != letter else f"\\u{ord(letter):04x}"


def is_name(text: str) -> bool:
    """Return whether a text can be the name of something: printable, not empty, not too long."""
    return text.isprintable() and 0 < len(text) <= LONGEST_NAME


def seen(value: Any) -> str:  # noqa: ANN401 -- anything that was seen
    """Return a value as an error shows it, however long or deep it is.

    >>> seen({"price": "1" * 10})
    "{'price': '1111111111'}"
    """
    return _BRIEF.repr(value)


def record_of(row: Any) -> str:  # noqa: ANN401 -- any JSON
    """Return a row as it is kept when it is refused: JSON, cut where it is too long."""
    try:
        return shown(json.dumps(row, default=str, ensure_ascii=False), LONGEST_RECORD)
    except RecursionError:
        return "nested too deeply to be written down"


class _Brief(reprlib.Repr):
    """What is cut where: strings and numbers after 120 characters, nests after four levels."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxdict = self.maxlist = 8
        self.maxstring = self.maxlong = self.maxother = 120


_BRIEF = _Brief()
