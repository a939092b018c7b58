"""Accounts of one simulated exchange, as an exchange that shows positions would show them."""

from datetime import datetime

import duckdb
import numpy as np
import polars as pl

from bench.world.market import World

MAX_LEVERAGE = 100.0


def show_accounts(
    connection: duckdb.DuckDBPyConnection,
    world: World,
    at: datetime,
    asset: str = "SIM",
    most: int = 400,
) -> int:
    """Store the largest positions of the first exchange as observed; return how many.

    Args:
        connection: Writer of a warehouse that holds the world.
        world: Whose books are shown.
        at: The instant of the observation.
        asset: Name of the coin.
        most: How many positions, each of its own account.
    """
    book = world.books[0]
    chosen = np.argsort(-book.base, kind="stable")[:most]
    levels = book.liquidation_price[chosen]
    symbol = f"{asset}/USDT:USDT"
    rows = pl.DataFrame(
        {
            "account": [f"0x{number:040x}" for number in range(chosen.size)],
            "side": np.where(book.side[chosen] > 0, "long", "short"),
            "base": book.base[chosen], "entry_price": book.entry[chosen],
            "leverage": book.leverage[chosen],
            "liquidation_price": pl.Series(levels).replace(0.0, None),
        }
    ).with_columns(
        snapshot_at=pl.lit(at), recorded_at=pl.lit(at), venue=pl.lit("venue0"),
        symbol=pl.lit(symbol), asset=pl.lit(asset), is_simulated=pl.lit(value=True),
        run_id=pl.lit("world"),
    )  # fmt: skip
    connection.register("watched_rows", rows.to_arrow())
    connection.execute("insert into core.observed_positions by name from watched_rows")
    connection.unregister("watched_rows")
    connection.execute(
        "insert into core.instruments by name select 'venue0' as venue, $symbol as symbol,"
        " $symbol as market_id, 'perp' as product, $asset as asset, 1 as base_multiplier,"
        " 'USDT' as quote, 'USDT' as settle, 'perp' as kind, 'linear' as margin,"
        " 1 as contract_size, 'base' as contract_size_unit, $most as max_leverage,"
        " true as is_active, $at as valid_from",
        {"symbol": symbol, "asset": asset, "most": MAX_LEVERAGE, "at": at},
    )
    return rows.height
