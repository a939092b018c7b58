"""Chains of options by hand: rows of ``int_options_known``."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from oirisk.schemas.columns import UTC_MICROSECONDS

NIGHT = datetime(2026, 9, 1, 8, tzinfo=UTC)
SMILE = {50_000: 0.66, 55_000: 0.60, 60_000: 0.55, 65_000: 0.55, 70_000: 0.57}
"""Of the worked examples: volatility by strike, 30 days before expiry, the forward at 60,000."""

_INSTANTS = ("snapshot_at", "expiry", "observed_at")
_FIGURES = (
    "strike", "oi_base", "mark_iv", "bid_iv", "ask_iv", "mark_price", "underlying_price", "price",
)  # fmt: skip
_TEXTS = ("venue", "symbol", "asset", "option_type", "underlying_kind", "standing")
_SCHEMA: Mapping[str, Any] = {
    **dict.fromkeys(_INSTANTS, UTC_MICROSECONDS),
    **dict.fromkeys(_FIGURES, pl.Float64),
    **dict.fromkeys(_TEXTS, pl.String),
}


def chain(rows: Iterable[Mapping[str, Any]], **common: Any) -> pl.DataFrame:
    """Return options that count: at 60,000 and 30 days before expiry unless they say otherwise."""
    plain = {
        "snapshot_at": NIGHT, "venue": "deribit", "asset": "BTC", "option_type": "call",
        "expiry": NIGHT + timedelta(days=30), "observed_at": NIGHT, "oi_base": 1.0,
        "underlying_price": 60_000.0, "underlying_kind": "forward", "price": 60_000.0,
        "standing": "counts", **dict.fromkeys(("mark_iv", "bid_iv", "ask_iv", "mark_price")),
    }  # fmt: skip
    told = [{**plain, **common, "symbol": str(place), **row} for place, row in enumerate(rows)]
    return pl.DataFrame(told, schema=_SCHEMA)


def prices(price: float = 60_000.0, venues: Iterable[str] = ("deribit", "ALL")) -> pl.DataFrame:
    """Return the price that flips are of, as ``int_options_priced`` has it."""
    rows = [
        {"snapshot_at": NIGHT, "asset": "BTC", "venue": venue, "price": price} for venue in venues
    ]
    return pl.DataFrame(
        rows,
        schema={
            "snapshot_at": UTC_MICROSECONDS, "asset": pl.String, "venue": pl.String,
            "price": pl.Float64,
        },
    )  # fmt: skip
