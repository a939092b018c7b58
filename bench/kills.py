"""A night ended at 200 seeded points, then left alone: does the next scheduled look heal it?

A night of simulated exchanges, asked over HTTP, is ended by SIGKILL, SIGTERM or SIGINT after a
share of the time that it takes undisturbed. Nobody touches the home. What the schedule does next, a
look at missed nights a few minutes later, must leave every table as the undisturbed night leaves
it, and the same report but for times. ``--points`` and ``--seed`` choose how many and which.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from oirisk.flows.catch_up import Catcher
from oirisk.flows.cli.endings import noting_interrupts
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.night import Night, plain_night, run_night
from oirisk.flows.settings.model import load_settings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox
from oirisk.warehouse.home import Home

DUE = datetime(2026, 3, 2, 0, 5, tzinfo=UTC)
LATER = timedelta(minutes=5)
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
TIMES = (
    "started_at",
    "ended_at",
    "recorded_at",
    "loaded_at",
    "received_at",
    "known_at",
    "seconds",
    "at",
)
"""Columns that say when something was done, not what is so."""


BATCH = 20


@dataclass(frozen=True)
class Point:
    """Where a night is ended: the signal, and after how many seconds."""

    home: Path
    number: int
    seconds: float


def prepare(folder: Path, url: str) -> Home:
    """Make a home with the night before."""
    home = Home(folder / "before")
    home.root.mkdir()
    home.config.write_text(
        'venues = ["gate", "hyperliquid"]\n[clusters]\ntop_assets = 1\n[top_up]\nassets = 2\n'
    )
    _run(home, DUE - timedelta(days=1), url)
    return home


def _run(home: Home, due: datetime, url: str) -> None:
    asyncio.run(run_night(Night(home.root, as_of=due, sandbox=url)))


def end_nights(url: str, points: Sequence[Point]) -> None:
    """Run nights in a process that has done nothing before, each ended at its point."""
    told = [f"{one.home}={one.number}={one.seconds}" for one in points]
    command = [sys.executable, "-m", "bench.kills", "--url", url, "--end", *told]
    subprocess.run(command, check=True)


def _end_each(url: str, told: Sequence[str]) -> None:
    """Fork one night a point, so that the libraries are imported once, and end it."""
    for one in told:
        home, number, seconds = one.rsplit("=", 2)
        child = os.fork()
        if child == 0:
            noting_interrupts()
            try:
                _run(Home(Path(home)), DUE, url)
            finally:
                os._exit(0)
        time.sleep(float(seconds))
        os.kill(child, int(number))
        os.waitpid(child, 0)


def healed(home: Home, url: str) -> None:
    """Do what the schedule does some minutes later."""
    source = SandboxSource(url=url, clock=lambda: DUE)
    Catcher(
        home, load_settings(home.root), source, lambda due: plain_night(home, due, source),
        lambda: DUE + LATER,
    ).catch_up()  # fmt: skip


def contents(home: Home) -> dict[str, Any]:
    """Return all tables and the report, without times."""
    with duckdb.connect(str(home.published), read_only=True) as copy:
        tables = copy.execute(
            "select table_schema || '.' || table_name, list(column_name) from"
            " information_schema.columns join information_schema.tables"
            " using (table_schema, table_name) where table_type = 'BASE TABLE'"
            " and table_schema in ('core', 'marts', 'ops') group by 1 order by 1"
        ).fetchall()
        found: dict[str, Any] = {}
        for name, columns in tables:
            kept = ", ".join(f'"{one}"' for one in sorted(columns) if one not in TIMES)
            found[name] = copy.execute(f"select {kept} from {name} order by all").fetchall()  # noqa: S608
    report = json.loads((home.report(f"{DUE:%Y-%m-%d}") / "report.json").read_text())
    found["report"] = _without_times(report)
    return found


def _without_times(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    if isinstance(value, dict):
        return {key: _without_times(one) for key, one in value.items() if key not in TIMES}
    return [_without_times(one) for one in value] if isinstance(value, list) else value


def try_points(count: int, seed: int, folder: Path) -> list[str]:
    """End nights at seeded points; return what differs, a line each."""
    chance = random.Random(seed)  # noqa: S311 -- lots to draw
    market = SimulatedMarket(7, end=DUE + timedelta(days=1), days=4)
    moment = [DUE - timedelta(days=1)]
    differ: list[str] = []
    with Sandbox(market, clock=lambda: moment[0]).in_background() as sandbox:
        before = prepare(folder, sandbox.url)
        moment[0] = DUE
        whole = Home(folder / "undisturbed")
        shutil.copytree(before.root, whole.root)
        started = time.perf_counter()
        _run(whole, DUE, sandbox.url)
        takes = time.perf_counter() - started
        print(f"undisturbed: {takes:.1f} s", flush=True)
        wanted = contents(whole)
        for first in range(0, count, BATCH):
            points = [
                Point(folder / f"home{place}", chance.choice(SIGNALS), chance.uniform(0, takes))
                for place in range(first, min(first + BATCH, count))
            ]
            for point in points:
                shutil.copytree(before.root, point.home)
            end_nights(sandbox.url, points)
            differ += [line for point in points for line in _judge(point, sandbox.url, wanted)]
    return differ


def _judge(point: Point, url: str, wanted: Mapping[str, Any]) -> list[str]:
    home = Home(point.home)
    healed(home, url)
    seen = contents(home)
    wrong = [table for table in wanted if seen.get(table) != wanted[table]]
    shutil.rmtree(home.root)
    name = signal.Signals(point.number).name
    lines = [f"{point.home.name}: {name} after {point.seconds:.2f} s: {wrong}"] if wrong else []
    print(lines[0] if lines else ".", end="\n" if lines else "", flush=True)
    return lines


def main() -> int:
    """End nights at seeded points and return 1 when one was not healed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--end", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    logging.disable(logging.ERROR)
    if asked.end:
        _end_each(asked.url, asked.end)
        return 0
    with tempfile.TemporaryDirectory(prefix="oirisk-kills-") as folder:
        differ = try_points(asked.points, asked.seed, Path(folder))
    print(f"\n{asked.points} points, seed {asked.seed}: {len(differ)} not healed")
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
