"""Learning the leverage mix: simple markets whose leverage is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from oirisk.transforms.models.crossings import LONG, Book, Observed, first_crossings
from oirisk.transforms.models.leverage import (
    BOUNDS,
    INTERVALS,
    NODE_HIGH,
    NODE_LOW,
    NODE_MIDDLE,
    OBSERVED_MEDIAN,
    OBSERVED_SIGMA,
    lognormal_weights,
)
from oirisk.transforms.models.leverage_candidates import candidates
from oirisk.transforms.models.leverage_fit import fit_mix, median_leverage

Floats = NDArray[np.float64]
MAINTENANCE = 0.005


def market(leverage: float, volatility: float, *, seed: int = 4) -> Book:
    """Trade 30 days of half hours; positions close by force or at random, all of one leverage.

    Every step a hundredth of open interest is swapped; of what price liquidates, newcomers take
    over half at once. Open interest is drawn back to 1000.
    """
    random = np.random.default_rng(seed)
    steps = 30 * 48
    path = 100 * np.exp(np.cumsum(volatility * random.standard_normal(steps)))
    low, high = path * 0.999, path * 1.001
    levels = {
        1: path * (1 - 1 / leverage) / (1 - MAINTENANCE),
        -1: path * (1 + 1 / leverage) / (1 + MAINTENANCE),
    }
    books = {1: np.zeros(steps), -1: np.zeros(steps)}
    held, volume = np.zeros(steps + 1), np.zeros(steps)
    for book in books.values():
        book[0] = 1000.0
    held[0] = 1000.0
    for step in range(1, steps):
        forced = 0.0
        for side, book in books.items():
            reached = levels[side] >= low[step] if side == 1 else levels[side] <= high[step]
            forced += float(book[reached].sum())
            book[reached] = 0.0
        drift = 0.02 * (1000 - held[step]) + 2 * random.standard_normal()
        wanted = held[step] - 0.5 * forced + drift
        for book in books.values():
            book *= min(0.99, 0.99 * wanted / max(book.sum(), 1e-9))
            book[step] += wanted - book.sum()
        held[step + 1] = wanted
        volume[step] = 200 + 2 * forced + 40 * random.random()
    return Book(Observed(held[1:-1], held[2:], volume[1:], low[1:], high[1:]), 0.1, MAINTENANCE)


@pytest.mark.parametrize(("leverage", "volatility"), [(5.0, 0.012), (10.0, 0.012), (20.0, 0.005)])
def test_the_leverage_of_a_market_that_has_one_is_found(leverage: float, volatility: float) -> None:
    fit = fit_mix([market(leverage, volatility)])
    near = (leverage * 1.35 >= NODE_LOW) & (leverage / 1.35 <= NODE_HIGH)
    assert float(fit.calibrated[near].sum()) > 0.5
    assert median_leverage(fit.calibrated) == pytest.approx(leverage, rel=0.3)


def test_weights_are_shares_and_rates_are_in_their_range() -> None:
    fit = fit_mix([market(10.0, 0.012)])
    for weights in (fit.base, fit.calibrated):
        assert weights.shape == NODE_MIDDLE.shape
        assert weights.min() >= 0
        assert float(weights.sum()) == pytest.approx(1)
    assert 0.2 <= fit.pass_through <= 1
    assert 0 <= fit.r2 <= 1


def test_a_market_that_never_reaches_a_level_keeps_the_prior() -> None:
    steps = 2000
    still = 100 + 0.01 * np.sin(np.arange(steps))
    random = np.random.default_rng(1)
    held = 1000 + np.cumsum(random.standard_normal(steps + 1))
    book = Book(Observed(held[:-1], held[1:], np.full(steps, 30.0), still, still), 0.1, MAINTENANCE)
    fit = fit_mix([book])
    assert fit.crossed == 0
    assert fit.r2 == pytest.approx(0, abs=1e-6)
    assert 2.5 < median_leverage(fit.base) < 5


def test_levels_crossed_without_a_fall_speak_against_high_leverage() -> None:
    steps = 30 * 48
    random = np.random.default_rng(3)
    path = 100 * np.exp(np.cumsum(0.006 * random.standard_normal(steps)))
    held = 1000 + random.standard_normal(steps + 1)
    book = Book(Observed(held[:-1], held[1:], np.full(steps, 100.0), path, path), 0.1, MAINTENANCE)
    high = NODE_MIDDLE > 10
    before = lognormal_weights(OBSERVED_MEDIAN, OBSERVED_SIGMA, 0.5)
    fit = fit_mix([book])
    assert float(fit.base[high].sum()) < 0.2 * float(before[high].sum())
    assert float(fit.calibrated[high].sum()) < 0.2 * float(before[high].sum())


def falling(before: list[float], after: list[float], low: list[float]) -> Book:
    """Steps without volume, whose highest price is 100."""
    still = np.zeros(len(low)), np.full(len(low), 100.0)
    held = np.array(before), np.array(after)
    return Book(Observed(*held, still[0], np.array(low), still[1]), 0.0, MAINTENANCE)


def test_only_what_was_seen_to_open_stands_at_a_level_that_price_crosses() -> None:
    old = falling([10, 10, 10], [10, 10, 10], [100, 100, 60])
    new = falling([10, 10, 14], [10, 14, 14], [100, 100, 60])
    nothing = np.zeros(3)
    assert old.masses(LONG, nothing).sum() == 0
    crossed = new.masses(LONG, nothing)[2]
    gone = 100 * (1 - 1 / NODE_MIDDLE) / (1 - MAINTENANCE) >= 60
    assert crossed == pytest.approx(np.where(gone, 4.0, 0.0))


def test_a_gap_scales_what_stands_and_is_no_change_of_the_step_after_it() -> None:
    book = falling([10, 10, 7], [10, 14, 7], [100, 100, 60])  # 14 before the gap, 7 after it
    assert book.growth == pytest.approx([0, 4, 0])
    assert book.masses(LONG, np.zeros(3))[2].max() == pytest.approx(2.0)
    left, total = book.survivors(LONG, np.zeros(3))
    assert total == pytest.approx(7)
    assert left.max() == pytest.approx(7)
    assert left.min() == pytest.approx(0)


def test_candidates_are_mixes_around_the_observed_median() -> None:
    mixes = candidates()
    assert mixes.min() >= 0
    assert mixes.sum(axis=1) == pytest.approx(np.ones(len(mixes)))
    medians = np.array([median_leverage(mix) for mix in mixes[:500]])
    assert 0.8 * OBSERVED_MEDIAN < np.median(medians) < 1.3 * OBSERVED_MEDIAN
    assert medians.min() < 2
    assert medians.max() > 10


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="two steps"):
        fit_mix([])


def test_the_median_of_a_mix_halves_it() -> None:
    weights = np.zeros(NODE_MIDDLE.size)
    weights[[2, 10, INTERVALS]] = (0.3, 0.45, 0.25)  # the notch of 2x lies between
    assert median_leverage(weights) == pytest.approx(2.0)
    assert BOUNDS[2] < 2 < BOUNDS[10]


def test_a_first_crossing_is_what_a_loop_finds() -> None:
    random = np.random.default_rng(7)
    prices = np.cumsum(random.standard_normal(137))
    starts = np.arange(-1, 136)
    levels = random.uniform(prices.min() - 1, prices.max() + 1, (137, 5))
    found = first_crossings(prices, starts, levels)
    for cohort, start in enumerate(starts):
        for node in range(5):
            later = np.flatnonzero(prices[start + 1 :] <= levels[cohort, node])
            expected = start + 1 + later[0] if later.size else prices.size
            assert found[cohort, node] == expected
