"""Plain sums over leverage, as published figures are made (M22)."""

from dataclasses import dataclass

import numpy as np

from oirisk.transforms.models.leverage import (
    INTERVALS,
    NODE_LOW,
    NOTCHES,
    OBSERVED_MEDIAN,
    OBSERVED_SIGMA,
    Floats,
    lognormal_weights,
)

RETAIL_HEAVY = ((5.0, 0.15), (10.0, 0.30), (25.0, 0.25), (50.0, 0.20), (100.0, 0.10))
"""What public heat maps assume; kept as the heavy end of the band."""

LOW_LEVERAGE, HIGH_LEVERAGE = 3, 7
"""Ends of the buckets in which leverage is published."""


@dataclass(frozen=True)
class Buckets:
    """Shares of open interest by leverage, each 0 to 1."""

    below_3x: float
    from_3x_to_7x: float
    above_7x: float


def effective_buckets(leverage: Floats, usd: Floats) -> Buckets:
    """Return how open interest is spread over low, middle and high leverage.

    Args:
        leverage: Leverage of positions, shape (positions,).
        usd: Their size, shape (positions,).

    Raises:
        ValueError: There is no size to share out.
    """
    total = float(usd.sum())
    if not total > 0:
        raise ValueError(f"leverage shares need a positive total size, saw {total}")
    return Buckets(
        below_3x=float(usd[leverage < LOW_LEVERAGE].sum() / total),
        from_3x_to_7x=float(
            usd[(leverage >= LOW_LEVERAGE) & (leverage <= HIGH_LEVERAGE)].sum() / total
        ),
        above_7x=float(usd[leverage > HIGH_LEVERAGE].sum() / total),
    )


def liquidated_share(
    leverages: Floats, weights: Floats, move: float, maintenance_rate: float
) -> float:
    """Return the share of freshly opened positions that an adverse move liquidates.

    Args:
        leverages: Shape (mix,).
        weights: Shape (mix,), of sum 1.
        move: Adverse move, a fraction of the price.
        maintenance_rate: Maintenance margin, a fraction of the notional at entry.
    """
    hit = 1 / leverages - maintenance_rate <= move + 1e-12
    return float(weights[hit].sum())


def mean_leverage(leverages: Floats, weights: Floats) -> float:
    """Return the mean leverage of a mix."""
    return float(leverages @ weights)


def stated_priors() -> dict[str, Floats]:
    """Return the priors that hold where nothing has been learned, weights by name."""
    retail = np.zeros(NODE_LOW.size)
    for leverage, weight in RETAIL_HEAVY:
        retail[INTERVALS + int(np.flatnonzero(leverage == NOTCHES)[0])] = weight
    base = lognormal_weights(OBSERVED_MEDIAN, OBSERVED_SIGMA, 0.5)
    return {
        "base": base,
        "retail_heavy": retail,
        "institutional": lognormal_weights(2.5, 0.5, 0.5),
        "calibrated": base,
    }
