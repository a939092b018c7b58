"""What the simulated accounts hold, as a table."""

import polars as pl

from oirisk.flows.sandbox.world.journal import Ledger


def positions_table(ledger: Ledger, position: float) -> pl.DataFrame:
    """Return the open positions of a contract at a position in hours.

    Returns:
        Shape (positions, 6): position, side, base (coins), entry_price, leverage,
        liquidation_price (USD per coin).
    """
    table = pl.DataFrame(
        {
            "side": ledger.side,
            "base": ledger.held_at(position),
            "entry_price": ledger.entry,
            "leverage": ledger.leverage,
            "liquidation_price": ledger.liquidation_price,
        }
    ).with_row_index("position")
    side = pl.when(pl.col("side") > 0).then(pl.lit("long")).otherwise(pl.lit("short"))
    return table.filter(pl.col("base") > 0).with_columns(side.alias("side"))
