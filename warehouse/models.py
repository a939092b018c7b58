"""What is built: the SQL models, in the order in which they read one another."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from oirisk.schemas.errors import ConfigurationError

Parameter = datetime | float | int | str


@dataclass(frozen=True)
class MartModel:
    """One mart: its table in ``marts`` and the rows that a window replaces.

    Args:
        name: The table, and its file under ``sql/marts``.
        instant_column: The instant that places a row.
        parameters: What its SQL asks for.
        first: SQL for the first instant that a window replaces.
        reach: How long after a snapshot its figures still bear on rows.
        back: How long before a snapshot it still bears on rows.
        sized_by: The table whose rows tell how much a build holds at once.
        slice_rows: About so many of its rows are computed at once.
    """

    name: str
    instant_column: str
    parameters: tuple[str, ...] = ("since", "until")
    first: str = "$since"
    reach: timedelta = timedelta(0)
    back: timedelta = timedelta(0)
    sized_by: str = "marts.oi_by_asset"
    slice_rows: int = 250_000


@dataclass(frozen=True)
class IntermediateModel:
    """One intermediate result, a temporary table while a build runs."""

    name: str
    parameters: tuple[str, ...] = ()


_BAR = 'core.bar_start("interval", $since)'
_BEFORE_EVENT = timedelta(hours=1)
"""An event is measured at the nearest snapshot of an hour: a later one may move it."""

INTERMEDIATES = (
    IntermediateModel("int_rules_numbered", ("earliest", "until")),
    IntermediateModel("int_contracts_left_out", ("since", "recent", "until", "max_age_minutes")),
    IntermediateModel("int_known_before", ("earliest", "recent", "max_age_minutes")),
    IntermediateModel("int_instruments_numbered", ("earliest", "recent", "until")),
    IntermediateModel("int_open_interest_judged", ("since", "recent", "until", "max_age_minutes")),
    IntermediateModel("int_references_found", ("since",)),
    IntermediateModel("int_prices_averaged"),
    IntermediateModel("int_changes_paired"),
    IntermediateModel("int_changes_matched"),
    IntermediateModel("int_top_ups_found", ("earliest", "until")),
    IntermediateModel("int_venues_attempted", ("earliest", "recent", "until", "lookback_days")),
    IntermediateModel(
        "int_universe_weighed", ("since", "recent", "max_age_minutes", "lookback_days")
    ),
    IntermediateModel("int_attempts_counted"),
    IntermediateModel("int_coverage_counted", ("minimum_coverage",)),
    IntermediateModel("int_venues_summed"),
    IntermediateModel(
        "int_products_unseen", ("since", "recent", "max_age_minutes", "lookback_days")
    ),
    IntermediateModel("int_products_covered"),
    IntermediateModel("int_products_changed"),
    IntermediateModel("int_lines_summed", ("since", "until")),
    IntermediateModel("int_products_totalled", ("since", "until")),
)
"""What the snapshot marts read."""

CANDLE_INTERMEDIATES = (
    IntermediateModel("int_candle_steps", ("since",)),
    IntermediateModel("int_candle_ticks", ("since", "until")),
    IntermediateModel("int_candle_bars", ("since", "until")),
    IntermediateModel("int_candle_changes", ("since",)),
)
"""What the candles read, and the intermediates above."""

MARTS = (
    MartModel("oi_by_asset", "snapshot_at"),
    MartModel("oi_by_venue", "snapshot_at"),
    MartModel("pools", "snapshot_at", ("since", "until", "max_age_minutes")),
    MartModel("oi_market", "snapshot_at", ("minimum_coverage",)),
    MartModel("oi_by_product", "snapshot_at", ("since", "until", "minimum_coverage")),
    MartModel("oi_uncounted", "snapshot_at"),
)
"""Built from facts, snapshot by snapshot."""

CANDLES = MartModel("oi_candles", "bar_at", ("since",), _BAR)
"""Built from facts and totals, bar by bar."""

SERIES_INTERMEDIATES = (
    IntermediateModel("int_event_builds", ("since", "until")),
    IntermediateModel("int_imbalance_days", ("since", "until")),
    IntermediateModel("int_imbalance_measures", ("since", "until")),
)
"""What the marts made of other marts read from the start."""

REGIME_INTERMEDIATES = (
    IntermediateModel("int_regime_changes", ("since", "until", "squeeze_days")),
    IntermediateModel(
        "int_regime_statistics", ("since", "exhaustion_bars", "exhaustion_days", "squeeze_days")
    ),
    IntermediateModel("int_regime_trends", ("exhaustion_drop_pct", "exhaustion_share")),
    IntermediateModel("int_regime_liquidations", ("squeeze_z",)),
)
"""What the regimes read."""

SERIES = (
    MartModel(
        "oi_anomalies",
        "bar_at",
        (
            "since", "until", "anomaly_period", "anomaly_threshold", "anomaly_robust_threshold",
            "anomaly_span", "anomaly_sides",
            "anomaly_sd_floor", "anomaly_minimum_usd", "spike_bar_pct", "spike_24h_pct",
        ),
        _BAR,
        sized_by="marts.oi_candles",
        slice_rows=3_000_000,
    ),
    MartModel("oi_concentration", "snapshot_at", reach=timedelta(days=7, minutes=30)),
    MartModel(
        "oi_pre_events", "measured_at", ("since", "until", "pre_event_windows"),
        reach=timedelta(days=32),
        back=_BEFORE_EVENT,
    ),
    MartModel(
        "oi_regimes",
        "bar_at",
        (
            "since", "until", "price_band_pct", "oi_band_pct", "squeeze_z",
            "squeeze_minimum_bars", "pre_event_z",
        ),
        reach=timedelta(days=32),
        back=_BEFORE_EVENT,
    ),
    MartModel(
        "funding_extremes",
        "snapshot_at",
        ("since", "until", "funding_minimum_days", "funding_extreme_apr"),
        reach=timedelta(days=366),
    ),
    MartModel(
        "oi_imbalance", "snapshot_at", ("since", "until", "funding_minimum_days"),
        reach=timedelta(days=366),
        slice_rows=50_000,  # its readings, of every venue and symbol, are many more
    ),
)  # fmt: skip
"""Built from other marts, in the order in which they read one another."""


_BOUNDS = {
    "anomaly_period": (2, 1000),
    "anomaly_span": (1, 10),
    "squeeze_days": (2, 90),
    "exhaustion_bars": (3, 180),
    "exhaustion_days": (3, 30),
    "squeeze_minimum_bars": (2, 1000),
    "pre_event_windows": (2, 30),
    "funding_minimum_days": (1, 90),
}
"""What the models can look back on, least and most."""


@dataclass(frozen=True)
class SeriesParameters:
    """The judgement in the marts made of other marts.

    Args:
        anomaly_period: Changes in the baseline, the judged one not among them.
        anomaly_threshold: Standard deviations beyond which a change is an anomaly.
        anomaly_robust_threshold: Median deviations beyond which an anomaly is confirmed.
        anomaly_span: Periods over which the baseline may stretch where changes are missing.
        anomaly_sides: ``both``, or ``spike`` for rises alone.
        anomaly_sd_floor: Least standard deviation, as a fraction of open interest.
        anomaly_minimum_usd: Open interest below which nothing is flagged.
        spike_bar_pct: A rise that is a spike within one bar.
        spike_24h_pct: A rise that is a spike over 24 hours.
        price_band_pct: Price changes up to this say nothing.
        oi_band_pct: Changes of open interest up to this say nothing.
        exhaustion_bars: Points of a trend of 1-hour and 4-hour steps.
        exhaustion_days: Points of a trend of daily steps.
        exhaustion_drop_pct: Least fall of open interest over the trend.
        exhaustion_share: Least share of steps that fall, 0 to 1.
        squeeze_z: Standard deviations of price and open interest in a squeeze.
        squeeze_days: Days of earlier changes that those deviations are taken of.
        squeeze_minimum_bars: Earlier bars without which there is no deviation to speak of.
        pre_event_z: Standard deviations that make a build-up before an event.
        pre_event_windows: Ordinary days a build-up is compared with.
        funding_minimum_days: Earlier days without which there is no percentile.
        funding_extreme_apr: Yearly funding, as a fraction, that is extreme whatever the past.
    """

    anomaly_period: int = 50
    anomaly_threshold: float = 2.5
    anomaly_robust_threshold: float = 2.5
    anomaly_span: int = 1
    anomaly_sides: str = "both"
    anomaly_sd_floor: float = 1e-5
    anomaly_minimum_usd: float = 5e6
    spike_bar_pct: float = 2.0
    spike_24h_pct: float = 5.0
    price_band_pct: float = 0.1
    oi_band_pct: float = 0.1
    exhaustion_bars: int = 24
    exhaustion_days: int = 10
    exhaustion_drop_pct: float = 3.0
    exhaustion_share: float = 0.6
    squeeze_z: float = 2.0
    squeeze_days: int = 30
    squeeze_minimum_bars: int = 20
    pre_event_z: float = 2.0
    pre_event_windows: int = 10
    funding_minimum_days: int = 30
    funding_extreme_apr: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what the models cannot work with."""
        if self.anomaly_sides not in {"both", "spike"}:
            raise ConfigurationError(
                f"anomaly_sides: expected both or spike, saw {self.anomaly_sides!r}"
            )
        for name, (least, most) in _BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                raise ConfigurationError(
                    f"{name}: expected {least} to {most}, saw {getattr(self, name)}"
                )
        if not self.anomaly_sd_floor > 0:
            raise ConfigurationError(
                f"anomaly_sd_floor: above 0 is needed, saw {self.anomaly_sd_floor}"
            )
