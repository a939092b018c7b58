"""Read the instant that ``--as-of`` gives."""

from datetime import UTC, date, datetime

from oirisk.schemas.errors import ConfigurationError

EARLIEST, LATEST = datetime(2009, 1, 3, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""From the first coin to beyond what anyone asks for: leaves room to look back and ahead."""


def instant(text: str) -> datetime | None:
    """Read an ISO 8601 instant; without a zone it is UTC.

    Raises:
        ConfigurationError: It is no instant, or one at which no coin can have been traded.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"--as-of: expected an instant such as 2026-09-21T00:05:00Z, saw {text!r}"
        ) from error
    # compared before it is converted: the first and the last year have no instant in every zone
    at = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    if not EARLIEST <= at < LATEST:
        raise ConfigurationError(
            f"--as-of: expected an instant from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}, "
            f"saw {text!r}"
        )
    return at.astimezone(UTC)


def day(option: str, text: str) -> date:
    """Read a date.

    Raises:
        ConfigurationError: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"{option}: expected YYYY-MM-DD, saw {text!r}") from error
