"""The figures of one line as nights by instruments, from wherever they are stored (M38).

A line is one field of one product line of one exchange.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LINE = ("venue", "product", "field")
UNITS = ("contracts", "base", "usd")

MEMORY_DAYS = 10.0
"""How far a night looks back: for lots, for figures that repeat, and for the night before it."""

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Panel:
    """The figures of one line, nights in rows, instruments in columns; NaN where there is none.

    Args:
        days: When each night was, in days since an origin, ascending.
        hours: When each figure was observed, in hours since the origin.
        held: Single-sided amount that price does not move: coins, of inverse contracts USD.
        printed: The figure as the exchange printed it; none where it does not count lots.
        factor: What the registry multiplies it by.
        price: USD per listed base.
        size: Contract size, in coins or, of inverse contracts, USD.
        traded: Volume of 24 hours, in the unit of ``held``.
        is_inverse: Whether ``held`` is USD; of each instrument.
        units: What the registry takes the figures for, night by night.
        rules: By which of its rules.
        is_simulated: Whether any of them is made up.
    """

    days: Floats
    hours: Floats
    held: Floats
    printed: Floats
    factor: Floats
    price: Floats
    size: Floats
    traded: Floats
    is_inverse: Flags
    units: Sequence[str]
    rules: Sequence[str]
    is_simulated: bool

    def scales(self, night: int) -> Mapping[str, Floats]:
        """Return what one of each unit is in the unit of ``held``."""
        price = self.price[night]
        return {
            "contracts": self.size[night],
            "base": np.where(self.is_inverse, price, 1.0),
            "usd": np.where(self.is_inverse, 1.0, 1.0 / price),
        }

    def before(self, night: int) -> int | None:
        """Return the night before, unless it is too long ago."""
        if not night or self.days[night] - self.days[night - 1] > MEMORY_DAYS:
            return None
        return night - 1

    def has_new_rule(self, night: int) -> bool:
        """Return whether another rule says what the figures mean than the night before."""
        return night > 0 and self.rules[night] != self.rules[night - 1]


def panel_of(part: pl.DataFrame, nights: pl.Series) -> Panel:
    """Return the figures of one line, whose nights are ascending."""
    symbols = part["symbol"].unique().sort()
    place = nights.search_sorted(part["snapshot_at"]), symbols.search_sorted(part["symbol"])

    def spread(name: str) -> Floats:
        values = np.full((len(nights), len(symbols)), np.nan)
        values[place] = part[name].to_numpy()
        return values

    def positive(name: str) -> Floats:
        values = spread(name)
        return np.where(values > 0, values, np.nan)

    return Panel(
        days=(nights.dt.epoch("s") / DAY_SECONDS).to_numpy(),
        hours=spread("hours"),
        held=positive("held"),
        printed=positive("printed"),
        factor=positive("factor"),
        price=positive("price"),
        size=positive("size"),
        traded=positive("traded"),
        is_inverse=(spread("is_inverse") == 1).any(axis=0),
        units=_usual(part, "unit"),
        rules=_usual(part, "unit_rule"),
        is_simulated=bool(part["is_simulated"].any()),
    )


def _usual(part: pl.DataFrame, name: str) -> list[str]:
    """Return a column's most frequent value of each night."""
    counted = part.group_by("snapshot_at", name).len().sort("snapshot_at", "len", name)
    return counted.group_by("snapshot_at", maintain_order=True).last()[name].to_list()


def spread(values: Floats) -> float:
    """Return a robust standard deviation, NaN left out."""
    known = values[~np.isnan(values)]
    return 1.4826 * float(np.median(np.abs(known - np.median(known))))
