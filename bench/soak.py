"""Years of nights on a compressed clock, with faults at random: what is lost, wrong or grows.

Simulated exchanges answer over HTTP; every night is run, left out, killed or disturbed as the seed
has it, and looked after as the schedule does: ten minutes and two hours after it was due. Then it
is compared with what is really open. ``make soak`` runs a year of it, the build server 20 nights.
``--write FILE`` writes the table as a page of the documentation.
"""

import argparse
import asyncio
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import duckdb

from oirisk.flows.catch_up import Catcher
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.night import Night, plain_night, run_night
from oirisk.flows.settings.model import load_settings
from oirisk.sandbox.faults import Fault
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.errors import OiRiskError
from oirisk.warehouse.home import Home

FIRST = datetime(2026, 1, 2, 0, 5, tzinfo=UTC)
DAY = timedelta(days=1)
VENUES = ("gate", "hyperliquid", "bybit")
ANSWERS = (
    Fault.RATE_LIMITED, Fault.SERVER_ERROR, Fault.HTML, Fault.TRUNCATED, Fault.EMPTY, Fault.DOWN,
    Fault.DUPLICATED, Fault.NAN, Fault.NEGATIVE, Fault.FUTURE, Fault.STALE, Fault.FLAKY,
    Fault.SCRIPT_SYMBOL, Fault.SQL_SYMBOL, Fault.DEAD_SYMBOL,
)  # fmt: skip
QUIET, OFF, KILLED, RAW, COPY = (
    "nothing", "machine off", "killed", "raw file cut short", "copy lost",
)  # fmt: skip
SHARES = {QUIET: 50, "answer": 26, OFF: 8, KILLED: 8, RAW: 4, COPY: 4}
LATER = (timedelta(minutes=10), timedelta(hours=2))
"""When a night is looked after; what is asked at the first is what is open then. A machine that was
off comes back for the second: too late to ask, so that night is made of history."""

EXACT = 1e-9
MOST_GROWTH = 1.2


@dataclass
class Tally:
    """What a soak has seen."""

    faults: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)


