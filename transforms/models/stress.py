"""The stress grid: shock x depth x prior, from a liquidation map and order-book depth (M25).

A grid is of one asset, prior, side and part of the depth. One that shows by itself that it goes
beyond what was read of the order books is withheld: a larger shock moves price less, or forced
closes move it more than ten times as far as the books reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from oirisk.transforms.models.cascade import (
    DEPTH_FACTORS,
    SHOCKS_PCT,
    DepthCurve,
    densest_pct,
    reproduction_number,
    run_cascade,
)

STRESS_SCHEMA = {
    "asset": pl.String, "prior": pl.String, "shock_pct": pl.Float64, "depth_factor": pl.Float64,
    "rounds": pl.Int32, "liquidated_base": pl.Float64, "liquidated_usd": pl.Float64,
    "final_price": pl.Float64, "move_pct": pl.Float64, "multiplier": pl.Float64,
    "reproduction_number": pl.Float64, "stop_reason": pl.String, "depth_usd": pl.Float64,
    "is_simulated": pl.Boolean, "covered_share": pl.Float64, "withheld_reason": pl.String,
}  # fmt: skip

FIGURES = (
    "rounds", "liquidated_base", "liquidated_usd", "final_price", "move_pct", "multiplier",
    "reproduction_number", "stop_reason",
)  # fmt: skip
"""What is null where a grid is withheld."""

FURTHEST = 10.0
"""How many times as far as the order books reach forced closes may move price."""

Row = dict[str, Any]


def stress_grid(levels: pl.DataFrame, depth: pl.DataFrame) -> pl.DataFrame:
    """Run every cascade of the grid, for assets that have a map and depth on both sides.

    Args:
        levels: ``asset, prior, side`` (``long|short``, who is liquidated), ``price, base,
            mark, is_simulated``, on the exchanges whose order books were read.
        depth: ``asset, side`` (``bid|ask``), ``band`` (fraction of the price), ``base``:
            cumulative, these exchanges together; ``covered_share``, their part of the open
            interest, and ``withheld_reason``, null where that is enough.

    Returns:
        Columns ``STRESS_SCHEMA``; no rows for an asset without depth: none is invented.
    """
    books = _books(depth)
    rows: list[Row] = []
    for (asset, prior, side), part in sorted(
        levels.group_by("asset", "prior", "side"), key=lambda item: item[0]
    ):
        book = books.get((str(asset), "bid" if side == "long" else "ask"))
        if book is None:
            continue
        shocks = [shock for shock in SHOCKS_PCT if (shock < 0) == (side == "long")]
        ordered = part.sort("price")  # that of a group is not fixed
        for factor in DEPTH_FACTORS:
            grid = [
                {"asset": asset, "prior": prior, **_one(ordered, shock, factor, book.curve)}
                for shock in shocks
            ]
            rows += _judged(grid, book)
    return pl.DataFrame(rows, schema=STRESS_SCHEMA)


def _judged(grid: Sequence[Row], book: "_Book") -> list[Row]:
    """Say how far the books hold what is stressed; blank out a grid that goes beyond them."""
    reach = float(book.curve.distance[-1]) * 100
    beyond = None if _is_plausible(grid, reach) else f"the book read reaches ±{reach:g} %"
    reason = book.withheld_reason or beyond
    blank = dict.fromkeys(FIGURES) if reason else {}
    told = {"covered_share": book.covered_share, "withheld_reason": reason}
    return [{**row, **blank, **told} for row in grid]


def _is_plausible(grid: Sequence[Row], reach_pct: float) -> bool:
    by_size = sorted((abs(row["shock_pct"]), row["move_pct"]) for row in grid)
    is_rising = all(less[1] <= more[1] + 1e-9 for less, more in pairwise(by_size))
    return is_rising and all(move - shock <= FURTHEST * reach_pct for shock, move in by_size)


def _one(levels: pl.DataFrame, shock_pct: float, factor: float, curve: DepthCurve) -> Row:
    price, base = levels["price"].to_numpy(), levels["base"].to_numpy()
    mark, book = float(levels["mark"][0]), curve.scaled(factor)
    ended = run_cascade(mark, shock_pct / 100, price, base, book)
    densest = densest_pct(mark, max(ended.move, abs(shock_pct) / 100), price, base)
    return {
        "shock_pct": float(shock_pct),
        "depth_factor": factor,
        "rounds": len(ended.rounds),
        "liquidated_base": ended.liquidated,
        "liquidated_usd": ended.liquidated_usd,
        "final_price": ended.final_price,
        "move_pct": ended.move * 100,
        "multiplier": ended.multiplier,
        "reproduction_number": reproduction_number(densest, book.slope() / 100),
        "stop_reason": ended.stop_reason,
        "depth_usd": float(book.base[0] * mark),
        "is_simulated": bool(levels["is_simulated"].any()),
    }


@dataclass(frozen=True)
class _Book:
    """One side of an asset's order books, and how far they hold its open interest."""

    curve: DepthCurve
    covered_share: float
    withheld_reason: str | None


def _books(depth: pl.DataFrame) -> dict[tuple[str, str], _Book]:
    """Return books by asset and side, of the bands at which the cumulative depth still rises."""
    found = {}
    for (asset, side), part in depth.group_by("asset", "side"):
        rising = part.sort("band").filter(
            (pl.col("band") > 0)
            & (pl.col("base") > pl.col("base").cum_max().shift(1, fill_value=0.0))
        )
        if rising.height:
            curve = DepthCurve(np.asarray(rising["band"], float), np.asarray(rising["base"], float))
            told = part["covered_share"][0], part["withheld_reason"][0]
            found[str(asset), str(side)] = _Book(curve, *told)
    return found
