"""When the figures of a file stood, by the convention of its source on the day of the file."""

import polars as pl

from oirisk.schemas.tables.imported import FILE_DAY
from oirisk.schemas.times import TimeRule, time_rules
from oirisk.schemas.units import spans


def stood_at(rows: pl.DataFrame, stamp: str, rule: str) -> pl.DataFrame:
    """Turn stamps into the instants at which figures stood.

    The midnight that ends a file's day belongs to that day, under the convention of its files.

    Args:
        rows: With the stamps, and the day of the file where it is known.
        stamp: The column of the stamps.
        rule: The newest rule of their source.

    Returns:
        The rows, the column put right, with ``time_problem`` (``check: reason``) where a stamp is
        the end of one period and the start of another, and no file says which.
    """
    day = pl.col(FILE_DAY) if FILE_DAY in rows.columns else pl.lit(None, dtype=pl.Date)
    at = pl.col(stamp)
    midnight = day.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    closes = (at == midnight + pl.duration(days=1)).fill_null(value=False)
    of_day = pl.when(closes).then(midnight).otherwise(at)
    shifted, doubtful = at, pl.lit(value=False)
    for one in spans(time_rules(), rule):
        shifted = pl.when(_holds(of_day, one)).then(at + one.shift).otherwise(shifted)
        if one.valid_from is not None:
            opens = (midnight == pl.lit(one.valid_from)).fill_null(value=False)
            doubtful |= (at == pl.lit(one.valid_from)) & ~closes & ~opens
    told = pl.lit(
        "one_convention: the source stamped the end of a period until this midnight, and the "
        "start since: import the file of each day by itself, with the day in its name"
    )
    return rows.with_columns(
        shifted.alias(stamp), pl.when(doubtful).then(told).alias("time_problem")
    )


def _holds(at: pl.Expr, rule: TimeRule) -> pl.Expr:
    """Tell where a rule held; ``valid_to`` is exclusive."""
    after = pl.lit(value=True) if rule.valid_from is None else at >= pl.lit(rule.valid_from)
    return after if rule.valid_to is None else after & (at < pl.lit(rule.valid_to))
