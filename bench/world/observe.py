"""Put a simulated world into a warehouse, as an import of its history would."""

from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
import polars as pl

from bench.world.market import World

STEP = timedelta(minutes=5)
START = datetime(2025, 1, 6, tzinfo=UTC)


def load_world(connection: duckdb.DuckDBPyConnection, world: World, asset: str = "SIM") -> datetime:
    """Store open interest and bars of every exchange; return the instant of the last.

    Args:
        connection: Writer of a migrated warehouse.
        world: What to store; nothing of its books.
        asset: Name of the coin.
    """
    bars = world.path.close.size
    ends = pl.Series([START + STEP * (n + 1) for n in range(bars)], dtype=pl.Datetime("us", "UTC"))
    for number, tape in enumerate(world.tapes):
        facts = pl.DataFrame(
            {"snapshot_at": ends, "oi_base": tape.oi, "mark_price": world.path.close}
        ).with_columns(
            observed_at=pl.col("snapshot_at"), recorded_at=pl.col("snapshot_at"),
            oi_usd=pl.col("oi_base") * pl.col("mark_price"), run_id=pl.lit("world"),
            venue=pl.lit(f"venue{number}"), symbol=pl.lit(f"{asset}/USDT:USDT"),
            asset=pl.lit(asset), kind=pl.lit("perp"), margin=pl.lit("linear"),
            unit_rule=pl.lit("world"), counting_factor=pl.lit(1.0), source=pl.lit("import"),
            quality=pl.lit("ok"), is_simulated=pl.lit(value=True),
        )  # fmt: skip
        candles = pl.DataFrame(
            {
                "bar_at": ends - STEP, "open": world.path.open, "high": world.path.high,
                "low": world.path.low, "close": world.path.close, "volume_base": tape.volume,
            }
        ).with_columns(
            interval=pl.lit("5m"), venue=pl.lit(f"venue{number}"),
            symbol=pl.lit(f"{asset}/USDT:USDT"), asset=pl.lit(asset),
            volume_usd=pl.col("volume_base") * pl.col("close"),
        )  # fmt: skip
        _append(connection, "core.open_interest", facts)
        _append(connection, "core.bars", candles)
    return START + STEP * bars


def modelled(
    connection: duckdb.DuckDBPyConnection, asset: str, snapshot_at: datetime, prior: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return lower edges, upper edges and base of a map, all exchanges together."""
    rows = connection.execute(
        "select price_low, price_high, base from marts.liquidation_map where asset = $1"
        " and snapshot_at = $2 and prior = $3 and venue = 'ALL' order by price_low",
        [asset, snapshot_at, prior],
    ).fetchall()
    table = np.array(rows, dtype=float).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    connection.register("world_rows", rows.to_arrow())
    connection.execute(f"insert into {table} by name from world_rows")
    connection.unregister("world_rows")
