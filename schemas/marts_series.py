"""Contracts of open interest as series: candles, anomalies, regimes, imbalance, extremes."""

from typing import Any

import polars as pl

from oirisk.schemas.columns import Table, UtcTimestamp, amount, column, fraction, percent

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

_SIMULATED = "whether any input comes from the simulated exchanges"
_SNAPSHOT = "scheduled instant of the run"
_ASSET = "canonical base coin, BTC not XBT"
_VENUE = "ccxt id of the exchange, ALL for the sum"
_BAR = "start of the bar; bars begin at 00:00 UTC"
_INTERVAL = "length of the bar"


def _coins(description: str) -> Any:  # noqa: ANN401 -- what pa.Field returns
    return column(description, unit="coin", method="M06")


def _signed(description: str, method: str) -> Any:  # noqa: ANN401
    return column(description, unit="fraction", method=method, nullable=True, ge=-1, le=1)


class OiCandles(Table):
    """Open interest of futures as candles; like for like within a candle.

    Counted back from the close by the changes of instruments seen before, so that a venue that
    comes or goes moves no candle: the open of one need not be the close of the one before.
    Grain: one row per bar_at, interval, asset and venue with an observation; none where no
    two snapshots of the week are nearer than 12 bars.
    """

    bar_at: UtcTimestamp = column(_BAR, unit="UTC")
    interval: str = column(_INTERVAL, isin=INTERVALS)
    asset: str = column(_ASSET)
    venue: str = column(_VENUE)
    open: float = _coins(
        "last observation at or before the start of the bar, at most one bar old; where there is "
        "none, the first of the bar"
    )
    high: float = _coins("highest of the open and the observations")
    low: float = _coins("lowest of the open and the observations")
    close: float = _coins("last observation; for ALL, of a total that is published")
    close_usd: float = amount("the same in USD", unit="USD", method="M06")
    delta_base: float = _coins("close less open")
    change_open: float = _coins("candle of the change since the open: its open, always 0")
    change_high: float = _coins("candle of the change since the open: its high")
    change_low: float = _coins("candle of the change since the open: its low")
    change_close: float = _coins("candle of the change since the open: its close")
    n_obs: pl.Int32 = column("snapshots in the bar that count", unit="count", ge=1)
    close_at: UtcTimestamp = column("snapshot of the close", unit="UTC")
    change_pct: float = percent(
        "change of coins from the close of the bar before, over instruments fresh at both; null "
        "after a gap",
        method="M07",
    )
    change_usd: float = column(
        "the same in USD without what the price did; null after a gap",
        unit="USD",
        method="M04",
        nullable=True,
    )
    is_simulated: bool = column(_SIMULATED)

    class Config:
        """One row per grain."""

        unique = ["bar_at", "interval", "asset", "venue"]  # noqa: RUF012 -- pandera wants a list


