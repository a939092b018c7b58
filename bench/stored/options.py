"""A made-up market of options, and the nights of it that a warehouse holds.

Four venues list two coins, twelve weekly expiries of 26 strikes each: 4,992 options a night. Three
venues tell volatility and forward; the fourth tells premiums alone, which are solved for both.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from scipy.special import ndtr

from oirisk.schemas.tables.facts import InstrumentsTable, OpenInterestTable
from oirisk.schemas.tables.market import OptionsTable
from oirisk.warehouse.writer import Writer

VENUES = ("venue01", "venue02", "venue03", "venue04")
COINS = ("BTC", "ETH")
STRIKES = tuple(float(strike) for strike in range(50, 180, 5))
EXPIRIES = 12
_WEEK = timedelta(days=7)
_FIRST = datetime.fromisoformat("2020-01-03T08:00:00+00:00")
_PREMIUMS_ALONE = VENUES[-1]
_YEAR_US = 365 * 86400e6


def chain(at: datetime) -> pl.DataFrame:
    """Return what every venue tells of every option at a night, with its terms."""
    ahead = (at - _FIRST) // _WEEK + 1
    axes = (
        pl.DataFrame({"venue": VENUES}), pl.DataFrame({"asset": COINS}),
        pl.DataFrame({"expiry": [_FIRST + (ahead + week) * _WEEK for week in range(EXPIRIES)]}),
        pl.DataFrame({"strike": STRIKES}), pl.DataFrame({"option_type": ["call", "put"]}),
    )  # fmt: skip
    rows = axes[0]
    for axis in axes[1:]:
        rows = rows.join(axis, how="cross")
    day = (at - _FIRST) / timedelta(days=1)
    index = 100 + 15 * np.sin(day / 40)
    years = rows.select((pl.col("expiry") - at).dt.total_microseconds() / _YEAR_US)
    time = years.to_series().to_numpy()
    strike = rows["strike"].to_numpy()
    forward = index * np.exp(0.05 * time)
    distance = np.log(strike / forward)
    iv = 0.55 - 0.1 * distance + 0.3 * distance**2
    sign = np.where(rows["option_type"] == "call", 1.0, -1.0)
    number = np.arange(rows.height)
    base = np.floor(1000 * np.abs(np.sin(number * 1.7 + day * 0.01)))
    width = iv * np.sqrt(time)
    high = -distance / width + width / 2
    premium = sign * (forward * ndtr(sign * high) - strike * ndtr(sign * (high - width)))
    tells_all = pl.col("venue") != _PREMIUMS_ALONE
    return rows.with_columns(
        symbol=pl.format(
            "{}/USD:{}-{}-{}-{}", "asset", "asset", pl.col("expiry").dt.strftime("%y%m%d"),
            pl.col("strike").cast(pl.Int64),
            pl.col("option_type").str.slice(0, 1).str.to_uppercase(),
        ),
        snapshot_at=pl.lit(at).cast(pl.Datetime("us", "UTC")),
        oi_base=pl.Series(base),
        volume_24h_base=pl.Series(base / 7),
        index_price=pl.lit(index),
        mark_price=pl.Series(np.maximum(premium, 0)),
        mark_iv=pl.when(tells_all).then(pl.Series(iv)),
        underlying_price=pl.when(tells_all).then(pl.Series(forward)),
        underlying_kind=pl.when(tells_all).then(pl.lit("forward")),
    ).with_columns(
        oi_usd=pl.col("oi_base") * pl.col("index_price"),
        volume_24h_usd=pl.col("volume_24h_base") * pl.col("index_price"),
    )  # fmt: skip


def _fixed(rows: pl.DataFrame, table: type, **told: object) -> pl.DataFrame:
    """Return rows with the columns of a table that they have, or that are the same of all."""
    literal = rows.with_columns(pl.lit(value).alias(name) for name, value in told.items())
    return literal.select(name for name in table.to_schema().columns if name in literal.columns)


def add_nights(connection: Writer, nights: Iterator[datetime]) -> int:
    """Store nights of the market; return how many options they tell."""
    count = 0
    for at in nights:
        rows = chain(at).with_columns(
            observed_at="snapshot_at", recorded_at=pl.col("snapshot_at") + timedelta(minutes=2)
        )
        common = {"run_id": "drawn", "is_simulated": False}
        facts = _fixed(
            rows.drop("mark_price"), OpenInterestTable, kind="option", margin="inverse",
            unit_rule="rule", counting_factor=1.0, source="live", quality="ok", **common,
        )  # fmt: skip
        _insert(connection, "core.open_interest", facts)
        _insert(connection, "core.options", _fixed(rows, OptionsTable, **common))
        count += rows.height
    return count


def add_listings(connection: Writer, nights: Iterator[datetime]) -> None:
    """Store what is listed over some nights, each option since the first of them that tells it."""
    listed = pl.concat(
        chain(at).select(
            "venue", "symbol", "asset", "expiry", "strike", "option_type", "snapshot_at"
        )
        for at in nights
    ).unique(["venue", "symbol"], keep="first", maintain_order=True)
    rows = listed.with_columns(valid_from="snapshot_at", market_id="symbol", settle="asset")
    terms = _fixed(
        rows, InstrumentsTable, product="option", base_multiplier=1.0, quote="USD", kind="option",
        margin="inverse", is_active=True,
    )  # fmt: skip
    _insert(connection, "core.instruments", terms)


def _insert(connection: Writer, table: str, rows: pl.DataFrame) -> None:
    connection.register("drawn_rows", rows.to_arrow())
    connection.execute(f"insert into {table} by name from drawn_rows")
    connection.unregister("drawn_rows")
