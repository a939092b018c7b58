"""Calibrate leverage mixes: steps of contracts in, weights out."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import polars as pl
from threadpoolctl import threadpool_limits

from oirisk.transforms.models.crossings import Book, Observed
from oirisk.transforms.models.leverage import NODE_HIGH, NODE_LOW
from oirisk.transforms.models.leverage_fit import Fit, fit_mix, median_leverage
from oirisk.transforms.models.leverage_observed import Survivors, survivors

log = logging.getLogger(__name__)

LEAST_STEPS, LEAST_HOURS = 1500, 300
"""Steps of up to a quarter of an hour, or else whole hours, that a contract must have: some five
days, or twelve; fewer say nothing reliable."""

QUARTER = timedelta(minutes=15)

AT_ONCE = 4
"""Assets fitted side by side, where there are as many processors."""

CALIBRATION_SCHEMA = {
    "asset": pl.String, "prior": pl.String, "leverage_low": pl.Float64,
    "leverage_high": pl.Float64, "weight": pl.Float64, "median_leverage": pl.Float64,
    "pass_through": pl.Float64, "rotation": pl.Float64, "r2": pl.Float64,
    "crossed_base": pl.Float64, "steps": pl.Int32, "is_simulated": pl.Boolean,
    "evidence": pl.String, "observed_share": pl.Float64, "observed_accounts": pl.Int32,
    "observed_usd": pl.Float64,
}  # fmt: skip


def calibrate(
    steps: pl.DataFrame,
    rotation: float,
    maintenance_rate: float,
    positions: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Learn the mix of every asset that has enough steps.

    Args:
        steps: ``asset, instrument, from_at, until_at, held_before, held_after, volume, price_low,
            price_high, is_inverse, is_simulated``; one row per step of a contract, of an hour
            at most; held and volume in the unit that a price move alone leaves unchanged.
        rotation: Share of the volume beyond the change that swaps positions.
        maintenance_rate: Of a typical position.
        positions: Observed ones, as ``survivors`` takes them; None: there are none. They count
            only for assets that have enough steps: without knowing which levels were crossed,
            what is left does not tell what was opened.

    Returns:
        Columns ``CALIBRATION_SCHEMA``, for priors ``base`` and ``calibrated``; no rows for an
        asset with too few steps. ``crossed_base`` is in multiples of open interest.
    """
    usable = steps.drop_nulls(["volume", "price_low", "price_high"]).filter(
        (pl.col("price_low") > 0) & (pl.col("held_before") > 0) & (pl.col("held_after") > 0)
    )
    seen = {} if positions is None else survivors(positions)
    parts = usable.sort("asset", "instrument", "until_at").partition_by(
        "asset", maintain_order=True
    )

    def learned(mine: pl.DataFrame) -> pl.DataFrame:
        return _learned(mine, rotation, maintenance_rate, seen.get(mine["asset"][0]))

    # Tall, narrow matrices: threads inside linear algebra would wait for each other, and how a
    # sum is split between them would show in its last digits.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(AT_ONCE) as pool:
        return pl.concat([pl.DataFrame(schema=CALIBRATION_SCHEMA), *pool.map(learned, parts)])


def _learned(
    mine: pl.DataFrame, rotation: float, maintenance_rate: float, seen: Survivors | None
) -> pl.DataFrame:
    """Learn the mix of one asset from its steps, sorted by contract and time."""
    books = [
        Book(
            _observed(even),
            rotation,
            maintenance_rate,
            is_inverse=bool(part["is_inverse"].any()),
        )
        for part in mine.partition_by("instrument", maintain_order=True)
        if (even := _even(part)) is not None
    ]
    if not books:
        return pl.DataFrame(schema=CALIBRATION_SCHEMA)
    asset, fit = str(mine["asset"][0]), fit_mix(books, seen)
    log.info(
        "leverage calibrated asset=%s books=%d steps=%d r2=%.3f crossed=%.2f",
        asset, len(books), fit.steps, fit.r2, fit.crossed,
    )  # fmt: skip
    rows = _rows(asset, fit, rotation, simulated=bool(mine["is_simulated"].any()))
    return _with_evidence(rows, fit, seen)


def _even(steps: pl.DataFrame) -> pl.DataFrame | None:
    """Return the steps of one contract at one resolution; None when there are too few."""
    fine = steps.filter(pl.col("until_at") - pl.col("from_at") <= QUARTER)
    if fine.height >= LEAST_STEPS:
        return fine
    hours = (
        steps.group_by(
            (pl.col("until_at").dt.epoch("us") - 1) // 3_600_000_000, maintain_order=True
        )
        .agg(
            pl.col("held_before").first(),
            pl.col("held_after").last(),
            pl.col("volume").sum(),
            pl.col("price_low").min(),
            pl.col("price_high").max(),
        )
        .drop("until_at")
    )
    return hours if hours.height >= LEAST_HOURS else None


def _observed(steps: pl.DataFrame) -> Observed:
    return Observed(
        before=steps["held_before"].to_numpy(),
        after=steps["held_after"].to_numpy(),
        volume=steps["volume"].to_numpy(),
        low=steps["price_low"].to_numpy(),
        high=steps["price_high"].to_numpy(),
    )


def _rows(asset: str, fit: Fit, rotation: float, *, simulated: bool) -> pl.DataFrame:
    parts = []
    for prior, weights in (("base", fit.base), ("calibrated", fit.calibrated)):
        parts.append(
            pl.DataFrame(
                {
                    "asset": asset,
                    "prior": prior,
                    "leverage_low": NODE_LOW,
                    "leverage_high": NODE_HIGH,
                    "weight": weights,
                    "median_leverage": median_leverage(weights),
                    "pass_through": fit.pass_through,
                    "rotation": rotation,
                    "r2": fit.r2,
                    "crossed_base": fit.crossed,
                    "steps": fit.steps,
                    "is_simulated": simulated,
                }
            )
        )
    return pl.concat(parts)


def _with_evidence(rows: pl.DataFrame, fit: Fit, seen: Survivors | None) -> pl.DataFrame:
    told = {
        "evidence": "both" if seen else "crossings",
        "observed_share": fit.observed_share,
        "observed_accounts": seen.accounts if seen else 0,
        "observed_usd": seen.usd if seen else 0.0,
    }
    return rows.with_columns(pl.lit(value).alias(name) for name, value in told.items()).select(
        pl.col(name).cast(kind) for name, kind in CALIBRATION_SCHEMA.items()
    )
