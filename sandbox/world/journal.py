"""Every position that ever stood on an exchange, and what each held after every bar."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
BEFORE = -1
"""The bar of what stood before the first."""

KNOWN_ACCOUNTS = 12
_LARGE = 0.9
_NOBODY = -1


@dataclass(frozen=True)
class Ledger:
    """Positions in the order in which they were opened, and the changes of their sizes.

    Args:
        side: 1 long, -1 short; shape (positions,), as all that follow.
        entry: Price at which a position was opened.
        leverage: Leverage with which.
        liquidation_price: Price at which it is closed by force.
        opened: Bar in which it was opened; ``BEFORE`` for what stood before the first.
        bars: Bar of each change, in order; shape (changes,), as all that follow.
        positions: Position that changed.
        base: Coins it held then.
    """

    side: Floats
    entry: Floats
    leverage: Floats
    liquidation_price: Floats
    opened: Integers
    bars: Integers
    positions: Integers
    base: Floats

    def held(self, bar: int) -> Floats:
        """Return the coins of each position after a bar, 0 where it is closed or yet to come."""
        known = int(np.searchsorted(self.bars, bar, side="right"))
        base = np.zeros(self.side.size)
        base[self.positions[:known]] = self.base[:known]  # the last change of a position counts
        return base

    def held_at(self, position: float) -> Floats:
        """Return the coins of each position at an instant, in bars since the first began.

        What is opened or closed in a bar is so in a straight line, as figures between the bars are
        read: their sum is the open interest at every instant.
        """
        whole = int(np.floor(position))
        part = position - whole
        before = self.held(whole - 1)
        return before * (1 - part) + self.held(whole) * part if part else before

    def first_size(self) -> Floats:
        """Return the coins with which each position was opened."""
        base = np.zeros(self.side.size)
        base[self.positions[::-1]] = self.base[::-1]
        return base

    def closed(self) -> Integers:
        """Return the bar in which each position was closed; one past the last bar if it was not."""
        ends = np.full(self.side.size, np.iinfo(np.intp).max, dtype=np.intp)
        gone = self.base == 0
        ends[self.positions[gone]] = self.bars[gone]
        return ends

    @cached_property
    def owners(self) -> Integers:
        """The account that each position is of, where the account has an address; else -1.

        The largest tenth goes to the first account that holds nothing, so that each holds one
        position at a time and keeps it until it is closed.
        """
        sizes, ends = self.first_size() * self.entry, self.closed()
        owners = np.full(sizes.size, _NOBODY, dtype=np.intp)
        until = [BEFORE - 1] * KNOWN_ACCOUNTS
        for number in np.flatnonzero(sizes >= np.quantile(sizes, _LARGE)).tolist():
            free = [a for a in range(KNOWN_ACCOUNTS) if until[a] < self.opened[number]]
            if free:
                owners[number] = free[0]
                until[free[0]] = int(ends[number])
        return owners


class Journal:
    """Notes what happens to positions, for a ledger."""

    def __init__(self) -> None:
        """Begin empty."""
        self._count = 0
        self._opened: list[tuple[int, Floats]] = []
        self._changes: list[tuple[int, Integers, Floats]] = []

    def note_opened(self, bar: int, positions: Floats) -> Integers:
        """Note positions that are new; return their numbers.

        Args:
            bar: When.
            positions: Side, base, entry, leverage and liquidation price; shape (5, positions).
        """
        numbers = np.arange(self._count, self._count + positions.shape[1], dtype=np.intp)
        self._count += positions.shape[1]
        self._opened.append((bar, positions))
        self._changes.append((bar, numbers, positions[1]))
        return numbers

    def note_held(self, bar: int, numbers: Integers, base: Floats) -> None:
        """Note what positions hold from now on."""
        self._changes.append((bar, numbers, base))

    def ledger(self) -> Ledger:
        """Return all that was noted."""
        whole = np.concatenate([np.zeros((5, 0)), *(rows for _, rows in self._opened)], axis=1)
        side, _, entry, leverage, liquidation = whole
        return Ledger(
            side=side,
            entry=entry,
            leverage=leverage,
            liquidation_price=liquidation,
            opened=_repeated([(bar, rows.shape[1]) for bar, rows in self._opened]),
            bars=_repeated([(bar, numbers.size) for bar, numbers, _ in self._changes]),
            positions=np.concatenate(
                [np.zeros(0, dtype=np.intp), *(numbers for _, numbers, _ in self._changes)]
            ),
            base=np.concatenate([np.zeros(0), *(base for _, _, base in self._changes)]),
        )


def _repeated(counts: list[tuple[int, int]]) -> Integers:
    values = np.array([bar for bar, _ in counts], dtype=np.intp)
    return np.repeat(values, np.array([count for _, count in counts], dtype=np.intp))
