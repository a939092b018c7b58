"""What the warehouse costs beside what it must cost at least, on a made-up market.

    python -m bench.warehouse [load] [marts] [history] [options] [--rows N] [--days D]

20 venues with 500 instruments each, a snapshot every 5 minutes; of options a market of their own.
Every section runs in a process of its own, whose peak memory is printed:

* load: ``oirisk import`` of Parquet files, beside a bare insert of the same batches into DuckDB,
  and beside reading and checking the same files with polars and, if installed, with pandas;
* marts: each mart's full build beside one hand-written query for the same answer. The answers
  are compared row by row;
* history: one more snapshot on a long history and on 30 days of it, and the macros on both. It has
  50 instruments a venue and a snapshot an hour, unless ``--instruments`` and ``--step-minutes``
  say otherwise;
* options: two years of nights of 4,992 options, unless ``--days`` says otherwise: one night more,
  all of them in one build with its memory, and the sums in it beside two hand-written queries.

Bounds on ratios are held by processor seconds, of all threads: seconds by the clock, printed
beside them, tell of whatever else the machine does. The exit status is 1 if one does not hold.
"""

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from bench.stored import history, load, macros, marts, options_marts
from bench.stored.clock import Clock, peak_gib
from bench.stored.increment import add_snapshot
from bench.stored.market import END, Market, days
from oirisk.warehouse.home import Home
from oirisk.warehouse.window import BuildWindow

LEAST_SHARE = 0.40
MOST_OF_QUERY = 1.5
MOST_OF_SHORT = 1.2
MOST_GIB = 4.0
MOST_MILLISECONDS = 100.0
MOST_OPTIONS_GIB = 1.0
MOST_OPTIONS_SECONDS = 1.0
SHORT_DAYS = 30
OPTION_DAYS = 730
NIGHTS = 3
HAS_PANDAS = find_spec("pandas") is not None
SECTIONS = ("load", "marts", "history", "options")


def measure_load(folder: Path, options: argparse.Namespace) -> bool:
    """Print the rates of an import and of what it is held against."""
    files, market = folder / "files", Market(options.venues, options.instruments or 500)
    rows = load.write_files(files, market, options.rows)
    written = sum(file.stat().st_size for file in files.iterdir())
    print(f"{rows:,} rows in {len(list(files.iterdir()))} Parquet files, {written / 1e6:,.0f} MB")
    print(f"{'':<46}{'wall s':>9}{'cpu s':>9}{'rows/s':>12}")
    ours = _timed("oirisk import", load.validated(files, folder / "home"), rows)
    peak = peak_gib()
    floor = _timed("bare insert of the same rows", load.bare(files, folder / "bare", rows), rows)
    six = load.bare_six(files, folder / "six", rows)
    _timed("bare insert of the files' six columns", six, rows)
    _timed("polars and pandera, reading and judging only", load.by_polars(files), rows)
    if HAS_PANDAS:
        _timed("pandas, reading and judging only", load.by_pandas(files), rows)
    share = floor.wall["load"] / ours.wall["load"]
    by_processor = floor.processor["load"] / ours.processor["load"]
    print(f"share of the bare insert: {share:.2f} by the clock, {by_processor:.2f} by processor")
    print(f"peak memory of the import: {peak:.2f} GiB")
    return _holds(
        by_processor >= LEAST_SHARE, f"at least {LEAST_SHARE:.0%} of a bare insert"
    ) & _holds(peak < MOST_GIB, f"less than {MOST_GIB:g} GiB")


def _timed(name: str, found: tuple[Clock, int], rows: int) -> Clock:
    """Print what loading so many rows took, as soon as that is known."""
    clock, count = found
    if count != rows:
        raise RuntimeError(f"{name}: expected {rows} rows, saw {count}")
    wall = clock.wall["load"]
    rate = f"{wall:>9.1f}{clock.processor['load']:>9.1f}{rows / wall:>12,.0f}"
    print(f"{name:<46}{rate}", flush=True)
    return clock


