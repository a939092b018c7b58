"""Score the liquidation map on simulated markets, beside the public method.

    python -m bench.liquidation_map [--worlds 12] [--seed 2026] [--maker traders] [--sensitivity]
        [--together]

Every world is new to the model: seeds, leverage, holding times, regimes and churn are drawn. There
are two makers, of which the second shares no habit with the first. Each world is written to files,
imported and built in a home of its own by the commands that a user has, with settings as they are
unless a sensitivity is asked for; the map is read from what was published.
``--together`` puts all worlds into one home, as coins that end at the same time; ``--in-process``
builds each in memory instead.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np

from bench.world.home import build_home, read_map, write_files
from bench.world.market import World, WorldSpec, draw_specs, simulate
from bench.world.observe import START, load_world, modelled
from bench.world.public import public_map
from bench.world.score import Score, rebin, score, true_mass
from oirisk.flows.settings.model import Settings
from oirisk.warehouse.marts import build_map
from oirisk.warehouse.migrate import migrate

PRIORS = ("base", "calibrated", "retail_heavy", "institutional")
LINES = {"base": Score(0.70, 0.75, 3.0), "calibrated": Score(0.80, 0.80, 1.5)}
"""What a map should reach: at least so much correlation and capture, at most so much distance."""

ROTATIONS = (0.0, 0.05, 0.2)
Read = Callable[[str], tuple[np.ndarray, np.ndarray, np.ndarray]]
Built = tuple[World, dict[str, Score], float]


def scores_of(world: World, read: Read) -> dict[str, Score]:
    """Return the scores of the public method and of the map under every prior.

    Args:
        world: What is true.
        read: Lower edges, upper edges and base of the map under a prior.
    """
    truth = true_mass(list(world.books), world.mark)
    found = {"public": score(public_map(world), truth, world.mark)}
    for prior in PRIORS:
        found[prior] = score(rebin(*read(prior), world.mark), truth, world.mark)
    return found


def by_command(worlds: Sequence[World], rotation: float | None) -> Iterator[Built]:
    """Import and build worlds in one home; yield each with its scores and the seconds of all."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "home"
        root.mkdir()
        if rotation is not None:
            (root / "oirisk.toml").write_text(f"[clusters]\nrotation = {rotation}\n", "utf-8")
        last = START + timedelta(days=max(world.spec.days for world in worlds))
        coins = {f"SIM{number}": world for number, world in enumerate(worlds)}
        files = [
            file for coin, world in coins.items()
            for file in write_files(world, Path(folder), coin, last)
        ]  # fmt: skip
        begun = perf_counter()
        build_home(root, files)
        seconds = perf_counter() - begun
        for coin, world in coins.items():
            found = scores_of(world, lambda prior, coin=coin: read_map(root, coin, prior))
            yield world, found, seconds


def in_process(worlds: Sequence[World], rotation: float | None) -> Iterator[Built]:
    """Build each world in memory."""
    clusters = Settings().clusters.model_dump()
    if rotation is not None:
        clusters["rotation"] = rotation
    parameters = {**clusters, "max_age_minutes": 30.0}
    for world in worlds:
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'; set asof_loop_join_threshold = 0")
            migrate(connection, START)
            until = load_world(connection, world)
            begun = perf_counter()
            build_map(connection, until, parameters)
            seconds = perf_counter() - begun
            read = lambda prior: modelled(connection, "SIM", until, prior)  # noqa: B023,E731
            yield world, scores_of(world, read), seconds


def main() -> None:
    """Print one line a world, the medians, and how many worlds reach what they should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--maker", choices=("crowd", "traders"), default="crowd")
    parser.add_argument("--sensitivity", action="store_true", help="rotation 0, 0.05 and 0.2")
    parser.add_argument("--together", action="store_true", help="all worlds in one home")
    parser.add_argument("--in-process", action="store_true", help="without files and commands")
    arguments = parser.parse_args()
    specs = draw_specs(arguments.worlds, arguments.seed, arguments.maker)
    make = in_process if arguments.in_process else by_command
    for rotation in ROTATIONS if arguments.sensitivity else (None,):
        print(
            f"rotation {'as set' if rotation is None else rotation}: correlation / capture of the "
            "top tenth / distance in % of price"
        )
        if arguments.together:
            report(make([simulate(spec) for spec in specs], rotation))
        else:
            report(one for spec in specs for one in make([simulate(spec)], rotation))


def report(built: Iterator[Built]) -> None:
    """Print the scores of some worlds."""
    kept: dict[str, list[Score]] = {}
    for world, found, seconds in built:
        for name, one in found.items():
            kept.setdefault(name, []).append(one)
        cells = "  ".join(f"{name} {_cell(one)}" for name, one in found.items())
        print(f"{_name(world.spec)} {cells}  {seconds:.1f} s", flush=True)
    for name, scores in kept.items():
        table = np.array([astuple(one) for one in scores])
        print(f"median {name:13s} {_cell(Score(*np.median(table, axis=0)))}   "
              f"mean {_cell(Score(*table.mean(axis=0)))}")  # fmt: skip
    _print_reached(kept)


def _print_reached(kept: Mapping[str, Sequence[Score]]) -> None:
    for name, line in LINES.items():
        reached = np.mean(
            [
                (
                    one.correlation >= line.correlation,
                    one.capture >= line.capture,
                    one.distance_pct <= line.distance_pct,
                )
                for one in kept[name]
            ],
            axis=0,
        )
        cells = " / ".join(f"{share:4.0%}" for share in reached)
        print(f"worlds of {name:10s} that reach {_cell(line)}: {cells}")


def _name(spec: WorldSpec) -> str:
    kind = (
        f"{spec.regime:5s} {spec.mix:13s} {spec.holding:17s}" if spec.maker == "crowd"
        else spec.maker
    )  # fmt: skip
    return f"{kind} {spec.days:2d} days"


def _cell(one: Score) -> str:
    return f"{one.correlation:5.2f}/{one.capture:.2f}/{one.distance_pct:4.1f}"


if __name__ == "__main__":
    main()
