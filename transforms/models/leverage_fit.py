"""Learn the leverage mix of an asset from what its open interest did when price crossed levels.

Where high leverage is common, open interest falls whenever price goes a little further than
before; where it is not, nothing happens. Each step's fall is regressed on the mass that stood at
the levels it crossed, by leverage, beside a constant, the volume, the price range and how far
price came of late. ``base`` averages the candidate mixes by how well they explain the falls;
``calibrated`` then moves single weights, shrunk towards that average. Leverage whose levels price
never crossed keeps its prior. What was open before the first step explains nothing: nobody saw
where it was entered. Positions that an exchange shows are what is left: a mix of which the same
crossings leave that is the likelier, and single weights are shrunk towards it, too. Cohorts turn
over as they do in the profile of the map: a mix goes with the profile it was learned beside.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from oirisk.transforms.models.crossings import LONG, SHORT, SIDES, Book, Observed
from oirisk.transforms.models.leverage import INTERVALS, NODE_MIDDLE
from oirisk.transforms.models.leverage_candidates import (
    IN_INTERVAL,
    LOG_PRIOR_PASSED,
    PASS_THROUGH,
    candidates,
)
from oirisk.transforms.models.leverage_observed import Survivors

Floats = NDArray[np.float64]

MODEL_ERROR = 0.4
"""Standard error of a predicted fall, as a part of it."""

SHRINKAGE = 30.0
"""How many observations of certain leverage the prior is worth."""

TAIL = 4.0
"""Degrees of freedom of the noise: single steps that nothing explains count for little."""

BUSIEST = 3.0
"""Volume, in medians, beyond which it explains no more: forced closes make volume themselves."""

WIDEST = 6.0
"""Price range, in medians, beyond which it explains no more."""

FARTHEST, LATELY = 5.0, 12
"""Move over so many steps, in usual ones, beyond which it explains no more: who opens because
price runs hides what the run closes."""

STEP_WORTH = 0.5
"""What a step counts for when mixes are weighed against each other. Steps are not independent: how
fast positions really turn over, and who comes when price moves, are wrong in many at once."""

ROUNDS = 3


@dataclass(frozen=True)
class Fit:
    """What was learned of one asset.

    Args:
        base: Weights over the nodes, averaged lognormal mixes and pairs of them.
        calibrated: Weights over the nodes, moved by the falls themselves.
        pass_through: Part of forced closes that lowers open interest.
        r2: Share of the weighted variance of the changes that the forced closes explain.
        crossed: Mass that was crossed under ``base``, in multiples of open interest.
        steps: How many steps were used.
        observed_share: Part that observed positions have in what single weights are drawn to.
    """

    base: Floats
    calibrated: Floats
    pass_through: float
    r2: float
    crossed: float
    steps: int
    observed_share: float = 0.0


@dataclass(frozen=True)
class _Moments:
    """Weighted second moments of a regression, background removed; they add up over books."""

    gram: Floats
    cross: Floats
    total: float

    def __add__(self, other: "_Moments") -> "_Moments":
        return _Moments(self.gram + other.gram, self.cross + other.cross, self.total + other.total)


def fit_mix(books: Sequence[Book], seen: Survivors | None = None) -> Fit:
    """Learn the mix from all books of an asset.

    Args:
        books: At least one, each with at least two steps, of the rotation of the map's profile.
        seen: Observed positions; None: none were, or too few.

    Raises:
        ValueError: There is nothing to learn from.
    """
    if not books or any(book.steps < 2 for book in books):  # noqa: PLR2004 -- a line needs two
        raise ValueError(f"a fit needs books of two steps or more, saw {len(books)} books")
    noise = [_noise(book) for book in books]
    chance = np.exp(LOG_PRIOR_PASSED)
    mixes = candidates()
    weights, passed = mixes.mean(axis=0), float(chance @ PASS_THROUGH / chance.sum())
    forced = [{side: np.zeros(book.steps) for side in SIDES} for book in books]
    for _ in range(ROUNDS):
        both = [_standing(book, taken, weights) for book, taken in zip(books, forced, strict=True)]
        found = [
            _moments(book, standing, scale, weights, passed)
            for book, standing, scale in zip(books, both, noise, strict=True)
        ]
        moments = sum(found[1:], found[0])
        alive = _alive(books, forced)
        posterior = _posterior(moments, _told(seen, alive))
        weights = posterior.sum(axis=1) @ mixes
        passed = float(posterior.sum(axis=0) @ PASS_THROUGH)
    target, share = _completed(weights, seen, alive)
    moved = _moved(moments, target, passed, SHRINKAGE + (seen.worth if seen else 0.0))
    return Fit(
        base=weights / weights.sum(),
        calibrated=moved / moved.sum(),
        pass_through=passed,
        r2=_explained(moments, moved),
        crossed=sum(
            float((standing @ weights).sum() / max(book.observed.after.mean(), 1e-300))
            for book, standing in zip(books, both, strict=True)
        ),
        steps=sum(book.steps for book in books),
        observed_share=share,
    )


def _standing(book: Book, forced: dict[int, Floats], weights: Floats) -> Floats:
    """Return the mass that each step crosses, both sides; learn what was closed by force."""
    by_side = {side: book.masses(side, forced[side]) for side in SIDES}
    for side, masses in by_side.items():
        forced[side] = book.feasible(masses @ weights)
    return by_side[LONG] + by_side[SHORT]


def _alive(books: Sequence[Book], forced: Sequence[dict[int, Floats]]) -> Floats:
    """Return the part of positions that no crossing has closed by now, by leverage."""
    parts = [
        book.survivors(side, taken[side])
        for book, taken in zip(books, forced, strict=True)
        for side in SIDES
    ]
    left = sum((part for part, _ in parts), np.zeros(NODE_MIDDLE.size))
    return left / max(sum(total for _, total in parts), 1e-300)


def _told(seen: Survivors | None, alive: Floats) -> Floats | None:
    """Return the log likelihood of what was observed under each candidate mix."""
    if seen is None:
        return None
    left = candidates() * alive
    shares = left / np.maximum(left.sum(axis=1, keepdims=True), 1e-300) @ IN_INTERVAL
    told: Floats = seen.worth * (np.log(0.98 * shares + 0.02 / INTERVALS) @ seen.shares)
    return told


def _completed(weights: Floats, seen: Survivors | None, alive: Floats) -> tuple[Floats, float]:
    """Return the mix opened, if what is left of it is what was observed, drawn to the prior.

    High leverage is closed first: of what was opened only ``alive`` can be observed, and the rest
    stays as the prior has it. Also returns the part that the observation has in the result.
    """
    if seen is None:
        return weights, 0.0
    left = weights * alive
    within = left @ IN_INTERVAL
    scale = np.divide(seen.shares, within, out=np.zeros(INTERVALS), where=within > 0)
    observed = left * (IN_INTERVAL @ scale)
    opened = observed / max(float(observed.sum()), 1e-300) * left.sum() + weights - left
    part = seen.worth / (SHRINKAGE + seen.worth)
    return part * opened + (1 - part) * weights, part * float(left.sum())


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
    floor = max(0.2 * float(np.median(scale)), 1e-6 * float(book.observed.after.mean()), 1e-300)
    busy = volume / max(float(np.median(volume)), 1e-300)
    return np.maximum(scale, floor) * np.sqrt(0.5 + 0.5 * np.minimum(busy, 9))


def _moments(
    book: Book, standing: Floats, noise: Floats, weights: Floats, passed: float
) -> _Moments:
    """Weigh the steps by how well they can be predicted; take the background out."""
    fall = -book.growth
    expected = passed * (standing @ weights)
    precision = 1 / (noise**2 + (MODEL_ERROR * expected) ** 2)
    background = _background(book.observed)
    root = np.sqrt(precision)[:, None]
    found = np.linalg.lstsq(background * root, (fall - expected) * root[:, 0], rcond=None)[0]
    odd = (fall - expected - background @ found) ** 2 * precision
    root = np.sqrt(precision * (TAIL + 1) / (TAIL + odd))[:, None]
    basis = np.linalg.qr(background * root)[0]
    seen, wanted = standing * root, fall * root[:, 0]
    seen = seen - basis @ (basis.T @ seen)
    wanted = wanted - basis @ (basis.T @ wanted)
    return _Moments(seen.T @ seen, seen.T @ wanted, float(wanted @ wanted))


def _background(observed: Observed) -> Floats:
    """Return what changes open interest without closing anyone by force, shape (steps, 4)."""
    volume, low, high = observed.volume, observed.low, observed.high
    busy = np.minimum(volume / max(float(np.median(volume)), 1e-300), BUSIEST)
    width = np.log(high / low)
    wide = np.minimum(width / max(float(np.median(width)), 1e-12), WIDEST)
    price = np.log(low * high) / 2
    earlier = np.concatenate([np.full(LATELY, price[0]), price])[: price.size]
    usual = max(float(np.diff(price).std()) * np.sqrt(LATELY), 1e-12)
    far = np.minimum(np.abs(price - earlier) / usual, FARTHEST)
    return np.stack([np.ones_like(price), busy, wide, far], axis=1)


def _posterior(moments: _Moments, told: Floats | None) -> Floats:
    """Return the probability of each candidate mix and pass-through, shape (mixes, shares)."""
    mixes = candidates()
    square = np.einsum("cn,cn->c", mixes @ moments.gram, mixes)
    cross = mixes @ moments.cross
    misfit = np.outer(square, PASS_THROUGH**2) - 2 * np.outer(cross, PASS_THROUGH)
    score = -0.5 * STEP_WORTH * misfit + LOG_PRIOR_PASSED
    if told is not None:
        score += told[:, None]
    chance: Floats = np.exp(score - score.max())
    found: Floats = chance / chance.sum()
    return found


def _moved(moments: _Moments, weights: Floats, passed: float, shrinkage: float) -> Floats:
    """Return non-negative coefficients that explain the falls, shrunk towards the mix."""
    start = passed * weights
    shrink = shrinkage / (np.maximum(weights, 1e-4) * passed**2)
    root = np.linalg.cholesky(moments.gram + np.diag(shrink)).T
    target = np.linalg.solve(root.T, moments.cross + shrink * start)
    found: Floats = nnls(root, target, maxiter=100 * start.size)[0]
    return found if found.sum() > 0 else start


def _explained(moments: _Moments, coefficients: Floats) -> float:
    if not moments.total > 0:
        return 0.0
    misfit = coefficients @ moments.gram @ coefficients - 2 * moments.cross @ coefficients
    return float(np.clip(-misfit / moments.total, 0.0, 1.0))
