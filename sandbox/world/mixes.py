"""Who trades in the simulated market: leverage mixes and holding times."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def drawn_from(
    values: tuple[float, ...], weights: tuple[float, ...], count: int, random: np.random.Generator
) -> Floats:
    """Draw ``count`` of some values, each as often as its weight says."""
    limits = np.cumsum(np.array(weights) / sum(weights))
    places = np.searchsorted(limits / limits[-1], random.random(count), side="right")
    return np.array(values, dtype=float)[places]


@dataclass(frozen=True)
class LeverageMix:
    """Leverage of positions when they are opened, weighted by size.

    Either lognormal (``median``, ``sigma``) or a list of ``steps`` with ``weights``. A
    ``rounded`` lognormal is moved to the leverages that people choose.
    """

    median: float = 0.0
    sigma: float = 0.0
    steps: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    rounded: bool = False
    most: float = 100.0

    def draw(self, count: int, random: np.random.Generator) -> Floats:
        """Return leverages of shape (count,), from 1 to ``most``."""
        if self.steps:
            return np.minimum(drawn_from(self.steps, self.weights, count, random), self.most)
        drawn = np.clip(self.median * np.exp(self.sigma * random.standard_normal(count)), 1, 100)
        if self.rounded:
            drawn = POPULAR[np.searchsorted(_BETWEEN_POPULAR, drawn)]
        return np.minimum(drawn, self.most)


POPULAR = np.array([1, 2, 3, 5, 8, 10, 15, 20, 25, 50, 75, 100], dtype=float)
_BETWEEN_POPULAR = np.sqrt(POPULAR[:-1] * POPULAR[1:])

MIXES = {
    # open interest by effective leverage on Hyperliquid: 36 % up to 3x, 48 % to 7x, 15 % above
    "observed": LeverageMix(median=3.72, sigma=0.614, most=40),
    "rounded": LeverageMix(median=4.5, sigma=0.75, rounded=True, most=50),
    "retail": LeverageMix(steps=(5, 10, 25, 50, 100), weights=(15, 30, 25, 20, 10)),
    "retail_wide": LeverageMix(median=11, sigma=0.8),
    "institutional": LeverageMix(median=2.6, sigma=0.5, most=20),
    "middle": LeverageMix(steps=(2, 3, 5, 10, 20, 50, 100), weights=(10, 15, 25, 25, 15, 7, 3)),
    "two_humps": LeverageMix(steps=(1.5, 2, 3, 15, 20, 25), weights=(15, 20, 20, 15, 20, 10)),
}
"""Mixes by name."""


@dataclass(frozen=True)
class HoldingTimes:
    """A mixture of exponential holding times.

    Args:
        mean_hours: Mean of each kind of trader.
        weights: Their share of what is opened.
        leverage_power: Holding shortens with leverage to this power, from 5x on; 0: not at all.
    """

    mean_hours: tuple[float, ...]
    weights: tuple[float, ...]
    leverage_power: float = 0.0

    def draw(
        self, leverage: Floats, random: np.random.Generator, bars_per_hour: int = 12
    ) -> Floats:
        """Return holding times in bars, one for each leverage."""
        mean = drawn_from(self.mean_hours, self.weights, leverage.size, random) * bars_per_hour
        if self.leverage_power:
            mean = mean / np.maximum(leverage / 5, 1) ** self.leverage_power
        return random.exponential(1, leverage.size) * np.maximum(mean, 1)

    def mean_bars(self, bars_per_hour: int) -> float:
        """Return the mean holding time in bars, of leverage that does not shorten it."""
        return float(np.average(self.mean_hours, weights=self.weights)) * bars_per_hour

    def lasting(self) -> "HoldingTimes":
        """Return what those still hold who are found holding: the patient are found more often."""
        found = (w * hours for w, hours in zip(self.weights, self.mean_hours, strict=True))
        return replace(self, weights=tuple(found))


HOLDINGS = {
    "short": HoldingTimes((3.0, 24.0, 120.0), (0.5, 0.35, 0.15)),
    "mixed": HoldingTimes((8.0, 72.0, 400.0), (0.5, 0.3, 0.2)),
    "mixed_by_leverage": HoldingTimes((12.0, 96.0, 500.0), (0.4, 0.35, 0.25), 0.5),
    "long": HoldingTimes((72.0, 400.0), (0.5, 0.5)),
    "week": HoldingTimes((168.0,), (1.0,)),
}
"""Holding times by name."""
