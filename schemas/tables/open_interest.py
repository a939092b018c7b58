"""Contracts of open-interest rows: as normalised, and as stored."""

from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from oirisk.schemas.columns import Candidate, UtcTimestamp
from oirisk.schemas.tables.facts import KINDS

CLOCK_SKEW = pl.duration(minutes=5)
ROUTE_TOLERANCE = 0.02
IMPOSSIBLE_AMOUNT = 1e24
"""No coin, contract or dollar exists in such numbers; exact sums could not hold them."""

SCOPE_CHECKS = frozenset({"quote_in_usd"})
"""Checks that refuse what is outside our scope; they do not make a venue's answer partial."""

SIDES = ("oi_long_base", "oi_short_base", "pool_net_base")
"""What traders hold against a pool, and what the pool holds against them (M43)."""


def bounded(*, nullable: bool = True, positive: bool = False) -> Any:  # noqa: ANN401 -- pa.Field's
    """Describe an amount or, where ``positive``, a price that can exist."""
    bound: dict[str, Any] = {"gt": 0} if positive else {"ge": 0}
    return pa.Field(nullable=nullable, lt=IMPOSSIBLE_AMOUNT, **bound)


class Figures(Candidate):
    """Figures of one row and the rule they follow, alike for rows of a run and of a file."""

    observed_at: UtcTimestamp
    asset: str = pa.Field(nullable=True)
    kind: str = pa.Field(isin=list(KINDS), nullable=True)
    margin: str = pa.Field(isin=["linear", "inverse", "quanto"], nullable=True)
    oi_contracts: float = bounded()
    oi_base: float = bounded()
    oi_usd: float = bounded()
    oi_long_base: float = bounded()
    oi_short_base: float = bounded()
    pool_net_base: float = pa.Field(nullable=True)
    mark_price: float = bounded(positive=True)
    index_price: float = bounded(positive=True)
    last_price: float = bounded()
    volume_24h_base: float = bounded()
    volume_24h_usd: float = bounded()
    funding_rate: float = pa.Field(nullable=True, gt=-1, lt=1)
    funding_interval_hours: float = pa.Field(nullable=True, gt=0, le=24)
    unit_rule: str = pa.Field(nullable=True)
    counting_factor: float = pa.Field(nullable=True, gt=0, le=1)


class OpenInterestCandidate(Figures):
    """One row as normalised from an exchange's answers; ``record`` is the row as received."""

    product: str = pa.Field(nullable=True)
    market_id: str = pa.Field(nullable=True)
    received_at: UtcTimestamp
    expiry: UtcTimestamp = pa.Field(nullable=True)
    oi_value: float
    route_gap: float = pa.Field(nullable=True)
    route_usd: float = bounded()
    record: str

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


CANDIDATE_DTYPES = OpenInterestCandidate.dtypes()
