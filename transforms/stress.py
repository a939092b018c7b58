"""The stress grid: shock x depth x prior, from a liquidation map and order-book depth (M25)."""

import numpy as np
import polars as pl

from oirisk.transforms.cascade import (
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
    "is_simulated": pl.Boolean,
}  # fmt: skip


def stress_grid(levels: pl.DataFrame, depth: pl.DataFrame) -> pl.DataFrame:
    """Run every cascade of the grid, for assets that have a map and depth on both sides.

    Args:
        levels: ``asset, prior, side`` (``long|short``, who is liquidated), ``price, base,
            mark, is_simulated``.
        depth: ``asset, side`` (``bid|ask``), ``band`` (fraction of the price), ``base,
            is_simulated``: cumulative, all exchanges together.

    Returns:
        Columns ``STRESS_SCHEMA``; no rows for an asset without depth: none is invented.
    """
    curves = _curves(depth)
    rows = []
    for (asset, prior, side), part in sorted(
        levels.group_by("asset", "prior", "side"), key=lambda item: item[0]
    ):
        curve = curves.get((str(asset), "bid" if side == "long" else "ask"))
        if curve is None:
            continue
        part = part.sort("price")  # noqa: PLW2901 -- the order of a group is not fixed
        for shock in SHOCKS_PCT:
            if (shock < 0) == (side == "long"):
                rows += [
                    {"asset": asset, "prior": prior, **_one(part, shock, factor, curve)}
                    for factor in DEPTH_FACTORS
                ]
    return pl.DataFrame(rows, schema=STRESS_SCHEMA)


def _one(
    levels: pl.DataFrame, shock_pct: float, factor: float, curve: DepthCurve
) -> dict[str, object]:
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


def _curves(depth: pl.DataFrame) -> dict[tuple[str, str], DepthCurve]:
    """Return a curve by asset and side, of the bands at which the cumulative depth still rises."""
    curves = {}
    for (asset, side), part in depth.group_by("asset", "side"):
        rising = part.sort("band").filter(
            (pl.col("band") > 0)
            & (pl.col("base") > pl.col("base").cum_max().shift(1, fill_value=0.0))
        )
        if rising.height:
            curves[str(asset), str(side)] = DepthCurve(
                np.asarray(rising["band"], float), np.asarray(rising["base"], float)
            )
    return curves
