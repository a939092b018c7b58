"""Read the columns of an imported file: what the file is, its times and its numbers."""

from collections.abc import Mapping, Sequence

import polars as pl

from oirisk.schemas.columns import UTC_MICROSECONDS
from oirisk.schemas.errors import RecordingError
from oirisk.schemas.tables.cftc import DATES, plain_name
from oirisk.schemas.tables.cftc import NEEDED as CFTC_NEEDED
from oirisk.schemas.tables.imported import (
    BARS_DTYPES,
    BARS_NEEDED,
    METRICS_COLUMNS,
    OPEN_INTEREST_CHECKED,
    OPEN_INTEREST_DTYPES,
    OPEN_INTEREST_IGNORED,
    OPEN_INTEREST_NEEDED,
    Dtype,
    Form,
)

_KNOWN: Mapping[Form, frozenset[str]] = {
    "open_interest": frozenset(
        (*OPEN_INTEREST_DTYPES, *OPEN_INTEREST_IGNORED, *OPEN_INTEREST_CHECKED)
    ),
    "bars": frozenset(BARS_DTYPES),
    "metrics": frozenset(METRICS_COLUMNS),
}
_NEEDED: Mapping[Form, tuple[str, ...]] = {
    "open_interest": OPEN_INTEREST_NEEDED,
    "bars": BARS_NEEDED,
    "metrics": METRICS_COLUMNS,
}
_SHOWN = 300
_PLAIN = "%Y-%m-%d %H:%M:%S"
_OFFSET = r"([+-])(0\d|1[0-4]):?([0-5]\d)?$"
_MICROSECONDS = {"seconds": 1_000_000, "minutes": 60_000_000, "hours": 3_600_000_000}


def recognise(name: str, columns: Sequence[str]) -> Form:
    """Tell what a file holds by its column names.

    Args:
        name: The file, for the message.
        columns: Its column names.

    Raises:
        RecordingError: They are those of no form we read.
    """
    seen = set(columns)
    if len(seen) != len(columns):
        twice = sorted({column for column in columns if columns.count(column) > 1})
        raise RecordingError(f"{name}: columns {_shown(twice)} appear twice")
    for form, needed in _NEEDED.items():
        if seen.issuperset(needed):
            _refuse_unknown(name, form, seen)
            return form
    if CFTC_NEEDED[0] in map(plain_name, columns):
        _require_cftc(name, columns)
        return "cftc"
    wanted = "; or ".join(f"{', '.join(needed)} ({form})" for form, needed in _NEEDED.items())
    raise RecordingError(
        f"{name}: expected at least the columns {wanted}; or those of a report of the CFTC; saw "
        f"{_shown(columns) or 'none'}"
    )


def _require_cftc(name: str, columns: Sequence[str]) -> None:
    """Refuse another report of the CFTC than the one that names dealers and leveraged funds."""
    folded = [plain_name(column) for column in columns]
    missing = [column for column in CFTC_NEEDED if column not in folded]
    if not set(DATES).intersection(folded):
        missing.append(DATES[0])
    if missing:
        raise RecordingError(
            f"{name}: a report of the CFTC without {_shown(missing)}: expected Traders in "
            "Financial Futures, futures only (publicreporting.cftc.gov/resource/gpe5-46if, or "
            "FinFutYY.txt of a year)"
        )
    twice = sorted({column for column in folded if folded.count(column) > 1})
    if twice:
        raise RecordingError(f"{name}: columns {_shown(twice)} appear twice, in two spellings")


def _shown(columns: Sequence[str]) -> str:
    """Name columns in a line that a terminal can show, whatever the file is."""
    text = ", ".join(column or "''" for column in columns)
    plain = "".join(char if char.isprintable() else "?" for char in text[:_SHOWN])
    return plain + ("…" if len(text) > _SHOWN else "")


def _refuse_unknown(name: str, form: Form, seen: set[str]) -> None:
    unknown = sorted(seen - _KNOWN[form])
    if unknown:
        raise RecordingError(
            f"{name}: unknown columns {_shown(unknown)}; a file of {form} may have "
            f"{', '.join(sorted(_KNOWN[form]))}: remove or rename the others"
        )


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
