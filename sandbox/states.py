"""The state of many contracts at many instants: paths read between the hours, then rounded.

Sizes and prices are whole numbers of the steps in which the exchange prints them; between two
hours of the grid everything moves in a straight line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from oirisk.sandbox.instruments import SimulatedInstrument
from oirisk.sandbox.paths import CoinPaths, ContractPaths, Floats
from oirisk.sandbox.quotes import Bar, Quote

DAY_HOURS = 24
_FUNDING_STEP = Decimal("0.00000001")
_INVERSE_VOLUME_STEP = Decimal("0.00000001")
_CENT = Decimal("0.01")
_EIGHT = 8.0
_HIGH_AT, _LOW_AT = 1 / 3, 2 / 3
"""Parts of an hour at which its highest and its lowest price were reached."""


def between(paths: Floats, positions: Floats) -> Floats:
    """Read paths (rows, hours) at positions in hours; returns (rows, positions)."""
    left = np.floor(positions).astype(np.intp)
    part = positions - left
    if not part.any():
        return paths[:, left]
    right = np.minimum(left + 1, paths.shape[1] - 1)
    return paths[:, left] * (1 - part) + paths[:, right] * part


def on_steps(counts: Floats, steps: Floats) -> Floats:
    """Turn whole numbers of steps into values, correctly rounded where a step is 1/n."""
    inverse = np.rint(1 / steps)
    small = steps < 1
    return np.where(small, counts / np.where(small, inverse, 1.0), counts * steps)


@dataclass(frozen=True)
class States:
    """Contracts with their paths.

    Args:
        contracts: The contracts, one per row of ``own``.
        rows: The row of each contract's coin in ``coins``.
        coins: Paths of the coins.
        own: Paths of the contracts.
    """

    contracts: tuple[SimulatedInstrument, ...]
    rows: npt.NDArray[np.intp]
    coins: CoinPaths
    own: ContractPaths

    def select(self, chosen: Sequence[int]) -> "States":
        """Return some of the contracts, in the order given."""
        index = np.array(chosen, dtype=np.intp)
        own = ContractPaths(*(paths[index] for paths in vars(self.own).values()))
        contracts = tuple(self.contracts[row] for row in chosen)
        return States(contracts, self.rows[index], self.coins, own)

    def column(self, name: str) -> Floats:
        """Return a numeric field of the contracts as a column of shape (contracts, 1)."""
        return np.array([[float(getattr(it, name))] for it in self.contracts])

    def exact_mark(self, positions: Floats) -> Floats:
        """Return mark prices before rounding, USD per listed base."""
        price = between(self.coins.price, positions)[self.rows]
        return price * self.column("base_multiplier") * (1 + between(self.own.basis, positions))

    def price_counts(self, positions: Floats) -> tuple[Floats, Floats, Floats]:
        """Return mark, index and last price in steps, at least one."""
        step = self.column("price_step")
        mark = self.exact_mark(positions)
        index = between(self.coins.price, positions)[self.rows] * self.column("base_multiplier")
        last = mark * (1 + between(self.own.gap, positions))
        first, second, third = (np.maximum(np.rint(x / step), 1.0) for x in (mark, index, last))
        return first, second, third

    def size_counts(self, positions: Floats) -> Floats:
        """Return single-sided open interest in steps of the printed figure."""
        native = between(self.own.oi, positions) / self.column("base_multiplier")
        inverse = np.array([[it.is_usd] for it in self.contracts])
        native = np.where(inverse, native * self.exact_mark(positions), native)
        counts: Floats = np.rint(native / self.column("oi_unit") / self.column("size_step"))
        return counts

    def traded(self, positions: Floats, hours: float = DAY_HOURS) -> tuple[Floats, Floats]:
        """Return listed base and USD traded in the hours before."""
        before = positions - hours
        base = between(self.own.volume, positions) - between(self.own.volume, before)
        usd = between(self.own.turnover, positions) - between(self.own.turnover, before)
        return base / self.column("base_multiplier"), usd

    def funding(self, positions: Floats) -> Floats:
        """Return funding rates of one interval, rounded; NaN without funding."""
        hours = np.array([[it.funding_hours or np.nan] for it in self.contracts])
        rates: Floats = np.rint(between(self.own.funding, positions) * hours / _EIGHT * 1e8) / 1e8
        return rates

    def quotes(self, position: float, at: datetime) -> tuple[Quote, ...]:
        """Return the contracts at one position, which is an instant, in exact decimals."""
        here = np.array([position])
        marks, indices, lasts = (counts[:, 0] for counts in self.price_counts(here))
        sizes, funding = self.size_counts(here)[:, 0], self.funding(here)[:, 0]
        base, usd = (values[:, 0] for values in self.traded(here))
        before = self.price_counts(here - DAY_HOURS)[2][:, 0]
        low, high = self._range(position)
        return tuple(
            Quote(
                instrument=it,
                at=at,
                size=int(sizes[row]) * it.size_step,
                mark=int(marks[row]) * it.price_step,
                index=int(indices[row]) * it.price_step,
                last=int(lasts[row]) * it.price_step,
                before=int(before[row]) * it.price_step,
                high=max(int(high[row]), int(lasts[row])) * it.price_step,
                low=max(1, min(int(low[row]), int(lasts[row]))) * it.price_step,
                volume_base=_rounded(base[row], volume_step(it)),
                volume_usd=_rounded(usd[row], turnover_step(it)),
                funding=None if it.funding_hours is None else _rounded(funding[row], _FUNDING_STEP),
            )
            for row, it in enumerate(self.contracts)
        )

    def bars(self, first: float, last: float) -> tuple[Bar, ...]:
        """Return what each contract did between two positions.

        Bars that cover an hour without gap or overlap reach as far and trade as much as it.
        """
        inside = np.arange(np.floor(first) + 1, np.ceil(last))
        marks = self.exact_mark(np.array([first, *inside, last]))
        base, usd = (values[:, 0] for values in self.traded(np.array([last]), last - first))
        lows, highs = marks.min(axis=1), marks.max(axis=1)
        for hour in range(int(np.floor(first)), int(np.ceil(last))):
            ends = np.array([hour, hour + 1.0])
            if first <= hour + _HIGH_AT < last:
                reach = 1 + self.coins.wick_up[self.rows, hour]
                highs = np.maximum(highs, self.exact_mark(ends).max(axis=1) * reach)
            if first <= hour + _LOW_AT < last:
                reach = 1 - self.coins.wick_down[self.rows, hour]
                lows = np.minimum(lows, self.exact_mark(ends).min(axis=1) * reach)
        return tuple(
            Bar(
                high=_rounded(highs[row], it.price_step),
                low=_rounded(lows[row], it.price_step),
                base=_rounded(base[row], volume_step(it)),
                usd=_rounded(usd[row], turnover_step(it)),
            )
            for row, it in enumerate(self.contracts)
        )

    def _range(self, position: float) -> tuple[Floats, Floats]:
        """Return the lowest and highest price of the last 24 hours, in steps."""
        last = int(np.ceil(position))
        window = slice(last - DAY_HOURS, last + 1)
        prices = self.coins.price[:, window]
        low = (prices * (1 - self.coins.wick_down[:, window])).min(axis=1)
        high = (prices * (1 + self.coins.wick_up[:, window])).max(axis=1)
        scale = (self.column("base_multiplier") / self.column("price_step"))[:, 0]
        scale = scale * (1 + between(self.own.basis, np.array([position]))[:, 0])
        return np.floor(low[self.rows] * scale), np.ceil(high[self.rows] * scale)


def volume_step(contract: SimulatedInstrument) -> Decimal:
    """Return the step in which a contract's volume in listed base is printed."""
    return _INVERSE_VOLUME_STEP if contract.is_usd else contract.size_step * contract.oi_unit


def turnover_step(contract: SimulatedInstrument) -> Decimal:
    """Return the step in which a contract's volume in USD is printed."""
    return contract.oi_unit if contract.is_usd else _CENT


def _rounded(value: float, step: Decimal) -> Decimal:
    return round(Decimal(float(value)) / step) * step
