"""Contracts of imported rows, before anyone believes them, and the columns a file may have.

The contracts of the stored tables are in ``tables_market.py``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from oirisk.schemas.columns import UTC_MICROSECONDS, UtcTimestamp
from oirisk.schemas.tables.facts import KINDS
from oirisk.schemas.tables.open_interest import FIGURE_DTYPES, IMPOSSIBLE_AMOUNT

Dtype = pl.DataType | type[pl.DataType]
Form = Literal["open_interest", "bars", "metrics", "cftc"]

INTERVALS: Mapping[str, int] = MappingProxyType({"5m": 300, "1h": 3600, "4h": 14400, "1d": 86400})
"""Lengths of bars we keep, in seconds."""

OPEN_INTEREST_NEEDED = ("snapshot_at", "venue", "symbol", "asset", "oi_base", "mark_price")
OPEN_INTEREST_DTYPES: Mapping[str, Dtype] = MappingProxyType(
    {
        "snapshot_at": UTC_MICROSECONDS,
        "observed_at": UTC_MICROSECONDS,
        "venue": pl.String,
        "symbol": pl.String,
        "asset": pl.String,
        "kind": pl.String,
        "margin": pl.String,
        **FIGURE_DTYPES,
        "quality": pl.String,
    }
)
OPEN_INTEREST_IGNORED = ("recorded_at", "run_id", "source", "route_usd", "is_contradicted")
"""Columns of core.open_interest that the import sets itself; a file may carry them. What another
route gave is in the quality already."""
OPEN_INTEREST_CHECKED = ("superseded_at", "is_simulated", "suspect_reason")
"""Columns that are judged and not stored as they are."""

BARS_NEEDED = (
    "bar_at", "interval", "venue", "symbol", "asset", "open", "high", "low", "close",
    "volume_base",
)  # fmt: skip
BARS_DTYPES: Mapping[str, Dtype] = MappingProxyType(
    {
        "bar_at": UTC_MICROSECONDS,
        **dict.fromkeys(("interval", "venue", "symbol", "asset"), pl.String),
        **dict.fromkeys(("open", "high", "low", "close"), pl.Float64),
        **dict.fromkeys(("volume_base", "volume_usd"), pl.Float64),
    }
)

METRICS_COLUMNS = (
    "create_time", "symbol", "sum_open_interest", "sum_open_interest_value",
    "count_toptrader_long_short_ratio", "sum_toptrader_long_short_ratio",
    "count_long_short_ratio", "sum_taker_long_short_vol_ratio",
)  # fmt: skip
FILE_DAY = "file_day"
"""Beside the columns of a metrics file: the day that the file is of."""

METRICS_RATIOS: Mapping[str, str] = MappingProxyType(
    {
        "count_toptrader_long_short_ratio": "top_account",
        "sum_toptrader_long_short_ratio": "top_position",
        "count_long_short_ratio": "account",
        "sum_taker_long_short_vol_ratio": "taker",
    }
)
"""Measure of ``core.positioning`` by column of a Binance Vision metrics file."""


def _amount(*, nullable: bool = True, positive: bool = False) -> Any:  # noqa: ANN401 -- pa.Field's
    bound: dict[str, Any] = {"gt": 0} if positive else {"ge": 0}
    return pa.Field(nullable=nullable, lt=IMPOSSIBLE_AMOUNT, **bound)


class _Imported(pa.DataFrameModel):
    """What all imported rows have in common.

    ``problem`` names what kept a row from being read, as ``check: reason``.
    """

    venue: str
    symbol: str
    asset: str
    problem: str = pa.Field(nullable=True)

    @pa.check("problem", name="readable")
    def _readable(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805 -- pandera's convention
        return data.lazyframe.select(pl.col(data.key).is_null())

    class Config:
        """Extra columns hold the row as received; never repair anything here."""

        strict = False
        coerce = False


class ImportedOpenInterest(_Imported):
    """One row of imported open interest. Grain: one row per row received."""

    snapshot_at: UtcTimestamp
    observed_at: UtcTimestamp
    kind: str = pa.Field(isin=list(KINDS))
    margin: str = pa.Field(isin=["linear", "inverse", "quanto"])
    oi_contracts: float = _amount()
    oi_base: float = _amount(nullable=False)
    oi_usd: float = _amount()
    oi_long_base: float = _amount()
    oi_short_base: float = _amount()
    pool_net_base: float = pa.Field(nullable=True)
    mark_price: float = _amount(positive=True)
    index_price: float = _amount(positive=True)
    last_price: float = _amount()
    volume_24h_base: float = _amount()
    volume_24h_usd: float = _amount()
    funding_rate: float = pa.Field(nullable=True, gt=-1, lt=1)
    funding_interval_hours: float = pa.Field(nullable=True, gt=0, le=24)
    unit_rule: str
    counting_factor: float = pa.Field(gt=0, le=1)
    quality: str = pa.Field(isin=["ok", "suspect"])


class ImportedBar(_Imported):
    """One imported bar. Grain: one row per row received."""

    bar_at: UtcTimestamp
    interval: str = pa.Field(isin=list(INTERVALS))
    open: float = _amount(nullable=False, positive=True)
    high: float = _amount(nullable=False, positive=True)
    low: float = _amount(nullable=False, positive=True)
    close: float = _amount(nullable=False, positive=True)
    volume_base: float = _amount()
    volume_usd: float = _amount()

    @pa.check("low", name="low_is_lowest")
    def _low(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return data.lazyframe.select(pl.col("low") <= pl.min_horizontal("open", "close", "high"))

    @pa.check("high", name="high_is_highest")
    def _high(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return data.lazyframe.select(pl.col("high") >= pl.max_horizontal("open", "close"))

    @pa.check("bar_at", name="starts_on_the_interval")
    def _aligned(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        seconds = pl.col("interval").replace_strict(INTERVALS, default=None, return_dtype=pl.Int64)
        start = pl.col("bar_at").dt.epoch("us")
        return data.lazyframe.select((start % (seconds * 1_000_000) == 0).fill_null(value=True))
