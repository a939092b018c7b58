"""Spans of time: which snapshots are meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class BuildWindow:
    """The snapshots to rebuild, both ends included.

    A fact also bears on later snapshots: after a change to the past let the window reach
    ``reach_of_facts`` further.
    """

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        """Refuse a window that cannot be meant."""
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError(f"a window needs instants with a time zone, saw {self}")
        if self.since > self.until:
            raise ValueError(f"a window ends after it begins, saw {self}")


def hull(spans: Sequence[BuildWindow]) -> BuildWindow | None:
    """Return the time from the first instant of some spans to the last; None without any."""
    if not spans:
        return None
    return BuildWindow(min(one.since for one in spans), max(one.until for one in spans))


def midnight(instant: datetime) -> datetime:
    """Return when the UTC day of an instant began."""
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
