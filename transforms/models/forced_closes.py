"""What opens beside forced closes: the flows of a step of which levels are crossed (M21).

One contract, one step after another, for each side and each mix of leverage. What stands at the
levels that a step crosses is closed by force, f. All closes of the side are the larger of f and of
what rotation and the change of open interest ask for, and they plus the change are opened. f comes
out of the levels that were crossed, the rest of the closes out of all that stands, alike.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from oirisk.transforms.models.leverage import PRIORS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SIDES = {"long": 1.0, "short": -1.0}
"""Sign of the price, turned so that levels are crossed by falling."""

CELLS = 8
"""Parts of a price bin that distances are told apart by."""

AT_ONCE = 64
"""Contracts worked on together: as many as keep their cohorts near the processor."""

LEAST = 1e-9
"""Part of what stood below which nothing stands."""


@dataclass(frozen=True)
class _Steps:
    """Steps of some contracts, shape (steps, contracts); a contract that ends early idles.

    ``entry`` has a row more, the first: where what was there before is taken to be entered. It and
    ``low`` and ``high`` are in price bins; a price that is not known is infinitely far.
    """

    held: Floats
    closed: Floats
    growth: Floats
    kept: Floats
    most: Floats
    low: Floats
    high: Floats
    entry: Floats
    is_open: NDArray[np.bool_]


def opened_beside_forced(steps: pl.DataFrame, alive: pl.DataFrame) -> pl.DataFrame:
    """Return what each step opens on each side under each mix of leverage.

    A cohort is taken to be entered in the middle of the prices of its step. No flow is larger than
    the volume, where there is one: what stood at crossed levels beyond that was misplaced, and
    counts with what still stands.

    Args:
        steps: ``instrument, until_at, rule, is_bridged, held_before, closed, opened, kept, volume,
            bin_low, bin_high, bin_before``, sorted by the first two: flows as they are without
            forced closes, the part of older positions that these keep, and prices in bins of equal
            width in the logarithm, null where not known. Over a gap nothing is known to open.
        alive: ``rule, side, steps`` and ``alive_PRIOR``: the share of a mix that is liquidated no
            nearer than so many bins from where it was entered.

    Returns:
        ``instrument, until_at`` and ``opened_SIDE_PRIOR``, not negative, in the unit of the steps.
        Each is ``opened`` where nothing was ever closed by force. Its unit is such that products
        with what all later steps keep, less what is crossed, are in the proportion of M21: each
        side is then scaled to what is held.

    Source:
        M21, steps 1 to 4.
    """
    columns = {name: steps[name].to_numpy() for name in steps.columns if name != "until_at"}
    starts = np.flatnonzero(np.diff(columns["instrument"], prepend=-1))
    lengths = np.diff(starts, append=steps.height)
    tables = {side: _shares(alive.filter(pl.col("side") == side)) for side in SIDES}
    found = {side: np.zeros((steps.height, len(PRIORS))) for side in SIDES}
    order = np.argsort(lengths, kind="stable")
    for first in range(0, order.size, AT_ONCE):
        chosen = order[first : first + AT_ONCE]
        instant = np.arange(lengths[chosen].max())[:, None]
        is_real = instant < lengths[chosen]
        places = np.where(is_real, starts[chosen] + instant, 0)
        block = _block({name: values[places] for name, values in columns.items()}, is_real)
        for side, table in tables.items():
            opened = _opened(block, table[columns["rule"][starts[chosen]]], SIDES[side])
            found[side][places[is_real]] = opened[is_real]
    return steps.select("instrument", "until_at").with_columns(
        pl.Series(f"opened_{side}_{prior}", found[side][:, number])
        for side in SIDES
        for number, prior in enumerate(PRIORS)
    )


def _shares(alive: pl.DataFrame) -> Floats:
    """Return shares of shape (rules, distances, priors), distances in parts of a bin."""
    rule, away = alive["rule"].to_numpy(), alive["steps"].to_numpy()
    known = np.zeros((rule.max(initial=0) + 1, away.max(initial=0) + 2, len(PRIORS)))
    known[rule, away] = alive.select(f"alive_{it}" for it in PRIORS).to_numpy()
    # entries are spread within their bin: a level is half a bin nearer than bins are apart
    most = known.shape[1] - 1
    at = np.minimum(np.arange(most * CELLS) / CELLS + 0.5, most - LEAST)
    below = at.astype(np.int64)
    part = (at - below)[:, None]
    found: Floats = known[:, below] * (1 - part) + known[:, below + 1] * part
    return found


def _block(columns: dict[str, NDArray[np.generic]], is_real: NDArray[np.bool_]) -> _Steps:
    def known(name: str, otherwise: float) -> Floats:
        values = columns[name].astype(np.float64)
        return np.where(is_real & ~np.isnan(values), values, otherwise)

    low, high = known("bin_low", np.inf), known("bin_high", -np.inf)
    is_open = is_real & ~columns["is_bridged"].astype(bool)
    growth = np.where(is_open, known("opened", 0.0) - known("closed", 0.0), 0.0)
    with np.errstate(invalid="ignore"):
        middle = (low + high) / 2
    before = columns["bin_before"][:1].astype(np.float64)
    return _Steps(
        held=known("held_before", 0.0),
        closed=known("closed", 0.0),
        growth=growth,
        kept=known("kept", 1.0),
        most=np.maximum(known("volume", np.inf) - np.maximum(growth, 0), 0),
        low=low,
        high=high,
        entry=np.concatenate([np.where(np.isnan(before), middle[:1], before), middle]),
        is_open=is_open,
    )


class _Cohorts:
    """What each step opened on one side and still stands, in the unit of the result."""

    def __init__(self, entry: Floats, table: Floats) -> None:
        rows, self.contracts = entry.shape
        self.table, self.priors = table.reshape(-1, table.shape[2]), table.shape[2]
        self.distances = table.shape[1]
        self.entry = np.where(np.isnan(entry), -np.inf, entry).ravel()
        self.reach = self.entry.copy()
        self.share = np.ones((entry.size, self.priors))
        self.base = np.zeros((rows, self.contracts, self.priors))
        self.scale = np.ones(self.contracts)

    def cross(self, step: int, to: Floats) -> Floats:
        """Let price fall, and return what stood at the levels crossed, by contract and prior."""
        lost = np.zeros((self.contracts, self.priors))
        older = self.reach[: (step + 1) * self.contracts].reshape(-1, self.contracts)
        cohorts = np.flatnonzero(older > to)
        if cohorts.size:
            contract = cohorts % self.contracts
            reached = to.take(contract)
            distance = ((self.entry.take(cohorts) - reached) * CELLS).astype(np.int64)
            np.minimum(distance, self.distances - 1, out=distance)
            left = self.table.take(contract * self.distances + distance, axis=0)
            gone = self.share.take(cohorts, axis=0)
            gone -= left
            gone *= self.base.reshape(-1, self.priors).take(cohorts, axis=0)
            self.share[cohorts], self.reach[cohorts] = left, reached
            for prior in range(self.priors):
                lost[:, prior] = np.bincount(contract, gone[:, prior], self.contracts)
        return lost * self.scale[:, None]

    def keep(self, kept: Floats) -> None:
        """Let a part of all that stands be closed."""
        self.scale = self.scale * kept
        if (worn := self.scale < 1e-100).any():  # noqa: PLR2004 -- far above the least number
            self.base[:, worn] *= self.scale[worn, None]
            self.scale[worn] = 1

    def add(self, row: int, base: Floats) -> None:
        """Let a cohort be opened."""
        self.base[row] = base / self.scale[:, None]


def _opened(steps: _Steps, table: Floats, sign: float) -> Floats:
    """Return what each step opens, shape (steps, contracts, priors)."""
    cohorts = _Cohorts(sign * steps.entry, table)
    found = np.zeros((*steps.held.shape, table.shape[2]))
    standing = np.repeat(steps.held[0][:, None], table.shape[2], axis=1)
    cohorts.add(0, standing)
    for step, reached in enumerate(steps.low if sign > 0 else -steps.high):
        left = np.maximum(standing - cohorts.cross(step, reached), 0)
        found[step] = _opened_in(steps, step, standing, left)
        cohorts.keep(steps.kept[step])
        cohorts.add(step + 1, found[step])
        standing = left * steps.kept[step][:, None] + found[step] + _opened_unseen(steps, step)
    return found


def _opened_unseen(steps: _Steps, step: int) -> Floats:
    """Return what stands after a gap before which nothing did: at levels that nobody knows."""
    if step + 1 == len(steps.held):
        return np.zeros((steps.held.shape[1], 1))
    is_unseen = ~steps.is_open[step] & (steps.held[step] <= 0)
    return np.where(is_unseen, steps.held[step + 1], 0)[:, None]


def _opened_in(steps: _Steps, step: int, standing: Floats, left: Floats) -> Floats:
    """Return what one step opens, shape (contracts, priors).

    Args:
        steps: All of them.
        step: Which.
        standing: What stood, in the unit of the result; so does ``left``.
        left: What stands at levels that were not crossed.
    """
    held, closed, growth, most = (
        values[step][:, None] for values in (steps.held, steps.closed, steps.growth, steps.most)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        crossed = np.where(standing > 0, 1 - left / standing, 0)
        closes = np.maximum(np.minimum(crossed * held, most), closed)
        worth = left / (held - closes) * (1 - closed / held)
    nothing_stands = (left <= LEAST * standing) | (held - closes <= LEAST * held)
    opened = np.maximum(closes + growth, 0) * np.where(nothing_stands, 1, worth)
    found: Floats = np.where(steps.is_open[step][:, None], opened, 0)
    return found
