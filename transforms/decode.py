"""From a response body to its rows, without losing a digit."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from oirisk.schemas.calls import value_at
from oirisk.schemas.text import record_of, shown
from oirisk.schemas.venue import Row

_SHOWN = 120


class BodyError(ValueError):
    """A body is not what the exchange documents; the message says what was seen."""

    def __init__(self, message: str) -> None:
        """Keep the message printable and short, whatever was seen."""
        super().__init__(shown(message))


def decode(body: str) -> Any:  # noqa: ANN401 -- any JSON
    """Parse JSON with every number as ``Decimal``; ``NaN`` and infinities survive as such.

    Raises:
        BodyError: The text is not JSON, for example an HTML page or a cut answer.
    """
    try:
        return json.loads(body, parse_float=Decimal, parse_int=Decimal, parse_constant=Decimal)
    except (ValueError, RecursionError) as error:
        raise BodyError(f"expected JSON, saw {_excerpt(body)} ({error})") from error


def rows_at(*path: str) -> Callable[[Any], list[Row]]:
    """Make a reader of the list of objects at a path of keys; no path means the body itself.

    The reader raises :class:`BodyError` where the body has another shape.
    """

    def read(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
        return require_rows(_at(body, path))

    return read


def require_rows(found: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
    """Return a list of JSON objects as it is.

    Raises:
        BodyError: It is something else.
    """
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise BodyError(f"expected a list of objects, saw {_excerpt(found)}")
    return found


def values_at(*path: str, key: str) -> Callable[[Any], list[Row]]:
    """Make a reader of an object of objects, whose names become the field ``key`` of its rows.

    The reader raises :class:`BodyError` where the body has another shape.
    """

    def read(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
        found = _at(body, path)
        if not isinstance(found, dict):
            raise BodyError(f"expected an object of objects, saw {_excerpt(found)}")
        rows = require_rows(list(found.values()))
        return [{**row, key: name} for name, row in zip(found, rows, strict=True)]

    return read


def object_at(*path: str) -> Callable[[Any], list[Row]]:
    """Make a reader of the one object at a path, a row by itself.

    The reader raises :class:`BodyError` where the body has another shape.
    """

    def read(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
        return require_rows([_at(body, path)])

    return read


def rows_or_object_at(*path: str) -> Callable[[Any], list[Row]]:
    """Make a reader of what is a list of objects where all are asked for, else the one object.

    The reader raises :class:`BodyError` where the body has another shape.
    """

    def read(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
        found = _at(body, path)
        return require_rows([found] if isinstance(found, dict) else found)

    return read


def columns_at(*path: str, names: Mapping[int, str]) -> Callable[[Any], list[Row]]:
    """Make a reader of a list of lists, whose elements get names by their position.

    The reader raises :class:`BodyError` where the body has another shape or a row is too short.
    """
    needed = max(names) + 1

    def read(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
        found = _at(body, path)
        if not isinstance(found, list) or not all(isinstance(row, list) for row in found):
            raise BodyError(f"expected a list of lists, saw {_excerpt(found)}")
        if any(len(row) < needed for row in found):
            raise BodyError(f"expected {needed} elements a row, saw {_excerpt(found)}")
        return [{name: row[position] for position, name in names.items()} for row in found]

    return read


def _at(body: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 -- any JSON
    found = body
    for key in path:
        if not isinstance(found, dict) or key not in found:
            raise BodyError(f"expected {'.'.join(path)}, saw {_excerpt(body)}")
        found = found[key]
    return found


def pick(row: Any, path: str) -> Any:  # noqa: ANN401 -- any JSON
    """Return what lies at a dotted path of an object, or None where there is nothing."""
    return value_at(row, path)


def _excerpt(seen: Any) -> str:  # noqa: ANN401 -- anything that was seen
    text = seen if isinstance(seen, str) else record_of(seen)
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
