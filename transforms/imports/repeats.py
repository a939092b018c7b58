"""Rows of one key: a repeat is left out, and of contradicting ones nothing is kept."""

from collections.abc import Sequence

import polars as pl

from oirisk.transforms.imports.judge import REJECT_DTYPES, Judged

_REPEATED = "it repeats another row to the letter"
_CONTRADICTED = "rows of one key contradict each other"


def once(judged: Judged, keys: Sequence[str]) -> Judged:
    """Keep each key once.

    Args:
        judged: Rows with ``venue`` and ``symbol`` to name them by.
        keys: What identifies a row.

    Returns:
        Refused besides, with their check: ``unique_row`` where a row repeats an earlier one,
        ``contradicts_row`` where rows of a key differ.
    """
    rows = judged.accepted.with_row_index("place")
    firsts = rows.unique(judged.accepted.columns, keep="first", maintain_order=True)
    repeats = rows.join(firsts.select("place"), on="place", how="anti")
    is_contradicted = pl.struct(keys).is_duplicated()
    contradicted = firsts.filter(is_contradicted)
    return Judged(
        firsts.filter(~is_contradicted).drop("place"),
        pl.concat(
            [
                judged.rejected,
                _refused(repeats, "unique_row", _REPEATED),
                _refused(contradicted, "contradicts_row", _CONTRADICTED),
            ]
        ),
    )


def _refused(rows: pl.DataFrame, check: str, reason: str) -> pl.DataFrame:
    told = rows.drop("place").with_columns(pl.selectors.temporal().cast(pl.String))
    return told.with_columns(
        pl.struct(pl.all()).struct.json_encode().alias("record"),
        pl.lit(check).alias("check_name"),
        pl.lit(reason).alias("reason"),
    ).select(list(REJECT_DTYPES))
