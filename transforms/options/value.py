"""Volatility, value and derivatives of every option that counts (M30), and its gamma (M31)."""

from datetime import timedelta

import numpy as np
import polars as pl

from oirisk.transforms.options.black import DAYS, Black, Floats
from oirisk.transforms.options.forward import EXPIRY, with_forwards
from oirisk.transforms.options.implied import implied_volatility

HIGHEST_TOLD = 5.0
"""Volatilities from here on are what exchanges print where they know none."""

_YEAR = timedelta(days=DAYS)

_IN_THE_MONEY = ("no vega", "below intrinsic")
"""Why a premium that is nearly all gain tells no volatility."""


def value(known: pl.DataFrame) -> pl.DataFrame:
    """Value options by Black-76, r = 0, whatever their exchanges say of them.

    The volatility is the exchange's own, else that of its mark, else, of an option so far in the
    money that its mark is nearly all gain, that of its counterpart: by parity call and put of one
    strike have one volatility. Left without, their whole delta would be missing from sums. Without
    any, or without a forward, all figures are null and ``iv_reason`` says why. Time runs from when
    the option was observed.

    Args:
        known: ``int_options_known``; only rows whose ``standing`` is ``counts`` are valued.

    Returns:
        Their columns, and ``years, forward`` (USD per coin), ``forward_source``
        (``venue|parity``), ``is_underlying_stale, is_crossed, iv, iv_source``
        (``venue|mark|counterpart``), ``iv_reason, value`` (USD per coin), ``delta,
        delta_premium_adjusted, gamma, vega`` (for 1.00 of volatility), ``theta`` (a day),
        ``gex_gross_usd`` (a move of 1 %) and ``premium_usd`` (all that is open, at the mark).
    """
    options = with_forwards(known.filter(pl.col("standing") == "counts"))
    options = _with_volatility(
        options.with_columns(
            years=((pl.col("expiry") - pl.col("observed_at")) / _YEAR).clip(lower_bound=0),
            is_crossed=((pl.col("ask_iv") > 0) & (pl.col("bid_iv") > pl.col("ask_iv"))).fill_null(
                value=False
            ),
        )
    )
    options = _with_counterparts(options)
    priced = black(options)
    figures = {
        "value": priced.price(),
        "delta": priced.delta(),
        "delta_premium_adjusted": priced.delta_premium_adjusted(),
        "gamma": priced.gamma(),
        "vega": priced.vega(),
        "theta": priced.theta(),
        "gex_gross_usd": gamma_exposure(priced, numbers(options, "oi_base")),
    }
    return options.with_columns(
        **{name: pl.Series(name, found, nan_to_null=True) for name, found in figures.items()},
        premium_usd=pl.col("mark_price") * pl.col("oi_base"),
    )


def gamma_exposure(options: Black, base: Floats) -> Floats:
    """Return what a move of the forward by 1 % makes whoever hedges options trade, in USD (M31).

    Args:
        options: At their forwards; each forward is the price that the USD are of.
        base: Open interest, coins.
    """
    return np.asarray(options.gamma() * base * options.forward**2 / 100)


def black(options: pl.DataFrame) -> Black:
    """Return options to be computed with; those without volatility or forward are nan."""
    years, volatility = numbers(options, "years"), numbers(options, "iv")
    return Black(
        sign=np.where(options["option_type"] == "call", 1.0, -1.0),
        forward=numbers(options, "forward"),
        strike=numbers(options, "strike"),
        years=np.where(np.isnan(volatility), np.nan, years),
        volatility=volatility,
    )


def numbers(options: pl.DataFrame, name: str) -> Floats:
    """Return a column as floats, nan where it is null."""
    return options[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _with_volatility(options: pl.DataFrame) -> pl.DataFrame:
    """Add ``iv, iv_source, iv_reason``."""
    is_told = pl.col("mark_iv").is_between(0, HIGHEST_TOLD, closed="none").fill_null(value=False)
    source = pl.when(is_told).then(pl.lit("venue")).otherwise(pl.lit("mark"))
    judged = options.with_columns(iv_reason=_why_barred()).with_columns(
        iv_source=pl.when(pl.col("iv_reason").is_null()).then(source)
    )
    from_mark = pl.col("iv_source") == "mark"
    terms = black(judged.with_columns(iv=pl.lit(1.0)))
    solved, reasons = implied_volatility(
        terms.sign,
        terms.forward,
        terms.strike,
        terms.years,
        numbers(judged.with_columns(pl.when(from_mark).then("mark_price")), "mark_price"),
    )
    return judged.with_columns(
        iv=pl.when(pl.col("iv_source") == "venue")
        .then("mark_iv")
        .otherwise(pl.Series(solved, nan_to_null=True)),
        iv_reason=pl.when(from_mark)
        .then(pl.Series(reasons).replace("", None))
        .otherwise("iv_reason"),
    ).with_columns(iv_source=pl.when(pl.col("iv").is_not_null()).then("iv_source"))


def _with_counterparts(options: pl.DataFrame) -> pl.DataFrame:
    """Give options too far in the money the volatility of the other side of their strike."""
    key = (*EXPIRY, "strike", "option_type")
    other = pl.when(pl.col("option_type") == "call").then(pl.lit("put")).otherwise(pl.lit("call"))
    told = options.group_by(key).agg(other_iv=pl.col("iv").mean()).with_columns(option_type=other)
    is_given = pl.col("iv_reason").is_in(_IN_THE_MONEY) & pl.col("other_iv").is_not_null()
    return (
        options.join(told, on=key, how="left", maintain_order="left")
        .with_columns(
            iv=pl.when(is_given).then("other_iv").otherwise("iv"),
            iv_source=pl.when(is_given).then(pl.lit("counterpart")).otherwise("iv_source"),
            iv_reason=pl.when(~is_given.fill_null(value=False)).then("iv_reason"),
        )
        .drop("other_iv")
    )


def _why_barred() -> pl.Expr:
    """Return why an option has no volatility, whatever is told of it."""
    return (
        pl.when(pl.col("years") <= 0)
        .then(pl.lit("expired"))
        .when("is_underlying_stale")
        .then(pl.lit("stale underlying"))
        .when(pl.col("forward").is_null())
        .then(pl.lit("no forward"))
        .when("is_crossed")
        .then(pl.lit("crossed quotes"))
    )
