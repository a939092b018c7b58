"""The liquidation map against simulated markets in which every account is known."""

from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest

from bench.world.market import World, WorldSpec, simulate
from bench.world.observe import START, STEP, load_world, modelled
from bench.world.public import public_map
from bench.world.score import Score, rebin, score, true_mass
from bench.world.watched import show_accounts
from oirisk.flows.settings.model import Settings
from oirisk.warehouse.marts import build_map
from oirisk.warehouse.migrate import migrate

SPECS = (
    WorldSpec(32, "trend", "rounded", "long", days=12, unseen_days=0, venues=1),
    WorldSpec(33, "range", "middle", "long", days=12, unseen_days=0, venues=2),
)
"""Two small markets; no constant of the model was chosen on them."""

PRIORS = ("base", "retail_heavy", "institutional", "calibrated")
Mapped = tuple[duckdb.DuckDBPyConnection, World, datetime]


@pytest.fixture(scope="module", params=SPECS, ids=lambda spec: str(spec.regime))
def mapped(request: pytest.FixtureRequest) -> Iterator[Mapped]:
    world = simulate(request.param)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'; set asof_loop_join_threshold = 0")
        migrate(connection, START)
        until = load_world(connection, world)
        parameters = {**Settings().clusters.model_dump(), "max_age_minutes": 30.0}
        build_map(connection, until, parameters)
        yield connection, world, until


def scored(mapped: Mapped, prior: str) -> Score:
    connection, world, until = mapped
    found = rebin(*modelled(connection, "SIM", until, prior), world.mark)
    return score(found, true_mass(list(world.books), world.mark), world.mark)


def test_the_base_map_is_near_the_truth(mapped: Mapped) -> None:
    found = scored(mapped, "base")
    assert found.correlation >= 0.70
    assert found.capture >= 0.65
    assert found.distance_pct <= 3


def test_the_calibrated_map_is_nearer(mapped: Mapped) -> None:
    found = scored(mapped, "calibrated")
    assert found.correlation >= 0.79
    assert found.capture >= 0.80
    assert found.distance_pct <= 1.5


def test_both_are_far_better_than_what_is_public(mapped: Mapped) -> None:
    _, world, _ = mapped
    public = score(public_map(world), true_mass(list(world.books), world.mark), world.mark)
    assert public.correlation < 0.4
    assert scored(mapped, "base").correlation > public.correlation + 0.3


def test_accounts_that_an_exchange_shows_bring_the_map_nearer(mapped: Mapped) -> None:
    connection, world, until = mapped
    before = scored(mapped, "calibrated")
    parameters = {**Settings().clusters.model_dump(), "max_age_minutes": 30.0}
    connection.execute("begin transaction")
    assert show_accounts(connection, world, until - STEP) == 400
    build_map(connection, until, parameters)
    after = scored(mapped, "calibrated")
    told = connection.execute(
        "select distinct evidence, observed_accounts, observed_share > 0.2"
        " from marts.leverage_calibration"
    ).fetchall()
    connection.execute("rollback")
    assert told == [("both", 400, True)]
    assert after.correlation > before.correlation
    assert after.correlation >= 0.9
    assert after.distance_pct <= 0.8


def test_longs_lie_below_the_mark_and_shorts_above_and_no_figure_is_missing(
    mapped: Mapped,
) -> None:
    connection, world, _ = mapped
    rows = connection.execute(
        "select prior, side, min(price_low), max(price_high), min(base), bool_and(isfinite(usd))"
        " from marts.liquidation_map group by prior, side"
    ).fetchall()
    assert {row[:2] for row in rows} == {(p, s) for p in PRIORS for s in ("long", "short")}
    for _, side, low, high, least, is_finite in rows:
        assert high <= world.mark if side == "long" else low >= world.mark
        assert least > 0
        assert is_finite


def test_exchanges_add_up_to_all(mapped: Mapped) -> None:
    connection, world, _ = mapped
    rows = connection.execute(
        "select prior, side, sum(base) filter (where venue = 'ALL'),"
        " sum(base) filter (where venue <> 'ALL') from marts.liquidation_map group by prior, side"
    ).fetchall()
    held = sum(float(tape.oi[-1]) for tape in world.tapes)
    assert {row[:2] for row in rows} == {(p, s) for p in PRIORS for s in ("long", "short")}
    for *_, total, parts in rows:
        assert total > 0
        assert total == pytest.approx(parts, rel=1e-9)
        assert total <= held * (1 + 1e-9)


def test_another_width_of_bins_gives_the_same_map(mapped: Mapped) -> None:
    connection, world, until = mapped
    fine = rebin(*modelled(connection, "SIM", until, "base"), world.mark)
    parameters = {**Settings().clusters.model_dump(), "max_age_minutes": 30.0, "bin_pct": 0.23}
    connection.execute("begin transaction")
    build_map(connection, until, parameters)
    other = rebin(*modelled(connection, "SIM", until, "base"), world.mark)
    connection.execute("rollback")
    assert abs(fine - other).sum() < 0.1 * fine.sum()
