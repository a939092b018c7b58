"""Even figures: what is counted, from which lots, and what it says of sides (M38)."""

from math import comb

import numpy as np
import pytest

from bench.conventions import NIGHTS_AFTER, outcomes
from oirisk.transforms.conventions.parity import UNKNOWN, Parity, exponents, parity_of_tables
from oirisk.transforms.conventions.verdicts import (
    PARITY,
    VOLUME,
    Scale,
    chance,
    counted_evidence,
    even_cost,
    lower_tail,
    spans,
    upper_tail,
    verdict_of_parity,
)
from tests.worked_examples import golden


def verdict_of_counts(scale: Scale, hits: int, n: int) -> tuple[str, float]:
    """Return what a single count says, and the chance of one like it under the other meaning."""
    evidence = counted_evidence((np.array([hits]), np.array([n]), scale.rates))
    cost = even_cost(1, len(scale.levels))
    verdict = spans(evidence, scale.verdicts, cost)[0].verdict
    return verdict, chance(scale, verdict, hits, n)


def test_the_worked_examples_of_parity_come_out() -> None:
    example = golden("M38_parity")
    n = example["all_even_n"]
    verdict, chance = verdict_of_counts(PARITY, n, n)
    assert verdict == "both"
    assert chance == pytest.approx(example["chance"], rel=1e-9)
    control, gate, htx = (
        example[name] for name in ("position_size_control", "vendor_gate", "vendor_htx")
    )
    assert verdict_of_counts(PARITY, control["even"], control["n"])[0] == control["verdict"]
    assert verdict_of_counts(PARITY, gate["even"], gate["n"])[0] == gate["verdict"]
    assert verdict_of_counts(PARITY, htx["even"], htx["n"])[0] == "one"


@pytest.mark.parametrize(
    ("even", "n", "verdict"),
    [
        (2368, 2668, "both"),  # Bybit, four days of 2025-09
        (518, 519, "both"),  # Hyperliquid
        (20, 20, "undecided"),  # one in a million by luck, and a series is looked at many times
        (30, 30, "both"),
        (17, 35, "undecided"),
        (150, 280, "one"),  # Coinbase, the most even of exchanges that count one side
        (340, 500, "undecided"),  # between both
        (0, 0, "undecided"),
    ],
)
def test_shares_of_even_figures_say_which_side(even: int, n: int, verdict: str) -> None:
    assert verdict_of_counts(PARITY, even, n)[0] == verdict


def test_steps_beyond_the_volume_say_which_side() -> None:
    assert verdict_of_counts(VOLUME, 0, 56)[0] == "one"  # Kraken, one night
    assert (
        verdict_of_counts(VOLUME, 21, 103)[0] == "undecided"
    )  # MEXC: volumes are not what they seem
    assert verdict_of_counts(VOLUME, 30, 50)[0] == "both"


def test_tails_are_those_of_the_binomial_distribution() -> None:
    whole = sum(comb(12, hits) * 0.3**hits * 0.7 ** (12 - hits) for hits in range(5, 13))
    assert upper_tail(5, 12, 0.3) == pytest.approx(whole, rel=1e-12)
    assert lower_tail(4, 12, 0.3) == pytest.approx(1 - whole, rel=1e-12)
    assert upper_tail(1, 12, 0.3) == pytest.approx(1 - 0.7**12, rel=1e-12)
    assert (upper_tail(0, 0, 0.5), lower_tail(0, 0, 0.5)) == (1.0, 1.0)
    assert upper_tail(151, 151, 0.5) == pytest.approx(2.0**-151, rel=1e-9)


def test_the_last_digit_that_is_not_zero_is_found_under_the_noise_of_floats() -> None:
    figures = np.array(
        [28636080.70000001, 1858655.4799999997, 13676.58841, 2842500.0, 1e-9, 0.1 + 0.2]
    )
    assert exponents(figures).tolist() == [-1, -2, -5, 2, -9, -1]


def test_figures_that_were_worked_out_from_others_are_not_counted() -> None:
    figures = np.array([1e15 / 3, 797244018.25683, 0.0, np.nan])
    assert exponents(figures).tolist() == [UNKNOWN] * 4


def test_lots_are_learned_from_all_tables_and_repeats_count_once() -> None:
    # lots of 1: 120 is even, 133 odd; lots of 10: 70 is odd, 20 even; 500 shows one figure only
    first = np.array([120.0, 70.0, 500.0, np.nan])
    second = np.array([133.0, 20.0, 500.0, 3.0])
    tables = parity_of_tables([first, second])
    assert tables == [
        Parity(n=2, even=1, fresh_n=1, fresh_even=0), Parity(n=2, even=1, fresh_n=1, fresh_even=0)
    ]  # fmt: skip


def test_a_single_table_allows_for_lots_that_hide_behind_zeros() -> None:
    # of even digits one in nine looks odd so: 8 of 9 is what both sides give, 4 of 9 one side
    assert verdict_of_parity(Parity(fresh_n=180, fresh_even=160))[0] == "both"
    assert verdict_of_parity(Parity(fresh_n=180, fresh_even=80))[0] == "one"


def test_a_change_is_dated_to_the_night_and_needs_evidence() -> None:
    n = np.full(20, 50.0)
    even = np.array([25.0] * 12 + [50.0] * 8)
    found = spans(counted_evidence((even, n, PARITY.rates)), PARITY.verdicts, even_cost(20, 7))
    assert [(span.first, span.last, span.verdict) for span in found] == [
        (0, 11, "one"), (12, 19, "both")
    ]  # fmt: skip
    odd_night = np.array([25.0] * 12 + [36.0] + [25.0] * 7)
    calm = spans(counted_evidence((odd_night, n, PARITY.rates)), PARITY.verdicts, even_cost(20, 7))
    assert [span.verdict for span in calm] == ["one"]


@pytest.mark.parametrize("kind", ["sides", "size", "unit"])
def test_changes_of_simulated_venues_are_found_within_seven_nights(kind: str) -> None:
    assert NIGHTS_AFTER == 7
    found = list(outcomes(seed=4, venues=40, bases=[], kinds=[kind]))
    wrong = [one.said for one in found if not (one.is_right and one.is_dated)]
    assert len(wrong) <= 1, wrong


def test_nothing_changes_in_a_year_of_venues_that_do_not() -> None:
    found = list(outcomes(seed=5, venues=5, bases=[], kinds=["steady"]))
    assert [one.said for one in found if not one.is_right] == []
    assert all(one.is_dated for one in found)
