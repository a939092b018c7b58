"""What instruments are like: as a vendor's table has them where there is one, else drawn alike."""

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FEWEST = 5


@dataclass(frozen=True)
class Basis:
    """Instruments of one exchange, one entry each.

    Args:
        price: USD per coin.
        lots: Open interest, in lots, one side.
        lot: Coins of a lot.
        turnover: Volume of a day over open interest.
    """

    price: Floats
    lots: Floats
    lot: Floats
    turnover: Floats

    def take(self, places: NDArray[np.int64]) -> "Basis":
        """Return some of the instruments."""
        return Basis(self.price[places], self.lots[places], self.lot[places], self.turnover[places])


def real_bases(tables: Sequence[Path]) -> list[Basis]:
    """Read vendor tables: one basis per exchange with five instruments or more."""
    rows: dict[str, list[tuple[float, float, float, float]]] = {}
    for table in tables:
        with gzip.open(table, "rt", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                entry = _entry(row)
                if entry is not None:
                    rows.setdefault(f"{table.name} {row['exchange_name']}", []).append(entry)
    return [_basis(np.array(found)) for found in rows.values() if len(found) >= _FEWEST]


def _entry(row: dict[str, str]) -> tuple[float, float, float, float] | None:
    figures = [row[name] for name in ("current_price", "open_interest_quantity", "volume_usd")]
    price, coins, volume = (float(figure or 0) for figure in figures)
    if min(price, coins, volume) <= 0:
        return None
    place = Decimal(f"{coins:.12g}").normalize().as_tuple().exponent
    lot = 10.0 ** int(place)
    return price, max(round(coins / lot), 1.0), lot, volume / (price * coins)


def _basis(rows: Floats) -> Basis:
    return Basis(rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3])


def drawn_basis(random: np.random.Generator, count: int) -> Basis:
    """Draw instruments: prices over eight decades, lots of cents to tens of dollars."""
    price = 10.0 ** random.normal(-0.7, 1.6, count)
    lot = 10.0 ** np.round(np.log10(10.0 ** random.normal(-0.7, 0.9, count) / price))
    coins = 10.0 ** random.normal(5.9, 1.0, count) / price
    turnover = 10.0 ** random.normal(0.0, 0.6, count)
    return Basis(price, np.maximum(np.round(coins / lot), 1.0), lot, turnover)
