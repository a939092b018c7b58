"""Leverage of open positions: stated priors, as weights over intervals and round figures.

A mix of leverage is a vector of weights over ``NODES``: intervals of leverage, evenly filled in
the logarithm, and single figures that order forms offer (``NOTCHES``), at which people bunch.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

LEAST, MOST, INTERVALS = 1.0, 128.0, 28
BOUNDS: Floats = np.geomspace(LEAST, MOST, INTERVALS + 1)
NOTCHES: Floats = np.array([2, 3, 4, 5, 8, 10, 15, 20, 25, 30, 50, 75, 100], dtype=float)
POPULARITY: Floats = np.array([1, 1, 0.4, 1.2, 0.4, 1.5, 0.5, 1.2, 0.8, 0.3, 1, 0.4, 0.8])
"""How often a figure is chosen beside its neighbours: judgement, from what order forms offer."""

NODE_LOW: Floats = np.concatenate([BOUNDS[:-1], NOTCHES])
NODE_HIGH: Floats = np.concatenate([BOUNDS[1:], NOTCHES])
NODE_MIDDLE: Floats = np.sqrt(NODE_LOW * NODE_HIGH)

OBSERVED_MEDIAN, OBSERVED_SIGMA = 3.7, 0.62
"""Lognormal through open interest by effective leverage on Hyperliquid, December 2025:
36.3 % below 3x, 48.5 % from 3x to 7x, 15.2 % above."""

PRIORS = ("base", "retail_heavy", "institutional", "calibrated")


def lognormal_weights(
    median: float | Floats, sigma: float | Floats, bunching: float | Floats
) -> Floats:
    """Return the mix of a lognormal leverage, part of it moved to round figures.

    Args:
        median: Median leverage; like the others a number, or one for each of some mixes.
        sigma: Standard deviation of its logarithm.
        bunching: Share, 0 to 1, of positions at round figures.

    Returns:
        Weights of shape (nodes,) or (mixes, nodes), not negative, each mix of sum 1.

    Raises:
        ValueError: A parameter is out of range.
    """
    middle, spread, at_notches = (np.asarray(it, float) for it in (median, sigma, bunching))
    if np.any(middle <= 0) or np.any(spread <= 0) or np.any((at_notches < 0) | (at_notches > 1)):
        raise ValueError(
            "a mix needs a median and a sigma above 0 and a bunching from 0 to 1, saw "
            f"{median}, {sigma}, {bunching}"
        )
    between_notches = np.sqrt(NOTCHES[1:] * NOTCHES[:-1])
    smooth = _between(BOUNDS, middle, spread)
    notched = _between(np.array([LEAST, *between_notches, MOST]), middle, spread) * POPULARITY
    part = at_notches[..., None]
    return np.concatenate([_of_sum_1(smooth) * (1 - part), _of_sum_1(notched) * part], axis=-1)


def _between(bounds: Floats, median: Floats, sigma: Floats) -> Floats:
    """Return the probability of each interval between bounds under each lognormal."""
    away = np.log(bounds / median[..., None]) / sigma[..., None]
    return np.diff(ndtr(away), axis=-1)


def _of_sum_1(weights: Floats) -> Floats:
    shares: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return shares
