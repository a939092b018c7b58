"""Liquidations at risk: the worked example, the size of the tail, and what a return reaches."""

import numpy as np
import pytest

from tests.oracles.at_risk import at_risk, liquidated_by_return
from tests.worked_examples import golden


def test_the_example_is_reproduced() -> None:
    case = golden("M34_lar")
    found = at_risk(np.array(case["liq_sorted"]), case["alpha"])
    assert found.at_risk == pytest.approx(case["var"], abs=1e-9)
    assert found.shortfall == pytest.approx(case["es"], abs=1e-9)
    assert (found.scenarios, found.tail) == (case["n"], case["tail"])


@pytest.mark.parametrize(
    ("scenarios", "alpha", "tail"),
    [(20, 0.9, 2), (100, 0.99, 1), (100, 0.95, 5), (101, 0.95, 6), (250, 0.99, 3), (5, 0.99, 1)],
)
def test_the_tail_is_rounded_up_and_never_empty(scenarios: int, alpha: float, tail: int) -> None:
    found = at_risk(np.arange(scenarios, dtype=float), alpha)
    assert found.tail == tail
    assert found.at_risk == scenarios - tail
    assert found.shortfall == pytest.approx(scenarios - (tail + 1) / 2)


@pytest.mark.parametrize(("outcomes", "alpha"), [([], 0.9), ([1.0], 0), ([1.0], 1)])
def test_nothing_to_rank_is_refused(outcomes: list[float], alpha: float) -> None:
    with pytest.raises(ValueError, match="risk needs"):
        at_risk(np.array(outcomes), alpha)


def test_a_fall_reaches_the_longs_on_its_way_and_a_rise_the_shorts() -> None:
    returns = np.array([-0.2, -0.05, -0.01, 0.0, 0.3])
    longs = liquidated_by_return(returns, 100, np.array([95.0, 85.0]), np.array([2.0, 1.0]), 1)
    assert longs == pytest.approx([2 * 95 + 85, 2 * 95, 0, 0, 0])
    shorts = liquidated_by_return(returns, 100, np.array([120.0]), np.array([3.0]), -1)
    assert shorts == pytest.approx([0, 0, 0, 0, 360])
