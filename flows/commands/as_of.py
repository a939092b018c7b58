"""Read the instant that ``--as-of`` gives."""

from datetime import UTC, datetime

from oirisk.schemas.errors import ConfigurationError


def instant(text: str) -> datetime | None:
    """Read an ISO 8601 instant; without a zone it is UTC.

    Raises:
        ConfigurationError: It is no instant.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"--as-of: expected an instant such as 2026-09-21T00:05:00Z, saw {text!r}"
        ) from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