def measure_marts(folder: Path, options: argparse.Namespace) -> bool:
    """Print what each mart costs beside a query for the same answer."""
    step = _step(options)
    market = Market(options.venues, options.instruments or 500, step)
    length = max(1, round(options.rows / market.rows_a_day))
    home = Home(folder / "home")
    history.fill(home, market, length)
    print(f"{length * market.rows_a_day:,} facts: {length} days, one snapshot in {step} minutes")
    window = BuildWindow(END - days(length), END)
    built = marts.build_all(home, window)
    peak = peak_gib()
    found = marts.query_all(home, window, built)
    print(f"{'':<34}{'rows':>10}{'build s':>9}{'cpu':>8}{'query s':>9}{'cpu':>8}{'ratio':>7}"
          f"{'by cpu':>8}{'differ':>8}")  # fmt: skip
    shared = built.wall[marts.SHARED], built.processor[marts.SHARED]
    print(f"{marts.SHARED:<34}{'':>10}{shared[0]:>9.1f}{shared[1]:>8.1f}")
    good = True
    for it in found:
        print(_mart_line(it))
    base = [it for it in found if it.mart in marts.OF_FACTS]
    walls = (shared[0] + sum(it.built for it in base)) / sum(it.queried for it in base)
    cpus = (shared[1] + sum(it.built_processor for it in base)) / sum(
        it.queried_processor for it in base
    )
    print(f"those made of facts, with what they share: {walls:.2f}, by processor {cpus:.2f}")
    for name, (wall, processor) in marts.total_by_frames(home, with_pandas=HAS_PANDAS).items():
        print(f"sums by snapshot and asset alone, {name:<20}{wall:>8.2f} s{processor:>8.2f} cpu")
    print(f"peak memory of the build: {peak:.2f} GiB")
    for it in found:
        if it not in base:
            within = it.built_processor <= MOST_OF_QUERY * it.queried_processor
            good &= _holds(within, f"{it.mart} within {MOST_OF_QUERY:g} of its query")
        good &= _holds(not it.differing, f"{it.mart} agrees with its query")
    good &= _holds(cpus <= MOST_OF_QUERY, f"marts of facts within {MOST_OF_QUERY:g}")
    return good & _holds(peak < MOST_GIB, f"less than {MOST_GIB:g} GiB")


def _mart_line(it: marts.Compared) -> str:
    return (
        f"{it.mart:<34}{it.rows:>10,}{it.built:>9.1f}{it.built_processor:>8.1f}{it.queried:>9.1f}"
        f"{it.queried_processor:>8.1f}{it.built / it.queried:>7.2f}"
        f"{it.built_processor / it.queried_processor:>8.2f}{it.differing:>8,}"
    )


