"""Contracts of the audit and of data quality: how far figures can be relied on."""

from collections.abc import Mapping
from types import MappingProxyType

import pandera.polars as pa
import polars as pl

from oirisk.schemas.columns import Table, UtcTimestamp, amount, column, fraction

AUDIT_CHECKS = (
    "usd_routes", "oi_within_volume", "instrument_jump", "venue_jump", "price_near_median",
    "expired", "zero", "frozen", "same_ticker", "dollar_peg",
)  # fmt: skip
SEVERITIES = ("error", "warning")

_RUN = "run that asked the venue"
_SNAPSHOT = "scheduled instant of the run"
_VENUE = "ccxt id of the exchange"


class AuditTable(Table):
    """What the auditor found in the figures of a run: each is stored, and seen beside what it is.

    Grain: one row per run_id, venue, symbol and check_name.
    """

    run_id: str = column(_RUN)
    snapshot_at: UtcTimestamp = column(_SNAPSHOT, unit="UTC")
    venue: str = column(_VENUE)
    symbol: str = column("unified ccxt symbol; null: the whole venue", nullable=True)
    asset: str = column("canonical base coin; null: the whole venue", nullable=True)
    check_name: str = column(
        "usd_routes: two ways to its USD disagree by more than 2 %; oi_within_volume: it moved by "
        "more than was traded; instrument_jump, venue_jump: a step near 2, 10, 100 or "
        "1000 times; price_near_median: more than 2 % from the median of venues; expired, zero, "
        "frozen: as suspect_reason in core.open_interest; same_ticker: two venues price it so far "
        "apart that it is two things; dollar_peg: its quote is not worth a dollar",
        method="M36",
        isin=AUDIT_CHECKS,
    )
    seen: float = amount("the figure, or how far it moved", unit="as in unit")
    expected: float = amount("what it is held against", unit="as in unit")
    unit: str = column("unit of seen and expected: USD, coin, contracts, USD per coin")
    ratio: float = amount("seen over expected; null over zero", unit="ratio", nullable=True)
    severity: str = column(
        "error: wrong as it stands, warning: may have an innocent reason", isin=SEVERITIES
    )
    detail: str = column("what was seen, in words")


class DataQuality(Table):
    """How far the figures of one venue in one run can be relied on, from 0 to 1.

    Grain: one row per run_id and venue that the run asked.
    """

    run_id: str = column(_RUN)
    snapshot_at: UtcTimestamp = column(_SNAPSHOT, unit="UTC")
    venue: str = column(_VENUE)
    score: float = fraction("least of the five shares that are known", method="M36")
    completeness: float = fraction("accepted rows over listed instruments", method="M36")
    freshness: float = fraction(
        "stored rows whose observation is close to the snapshot; null without rows",
        method="M36",
        nullable=True,
    )
    validity: float = fraction(
        "rows received that validation accepted, other quote currencies apart; null without rows",
        method="M36",
        nullable=True,
    )
    consistency: float = fraction(
        "stored rows that the audit does not flag, 0 when it flags the venue; null without rows",
        method="M36",
        nullable=True,
    )
    convention: float = fraction(
        "stored rows whose unit and counting rule is registered; null without rows",
        method="M36",
        nullable=True,
    )
    rows_expected: pl.Int32 = column("instruments listed", unit="count", ge=0)
    rows_stored: pl.Int32 = column("current rows of the snapshot", unit="count", ge=0)
    rows_suspect: pl.Int32 = column("those of them left out of totals", unit="count", ge=0)
    findings: pl.Int32 = column("findings in ops.audit", unit="count", ge=0)
    is_simulated: bool = column("whether it comes from the simulated exchanges")

    class Config:
        """One row per grain."""

        unique = ["run_id", "venue"]  # noqa: RUF012 -- pandera wants a list


QUALITY_TABLES: Mapping[str, type[pa.DataFrameModel]] = MappingProxyType(
    {"marts.data_quality": DataQuality, "ops.audit": AuditTable}
)
"""Contract by table."""
