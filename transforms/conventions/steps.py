"""How the figures of a line went on from the night before: steady, by a factor, or scattered (M38).

Positions change by little in a day, and each instrument in its own way; a unit, a contract size
or a side that changes moves all of them by what it is worth.
"""

from dataclasses import dataclass

import numpy as np

from oirisk.transforms.conventions.panel import MEMORY_DAYS, UNITS, Floats, Panel, spread

STEADY, SCATTERED = "steady", "scattered"

NEAR = 0.2

_FACTORS = (2.0, 0.5, 10.0, 0.1, 100.0, 0.01, 1000.0, 0.001)
_DOUBLED = float(np.log(2))

_BESIDE_TRADE, _WIDE = 0.4, 1.15
"""Log of how far a figure may lie beside what a change makes of it, as ``NEAR``: the last for a
factor of 10 or more, and half of the change between the two. No trade brings about a factor of 10,
but where prices crash most positions of a small venue may be closed: then a figure may lie above
what the change makes of it by the first of these at most."""

_FAR = float(np.log(3))
_FEWEST, _LEAST_HITS, _MOST, _FEW = 4, 3, 0.6, 0.35
"""A line of four instruments or more jumped when 60 % of those that the change moves did, at least
three, and at most 35 % of them went on as before."""

_ESTABLISHED = 2
"""Nights before, without which an instrument is new, and may grow by any factor."""

_DOUBLED_DAYS = 4.0
_CRASH_PRICE, _CRASH_SPREAD = 0.1, 0.15
"""Positions may double in a week, or half of them be closed in a day; but then price moves, or at
least they do not all go alike."""


@dataclass(frozen=True)
class Step:
    """How the figures of a line went on from the night before.

    Args:
        relation: ``steady``, a factor such as ``x10``, a change of unit such as
            ``contracts>base``, or ``scattered``: by a large factor each, and none of those; None
            where too few instruments tell, and where another rule begins.
        n: Instruments of both nights.
        hits: Those of them that went that way.
        ratio: Median of their figures over those of the night before; NaN without any.
    """

    relation: str | None = None
    n: int = 0
    hits: int = 0
    ratio: float = np.nan


def step_of(panel: Panel, night: int) -> Step:
    """Return whether the figures of a line jumped together since the night before.

    Positions change by little in a day, and each instrument in its own way; a unit, a contract size
    or a side that changes moves all of them by what it is worth.
    """
    earlier = panel.before(night)
    if earlier is None or panel.has_new_rule(night):
        return Step()
    recent = panel.days[:night] >= panel.days[night] - MEMORY_DAYS
    is_new = np.count_nonzero(~np.isnan(panel.held[:night][recent]), axis=0) < _ESTABLISHED
    moved = np.where(is_new, np.nan, np.log(panel.held[night] / panel.held[earlier]))
    n = int(np.count_nonzero(~np.isnan(moved)))
    if n < _FEWEST:
        return Step(n=n)
    ratio = float(np.exp(np.nanmedian(moved)))
    recounted = moved - np.log(panel.factor[night] / panel.factor[earlier])
    stayed = max(_near(moved, 0.0), _near(recounted, 0.0))
    is_crash = _is_crash(panel, night, earlier)
    is_trade = is_crash or panel.days[night] - panel.days[earlier] > _DOUBLED_DAYS
    above = _BESIDE_TRADE if is_crash else _WIDE
    jumps = (
        Step(relation, *_jumped(moved, recounted, offset, above), ratio)
        for relation, offset in _ways(panel, night, is_trade=is_trade).items()
    )
    jump = max(jumps, key=lambda step: step.hits)
    if jump.hits:
        return jump
    usual = _largest_steps(panel.held[:night][recent])
    far = int(np.count_nonzero(np.abs(moved) > np.maximum(_FAR, 2 * usual)))
    is_scattered = far >= _MOST * n and stayed <= _FEW * n
    if is_scattered and not is_trade:
        return Step(SCATTERED, n, far, ratio)
    return Step(STEADY, n, stayed, ratio)


def _jumped(moved: Floats, recounted: Floats, offset: Floats, above: float) -> tuple[int, int]:
    """Count the instruments that a change moves, and those that moved so; none unless most did."""
    size = np.abs(offset)
    width = np.where(size <= _DOUBLED, NEAR, np.clip(size / 2, NEAR, _WIDE))
    is_moved = (size > 2 * NEAR) & ~np.isnan(moved)
    n = int(np.count_nonzero(is_moved))
    beside = moved - offset
    is_hit = (beside >= -width) & (beside <= np.minimum(width, above))
    hits = int(np.count_nonzero(is_hit[is_moved]))
    stayed = max(_near(moved[is_moved], 0.0), _near(recounted[is_moved], 0.0))
    is_clear = hits >= max(_LEAST_HITS, _MOST * n) and stayed <= _FEW * n
    return (n, hits) if is_clear else (0, 0)


def _near(moved: Floats, offset: Floats | float) -> int:
    return int(np.count_nonzero(np.abs(moved - offset) <= NEAR))


def _ways(panel: Panel, night: int, *, is_trade: bool) -> dict[str, Floats]:
    """Return what each change would do to the logarithm of every figure, round factors first."""
    unit, scales = panel.units[night], panel.scales(night)
    alike = np.ones(panel.held.shape[1])
    ways = {f"x{factor:g}": np.log(factor) * alike for factor in _FACTORS}
    if is_trade:
        ways = {name: offset for name, offset in ways.items() if abs(offset[0]) > _DOUBLED}
    for other in UNITS:
        if other != unit and unit in scales:
            offset = np.log(scales[unit] / scales[other])
            ways |= {f"{unit}>{other}": offset, f"{other}>{unit}": -offset}
    return ways


def _largest_steps(held: Floats) -> Floats:
    """Return the largest step that each figure has taken; a few lots treble by themselves."""
    steps: Floats = np.fmax.reduce(np.abs(np.diff(np.log(held), axis=0)), axis=0, initial=0.0)
    return steps


def _is_crash(panel: Panel, night: int, earlier: int) -> bool:
    """Return whether prices moved so far that most positions may have been closed."""
    prices = np.log(panel.price[night] / panel.price[earlier])
    if np.isnan(prices).all():
        return spread(np.log(panel.held[night] / panel.held[earlier])) > _CRASH_SPREAD
    return bool(abs(np.nanmedian(prices)) > _CRASH_PRICE)
