"""Figures with their reasons, and whether the total may be printed at all."""

from oirisk.flows.briefing.facts import Facts
from oirisk.schemas.report import Figure, Unit

NO_DAY = "no comparable snapshot a day earlier"
NO_WEEK = "no comparable snapshot a week earlier"
WITHHELD = "not published, see below"


def figure(value: float | None, unit: Unit, reason: str) -> Figure:
    """Return a figure; the reason is used only when there is no value."""
    return Figure(value=value, unit=unit, reason="" if value is not None else reason)


def total_coverage(facts: Facts) -> Figure:
    """Return the share of all known futures open interest that this snapshot holds fresh (M03).

    What is fresh counts as much as before, as for one asset. Instruments and venues of unknown
    size each take their equal part off.
    """
    totals = facts.totals
    if not totals["known_usd"] or not totals["venues_attempted"] or not totals["instruments"]:
        return figure(None, "share", "nothing is known yet")
    fresh = totals["covered_usd"] / totals["known_usd"]
    sized = totals["instruments_known"] / totals["instruments"]
    heard = 1 - totals["venues_unknown"] / totals["venues_attempted"]
    return figure(fresh * sized * heard, "share", "")


def is_publishable(facts: Facts) -> bool:
    """Tell whether the overall total may be printed."""
    covered = total_coverage(facts).value
    return covered is not None and covered >= facts.settings.coverage.minimum
