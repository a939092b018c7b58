"""Cascades: the worked examples, the shape of depth, and the stress grid."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oirisk.transforms.models.cascade import (
    DepthCurve,
    VenueBook,
    densest_pct,
    reproduction_number,
    run_cascade,
    run_coupled,
    straight,
)
from oirisk.transforms.models.coupled import coupled_grid
from oirisk.transforms.models.stress import FIGURES, stress_grid
from tests.worked_examples import golden

LEVELS = np.array([97_500, 96_800, 96_000, 94_500, 90_000], dtype=float)
BASE = np.array([200, 300, 500, 400, 1000], dtype=float)


@pytest.mark.parametrize(("shock", "depth"), [(2, 400), (3, 400), (3, 2000)])
def test_cascade_examples_are_reproduced(shock: int, depth: int) -> None:
    wanted = golden("M25_cascade")[f"shock{shock}_depth{depth}"]
    found = run_cascade(100_000, -shock / 100, LEVELS, BASE, straight(depth))
    assert found.final_price == pytest.approx(wanted["final"], abs=1e-9)
    assert found.liquidated == pytest.approx(wanted["liquidated"], abs=1e-9)
    assert found.move == pytest.approx(wanted["total_move"], abs=1e-9)
    assert found.multiplier == pytest.approx(wanted["multiplier"], abs=1e-9)
    seen = [(r.price_before, r.liquidated, r.impact_pct) for r in found.rounds]
    told = [(r["price_before"], r["liquidated"], r["impact_pct"]) for r in wanted["rounds"]]
    assert seen == [pytest.approx(one, abs=1e-9) for one in told]


def test_a_dense_zone_ends_where_theory_says() -> None:
    wanted = golden("M25_continuum")
    levels = 100_000 * (1 - np.round(0.03005 + 0.0001 * np.arange(1000), 10))
    found = run_cascade(100_000, -wanted["shock"], levels, np.ones(1000), straight(400))
    assert found.move == pytest.approx(wanted["sim_total"], abs=1e-9)
    theory = 0.03 + 0.01 / (1 - reproduction_number(100, 400))
    assert theory == pytest.approx(wanted["theory_total"], abs=1e-9)


def test_reproduction_examples_are_reproduced() -> None:
    wanted = golden("M25_R")
    zone = (LEVELS >= 94_000) & (LEVELS <= 98_000)
    per_pct = BASE[zone].sum() / 4
    assert per_pct == wanted["liq_qty_per_pct"]
    assert reproduction_number(per_pct, 400) == pytest.approx(wanted["R"], abs=1e-9)
    assert reproduction_number(per_pct, 2000) == pytest.approx(wanted["R_deep"], abs=1e-9)


@pytest.mark.parametrize("coupling", [0.0, 0.5, 1.0])
def test_two_exchanges_share_a_fall_as_far_as_they_are_tied(coupling: float) -> None:
    wanted = golden("M25_two_venue")[f"kappa={coupling}"]
    venues = {
        "X": VenueBook(LEVELS[:2], BASE[:2], 200),
        "Y": VenueBook(np.array([97_350.0, 96_200.0]), np.array([600.0, 300.0]), 800),
    }
    found = run_coupled(100_000, 0.025, venues, coupling)
    assert found.price == pytest.approx(wanted["price"], abs=1e-9)
    assert found.liquidated == pytest.approx(wanted["liquidated"], abs=1e-9)
    assert found.rounds == wanted["rounds"]


def test_the_largest_exchange_is_coupled_with_each_other_one() -> None:
    book = {"asset": "BTC", "mark": 100_000.0, "is_simulated": False, "covered_share": 0.7}
    levels = pl.concat(
        pl.DataFrame({**book, "venue": venue, "place": place, "depth_per_pct": depth,
                      "price": prices, "base": base})
        for venue, place, depth, prices, base in (
            ("Y", 1, 800.0, [96_210.0, 97_000.0], [300.0, 600.0]),
            ("X", 2, 200.0, [95_800.0, 96_800.0], [300.0, 200.0]),
            ("Z", 3, 500.0, [50_000.0], [1.0]),
        )
    )  # fmt: skip
    grid = coupled_grid(levels)
    assert grid.height == 2 * 3 * 3
    rows = grid.filter(shock_pct=-3, venue_other="X").sort("coupling").rows(named=True)
    figures = ("final_price_large", "final_price_other", "liquidated_base_large",
               "liquidated_base_other", "rounds")  # fmt: skip
    # apart: 600 / 800 is 0.75 %, short of the next level, and X stays above its first
    assert [rows[0][name] for name in figures] == pytest.approx([96_250, 97_000, 600, 0, 1])
    # one market of 1000 a percent: 0.6 %, then 200 of X and none of Y: 0.2 %, then 300 of Y: 0.3 %
    assert [rows[2][name] for name in figures] == pytest.approx([95_900, 95_900, 900, 200, 3])
    assert set(grid["covered_share"]) == {0.7}
    assert coupled_grid(levels.filter(venue="Y")).is_empty()
    drained = coupled_grid(levels.with_columns(pl.col("depth_per_pct") / 1e4))
    assert drained["final_price_large"].min() == 0


def test_a_rise_liquidates_shorts_as_a_fall_does_longs() -> None:
    up = run_cascade(100_000, 0.03, 200_000 - LEVELS, BASE, straight(400))
    down = run_cascade(100_000, -0.03, LEVELS, BASE, straight(400))
    assert up.liquidated == down.liquidated
    assert up.final_price - 100_000 == pytest.approx(100_000 - down.final_price)


def test_a_cascade_says_why_it_stopped() -> None:
    assert run_cascade(100, -0.01, np.array([90.0]), np.ones(1), straight(9)).stop_reason == (
        "no_level_hit"
    )
    assert run_cascade(100, -0.2, np.array([90.0]), np.ones(1), straight(9)).stop_reason == (
        "exhausted"
    )
    crushed = run_cascade(100, -0.2, np.array([90.0, 10.0]), np.array([1e9, 5.0]), straight(1))
    assert (crushed.stop_reason, crushed.final_price) == ("price_floor", 0)
    assert crushed.liquidated == 1e9 + 5  # a price of 0 hits every level


def test_depth_is_walked_in_straight_lines_and_beyond_by_the_root() -> None:
    curve = DepthCurve(np.array([0.01, 0.02, 0.05]), np.array([100.0, 300.0, 600.0]))
    assert curve.impact(0) == 0
    assert curve.impact(50) == pytest.approx(0.005)
    assert curve.impact(200) == pytest.approx(0.015)
    assert curve.impact(600) == pytest.approx(0.05)
    assert curve.impact(2400) == pytest.approx(0.1)  # four times as much, twice as far
    assert curve.scaled(0.5).impact(100) == curve.impact(200)


@pytest.mark.parametrize(("distance", "base"), [([], []), ([0.1, 0.1], [1, 2]), ([0.1], [0])])
def test_a_curve_that_does_not_rise_is_refused(distance: list[float], base: list[float]) -> None:
    with pytest.raises(ValueError, match="depth curve"):
        DepthCurve(np.array(distance, dtype=float), np.array(base, dtype=float))


def test_the_densest_percent_is_found_within_reach_only() -> None:
    assert densest_pct(100_000, 0.06, LEVELS, BASE) == 500  # 95,000 to 96,000, with 96,000
    assert densest_pct(100_000, 0.03, LEVELS, BASE) == 200
    assert densest_pct(100_000, 0.001, LEVELS, BASE) == 0


def stress_inputs() -> tuple[pl.DataFrame, pl.DataFrame]:
    levels = pl.DataFrame(
        {"asset": "BTC", "prior": "base", "side": "long", "price": LEVELS, "base": BASE,
         "mark": 100_000.0, "is_simulated": False}
    )  # fmt: skip
    depth = pl.DataFrame(
        {"asset": ["BTC"] * 3, "side": ["bid"] * 3, "band": [0.01, 0.02, 0.05],
         "base": [400.0, 800.0, 2000.0], "is_simulated": [False] * 3,
         "covered_share": [0.8] * 3, "withheld_reason": pl.Series([None] * 3, dtype=pl.String)}
    )  # fmt: skip
    return levels, depth


def test_the_grid_runs_every_fall_at_every_depth() -> None:
    grid = stress_grid(*stress_inputs())
    assert grid.height == 6 * 3
    row = grid.row(by_predicate=(pl.col("shock_pct") == -3) & (pl.col("depth_factor") == 1),
                   named=True)  # fmt: skip
    assert row["final_price"] == pytest.approx(93_500)
    assert row["liquidated_base"] == 1400
    assert row["multiplier"] == pytest.approx(6.5 / 3)
    assert row["reproduction_number"] == pytest.approx(500 / 400)
    assert row["depth_usd"] == 400 * 100_000
    assert (row["covered_share"], row["withheld_reason"]) == (0.8, None)


def test_a_grid_in_which_a_larger_shock_moves_price_less_is_withheld() -> None:
    """At a tenth of the depth a fall of 3 % sets off 2400 in parts, one of 10 % at once."""
    small = run_cascade(100_000, -0.03, LEVELS, BASE, _thin())
    large = run_cascade(100_000, -0.10, LEVELS, BASE, _thin())
    assert small.move > large.move
    grid = stress_grid(*stress_inputs())
    thin = grid.filter(depth_factor=0.1)
    assert thin.height == 6
    assert set(thin["withheld_reason"]) == {"the book read reaches ±5 %"}
    for figures in thin.select(FIGURES).rows():
        assert set(figures) == {None}
    assert grid.filter(depth_factor=1.0)["move_pct"].null_count() == 0


def _thin() -> DepthCurve:
    return DepthCurve(np.array([0.01, 0.02, 0.05]), np.array([40.0, 80.0, 200.0]))


def test_a_grid_that_moves_price_ten_times_beyond_the_book_is_withheld() -> None:
    """Half the price on a book that is known to 1 %: every fall sets off all there is."""
    levels, depth = stress_inputs()
    near = levels.with_columns(pl.lit(99_500.0).alias("price"))
    shallow = depth.with_columns(pl.lit(60.0).alias("base"))  # nothing more beyond one percent
    grid = stress_grid(near, shallow).filter(depth_factor=1.0)
    # 2400 of which the book takes 60: sqrt(40) = 6.3 times as far as it reaches
    assert grid.filter(shock_pct=-1)["move_pct"].to_list() == [pytest.approx(1 + 40**0.5)]
    shallow = depth.with_columns(pl.lit(20.0).alias("base"))  # sqrt(120) = 10.95
    grid = stress_grid(near, shallow).filter(depth_factor=1.0)
    assert set(grid["withheld_reason"]) == {"the book read reaches ±1 %"}
    assert set(grid["move_pct"]) == {None}


def test_too_little_of_the_open_interest_withholds_every_grid() -> None:
    levels, depth = stress_inputs()
    told = depth.with_columns(pl.lit("too little").alias("withheld_reason"))
    grid = stress_grid(levels, told)
    assert grid.height == 6 * 3
    assert set(grid["withheld_reason"]) == {"too little"}
    assert set(grid["reproduction_number"]) == {None}


@settings(max_examples=25, deadline=None)
@given(
    masses=st.lists(st.floats(0, 1000), min_size=5, max_size=5),
    depth=st.lists(st.floats(1, 500), min_size=3, max_size=3),
)
def test_of_a_printed_grid_a_larger_fall_never_moves_price_less(
    masses: list[float], depth: list[float]
) -> None:
    levels, books = stress_inputs()
    drawn = levels.with_columns(pl.Series("base", masses))
    grid = stress_grid(drawn, books.with_columns(pl.Series("base", np.cumsum(depth))))
    for (_,), part in grid.group_by("depth_factor"):
        moves = part.sort("shock_pct", descending=True)["move_pct"].to_list()
        assert moves == [None] * 6 or moves == sorted(moves)


def test_without_depth_nothing_is_stressed() -> None:
    levels, depth = stress_inputs()
    assert stress_grid(levels, depth.clear()).is_empty()
    asks = depth.with_columns(pl.lit("ask").alias("side"))
    assert stress_grid(levels, asks).is_empty()
