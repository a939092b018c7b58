"""A second maker of markets: few lasting traders with habits of their own, and a market maker.

Nothing but the arithmetic of a liquidation price is shared with the first maker. A trader keeps
his leverage, holds one position at a time, and closes the sooner the more he has won. Orders that
find no other side are left over, but for those of forced closes: the market maker takes what is
missing, holds it at little leverage, and quotes so that others take it off him.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oirisk.sandbox.world.accounts import Book, Tape, liquidation_prices
from oirisk.sandbox.world.prices import BARS_PER_DAY, MINUTES_PER_BAR, PricePath

Floats = NDArray[np.float64]
MAKER_LEVERAGE = 1.5
INVENTORY = 0.03
"""What the market maker holds at most before he is quoted away, as a part of all sizes."""


@dataclass(frozen=True)
class Traits:
    """Who the traders of one exchange are.

    Args:
        count: How many.
        leverage: Parameters of a beta distribution over 1 to ``most``.
        most: Highest leverage.
        tail: Exponent of the Pareto distribution of sizes.
        idle_hours: Mean time between two positions.
        hold_hours: Mean time a position at its entry price is held.
        greed: How much sooner a position is closed for each percent it has won.
        herding: How strongly the last hours' move decides on the side; negative: against it.
        churn: Volume that changes no position, in multiples of that which does.
    """

    count: int
    leverage: tuple[float, float]
    most: float
    tail: float
    idle_hours: float
    hold_hours: float
    greed: float
    herding: float
    churn: float

    @staticmethod
    def draw(random: np.random.Generator) -> "Traits":
        """Draw everything at once."""
        return Traits(
            count=int(random.integers(1500, 5000)),
            leverage=(float(random.uniform(0.7, 2)), float(random.uniform(4, 30))),
            most=float(random.choice([20, 50, 100])),
            tail=float(random.uniform(1.3, 2.5)),
            idle_hours=float(random.uniform(12, 120)),
            hold_hours=float(random.uniform(12, 240)),
            greed=float(random.uniform(0, 0.3)),
            herding=float(random.uniform(-0.6, 0.6)),
            churn=float(random.uniform(0.5, 12)),
        )


def jumpy_path(bars: int, daily_volatility: float, random: np.random.Generator) -> PricePath:
    """Draw minutes with a volatility that reverts, jumps, and a drift that changes every days."""
    count = bars * MINUTES_PER_BAR
    level, levels = 0.0, np.empty(bars)
    for bar, shock in enumerate(random.standard_normal(bars).tolist()):
        level += -0.004 * level + 0.05 * shock
        levels[bar] = level
    usual = daily_volatility / np.sqrt(BARS_PER_DAY * MINUTES_PER_BAR)
    drift = np.repeat(random.standard_normal(bars // BARS_PER_DAY + 1), BARS_PER_DAY)[:bars]
    jumps = random.random(count) < 3 / (BARS_PER_DAY * MINUTES_PER_BAR)
    moves = (
        usual * np.repeat(np.exp(levels - 0.16), MINUTES_PER_BAR) * random.standard_normal(count)
        + np.repeat(drift, MINUTES_PER_BAR) * usual * 0.02
        + jumps * random.laplace(0, daily_volatility / 6, count)
    )
    start = float(np.exp(random.uniform(np.log(0.05), np.log(80_000))))
    minutes = (start * np.exp(np.cumsum(moves))).reshape(bars, MINUTES_PER_BAR)
    opens = np.concatenate([[start], minutes[:-1, -1]])
    return PricePath(
        minutes=minutes,
        open=opens,
        high=np.maximum(minutes.max(axis=1), opens),
        low=np.minimum(minutes.min(axis=1), opens),
        close=minutes[:, -1],
    )


class Traders:
    """All traders of one exchange; longs and shorts are the same with the market maker's."""

    def __init__(self, traits: Traits, random: np.random.Generator) -> None:
        """Begin without positions."""
        self.traits, self.random = traits, random
        self.inventory, self.inventory_entry = 0.0, 1.0
        leverage = random.beta(*traits.leverage, traits.count)
        self.leverage = 1 + np.round((traits.most - 1) * leverage)
        self.usd = 5_000 * (1 + np.minimum(random.pareto(traits.tail, traits.count), 2000))
        self.base, self.entry = np.zeros(traits.count), np.ones(traits.count)
        self.level = np.zeros(traits.count)

    def run(self, path: PricePath) -> Tape:
        """Trade through a path, bar by bar."""
        bars = path.close.size
        tape = np.zeros((4, bars))
        for bar in range(bars):
            tape[:, bar] = self._bar(bar, path)
        oi, traded, forced_long, forced_short = tape
        churn = self.traits.churn * traded.mean() * np.exp(0.8 * self.random.standard_normal(bars))
        return Tape(oi, traded + churn, forced_long, forced_short)

    def book(self) -> Book:
        """Return what is open now, the market maker's position included."""
        held = np.flatnonzero(self.base)
        base = np.append(self.base[held], self.inventory)
        entry = np.append(self.entry[held], self.inventory_entry)
        leverage = np.append(self.leverage[held], MAKER_LEVERAGE)
        side, size = np.where(base < 0, -1.0, 1.0), np.maximum(np.abs(base), 1e-300)
        return Book(side, np.abs(base), entry, leverage,
                    liquidation_prices(side, size, entry, leverage))  # fmt: skip

    def _bar(self, bar: int, path: PricePath) -> tuple[float, ...]:
        held, low, high = self.base != 0, path.low[bar], path.high[bar]
        hit = held & np.where(self.base > 0, self.level >= low, self.level <= high)
        forced = [float(self.base[hit & (self.base > 0)].sum()),
                  float(-self.base[hit & (self.base < 0)].sum())]  # fmt: skip
        net = forced[1] - forced[0]  # bought less sold
        bought = forced[1]
        self.base[hit] = 0.0
        leaving = self._leaving(held & ~hit, path.close[bar])
        coming, price = self._coming(~held, bar, path)
        orders = coming - np.where(leaving, self.base, 0.0)
        filled = orders * self._fill(orders, net)
        bought += float(np.maximum(filled, 0).sum())
        net += float(filled.sum())
        self._settle(filled, coming != 0, price)
        if net:
            self._take(-net, path.close[bar])
        oi = float(np.maximum(self.base, 0).sum() + max(self.inventory, 0.0))
        return oi, bought + max(-net, 0.0), *forced

    def _leaving(self, held: NDArray[np.bool_], price: float) -> NDArray[np.bool_]:
        won = np.sign(self.base) * (price / self.entry - 1) * 100
        rate = np.exp(np.clip(self.traits.greed * won, -2, 2)) / (12 * self.traits.hold_hours)
        return held & (self.random.random(self.base.size) < rate)

    def _coming(self, idle: NDArray[np.bool_], bar: int, path: PricePath) -> tuple[Floats, Floats]:
        coming = np.zeros(self.base.size)
        chosen = np.flatnonzero(
            idle & (self.random.random(idle.size) < 1 / (12 * self.traits.idle_hours))
        )
        move = np.log(path.close[bar] / path.close[max(bar - 48, 0)]) * 20
        most = INVENTORY * float(self.usd.sum()) / path.close[bar]
        lean = self.traits.herding * np.tanh(move) + np.clip(self.inventory / most, -0.9, 0.9)
        is_long = self.random.random(chosen.size) < 0.5 + 0.5 * np.clip(lean, -0.95, 0.95)
        price = path.minutes[bar][self.random.integers(0, MINUTES_PER_BAR, chosen.size)]
        coming[chosen] = np.where(is_long, 1, -1) * self.usd[chosen] / price
        prices = np.ones(self.base.size)
        prices[chosen] = price
        return coming, prices

    def _fill(self, orders: Floats, net: float) -> Floats:
        """Return the part of each order that finds another side; the maker takes half the rest."""
        buying = float(orders[orders > 0].sum()) + max(net, 0)
        selling = float(-orders[orders < 0].sum()) + max(-net, 0)
        less, more = min(buying, selling), max(buying, selling)
        part = (less + more) / 2 / more if more else 1.0
        return np.where((orders > 0) == (buying > selling), part, 1.0)

    def _settle(self, filled: Floats, is_new: NDArray[np.bool_], price: Floats) -> None:
        self.base += filled
        done = ~is_new & (np.abs(self.base) < 1e-12 * self.usd / np.maximum(self.entry, 1e-300))
        self.base[done] = 0.0
        new = np.flatnonzero(is_new & (self.base != 0))
        if new.size:
            self.entry[new] = price[new]
            self.level[new] = liquidation_prices(
                np.sign(self.base[new]), np.abs(self.base[new]), price[new], self.leverage[new]
            )

    def _take(self, amount: float, price: float) -> None:
        before = self.inventory
        self.inventory += amount
        if before * self.inventory <= 0:
            self.inventory_entry = price
        elif abs(self.inventory) > abs(before):
            self.inventory_entry += (price - self.inventory_entry) * amount / self.inventory
