"""Exposure of whoever hedges options: gross, and net by assumed dealer (M31)."""

import numpy as np
import polars as pl
from scipy.optimize.elementwise import find_root

from oirisk.transforms.options.black import Black, Floats
from oirisk.transforms.options.smile import ALL, SMILE
from oirisk.transforms.options.value import black, gamma_exposure, numbers

LOWEST, HIGHEST = 0.5, 2.0
"""Prices over the price, between which the flip is looked for."""

MATERIAL = 1e-6
"""A net that is a smaller part of the largest gross has no sign: far from all strikes both vanish."""

_PLACES = 121
_CLOSER = 3.0
"""Prices at which the net is taken lie closest where the price is: 0.35 % apart, 3.5 % at the ends."""


def exposures(options: pl.DataFrame) -> pl.DataFrame:
    """Sum exposures by expiry, and find where net gamma changes its sign.

    Gross is what is open, whoever holds it. Who holds it no exchange says, so a net is of an
    assumed dealer on the other side of all clients:

    * ``naive``: long every call and short every put, as of stock indices, whose holders sell calls
      and buy puts;
    * ``short_all``: short every option, as where clients only buy. It is the gross with a minus;
      whatever dealers hold lies between the two.

    The flip is where the naive net changes its sign as all forwards move with the price, between
    ``LOWEST`` and ``HIGHEST`` of it, each strike at its own volatility; of several the nearest.

    Args:
        options: ``int_options_valued``.

    Returns:
        One row per ``SMILE``, of all venues together too (``ALL``), and of all expiries (null):
        ``gex_gross_usd, gex_net_naive_usd, gex_net_short_all_usd`` (USD for a move of 1 %),
        ``dex_base`` (deltas of holders, coins), ``options, options_with_gamma, gamma_oi_share``
        (part of the open interest that these figures are of), ``price``, ``gamma_flip`` and its
        bracket ``flip_low, flip_high`` (USD per coin), ``flips`` (changes of sign) and
        ``flip_reason``: why there is none. Sums are null where no option has gamma.
    """
    members = _members(options)
    found = _sums(members).join(_flips(members), on=SMILE, how="left", nulls_equal=True)
    reason = (
        pl.when(pl.col("options_with_gamma") == 0)
        .then(pl.lit("no gamma"))
        .when(pl.col("price").is_null())
        .then(pl.lit("no price"))
        .when(pl.col("gamma_flip").is_null())
        .then(pl.lit("none in range"))
    )
    return found.with_columns(
        pl.col("flips").fill_null(0),
        gex_net_short_all_usd=-pl.col("gex_gross_usd"),
        flip_reason=reason,
    ).sort(SMILE)


def _members(options: pl.DataFrame) -> pl.DataFrame:
    """Return each option once for every row that it is part of."""
    of_venue = options.select(
        *SMILE, "strike", "option_type", "forward", "years", "iv", "oi_base", "index_price",
        "delta", "gex_gross_usd", "is_simulated",
    )  # fmt: skip
    of_expiry = pl.concat([of_venue, of_venue.with_columns(venue=pl.lit(ALL))])
    of_all = of_expiry.with_columns(expiry=pl.lit(None, of_expiry["expiry"].dtype))
    return pl.concat([of_expiry, of_all]).sort(SMILE)


_SIGN = pl.when(pl.col("option_type") == "call").then(1).otherwise(-1)


def _sums(members: pl.DataFrame) -> pl.DataFrame:
    has_gamma = pl.col("gex_gross_usd").is_not_null()
    base = pl.col("oi_base")
    gross = pl.col("gex_gross_usd")

    def known(total: pl.Expr) -> pl.Expr:
        return pl.when(has_gamma.any()).then(total)

    return members.group_by(SMILE, maintain_order=True).agg(
        gex_gross_usd=known(gross.sum()),
        gex_net_naive_usd=known((gross * _SIGN).sum()),
        dex_base=known((pl.col("delta") * base).sum()),
        options=pl.len().cast(pl.Int32),
        options_with_gamma=has_gamma.sum().cast(pl.Int32),
        gamma_oi_share=pl.when(base.sum() > 0).then(
            base.filter(has_gamma).sum() / base.sum()
        ),
        price=pl.col("index_price").median(),
        is_simulated=pl.col("is_simulated").any(),
    )


def _flips(members: pl.DataFrame) -> pl.DataFrame:
    """Return ``gamma_flip, flip_low, flip_high, flips`` of those whose net changes its sign."""
    held = members.filter(pl.col("gex_gross_usd").is_not_null())
    curves = _Curves(held)
    first = curves.starts
    return (
        held[first]
        .select(SMILE)
        ...
    )
