"""The mixes of leverage that are weighed against each other, and what is thought of them before.

Lognormals, single and in pairs, part of them at round figures; and how much of a forced close
lowers open interest.
"""

import numpy as np
from numpy.typing import NDArray

from oirisk.transforms.leverage import (
    BOUNDS,
    INTERVALS,
    NODE_MIDDLE,
    OBSERVED_MEDIAN,
    OBSERVED_SIGMA,
    lognormal_weights,
)

Floats = NDArray[np.float64]

MEDIANS: Floats = np.geomspace(1.6, 32, 16)
SIGMAS: Floats = np.array([0.35, 0.5, 0.65, 0.8, 1.0, 1.3])
BUNCHING: Floats = np.array([0.0, 0.5, 1.0])
MEDIAN_SPREAD = 0.6
"""How far a market's median may lie from the one that was observed, in logarithms."""

LOW_MEDIANS: Floats = np.geomspace(1.8, 5, 4)
HIGH_MEDIANS: Floats = np.geomspace(9, 40, 5)
LOW_SHARES, PAIR_SIGMA = (0.25, 0.5, 0.75), 0.4
"""Pairs of lognormals: the cautious and the bold of one market."""

PAIRED = 0.2
"""Prior probability that a mix is a pair."""

PASS_THROUGH: Floats = np.linspace(0.3, 1, 8)
"""Part of a forced close that lowers open interest; the rest passes on to a newcomer."""

USUAL_PASS_THROUGH, PASS_THROUGH_SPREAD = 0.45, 0.25
"""Half would pass where as many close as come; a little less, for positions turn over faster than
the rotation tells, and less stands at old levels than predicted."""

_SINGLE = [(m, s, b) for m in MEDIANS for s in SIGMAS for b in BUNCHING]
_PAIRS = [
    share * lognormal_weights(low, PAIR_SIGMA, b)
    + (1 - share) * lognormal_weights(high, PAIR_SIGMA, b)
    for low in LOW_MEDIANS
    for high in HIGH_MEDIANS
    for share in LOW_SHARES
    for b in BUNCHING
]
CANDIDATES: Floats = np.array([lognormal_weights(*shape) for shape in _SINGLE] + _PAIRS)
"""Shape (mixes, nodes)."""


def _log_prior() -> Floats:
    """Return the log probability of each candidate; medians are those of M22."""
    single = np.array([
        -0.5 * (np.log(m / OBSERVED_MEDIAN) / MEDIAN_SPREAD) ** 2
        - 0.5 * (np.log(s / (OBSERVED_SIGMA * 1.2)) / 0.4) ** 2
        for m, s, _ in _SINGLE
    ])  # fmt: skip
    single += np.log((1 - PAIRED) / np.exp(single).sum())
    return np.concatenate([single, np.full(len(_PAIRS), np.log(PAIRED / len(_PAIRS)))])


LOG_PRIOR: Floats = _log_prior()
"""Of each candidate, shape (mixes,)."""

IN_INTERVAL: Floats = (
    np.clip(np.searchsorted(BOUNDS, NODE_MIDDLE, side="right") - 1, 0, INTERVALS - 1)[:, None]
    == np.arange(INTERVALS)
).astype(np.float64)
"""Which node lies in which interval of leverage, shape (nodes, intervals)."""

LOG_PRIOR_PASSED: Floats = -0.5 * ((PASS_THROUGH - USUAL_PASS_THROUGH) / PASS_THROUGH_SPREAD) ** 2
