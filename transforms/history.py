"""From history points to rows of the facts, in canonical coins and prices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from oirisk.schemas.columns import LOAD_COLUMNS
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.history import DepthPoint, InterestPoint, Liquidation, SharePoint, Tier
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.tables.imported import OPEN_INTEREST_DTYPES
from oirisk.schemas.tables.market import (
    DepthTable,
    LeverageTiersTable,
    LiquidationsTable,
    PositioningTable,
)
from oirisk.schemas.units import UnitRule, rule_at, unit_rules
from oirisk.transforms.convert import convert

POSITIONING_DTYPES = PositioningTable.dtypes(without=LOAD_COLUMNS)
LIQUIDATION_DTYPES = LiquidationsTable.dtypes(without=LOAD_COLUMNS)
TIER_DTYPES = LeverageTiersTable.dtypes(without=LOAD_COLUMNS)
DEPTH_DTYPES = DepthTable.dtypes(without=LOAD_COLUMNS)


@dataclass(frozen=True)
class Origin:
    """What the rows of one pass have in common."""

    source: str
    is_simulated: bool


def interest_row(
    point: InterestPoint, instrument: Instrument, traded_price: Decimal | None
) -> dict[str, Any]:
    """Turn a point into the columns of imported open interest.

    Args:
        point: As printed.
        instrument: Whose.
        traded_price: USD per listed base at that instant, for rows without a mark price.

    Returns:
        Canonical figures; ``oi_base`` is null where it cannot be told without a price.
    """
    rule = _rule(point)
    price = point.mark_price or traded_price
    amount = convert(point.value, rule, instrument, price)
    base = amount.base if point.base is None else point.base * rule.counting_factor
    usd = amount.usd if point.usd is None else point.usd * rule.counting_factor
    scale = instrument.base_multiplier
    return {
        "snapshot_at": point.at,
        "observed_at": point.at,
        "venue": instrument.venue,
        "symbol": instrument.symbol,
        "asset": instrument.asset,
        "kind": instrument.kind,
        "margin": instrument.margin,
        "oi_contracts": _float(amount.contracts),
        "oi_base": _float(None if base is None else base * scale),
        "oi_usd": _float(usd),
        "mark_price": _float(None if point.mark_price is None else point.mark_price / scale),
        "last_price": _float(None if traded_price is None else traded_price / scale),
        "unit_rule": rule.id,
        "counting_factor": float(rule.counting_factor),
        "quality": "suspect" if rule.suspect_reason else None,
    }


def _rule(point: InterestPoint) -> UnitRule:
    """Return what the figure meant at its time."""
    rule = rule_at(unit_rules(), point.rule, point.at)
    if rule is None:
        raise ConfigurationError(
            f"unit registry: no rule says what {point.rule} meant at {point.at.isoformat()}"
        )
    return rule


def interest_frame(
    points: Iterable[InterestPoint],
    instrument: Instrument,
    prices: dict[datetime, Decimal],
) -> pl.DataFrame:
    """Return points as columns that the import judges."""
    rows = [interest_row(point, instrument, prices.get(point.at)) for point in points]
    return pl.DataFrame(rows, schema=OPEN_INTEREST_DTYPES)


def share_frame(
    points: Sequence[SharePoint], instrument: Instrument, origin: Origin
) -> pl.DataFrame:
    """Return shares as rows of ``core.positioning``, one per key."""
    scale = instrument.base_multiplier
    rows = [
        {
            "at": point.at,
            **_identity(instrument, origin),
            "measure": point.measure,
            "period": point.period,
            "long_share": float(point.long_share),
            "short_share": float(point.short_share),
            "long_base": _float(None if point.long_base is None else point.long_base * scale),
            "short_base": _float(None if point.short_base is None else point.short_base * scale),
        }
        for point in points
    ]
    frame = pl.DataFrame(rows, schema=POSITIONING_DTYPES)
    return frame.unique(["at", "measure", "period"], keep="last", maintain_order=True)


def liquidation_frame(
    events: Sequence[Liquidation], instrument: Instrument, origin: Origin
) -> pl.DataFrame:
    """Return liquidations as rows of ``core.liquidations``."""
    scale = instrument.base_multiplier
    rows = [
        {
            "at": event.at,
            **_identity(instrument, origin),
            "side": event.side,
            "price": _float(None if event.price is None else event.price / scale),
            "base": float(event.base * scale),
            "usd": _float(event.usd),
            "coverage": event.coverage,
            "event_id": event.event_id,
            "span_seconds": event.span_seconds,
        }
        for event in events
    ]
    return pl.DataFrame(rows, schema=LIQUIDATION_DTYPES).unique(maintain_order=True)


def tier_frame(
    tiers: Sequence[Tier], instrument: Instrument, as_of: datetime, *, is_simulated: bool
) -> pl.DataFrame:
    """Return tiers as rows of ``core.leverage_tiers``, one per floor.

    Of several terms for one size, those of the highest leverage are kept: an exchange that tells
    terms by chosen leverage closes such a position first. Sizes of unknown unit are left out.
    """
    rows = [
        {
            **_identity(instrument, Origin("live", is_simulated)),
            **_sizes(tier, instrument.base_multiplier),
            "max_leverage": _float(tier.max_leverage),
            "maintenance_margin_rate": _float(tier.maintenance_margin_rate),
            "maintenance_amount": _float(tier.maintenance_amount),
            "as_of": as_of,
        }
        for tier in tiers
        if tier.unit is not None
    ]
    frame = pl.DataFrame(rows, schema=TIER_DTYPES)
    ordered = frame.sort("max_leverage", descending=True, nulls_last=True, maintain_order=True)
    return ordered.unique(["floor_usd", "floor_base"], keep="first", maintain_order=True)


def _sizes(tier: Tier, scale: Decimal) -> dict[str, float | None]:
    floor, cap = tier.floor, tier.cap
    if tier.unit == "usd":
        return {"floor_usd": _float(floor), "cap_usd": _float(cap)}
    return {
        "floor_base": _float(None if floor is None else floor * scale),
        "cap_base": _float(None if cap is None else cap * scale),
    }


def depth_frame(
    points: Sequence[DepthPoint],
    instrument: Instrument,
    snapshot_at: datetime,
    *,
    is_simulated: bool,
) -> pl.DataFrame:
    """Return bands as rows of ``core.depth``."""
    scale = instrument.base_multiplier
    identity = _identity(instrument, Origin("live", is_simulated))
    rows = [
        {
            "snapshot_at": snapshot_at,
            **{name: identity[name] for name in ("venue", "symbol", "asset", "is_simulated")},
            "band": point.band,
            "side": point.side,
            "base": float(point.base * scale),
            "usd": float(point.usd),
            "truncated": point.is_truncated,
        }
        for point in points
    ]
    return pl.DataFrame(rows, schema=DEPTH_DTYPES)


def _identity(instrument: Instrument, origin: Origin) -> dict[str, Any]:
    return {
        "venue": instrument.venue,
        "symbol": instrument.symbol,
        "asset": instrument.asset,
        "source": origin.source,
        "is_simulated": origin.is_simulated,
    }


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
