"""Implied volatility: the one volatility that gives a premium by Black-76 (M30).

A premium is solved out of the money: of an option in the money the time value is left when its
gain is taken off, which parity says is the premium of its counterpart. That value, over the lower
of forward and strike, rises with the deviation (volatility times the root of time), bends once at
``sqrt(2 distance)``, and Newton's steps from there lead to the root without ever passing it:

* above the bend the value is concave in the deviation;
* below it the logarithm of the value is convex in ``1 / deviation²``, and nearly a straight line,
  so that the furthest wings take as few steps as any.
"""

import numpy as np
from numpy.typing import NDArray

from oirisk.transforms.options.black import (
    Black,
    Floats,
    density,
    mills,
    nearer,
    time_value,
)

TOLERANCE = 1e-8
"""How far a volatility may be off by what a premium's digits leave open."""

RESOLUTION = 4 * float(np.finfo(np.float64).eps)
"""Of a premium and what is subtracted from it, over the premium."""

_SMALLEST = 1e-300
"""Below it floats have fewer digits."""

_MOST_STEPS = 64
_SMALL_STEP = 1e-9
"""Steps square the error: after one of this size none is left."""

Reasons = NDArray[np.str_]


def implied_volatility(
    sign: Floats, forward: Floats, strike: Floats, years: Floats, premium: Floats
) -> tuple[Floats, Reasons]:
    """Return volatilities a year, and why there is none.

    A premium is known to ``RESOLUTION`` of itself, which leaves ``RESOLUTION x premium / vega`` of
    volatility open: where that is more than ``TOLERANCE``, none is told. Of options out of the
    money, vega is larger than the premium over the volatility, so that all are told.

    Args:
        sign: 1 of a call, -1 of a put.
        forward: USD per coin, above 0.
        strike: USD per coin, above 0.
        years: To expiry, of 365 days, above 0.
        premium: USD per coin; nan where it is not known.

    Returns:
        Volatility, nan where there is none; the reason, empty where there is one.
    """
    gain = np.maximum(sign * (forward - strike), 0)
    lower = np.minimum(forward, strike)
    value = premium - gain
    unsure = RESOLUTION * premium
    reasons = [
        (~(premium > _SMALLEST), "no premium"),
        (value < -unsure, "below intrinsic"),
        (value >= lower, "above forward"),
        (value <= unsure, "no vega"),
    ]
    is_open = ~np.any([told for told, _ in reasons], axis=0)
    share = np.where(is_open, value / lower, np.nan)
    volatility = _deviation(np.abs(np.log(forward / strike)), share) / np.sqrt(years)
    vega = Black(sign, forward, strike, years, volatility).vega()
    is_sure = unsure <= TOLERANCE * vega  # not of nan
    reasons.append((~is_sure, "no vega"))
    told = np.select([where for where, _ in reasons], [reason for _, reason in reasons], "")
    return np.where(told == "", volatility, np.nan), told


def _deviation(distance: Floats, value: Floats) -> Floats:
    """Return the deviation that gives a time value; nan where that is nan."""
    bend = np.sqrt(2 * distance)
    with np.errstate(divide="ignore", invalid="ignore"):  # at the money the bend is at 0
        is_above = ~(value < time_value(distance, bend))
    found = np.full_like(value, np.nan)
    for side, solve in ((is_above, _above), (~is_above, _below)):
        chosen = side & ~np.isnan(value)
        found[chosen] = solve(distance[chosen], value[chosen])
    return found


def _above(distance: Floats, value: Floats) -> Floats:
    """Solve above the bend; no value is larger than that at the money, ``deviation / √2π``."""
    deviation = np.maximum(np.sqrt(2 * distance), np.sqrt(2 * np.pi) * value)
    for _ in range(_MOST_STEPS):
        slope = density(nearer(distance, deviation))
        step = (value - time_value(distance, deviation)) / slope
        deviation = deviation + step
        if np.all(np.abs(step) <= _SMALL_STEP * deviation):
            break
    return np.where(np.abs(step) <= _SMALL_STEP * deviation, deviation, np.nan)


def _below(distance: Floats, value: Floats) -> Floats:
    """Solve below the bend, for ``1 / deviation²``."""
    wanted = np.log(value * np.sqrt(2 * np.pi))
    precision = 1 / (2 * distance)
    for _ in range(_MOST_STEPS):
        deviation = 1 / np.sqrt(precision)
        near = nearer(distance, deviation)
        above = mills(near) - mills(near - deviation)
        excess = np.log(above) - near**2 / 2 - wanted
        step = excess * above * 2 / deviation**3
        precision = precision + step
        if np.all(np.abs(step) <= _SMALL_STEP * precision):
            break
    return np.where(np.abs(step) <= _SMALL_STEP * precision, 1 / np.sqrt(precision), np.nan)
