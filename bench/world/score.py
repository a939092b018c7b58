"""How well a modelled liquidation map matches the true one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oirisk.sandbox.world.accounts import Book

Floats = NDArray[np.float64]
BIN_PCT = 0.5
RANGE_PCT = 30.0


@dataclass(frozen=True)
class Score:
    """Agreement of two maps.

    Args:
        correlation: Pearson, over all bins.
        capture: True mass in the modelled top tenth of bins over that in the true top tenth.
        distance_pct: Earth mover's distance between the two, each scaled to 1, in percent of
            price.
    """

    correlation: float
    capture: float
    distance_pct: float


def edges(mark: float) -> Floats:
    """Return edges of log-spaced bins from 30 % below to 30 % above; the mark is an edge."""
    step = np.log1p(BIN_PCT / 100)
    below = int(np.ceil(-np.log(1 - RANGE_PCT / 100) / step))
    above = int(np.ceil(np.log(1 + RANGE_PCT / 100) / step))
    values: Floats = mark * np.exp(step * np.arange(-below, above + 1))
    return values


def true_mass(books: list[Book], mark: float) -> Floats:
    """Return the base that would be liquidated in each bin, all exchanges together."""
    total = np.zeros(edges(mark).size - 1)
    for book in books:
        total += np.histogram(book.liquidation_price, edges(mark), weights=book.base)[0]
    return total


def rebin(low: Floats, high: Floats, base: Floats, mark: float) -> Floats:
    """Spread mass given by price ranges evenly, in log price, over the scoring bins."""
    grid = np.log(edges(mark))
    left, right = np.log(low), np.log(high)
    width = np.maximum(right - left, 1e-12)
    inside = (grid[None, :] - left[:, None]) / width[:, None]
    below = np.clip(inside, 0, 1).T @ base if base.size else np.zeros(grid.size)
    return np.diff(below)


def score(modelled: Floats, true: Floats, mark: float) -> Score:
    """Compare two maps over the same bins."""
    if modelled.sum() <= 0 or true.sum() <= 0 or modelled.std() == 0:
        return Score(0.0, 0.0, RANGE_PCT)
    top = max(1, round(true.size / 10))
    chosen = np.argsort(-modelled, kind="stable")[:top]
    best = np.sort(true)[-top:].sum()
    grid = edges(mark) / mark * 100
    gap = np.cumsum(modelled / modelled.sum() - true / true.sum())
    return Score(
        correlation=float(np.corrcoef(modelled, true)[0, 1]),
        capture=float(true[chosen].sum() / best),
        distance_pct=float(np.sum(np.abs(gap) * np.diff(grid))),
    )
