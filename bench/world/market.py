"""A whole simulated market: one coin on several exchanges, observed after a time unobserved."""

from dataclasses import dataclass, replace

import numpy as np

from bench.world.traders import Traders, Traits, jumpy_path
from oirisk.sandbox.world.accounts import Book, Exchange, Habits, Tape
from oirisk.sandbox.world.mixes import HOLDINGS, MIXES
from oirisk.sandbox.world.prices import BARS_PER_DAY, REGIMES, PricePath, price_path


@dataclass(frozen=True)
class WorldSpec:
    """What kind of world; two of the same specification are the same to the last digit.

    ``maker`` says who makes it: ``crowd``, as in the simulated exchanges, or ``traders``, who draw
    their habits themselves: of the rest only days, exchanges and volatility bear on them.
    """

    seed: int
    regime: str = "range"
    mix: str = "observed"
    holding: str = "mixed"
    days: int = 30
    unseen_days: int = 15
    venues: int = 2
    daily_volatility: float = 0.035
    churn: float = 4.0
    closing_share: float = 0.5
    maker: str = "crowd"


@dataclass(frozen=True)
class World:
    """What anyone could observe (``path``, ``tapes``) and what nobody can (``books``)."""

    spec: WorldSpec
    path: PricePath
    tapes: tuple[Tape, ...]
    books: tuple[Book, ...]

    @property
    def mark(self) -> float:
        """The last price."""
        return float(self.path.close[-1])


def simulate(spec: WorldSpec) -> World:
    """Run a world to its end.

    The first ``unseen_days`` are lived through but not published: open interest is there when
    observation begins, and nobody knows where it was entered.
    """
    random = np.random.default_rng(spec.seed)
    bars = (spec.days + spec.unseen_days) * BARS_PER_DAY
    if spec.maker == "traders":
        path = jumpy_path(bars, spec.daily_volatility, random)
    else:
        start = float(np.exp(random.uniform(np.log(0.05), np.log(80_000))))
        path = price_path(spec.regime, bars, spec.daily_volatility, start, random)
    tapes, books = [], []
    for _ in range(spec.venues):
        exchange = _exchange(spec, random)
        tapes.append(exchange.run(path))
        books.append(exchange.book())
    seen = slice(spec.unseen_days * BARS_PER_DAY, None)
    return World(spec, _cut_path(path, seen), tuple(_cut_tape(t, seen) for t in tapes),
                 tuple(books))  # fmt: skip


def _exchange(spec: WorldSpec, random: np.random.Generator) -> Exchange | Traders:
    if spec.maker == "traders":
        traits = Traits.draw(random)
        return Traders(traits, np.random.default_rng(random.integers(2**62)))
    habits = Habits(
        leverage=MIXES[spec.mix],
        holding=HOLDINGS[spec.holding],
        orders_per_bar=float(random.uniform(2, 6)),
        size_usd=float(random.uniform(5_000, 60_000)),
        churn=spec.churn * float(random.uniform(0.6, 1.6)),
        closing_share=spec.closing_share,
    )
    return Exchange(habits, np.random.default_rng(random.integers(2**62)))


def _cut_path(path: PricePath, part: slice) -> PricePath:
    return PricePath(
        path.minutes[part], path.open[part], path.high[part], path.low[part], path.close[part]
    )


def _cut_tape(tape: Tape, part: slice) -> Tape:
    return Tape(tape.oi[part], tape.volume[part], tape.forced_long[part], tape.forced_short[part])


def draw_specs(count: int, seed: int, maker: str = "crowd") -> list[WorldSpec]:
    """Draw specifications of worlds that vary in everything at once."""
    random = np.random.default_rng(seed)
    drawn = [
        WorldSpec(
            seed=int(random.integers(2**31)),
            regime=REGIMES[index % len(REGIMES)],
            mix=str(random.choice(sorted(MIXES))),
            holding=str(random.choice(sorted(HOLDINGS))),
            days=int(random.choice([14, 30, 30, 45])),
            unseen_days=int(random.choice([3, 15, 30])),
            venues=int(random.integers(1, 4)),
            daily_volatility=float(random.uniform(0.015, 0.06)),
            churn=float(random.uniform(1, 10)),
            closing_share=float(random.uniform(0.3, 0.9)),
        )
        for index in range(count)
    ]
    return [replace(spec, maker=maker) for spec in drawn]
