"""Leverage that observed positions imply: evidence for the mix of leverage (M22)."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from oirisk.schemas.columns import UTC_MICROSECONDS, Dtype
from oirisk.transforms.models.leverage import BOUNDS, LEAST, MOST, Floats

OBSERVED_LEVERAGE_SCHEMA: dict[str, Dtype] = {
    "snapshot_at": UTC_MICROSECONDS, "asset": pl.String, "leverage_low": pl.Float64,
    "leverage_high": pl.Float64, "weight": pl.Float64, "positions": pl.Int32,
    "base": pl.Float64, "is_simulated": pl.Boolean,
}  # fmt: skip

LEAST_ACCOUNTS, LEAST_EFFECTIVE, LEAST_USD = 30, 10.0, 5e6
"""What an asset's observed positions must amount to before they say anything of its leverage: so
many accounts, as many if all were of the same size, and so large together. Below, one account
more or less would be another mix."""

WORTH, MOST_WORTH = 0.5, 60.0
"""What an observed account is worth beside the prior, which is worth 30 of certain leverage, and
what all of them are worth at most: accounts on a list, of one exchange, are not the market."""


@dataclass(frozen=True)
class Survivors:
    """Positions of one asset that an exchange shows: those that are left, and not what was opened.

    Args:
        shares: By size, over the intervals of ``BOUNDS``, of sum 1; shape (intervals,).
        worth: How many positions of certain leverage they count for.
        accounts: Whose they are.
        usd: Their size.
    """

    shares: Floats
    worth: float
    accounts: int
    usd: float


def implied_leverage(
    is_long: np.ndarray, entry: Floats, level: Floats, maintenance_rate: Floats
) -> Floats:
    """Return the isolated leverage at which a position opened at ``entry`` has its level there.

    Margin is often shared by an account's positions, so the leverage that an exchange prints is
    what the order form said; where the level lies is what counts.

    Args:
        is_long: Side, shape (positions,).
        entry: Entry price, USD per coin.
        level: Liquidation price, USD per coin; NaN where there is none.
        maintenance_rate: Maintenance margin, a fraction of the notional at the level.

    Returns:
        Shape (positions,), within ``LEAST`` and ``MOST``: a position without a level is never
        liquidated and gets ``LEAST``, one whose level has passed its entry gets ``MOST``.

    Source:
        M20 for linear contracts, solved for the leverage.
    """
    ratio = level / entry
    margin = np.where(
        is_long, 1 - ratio * (1 - maintenance_rate), ratio * (1 + maintenance_rate) - 1
    )
    margin = np.where(np.isnan(level), 1 / LEAST, margin)
    return 1 / np.clip(margin, 1 / MOST, 1 / LEAST)


def observed_weights(positions: pl.DataFrame) -> pl.DataFrame:
    """Return the mix of leverage of observed positions, by size, over the intervals of ``BOUNDS``.

    A mix of survivors: highly leveraged positions die first, so what is opened is more leveraged.

    Args:
        positions: ``snapshot_at, asset, side, base, entry_price, liquidation_price,
            maintenance_rate, is_simulated``; those without an entry price or a maintenance
            rate say nothing and are left out.

    Returns:
        Columns ``OBSERVED_LEVERAGE_SCHEMA``: a row per snapshot, asset and interval that holds
        anything; the weights of a snapshot and asset sum to 1.
    """
    usable = positions.drop_nulls(["entry_price", "maintenance_rate"])
    if usable.is_empty():
        return pl.DataFrame(schema=OBSERVED_LEVERAGE_SCHEMA)
    place = _intervals(usable)
    group = ["snapshot_at", "asset"]
    return (
        usable.with_columns(
            pl.Series("leverage_low", BOUNDS[place]), pl.Series("leverage_high", BOUNDS[place + 1])
        )
        .group_by(*group, "leverage_low", "leverage_high")
        .agg(
            pl.len().cast(pl.Int32).alias("positions"),
            pl.col("base").sum(),
            pl.col("is_simulated").any(),
        )
        .sort(*group, "leverage_low")  # first: sums of shares are to be taken in one order
        .with_columns((pl.col("base") / pl.col("base").sum().over(group)).alias("weight"))
        .select(pl.col(name).cast(kind) for name, kind in OBSERVED_LEVERAGE_SCHEMA.items())
    )


def survivors(positions: pl.DataFrame) -> dict[str, Survivors]:
    """Return what observed positions say of leverage, by asset; nothing where they are too few.

    Args:
        positions: ``asset, account, side, base, usd, entry_price, liquidation_price,
            maintenance_rate`` of one observation; none of them null but the liquidation price.
    """
    found = {}
    for (asset,), mine in positions.group_by("asset", maintain_order=True):
        sizes = mine.group_by("account").agg(pl.col("usd").sum()).sort("account")["usd"].to_numpy()
        total = float(sizes.sum())
        effective = total**2 / max(float((sizes**2).sum()), 1e-300)
        if sizes.size < LEAST_ACCOUNTS or effective < LEAST_EFFECTIVE or total < LEAST_USD:
            continue
        held = np.bincount(_intervals(mine), mine["base"].to_numpy(), minlength=BOUNDS.size - 1)
        worth = min(WORTH * effective, MOST_WORTH)
        found[str(asset)] = Survivors(held / held.sum(), worth, sizes.size, total)
    return found


def _intervals(positions: pl.DataFrame) -> np.ndarray:
    """Return the interval of ``BOUNDS`` that holds each position's leverage."""
    leverage = implied_leverage(
        (positions["side"] == "long").to_numpy(),
        positions["entry_price"].to_numpy(),
        positions["liquidation_price"].fill_null(np.nan).to_numpy(),
        positions["maintenance_rate"].to_numpy(),
    )
    return np.clip(np.searchsorted(BOUNDS, leverage, side="right") - 1, 0, BOUNDS.size - 2)
