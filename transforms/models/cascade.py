"""Liquidation cascades: forced closes move the price, which forces more closes (M25)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_ROUNDS = 1000


@dataclass(frozen=True)
class DepthCurve:
    """What the order book takes: base traded before price moves by each distance.

    A straight line between the points, and beyond the last one the square-root law through it:
    the impact of large orders grows with the root of their size.

    Args:
        distance: Fractions of the price, rising, above 0; shape (points,).
        base: Cumulative base up to there, rising, above 0; shape (points,).

    Source:
        https://arxiv.org/abs/1412.4503 (square-root impact on a million bitcoin metaorders)
    """

    distance: Floats
    base: Floats

    def __post_init__(self) -> None:
        """Refuse a curve that is none."""
        rising = self.distance.size == self.base.size > 0 and all(
            np.all(np.diff(values, prepend=0.0) > 0) for values in (self.distance, self.base)
        )
        if not rising:
            raise ValueError(
                "a depth curve needs rising distances and amounts above 0, saw "
                f"{self.distance.tolist()} and {self.base.tolist()}"
            )

    def impact(self, base: float) -> float:
        """Return the fraction by which taking an amount moves the price."""
        if base >= self.base[-1]:
            return float(self.distance[-1] * np.sqrt(base / self.base[-1]))
        return float(np.interp(base, np.append(0.0, self.base), np.append(0.0, self.distance)))

    def slope(self) -> float:
        """Return the base that one whole price is worth, at the first point."""
        return float(self.base[0] / self.distance[0])

    def scaled(self, factor: float) -> "DepthCurve":
        """Return the curve of a book that is this much as deep."""
        return DepthCurve(self.distance, self.base * factor)


def straight(base_per_pct: float) -> DepthCurve:
    """Return a book that takes the same amount for every percent, up to 100 percent."""
    return DepthCurve(np.array([1.0]), np.array([base_per_pct * 100]))


@dataclass(frozen=True)
class Round:
    """One round: the price it began at, what was liquidated there, and what that did."""

    price_before: float
    liquidated: float
    impact_pct: float


@dataclass(frozen=True)
class Cascade:
    """How a shock ended.

    Args:
        final_price: Where price came to rest.
        liquidated: Base closed by force.
        liquidated_usd: The same at the prices of the levels.
        rounds: In order.
        stop_reason: ``no_level_hit``, ``exhausted`` (nothing left to liquidate), or
            ``price_floor``.
    """

    start_price: float
    shock: float
    final_price: float
    liquidated: float
    liquidated_usd: float
    rounds: tuple[Round, ...]
    stop_reason: str

    @property
    def move(self) -> float:
        """Final move against the start, a fraction without sign."""
        return abs(1 - self.final_price / self.start_price)

    @property
    def multiplier(self) -> float:
        """Final move over the shock."""
        return self.move / abs(self.shock)


def run_cascade(
    start_price: float, shock: float, levels: Floats, base: Floats, depth: DepthCurve
) -> Cascade:
    """Shock the price and follow what it sets off.

    Args:
        start_price: Price before the shock.
        shock: Fraction, negative for a fall: that liquidates longs; positive: shorts.
        levels: Liquidation prices of the side that the shock runs against.
        base: What stands there.
        depth: What the side of the order book takes that the closes hit.

    Raises:
        ValueError: The start price is not above 0, or there is no shock.
    """
    if not start_price > 0 or shock == 0:
        raise ValueError(
            f"a cascade needs a price above 0 and a shock, saw {start_price} and {shock}"
        )
    sign = 1.0 if shock < 0 else -1.0  # turned so that price always falls
    standing = base.astype(float).copy()
    price = start_price * (1 + shock)
    rounds: list[Round] = []
    reason = "no_level_hit"
    while len(rounds) < MOST_ROUNDS:
        hit = (standing > 0) & (sign * levels >= sign * price)
        amount = float(standing[hit].sum())
        if amount <= 0:
            break
        impact = depth.impact(amount)
        rounds.append(Round(price, amount, impact * 100))
        standing[hit] = 0.0
        price = max(price - sign * start_price * impact, 0.0)
        if price == 0:
            reason = "price_floor"
    if reason != "price_floor" and rounds and not np.any(standing > 0):
        reason = "exhausted"
    gone = base - standing
    return Cascade(
        start_price, shock, price, float(gone.sum()), float(gone @ levels), tuple(rounds), reason
    )


def reproduction_number(liquidated_per_pct: float, depth_per_pct: float) -> float:
    """Return how much forced selling a unit of forced selling sets off.

    Raises:
        ValueError: The book takes nothing.
    """
    if not depth_per_pct > 0:
        raise ValueError(f"a reproduction number needs depth above 0, saw {depth_per_pct}")
    return liquidated_per_pct / depth_per_pct


def densest_pct(start_price: float, reach: float, levels: Floats, base: Floats) -> float:
    """Return the most base in any percent of the start price, from it as far as ``reach``.

    Args:
        start_price: Price before the shock.
        reach: Fraction of the price.
        levels: Liquidation prices.
        base: What stands there.
    """
    away = np.abs(levels / start_price - 1)
    inside = away <= reach + 1e-12
    if not inside.any():
        return 0.0
    percent = np.floor(away[inside] * 100 + 1e-9).astype(int)
    return float(np.bincount(percent, weights=base[inside]).max())


@dataclass(frozen=True)
class VenueBook:
    """One exchange in a coupled cascade: levels of one side, and depth per percent."""

    levels: Floats
    base: Floats
    depth_per_pct: float


@dataclass(frozen=True)
class Coupled:
    """How a coupled cascade ended: price and liquidated base by exchange."""

    price: Mapping[str, float]
    liquidated: Mapping[str, float]
    rounds: int


def run_coupled(
    start_price: float, shock: float, venues: Mapping[str, VenueBook], coupling: float
) -> Coupled:
    """Let a fall run through exchanges that arbitrage ties together.

    Each price moves by its own impact and by that of all forced sales on the pooled books,
    blended by the coupling: 0 is apart, 1 is one market.

    Args:
        start_price: Price before the shock, everywhere.
        shock: Fall as a fraction, above 0.
        venues: Longs' levels and depth, by exchange.
        coupling: 0 to 1.

    Raises:
        ValueError: The coupling is no share, or an exchange has no depth.
    """
    if not 0 <= coupling <= 1 or any(book.depth_per_pct <= 0 for book in venues.values()):
        raise ValueError(f"a coupling is 0 to 1 and depth above 0, saw {coupling} and {venues}")
    pooled = sum(book.depth_per_pct for book in venues.values())
    price = dict.fromkeys(venues, start_price * (1 - shock))
    standing = {name: book.base.astype(float).copy() for name, book in venues.items()}
    rounds = 0
    while rounds < MOST_ROUNDS:
        amount = {name: _take(venues[name], standing[name], price[name]) for name in venues}
        if not any(amount.values()):
            break
        rounds += 1
        together = sum(amount.values()) / pooled
        for name, book in venues.items():
            apart = amount[name] / book.depth_per_pct
            fall = start_price / 100 * ((1 - coupling) * apart + coupling * together)
            price[name] = max(price[name] - fall, 0.0)
    gone = {name: float((book.base - standing[name]).sum()) for name, book in venues.items()}
    return Coupled(price, gone, rounds)


def _take(book: VenueBook, standing: Floats, price: float) -> float:
    hit = (standing > 0) & (book.levels >= price)
    amount = float(standing[hit].sum())
    standing[hit] = 0.0
    return amount


SHOCKS_PCT: Sequence[float] = (-10, -7, -5, -3, -2, -1, 1, 2, 3, 5, 7, 10)
DEPTH_FACTORS: Sequence[float] = (1.0, 0.5, 0.1)
