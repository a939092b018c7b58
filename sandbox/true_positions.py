"""What the simulated accounts hold: as a table, and as those see it who ask for an address."""

from collections.abc import Callable
from functools import cache

import numpy as np
import polars as pl

from oirisk.sandbox.instruments import SimulatedInstrument
from oirisk.sandbox.quotes import Holding
from oirisk.sandbox.world.contract import Ledgers
from oirisk.sandbox.world.journal import Ledger


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


def closable(contract: SimulatedInstrument, positions: pl.DataFrame) -> pl.DataFrame:
    """Return the positions of a contract that price can close.

    Returns:
        One row per position: venue, symbol, side, price (USD per coin), base (coins).
    """
    return positions.filter(pl.col("liquidation_price") > 0).select(
        pl.lit(contract.venue).alias("venue"),
        pl.lit(contract.symbol).alias("symbol"),
        "side",
        pl.col("liquidation_price").alias("price"),
        "base",
    )


def holdings(ledgers: Ledgers, position: float) -> Callable[[str], tuple[Holding, ...]]:
    """Return a reader of what accounts with an address hold in a contract, by its native name."""

    @cache
    def read(native: str) -> tuple[Holding, ...]:
        return _of_owners(ledgers[native](), position) if native in ledgers else ()

    return read


def _of_owners(ledger: Ledger, position: float) -> tuple[Holding, ...]:
    held = ledger.held_at(position)
    return tuple(
        Holding(
            account=int(ledger.owners[number]),
            side=int(ledger.side[number]),
            base=float(held[number]),
            entry=float(ledger.entry[number]),
            leverage=float(ledger.leverage[number]),
            liquidation_price=float(ledger.liquidation_price[number]),
        )
        for number in np.flatnonzero((held > 0) & (ledger.owners >= 0))
    )
