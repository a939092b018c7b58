"""Tails of the binomial distribution, exact down to the smallest float."""

from math import exp, lgamma, log, log1p


def upper_tail(hits: int, n: int, p: float) -> float:
    """Return the chance of at least so many hits in n trials.

    Args:
        hits: 0 to n.
        n: Trials, 0 or more.
        p: Chance of one hit, above 0 and below 1.
    """
    if hits <= 0:
        return 1.0
    if hits <= n * p:
        return 1.0 - lower_tail(hits - 1, n, p)
    return _summed(hits, n, p)


def lower_tail(hits: int, n: int, p: float) -> float:
    """Return the chance of at most so many hits in n trials."""
    return upper_tail(n - hits, n, 1 - p)


def _summed(hits: int, n: int, p: float) -> float:
    """Add up the terms from a number of hits above the mean; they fall from the first on."""
    ways = lgamma(n + 1) - lgamma(hits + 1) - lgamma(n - hits + 1)
    first = ways + hits * log(p) + (n - hits) * log1p(-p)
    term, total = 1.0, 0.0
    for count in range(hits, n + 1):
        total += term
        term *= (n - count) / (count + 1) * p / (1 - p)
        if term < total * 1e-17:
            break
    return min(exp(first) * total, 1.0)
