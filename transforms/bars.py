"""Five-minute candles as ccxt gives them, to rows; volumes where it is known what they count."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from oirisk.schemas.instruments import Instrument
from oirisk.schemas.tables.imported import BARS_DTYPES

STEP = timedelta(minutes=5)
"""Between two bars."""

COUNTED_IN_COINS = frozenset({"binanceusdm", "binancecoinm", "bybit", "okx", "bitfinex", "bitget"})
"""Exchanges whose candles, as ccxt reads them, count coins; Gate's count contracts. What KuCoin's
and HTX's count is not known for certain, so their volumes are left out."""


def bar_frame(rows: Sequence[Sequence[Any]], instrument: Instrument) -> pl.DataFrame:
    """Return candles as columns that the import judges, prices per coin."""
    scale = float(instrument.base_multiplier)
    records = [
        {
            "bar_at": datetime.fromtimestamp(int(row[0]) / 1000, UTC),
            "interval": "5m",
            "venue": instrument.venue,
            "symbol": instrument.symbol,
            "asset": instrument.asset,
            **dict(zip(("open", "high", "low", "close"), _prices(row, scale), strict=True)),
            "volume_base": _coins(row, instrument, scale),
            "volume_usd": None,
        }
        for row in rows
    ]
    return pl.DataFrame(records, schema=dict(BARS_DTYPES))


def _prices(row: Sequence[Any], scale: float) -> list[float | None]:
    return [None if price is None else float(price) / scale for price in row[1:5]]


def _coins(row: Sequence[Any], instrument: Instrument, scale: float) -> float | None:
    """Return the volume in coins where it is known what it counts."""
    volume = row[5]
    if volume is None:
        return None
    if instrument.venue in COUNTED_IN_COINS:
        return float(volume) * scale
    size = instrument.contract_size
    is_in_contracts = instrument.venue == "gate" and instrument.contract_size_unit == "base"
    return float(volume) * float(size) * scale if is_in_contracts and size is not None else None


def closing_prices(rows: Sequence[Sequence[Any]]) -> dict[datetime, Decimal]:
    """Return the last price before each instant at which a bar ends, per listed base."""
    return {
        datetime.fromtimestamp(int(row[0]) / 1000, UTC) + STEP: Decimal(str(row[4]))
        for row in rows
        if row[4]
    }
