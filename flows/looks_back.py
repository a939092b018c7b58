"""How far figures look back at single rows: what maintenance must leave, and what it closes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

from oirisk.flows.settings.model import Settings
from oirisk.warehouse.home import Home
from oirisk.warehouse.maintain import closed_before
from oirisk.warehouse.published import reading

_MARGIN_DAYS = 8
"""Beyond a baseline of days: the week changes are measured over, and the day a bar began before."""
_BASELINE_MINUTES = {"1h": 5, "1d": 240}
"""The longest bars that are gone once rows are thinned to one an hour or one a day."""
_TREND_DAYS = 30
"""Trends of days and ordinary days before an event reach back so far at least."""


def looks_back(settings: Settings) -> Mapping[str, timedelta]:
    """Say how long before a snapshot rows must be whole, by the resolution they are thinned to.

    What rests on one value a day (percentiles of funding and of imbalance) looks back further, and
    is not affected: the last row of a day stays.
    """
    days = max(
        settings.series.squeeze_days,
        settings.clusters.history_days,
        settings.coverage.lookback_days,
        _TREND_DAYS,
    )
    bars = settings.series.anomaly_span * settings.series.anomaly_period
    return {
        resolution: timedelta(days=ceil(max(days + _MARGIN_DAYS, 1 + bars * minutes / 1440)))
        for resolution, minutes in _BASELINE_MINUTES.items()
    }


def closed_note(home: Home, settings: Settings, since: datetime | None) -> str | None:
    """Say from when on facts change marts, where some were stored of a time before that.

    Args:
        home: With a published copy.
        settings: Say how far figures look back.
        since: First instant that something was stored of; None: nothing was.
    """
    with reading(home) as connection:
        border = closed_before(connection, looks_back(settings))
    if border is None or since is None or since >= border:
        return None
    return (
        f"facts before {border:%Y-%m-%d} are stored and change no mart: maintenance thinned out "
        "rows that the marts of those days were made of"
    )
