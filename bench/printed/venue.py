"""One simulated venue: positions that trades move, and what is printed of them night by night.

Nothing here knows how the tests judge: accounts trade lots, an exchange adds up sides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.printed.basis import Basis, Floats

START = datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
_ONE_BY_ONE = 60
"""So many trades a day are drawn one by one; more are summed up at once."""

_INVERSE_USD = 10.0
_ROUND = np.array([2, 5, 10, 100])


@dataclass(frozen=True)
class Means:
    """What a figure means: sides that are added up, unit, contracts to a lot, coins to a contract.

    The exchange trades the same lots whatever it prints.
    """

    sides: int = 1
    unit: str = "contracts"
    contracts_per_lot: float = 1.0


@dataclass(frozen=True)
class Spec:
    """A venue to simulate.

    Args:
        basis: Its instruments.
        before: What its figures mean at first.
        after: What they mean from the night of change on.
        change: That night; one beyond the last means no change.
        nights: How many nights.
        is_inverse: Whether lots are contracts of 10 USD.
        late: Share of figures of both sides whose sums are of different instants.
        orphan: Share of instruments of both sides that print one lot too many, always.
        round_lots: Share of trades in multiples of 2, 5, 10 or 100 lots.
        missing: Share of nights that are missing.
        volume: What is printed of the volume: 1 all, less, or 0 nothing.
        crashes: Nights on which price falls and positions are closed.
        seed: What is drawn from.
    """

    basis: Basis
    before: Means
    after: Means
    change: int
    nights: int
    is_inverse: bool = False
    late: float = 0.0
    orphan: float = 0.0
    round_lots: float = 0.0
    missing: float = 0.0
    volume: float = 1.0
    crashes: tuple[int, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class Night:
    """What is true on one night, one entry an instrument: price, open lots, lots traded, trades."""

    price: Floats
    lots: Floats
    traded: Floats
    trades: Floats

    @classmethod
    def first(cls, basis: Basis) -> "Night":
        """Return what is true before anyone trades."""
        nothing = np.zeros_like(basis.lots)
        return cls(basis.price, basis.lots, nothing, nothing)


def figures(spec: Spec, registry: Means) -> pl.DataFrame:
    """Simulate a venue, and take its figures for what the registry says.

    Returns:
        Rows as :func:`oirisk.transforms.conventions.measure` takes them.
    """
    random = np.random.default_rng(spec.seed)
    is_orphan = random.random(len(spec.basis.lot)) < spec.orphan
    frames = []
    for number, night in enumerate(_live(spec, random)):
        if random.random() >= spec.missing:
            means = spec.after if number >= spec.change else spec.before
            printed = in_unit(spec, means, _added_up(spec, means, night, is_orphan, random))
            frames.append(_rows(spec, number, night, printed, registry))
    return pl.concat(frames)


def _live(spec: Spec, random: np.random.Generator) -> Iterator[Night]:
    """Let accounts trade, night after night."""
    basis, count = spec.basis, len(spec.basis.lot)
    price, lots = basis.price.copy(), basis.lots.copy()
    own_lots = basis.lots * basis.turnover  # lots traded on an ordinary day
    usual = np.minimum(own_lots / 10.0 ** random.uniform(0, 5, count), 0.1 * basis.lots)
    size = np.maximum(usual, 1.0)  # lots of a usual trade
    for number in range(spec.nights):
        is_crash = number in spec.crashes
        price = price * np.exp(_shock(random, count, is_crash=is_crash))
        day = own_lots * np.exp(random.normal(0, 0.5, count) + random.normal(0, 0.2))
        trades = random.poisson(np.minimum(day / size, 1e9)).astype(float)
        moved, traded = np.zeros(count), np.zeros(count)
        for place in np.flatnonzero(trades <= _ONE_BY_ONE):
            full = lots[place] / basis.lots[place]
            moved[place], traded[place] = _one_by_one(
                random, int(trades[place]), size[place], full, spec.round_lots
            )
        many = np.flatnonzero(trades > _ONE_BY_ONE)
        traded[many] = np.round(day[many])
        pull = 0.03 * np.log(basis.lots[many] / np.maximum(lots[many], 1))
        change = random.normal(pull, 0.06) * lots[many] * random.choice([0.5, 1, 2])
        if is_crash:
            change -= lots[many] * np.clip(random.normal(0.45, 0.15, len(many)), 0, 0.8)
            traded[many] *= 3
        moved[many] = np.round(np.clip(change, -0.9 * traded[many], 0.9 * traded[many]))
        lots = np.maximum(lots + moved, 0)
        yield Night(price.copy(), lots.copy(), traded, trades)


def _shock(random: np.random.Generator, count: int, *, is_crash: bool) -> Floats:
    market = random.normal(-0.35, 0.1) if is_crash else random.normal(0, 0.02)
    return market + random.normal(0, 0.03, count)


def _one_by_one(
    random: np.random.Generator, trades: int, size: float, full: float, round_lots: float
) -> tuple[float, float]:
    """Draw trades: each opens on both sides, closes on both, or hands a position on."""
    lots = np.maximum(np.round(size * np.exp(random.normal(0, 0.8, trades))), 1)
    is_round = random.random(trades) < round_lots
    step = random.choice(_ROUND, trades)
    lots = np.where(is_round, np.maximum(np.round(lots / step), 1) * step, lots)
    opens = 0.3 * float(np.clip(1 / max(full, 0.1), 0.3, 1.9))
    way = random.choice([1, -1, 0], trades, p=[opens, 0.6 - opens, 0.4])
    return float((way * lots).sum()), float(lots.sum())


def _added_up(
    spec: Spec,
    means: Means,
    night: Night,
    is_orphan: NDArray[np.bool_],
    random: np.random.Generator,
) -> Night:
    """Add up the sides; of busy instruments the second sum may be of a moment later."""
    if means.sides == 1:
        return night
    busy = np.where(night.trades > _ONE_BY_ONE, spec.late, spec.late / 10)
    is_late = random.random(len(busy)) < busy
    shift = np.where(is_late, random.integers(-40, 41, len(busy)), 0)
    return replace(night, lots=np.maximum(2 * night.lots + shift + is_orphan, 0))


def in_unit(spec: Spec, means: Means, night: Night) -> Floats:
    """Return lots as they are printed."""
    if means.unit == "contracts":
        return night.lots * means.contracts_per_lot
    if spec.is_inverse:
        return night.lots * _INVERSE_USD
    coins = np.round(night.lots * spec.basis.lot, 12)
    return coins if means.unit == "base" else np.round(coins * night.price, 2)


def _rows(spec: Spec, number: int, night: Night, printed: Floats, registry: Means) -> pl.DataFrame:
    """Take printed figures for what the registry says, as a warehouse does."""
    lot = np.full_like(spec.basis.lot, _INVERSE_USD) if spec.is_inverse else spec.basis.lot
    size = lot / registry.contracts_per_lot
    to_held = {
        "contracts": size,
        "base": np.ones_like(lot),
        "usd": np.ones_like(lot) if spec.is_inverse else 1 / night.price,
    }[registry.unit]
    at = START + timedelta(days=number)
    is_computed = registry.unit == "usd" and not spec.is_inverse
    rows = len(lot)
    return pl.DataFrame(
        {
            "venue": ["simulated"] * rows,
            "product": ["perp"] * rows,
            "field": ["figure"] * rows,
            "snapshot_at": [at] * rows,
            "symbol": [f"I{place}" for place in range(rows)],
            "unit": [registry.unit] * rows,
            "unit_rule": ["rule"] * rows,
            "is_inverse": [spec.is_inverse] * rows,
            "factor": np.full(rows, 1 / registry.sides),
            "held": printed * to_held / registry.sides,
            "printed": np.full(rows, np.nan) if is_computed else printed,
            "price": night.price,
            "size": size,
            "traded": night.traded * lot * spec.volume if spec.volume else np.full(rows, np.nan),
            "hours": np.full(rows, at.timestamp() / 3600),
            "is_simulated": [True] * rows,
        }
    )
