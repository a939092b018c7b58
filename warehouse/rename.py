"""Restate what was stored under names of their own in the coins that they are multiples of."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

import duckdb
import polars as pl

from oirisk.schemas.columns import UTC_MICROSECONDS
from oirisk.schemas.tables.open_interest import SIDES
from oirisk.warehouse.load import load_bars, load_open_interest
from oirisk.warehouse.market_facts import load_facts

_INSTANTS = {
    "core.open_interest": "snapshot_at",
    "core.bars": "bar_at",
    "core.positioning": "at",
    "core.liquidations": "at",
    "core.depth": "snapshot_at",
    "core.leverage_tiers": "as_of",
}
"""Tables of what is told beside a run's own answers, and the column that places a row."""

_AMOUNTS = frozenset(
    {"oi_base", *SIDES, "volume_24h_base", "volume_base", "long_base", "short_base", "base",
     "floor_base", "cap_base"}
)  # fmt: skip
_PRICES = frozenset(
    {"mark_price", "index_price", "last_price", "open", "high", "low", "close", "price"}
)
_OF_RUNS = ("run_id", "recorded_at", "superseded_at")


@dataclass(frozen=True)
class Renamed:
    """A contract that is stored as a thing of its own, and is so many coins of an asset."""

    venue: str
    symbol: str
    stored_as: str
    asset: str
    number: float


def stored_names(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Return venue, symbol and asset of every contract that something is stored of."""
    parts = (f"select distinct venue, symbol, asset from {table}" for table in _INSTANTS)  # noqa: S608
    return connection.execute(" union ".join(parts) + " order by all").fetchall()


def restate_names(
    connection: duckdb.DuckDBPyConnection,
    names: Sequence[Renamed],
    since: datetime,
    recorded_at: datetime,
) -> datetime | None:
    """Restate history, imports, and what else is stored of renamed contracts.

    What runs derive from their answers is left to those. Old rows are kept, but for bars, of
    which only the newest ever are.

    Args:
        connection: Writer, inside a transaction.
        names: What they are.
        since: First instant.
        recorded_at: When the restatement becomes known.

    Returns:
        The first instant of open interest that was restated; None if none was.
    """
    if not names:
        return None
    table = pl.DataFrame(
        [astuple(one) for one in names],
        schema=["venue", "symbol", "asset", "coin", "number"],
        orient="row",
    )
    connection.register("renamed", table.to_arrow())
    found = {name: _in_coins(connection, name, since) for name in _INSTANTS}
    connection.unregister("renamed")
    load_bars(connection, found.pop("core.bars"))
    for name, rows in found.items():
        for (run_id,), part in rows.group_by("run_id", maintain_order=True):
            plain, run = part.drop(_OF_RUNS), str(run_id)
            if name == "core.open_interest":
                load_open_interest(connection, plain, run_id=run, recorded_at=recorded_at)
            else:
                load_facts(connection, name, plain, run_id=run, recorded_at=recorded_at)
    first: datetime | None = found["core.open_interest"]["snapshot_at"].min()  # type: ignore[assignment]
    return first


def _in_coins(connection: duckdb.DuckDBPyConnection, name: str, since: datetime) -> pl.DataFrame:
    """Return the current rows of renamed contracts, as they are to be stored."""
    where = {
        "core.open_interest": "and superseded_at is null and source in ('history', 'import')",
        "core.bars": "",
    }.get(name, "and superseded_at is null")
    rows = connection.execute(
        f"select facts.*, renamed.coin, renamed.number from {name} as facts"  # noqa: S608
        " inner join renamed on facts.venue = renamed.venue and facts.symbol = renamed.symbol"
        f' and facts.asset = renamed.asset where facts."{_INSTANTS[name]}" >= $since {where}',
        {"since": since},
    ).pl()
    number = pl.col("number")
    return rows.with_columns(
        pl.selectors.datetime().cast(UTC_MICROSECONDS),
        pl.col("coin").alias("asset"),
        *(pl.col(one) * number for one in rows.columns if one in _AMOUNTS),
        *(pl.col(one) / number for one in rows.columns if one in _PRICES),
    ).drop("coin", "number")
