"""Reading the time stamps of exchanges."""

from datetime import UTC, datetime, timedelta
from typing import Any

from oirisk.schemas.text import seen
from oirisk.schemas.venue import TimeUnit
from oirisk.transforms.numbers import number

_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(value: Any, unit: TimeUnit) -> datetime | None:  # noqa: ANN401 -- whatever was sent
    """Read an exchange's time stamp, to the microsecond; None where there is none.

    Raises:
        ValueError: It is not a time of the documented form, or no time a calendar knows.
    """
    if unit == "iso":
        return _from_text(value)
    stamp = number(value)
    if stamp is None or stamp == 0:
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(stamp * 1_000_000 / _PER_SECOND[unit]))
    except (OverflowError, ValueError) as error:
        raise ValueError(f"expected a time in {unit}, saw {seen(value)}") from error


def _from_text(value: Any) -> datetime | None:  # noqa: ANN401
    if value is None or value == "":
        return None
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"expected a time as ISO 8601 text, saw {seen(value)}") from error
    if at.tzinfo is None:
        raise ValueError(f"expected a time with its zone, saw {seen(value)}")
    return at.astimezone(UTC)
