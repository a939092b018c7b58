"""What opens beside forced closes, against a walk that keeps every cohort by itself."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from oirisk.transforms.models.forced_closes import SIDES, opened_beside_forced
from oirisk.transforms.models.leverage import PRIORS

NEAREST = {"base": 20, "retail_heavy": 2, "institutional": 50, "calibrated": 10}
FURTHEST = {"base": 60, "retail_heavy": 30, "institutional": 90, "calibrated": 80}
"""Levels lie evenly between so many bins from where a position was entered, by mix."""

Step = tuple[float, float, float, float, float]
"""Closes and opens without forced closes, volume, lowest and highest price in bins."""


def share_left(prior: str, away: float) -> float:
    """Return the part of a mix whose levels are further from the entry."""
    near, far = NEAREST[prior], FURTHEST[prior]
    return float(np.clip((far - away) / (far - near), 0, 1))


def shares() -> pl.DataFrame:
    """Return what ``alive`` is for these mixes: entries are spread over their bin."""
    steps = np.arange(100)
    return pl.concat(
        pl.DataFrame({"rule": 0, "side": side, "steps": steps}).with_columns(
            pl.Series(f"alive_{prior}", [share_left(prior, step - 0.5) for step in steps])
            for prior in PRIORS
        )
        for side in SIDES
    )


def frame(first: float, history: Sequence[Step], instrument: int = 7) -> pl.DataFrame:
    rows, held = [], first
    for number, (closed, opened, volume, low, high) in enumerate(history):
        rows.append(
            {
                "instrument": instrument, "until_at": number, "rule": 0, "is_bridged": False,
                "held_before": held, "closed": closed, "opened": opened,
                "kept": 1 - closed / held, "volume": volume, "bin_low": low, "bin_high": high,
                "bin_before": 0.0,
            }
        )  # fmt: skip
        held += opened - closed
    return pl.DataFrame(rows)


def walk(rng: np.random.Generator, steps: int) -> list[Step]:
    """Draw a history that wanders tens of bins."""
    history, held, at = [], 1000.0, 0.0
    for _ in range(steps):
        closed = held * rng.uniform(0, 0.1)
        opened = held * rng.uniform(0, 0.1)
        to = at + rng.normal(0, 6)
        history.append((closed, opened, 2 * held, min(at, to) - 1, max(at, to) + 1))
        held, at = held + opened - closed, to
    return history


def stands(first: float, history: Sequence[Step], side: str, prior: str) -> np.ndarray:
    """Walk step by step; return what stands of what was there before and of every step's opens."""
    sign = SIDES[side]
    held, base, entry, reach = first, [first], [0.0], [0.0]
    left = [1.0]
    for closed, opened, _, low, high in history:
        extreme = sign * (low if sign > 0 else high)
        forced = 0.0
        for cohort in range(len(base)):
            reach[cohort] = min(reach[cohort], extreme)
            now = share_left(prior, entry[cohort] - reach[cohort])
            forced += base[cohort] * (1 - now / left[cohort]) if left[cohort] else 0.0
            base[cohort] *= now / left[cohort] if left[cohort] else 0.0
            left[cohort] = now
        closes = max(forced, closed)
        rest = (held - closes) / (held - forced)
        base = [mass * rest for mass in base]
        held += opened - closed
        base.append(closes + opened - closed)
        entry.append(sign * (low + high) / 2)
        reach.append(sign * (low + high) / 2)
        left.append(1.0)
    assert sum(base) == pytest.approx(held)
    return np.array(base)


def modelled(first: float, history: Sequence[Step], side: str, prior: str) -> np.ndarray:
    """Return the same from the function, as the map makes it of what each step opens."""
    opens = opened_beside_forced(frame(first, history), shares())[f"opened_{side}_{prior}"]
    sign, held = SIDES[side], first
    base, entry, reach = [first], [0.0], [0.0]
    for (closed, opened, _, low, high), new in zip(history, opens, strict=True):
        base = [mass * (1 - closed / held) for mass in base]
        reach = [min(it, sign * (low if sign > 0 else high)) for it in reach]
        held += opened - closed
        base.append(new)
        entry.append(sign * (low + high) / 2)
        reach.append(sign * (low + high) / 2)
    alive = [share_left(prior, e - r) for e, r in zip(entry, reach, strict=True)]
    standing = np.array(base) * alive
    return standing * held / standing.sum()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("side", SIDES)
def test_what_stands_is_what_a_walk_of_all_cohorts_leaves(seed: int, prior: str, side: str) -> None:
    history = walk(np.random.default_rng(seed), 60)
    found, wanted = (it(1000.0, history, side, prior) for it in (modelled, stands))
    assert np.abs(found - wanted).sum() < 0.02 * wanted.sum()


def test_without_forced_closes_a_step_opens_what_it_did() -> None:
    history = [(10.0, 20.0, 100.0, -1.0, 1.0)] * 30
    opens = opened_beside_forced(frame(1000.0, history), shares())
    for name in opens.columns[2:]:
        if not name.endswith("retail_heavy"):
            assert opens[name].to_list() == pytest.approx([20.0] * 30)


def test_contracts_do_not_bear_on_one_another() -> None:
    random = np.random.default_rng(3)
    long, short = walk(random, 80), walk(random, 20)
    together = opened_beside_forced(
        pl.concat([frame(1000.0, long, 1), frame(1000.0, short, 2)]), shares()
    )
    apart = pl.concat(
        opened_beside_forced(frame(1000.0, history, number), shares())
        for number, history in ((1, long), (2, short))
    )
    assert together.equals(apart)


def test_a_step_without_prices_and_a_gap_open_nothing_new_by_force() -> None:
    history = [(0.0, 0.0, 0.0, -1.0, 1.0), (0.0, 50.0, 80.0, -40.0, 0.0)]
    steps = frame(1000.0, history)
    gap = steps.with_columns(is_bridged=pl.col("until_at") == 1)
    assert opened_beside_forced(gap, shares())["opened_long_base"].to_list() == [0, 0]
    blind = steps.with_columns(
        pl.when(pl.col("until_at") == 1).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("bin_low", "bin_high")
    )
    assert opened_beside_forced(blind, shares())["opened_long_base"].to_list() == [0, 50]


def test_closes_that_leave_next_to_nothing_again_and_again_leave_numbers() -> None:
    history = [(999.0, 999.0, 5000.0, -1.0, 1.0)] * 200
    opens = opened_beside_forced(frame(1000.0, history), shares())
    assert opens.select(pl.all_horizontal(pl.exclude("until_at").is_finite())).to_series().all()
    assert opens["opened_long_base"].to_list() == pytest.approx([999.0] * 200)


def test_no_step_gives_no_row() -> None:
    nothing = opened_beside_forced(frame(1.0, [(0, 0, 0, 0, 0)]).clear(), shares().clear())
    assert nothing.height == 0
    assert len(nothing.columns) == 2 + 8
