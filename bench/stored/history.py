"""A warehouse with a long history of the made-up market.

The facts of every day are drawn. The marts of a week are built from them by oirisk, and those of
the weeks before are copies of that week, moved back: a year of marts takes seconds, not hours.
"""

from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from bench.stored.market import END, Market, days, sql
from oirisk import __version__
from oirisk.flows.marts import build_positions, build_totals
from oirisk.flows.settings.model import Settings
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import RunRow, load_instruments, record_run
from oirisk.warehouse.stale import settle
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import Writer, opened, transaction

TILE_DAYS = 7
_BEFORE_TILE = 16
_ADD_FACTS = """
    insert into core.open_interest by name
    select
        *,
        snapshot_at + interval 2 minute as recorded_at,
        'drawn' as run_id
    from {facts}
"""
_ADD_BARS = """
    insert into core.bars by name
    select
        snapshot_at - interval 1 hour as bar_at, '1h' as "interval", venue, symbol, asset,
        mark_price as open, 1.001 * mark_price as high, 0.999 * mark_price as low,
        1.0002 * mark_price as close, oi_base / 3 as volume_base, oi_usd / 3 as volume_usd
    from {facts}
    where kind = 'perp' and margin = 'linear'
"""
_ADD_POSITIONING = """
    insert into core.positioning by name
    select
        facts.snapshot_at as "at", facts.venue, facts.symbol, facts.asset, leans.measure,
        '1h' as period, 0.5 + leans.times * facts.funding_rate as long_share,
        0.5 - leans.times * facts.funding_rate as short_share, 'live' as source,
        false as is_simulated, 'drawn' as run_id,
        facts.snapshot_at + interval 2 minute as recorded_at
    from {facts} as facts
    cross join (
        values ('account', 1e3), ('top_position', -4e2), ('taker', 7e2)
    ) as leans (measure, times)
    where facts.kind = 'perp' and facts.margin = 'linear' and facts.oi_usd > 3e6
"""
_ADD_LIQUIDATIONS = """
    insert into core.liquidations by name
    select
        snapshot_at as "at", venue, symbol, asset, 'long' as side, mark_price as price,
        oi_base / 1e4 as base, oi_usd / 1e4 as usd, 'full' as coverage,
        venue || symbol || epoch_us(snapshot_at)::varchar as event_id, 0.0 as span_seconds,
        'live' as source, false as is_simulated, 'drawn' as run_id,
        snapshot_at + interval 2 minute as recorded_at
    from {facts}
    where kind = 'perp' and margin = 'linear' and oi_usd > 3e6
"""


def fill(home: Home, market: Market, length_days: int, template: Path | None = None) -> None:
    """Fill a home with so many days of history, marts and all.

    Args:
        home: An empty home.
        market: What is traded.
        length_days: Length of the history, which ends before ``END``.
        template: A warehouse with the marts of the last week; None: facts alone.
    """
    with opened(home, END) as connection:
        market.list_into(connection)
        since = END - days(length_days)
        add_listing(connection, since)
        for day in range(length_days):
            add_day(connection, market, since + days(day))
            if template is not None and (length_days - day) % TILE_DAYS == 0:
                _copy_marts(connection, template, length_days - day - TILE_DAYS)
        settle(connection)


def build_template(home: Home, market: Market) -> Path:
    """Build the marts of the week before ``END``; return the warehouse that holds them."""
    fill(home, market, TILE_DAYS + _BEFORE_TILE)
    settings = few_maps()
    with opened(home, END, publishes=False) as connection, transaction(connection):
        for day in range(TILE_DAYS, 0, -1):
            build_positions(connection, END - days(day), settings)
        build_totals(connection, BuildWindow(END - days(TILE_DAYS), END), settings)
    return home.warehouse


def few_maps() -> Settings:
    """Return settings that keep the liquidation maps, which no history bears on, small."""
    settings = Settings()
    clusters = settings.clusters.model_copy(update={"top_assets": 5})
    return settings.model_copy(update={"clusters": clusters})


def add_listing(connection: Writer, listed_at: datetime) -> None:
    """Store what every venue lists."""
    rows = connection.execute("select * exclude (venue_number, place, rank) from listed").pl()
    load_instruments(connection, rows, listed_at=listed_at)


def add_day(connection: Writer, market: Market, since: datetime) -> None:
    """Store a day of facts, and the run at its beginning."""
    hourly = Market(market.venues, market.instruments, max(60, market.step_minutes))
    until = since + days(1)
    with transaction(connection):
        record_run(connection, run_row(since), coverage(market, since), pl.DataFrame())
        market.facts(connection, since, until, then=_ADD_FACTS)
        for statement in (_ADD_BARS, _ADD_POSITIONING, _ADD_LIQUIDATIONS):
            hourly.facts(connection, since, until, then=statement)


def run_row(snapshot_at: datetime) -> RunRow:
    """Return the run of a snapshot."""
    return RunRow(
        run_id=f"nightly-{snapshot_at:%Y%m%dT%H%M}",
        flow="nightly",
        snapshot_at=snapshot_at,
        started_at=snapshot_at,
        ended_at=snapshot_at,
        state="completed",
        version=__version__,
        source="live",
        is_simulated=False,
        error=None,
    )


def coverage(market: Market, snapshot_at: datetime) -> pl.DataFrame:
    """Return what ``ops.coverage`` holds of a run that every venue answered."""
    return pl.DataFrame(
        [
            {
                "run_id": run_row(snapshot_at).run_id,
                "venue": f"venue{number:02}",
                "status": "ok",
                "instruments_expected": market.instruments,
                "received": market.instruments,
                "accepted": market.instruments,
                "rejected": 0,
                "requests": 1,
                "seconds": 1.0,
                "error": None,
            }
            for number in range(1, market.venues + 1)
        ],
        schema_overrides={"error": pl.String},
    )


def _copy_marts(connection: Writer, template: Path, back_days: int) -> None:
    """Add the week of marts of a template, moved back by so many days."""
    connection.execute(f"attach '{template}' as template (read_only)")
    try:
        for table, columns in _tables(connection):
            moved = ", ".join(f'"{it}" - to_days({back_days}) as "{it}"' for it in columns)
            connection.execute(
                f"insert into marts.{table} by name"  # noqa: S608 -- names of our own
                f" select * replace ({moved}) from template.marts.{table}"
            )
    finally:
        connection.execute("detach template")


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, list[str]]]:
    """Return the marts that have instants, each with the columns that hold them."""
    found = connection.execute(sql("mart_instants")).fetchall()
    return [(table, columns) for table, columns in found]