def _step(options: argparse.Namespace) -> int:
    """Return the finest step at which so many days fit in so many rows."""
    if options.days is None:
        return 5
    instruments = options.venues * (options.instruments or 500)
    for step in (5, 10, 15, 20, 30, 60, 120, 240):
        if options.days * instruments * (1440 // step) <= options.rows:
            return step
    raise SystemExit(f"{options.rows} rows are too few for {options.days} days of this market")


def measure_history(folder: Path, options: argparse.Namespace) -> bool:
    """Print what one more snapshot costs on a long history and on a short one."""
    market = Market(options.venues, options.instruments or 50, options.step_minutes)
    long_days = options.days or 365
    template = history.build_template(Home(folder / "template"), market)
    medians, answers, facts = {}, {}, 0
    for length in (SHORT_DAYS, long_days):
        home = Home(folder / f"days{length}")
        history.fill(home, market, length, template)
        facts = length * market.rows_a_day
        print(f"{length} days, {facts:,} facts, {home.warehouse.stat().st_size / 1e6:,.0f} MB")
        step = timedelta(minutes=market.step_minutes)
        clocks = [add_snapshot(home, market, END + number * step) for number in range(NIGHTS)]
        medians[length] = _median(clocks)
        answers[length] = macros.time_macros(home)
    short, long = medians[SHORT_DAYS], medians[long_days]
    print(f"{'':<28}{SHORT_DAYS:>6} days{'cpu':>8}{long_days:>8} days{'cpu':>8}{'ratio':>7}")
    for name in short.wall:
        print(f"{name:<28}{short.wall[name]:>11.2f}{short.processor[name]:>8.2f}"
              f"{long.wall[name]:>13.2f}{long.processor[name]:>8.2f}"
              f"{long.wall[name] / short.wall[name]:>7.2f}")  # fmt: skip
    ratio = _work(long.wall) / _work(short.wall)
    by_processor = _work(long.processor) / _work(short.processor)
    print(f"one snapshot more, publishing aside: {ratio:.2f}, by processor {by_processor:.2f}")
    print(f"{'macro':<20}{'rows':>6}{'first ms':>10}{'later ms':>10}{'30 days ms':>12}")
    for name, (first, later, rows) in answers[long_days].items():
        print(
            f"{name:<20}{rows:>6}{first:>10.1f}{later:>10.1f}{answers[SHORT_DAYS][name][1]:>12.1f}"
        )
    slowest = max(later for _, later, _ in answers[long_days].values())
    print(f"peak memory: {peak_gib():.2f} GiB")
    return (
        _holds(by_processor <= MOST_OF_SHORT, f"at most {MOST_OF_SHORT:g} of a short history")
        & _holds(slowest < MOST_MILLISECONDS, f"macros under {MOST_MILLISECONDS:g} ms")
        & _holds(peak_gib() < MOST_GIB, f"less than {MOST_GIB:g} GiB")
    )


def measure_options(folder: Path, options: argparse.Namespace) -> bool:
    """Print what a night of options and a history of them cost, beside queries for the same."""
    home, days_ = Home(folder / "home"), options.days or OPTION_DAYS
    with multiprocessing.get_context("spawn").Pool(1) as apart:
        told = apart.apply(options_marts.fill, (home, days_))
    built = options_marts.build_options(home, options_marts.nights(days_))
    peak = peak_gib()
    night = options_marts.build_options(home, options_marts.nights(1))
    queried, found = options_marts.query(home, days_)
    print(f"{told:,} options of {days_} nights")
    print(f"{'':<34}{'wall s':>9}{'cpu s':>9}")
    for name, clock in (("one night more", night), ("all nights in one build", built)):
        for part in ("all", *options_marts.PARTS):
            label = name if part == "all" else f"  {part}"
            print(f"{label:<34}{clock.wall[part]:>9.2f}{clock.processor[part]:>9.2f}")
    for mart, (rows, differing) in found.items():
        print(f"query for {mart:<24}{queried.wall[mart]:>9.2f}{queried.processor[mart]:>9.2f}"
              f"{rows:>12,} rows{differing:>6,} differ")  # fmt: skip
    ratio = built.processor[options_marts.SUMS] / sum(queried.processor.values())
    print(
        f"sums over both queries, by processor: {ratio:.2f}; peak memory: {peak:.2f} GiB,"
        f" of which DuckDB may hold {options_marts.CACHE}"
    )
    return (
        _holds(not any(differing for _, differing in found.values()), "marts agree with queries")
        & _holds(ratio <= MOST_OF_QUERY, f"sums within {MOST_OF_QUERY:g} of the queries")
        & _holds(peak < MOST_OPTIONS_GIB, f"less than {MOST_OPTIONS_GIB:g} GiB")
        & _holds(
            night.processor["all"] < MOST_OPTIONS_SECONDS,
            f"a night under {MOST_OPTIONS_SECONDS:g} s of processor",
        )
    )


def _median(clocks: list[Clock]) -> Clock:
    middle = Clock()
    for name in clocks[0].wall:
        middle.wall[name] = median(clock.wall[name] for clock in clocks)
        middle.processor[name] = median(clock.processor[name] for clock in clocks)
    return middle


def _work(seconds: dict[str, float]) -> float:
    return sum(value for name, value in seconds.items() if name != "publish")


def _holds(is_good: bool, bound: str) -> bool:
    if not is_good:
        print(f"DOES NOT HOLD: {bound}")
    return is_good


MEASURES = {
    "load": measure_load,
    "marts": measure_marts,
    "history": measure_history,
    "options": measure_options,
}


def main() -> int:
    """Run the sections asked for, each in a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", help="load, marts, history, options; default: all")
    parser.add_argument("--rows", type=int, default=10_000_000, help="facts of load and marts")
    parser.add_argument(
        "--days", type=int, help="days of marts (finest step that fits), history, options"
    )
    parser.add_argument("--venues", type=int, default=20)
    parser.add_argument("--instruments", type=int, help="instruments of each venue")
    parser.add_argument("--step-minutes", type=int, default=60, help="between snapshots: history")
    parser.add_argument("--folder", type=Path, help="where the data goes for a while")
    parser.add_argument("--inside", choices=SECTIONS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"expected sections of {', '.join(SECTIONS)}, saw {', '.join(unknown)}")
    with tempfile.TemporaryDirectory(prefix="oirisk-bench-", dir=options.folder) as folder:
        if options.inside:
            return 0 if MEASURES[options.inside](Path(folder), options) else 1
    failed = 0
    for section in options.sections or SECTIONS:
        print(f"\n== {section}", flush=True)
        command = [sys.executable, "-m", "bench.warehouse", *sys.argv[1:], "--inside", section]
        failed += subprocess.run(command, check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
