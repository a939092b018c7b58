"""The demo: fill a home with a month of simulated history, then run the nightly job on it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import polars as pl

from oirisk import __version__
from oirisk.flows.exchanges.registry import all_venues
from oirisk.sandbox.market import SimulatedMarket
from oirisk.schemas.units import unit_rules
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import (
    STORED_COLUMNS,
    RunRow,
    load_bars,
    load_open_interest,
    record_run,
)
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import opened, require_same_kind, transaction

STEP = timedelta(hours=1)
PIECE = timedelta(days=5)


def fill_history(home: Home, market: SimulatedMarket, window: BuildWindow, now: datetime) -> int:
    """Load hourly history of a window, both ends included, as a venue's history would be.

    Its marts are left to the night that comes after it.

    Returns:
        Rows of open interest loaded.

    Raises:
        HomeError: The home holds real data.
    """
    run_id = f"{window.until:%Y%m%dT%H%M%SZ}-history"
    run = RunRow(
        run_id, "history", window.until, now, now, "completed", __version__, "sandbox",
        is_simulated=True, error=None,
    )  # fmt: skip
    rows = 0
    with opened(home, now, publishes=False) as connection:
        with transaction(connection):
            require_same_kind(connection, is_simulated=True)
            record_run(connection, run, pl.DataFrame(), pl.DataFrame())
        for start, end in _spans(window.since, window.until + STEP):
            with transaction(connection):
                history = _as_facts(market.history(start, end - STEP, STEP))
                load_open_interest(connection, history, run_id=run_id, recorded_at=now)
                bars = market.bars(start - STEP, end - STEP, STEP)
                load_bars(connection, bars)
            rows += history.height
    return rows


def _spans(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Cut a window into pieces that fit in memory."""
    while since < until:
        end = min(since + PIECE, until)
        yield since, end
        since = end


def _as_facts(history: pl.DataFrame) -> pl.DataFrame:
    """Give simulated history the columns of stored facts, with the rule each row follows."""
    rules = pl.DataFrame(
        [
            {
                "venue": venue.id,
                "product": product.name,
                "unit_rule": product.rules[0],
                "counting_factor": float(unit_rules()[product.rules[0]].counting_factor),
            }
            for venue in all_venues().values()
            for product in venue.products()
        ]
    )
    return (
        history.join(rules, on=["venue", "product"], how="inner")
        .with_columns(
            pl.lit("history").alias("source"),
            pl.lit("ok").alias("quality"),
            pl.lit(value=True).alias("is_simulated"),
        )
        .select(STORED_COLUMNS)
    )
