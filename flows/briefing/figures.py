"""Figures with their reasons, and whether the total may be printed at all."""

from oirisk.flows.briefing.facts import Facts
from oirisk.schemas.report.briefing import Figure, Unit

NO_DAY = "no comparable snapshot a day earlier"
NO_WEEK = "no comparable snapshot a week earlier"
NO_FUNDING = "no perpetual has a known rate and interval"
WITHHELD = "not published, see below"


def figure(value: float | None, unit: Unit, reason: str) -> Figure:
    """Return a figure; the reason is used only when there is no value."""
    return Figure(value=value, unit=unit, reason="" if value is not None else reason)


def total_coverage(facts: Facts) -> Figure:
    """Return how much of what should be there this snapshot holds fresh, 0 to 1 (M03)."""
    covered = None if facts.market is None else facts.market["coverage"]
    return figure(covered, "share", "nothing was fresh")


def is_publishable(facts: Facts) -> bool:
    """Return whether the overall total may be printed."""
    return facts.market is not None and facts.market["published"]
