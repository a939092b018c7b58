"""Leverage mixes: what is published about them, and what is learned from falls."""

from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

from oirisk.transforms.models.calibrate import calibrate
from oirisk.transforms.models.crossings import LONG, Book, Observed, distances, first_crossings
from oirisk.transforms.models.leverage import (
    NODE_HIGH,
    NODE_LOW,
    NODE_MIDDLE,
    PRIORS,
    lognormal_weights,
)
from oirisk.transforms.models.leverage_fit import fit_mix, median_leverage
from oirisk.warehouse.migrate import migrate
from tests.oracles.leverage import (
    RETAIL_HEAVY,
    effective_buckets,
    liquidated_share,
    mean_leverage,
    stated_priors,
)
from tests.worked_examples import golden

START = datetime(2026, 3, 1, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("name", "leverages", "weights"),
    [
        ("gptprojectmanager", (5, 10, 25, 50, 100), (0.15, 0.30, 0.25, 0.20, 0.10)),
        ("taihey5555", (5, 10, 20, 30, 100), (0.10, 0.20, 0.30, 0.25, 0.15)),
    ],
)
def test_public_mixes_liquidate_as_many_as_published(
    name: str, leverages: tuple[float, ...], weights: tuple[float, ...]
) -> None:
    wanted = golden("M22_leverage")[name]
    mix = np.array(leverages, dtype=float), np.array(weights)
    if name == "gptprojectmanager":
        assert mean_leverage(*mix) == pytest.approx(wanted["mean"], abs=1e-9)
        for move in (1, 2, 5, 10):
            share = liquidated_share(*mix, move / 100, 0.005)
            assert share == pytest.approx(wanted[f"within_{move}pct"], abs=1e-9)


def test_published_open_interest_falls_into_three_buckets() -> None:
    wanted = golden("M22_hl_bound")
    found = effective_buckets(np.array([2.0, 5.0, 20.0]), np.array([2.77, 3.70, 1.16]))
    assert found.below_3x == pytest.approx(wanted["share_0_3x"], abs=1e-9)
    assert found.from_3x_to_7x == pytest.approx(wanted["share_3_7x"], abs=1e-9)
    assert found.above_7x == pytest.approx(wanted["share_gt7x"], abs=1e-9)
    far = 1 - np.exp(-distances(LONG, np.array([7.0, 10.0, 5.0]), 0.005))
    told = [wanted["liq_distance_7x_mmr0p5"], wanted["liq_distance_10x"],
            wanted["liq_distance_5x"]]  # fmt: skip
    assert far == pytest.approx(told, abs=1e-9)


def test_the_base_prior_is_a_lognormal_through_those_buckets() -> None:
    weights = lognormal_weights(3.7, 0.62, 0.0)
    assert weights[NODE_MIDDLE <= 3].sum() == pytest.approx(0.363, abs=0.05)
    assert weights[NODE_MIDDLE >= 7].sum() == pytest.approx(0.152, abs=0.05)


@pytest.mark.parametrize("prior", PRIORS)
def test_every_prior_is_a_mix(prior: str) -> None:
    weights = stated_priors()[prior]
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0


def test_the_heavy_prior_is_on_its_five_figures() -> None:
    weights = stated_priors()["retail_heavy"]
    found = {(low, w) for low, w in zip(NODE_LOW, weights, strict=True) if w > 0}
    assert found == set(RETAIL_HEAVY)


def test_the_warehouse_holds_the_stated_priors() -> None:
    with duckdb.connect() as connection:
        migrate(connection, datetime(2026, 3, 1, tzinfo=UTC))
        rows = connection.execute(
            "select prior, leverage_low, leverage_high, weight from marts.leverage_priors"
        ).fetchall()
    wanted = [
        (prior, low, high, weight)
        for prior in PRIORS
        for low, high, weight in zip(NODE_LOW, NODE_HIGH, stated_priors()[prior], strict=True)
    ]
    assert sorted(rows) == [
        (prior, pytest.approx(low), pytest.approx(high), pytest.approx(weight, abs=1e-12))
        for prior, low, high, weight in sorted(wanted)
    ]


@pytest.mark.parametrize("wrong", [(0, 1, 0.5), (3, 0, 0.5), (3, 1, 1.5)])
def test_a_mix_out_of_range_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="a mix needs"):
        lognormal_weights(*wrong)


