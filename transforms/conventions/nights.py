"""What the figures of one night show about their meaning: sides, unit and contract size (M38).

A line is one field of one product line of one exchange. Its figures come as nights by
instruments, from wherever they are stored; what comes out is one row a night, from which
``verdicts`` are made.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from oirisk.transforms.conventions.parity import UNKNOWN, Parity, exponents, parity

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LINE = ("venue", "product", "field")
UNITS = ("contracts", "base", "usd")
_NUMBERS = ("hours", "held", "printed", "factor", "price", "size", "traded", "is_inverse")
STEADY, SCATTERED = "steady", "scattered"

MEMORY_DAYS = 10.0
"""How far a night looks back: for lots, for figures that repeat, and for the night before it."""

_FACTORS = (2.0, 0.5, 10.0, 0.1, 100.0, 0.01, 1000.0, 0.001)
_DOUBLED = float(np.log(2))

_NEAR, _BESIDE_TRADE, _WIDE = 0.2, 0.4, 1.15
"""Log of how far a figure may lie beside what a change makes of it: the last for a factor of 10
or more, and half of the change between the two. No trade brings about a factor of 10, but where
prices crash most positions of a small venue may be closed: then a figure may lie above what the
change makes of it by the second at most."""

_FAR = float(np.log(3))
_FEWEST, _LEAST_HITS, _MOST, _FEW = 4, 3, 0.6, 0.35
"""A line of four instruments or more jumped when 60 % of those that the change moves did, at least
three, and at most 35 % of them went on as before."""

_ESTABLISHED = 2
"""Nights before, without which an instrument is new, and may grow by any factor."""

_DOUBLED_DAYS = 4.0
_CRASH_PRICE, _CRASH_SPREAD = 0.1, 0.15
"""Positions may double in a week, or half of them be closed in a day; but then price moves, or at
least they do not all go alike."""

_LEAST_HOURS, _MOST_HOURS, _DAY_HOURS = 1.0, 25.5, 24.0
_DAY_SECONDS = 86_400
_ONCE, _TWICE = 1.05, 2.1
"""Volume and figures are not taken at the very same instants."""

_FEWEST_SPREAD, _LEAST_SPREAD = 20, 1e-3


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


@dataclass(frozen=True)
class Step:
    """How the figures of a line went on from the night before.

    Args:
        relation: ``steady``, a factor such as ``x10``, a change of unit such as
            ``contracts>base``, or ``scattered``: by a large factor each, and none of those; None
            where too few instruments tell, and where another rule begins.
        n: Instruments of both nights.
        hits: Those of them that went that way.
        ratio: Median of their figures over those of the night before; NaN without any.
    """

    relation: str | None = None
    n: int = 0
    hits: int = 0
    ratio: float = np.nan


def measure(
    figures: pl.DataFrame, pairs: pl.DataFrame, since: datetime | None = None
) -> pl.DataFrame:
    """Measure the nights of every line.

    Args:
        figures: One row per line, ``snapshot_at`` and ``symbol``: ``unit, unit_rule,
            is_inverse, is_simulated``, and what :class:`Panel` has of each figure.
        pairs: One row per line, ``snapshot_at`` and instrument that another field of the exchange
            speaks of at the same instant: ``held`` and ``held_other``, both single-sided.
        since: The first night to measure; earlier ones, of twice ``MEMORY_DAYS``, are only looked
            back at. None: all of them are measured.

    Returns:
        One row per line and night, in order: the columns of ``marts.convention_nights``.
    """
    first = -np.inf if since is None else since.timestamp() / _DAY_SECONDS
    rows: list[dict[str, Any]] = []
    numbers = figures.with_columns(pl.col(_NUMBERS).cast(pl.Float64).fill_null(np.nan))
    for key, part in numbers.partition_by(*LINE, as_dict=True, maintain_order=True).items():
        nights = part["snapshot_at"].unique().sort()
        named = dict(zip(LINE, key, strict=True))
        rows += [
            {**named, "snapshot_at": nights[night], **row}
            for night, row in _nights(_panel(part, nights), first)
        ]
    if not rows:
        return pl.DataFrame()
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.join(_ratios(pairs), on=[*LINE, "snapshot_at"], how="left").with_columns(
        pl.col("ratio_same", "ratio_twice", "ratio_half").fill_null(0)
    )


def _panel(part: pl.DataFrame, nights: pl.Series) -> Panel:
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
        days=(nights.dt.epoch("s") / _DAY_SECONDS).to_numpy(),
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


def _nights(panel: Panel, first: float) -> Iterator[tuple[int, dict[str, Any]]]:
    """Measure the nights from a day on; a jump further back than they look bears on none."""
    places = exponents(panel.printed)
    epoch = 0
    for night in np.flatnonzero(panel.days >= first - MEMORY_DAYS).tolist():
        step = step_of(panel, night)
        if step.relation not in {None, STEADY} or panel.has_new_rule(night):
            epoch = night
        if panel.days[night] < first:
            continue
        even = parity_of(panel, places, night, epoch)
        within, beyond = volume_of(panel, night) if epoch != night or not night else (0, 0)
        yield (
            night,
            {
                "unit": panel.units[night],
                "counting_factor": float(np.nanmedian(panel.factor[night])),
                "unit_rule": panel.rules[night],
                "is_simulated": panel.is_simulated,
                "instruments": int(np.count_nonzero(~np.isnan(panel.held[night]))),
                "parity_n": even.n,
                "parity_even": even.even,
                "fresh_n": even.fresh_n,
                "fresh_even": even.fresh_even,
                "volume_within": within,
                "volume_beyond": beyond,
                "relation": step.relation,
                "relation_n": step.n,
                "relation_hits": step.hits,
                "relation_ratio": None if np.isnan(step.ratio) else step.ratio,
                **spreads_of(panel, night),
            },
        )


def parity_of(panel: Panel, places: NDArray[np.int64], night: int, epoch: int) -> Parity:
    """Judge the figures that are new on a night; lots are learned from those before it.

    Args:
        panel: The line.
        places: Power of ten of the last digit of each printed figure.
        night: The night.
        epoch: Since when figures have one unit and size: lots of before are others.
    """
    recent = panel.days[: night + 1] >= panel.days[night] - MEMORY_DAYS
    first = max(int(np.argmax(recent)), epoch)
    seen, mine = panel.printed[first : night + 1], panel.printed[night]
    lots = places[first : night + 1].min(axis=0)
    latest = np.full(mine.shape, np.nan)
    for row in seen[:-1]:
        latest = np.where(np.isnan(row), latest, row)
    is_new = (places[night] != UNKNOWN) & ~(latest == mine)
    is_fresh = ~((seen != mine) & ~np.isnan(seen)).any(axis=0)
    return parity(mine, np.where(is_new, lots, UNKNOWN), is_fresh)


def volume_of(panel: Panel, night: int) -> tuple[int, int]:
    """Count steps that come near the volume, or go beyond it.

    Returns:
        Instruments whose printed figure moved by half the volume to once the volume, and by once
        to twice. Sides added up move by up to twice of what was traded, one side by once.
    """
    earlier = panel.before(night)
    if earlier is None:
        return 0, 0
    hours = panel.hours[night] - panel.hours[earlier]
    printed = panel.held / panel.factor
    moved = np.abs(printed[night] - printed[earlier])
    traded = panel.traded[night] * np.maximum(1.0, hours / _DAY_HOURS)
    share = np.where((hours >= _LEAST_HOURS) & (hours <= _MOST_HOURS), moved / traded, np.nan)
    within = (share > _ONCE / 2) & (share <= _ONCE)
    beyond = (share > _ONCE) & (share <= _TWICE)
    return int(np.count_nonzero(within)), int(np.count_nonzero(beyond))


def step_of(panel: Panel, night: int) -> Step:
    """Return whether the figures of a line jumped together since the night before.

    Positions change by little in a day, and each instrument in its own way; a unit, a contract size
    or a side that changes moves all of them by what it is worth.
    """
    earlier = panel.before(night)
    if earlier is None or panel.has_new_rule(night):
        return Step()
    recent = panel.days[:night] >= panel.days[night] - MEMORY_DAYS
    is_new = np.count_nonzero(~np.isnan(panel.held[:night][recent]), axis=0) < _ESTABLISHED
    moved = np.where(is_new, np.nan, np.log(panel.held[night] / panel.held[earlier]))
    n = int(np.count_nonzero(~np.isnan(moved)))
    if n < _FEWEST:
        return Step(n=n)
    ratio = float(np.exp(np.nanmedian(moved)))
    recounted = moved - np.log(panel.factor[night] / panel.factor[earlier])
    stayed = max(_near(moved, 0.0), _near(recounted, 0.0))
    is_crash = _is_crash(panel, night, earlier)
    is_trade = is_crash or panel.days[night] - panel.days[earlier] > _DOUBLED_DAYS
    above = _BESIDE_TRADE if is_crash else _WIDE
    jumps = (
        Step(relation, *_jumped(moved, recounted, offset, above), ratio)
        for relation, offset in _ways(panel, night, is_trade=is_trade).items()
    )
    jump = max(jumps, key=lambda step: step.hits)
    if jump.hits:
        return jump
    usual = _largest_steps(panel.held[:night][recent])
    far = int(np.count_nonzero(np.abs(moved) > np.maximum(_FAR, 2 * usual)))
    is_scattered = far >= _MOST * n and stayed <= _FEW * n
    if is_scattered and not is_trade:
        return Step(SCATTERED, n, far, ratio)
    return Step(STEADY, n, stayed, ratio)


def _jumped(moved: Floats, recounted: Floats, offset: Floats, above: float) -> tuple[int, int]:
    """Count the instruments that a change moves, and those that moved so; none unless most did."""
    size = np.abs(offset)
    width = np.where(size <= _DOUBLED, _NEAR, np.clip(size / 2, _NEAR, _WIDE))
    is_moved = (size > 2 * _NEAR) & ~np.isnan(moved)
    n = int(np.count_nonzero(is_moved))
    beside = moved - offset
    is_hit = (beside >= -width) & (beside <= np.minimum(width, above))
    hits = int(np.count_nonzero(is_hit[is_moved]))
    stayed = max(_near(moved[is_moved], 0.0), _near(recounted[is_moved], 0.0))
    is_clear = hits >= max(_LEAST_HITS, _MOST * n) and stayed <= _FEW * n
    return (n, hits) if is_clear else (0, 0)


def _near(moved: Floats, offset: Floats | float) -> int:
    return int(np.count_nonzero(np.abs(moved - offset) <= _NEAR))


def _ways(panel: Panel, night: int, *, is_trade: bool) -> dict[str, Floats]:
    """Return what each change would do to the logarithm of every figure, round factors first."""
    unit, scales = panel.units[night], panel.scales(night)
    alike = np.ones(panel.held.shape[1])
    ways = {f"x{factor:g}": np.log(factor) * alike for factor in _FACTORS}
    if is_trade:
        ways = {name: offset for name, offset in ways.items() if abs(offset[0]) > _DOUBLED}
    for other in UNITS:
        if other != unit and unit in scales:
            offset = np.log(scales[unit] / scales[other])
            ways |= {f"{unit}>{other}": offset, f"{other}>{unit}": -offset}
    return ways


def _largest_steps(held: Floats) -> Floats:
    """Return the largest step that each figure has taken; a few lots treble by themselves."""
    steps: Floats = np.fmax.reduce(np.abs(np.diff(np.log(held), axis=0)), axis=0, initial=0.0)
    return steps


def _is_crash(panel: Panel, night: int, earlier: int) -> bool:
    """Return whether prices moved so far that most positions may have been closed."""
    prices = np.log(panel.price[night] / panel.price[earlier])
    if np.isnan(prices).all():
        return _spread(np.log(panel.held[night] / panel.held[earlier])) > _CRASH_SPREAD
    return bool(abs(np.nanmedian(prices)) > _CRASH_PRICE)


def _spread(values: Floats) -> float:
    """Return a robust standard deviation, NaN left out."""
    known = values[~np.isnan(values)]
    return 1.4826 * float(np.median(np.abs(known - np.median(known))))


def spreads_of(panel: Panel, night: int) -> dict[str, float | int | None]:
    """Return how much open interest over volume differs between instruments, by unit.

    Taken in the right unit, both in USD, large and small coins turn over alike; in a wrong one the
    size of a coin or contract comes on top.

    Returns:
        ``spread_n``, instruments; and the spread of each unit, null for one that would be told by
        no more than a common factor from what the registry says, and with too few instruments.
    """
    scales, said = panel.scales(night), panel.units[night]
    told: dict[str, float | int | None] = dict.fromkeys(f"spread_{unit}" for unit in UNITS)
    if said not in scales:
        return {"spread_n": 0, **told}
    turnover = np.log(panel.held[night] / panel.traded[night])
    known = np.isfinite(turnover) & np.isfinite(panel.price[night])
    n = int(np.count_nonzero(known))
    if n >= _FEWEST_SPREAD:
        for unit in UNITS:
            other = np.log(scales[unit] / scales[said])[known]
            if np.isfinite(other).all() and (unit == said or np.ptp(other) > 0):
                told[f"spread_{unit}"] = max(_spread(turnover[known] + other), _LEAST_SPREAD)
    return {"spread_n": n, **told}


def _ratios(pairs: pl.DataFrame) -> pl.DataFrame:
    """Count the instruments whose two figures are alike, twice or half, by line and night."""
    apart = (pl.col("held") / pl.col("held_other")).log()
    counted = {"ratio_same": 0.0, "ratio_twice": np.log(2), "ratio_half": -np.log(2)}
    return pairs.group_by(*LINE, "snapshot_at").agg(
        ((apart - offset).abs() <= _NEAR).sum().alias(name) for name, offset in counted.items()
    )
