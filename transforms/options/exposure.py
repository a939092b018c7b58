"""Exposure of whoever hedges options: gross, and net by assumed dealer (M31)."""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root

from oirisk.transforms.options.black import Black, Floats
from oirisk.transforms.options.smile import ALL, SMILE
from oirisk.transforms.options.value import black, gamma_exposure, numbers

FLIP = ("gamma_flip", "flip_low", "flip_high")

_PRICED = ("snapshot_at", "asset", "venue")

LOWEST, HIGHEST = 0.5, 2.0
"""Prices over the price, between which the flip is looked for."""

MATERIAL = 1e-6
"""A net below this part of the largest gross has no sign: far from all strikes both vanish."""

_PLACES = 121
_CLOSER = 3.0
"""Where the net is taken: 0.35 % apart next to the price, 3.5 % at the ends."""


def exposures(options: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
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
        prices: ``int_options_priced``: ``price`` by snapshot, asset and venue.

    Returns:
        One row per ``SMILE``, of all venues together too (``ALL``), and of all expiries (null):
        ``gex_gross_usd, gex_net_naive_usd, gex_net_short_all_usd`` (USD for a move of 1 %) and
        ``dex_base`` (deltas of holders, coins), over options that have them, null where none has;
        ``gamma_flip`` and its bracket ``flip_low, flip_high`` (USD per coin), ``flips`` (changes
        of sign), ``flip_reason``: why there is none.
    """
    # One snapshot at a time: what is computed over and over then stays near the processor.
    nights = options.partition_by("snapshot_at", maintain_order=True) or [options]
    found = pl.concat(_of_snapshot(night) for night in nights)
    return (
        found.join(prices.select(*_PRICED, "price"), on=_PRICED, how="left")
        .with_columns(pl.col(name) * pl.col("price") for name in FLIP)
        .with_columns(
            flip_reason=pl.when(pl.col("gex_gross_usd").is_null())
            .then(pl.lit("no gamma"))
            .when(pl.col("price").is_null())
            .then(pl.lit("no price"))
            .when(pl.col("gamma_flip").is_null())
            .then(pl.lit("none in range"))
        )
        .drop("price")
        .sort(SMILE)
    )


def _of_snapshot(options: pl.DataFrame) -> pl.DataFrame:
    """Return exposures of one snapshot; flips are factors of the price."""
    members = _members(options)
    return (
        _sums(members)
        .join(_flips(members), on=SMILE, how="left", nulls_equal=True)
        .with_columns(pl.col("flips").fill_null(0))
    )


def _members(options: pl.DataFrame) -> pl.DataFrame:
    """Return each option once for every row that it is part of."""
    of_venue = options.select(
        *SMILE, "strike", "option_type", "forward", "years", "iv", "oi_base", "delta",
        "gex_gross_usd",
    )  # fmt: skip
    of_expiry = pl.concat([of_venue, of_venue.with_columns(venue=pl.lit(ALL))])
    of_all = of_expiry.with_columns(expiry=pl.lit(None, of_expiry["expiry"].dtype))
    return pl.concat([of_expiry, of_all]).sort(SMILE, maintain_order=True)


def _sums(members: pl.DataFrame) -> pl.DataFrame:
    gross = pl.col("gex_gross_usd")
    sign = pl.when(pl.col("option_type") == "call").then(1).otherwise(-1)
    found = members.group_by(SMILE, maintain_order=True).agg(
        has_gamma=gross.is_not_null().any(),
        gex_gross_usd=gross.sum(),
        gex_net_naive_usd=(gross * sign).sum(),
        gex_net_short_all_usd=-gross.sum(),
        dex_base=(pl.col("delta") * pl.col("oi_base")).sum(),
    )
    return found.select(*SMILE, pl.when("has_gamma").then(pl.exclude(*SMILE, "has_gamma")))


def _flips(members: pl.DataFrame) -> pl.DataFrame:
    """Return those whose net changes its sign: ``FLIP`` as factors of the price, and ``flips``."""
    held = members.filter(pl.col("gex_gross_usd").is_not_null())
    curves = _Curves(held)
    low, high, flips = _brackets(curves)
    row = np.flatnonzero(flips)
    ends = low[row], high[row]
    flip = find_root(curves.net_of, ends, args=(row.astype(np.float64),)).x
    found = dict(zip(FLIP, (flip, *ends), strict=True))
    return (
        held[curves.starts[row]]
        .select(SMILE)
        .with_columns(
            *(pl.Series(name, np.exp(at)) for name, at in found.items()),
            pl.Series("flips", flips[row], dtype=pl.Int32),
        )
    )


class _Curves:
    """Net gamma of each row of a result, as a function of the logarithm of the price's factor.

    Args:
        members: Options with gamma, those of a row together.
    """

    def __init__(self, members: pl.DataFrame) -> None:
        row = members.select(pl.struct(SMILE).rle_id()).to_series().to_numpy()
        self.starts = np.flatnonzero(np.diff(row, prepend=-1))
        self._row = row
        self._base = numbers(members, "oi_base")
        self._options = black(members)

    def at(self, logarithms: Floats) -> tuple[Floats, Floats]:
        """Return naive net and gross of each row, its price times a factor of its own."""
        one = self._options
        moved = Black(
            one.sign, one.forward * np.exp(logarithms)[self._row], one.strike, one.years,
            one.volatility,
        )  # fmt: skip
        gross = gamma_exposure(moved, self._base)
        net: Floats = np.add.reduceat(one.sign * gross, self.starts)
        return net, np.asarray(np.add.reduceat(gross, self.starts))

    def net_of(self, logarithms: Floats, rows: Floats) -> Floats:
        """Return the net of some rows; of those that come in one array."""
        chosen = rows.astype(np.int64)
        everywhere = np.zeros(self.starts.size)
        everywhere[chosen] = logarithms
        return np.asarray(self.at(everywhere)[0][chosen])


def _places() -> Floats:
    """Return logarithms of factors of the price, closest where they are nearest to 1."""
    spread = np.sinh(np.linspace(-_CLOSER, _CLOSER, _PLACES)) / np.sinh(_CLOSER)
    return np.asarray(np.where(spread < 0, -np.log(LOWEST), np.log(HIGHEST)) * spread)


def _brackets(curves: _Curves) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return where the net of each row changes its sign nearest to the price, and how often.

    Where it never does, the bracket is nan.
    """
    places = _places()
    shape = (places.size, curves.starts.size)
    net, gross = np.empty(shape), np.empty(shape)
    for place, at in enumerate(places):
        net[place], gross[place] = curves.at(np.full(shape[1], at))
    net[np.abs(net) <= MATERIAL * gross.max(axis=0)] = 0
    return _nearest_change(places, np.sign(net))


def _nearest_change(places: Floats, signs: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the ends of the change of sign nearest to 0 in each column, and how many there are."""
    columns = signs.shape[1]
    low, high, nearest = np.full((3, columns), np.nan)
    nearest[:] = np.inf
    last, last_at, changes = np.zeros(columns), np.zeros(columns), np.zeros(columns, np.int64)
    for at, sign in zip(places, signs, strict=True):
        is_changed = sign * last < 0
        changes += is_changed
        distance = np.maximum(0, np.maximum(last_at, -at))
        is_nearer = is_changed & (distance < nearest)
        low[is_nearer], high[is_nearer] = last_at[is_nearer], at
        nearest[is_nearer] = distance[is_nearer]
        last, last_at = np.where(sign != 0, (sign, np.full(columns, at)), (last, last_at))
    return low, high, changes
