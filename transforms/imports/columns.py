"""Read the columns of an imported file: its times, its numbers and its texts."""

from collections.abc import Mapping

import polars as pl

from oirisk.schemas.columns import UTC_MICROSECONDS, Dtype

_PLAIN = "%Y-%m-%d %H:%M:%S"
_OFFSET = r"([+-])(0\d|1[0-4]):?([0-5]\d)?$"
_MICROSECONDS = {"seconds": 1_000_000, "minutes": 60_000_000, "hours": 3_600_000_000}


def instants(column: pl.Series) -> pl.Series:
    """Read times as UTC: time stamps, dates, ISO 8601 text or milliseconds since 1970.

    A time without a zone is UTC. What cannot be read becomes null.
    """
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        located = column.dt.convert_time_zone("UTC") if kind.time_zone else column
        return located.cast(UTC_MICROSECONDS) if kind.time_zone else _as_utc(column)
    if kind == pl.Date:
        return _as_utc(column.cast(pl.Datetime("us")))
    if kind.is_numeric():
        return _from_milliseconds(column)
    if kind == pl.String:
        return _from_text(column)
    return pl.Series(column.name, [None] * len(column), dtype=UTC_MICROSECONDS)


def _as_utc(naive: pl.Series) -> pl.Series:
    return naive.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _from_milliseconds(column: pl.Series) -> pl.Series:
    whole = column.cast(pl.Int64, strict=False)
    sane = whole.to_frame("t").select(
        pl.when(pl.col("t").abs() < 10**15).then(pl.col("t") * 1000).alias(column.name)
    )
    return sane.to_series().cast(UTC_MICROSECONDS)


def _from_text(column: pl.Series) -> pl.Series:
    plain = column.str.to_datetime(_PLAIN, strict=False, time_unit="us")
    if plain.null_count() == column.null_count():
        return _as_utc(plain)
    return column.to_frame("text").select(_iso().alias(column.name)).to_series()


def _iso() -> pl.Expr:
    text = pl.col("text").str.strip_chars().str.replace("[Zz]$", "")
    text = text.str.replace(r"^(\d{4}-\d{2}-\d{2})[Tt]", "${1} ")
    zone = text.str.extract_groups(r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?" + _OFFSET)
    local = pl.when(zone.struct[0].is_null()).then(text).otherwise(text.str.replace(_OFFSET, ""))
    local = local.str.strip_chars()
    clock = pl.coalesce(
        local.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us"),
        local.str.to_datetime("%Y-%m-%d %H:%M", strict=False, time_unit="us"),
        local.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")),
        _digits(local),
    )
    return (clock - _shift(zone)).dt.replace_time_zone("UTC")


def _digits(local: pl.Expr) -> pl.Expr:
    """Read text of 12 or 13 digits as milliseconds since 1970; fewer would be seconds."""
    stamp = pl.when(local.str.contains(r"^\d{12,13}$")).then(local).cast(pl.Int64, strict=False)
    return (stamp * 1000).cast(pl.Datetime("us"))


def _shift(zone: pl.Expr) -> pl.Expr:
    sign = pl.when(zone.struct[0] == "-").then(-1).otherwise(1)
    hours = zone.struct[1].cast(pl.Int64, strict=False).fill_null(0)
    minutes = zone.struct[2].cast(pl.Int64, strict=False).fill_null(0)
    return pl.duration(minutes=sign * (hours * 60 + minutes), time_unit="us")


def numbers(column: pl.Series) -> pl.Series:
    """Read numbers; what is not one becomes null."""
    if column.dtype == pl.String:
        return column.str.strip_chars().cast(pl.Float64, strict=False)
    return column.cast(pl.Float64, strict=False)


def texts(column: pl.Series) -> pl.Series:
    """Read text; categories and the like become what they stand for."""
    return column if column.dtype == pl.String else column.cast(pl.String, strict=False)


def typed(frame: pl.DataFrame, dtypes: Mapping[str, Dtype]) -> tuple[pl.DataFrame, pl.Series]:
    """Read the columns of a batch that have a meaning.

    Args:
        frame: Columns as received.
        dtypes: Type by column; a column that the frame lacks becomes null.

    Returns:
        A frame with exactly the columns of ``dtypes``, and per row what could not be read
        (``readable: ...``), null where all could.
    """
    columns, unread = [], []
    for name, dtype in dtypes.items():
        if name not in frame.columns:
            columns.append(pl.Series(name, [None], dtype=dtype).new_from_index(0, frame.height))
            continue
        raw = frame[name]
        read = _read(raw, dtype)
        if read.null_count() != raw.null_count():
            unread.append(_unread(raw, read))
        columns.append(read.alias(name))
    problem = pl.Series("problem", [None], dtype=pl.String).new_from_index(0, frame.height)
    if unread:
        problem = pl.select(pl.coalesce([*unread, problem]).alias("problem")).to_series()
    return pl.DataFrame(columns), problem


def _read(raw: pl.Series, dtype: Dtype) -> pl.Series:
    if raw.dtype == pl.Null:
        return raw.cast(dtype)
    if dtype == pl.String:
        return texts(raw)
    return numbers(raw) if dtype == pl.Float64 else instants(raw)


def _unread(raw: pl.Series, read: pl.Series) -> pl.Series:
    lost = raw.is_not_null() & read.is_null()
    wanted = "a number" if read.dtype == pl.Float64 else "a time (ISO 8601 or milliseconds)"
    seen = raw.cast(pl.String, strict=False).fill_null("")
    words = f"readable: {raw.name}: expected {wanted}, saw "
    return pl.select(pl.when(lost).then(pl.lit(words) + seen)).to_series()
