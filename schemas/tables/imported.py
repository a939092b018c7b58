"""Contracts of imported rows, before anyone believes them, and the columns a file may have."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from oirisk.schemas.columns import UTC_MICROSECONDS, Candidate, Dtype, UtcTimestamp
from oirisk.schemas.tables.facts import KINDS, MARGINS, BarsTable
from oirisk.schemas.tables.open_interest import Figures, bounded

Form = Literal["open_interest", "bars", "metrics", "cftc"]

INTERVALS: Mapping[str, int] = MappingProxyType({"5m": 300, "1h": 3600, "4h": 14400, "1d": 86400})
"""Lengths of bars we keep, in seconds."""

OPEN_INTEREST_NEEDED = ("snapshot_at", "venue", "symbol", "asset", "oi_base", "mark_price")
OPEN_INTEREST_IGNORED = ("recorded_at", "run_id", "source", "route_usd", "is_contradicted")
"""Columns of core.open_interest that the import sets itself; a file may carry them. What another
route gave is in the quality already."""
OPEN_INTEREST_CHECKED = ("superseded_at", "is_simulated", "suspect_reason")
"""Columns that are judged and not stored as they are."""

BARS_NEEDED = (
    "bar_at", "interval", "venue", "symbol", "asset", "open", "high", "low", "close",
    "volume_base",
)  # fmt: skip

METRICS_RATIOS: Mapping[str, str] = MappingProxyType(
    {
        "count_toptrader_long_short_ratio": "top_account",
        "sum_toptrader_long_short_ratio": "top_position",
        "count_long_short_ratio": "account",
        "sum_taker_long_short_vol_ratio": "taker",
    }
)
"""Measure of ``core.positioning`` by column of a Binance Vision metrics file."""

METRICS_DTYPES: Mapping[str, Dtype] = MappingProxyType(
    {
        "create_time": UTC_MICROSECONDS,
        "symbol": pl.String,
        **dict.fromkeys(("sum_open_interest", "sum_open_interest_value"), pl.Float64),
        **dict.fromkeys(METRICS_RATIOS, pl.Float64),
    }
)
METRICS_COLUMNS = tuple(METRICS_DTYPES)

FILE_DAY = "file_day"
"""Beside the columns of a metrics file: the day that the file is of."""


class ImportedOpenInterest(Figures):
    """One row of imported open interest; metrics have their ratios besides."""

    snapshot_at: UtcTimestamp
    symbol: str
    asset: str
    kind: str = pa.Field(isin=list(KINDS))
    margin: str = pa.Field(isin=list(MARGINS))
    oi_base: float = bounded(nullable=False)
    unit_rule: str
    counting_factor: float = pa.Field(gt=0, le=1)
    quality: str = pa.Field(isin=["ok", "suspect"])

    class Config:
        """Ratios are judged where they are read."""

        strict = False


class ImportedBar(Candidate):
    """One imported bar."""

    bar_at: UtcTimestamp
    interval: str = pa.Field(isin=list(INTERVALS))
    symbol: str
    asset: str
    open: float = bounded(nullable=False, positive=True)
    high: float = bounded(nullable=False, positive=True)
    low: float = bounded(nullable=False, positive=True)
    close: float = bounded(nullable=False, positive=True)
    volume_base: float = bounded()
    volume_usd: float = bounded()

    @pa.check("low", name="low_is_lowest")
    def _low(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805 -- pandera's convention
        return data.lazyframe.select(pl.col("low") <= pl.min_horizontal("open", "close", "high"))

    @pa.check("high", name="high_is_highest")
    def _high(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return data.lazyframe.select(pl.col("high") >= pl.max_horizontal("open", "close"))

    @pa.check("bar_at", name="starts_on_the_interval")
    def _aligned(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        seconds = pl.col("interval").replace_strict(INTERVALS, default=None, return_dtype=pl.Int64)
        start = pl.col("bar_at").dt.epoch("us")
        return data.lazyframe.select((start % (seconds * 1_000_000) == 0).fill_null(value=True))


OPEN_INTEREST_DTYPES = ImportedOpenInterest.dtypes(without={"problem"})
BARS_DTYPES = BarsTable.dtypes()
