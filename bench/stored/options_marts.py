"""The marts of options on a long history of nights: seconds, memory, and queries for the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bench.stored.clock import Clock
from bench.stored.market import END, sql
from bench.stored.marts import disagreements
from bench.stored.options import add_listings, add_nights
from oirisk.flows.marts import values_of
from oirisk.flows.settings.model import Settings
from oirisk.warehouse import build, writer
from oirisk.warehouse.home import Home
from oirisk.warehouse.marts import OPTIONS, TOTALS
from oirisk.warehouse.registry import Model, in_order
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import Writer, opened, transaction

CHAIN, CURVES, SUMS = "facts to the chain", "volatility, smiles, exposures", "chain to sums"
PARTS = (CHAIN, CURVES, SUMS)
CACHE = "300MiB"
"""What DuckDB may hold in the measured build: what it is let have beyond its need it keeps as well,
and then memory tells the limit."""

_STRIKES = ("snapshot_at", "asset", "venue", "expiry", "strike")
QUERIES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "options_by_strike": (_STRIKES, ()),
    "options_by_expiry": (
        _STRIKES[:-1],
        (
            "gex_gross_usd", "gex_net_naive_usd", "gex_net_short_all_usd", "dex_base",
            "gamma_flip", "flip_low", "flip_high", "flip_reason", "forward", "atm_iv",
            "risk_reversal_25d", "butterfly_25d", "smile_reason",
        ),
    ),
}  # fmt: skip
"""What places a row of each mart, and which of its columns no query can give."""


def nights(count: int) -> list[datetime]:
    """Return so many nights up to the end of the market."""
    return [END - timedelta(days=back) for back in range(count, 0, -1)]


def fill(home: Home, count: int) -> int:
    """Store nights and build the totals that options go by; return how many options were told."""
    with opened(home, END, publishes=False) as connection, transaction(connection):
        add_listings(connection, iter(nights(count)))
        told = add_nights(connection, iter(nights(count)))
        _build(connection, TOTALS, nights(count))
    return told


def build_options(home: Home, instants: Sequence[datetime]) -> Clock:
    """Build the marts of options of some nights; the models' steps are told apart."""
    clock = Clock()
    run, limit = build.run_model, writer.MEMORY_LIMIT

    def timed(connection: Writer, model: Model, values: Mapping[str, Any]) -> int:
        with clock.step(_part(model)):
            return run(connection, model, values)

    build.run_model, writer.MEMORY_LIMIT = timed, CACHE
    try:
        with (
            opened(home, END, publishes=False) as connection,
            transaction(connection),
            clock.step("all"),
        ):
            _build(connection, OPTIONS, instants)
    finally:
        build.run_model, writer.MEMORY_LIMIT = run, limit
    return clock


def _part(model: Model) -> str:
    """Return what part of the work a model is; the queries do the last one."""
    if model.function is not None:
        return CURVES
    return CHAIN if model in in_order(["marts.option_chain"]) else SUMS


def query(home: Home, count: int) -> tuple[Clock, dict[str, tuple[int, int]]]:
    """Run the hand-written queries; return their seconds, rows and rows that differ, by mart."""
    clock, found = Clock(), {}
    with opened(home, END, publishes=False) as connection:
        for mart, (keys, aside) in QUERIES.items():
            text = f"create or replace temp table floor as {sql(f'floor_{mart}')}"
            with clock.step(mart):
                connection.execute(text, {"since": nights(count)[0]})
            found[mart] = disagreements(connection, mart, keys, aside)
    return clock, found


def _build(connection: Writer, marts: Sequence[str], instants: Sequence[datetime]) -> None:
    window = BuildWindow(instants[0], instants[-1])
    build.build(connection, marts, window, values_of(Settings()))
