"""When price first crosses a liquidation level, and how much of a book stands there.

One contract, one step after another: cohorts open and close as the changes of open interest and
the volume tell, and each cohort's levels are crossed when price first gets there. What was open
before the first step is held, too, but nobody saw where it was entered: it is not known to stand
at any level that a step crosses.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oirisk.transforms.models.leverage import NODE_MIDDLE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LONG, SHORT = 1, -1
SIDES = (LONG, SHORT)
NEVER = 50.0
"""Log distance of a position that no price liquidates."""


@dataclass(frozen=True)
class Observed:
    """What is observed of one contract, step by step; every array has shape (steps,).

    Args:
        before: Open interest at the beginning of the step. Where it is not what the step before
            ended with, there is a gap: all cohorts are scaled to it.
        after: Open interest at its end.
        volume: Traded in it, the unit of open interest.
        low: Its lowest price.
        high: Its highest price.
    """

    before: Floats
    after: Floats
    volume: Floats
    low: Floats
    high: Floats


def distances(side: int, leverage: Floats, maintenance_rate: float) -> Floats:
    """Return the log distance from entry to liquidation of a linear, isolated position (M20).

    Args:
        side: 1 for a long, -1 for a short.
        leverage: Notional at entry over the margin put up, any shape.
        maintenance_rate: Fraction of the notional; tiers and deductions are left out.

    Returns:
        At least 0, in the shape of ``leverage``; a level out of reach is ``NEVER`` away.
    """
    rest = (1 - side / leverage) / (1 - side * maintenance_rate)
    with np.errstate(divide="ignore"):
        away = -side * np.log(np.maximum(rest, np.exp(-NEVER)))
    found: Floats = np.maximum(away, 0)
    return found


def first_crossings(prices: Floats, starts: Integers, levels: Floats) -> Integers:
    """Return when a series first falls to a level, after a start.

    Args:
        prices: Shape (steps,).
        starts: Step after which to look, from -1 on; shape (cohorts,).
        levels: Shape (cohorts, nodes).

    Returns:
        The step, or the number of steps where it never does; shape (cohorts, nodes).
    """
    least_since = np.append(np.minimum.accumulate(prices[::-1])[::-1], np.inf)
    found: Integers = np.full(levels.shape, prices.size, dtype=np.int64)
    cohorts, nodes = np.nonzero(least_since[starts + 1][:, None] <= levels)
    wanted = levels[cohorts, nodes]
    minima = [prices]
    while 2 ** len(minima) <= prices.size:
        half = 2 ** (len(minima) - 1)
        minima.append(np.minimum(minima[-1][:-half], minima[-1][half:]))
    position = starts[cohorts] + 1
    for power in range(len(minima) - 1, -1, -1):
        table = minima[power]
        above = table[np.minimum(position, table.size - 1)] > wanted
        position += np.where(above & (position + 2**power <= prices.size), 2**power, 0)
    found[cohorts, nodes] = position
    return found


def closes(observed: Observed, rotation: float) -> Floats:
    """Return what closes in each step: what open interest lost, and a part of the volume beyond.

    Held back from all there is, so that something survives every step. Shape (steps,).
    """
    held, growth = observed.before, observed.after - observed.before
    swapped = np.maximum(observed.volume - np.abs(growth), 0) / 2
    least = np.maximum(-growth, 0)
    return np.minimum(least + rotation * swapped, 0.98 * held + 0.02 * least)


class Book:
    """The cohorts of one contract, their levels, and when price crosses them."""

    def __init__(
        self,
        observed: Observed,
        rotation: float,
        maintenance_rate: float,
        *,
        is_inverse: bool = False,
    ) -> None:
        """Find every crossing of what each step opens.

        The distances of an inverse contract are those of a linear one, sides exchanged (M20).
        """
        self.observed = observed
        self.steps = observed.volume.size
        self.growth = observed.after - observed.before
        self.closed = closes(observed, rotation)
        low, high = np.log(observed.low), np.log(observed.high)
        entries = (low + high) / 2
        opened_in: Integers = np.arange(self.steps)
        self._crossed, self._first_gone = {}, {}
        for side, reached in ((LONG, low), (SHORT, -high)):
            away = distances(-side if is_inverse else side, NODE_MIDDLE, maintenance_rate)
            levels = side * entries[:, None] - away[None, :]
            at = first_crossings(reached, opened_in, levels)
            cohorts, nodes = np.nonzero(at < self.steps)
            self._crossed[side] = (cohorts, at[cohorts, nodes], nodes)
            self._first_gone[side] = levels[0] >= reached.min()

    def masses(self, side: int, forced: Floats) -> Floats:
        """Return what stands at the levels that each step crosses, by leverage.

        Args:
            side: 1 for longs, -1 for shorts.
            forced: Closed by force in each step, as far as known; the rest of the closes comes
                out of all cohorts alike. Shape (steps,).

        Returns:
            Shape (steps, nodes), for a book that is all of one leverage.
        """
        opened, until, through = self._turnover(forced)
        cohorts, at, nodes = self._crossed[side]
        standing = np.bincount(
            at * NODE_MIDDLE.size + nodes,
            weights=opened[cohorts] * np.exp(until[at] - through[cohorts]),
            minlength=self.steps * NODE_MIDDLE.size,
        )
        return standing.reshape(self.steps, NODE_MIDDLE.size).astype(np.float64, copy=False)

    def survivors(self, side: int, forced: Floats) -> tuple[Floats, float]:
        """Return what stands at the end at levels that price never crossed, by leverage.

        What was open before the first step is taken to be entered at its price.

        Args:
            side: 1 for longs, -1 for shorts.
            forced: Closed by force in each step, as far as known. Shape (steps,).

        Returns:
            Shape (nodes,), each for a book that is all of one leverage; and what would stand
            there if no level had been crossed.
        """
        opened, _, through = self._turnover(forced)
        standing = opened * np.exp(through[-1] - through)
        older = float(self.observed.before[0] * np.exp(through[-1]))
        cohorts, _, nodes = self._crossed[side]
        crossed = np.bincount(nodes, weights=standing[cohorts], minlength=NODE_MIDDLE.size)
        total = float(standing.sum()) + older
        return np.maximum(total - crossed - older * self._first_gone[side], 0.0), total

    def _turnover(self, forced: Floats) -> tuple[Floats, Floats, Floats]:
        """Return what each step opens, and the log of what it keeps of older cohorts.

        The logs are sums over all steps so far: up to each step, gap before it included, and
        through it.
        """
        before, after = self.observed.before, self.observed.after
        closed = np.maximum(self.closed, forced)
        opened = np.maximum(closed + self.growth, 0)
        rest = np.maximum(before - forced, 1e-300)
        kept = np.log(np.clip(1 - (closed - forced) / rest, 1e-12, 1))
        bridged = np.concatenate([[0.0], np.log(before[1:] / after[:-1])])
        through = np.cumsum(kept + bridged)
        return opened, through - kept, through

    def feasible(self, forced: Floats) -> Floats:
        """Cap forced closes at what was held and traded."""
        return np.minimum(forced, np.minimum(0.9 * self.observed.before, self.observed.volume))
