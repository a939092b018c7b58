"""Parity of printed figures: a sum of longs and shorts held in whole lots is even (M38)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

UNKNOWN = 99
"""Exponent of a figure whose last digit cannot be told."""

_COARSEST, _FINEST = 15, -15
_MOST_DIGITS = 13
"""A figure with more digits than this was worked out from another, not counted in lots."""

_NOISE = 4e-15
"""What a float may lie beside the decimal number that was printed, relative to it."""


@dataclass(frozen=True)
class Parity:
    """How many figures were judged, and how many are an even number of lots.

    Args:
        n: Figures of instruments whose lot shows in an earlier or later figure too.
        even: Even ones of them.
        fresh_n: Figures of instruments that showed a single one: its last digit that is not 0 is
            taken for the lot, so that one in nine of even figures looks odd.
        fresh_even: Even ones of them.
    """

    n: int = 0
    even: int = 0
    fresh_n: int = 0
    fresh_even: int = 0

    def __add__(self, other: "Parity") -> "Parity":
        """Count both together."""
        return Parity(
            self.n + other.n,
            self.even + other.even,
            self.fresh_n + other.fresh_n,
            self.fresh_even + other.fresh_even,
        )


def exponents(figures: Floats) -> Integers:
    """Return the power of ten of each figure's last digit that is not 0.

    Float noise beyond what a decimal of 15 digits carries is overlooked.

    Args:
        figures: Any shape; NaN where there is none.

    Returns:
        Of the same shape; ``UNKNOWN`` for no figure, 0, and figures of more than 13 digits.
    """
    found = np.full(figures.shape, UNKNOWN, dtype=np.int64)
    positive = np.where(figures > 0, figures, 1.0)
    leading = np.floor(np.log10(positive)).astype(np.int64)
    for exponent in range(_COARSEST, _FINEST - 1, -1):
        lots = positive / 10.0**exponent
        is_whole = np.abs(lots - np.rint(lots)) <= _NOISE * lots
        found[(found == UNKNOWN) & is_whole & (lots > 0.5)] = exponent  # noqa: PLR2004
    is_counted = (figures > 0) & (leading - found < _MOST_DIGITS)
    return np.where(is_counted, found, UNKNOWN)


def parity(figures: Floats, lots: Integers, is_fresh: NDArray[np.bool_]) -> Parity:
    """Count the figures that are an even number of lots.

    Args:
        figures: One a figure; NaN where there is none.
        lots: Power of ten of the lot of each, not above that of its own last digit; ``UNKNOWN``
            where it is not known, and then the figure is left out.
        is_fresh: Whether the lot was learned from the figure alone.
    """
    known = lots != UNKNOWN
    counted = np.rint(figures[known] / 10.0 ** lots[known])
    even = counted % 2 == 0
    fresh = is_fresh[known]
    return Parity(
        n=int(np.count_nonzero(~fresh)),
        even=int(np.count_nonzero(even & ~fresh)),
        fresh_n=int(np.count_nonzero(fresh)),
        fresh_even=int(np.count_nonzero(even & fresh)),
    )


def parity_of_tables(tables: Sequence[Floats]) -> list[Parity]:
    """Judge tables of the same instruments, each at another instant, lots learned from all.

    Args:
        tables: One array a table, one figure an instrument, NaN where a table has none.

    Returns:
        One result a table; a figure that repeats that of an earlier table is not counted again.
    """
    figures = np.vstack(tables)
    places = exponents(figures)
    lots = places.min(axis=0)
    known = np.where(places == UNKNOWN, np.nan, figures)
    distinct = [len(np.unique(column[~np.isnan(column)])) for column in known.T]
    is_fresh = np.array(distinct) < 2  # noqa: PLR2004 -- a second figure confirms the lot
    results = []
    for row in range(len(figures)):
        is_repeat = (figures[:row] == figures[row]).any(axis=0)
        mine = np.where((places[row] == UNKNOWN) | is_repeat, UNKNOWN, lots)
        results.append(parity(figures[row], mine, is_fresh))
    return results
