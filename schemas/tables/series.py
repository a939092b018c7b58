"""Contracts of open interest as series: candles, anomalies, regimes, events."""

from typing import Any

import polars as pl

from oirisk.schemas.columns import (
    ANY_SIMULATED,
    ASSET,
    Table,
    UtcTimestamp,
    amount,
    column,
    fraction,
    percent,
)

CELLS = (
    "new_longs_trend",
    "short_squeeze_covering",
    "new_shorts_trend",
    "long_capitulation",
    "neutral",
)
"""Readings of price and open interest together."""

INTERVALS = ("5m", "1h", "4h", "1d")
HORIZONS = ("1h", "4h", "24h")
EXHAUSTION = ("uptrend_exhaustion", "downtrend_exhaustion", "none")
PRE_EVENT = ("build_up", "unwind", "none")
SQUEEZES = (
    "short_squeeze",
    "long_capitulation",
    "short_squeeze_unconfirmed",
    "long_capitulation_unconfirmed",
    "none",
)

_VENUE = "ccxt id of the exchange, ALL for the sum"
_BAR = "start of the bar; bars begin at 00:00 UTC"
_INTERVAL = "length of the bar"


def _coins(description: str) -> Any:  # noqa: ANN401 -- what pa.Field returns
    return column(description, unit="coin", method="M06")


def _opened(part: str) -> Any:  # noqa: ANN401 -- what pa.Field returns
    return _coins(
        f"candle of what was opened less closed since the open, at the prices of then: its {part}"
    )


class OiCandles(
    Table, name="marts.oi_candles", key=("bar_at", "interval", "asset", "venue"), method="M06"
):
    """Open interest of futures as candles; like for like within a candle.

    Levels and delta_base are coins, and those of inverse and quanto contracts move with the price.
    Changes are of positions, which a price move alone leaves as they are.

    Counted back from the close by the changes of instruments seen before, so that a venue that
    comes or goes moves no candle: the open of one need not be the close of the one before.
    Grain: one row per bar_at, interval, asset and venue with an observation; none where no
    two snapshots of the week are nearer than 12 bars.
    """

    bar_at: UtcTimestamp = column(_BAR)
    interval: str = column(_INTERVAL, isin=INTERVALS)
    asset: str = column(ASSET)
    venue: str = column(_VENUE)
    open: float = _coins(
        "last observation at or before the start of the bar, at most one bar old; where there is "
        "none, the first of the bar"
    )
    high: float = _coins("highest of the open and the observations")
    low: float = _coins("lowest of the open and the observations")
    close: float = _coins("last observation; for ALL, of a total that is published")
    close_usd: float = amount("the same in USD")
    delta_base: float = _coins("close less open, in coins: not what was opened or closed")
    change_open: float = _opened("open, always 0")
    change_high: float = _opened("high")
    change_low: float = _opened("low")
    change_close: float = _opened("close")
    n_obs: pl.Int32 = column("snapshots in the bar that count", ge=1)
    close_at: UtcTimestamp = column("snapshot of the close")
    change_pct: float = percent(
        "change of positions from the close of the bar before, contracts at the prices of then, "
        "over instruments fresh at both; null after a gap",
        method="M07",
    )
    change_usd: float = column(
        "the same in USD without what the price did; null after a gap", method="M04", nullable=True
    )
    is_simulated: bool = column(ANY_SIMULATED)


