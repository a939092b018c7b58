"""The mixes of leverage that are weighed against each other.

They are drawn once from what is thought of mixes before anything is seen, so each is as likely as
any other. A mix is a lognormal, or a pair of them: the cautious and the bold of one market. None,
half or all of it stands at round figures, some more popular than usual, some hardly offered.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from oirisk.transforms.models.leverage import (
    BOUNDS,
    INTERVALS,
    NODE_MIDDLE,
    OBSERVED_MEDIAN,
    OBSERVED_SIGMA,
    lognormal_weights,
)

Floats = NDArray[np.float64]

COUNT, SEED = 6000, 1

MEDIAN_SPREAD = 0.8
"""How far a market's median may lie from the one that was observed (M22), in logarithms."""

SIGMA_SPREAD = 0.4
"""How far its sigma may lie from somewhat more than the observed one, in logarithms."""

PAIRED = 0.25
"""Probability that a mix is a pair."""

LOW_MEDIANS, HIGH_MEDIANS = (1.6, 5.0), (8.0, 45.0)
LOW_SHARES, PAIR_SIGMAS = (0.4, 0.9), (0.25, 0.6)
"""Ranges of a pair: medians, evenly in the logarithm, share of the lower, and sigmas."""

BUNCHING = {0.0: 0.25, 0.5: 0.25, 1.0: 0.5}
"""Probability of each share at round figures."""

RARE, HARDLY = 0.5, 0.03
"""Where taste varies most: probability that a figure is hardly offered, and its part then."""

PASS_THROUGH: Floats = np.linspace(0.2, 1, 9)
"""Part of a forced close that lowers open interest; the rest passes on to a newcomer."""

USUAL_PASS_THROUGH, PASS_THROUGH_SPREAD = 0.45, 0.2
"""Half would pass where as many close as come; a little less, for positions turn over faster than
the rotation tells, and less stands at old levels than predicted."""

LOG_PRIOR_PASSED: Floats = -0.5 * ((PASS_THROUGH - USUAL_PASS_THROUGH) / PASS_THROUGH_SPREAD) ** 2

IN_INTERVAL: Floats = (
    np.clip(np.searchsorted(BOUNDS, NODE_MIDDLE, side="right") - 1, 0, INTERVALS - 1)[:, None]
    == np.arange(INTERVALS)
).astype(np.float64)
"""Which node lies in which interval of leverage, shape (nodes, intervals)."""


@cache
def candidates() -> Floats:
    """Return the mixes, each of sum 1; shape (mixes, nodes)."""
    random = np.random.default_rng(SEED)
    bunching = random.choice(list(BUNCHING), COUNT, p=list(BUNCHING.values()))
    low, high = (_one_of_a_pair(ends, bunching, random) for ends in (LOW_MEDIANS, HIGH_MEDIANS))
    share = random.uniform(*LOW_SHARES, COUNT)[:, None]
    is_pair = random.random(COUNT)[:, None] < PAIRED
    mixes = np.where(is_pair, share * low + (1 - share) * high, _single(bunching, random))
    return _to_taste(mixes, random)


def _single(bunching: Floats, random: np.random.Generator) -> Floats:
    median = OBSERVED_MEDIAN * np.exp(MEDIAN_SPREAD * random.standard_normal(COUNT))
    sigma = 1.2 * OBSERVED_SIGMA * np.exp(SIGMA_SPREAD * random.standard_normal(COUNT))
    return lognormal_weights(np.clip(median, 1.4, 40), np.clip(sigma, 0.3, 1.5), bunching)


def _one_of_a_pair(
    medians: tuple[float, float], bunching: Floats, random: np.random.Generator
) -> Floats:
    least, most = np.log(medians)
    median = np.exp(random.uniform(least, most, COUNT))
    return lognormal_weights(median, random.uniform(*PAIR_SIGMAS, COUNT), bunching)


def _to_taste(mixes: Floats, random: np.random.Generator) -> Floats:
    """Vary how popular each round figure is; what stands at all of them stays the same."""
    smooth, round_figures = mixes[:, :INTERVALS], mixes[:, INTERVALS:]
    strength = random.random(COUNT)[:, None]
    taste = np.exp(strength * random.standard_normal(round_figures.shape))
    is_rare = random.random(round_figures.shape) < RARE * strength
    varied = round_figures * taste * np.where(is_rare, HARDLY, 1.0)
    held = round_figures.sum(axis=1, keepdims=True)
    varied *= held / np.maximum(varied.sum(axis=1, keepdims=True), 1e-300)
    return np.concatenate([smooth, varied], axis=1)
