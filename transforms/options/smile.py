"""Smiles by expiry: at the money, risk reversal and butterfly of 25 delta (M32)."""

import numpy as np
import polars as pl
from scipy.optimize.elementwise import find_root

from oirisk.transforms.options.black import Black, Floats
from oirisk.transforms.options.value import numbers

SMILE = ("snapshot_at", "asset", "venue", "expiry")
"""What has one smile; the venue is ``ALL`` for all together."""

ALL = "ALL"
FEWEST_STRIKES = 3
WING_DELTA = 0.25

_WINGS = (pl.col("call_25d_iv") + pl.col("put_25d_iv")) / 2


def smiles(options: pl.DataFrame) -> pl.DataFrame:
    """Read volatilities at the money and at 25 delta off each smile.

    A smile is of options out of the money: puts below the forward, calls above, the mean of both at
    it; volatility is linear in ``ln K`` between strikes and unknown beyond them. Delta is that of
    Black-76, not adjusted for the premium, at the volatility of its own strike. The smile of all
    venues is taken in ``ln(K / F)`` of each, the mean by open interest where they list one strike
    (plain where nothing is open); its strikes are of the mean forward, weighted alike.

    Args:
        options: ``int_options_valued``.

    Returns:
        One row per ``SMILE``: ``forward, atm_iv, call_25d_strike, put_25d_strike, call_25d_iv,
        put_25d_iv, risk_reversal_25d`` (call less put), ``butterfly_25d``, ``strikes`` that tell
        it, and ``smile_reason``: why any of these is null.
    """
    each = options.select(*SMILE, "strike", "option_type", "forward", "years", "iv", "oi_base")
    every = pl.concat([each, each.with_columns(venue=pl.lit(ALL))]).with_columns(
        smile_forward=_mean("forward").over(SMILE)
    )
    points = _points(every)
    segments = _segments(points)
    found = every.group_by(SMILE).agg(forward=pl.col("smile_forward").first())
    strikes = points.group_by(SMILE).agg(strikes=pl.len().cast(pl.Int32))
    for one in (strikes, _at_the_money(segments), *(_wing(segments, s) for s in (1, -1))):
        found = found.join(one, on=SMILE, how="left")
    return found.sort(SMILE).with_columns(
        pl.col("strikes").fill_null(0),
        risk_reversal_25d=pl.col("call_25d_iv") - pl.col("put_25d_iv"),
        butterfly_25d=_WINGS - pl.col("atm_iv"),
        smile_reason=pl.when(pl.col("strikes").fill_null(0) < FEWEST_STRIKES)
        .then(pl.lit(f"under {FEWEST_STRIKES} strikes"))
        .when(pl.col("atm_iv").is_null())
        .then(pl.lit("money beyond the strikes"))
        .when(_WINGS.is_null())
        .then(pl.lit("25-delta beyond the strikes")),
    )


def _points(options: pl.DataFrame) -> pl.DataFrame:
    """Return the points of each smile in order: ``at`` (ln K / F), ``iv``, and what is open."""
    side = pl.when(pl.col("option_type") == "call").then(1).otherwise(-1)
    return (
        options.filter(
            pl.col("iv").is_not_null() & (side * (pl.col("strike") - pl.col("forward")) >= 0)
        )
        .with_columns(at=(pl.col("strike") / pl.col("forward")).log())
        .group_by(*SMILE, "strike")
        .agg(
            *(_mean(name) for name in ("at", "iv", "smile_forward", "years")),
            pl.col("oi_base").sum(),
        )
        .sort(*SMILE, "at")
    )


def _mean(name: str) -> pl.Expr:
    """Return the mean of a column by open interest, where it is known; plain if nothing is open."""
    value, base = (pl.col(one).filter(pl.col(name).is_not_null()) for one in (name, "oi_base"))
    weighted = (value * base).sum() / base.sum()
    return pl.when(base.sum() > 0).then(weighted).otherwise(value.mean()).alias(name)


def _segments(points: pl.DataFrame) -> pl.DataFrame:
    """Return neighbours of each smile that has enough strikes."""
    following = [pl.col(name).shift(-1).over(SMILE).alias(f"{name}_next") for name in ("at", "iv")]
    return (
        points.filter(pl.len().over(SMILE) >= FEWEST_STRIKES)
        .with_columns(*following)
        .filter(pl.col("at_next") > pl.col("at"))
    )


def _iv_at(segments: pl.DataFrame, at: Floats) -> Floats:
    start, iv = numbers(segments, "at"), numbers(segments, "iv")
    part = (at - start) / (numbers(segments, "at_next") - start)
    return np.asarray(iv + part * (numbers(segments, "iv_next") - iv))


def _at_the_money(segments: pl.DataFrame) -> pl.DataFrame:
    held = (
        segments.filter((pl.col("at") <= 0) & (pl.col("at_next") >= 0))
        .group_by(SMILE, maintain_order=True)
        .first()
    )
    return held.select(*SMILE, pl.Series("atm_iv", _iv_at(held, np.zeros(held.height))))


def _wing(segments: pl.DataFrame, sign: int) -> pl.DataFrame:
    """Return strike and volatility of 25 delta on one side, where it is nearest the money."""
    name = "call" if sign > 0 else "put"
    inner, outer = ("at", "at_next") if sign > 0 else ("at_next", "at")
    outward = segments.filter(sign * pl.col(outer) > 0).with_columns(
        inside=pl.when(sign * pl.col(inner) > 0).then(inner).otherwise(0.0), outside=outer
    )
    within, beyond = (_delta(outward, numbers(outward, end), sign) for end in ("inside", "outside"))
    held = (
        outward.filter(pl.Series((within >= WING_DELTA) & (beyond <= WING_DELTA)))
        .sort(*SMILE, pl.col("inside").abs())
        .group_by(SMILE, maintain_order=True)
        .first()
    )
    at = _root(held, sign)
    return held.select(
        *SMILE,
        pl.Series(f"{name}_25d_strike", numbers(held, "smile_forward") * np.exp(at)),
        pl.Series(f"{name}_25d_iv", _iv_at(held, at)),
    )


def _root(segments: pl.DataFrame, sign: int) -> Floats:
    """Return where delta is that of the wing, in segments that hold it."""
    ends = [numbers(segments, end) for end in ("inside", "outside")]

    def excess(at: Floats, row: Floats) -> Floats:
        return _delta(segments[row.astype(np.int64)], at, sign) - WING_DELTA

    found = find_root(
        excess,
        (np.minimum(*ends), np.maximum(*ends)),
        args=(np.arange(segments.height, dtype=np.float64),),
    )
    return np.asarray(found.x)


def _delta(segments: pl.DataFrame, at: Floats, sign: int) -> Floats:
    """Return the size of delta at places in segments, of calls or puts."""
    signs, forward = np.full_like(at, sign), np.ones_like(at)
    option = Black(signs, forward, np.exp(at), numbers(segments, "years"), _iv_at(segments, at))
    return sign * option.delta()
