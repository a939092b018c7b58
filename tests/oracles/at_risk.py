"""Liquidations at risk: value at risk and expected shortfall of forced closes (M34)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AtRisk:
    """The bad end of a set of scenarios.

    Args:
        at_risk: The k-th largest outcome.
        shortfall: Mean of the k largest.
        scenarios: How many outcomes there are.
        tail: k.
    """

    at_risk: float
    shortfall: float
    scenarios: int
    tail: int


def at_risk(outcomes: Floats, alpha: float) -> AtRisk:
    """Return value at risk and expected shortfall of outcomes.

    Args:
        outcomes: Liquidated amount by scenario, shape (scenarios,).
        alpha: Confidence, between 0 and 1.

    Raises:
        ValueError: There is no scenario, or alpha is out of range.
    """
    if outcomes.size == 0 or not 0 < alpha < 1:
        raise ValueError(
            f"risk needs scenarios and an alpha inside 0 to 1, saw {outcomes.size} and {alpha}"
        )
    # rounded first: (1 - 0.9) * 20 is a hair off 2 in binary
    tail = max(1, math.ceil(round((1 - alpha) * outcomes.size, 9)))
    worst = np.sort(outcomes)[::-1][:tail]
    return AtRisk(float(worst[-1]), float(worst.mean()), int(outcomes.size), tail)


def liquidated_by_return(
    returns: Floats, mark: float, levels: Floats, base: Floats, side: int
) -> Floats:
    """Return what each return would liquidate on one side of a map, at the levels' prices.

    Args:
        returns: Fractions, shape (scenarios,).
        mark: Price now.
        levels: Liquidation prices, shape (levels,).
        base: What stands there.
        side: 1 for longs (falls liquidate), -1 for shorts.
    """
    order = np.argsort(-side * levels, kind="stable")  # nearest to the mark first
    reached = np.searchsorted(-side * levels[order], -side * mark * (1 + returns), side="right")
    total = np.concatenate([[0.0], np.cumsum(levels[order] * base[order])])
    liquidated: Floats = total[reached]
    return liquidated
