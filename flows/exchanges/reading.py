"""Read the rows of history endpoints: shapes, times, numbers and shares."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from oirisk.schemas.history import SharePoint, Window
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.text import seen
from oirisk.schemas.venue import Row, TimeUnit
from oirisk.transforms.decode import BodyError, pick, rows_at
from oirisk.transforms.numbers import number
from oirisk.transforms.times import instant


def lists_at(body: Any, *path: str) -> list[list[Any]]:  # noqa: ANN401 -- any JSON
    """Return the list of lists at a path of keys.

    Raises:
        BodyError: The body has another shape.
    """
    found = pick(body, ".".join(path)) if path else body
    if not isinstance(found, list) or not all(isinstance(row, list) for row in found):
        raise BodyError(
            f"expected a list of rows at {'.'.join(path) or 'the top'}, saw {seen(body)}"
        )
    return found


def objects_at(body: Any, *path: str) -> Sequence[Row]:  # noqa: ANN401
    """Return the list of objects at a path of keys.

    Raises:
        BodyError: The body has another shape.
    """
    return rows_at(*path)(body)


def time_of(value: Any, unit: TimeUnit = "ms") -> datetime:  # noqa: ANN401
    """Read a time that must be there.

    Raises:
        BodyError: It is not.
    """
    try:
        found = instant(value, unit)
    except ValueError as error:
        raise BodyError(str(error)) from error
    if found is None:
        raise BodyError(f"expected a time in {unit}, saw {seen(value)}")
    return found


def required(row: Row, name: str) -> Decimal:
    """Read a finite number that must be there.

    Raises:
        BodyError: It is not.
    """
    return finite(row.get(name), name)


def finite(value: Any, name: str) -> Decimal:  # noqa: ANN401
    """Read a finite number that must be there.

    Raises:
        BodyError: It is not.
    """
    found = _number(value)
    if found is None or not found.is_finite():
        raise BodyError(f"expected a number for {name}, saw {seen(value)}")
    return found


def optional(row: Row, path: str) -> Decimal | None:
    """Read a number that may be missing; what is not finite is missing."""
    found = _number(pick(row, path))
    return found if found is not None and found.is_finite() else None


def _number(value: Any) -> Decimal | None:  # noqa: ANN401
    try:
        return number(value)
    except ValueError as error:
        raise BodyError(str(error)) from error


def positive(value: Decimal | None) -> Decimal | None:
    """Return a price; exchanges print 0 where there is none."""
    return value if value is not None and value > 0 else None


def share_of_ratio(
    at: datetime, measure: str, period: str, ratio: Decimal | None
) -> SharePoint | None:
    """Turn longs per short into shares; a ratio of 0 between accounts is a hole."""
    if ratio is None or ratio < 0 or (ratio == 0 and measure != "taker"):
        return None
    return SharePoint(at, measure, period, ratio / (1 + ratio), 1 / (1 + ratio))


def share_of_sides(
    at: datetime,
    measure: str,
    period: str,
    sides: tuple[Decimal, Decimal],
    *,
    amounts: bool = False,
) -> SharePoint | None:
    """Turn the two sides into shares, whatever they are counted in.

    Args:
        at: The exchange's time.
        measure: What is shared.
        period: Length of time the figure speaks of.
        sides: Long and short.
        amounts: Whether they are amounts in listed base, worth keeping.
    """
    long, short = sides
    total = long + short
    if long < 0 or short < 0 or total == 0:
        return None
    kept = sides if amounts else (None, None)
    return SharePoint(at, measure, period, long / total, short / total, *kept)


def milliseconds(at: datetime) -> str:
    """Return milliseconds since 1970."""
    return str(int(at.timestamp() * 1000))


def seconds(at: datetime) -> str:
    """Return seconds since 1970."""
    return str(int(at.timestamp()))


def last_millisecond(window: Window) -> str:
    """Return the last millisecond of a window, for endpoints that include their end."""
    return str(int(window.until.timestamp() * 1000) - 1)


def of_product(*names: str) -> Callable[[Instrument], bool]:
    """Make a ``Feed.covers`` for instruments of some product lines."""
    return lambda instrument: instrument.product in names
