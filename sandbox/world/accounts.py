"""One exchange of the simulated market: every position with entry, leverage and liquidation."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from oirisk.sandbox.world.journal import BEFORE, Journal, Ledger
from oirisk.sandbox.world.mixes import HoldingTimes, LeverageMix
from oirisk.sandbox.world.prices import PricePath

Floats = NDArray[np.float64]
Tiers = tuple[tuple[float, float], ...]
LONG, SHORT = 1, -1
_EXPIRY, _NUMBER = 5, 6
_FIRST_FEW = 100
TIERS: Tiers = ((0.0, 0.004), (300_000.0, 0.005), (800_000.0, 0.0065), (3_000_000.0, 0.01))
"""Notional from which on a maintenance rate holds, as on large exchanges."""


@dataclass(frozen=True)
class Habits:
    """How the people of one exchange trade.

    Args:
        leverage: What they open with.
        holding: How long they mean to stay.
        orders_per_bar: Mean number of positions opened on each side in a quiet bar.
        size_usd: Median size of one.
        size_sigma: Spread of the logarithm of sizes.
        closing_share: Part of an imbalance of buyers and sellers that is met by people who
            close; the rest is met by people who open.
        churn: Volume of market makers, as a multiple of the volume of the others; it changes
            no open interest.
        waves: How strongly people come and go in waves of days; 0: not at all.
        excitement: Share of the opening that goes with the size of price moves.
    """

    leverage: LeverageMix
    holding: HoldingTimes
    orders_per_bar: float = 4.0
    size_usd: float = 20_000.0
    size_sigma: float = 1.3
    closing_share: float = 0.5
    churn: float = 4.0
    waves: float = 0.5
    excitement: float = 0.4


@dataclass(frozen=True)
class Book:
    """Positions that are open; every array has shape (positions,)."""

    side: Floats
    base: Floats
    entry: Floats
    leverage: Floats
    liquidation_price: Floats


@dataclass(frozen=True)
class Tape:
    """What an exchange publishes: one value per bar; and what it does not: forced closes."""

    oi: Floats
    volume: Floats
    forced_long: Floats
    forced_short: Floats


def liquidation_prices(
    side: Floats, base: Floats, entry: Floats, leverage: Floats, tiers: Tiers = TIERS
) -> Floats:
    """Return isolated, linear liquidation prices (M20) with the rate of the entry's tier.

    The tiers' deductions make the requirement continuous in the notional.
    """
    notional = base * entry
    rate = np.full_like(entry, tiers[0][1])
    deduction = np.zeros_like(entry)
    owed = 0.0
    for (_, below), (floor, above) in pairwise(tiers):
        owed += floor * (above - below)
        rate = np.where(notional > floor, above, rate)
        deduction = np.where(notional > floor, owed, deduction)
    prices: Floats = (entry * (1 - side / leverage) - side * deduction / base) / (1 - side * rate)
    return np.where((side > 0) & (leverage <= 1), 0.0, np.maximum(prices, 0.0))


class Exchange:
    """All positions of one exchange; long, short and open interest are the same at all times."""

    def __init__(self, habits: Habits, random: np.random.Generator, tiers: Tiers = TIERS) -> None:
        """Begin empty; tiers are notionals from which on a maintenance rate holds."""
        self.habits = habits
        self.random = random
        self.tiers = tiers
        self._journal = Journal()
        self._columns = np.zeros((7, 4096))
        self._count = 0

    def inherit(self, before: PricePath) -> float:
        """Take over what was opened on an earlier path and stands at its end.

        As many positions as people of these habits hold in the long run, less those whose level
        price has crossed since; as much long as short. Returns the coins on each side.
        """
        held = [self._inherit_side(before, side) for side in (LONG, SHORT)]
        excess = held[0] - held[1]
        self._leave(BEFORE, LONG if excess > 0 else SHORT, abs(excess))
        self._sweep()
        return min(held)

    def run(self, path: PricePath) -> Tape:
        """Trade through a path, bar by bar."""
        bars = path.close.size
        tape = np.zeros((4, bars))
        activity = self._activity(path)
        for bar in range(bars):
            tape[:, bar] = self._bar(bar, path, activity[bar])
            if bar % 64 == 0:
                self._sweep()
        oi, traded, forced_long, forced_short = tape
        noise = np.exp(0.6 * self.random.standard_normal(bars) - 0.18)
        churned = self.habits.churn * np.mean(traded) * activity / np.mean(activity) * noise
        return Tape(oi, traded + churned, forced_long, forced_short)

    def book(self) -> Book:
        """Return what is open now."""
        self._sweep()
        side, base, entry, leverage, liquidation = self._columns[:_EXPIRY, : self._count].copy()
        return Book(side, base, entry, leverage, liquidation)

    def ledger(self) -> Ledger:
        """Return all that ever stood here."""
        return self._journal.ledger()

    def _inherit_side(self, before: PricePath, side: int) -> float:
        bars, minutes = before.minutes.shape
        mean = self.habits.holding.mean_bars(before.bars_per_hour)
        busy = np.exp(self.habits.waves**2 / 2)  # the mean of the waves
        count = int(self.habits.orders_per_bar * busy * mean)
        at, minute = (
            self.random.integers(bars, size=count),
            self.random.integers(minutes, size=count),
        )
        entry = before.minutes[at, minute]
        leverage = self.habits.leverage.draw(count, self.random)
        base = self._sizes(count) / entry
        lasting = self.habits.holding.lasting()
        expiry = lasting.draw(leverage, self.random, before.bars_per_hour)
        rows = self._rows(side, base, entry, leverage, expiry)
        lowest = np.append(np.minimum.accumulate(before.low[::-1])[::-1], np.inf)[at + 1]
        highest = np.append(np.maximum.accumulate(before.high[::-1])[::-1], 0.0)[at + 1]
        standing = rows[4] < lowest if side == LONG else rows[4] > highest
        return self._put(BEFORE, rows[:, standing])

    def _sizes(self, count: int) -> Floats:
        spread = np.exp(self.habits.size_sigma * self.random.standard_normal(count))
        sizes: Floats = self.habits.size_usd * spread
        return sizes

    def _activity(self, path: PricePath) -> Floats:
        """Return how busy each bar is: waves over days, and more when price moves."""
        bars = path.close.size
        days = np.arange(bars) / path.bars_per_day
        knots = np.arange(0, days[-1] + 3, 2.0)
        waves = np.exp(self.habits.waves * self.random.standard_normal(knots.size))
        moves = np.abs(np.diff(np.log(path.close), prepend=np.log(path.open[0])))
        share = self.habits.excitement
        excited = np.minimum(moves / (moves.mean() + 1e-12), 6)
        busy: Floats = np.interp(days, knots, waves) * (1 - share + share * excited)
        return busy

    def _bar(self, bar: int, path: PricePath, activity: float) -> tuple[float, ...]:
        side, base, _, _, liquidation, expiry, number = self._columns[:, : self._count]
        hit = np.where(side > 0, liquidation >= path.low[bar], liquidation <= path.high[bar])
        gone = np.flatnonzero((base > 0) & (hit | (expiry <= bar)))
        sides, lost, was_hit = side[gone], base[gone], hit[gone]
        forced = [float(lost[was_hit & (sides == s)].sum()) for s in (LONG, SHORT)]
        closed = [f + float(lost[~was_hit & (sides == s)].sum())
                  for f, s in zip(forced, (LONG, SHORT), strict=True)]  # fmt: skip
        base[gone] = 0.0
        self._journal.note_held(bar, number[gone].astype(np.intp), base[gone])
        opened = [self._open(bar, path, s, activity) for s in (LONG, SHORT)]
        # buyers open longs or close shorts, sellers open shorts or close longs
        excess = (opened[0] + closed[1]) - (opened[1] + closed[0])
        slot = 1 if excess > 0 else 0  # who is missing: sellers or buyers
        leaving = LONG if excess > 0 else SHORT
        left = self._leave(bar, leaving, abs(excess) * self.habits.closing_share)
        closed[1 - slot] += left
        coming = abs(excess) - left
        opened[slot] += self._open_exactly(bar, path, -leaving, coming)
        live = self._columns[:2, : self._count]
        oi = float(live[1][live[0] > 0].sum())
        return oi, opened[0] + closed[1], forced[0], forced[1]

    def _open(self, bar: int, path: PricePath, side: int, activity: float) -> float:
        count = int(self.random.poisson(self.habits.orders_per_bar * activity))
        return self._add(bar, path, side, self._sizes(count) / path.close[bar])

    def _open_exactly(self, bar: int, path: PricePath, side: int, base: float) -> float:
        if base <= 0:
            return 0.0
        pieces = max(1, min(int(base * path.close[bar] / self.habits.size_usd / 2), 40))
        parts = self.random.dirichlet(np.ones(pieces))
        return self._add(bar, path, side, base * parts)

    def _add(self, bar: int, path: PricePath, side: int, base: Floats) -> float:
        count = base.size
        if count == 0:
            return 0.0
        minutes = path.minutes[bar]
        entry = minutes[self.random.integers(0, minutes.size, count)]
        leverage = self.habits.leverage.draw(count, self.random)
        stay = self.habits.holding.draw(leverage, self.random, path.bars_per_hour)
        return self._put(bar, self._rows(side, base, entry, leverage, bar + 1 + stay))

    def _rows(
        self, side: int, base: Floats, entry: Floats, leverage: Floats, expiry: Floats
    ) -> Floats:
        rows = np.empty((_NUMBER, base.size))
        rows[0] = side
        rows[1], rows[2], rows[3], rows[_EXPIRY] = base, entry, leverage, expiry
        rows[4] = liquidation_prices(rows[0], base, entry, leverage, self.tiers)
        return rows

    def _put(self, bar: int, rows: Floats) -> float:
        count = rows.shape[1]
        while self._count + count > self._columns.shape[1]:
            self._columns = np.concatenate([self._columns, np.zeros_like(self._columns)], axis=1)
        place = slice(self._count, self._count + count)
        self._columns[:_NUMBER, place] = rows
        self._columns[_NUMBER, place] = self._journal.note_opened(bar, rows[:_EXPIRY])
        self._count += count
        return float(rows[1].sum())

    def _leave(self, bar: int, side: int, wanted: float) -> float:
        """Let people of a side close, in random order, up to an amount; return how much."""
        sides, base = self._columns[:2, : self._count]
        open_ones = np.flatnonzero((sides == side) & (base > 0))
        if open_ones.size == 0 or wanted <= 0:
            return 0.0
        order = self.random.permutation(open_ones)
        total = np.cumsum(base[order[:_FIRST_FEW]])
        if total[-1] <= wanted:
            total = np.cumsum(base[order])
        full = int(np.searchsorted(total, wanted))
        left = order[:full]
        gone = float(base[left].sum())
        base[left] = 0.0
        if full < order.size:  # the last one closes in part
            part = wanted - gone
            base[order[full]] -= part
            gone += part
        changed = order[: full + 1]
        numbers = self._columns[_NUMBER, changed].astype(np.intp)
        self._journal.note_held(bar, numbers, base[changed])
        return gone

    def _sweep(self) -> None:
        """Forget positions that are closed."""
        open_ones = self._columns[1, : self._count] > 0
        kept = int(open_ones.sum())
        self._columns[:, :kept] = self._columns[:, : self._count][:, open_ones]
        self._count = kept
