"""Axes of the charts: round ticks, labels written by ``formats``, one style for all."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oirisk.templates.drawing import FONT

INK, MUTED, GRID, PLATE = "#1c2733", "#5a6673", "#e4e9ed", "#ffffff"
WIDTH = 62
"""Room for the labels of a vertical axis, pixels; the same in all charts so that panes line up."""

Rows = list[dict[str, Any]]
Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one, source: https://vega.github.io/vega-lite/docs/."""

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_CONFIG: Spec = {
    "background": PLATE,
    "font": FONT,
    "padding": {"left": 4, "right": 12, "top": 4, "bottom": 6},
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 12,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "title": {"anchor": "start", "color": INK, "fontSize": 13, "fontWeight": "bold", "offset": 8},
}

_HOUR = 3_600_000
_DAY = 24 * _HOUR
_STEPS = (
    *(hours * _HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * _DAY for days in (1, 2, 3, 5, 7, 10, 14, 21, 30, 60, 90, 180, 365)),
)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Choose round values between two bounds.

    Args:
        low: Least value to cover.
        high: Greatest value to cover; equal bounds give that one value.
        most: The distance between two is at least the whole divided by this.
    """
    if not high > low:
        return [low]
    raw = (high - low) / most
    least = raw * (1 - 1e-9)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= least) * power
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{place * step:.12g}") for place in range(first, last + 1)]


def apart(
    levels: Sequence[float], most: int, write: Callable[[float], str]
) -> tuple[float, float, list[float]]:
    """Choose an axis for values: its ends, and ticks of which no two read the same.

    Args:
        levels: At least one.
        most: As of :func:`ticks`.
        write: How a tick is written; what differs by less than that shows widens the axis.
    """
    low, high = min(levels), max(levels)
    pad = (high - low) * 0.06 or abs(low) * 0.01 or 1.0
    while True:
        chosen = ticks(low - pad, high + pad, most)
        if len({write(value) for value in chosen}) == len(chosen):
            return low - pad, high + pad, chosen
        pad *= 2


def instants(first: int, last: int, most: int) -> tuple[list[int], str]:
    """Choose round UTC instants and how to write them.

    Args:
        first: Milliseconds since the epoch.
        last: Milliseconds since the epoch.
        most: At most about so many.
    """
    span = max(last - first, 1)
    step = next((step for step in _STEPS if span / step <= most), span)
    grain = min(step, _DAY)
    end = last - last % grain
    count = max(0, (end - first) // step)
    chosen = [end - place * step for place in range(count, -1, -1)]
    return chosen, "%H:%M" if step < _DAY else "%-d %b"


def labelled(values: Sequence[float], write: Callable[[float], str]) -> Spec:
    """Make an axis whose labels are written by us, trailing zeros dropped."""
    labels = [re.sub(r"(\.\d*?)0+(?=\D|$)", r"\1", write(value)) for value in values]
    labels = [re.sub(r"\.(?=\D|$)", "", label) for label in labels]
    place = f"indexof({json.dumps(list(values))}, datum.value)"
    expression = f"{json.dumps(labels)}[{place}]"
    return {"values": list(values), "labelExpr": expression, "title": None}


def upright(values: Sequence[float], write: Callable[[float], str]) -> Spec:
    """Make a vertical axis of fixed width."""
    return {**labelled(values, write), "minExtent": WIDTH, "maxExtent": WIDTH}


def quantity(name: str, low: float, high: float, axis: Spec | None, **scale: bool) -> Spec:
    """Place marks by a field of numbers, on a scale that ends where it is told to.

    Args:
        name: The field.
        low: Where the scale begins.
        high: Where it ends.
        axis: What is drawn beside it; None: nothing.
        scale: What else the scale is told.
    """
    ends: Spec = {"domain": [low, high], "nice": False, **scale}
    return {"field": name, "type": "quantitative", "scale": ends, "axis": axis}


def finish(chart: Spec, data: Mapping[str, Rows]) -> Spec:
    """Style a chart and attach its data, by the names that its marks read."""
    return {"$schema": _SCHEMA, "config": _CONFIG, **chart, "datasets": dict(data)}