class OiAnomalies(Table):
    """Changes of open interest that are large against those just before.

    Grain: one row per candle of marts.oi_candles.
    """

    bar_at: UtcTimestamp = column(_BAR, unit="UTC")
    interval: str = column(_INTERVAL, isin=INTERVALS)
    asset: str = column(_ASSET)
    venue: str = column(_VENUE)
    change_pct: float = percent(
        "change of coins from the bar before, matched; null after a gap", method="M07"
    )
    mean: float = percent(
        "mean of the baseline: the changes before the bar, its own not among them", method="M07"
    )
    sd: float = percent("sample standard deviation of the baseline", method="M07")
    z: float = column(
        "standard deviations from the mean; null unless status is ok",
        unit="sd",
        method="M07",
        nullable=True,
    )
    robust_z: float = column(
        "the same with median and median absolute deviation; null unless status is ok",
        unit="sd",
        method="M07",
        nullable=True,
    )
    status: str = column(
        "ok, warming_up: too few changes before, gap: no bar before",
        method="M07",
        isin=["ok", "warming_up", "gap"],
    )
    side: str = column(
        "spike or drop beyond the threshold; null: neither, or too little open interest",
        method="M07",
        nullable=True,
        isin=["spike", "drop"],
    )
    confirmed: bool = column(
        "whether robust_z is beyond the threshold too; null without a side",
        method="M07",
        nullable=True,
    )
    close_usd: float = amount("open interest at the close", unit="USD")
    change_usd: float = column(
        "size of the change without what the price did; null after a gap",
        unit="USD",
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
    is_simulated: bool = column(_SIMULATED)

    class Config:
        """One row per grain."""

        unique = ["bar_at", "interval", "asset", "venue"]  # noqa: RUF012


class OiRegimes(Table):
    """Who acted, read from price and coin open interest together; price-inferred. Futures only.

    Grain: one row per bar_at, horizon and asset.
    """

    bar_at: UtcTimestamp = column("end of the period compared, a snapshot", unit="UTC")
    horizon: str = column("length of the period compared", isin=HORIZONS)
    asset: str = column(_ASSET)
    price_change_pct: float = percent("price change over the horizon", method="M08")
    oi_change_pct: float = percent(
        "matched change of coin open interest over the horizon", method="M03"
    )
    cell: str = column(
        "reading of both; neutral within the dead-bands; null when a change is unknown",
        method="M08",
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
    is_simulated: bool = column(_SIMULATED)

    class Config:
        """One row per grain."""

        unique = ["bar_at", "horizon", "asset"]  # noqa: RUF012


class OiPreEvents(Table):
    """How open interest built up in the 23 hours that end an hour before an event.

    Grain: one row per event_at, asset and event_type with hourly totals on those hours.
    """

    event_at: UtcTimestamp = column("when the event takes place", unit="UTC")
    asset: str = column(_ASSET)
    event_type: str = column("what it is, as in core.events")
    measured_at: UtcTimestamp = column(
        "last snapshot at least an hour before; nothing later is read", unit="UTC"
    )
    build_pct: float = column(
        "product of the 23 hourly matched changes", unit="percent", method="M11"
    )
    mean_pct: float = percent("mean of ordinary days; null: too few", method="M11")
    sd_pct: float = percent("their sample standard deviation; null: too few", method="M11")
    z: float = column(
        "standard deviations from the mean; null: too few ordinary days",
        unit="sd",
        method="M11",
        nullable=True,
    )
    percentile: float = fraction(
        "part of ordinary days at or below; null: too few", method="M11", nullable=True
    )
    windows: pl.Int32 = column("ordinary days compared with", unit="count", ge=0)
    is_simulated: bool = column(_SIMULATED)

    class Config:
        """One row per grain."""

        unique = ["event_at", "asset", "event_type"]  # noqa: RUF012


class FundingExtremes(Table):
    """The funding rate of an asset against its own past, one value a day.

    Grain: one row per snapshot_at and asset whose total is published and has funding.
    """

    snapshot_at: UtcTimestamp = column(_SNAPSHOT, unit="UTC")
    asset: str = column(_ASSET)
    funding_8h_oi_weighted: float = column(
        "funding rate per 8 hours, weighted by open interest",
        unit="fraction per 8 hours",
        method="M05",
    )
    funding_apr: float = column("the same per year", unit="fraction per year", method="M05")
    percentile_90d: float = fraction(
        "part of the last 90 days at or below; null: too few", method="M14", nullable=True
    )
    percentile_365d: float = fraction(
        "part of the last 365 days at or below; null: too few", method="M14", nullable=True
    )
    days_90d: pl.Int32 = column("days seen of the last 90", unit="count", ge=0, le=90)
    days_365d: pl.Int32 = column("days seen of the last 365", unit="count", ge=0, le=365)
    extreme: str = column(
        "high or low against 90 days, or by its size alone; null: too few days",
        method="M14",
        nullable=True,
        isin=["high", "low", "none"],
    )
    is_simulated: bool = column(_SIMULATED)

    class Config:
        """One row per grain."""

        unique = ["snapshot_at", "asset"]  # noqa: RUF012


class OiConcentration(Table):
    """How few venues hold an asset's open interest, and whether the largest gains.

    Grain: one row per snapshot_at, asset and kind_group with open interest.
    """

    snapshot_at: UtcTimestamp = column(_SNAPSHOT, unit="UTC")
    asset: str = column(_ASSET)
    kind_group: str = column("futures or options", method="M03", isin=["futures", "options"])
    venues: pl.Int32 = column("venues with a fresh row", unit="count", ge=1)
    hhi: float = fraction("sum of squared venue shares of oi_usd", method="M18")
    effective_venues: float = column("1 / hhi", unit="count", method="M18", ge=1 - 1e-9)
    cr3: float = fraction("share of the three largest venues", method="M18")
    entropy_venues: float = column(
        "how many equal venues would have the same entropy", unit="count", method="M18", ge=1 - 1e-9
    )
    top_venue: str = column("venue with the largest share", method="M18")
    top_venue_share: float = fraction("its share of oi_usd", method="M18")
    top_venue_share_change_24h_pp: float = column(
        "change of its share in 24 hours; null unless both totals are published, of the same "
        "venues",
        unit="percentage points",
        method="M18",
        nullable=True,
    )
    top_venue_share_change_7d_pp: float = column(
        "change of its share in 7 days; null likewise",
        unit="percentage points",
        method="M18",
        nullable=True,
    )
    is_simulated: bool = column(_SIMULATED)

    class Config:
        """One row per grain."""

        unique = ["snapshot_at", "asset", "kind_group"]  # noqa: RUF012


class OiImbalance(Table):
    """Six named measures of who leans which way. Longs and shorts are always equal in size.

    Grain: one row per snapshot_at and asset whose futures total is published.
    """

    snapshot_at: UtcTimestamp = column(_SNAPSHOT, unit="UTC")
    asset: str = column(_ASSET)
    account_imbalance: float = _signed(
        "accounts long less accounts short; positive: many small longs face few large shorts",
        "M13a",
    )
    long_short_accounts: float = amount(
        "accounts long per account short: how much larger the average short is",
        unit="ratio",
        method="M13a",
        nullable=True,
    )
    top_imbalance: float = _signed("positions of top traders, long less short", "M13b")
    top_minus_accounts: float = column(
        "top_imbalance less account_imbalance: large against many",
        unit="fraction",
        method="M13b",
        nullable=True,
        ge=-2,
        le=2,
    )
    taker_imbalance: float = _signed("taker volume, buys less sells", "M13c")
    net_taker_long_base: float = column(
        "change of longs that takers hold, over an hour", unit="coin", method="M13c", nullable=True
    )
    net_taker_short_base: float = column(
        "change of shorts that takers hold, over an hour", unit="coin", method="M13c", nullable=True
    )
    funding_percentile: float = fraction(
        "funding against 90 days; null: too few", method="M13d", nullable=True
    )
    basis_pct: float = percent("mark price of perpetuals above their index", method="M40")
    basis_percentile: float = fraction(
        "the basis against 90 days; null: too few", method="M13d", nullable=True
    )
    vulnerability_imbalance: float = _signed(
        "modelled liquidations within 5 percent of the price, longs below less shorts above, over "
        "both, calibrated prior; null without a map",
        "M13e",
    )
    pool_imbalance: float = _signed(
        "traders' longs less shorts where a pool takes the other side; null: no venue that is "
        "asked is a pool",
        "M13f",
    )
    imbalance_index: float = column(
        "100 times the mean of the members, each from -1 to 1; null without one",
        unit="points",
        method="M13",
        nullable=True,
        ge=-100,
        le=100,
    )
    members: str = column(
        "measures in the index, comma-separated; null without one", method="M13", nullable=True
    )
    is_simulated: bool = column(_SIMULATED)

    class Config:
        """One row per grain."""

        unique = ["snapshot_at", "asset"]  # noqa: RUF012


class EventsTable(Table):
    """The user's calendar of events. Grain: one row per event_at, asset and event_type."""

    event_at: UtcTimestamp = column("when it takes place", unit="UTC")
    asset: str = column("canonical base coin, ALL for the whole market")
    event_type: str = column("what it is: fomc, cpi, unlock …")

    class Config:
        """One row per grain."""

        unique = ["event_at", "asset", "event_type"]  # noqa: RUF012


class SupplyTable(Table):
    """The user's figures of coins in being. Grain: one row per as_of and asset."""

    as_of: UtcTimestamp = column("since when the figures hold", unit="UTC")
    asset: str = column(_ASSET)
    circulating_base: float = amount(
        "circulating supply; null when not given", unit="coin", method="M17", nullable=True
    )
    exchange_reserve_base: float = amount(
        "coins held by exchanges; null when not given", unit="coin", method="M19", nullable=True
    )

    class Config:
        """One row per grain."""

        unique = ["as_of", "asset"]  # noqa: RUF012


class BuildsTable(Table):
    """Every rebuild of the marts by command. Grain: one row per as_of, since and until."""

    as_of: UtcTimestamp = column("instant the build speaks of", unit="UTC")
    since: UtcTimestamp = column("first snapshot rebuilt", unit="UTC")
    until: UtcTimestamp = column("last snapshot rebuilt", unit="UTC")
    is_full: bool = column("whether everything was rebuilt")