class OiAnomalies(
    Table, name="marts.oi_anomalies", key=("bar_at", "interval", "asset", "venue"), method="M07"
):
    """Changes of open interest that are large against those just before.

    Grain: one row per candle of marts.oi_candles.
    """

    bar_at: UtcTimestamp = column(_BAR)
    interval: str = column(_INTERVAL, isin=INTERVALS)
    asset: str = column(ASSET)
    venue: str = column(_VENUE)
    change_pct: float = percent(
        "change of positions from the bar before, matched; null after a gap"
    )
    mean: float = percent(
        "mean of the baseline: the changes before the bar, its own not among them"
    )
    sd: float = percent("sample standard deviation of the baseline")
    z: float = column(
        "standard deviations from the mean; null unless status is ok", unit="sd", nullable=True
    )
    robust_z: float = column(
        "the same with median and median absolute deviation; null unless status is ok",
        unit="sd",
        nullable=True,
    )
    status: str = column(
        "ok, warming_up: too few changes before, gap: no bar before",
        isin=["ok", "warming_up", "gap"],
    )
    side: str = column(
        "spike or drop beyond the threshold; null: neither, or too little open interest",
        nullable=True,
        isin=["spike", "drop"],
    )
    confirmed: bool = column(
        "whether robust_z is beyond the threshold too; null without a side", nullable=True
    )
    close_usd: float = amount("open interest at the close")
    change_usd: float = column(
        "size of the change without what the price did; null after a gap",
        method="M04",
        nullable=True,
    )
    is_spike: bool = column(
        "a spike that is large in itself, in a published total; null without a side",
        method="M09",
        nullable=True,
    )
    severity: str = column(
        "amber up to 4 standard deviations, red beyond; null without a side",
        method="M09",
        nullable=True,
        isin=["amber", "red"],
    )
    is_simulated: bool = column(ANY_SIMULATED)


class OiRegimes(Table, name="marts.oi_regimes", key=("bar_at", "horizon", "asset"), method="M08"):
    """Who acted, read from price and open positions together; price-inferred. Futures only.

    Grain: one row per bar_at, horizon and asset.
    """

    bar_at: UtcTimestamp = column("end of the period compared, a snapshot")
    horizon: str = column("length of the period compared", isin=HORIZONS)
    asset: str = column(ASSET)
    price_change_pct: float = percent("price change over the horizon")
    oi_change_pct: float = percent("matched change of positions over the horizon", method="M03")
    cell: str = column(
        "reading of both; neutral within the dead-bands; null when a change is unknown",
        nullable=True,
        isin=CELLS,
    )
    exhaustion: str = column(
        "price that still trends while open interest falls, over the last steps of the horizon's "
        "length; null: steps are missing",
        method="M10",
        nullable=True,
        isin=EXHAUSTION,
    )
    pre_event: str = column(
        "open interest ahead of an event against ordinary days; 24h rows only; null: no event, or "
        "too few ordinary days",
        method="M11",
        nullable=True,
        isin=PRE_EVENT,
    )
    squeeze: str = column(
        "jump of the price on falling open interest, against 30 days; unconfirmed without "
        "liquidations; null: too short a history",
        method="M12",
        nullable=True,
        isin=SQUEEZES,
    )
    is_simulated: bool = column(ANY_SIMULATED)


class OiPreEvents(
    Table, name="marts.oi_pre_events", key=("event_at", "asset", "event_type"), method="M11"
):
    """How open interest built up in the 23 hours that end an hour before an event.

    Grain: one row per event_at, asset and event_type with hourly totals on those hours.
    """

    event_at: UtcTimestamp = column("when the event takes place")
    asset: str = column(ASSET)
    event_type: str = column("what it is, as in core.events")
    measured_at: UtcTimestamp = column(
        "total nearest to an hour before, half an hour from there at most; nothing later is read"
    )
    build_pct: float = column("product of the 23 hourly matched changes")
    mean_pct: float = percent("mean of ordinary days; null: too few")
    sd_pct: float = percent("their sample standard deviation; null: too few")
    z: float = column(
        "standard deviations from the mean; null: too few ordinary days", unit="sd", nullable=True
    )
    percentile: float = fraction("part of ordinary days at or below; null: too few", nullable=True)
    windows: pl.Int32 = column("ordinary days compared with", ge=0)
    is_simulated: bool = column(ANY_SIMULATED)
