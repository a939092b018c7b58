"""Score the liquidation map on simulated markets, beside the public method.

    python -m bench.liquidation_map [--worlds 12] [--seed 2026] [--sensitivity]

Every world is new to the model: seeds, leverage, holding times, regimes and churn are drawn.
"""

import argparse
from collections.abc import Iterator
from time import perf_counter

import duckdb
import numpy as np

from bench.world.market import World, WorldSpec, draw_specs, simulate
from bench.world.observe import START, load_world, modelled
from bench.world.public import public_map
from bench.world.score import Score, rebin, score, true_mass
from oirisk.transforms.calibrate import calibrate
from oirisk.transforms.stress import stress_grid
from oirisk.warehouse.clusters import build_clusters
from oirisk.warehouse.liquidation import Models
from oirisk.warehouse.migrate import migrate

PRIORS = ("base", "calibrated", "retail_heavy", "institutional")
PARAMETERS = {
    "rotation": 0.05, "bin_pct": 0.25, "range_pct": 25.0, "history_days": 60.0,
    "minimum_share": 0.02, "minimum_usd": 0.0, "top_assets": 10, "max_age_minutes": 30.0,
}  # fmt: skip
MODELS = Models(calibrate=calibrate, stress=stress_grid)


def scores_of(world: World, rotation: float) -> tuple[dict[str, Score], float]:
    """Build the map of a world in a fresh warehouse; return its scores and the seconds it took."""
    truth = true_mass(list(world.books), world.mark)
    found = {"public": score(public_map(world), truth, world.mark)}
    with duckdb.connect() as connection:
        connection.execute("set threads = 2; set timezone = 'UTC'")
        migrate(connection, START)
        until = load_world(connection, world)
        begun = perf_counter()
        build_clusters(connection, until, {**PARAMETERS, "rotation": rotation}, MODELS)
        seconds = perf_counter() - begun
        for prior in PRIORS:
            low, high, base = modelled(connection, "SIM", until, prior)
            found[prior] = score(rebin(low, high, base, world.mark), truth, world.mark)
    return found, seconds


def main() -> None:
    """Print one line a world and the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--sensitivity", action="store_true", help="rotation 0, 0.05 and 0.2")
    arguments = parser.parse_args()
    for rotation in (0.0, 0.05, 0.2) if arguments.sensitivity else (0.05,):
        print(
            f"rotation {rotation}: correlation / capture of the top tenth / distance in % of price"
        )
        report(draw_specs(arguments.worlds, arguments.seed), rotation)


def report(specs: list[WorldSpec], rotation: float) -> None:
    """Print the scores of some worlds."""
    kept: dict[str, list[Score]] = {}
    for spec, (found, seconds) in zip(specs, _all_scores(specs, rotation), strict=True):
        for name, one in found.items():
            kept.setdefault(name, []).append(one)
        cells = "  ".join(f"{name} {_cell(one)}" for name, one in found.items())
        print(
            f"{spec.regime:5s} {spec.mix:13s} {spec.holding:17s} {cells}  {seconds:.1f} s",
            flush=True,
        )
    for name, scores in kept.items():
        table = np.array([(s.correlation, s.capture, s.distance_pct) for s in scores])
        print(f"median {name:13s} {_cell(Score(*np.median(table, axis=0)))}   "
              f"mean {_cell(Score(*table.mean(axis=0)))}")  # fmt: skip


def _all_scores(
    specs: list[WorldSpec], rotation: float
) -> Iterator[tuple[dict[str, Score], float]]:
    for spec in specs:
        yield scores_of(simulate(spec), rotation)


def _cell(one: Score) -> str:
    return f"{one.correlation:5.2f}/{one.capture:.2f}/{one.distance_pct:4.1f}"


if __name__ == "__main__":
    main()
