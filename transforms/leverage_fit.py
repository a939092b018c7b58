"""Learn the leverage mix of an asset from what its open interest did when price crossed levels.

Where high leverage is common, open interest falls whenever price goes a little further than
before; where it is not, nothing happens. Each step's fall is regressed on the mass that stood at
the levels it crossed, by leverage, beside a constant and the volume. ``base`` averages lognormal
mixes by how well they explain the falls; ``calibrated`` then moves single weights, shrunk
towards that average. Leverage whose levels price never crossed keeps its prior.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oirisk.transforms.crossings import LONG, SHORT, Book
from oirisk.transforms.leverage import (
    NODE_MIDDLE,
    OBSERVED_MEDIAN,
    OBSERVED_SIGMA,
    lognormal_weights,
)

Floats = NDArray[np.float64]

MEDIANS: Floats = np.geomspace(1.6, 32, 16)
SIGMAS: Floats = np.array([0.35, 0.5, 0.65, 0.8, 1.0, 1.3])
BUNCHING: Floats = np.array([0.0, 0.5, 1.0])
PASS_THROUGH: Floats = np.array([0.25, 0.35, 0.45, 0.55, 0.65])
"""Part of a forced close that lowers open interest; the rest passes on to a newcomer."""

MODEL_ERROR = 1.0
"""Standard error of a predicted fall, as a part of it."""

SHRINKAGE = 10.0
"""How many observations of certain leverage the prior is worth."""

TAIL = 4.0
"""Degrees of freedom of the noise: single steps that nothing explains count for little."""

ROTATIONS: Floats = np.array([0.02, 0.05, 0.12, 0.3])
"""Turnover that is tried; how long cohorts last decides how much stands at old levels."""

USUAL_ROTATION, ROTATION_SPREAD = 0.1, 1.0

BUSIEST = 3.0
"""Volume, in medians, beyond which it explains no more: forced closes make volume themselves."""

ROUNDS = 3


@dataclass(frozen=True)
class Fit:
    """What was learned of one asset.

    Args:
        base: Weights over the nodes, averaged lognormal mixes.
        calibrated: Weights over the nodes, moved by the falls themselves.
        pass_through: Part of forced closes that lowers open interest.
        r2: Share of the weighted variance of the changes that the forced closes explain.
        rotation: Share of the volume beyond the change of open interest that swaps positions.
        crossed: Mass that was crossed under ``calibrated``, in multiples of open interest.
        steps: How many steps were used.
    """

    base: Floats
    calibrated: Floats
    pass_through: float
    r2: float
    rotation: float
    crossed: float
    steps: int


@dataclass(frozen=True)
class _Moments:
    """Weighted second moments of a regression, background removed; they add up over books."""

    gram: Floats
    cross: Floats
    total: float
    log_likelihood: float

    def __add__(self, other: "_Moments") -> "_Moments":
        return _Moments(
            self.gram + other.gram,
            self.cross + other.cross,
            self.total + other.total,
            self.log_likelihood + other.log_likelihood,
        )


_GRID = [(m, s, b) for m in MEDIANS for s in SIGMAS for b in BUNCHING]
_CANDIDATES: Floats = np.array([lognormal_weights(*parameters) for parameters in _GRID])
_LOG_PRIOR: Floats = np.array([
    -0.5 * (np.log(m / OBSERVED_MEDIAN) / 0.6) ** 2
    - 0.5 * (np.log(s / (OBSERVED_SIGMA * 1.2)) / 0.4) ** 2
    for m, s, _ in _GRID
])  # fmt: skip


@dataclass(frozen=True)
class _Trial:
    """A fit under one rotation, and how well it explains what happened."""

    base: Floats
    moved: Floats
    passed: float
    r2: float
    crossed: float
    log_evidence: float


def fit_mix(books: Sequence[Book]) -> Fit:
    """Learn the mix from all books of an asset, averaged over rotations by their evidence.

    Args:
        books: At least one, each with at least two steps; their rotation does not matter.

    Raises:
        ValueError: There is nothing to learn from.
    """
    if not books or any(book.steps < 2 for book in books):  # noqa: PLR2004 -- a line needs two
        raise ValueError(f"a fit needs books of two steps or more, saw {len(books)} books")
    trials = [_fit_at([book.turned(rotation) for book in books]) for rotation in ROTATIONS]
    log_chance = (
        np.array([trial.log_evidence for trial in trials])
        - 0.5 * (np.log(ROTATIONS / USUAL_ROTATION) / ROTATION_SPREAD) ** 2
    )
    chance = np.exp(log_chance - log_chance.max())
    chance /= chance.sum()
    return Fit(
        base=chance @ np.array([trial.base for trial in trials]),
        calibrated=chance @ np.array([trial.moved for trial in trials]),
        pass_through=float(chance @ np.array([trial.passed for trial in trials])),
        r2=float(chance @ np.array([trial.r2 for trial in trials])),
        rotation=float(np.exp(chance @ np.log(ROTATIONS))),
        crossed=float(chance @ np.array([trial.crossed for trial in trials])),
        steps=sum(book.steps for book in books),
    )


def _fit_at(books: Sequence[Book]) -> _Trial:
    noise = [_noise(book) for book in books]
    prior = np.exp(_LOG_PRIOR) / np.exp(_LOG_PRIOR).sum()
    weights, passed = prior @ _CANDIDATES, float(PASS_THROUGH.mean())
    forced = [{side: np.zeros(book.steps) for side in (LONG, SHORT)} for book in books]
    for _ in range(ROUNDS):
        both = [_standing(book, taken, weights) for book, taken in zip(books, forced, strict=True)]
        found = [
            _moments(book, standing, scale, weights, passed)
            for book, standing, scale in zip(books, both, noise, strict=True)
        ]
        moments = sum(found[1:], found[0])
        posterior = _posterior(moments)
        weights = posterior.sum(axis=1) @ _CANDIDATES
        passed = float(posterior.sum(axis=0) @ PASS_THROUGH)
    moved = _moved(moments, weights, passed)
    last = [
        _moments(book, standing, scale, weights, passed)
        for book, standing, scale in zip(books, both, noise, strict=True)
    ]
    return _Trial(
        base=_half_bunched(posterior),
        moved=moved / moved.sum(),
        passed=passed,
        r2=_explained(moments, moved),
        crossed=sum(
            float((standing @ weights).sum() / max(book.observed.held.mean(), 1e-300))
            for book, standing in zip(books, both, strict=True)
        ),
        log_evidence=sum(one.log_likelihood for one in last),
    )


def _standing(book: Book, forced: dict[int, Floats], weights: Floats) -> Floats:
    """Return the mass that each step crosses, both sides; learn what was closed by force."""
    by_side = {side: book.masses(side, forced[side]) for side in (LONG, SHORT)}
    for side, masses in by_side.items():
        forced[side] = book.feasible(masses @ weights)
    return by_side[LONG] + by_side[SHORT]


def median_leverage(weights: Floats) -> float:
    """Return the leverage below which half of a mix lies."""
    order = np.argsort(NODE_MIDDLE, kind="stable")
    below = np.cumsum(weights[order])
    return float(NODE_MIDDLE[order][int(np.searchsorted(below, below[-1] / 2))])


def _noise(book: Book) -> Floats:
    """Return the usual size of a change of open interest, by day and by volume."""
    change, volume = np.abs(book.growth), book.observed.volume
    day = min(288, book.steps)
    local = np.array([
        np.median(change[max(0, start - day) : start + day + 1])
        for start in range(0, book.steps, day)
    ])  # fmt: skip
    scale = np.repeat(local, day)[: book.steps] / 0.6745
    floor = max(0.2 * float(np.median(scale)), 1e-6 * float(book.observed.held.mean()), 1e-300)
    busy = volume / max(float(np.median(volume)), 1e-300)
    return np.maximum(scale, floor) * np.sqrt(0.5 + 0.5 * np.minimum(busy, 9))


def _moments(
    book: Book, standing: Floats, noise: Floats, weights: Floats, passed: float
) -> _Moments:
    """Weigh the steps by how well they can be predicted; take constant and volume out."""
    fall, volume = -book.growth, book.observed.volume
    expected = passed * (standing @ weights)
    precision = 1 / (noise**2 + (MODEL_ERROR * expected) ** 2)
    unit = max(float(np.median(volume)), 1e-300)
    busy = np.minimum(volume / unit, BUSIEST)
    background = np.stack([np.ones_like(fall), busy], axis=1)
    root = np.sqrt(precision)[:, None]
    found = np.linalg.lstsq(background * root, (fall - expected) * root[:, 0], rcond=None)[0]
    odd = (fall - expected - background @ found) ** 2 * precision
    likelihood = 0.5 * np.log(precision) - (TAIL + 1) / 2 * np.log1p(odd / TAIL)
    root = np.sqrt(precision * (TAIL + 1) / (TAIL + odd))[:, None]
    basis = np.linalg.qr(background * root)[0]
    seen, wanted = standing * root, fall * root[:, 0]
    seen = seen - basis @ (basis.T @ seen)
    wanted = wanted - basis @ (basis.T @ wanted)
    return _Moments(seen.T @ seen, seen.T @ wanted, float(wanted @ wanted), float(likelihood.sum()))


def _posterior(moments: _Moments) -> Floats:
    """Return the probability of each candidate mix and pass-through, shape (mixes, shares)."""
    square = np.einsum("cn,cn->c", _CANDIDATES @ moments.gram, _CANDIDATES)
    cross = _CANDIDATES @ moments.cross
    misfit = np.outer(square, PASS_THROUGH**2) - 2 * np.outer(cross, PASS_THROUGH)
    score = -0.5 * misfit + _LOG_PRIOR[:, None]
    chance: Floats = np.exp(score - score.max())
    found: Floats = chance / chance.sum()
    return found


def _half_bunched(posterior: Floats) -> Floats:
    """Return the average mix with half of all positions at round figures."""
    by_shape = posterior.sum(axis=1).reshape(-1, BUNCHING.size).sum(axis=1)
    mixes = _CANDIDATES.reshape(by_shape.size, BUNCHING.size, -1)[:, 1]
    mixed: Floats = by_shape @ mixes
    found: Floats = mixed / mixed.sum()
    return found


def _moved(moments: _Moments, weights: Floats, passed: float) -> Floats:
    """Return non-negative coefficients that explain the falls, shrunk towards the mix."""
    start = passed * weights
    shrink = SHRINKAGE / (np.maximum(weights, 1e-4) * passed**2)
    matrix = moments.gram + np.diag(shrink)
    target = moments.cross + shrink * start
    found = start.copy()
    for _ in range(300):
        before = found.copy()
        for node in range(found.size):
            step = (matrix[node] @ found - target[node]) / matrix[node, node]
            found[node] = max(found[node] - step, 0.0)
        if np.abs(found - before).max() < 1e-9:  # noqa: PLR2004 -- far below any weight shown
            break
    return found if found.sum() > 0 else start


def _explained(moments: _Moments, coefficients: Floats) -> float:
    if not moments.total > 0:
        return 0.0
    misfit = coefficients @ moments.gram @ coefficients - 2 * moments.cross @ coefficients
    return float(np.clip(-misfit / moments.total, 0.0, 1.0))
