"""Reading the numbers of exchanges without losing a digit."""

from decimal import Decimal, InvalidOperation
from typing import Any

from oirisk.schemas.text import seen


def number(value: Any) -> Decimal | None:  # noqa: ANN401 -- whatever an exchange sends
    """Read a number that may be a string, a float, empty or absent.

    Returns:
        The exact decimal (NaN and infinities included), None for nothing at all.

    Raises:
        ValueError: There is something, and it is not a number.
    """
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        found = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"expected a number, saw {seen(value)}") from error
    return Decimal("NaN") if found.is_nan() else found
