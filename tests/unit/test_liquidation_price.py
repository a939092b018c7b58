"""Liquidation prices: the worked examples, tier boundaries, and what is refused."""

from itertools import pairwise

import pytest

from tests.oracles.liquidation_price import (
    LONG,
    SHORT,
    inverse_bankruptcy_price,
    inverse_price,
    inverse_price_at_entry_margin,
    linear_price,
    linear_price_at_entry_margin,
    tiers_of,
)
from tests.worked_examples import golden

TIERS = tiers_of([(0, 0.004), (300_000, 0.005), (800_000, 0.0065), (3_000_000, 0.01)])
SIDES = {"long": LONG, "short": SHORT}


def test_deductions_make_the_requirement_continuous() -> None:
    assert [tier.deduction for tier in TIERS] == pytest.approx([0, 300, 1500, 12_000])
    for below, above in pairwise(TIERS):
        needed = [tier.rate * above.floor - tier.deduction for tier in (below, above)]
        assert needed[0] == pytest.approx(needed[1])


def test_linear_examples_are_reproduced() -> None:
    for case in golden("M20_linear"):
        side = SIDES[case["side"]]
        position = (side, case["entry"], case["qty"], case["lev"], TIERS)
        found = linear_price(*position)
        assert found.price == pytest.approx(case["liq"], abs=1e-9)
        assert found.tier.rate == case["mmr"]
        assert found.tier.deduction == pytest.approx(case["cum"])
        at_entry = linear_price_at_entry_margin(*position)
        assert at_entry == pytest.approx(case["bybit_entry_mm"], abs=1e-9)


def test_the_tier_is_that_of_the_notional_at_liquidation() -> None:
    found = linear_price(LONG, 60_000, 13.5, 20, TIERS)  # 810,000 at entry, 773,000 at the end
    assert found.tier.rate == 0.005
    assert found.price == pytest.approx((60_000 * 0.95 - 300 / 13.5) / 0.995)


@pytest.mark.parametrize("side", ["long", "short"])
def test_inverse_examples_are_reproduced(side: str) -> None:
    case, sign = golden("M20_inverse")[side], SIDES[side]
    assert inverse_price(sign, 50_000, 60_000, 10, 0.005) == pytest.approx(case["new"], abs=1e-9)
    legacy = inverse_price_at_entry_margin(sign, 50_000, 60_000, 10, 0.005)
    assert legacy == pytest.approx(case["legacy"], abs=1e-9)
    assert inverse_bankruptcy_price(sign, 50_000, 10) == pytest.approx(case["bankruptcy"], abs=1e-9)


def test_positions_without_leverage_are_never_liquidated() -> None:
    assert linear_price(LONG, 100, 1, 1, TIERS).price == 0
    assert inverse_price(SHORT, 100, 100, 1, 0.005) == float("inf")
    assert inverse_bankruptcy_price(SHORT, 100, 1) == float("inf")


def test_a_notional_on_a_boundary_has_one_price_from_either_tier() -> None:
    base = 300_000 / (100 * 0.95 / 0.996)  # the lower tier ends where this one is liquidated
    found = linear_price(LONG, 100, base, 20, TIERS)
    assert found.price == pytest.approx(300_000 / base, rel=1e-12)


@pytest.mark.parametrize("steps", [[], [(1, 0.01)], [(0, 0.01), (0, 0.02)], [(0, 0.02), (5, 0.01)]])
def test_tiers_that_do_not_rise_from_zero_are_refused(steps: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="margin tiers"):
        tiers_of(steps)


@pytest.mark.parametrize(
    ("side", "entry", "base", "leverage"),
    [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0), (1, float("nan"), 1, 1)],
)
def test_impossible_positions_are_refused(
    side: int, entry: float, base: float, leverage: float
) -> None:
    with pytest.raises(ValueError, match="saw"):
        linear_price(side, entry, base, leverage, TIERS)
