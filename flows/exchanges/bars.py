"""Five-minute bars through ccxt, page by page; volumes only where it is known what they count."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from oirisk.flows.exchanges.client import VenueClient
from oirisk.schemas.history import Window
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.tables.imported import BARS_DTYPES

STEP = timedelta(minutes=5)
ENDPOINT = "history_bars"
_MOST_PAGES = 200
_CANDLE_FIELDS = 6

COUNTED_IN_COINS = frozenset({"binanceusdm", "binancecoinm", "bybit", "okx", "bitfinex", "bitget"})
"""Exchanges whose candles, as ccxt reads them, count coins; Gate's count contracts. What KuCoin's
and HTX's count is not known for certain, so their volumes are left out."""


async def fetch_bars(
    client: VenueClient, instrument: Instrument, window: Window
) -> list[list[Any]]:
    """Ask for the closed bars of a window.

    Returns:
        ``[milliseconds, open, high, low, close, volume]``, in order of time, each once.

    Raises:
        SourceError: The venue did not answer.
    """
    found: dict[int, list[Any]] = {}
    since, until = _milliseconds(window.since), _milliseconds(window.until)
    step = int(STEP.total_seconds() * 1000)
    for _page in range(_MOST_PAGES):
        page = await _page_from(client, instrument, since)
        fresh = [row for row in page if _is_within(row, since, until - step)]
        found |= {int(row[0]): row for row in fresh}
        newest = max((int(row[0]) for row in fresh), default=since - step)
        if not fresh or newest + step > until - step:
            break
        since = newest + step
    return [found[at] for at in sorted(found)]


async def _page_from(client: VenueClient, instrument: Instrument, since: int) -> list[list[Any]]:
    async def ask(ccxt: Any) -> list[list[Any]]:  # noqa: ANN401 -- a ccxt client has no types
        # ccxt sorts out fifteen candle formats.
        rows: list[list[Any]] = await ccxt.fetch_ohlcv(instrument.symbol, "5m", since)
        return rows

    return await client.call(ENDPOINT, ask)


def _is_within(row: Sequence[Any], since: int, last: int) -> bool:
    return len(row) >= _CANDLE_FIELDS and row[0] is not None and since <= int(row[0]) <= last


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


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
