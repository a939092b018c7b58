"""Contracts of the audit and of data quality: how far figures can be relied on."""

import polars as pl

from oirisk.schemas.columns import (
    SIMULATED,
    SNAPSHOT,
    VENUE,
    Table,
    UtcTimestamp,
    amount,
    column,
    fraction,
)

AUDIT_CHECKS = (
    "usd_routes", "oi_within_volume", "instrument_jump", "venue_jump", "price_near_median",
    "expired", "zero", "frozen", "same_ticker", "dollar_peg",
)  # fmt: skip
SEVERITIES = ("error", "warning")

_RUN = "run that asked the venue"


class AuditTable(Table, name="ops.audit"):
    """What the auditor found in the figures of a run: each is stored, and seen beside what it is.

    Grain: one row per run_id, venue, symbol and check_name.
    """

    run_id: str = column(_RUN)
    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    venue: str = column(VENUE)
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
    ratio: float = amount("seen over expected; null over zero", nullable=True)
    severity: str = column(
        "error: wrong as it stands, warning: may have an innocent reason", isin=SEVERITIES
    )
    detail: str = column("what was seen, in words")


class DataQuality(Table, name="marts.data_quality", key=("run_id", "venue"), method="M36"):
    """How far the figures of one venue in one run can be relied on, from 0 to 1.

    Grain: one row per run_id and venue that the run asked.
    """

    run_id: str = column(_RUN)
    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    venue: str = column(VENUE)
    score: float = fraction("least of the five shares that are known")
    completeness: float = fraction("accepted rows over listed instruments")
    freshness: float = fraction(
        "stored rows whose observation is close to the snapshot; null without rows", nullable=True
    )
    validity: float = fraction(
        "rows received that validation accepted, other quote currencies apart; null without rows",
        nullable=True,
    )
    consistency: float = fraction(
        "stored rows that the audit does not flag, 0 when it flags the venue; null without rows",
        nullable=True,
    )
    convention: float = fraction(
        "stored rows whose unit and counting rule is registered; null without rows", nullable=True
    )
    rows_expected: pl.Int32 = column("instruments listed", ge=0)
    rows_stored: pl.Int32 = column("current rows of the snapshot", ge=0)
    rows_suspect: pl.Int32 = column("those of them left out of totals", ge=0)
    findings: pl.Int32 = column("findings in ops.audit", ge=0)
    is_simulated: bool = column(SIMULATED)
