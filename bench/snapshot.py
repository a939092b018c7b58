"""What one snapshot of six exchanges costs, step by step, beside what it must cost at least.

Six simulated exchanges with at least 500 instruments each are asked over HTTP on this machine, as a
run asks real ones. The steps are those of the run itself, timed from outside: nothing is measured
on a copy of the code. Over history, the first night reads every listing for the first time and
builds all marts anew: it is told apart, and the next night is the one measured. ``make bench`` runs
it; ``--every-hours 1`` gives hourly history.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
from prefect import flow

from oirisk.flows import batch, demo, marts, outcome, pipeline, reports
from oirisk.flows.batch import Batch
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import select_venues
from oirisk.flows.exchanges.sources import SandboxSource, wall_clock
from oirisk.flows.outcome import Outcome
from oirisk.flows.settings.model import Settings
from oirisk.sandbox import market as market_module
from oirisk.sandbox.assets import Coin, coins
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import DEMO_VENUES, select_simulated
from oirisk.sandbox.server import Sandbox
from oirisk.sandbox.venue import SimulatedVenue
from oirisk.schemas.responses import VenueSnapshot
from oirisk.warehouse import writer
from oirisk.warehouse.home import Home
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import writing

AT = datetime(2026, 9, 21, tzinfo=UTC)
LEAST = 500
LIMIT_SECONDS = 5.0
GENERATIONS = 12
STEPS = {
    "archive": ((pipeline, "archive"),),
    "validate": ((batch, "derive"),),
    "load": ((outcome, "record_run"), (pipeline, "load_derived")),
    "measure conventions": ((marts, "build_conventions"),),
    "aggregate: totals": ((marts, "build_totals"),),
    "aggregate: clusters": ((marts, "build_map"),),
    "publish": ((writer, "publish"),),
    "render: query": ((reports, "report_of"),),
    "render: write": ((reports, "write_report"),),
}


class Stopwatch:
    """Seconds by step, measured around functions of the run."""

    def __init__(self) -> None:
        """Start with nothing measured."""
        self.seconds: dict[str, float] = defaultdict(float)
        self.processor: dict[str, float] = defaultdict(float)

    @contextmanager
    def measuring(self, step: str) -> Iterator[None]:
        """Add the block's time to a step; on a busy machine processor time tells more."""
        started, used = time.perf_counter(), time.process_time()
        yield
        self.seconds[step] += time.perf_counter() - started
        self.processor[step] += time.process_time() - used

    def wrap(self, step: str, module: ModuleType, name: str) -> None:
        """Measure every call of a module's function from now on."""
        function: Callable[..., Any] = getattr(module, name)

        def measured(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- whatever it takes
            with self.measuring(step):
                return function(*args, **kwargs)

        setattr(module, name, measured)


def generation(number: int) -> tuple[Coin, ...]:
    """Return all coins under other names, so that an exchange can list them once more."""
    listed = coins()
    return tuple(
        replace(coin, name=f"{coin.name}G{number}", rank=number * len(listed) + coin.rank)
        for coin in listed
    )


def stretched(venue: SimulatedVenue) -> SimulatedVenue:
    """Return an exchange that lists coins under further names until it has ``LEAST`` contracts."""

    def list_contracts(listed: Any, dates: Any) -> Any:  # noqa: ANN401 -- as the exchange's own
        del listed  # it holds the further names too
        names, contracts = coins(), venue.list_contracts(coins(), dates)
        for number in range(1, GENERATIONS + 1):
            if len(contracts) >= LEAST:
                break
            names = (*names, *generation(number))
            contracts = venue.list_contracts(names, dates)
        return contracts

    return replace(venue, list_contracts=list_contracts, rate_limit=None)


def drawn_market(days: int) -> SimulatedMarket:
    """Draw the stretched market."""
    everything = tuple(coin for number in range(1, GENERATIONS + 1) for coin in generation(number))
    market_module.coins = lambda: (*coins(), *everything)  # type: ignore[attr-defined]
    return SimulatedMarket(
        7, end=AT, days=days + 2, venues=[stretched(it) for it in select_simulated(DEMO_VENUES)]
    )


async def fetch(url: str, settings: Settings, at: datetime) -> list[VenueSnapshot]:
    """Ask every venue at once, as a run does."""
    source = SandboxSource(url=url, clock=lambda: at)
    venues = select_venues(settings.venues)
    return list(
        await asyncio.gather(*(fetch_venue(venue, source, settings.fetch) for venue in venues))
    )


def store(home: Home, settings: Settings, snapshots: list[VenueSnapshot], at: datetime) -> Outcome:
    """Store what was answered at an instant as a run does."""
    frame = pipeline.RunFrame(
        home, "nightly", at, wall_clock(), "sandbox", is_simulated=True, settings=settings
    )
    return pipeline.store(frame, Batch(snapshots, settings), wall_clock())


def floors(home: Home, snapshots: list[VenueSnapshot], folder: Path) -> dict[str, float]:
    """Time what each step cannot do without: decoding JSON, inserting rows, copying a file."""
    watch = Stopwatch()
    bodies = [response.body for fetched in snapshots for response in fetched.responses]
    with watch.measuring("validate"):
        for body in bodies:
            json.loads(body)
    with duckdb.connect(str(home.published), read_only=True) as connection:
        rows = connection.sql(
            "select * from core.open_interest"
            " where snapshot_at = (select max(snapshot_at) from core.open_interest)"
        ).to_arrow_table()
    with duckdb.connect(str(folder / "floor.duckdb")) as connection:
        connection.register("rows", rows)
        with watch.measuring("load"):
            connection.execute("create table facts as select * from rows")
            connection.execute("checkpoint")
    with watch.measuring("publish"):
        copy = folder / "floor.copy"
        shutil.copyfile(home.warehouse, copy)
        handle = os.open(copy, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    return watch.seconds


def measure(folder: Path, days: int, every: timedelta) -> bool:
    """Measure once and print; tell whether the limit was kept."""
    watch, home = Stopwatch(), Home(folder / "home")
    settings = Settings(venues=DEMO_VENUES)
    with watch.measuring("empty Prefect flow"):
        asyncio.run(_empty())
    market = drawn_market(days)
    if days:
        demo.STEP, demo.PIECE = every, max(every, demo.PIECE)
        window = BuildWindow(AT - timedelta(days=days), AT - 2 * every)
        with watch.measuring("history"):
            demo.fill_history(home, market, window, wall_clock())
            with writing(home, wall_clock()) as connection:
                marts.build_stale(connection, settings, wall_clock())
        with Sandbox(market, clock=lambda: AT - every).in_background() as sandbox:
            before = asyncio.run(fetch(sandbox.url, settings, AT - every))
        with watch.measuring("first night"):
            store(home, settings, before, AT - every)
    with Sandbox(market, clock=lambda: AT).in_background() as sandbox:
        asyncio.run(fetch(sandbox.url, settings, AT))  # draws the market's answers once
        with watch.measuring("fetch"):
            snapshots = asyncio.run(fetch(sandbox.url, settings, AT))
    for step, functions in STEPS.items():
        for module, name in functions:
            watch.wrap(step, module, name)
    started = time.perf_counter()
    stored = store(home, settings, snapshots, AT)
    night = settings.schedule.night_of(stored.snapshot_at)
    reports.write_report(home, reports.report_of(home, stored.run_id, settings), night)
    total = time.perf_counter() - started
    print(f"{stored.accepted} rows accepted, {stored.rejected} rejected, {stored.statuses}")
    return _print(watch, floors(home, snapshots, folder), total)


@flow(name="empty", persist_result=False)
async def _empty() -> None:
    """Do nothing."""


def _print(watch: Stopwatch, least: dict[str, float], total: float) -> bool:
    print(f"{'step':<22}{'seconds':>9}{'cpu':>9}{'floor':>9}{'ratio':>8}")
    for step in ("empty Prefect flow", "history", "first night", "fetch", *STEPS):
        if step not in watch.seconds:
            continue
        seconds, floor = watch.seconds[step], least.get(step)
        beside = f"{floor:>9.3f}{seconds / floor:>8.1f}" if floor else ""
        print(f"{step:<22}{seconds:>9.2f}{watch.processor[step]:>9.2f}{beside}")
    rest = total - sum(watch.seconds[step] for step in STEPS)
    print(f"{'open, commit, flush':<22}{rest:>9.2f}")
    verdict = "kept" if total < LIMIT_SECONDS else "EXCEEDED"
    print(f"{'sum above fetch':<22}{total:>9.2f}   limit {LIMIT_SECONDS:g} s {verdict}")
    return total < LIMIT_SECONDS


def main() -> None:
    """Read the options, measure, and end with status 1 when the limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30, help="history loaded before (0: none)")
    parser.add_argument("--every-hours", type=int, default=24, help="hours between its snapshots")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oirisk-bench-") as folder:
        kept = measure(Path(folder), options.days, timedelta(hours=options.every_hours))
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
