"""The judgement in the marts: what the settings say, and what is fixed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.tables.open_interest import ROUTE_TOLERANCE

MAP_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "fine_days": 3.0,
        "position_usd": 25_000.0,
        "maintenance_rate": 0.005,
        "map_range_pct": 35.0,
        "calibration_days": 7.0,
        "calibrations": 12,
        "liquidation_clusters": True,
        "strike_range_pct": 50.0,
        "lookback_days": 7.0,
        "known_at": datetime(9999, 1, 1, tzinfo=UTC),
    }
)
"""How many days keep steps shorter than an hour, size of a typical position (its margin tier
holds), maintenance where tiers are not known, how far around the mark the map goes, how long a
calibration counts, how many assets are calibrated in one build, whether levels are clustered too,
how far around the mark strikes are, how many days the last figure of what is missing counts, and
until when facts were recorded that count."""

AUDIT_LIMITS: Mapping[str, float] = MappingProxyType(
    {
        "route_tolerance": ROUTE_TOLERANCE,
        "volume_tolerance": 0.02,
        "volume_minimum_usd": 10_000.0,
        "jump_tolerance": 0.05,
        "jump_minimum_usd": 100_000.0,
        "price_tolerance": 0.02,
        "price_other_coin": 0.5,
    }
)
"""When a figure becomes a finding: fractions, and USD below which nobody need look."""


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
