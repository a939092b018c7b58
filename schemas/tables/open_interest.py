"""Contracts of open-interest rows: as normalised, and as stored."""

from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from oirisk.schemas.columns import UTC_MICROSECONDS, UtcTimestamp
from oirisk.schemas.tables.facts import KINDS

CLOCK_SKEW = pl.duration(minutes=5)
ROUTE_TOLERANCE = 0.02
IMPOSSIBLE_AMOUNT = 1e24
"""No coin, contract or dollar exists in such numbers; exact sums could not hold them."""

SCOPE_CHECKS = frozenset({"quote_in_usd"})
"""Checks that refuse what is outside our scope; they do not make a venue's answer partial."""

SIDES = ("oi_long_base", "oi_short_base", "pool_net_base")
"""What traders hold against a pool, and what the pool holds against them (M43)."""

FIGURE_DTYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "oi_contracts": pl.Float64,
    "oi_base": pl.Float64,
    "oi_usd": pl.Float64,
    **dict.fromkeys(SIDES, pl.Float64),
    "mark_price": pl.Float64,
    "index_price": pl.Float64,
    "last_price": pl.Float64,
    "volume_24h_base": pl.Float64,
    "volume_24h_usd": pl.Float64,
    "funding_rate": pl.Float64,
    "funding_interval_hours": pl.Float64,
    "unit_rule": pl.String,
    "counting_factor": pl.Float64,
}
"""Figures of one row and the rule they follow, alike for rows of a run and of a file."""

CANDIDATE_DTYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "venue": pl.String,
    "product": pl.String,
    "symbol": pl.String,
    "market_id": pl.String,
    "asset": pl.String,
    "kind": pl.String,
    "margin": pl.String,
    "observed_at": UTC_MICROSECONDS,
    "received_at": UTC_MICROSECONDS,
    "expiry": UTC_MICROSECONDS,
    "oi_value": pl.Float64,
    **FIGURE_DTYPES,
    "route_gap": pl.Float64,
    "route_usd": pl.Float64,
    "problem": pl.String,
    "duplicate": pl.String,
    "record": pl.String,
}


def _optional_amount(*, positive: bool = False) -> Any:  # noqa: ANN401 -- what pa.Field returns
    if positive:
        return pa.Field(nullable=True, gt=0, lt=IMPOSSIBLE_AMOUNT)
    return pa.Field(nullable=True, ge=0, lt=IMPOSSIBLE_AMOUNT)


class OpenInterestCandidate(pa.DataFrameModel):
    """One row as normalised, before anyone believes it.

    Grain: one row per row received. ``problem`` names what kept the normaliser from converting
    it (``check: reason``), ``duplicate`` what other row of the same answer claims its key.
    """

    venue: str
    product: str = pa.Field(nullable=True)
    symbol: str = pa.Field(nullable=True)
    market_id: str = pa.Field(nullable=True)
    asset: str = pa.Field(nullable=True)
    kind: str = pa.Field(isin=list(KINDS), nullable=True)
    margin: str = pa.Field(isin=["linear", "inverse", "quanto"], nullable=True)
    observed_at: UtcTimestamp = pa.Field(nullable=False)
    received_at: UtcTimestamp = pa.Field(nullable=False)
    expiry: UtcTimestamp = pa.Field(nullable=True)
    oi_value: float = pa.Field(nullable=False)
    oi_contracts: float = _optional_amount()
    oi_base: float = _optional_amount()
    oi_usd: float = _optional_amount()
    oi_long_base: float = pa.Field(nullable=True)
    oi_short_base: float = pa.Field(nullable=True)
    pool_net_base: float = pa.Field(nullable=True)
    mark_price: float = _optional_amount(positive=True)
    index_price: float = _optional_amount(positive=True)
    last_price: float = _optional_amount()
    volume_24h_base: float = _optional_amount()
    volume_24h_usd: float = _optional_amount()
    funding_rate: float = pa.Field(nullable=True, gt=-1, lt=1)
    funding_interval_hours: float = pa.Field(nullable=True, gt=0, le=24)
    unit_rule: str = pa.Field(nullable=True)
    counting_factor: float = pa.Field(nullable=True, gt=0, le=1)
    route_gap: float = pa.Field(nullable=True)
    route_usd: float = _optional_amount()
    problem: str = pa.Field(nullable=True)
    duplicate: str = pa.Field(nullable=True)
    record: str

    @pa.check("problem", name="convertible")
    def _convertible(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805 -- pandera's convention
        return data.lazyframe.select(pl.col(data.key).is_null())

    @pa.check("duplicate", name="unique_row")
    def _unique(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return data.lazyframe.select(pl.col(data.key).is_null())

    @pa.check("oi_value", name="oi_is_finite")
    def _oi_is_finite(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return data.lazyframe.select(pl.col(data.key).is_finite())

    @pa.check("oi_value", name="oi_not_negative")
    def _oi_not_negative(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return data.lazyframe.select(pl.col(data.key).fill_nan(0) >= 0)

    @pa.check("oi_base", name="base_is_finite")
    def _base_is_finite(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return data.lazyframe.select(pl.col(data.key).is_finite())

    @pa.check("observed_at", name="not_from_the_future")
    def _not_from_the_future(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return data.lazyframe.select(pl.col(data.key) <= pl.col("received_at") + CLOCK_SKEW)

    @pa.check("expiry", name="not_expired")
    def _not_expired(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return data.lazyframe.select(
            pl.col(data.key).is_null() | (pl.col(data.key) > pl.col("received_at"))
        )

    class Config:
        """Reject the unexpected; never repair it here."""

        strict = True
        coerce = False