@dataclass
class Soak:
    """A home, its exchanges, and the time of day that both go by."""

    home: Home
    market: SimulatedMarket
    sandbox: Sandbox
    moment: list[datetime]
    chance: random.Random
    tally: Tally = field(default_factory=Tally)

    def night(self, due: datetime) -> None:
        """Let a night befall what befalls it, look after it, and judge what is there."""
        self.moment[0] = due
        fault = self._befalls()
        self.tally.faults[fault.partition(":")[0]] += 1
        started = time.perf_counter()
        if fault == KILLED:
            self._killed(due)
        elif fault != OFF:
            self._run(due)
        self.sandbox.faults.clear()
        for later in LATER[1:] if fault == OFF else LATER:
            self.moment[0] = due + later
            self._look_after()
        self.tally.seconds.append(time.perf_counter() - started)
        self._measure()
        self._judge(due)

    def _befalls(self) -> str:
        kind = self.chance.choices(list(SHARES), list(SHARES.values()))[0]
        if kind == "answer":
            fault, venue = self.chance.choice(ANSWERS), self.chance.choice(VENUES)
            self.sandbox.faults[venue] = fault
            return f"{fault}: {venue}"
        if kind == RAW:
            files = sorted(self.home.raw.rglob("*.parquet"))
            if files:
                path = self.chance.choice(files)
                os.truncate(path, path.stat().st_size // 2)
        if kind == COPY:
            self.home.published.unlink(missing_ok=True)
        return kind

    def _run(self, due: datetime) -> None:
        try:
            asyncio.run(run_night(Night(self.home.root, as_of=due, sandbox=self.sandbox.url)))
        except OiRiskError as error:
            self.tally.states[f"error: {type(error).__name__}"] += 1

    def _killed(self, due: datetime) -> None:
        """Run the night in a process of its own and kill that at some moment."""
        with subprocess.Popen(
            [sys.executable, "-m", "oirisk", "nightly", "--home", self.home.root,
             "--as-of", due.isoformat()],
            env={**os.environ, "OIRISK_SANDBOX": self.sandbox.url}, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            try:
                process.wait(self.chance.uniform(2.0, 12.0))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)

    def _look_after(self) -> None:
        source = SandboxSource(url=self.sandbox.url, clock=lambda: self.moment[0])
        Catcher(
            self.home, load_settings(self.home.root), source,
            lambda due: plain_night(self.home, due, source), lambda: self.moment[0],
        ).catch_up()  # fmt: skip

    def _measure(self) -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.tally.memory.append(pages * os.sysconf("SC_PAGE_SIZE") / 1024**2)
        self.tally.handles.append(sum(1 for _ in Path("/proc/self/fd").iterdir()))
        self.tally.files.append(sum(1 for one in self.home.root.rglob("*") if one.is_file()))

    def _judge(self, due: datetime) -> None:
        """Compare what is published of a night with the truth, and look for its report."""
        with duckdb.connect(str(self.home.published), read_only=True) as copy:
            runs = copy.execute(
                "select state, error from ops.runs where flow = 'nightly' and snapshot_at = ?"
                " order by started_at desc", [due],
            ).fetchall()  # fmt: skip
            rows = copy.execute(
                "select venues.asset, venues.venue, venues.oi_base, assets.oi_base"
                " from marts.oi_by_venue as venues"
                " join marts.oi_by_asset as assets using (snapshot_at, asset, kind_group)"
                " where snapshot_at = ? and kind_group = 'futures' and published", [due],
            ).fetchall()  # fmt: skip
        state = runs[0][0] if runs else "no run"
        self.tally.states[state] += 1
        has_report = (self.home.report(f"{due:%Y-%m-%d}") / "report.json").exists()
        if not has_report and not (state == "failed" and runs[0][1]):
            self.tally.wrong.append(f"{due:%Y-%m-%d}: no report, and no reason: {state}")
        sums: Counter[str] = Counter()
        totals: dict[str, float] = {}
        true = [self._truth(at) for at in (due, due + LATER[0])]
        for asset, venue, base, total in rows:
            sums[asset] += base
            totals[asset] = total
            if not any(_is(base, one[asset, venue]) for one in true):
                self.tally.wrong.append(f"{due:%Y-%m-%d}: {asset} on {venue}: {base!r}")
        for asset, total in totals.items():
            if not _is(total, sums[asset]):
                self.tally.wrong.append(f"{due:%Y-%m-%d}: {asset}: {total!r}, not {sums[asset]!r}")

    def _truth(self, at: datetime) -> Counter[tuple[str, str]]:
        true: Counter[tuple[str, str]] = Counter()
        for row in self.market.truth(at).to_dicts():
            if row["kind"] in {"perp", "future"}:
                true[row["asset"], row["venue"]] += row["oi_base"]
        return true


def _is(seen: float, true: float) -> bool:
    return abs(seen - true) <= EXACT * true


def soak(nights: int, seed: int, folder: Path, say: Callable[[str], None]) -> Tally:
    """Run a number of nights.

    Args:
        nights: How many.
        seed: Of market and faults.
        folder: Where the home goes.
        say: Told of progress.
    """
    home = Home(folder)
    names = ", ".join(f'"{venue}"' for venue in VENUES)
    home.config.write_text(
        f"venues = [{names}]\n[clusters]\ntop_assets = 1\n[top_up]\nassets = 2\n"
        "[fetch]\nbackoff_seconds = 0.05\nlongest_wait_seconds = 1\n"
    )
    moment = [FIRST]
    market = SimulatedMarket(seed, end=FIRST + DAY * (nights + 1), days=nights + 3)
    with Sandbox(market, clock=lambda: moment[0]).in_background() as sandbox:
        one = Soak(home, market, sandbox, moment, random.Random(seed))  # noqa: S311 -- a lot to draw
        for number in range(nights):
            one.night(FIRST + DAY * number)
            if (number + 1) % 10 == 0:
                say(f"{number + 1} nights, {sum(one.tally.seconds):.0f} s")
    return one.tally


def table(tally: Tally, nights: int, seed: int) -> str:
    """Return what was seen as a page of the documentation."""
    span = min(10, nights // 2)
    before = min(30, nights - span)
    early, late = slice(before - span, before), slice(nights - span, nights)

    def row(name: str, values: Sequence[float], form: str) -> str:
        before, after = median(values[early]), median(values[late])
        ratio = after / before if before else 1.0
        return f"| {name} | {before:{form}} | {after:{form}} | {ratio:.2f} |"

    lines = [
        "# Soak", "",
        f"{nights} nights of {len(VENUES)} simulated exchanges, clock compressed, seed {seed}.", "",
        "| befell the night | nights |", "|---|---|",
        *(f"| {name} | {count} |" for name, count in sorted(tally.faults.items())), "",
        "| how it ended | nights |", "|---|---|",
        *(f"| {name} | {count} |" for name, count in sorted(tally.states.items())), "",
        f"Totals that are not true, nights without report or reason: {len(tally.wrong)}.",
        *(f"\n* {one}" for one in tally.wrong), "",
        f"| median of {span} nights | up to night {early.stop} | up to night {late.stop} | ratio |",
        "|---|---|---|---|",
        row("seconds a night", tally.seconds, ".2f"),
        row("memory, MB", tally.memory, ".0f"),
        row("open handles", tally.handles, ".0f"),
        row("files of the home, each night", _steps(tally.files), ".1f"), "",
    ]  # fmt: skip
    return "\n".join(lines)


def _steps(values: Sequence[int]) -> list[float]:
    return [float(after - before) for before, after in zip([0, *values], values, strict=False)]


def main() -> int:
    """Run a soak, print its table, and return 1 when something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)  # faults are what this is about
    with tempfile.TemporaryDirectory(prefix="oirisk-soak-") as folder:
        tally = soak(asked.nights, asked.seed, Path(folder), print)
    page = table(tally, asked.nights, asked.seed)
    print(page)
    for one in tally.wrong:
        print(one)
    if asked.write:
        asked.write.write_text(page)
    return int(bool(tally.wrong))


if __name__ == "__main__":
    sys.exit(main())
