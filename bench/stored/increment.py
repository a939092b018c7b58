"""One more snapshot on a history: the steps of a run once the answers are there, timed."""

from datetime import datetime, timedelta

import polars as pl

from bench.stored.clock import Clock
from bench.stored.history import coverage, few_maps, run_row
from bench.stored.market import Market, sql
from oirisk.flows.marts import build_stale
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import (
    knows_later_listing,
    load_instruments,
    load_open_interest,
    record_run,
)
from oirisk.warehouse.writer import Writer, opened, publish, transaction

_SNAPSHOT = f"select *, oi_usd as route_usd from ({sql('facts')})"  # noqa: S608
_LISTING = "select * exclude (venue_number, place, rank) from listed order by venue, symbol"


def add_snapshot(home: Home, market: Market, at: datetime) -> Clock:
    """Load one snapshot, build what it bears on, commit and publish, as a run does."""
    clock = Clock()
    known = at + timedelta(minutes=2)
    with clock.step("open, commit, checkpoint"):
        session = opened(home, known, publishes=False)
        connection = session.__enter__()
    rows, listing = _draw(connection, market, at)
    work = transaction(connection)
    work.__enter__()
    with clock.step("load"):
        record_run(connection, run_row(at), coverage(market, at), pl.DataFrame())
        for venue in sorted(set(rows["venue"])):
            knows_later_listing(connection, venue, at)
            mine = pl.col("venue") == venue
            load_instruments(connection, listing.filter(mine), listed_at=at)
            load_open_interest(
                connection, rows.filter(mine), run_id=run_row(at).run_id, recorded_at=known
            )
    with clock.step("build"):
        build_stale(connection, few_maps(), known)
    with clock.step("open, commit, checkpoint"):
        work.__exit__(None, None, None)
        session.__exit__(None, None, None)
    with clock.step("publish"):
        publish(home)
    return clock


def _draw(connection: Writer, market: Market, at: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows and the listing of a snapshot; drawing them is no part of a run."""
    market.list_into(connection)
    values = {
        "since": at, "until": at + timedelta(minutes=1), "step_minutes": market.step_minutes,
        "source": "live",
    }  # fmt: skip
    return connection.execute(_SNAPSHOT, values).pl(), connection.execute(_LISTING).pl()
