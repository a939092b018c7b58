"""Forwards of expiries: what the exchange tells, else what puts and calls say by parity."""

import polars as pl

EXPIRY = ("snapshot_at", "venue", "asset", "expiry")
"""What has one forward."""

STALE = 0.01
"""An underlying this far from the median of its expiry is of another time."""

PAIRS = 3
"""Pairs of put and call that parity is taken of, those nearest the money."""


def with_forwards(options: pl.DataFrame) -> pl.DataFrame:
    """Add ``is_underlying_stale``, ``forward`` (USD per coin) and ``forward_source``.

    An exchange's own forward counts (``underlying_kind`` ``forward``), of the option itself, else
    the median of its expiry. Where it tells none, the forward is the median of ``K + C - P`` over
    pairs at one strike. An index is no forward, however near the expiry: the forward is null then.

    Args:
        options: ``EXPIRY``, ``strike, option_type, mark_price, underlying_price,
            underlying_kind``.
    """
    named = pl.col("underlying_kind") == "forward"
    deviation = pl.col("underlying_price") / pl.col("underlying_price").median().over(
        *EXPIRY, "underlying_kind"
    )
    told = options.with_columns(
        is_underlying_stale=((deviation - 1).abs() > STALE).fill_null(value=False)
    ).with_columns(
        told=pl.when(
            named & ~pl.col("is_underlying_stale") & (pl.col("underlying_price") > 0)
        ).then("underlying_price")
    )
    venue = pl.coalesce("told", pl.col("told").median().over(EXPIRY))
    return (
        told.join(_parities(told), on=EXPIRY, how="left", maintain_order="left")
        .with_columns(
            forward=pl.coalesce(venue, "parity"),
            forward_source=pl.when(venue.is_not_null())
            .then(pl.lit("venue"))
            .when(pl.col("parity").is_not_null())
            .then(pl.lit("parity")),
        )
        .drop("told", "parity")
    )


def _parities(options: pl.DataFrame) -> pl.DataFrame:
    """Return ``parity`` by expiry, of those whose forward no option tells."""
    is_untold = pl.col("told").is_null().all().over(EXPIRY)
    marked = options.filter(is_untold & (pl.col("mark_price") > 0) & ~pl.col("is_underlying_stale"))
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
