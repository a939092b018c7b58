"""Forwards of expiries: what the exchange tells, else what puts and calls say by parity."""

import polars as pl

EXPIRY = ("snapshot_at", "venue", "asset", "expiry")
"""What has one forward."""

STALE = 0.01
"""An underlying this far from the median of its expiry is of another time, and so is a forward this
far from what the marks of its expiry say by parity."""

PAIRS = 3
"""Pairs of put and call that parity is taken of, those nearest the money."""


def with_forwards(options: pl.DataFrame) -> pl.DataFrame:
    """Add ``is_underlying_stale``, ``forward`` (USD per coin) and ``forward_source``.

    An exchange's own forward counts (``underlying_kind`` ``forward``), of the option itself, else
    the median of its expiry; where the marks of the expiry contradict it, all of the expiry is
    stale. Where it tells none, the forward is the median of ``K + C - P`` over pairs at one strike.
    An index is no forward, however near the expiry: the forward is null then.

    Args:
        options: ``EXPIRY``, ``strike, option_type, mark_price, underlying_price,
            underlying_kind``.
    """
    named = pl.col("underlying_kind") == "forward"
    price = pl.col("underlying_price")
    usual = price.median().over(*EXPIRY, "underlying_kind")
    placed = options.with_columns(is_underlying_stale=_apart(price, usual))
    judged = placed.join(
        _parities(placed), on=EXPIRY, how="left", maintain_order="left"
    ).with_columns(
        is_underlying_stale=pl.col("is_underlying_stale")
        | (named & _apart(usual, pl.col("parity")))
    )
    told = pl.when(named & ~pl.col("is_underlying_stale") & (price > 0)).then(price)
    venue = pl.coalesce(told, told.median().over(EXPIRY))
    return judged.with_columns(
        forward=pl.coalesce(venue, "parity"),
        forward_source=pl.when(venue.is_not_null())
        .then(pl.lit("venue"))
        .when(pl.col("parity").is_not_null())
        .then(pl.lit("parity")),
    ).drop("parity")


def _apart(price: pl.Expr, other: pl.Expr) -> pl.Expr:
    return ((price / other - 1).abs() > STALE).fill_null(value=False)


def _parities(options: pl.DataFrame) -> pl.DataFrame:
    """Return ``parity`` by expiry: the forward that the marks of its options are of."""
    marked = options.filter((pl.col("mark_price") > 0) & ~pl.col("is_underlying_stale"))
    call, put = (
        marked.filter(pl.col("option_type") == kind).select(
            *EXPIRY, "strike", pl.col("mark_price").alias(kind)
        )
        for kind in ("call", "put")
    )
    difference = pl.col("call") - pl.col("put")
    return (
        call.join(put, on=[*EXPIRY, "strike"])
        .sort(*EXPIRY, difference.abs(), "strike")
        .group_by(EXPIRY, maintain_order=True)
        .head(PAIRS)
        .group_by(EXPIRY, maintain_order=True)
        .agg(parity=(pl.col("strike") + difference).median())
        .filter(pl.col("parity") > 0)
    )
