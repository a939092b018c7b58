"""Make accepted rows small for the way into the warehouse: numbers instead of repeated words."""

from collections.abc import Sequence

import polars as pl

from oirisk.schemas.tables.imported import (
    OPEN_INTEREST_CHECKED,
    OPEN_INTEREST_IGNORED,
    OPEN_INTEREST_NEEDED,
)

_PLAIN = frozenset((*OPEN_INTEREST_NEEDED, *OPEN_INTEREST_CHECKED, *OPEN_INTEREST_IGNORED))


def is_plain(columns: Sequence[str]) -> bool:
    """Return whether a file of open interest has nothing beyond the needed columns."""
    return _PLAIN.issuperset(columns)


def packed(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep what differs between rows; kind and margin as numbers.

    Args:
        rows: Accepted rows of files for which :func:`is_plain` holds.
    """
    return rows.select(
        *OPEN_INTEREST_NEEDED,
        "oi_usd",
        _number("kind", ("perp", "future")),
        _number("margin", ("linear", "inverse")),
        (pl.col("quality") == "suspect").alias("is_suspect"),
    )


def _number(name: str, words: tuple[str, str]) -> pl.Expr:
    """Number the words from 0; any other is 2."""
    word = pl.col(name)
    return (
        pl.when(word == words[0])
        .then(pl.lit(0, pl.UInt8))
        .when(word == words[1])
        .then(pl.lit(1, pl.UInt8))
        .otherwise(pl.lit(2, pl.UInt8))
        .alias(f"{name}_number")
    )