def test_shares_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="positive total"):
        effective_buckets(np.array([3.0]), np.array([0.0]))


def test_first_crossings_are_what_a_scan_finds() -> None:
    random = np.random.default_rng(5)
    prices = np.cumsum(random.standard_normal(200))
    starts = np.arange(-1, 200)
    levels = random.normal(0, 5, (201, 4))
    found = first_crossings(prices, starts, levels)
    for row, start in enumerate(starts):
        for node in range(4):
            later = np.flatnonzero(prices[start + 1 :] <= levels[row, node])
            assert found[row, node] == (later[0] + start + 1 if later.size else 200)


def walk(leverage: float, days: int = 20, seed: int = 1) -> Observed:
    """Simulate a market in which everybody has one leverage; some leave by chance.

    Whoever is liquidated is matched by others of the other side who close in proportion.
    """
    random = np.random.default_rng(seed)
    steps = days * 288
    price = 100 * np.exp(np.cumsum(0.003 * random.standard_normal(steps)))
    entry, size = np.zeros(steps), {1: np.zeros(steps), -1: np.zeros(steps)}
    held, volume = np.zeros(steps), np.zeros(steps)
    for at in range(steps):
        entry[at] = price[at]
        dead = {}
        for side, base in size.items():
            np.multiply(base, 0.9995, out=base)
            hit = (base > 0) & (side * (price[at] - entry * (1 - side / leverage)) <= 0)
            dead[side] = base[hit].sum()
            base[hit] = 0
        for side, base in size.items():
            left = base.sum()
            np.multiply(base, 1 - min(dead[-side] / left, 1) if left > 0 else 1, out=base)
            base[at] = random.lognormal()
        size[-1] *= size[1].sum() / size[-1].sum()
        held[at] = size[1].sum()
        volume[at] = 5 * random.lognormal() + dead[1] + dead[-1]
    return Observed(held[:-1], held[1:], volume[1:], price[1:], price[1:])


@pytest.mark.parametrize("leverage", [5, 20])
def test_the_leverage_of_a_simple_market_is_found(leverage: float) -> None:
    fit = fit_mix([Book(walk(leverage), 0.05, 0.0)])
    assert fit.base.sum() == pytest.approx(1)
    assert fit.calibrated.sum() == pytest.approx(1)
    assert fit.calibrated.min() >= 0
    assert median_leverage(fit.base) == pytest.approx(leverage, rel=0.45)
    # every forced close makes the other side close as much: all of it lowers open interest
    assert fit.pass_through == pytest.approx(1, abs=0.1)


def test_a_market_without_volume_or_change_keeps_the_prior() -> None:
    flat = Observed(*(np.full(300, value) for value in (5.0, 5.0, 0.0, 9.0, 9.0)))
    fit = fit_mix([Book(flat, 0.05, 0.005)])
    assert np.isfinite(fit.calibrated).all()
    assert 2 < median_leverage(fit.base) < 6


def test_a_fit_without_books_is_refused() -> None:
    with pytest.raises(ValueError, match="two steps"):
        fit_mix([])


def steps_of(observed: Observed, asset: str) -> pl.DataFrame:
    ends = [START + number * FIVE_MINUTES for number in range(1, observed.volume.size + 1)]
    return pl.DataFrame(
        {"asset": asset, "instrument": 1, "from_at": [end - FIVE_MINUTES for end in ends],
         "until_at": ends, "held_before": observed.before, "held_after": observed.after,
         "volume": observed.volume, "price_low": observed.low, "price_high": observed.high,
         "is_inverse": False, "is_simulated": False}
    )  # fmt: skip


def test_only_assets_with_enough_steps_are_calibrated() -> None:
    long = steps_of(walk(10), "BTC")
    found = calibrate(pl.concat([long, steps_of(walk(10), "ETH").head(1000)]), 0.05, 0.005)
    assert set(found["asset"]) == {"BTC"}
    assert set(found["prior"]) == {"base", "calibrated"}
    sums = found.group_by("prior").agg(pl.col("weight").sum())
    assert sums["weight"].to_list() == pytest.approx([1, 1])
    assert found["rotation"].unique().to_list() == [0.05]
    assert found.height == 2 * NODE_MIDDLE.size
    assert calibrate(long.clear(), 0.05, 0.005).is_empty()
