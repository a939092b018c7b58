"""Liquidation prices against root finding on equity minus maintenance margin."""

import math
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.oracles.liquidation_price import (
    LONG,
    SHORT,
    Tier,
    inverse_price,
    linear_price,
    tier_at,
    tiers_of,
)

sides = st.sampled_from([LONG, SHORT])
entries = st.floats(1e-3, 1e5)
notionals = st.floats(10, 1e8)
leverages = st.floats(1.05, 90)
ladders = st.lists(
    st.tuples(st.floats(1e3, 1e7), st.floats(1e-4, 0.01)), min_size=0, max_size=5
).map(
    lambda steps: tiers_of(
        [(0.0, 0.004)]
        + [
            (floor, 0.004 + sum(rise for _, rise in steps[: n + 1]) / 5)
            for n, floor in enumerate(sorted({round(floor) for floor, _ in steps}))
        ]
    )
)


def bisect(margin: Callable[[float], float], low: float, high: float) -> float:
    """Find where a margin changes sign, by halving the logarithm of the price."""
    rising = margin(low) < 0
    for _ in range(200):
        middle = math.sqrt(low * high)
        if (margin(middle) < 0) == rising:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)


@settings(max_examples=150, deadline=None)
@given(side=sides, entry=entries, notional=notionals, leverage=leverages, tiers=ladders)
def test_a_linear_position_goes_where_equity_meets_the_maintenance_margin(
    side: int, entry: float, notional: float, leverage: float, tiers: tuple[Tier, ...]
) -> None:
    base = notional / entry

    def margin(price: float) -> float:
        tier = tier_at(tiers, base * price)
        owed = base * price * tier.rate - tier.deduction
        return base * entry / leverage + side * base * (price - entry) - owed

    assume(margin(entry) > 0)  # nobody can open what is liquidated at once
    found = linear_price(side, entry, base, leverage, tiers)
    low, high = (entry * 1e-9, entry) if side == LONG else (entry, entry * 1e3)
    assume(margin(low) * margin(high) < 0)
    assert found.price == pytest.approx(bisect(margin, low, high), rel=1e-9)
    assert side * (entry - found.price) > 0


@settings(max_examples=150, deadline=None)
@given(side=sides, entry=entries, usd=notionals, leverage=leverages, rate=st.floats(0, 0.008))
def test_an_inverse_position_goes_where_coins_meet_the_maintenance_margin(
    side: int, entry: float, usd: float, leverage: float, rate: float
) -> None:
    def margin(price: float) -> float:
        held = usd / entry / leverage + side * usd * (1 / entry - 1 / price)
        return held - rate * usd / price

    assume(margin(entry) > 0)
    found = inverse_price(side, entry, usd, leverage, rate)
    low, high = (entry * 1e-3, entry) if side == LONG else (entry, entry * 1e3)
    assume(margin(low) * margin(high) < 0)
    assert found == pytest.approx(bisect(margin, low, high), rel=1e-9)
