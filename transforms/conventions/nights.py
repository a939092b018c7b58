"""What the figures of one night show about their meaning: sides, unit and contract size (M38).

What comes out is one row a line and night, from which ``verdicts`` are made.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from oirisk.transforms.conventions.panel import (
    DAY_SECONDS,
    LINE,
    MEMORY_DAYS,
    UNITS,
    Panel,
    panel_of,
    spread,
)
from oirisk.transforms.conventions.parity import UNKNOWN, Parity, exponents, parity
from oirisk.transforms.conventions.steps import NEAR, STEADY, step_of

_NUMBERS = ("hours", "held", "printed", "factor", "price", "size", "traded", "is_inverse")
_LEAST_HOURS, _MOST_HOURS, _DAY_HOURS = 1.0, 25.5, 24.0
_ONCE, _TWICE = 1.05, 2.1
"""Volume and figures are not taken at the very same instants."""

_FEWEST_SPREAD, _LEAST_SPREAD = 20, 1e-3


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
    first = -np.inf if since is None else since.timestamp() / DAY_SECONDS
    rows: list[dict[str, Any]] = []
    numbers = figures.with_columns(pl.col(_NUMBERS).cast(pl.Float64).fill_null(np.nan))
    for key, part in numbers.partition_by(*LINE, as_dict=True, maintain_order=True).items():
        nights = part["snapshot_at"].unique().sort()
        named = dict(zip(LINE, key, strict=True))
        rows += [
            {**named, "snapshot_at": nights[night], **row}
            for night, row in _nights(panel_of(part, nights), first)
        ]
    if not rows:
        return pl.DataFrame()
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.join(_ratios(pairs), on=[*LINE, "snapshot_at"], how="left").with_columns(
        pl.col("ratio_same", "ratio_twice", "ratio_half").fill_null(0)
    )


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
                told[f"spread_{unit}"] = max(spread(turnover[known] + other), _LEAST_SPREAD)
    return {"spread_n": n, **told}


def _ratios(pairs: pl.DataFrame) -> pl.DataFrame:
    """Count the instruments whose two figures are alike, twice or half, by line and night."""
    apart = (pl.col("held") / pl.col("held_other")).log()
    counted = {"ratio_same": 0.0, "ratio_twice": np.log(2), "ratio_half": -np.log(2)}
    return pairs.group_by(*LINE, "snapshot_at").agg(
        ((apart - offset).abs() <= NEAR).sum().alias(name) for name, offset in counted.items()
    )
