"""The judgement in the figures, each option once: what ``oirisk.toml`` says, and what is fixed.

The settings read these sections from the file; the warehouse passes them to its models by name.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from oirisk.schemas.tables.open_interest import ROUTE_TOLERANCE

LONGEST_DAYS = 36_600
"""A century; a span beyond what the calendar holds could not be looked back on."""


class Section(BaseModel):
    """One section of ``oirisk.toml``: cannot be changed, and knows every key."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _yes_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401
        """Refuse true and false where a number is wanted; they would be taken for 1 and 0."""
        wanted = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and wanted in {int, float}:
            raise ValueError(f"expected a number, saw {str(value).lower()}")
        return value


class CoverageParameters(Section):
    """When a total may be printed (methods M03)."""

    minimum: float = Field(
        default=0.90, ge=0, le=1, description="least coverage of a total, 0 to 1"
    )
    max_age_minutes: float = Field(
        default=30.0,
        gt=0,
        le=LONGEST_DAYS * 1440,
        description="an observation further from the run's instant than this is stale",
    )
    lookback_days: float = Field(
        default=7.0,
        gt=0,
        le=LONGEST_DAYS,
        description="how long the last known open interest of an instrument counts",
    )


class ClusterParameters(Section):
    """Entry-price profile and clusters (methods M21, M24)."""

    rotation: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="share of volume beyond the OI change that swaps positions",
    )
    bin_pct: float = Field(
        default=0.25, ge=0.01, le=5, description="width of a price bin, in percent"
    )
    range_pct: float = Field(
        default=25.0, ge=0.1, le=90, description="how far around the price clusters go"
    )
    strike_range_pct: float = Field(
        default=50.0, ge=0.1, le=90, description="how far around the price clusters of strikes go"
    )
    history_days: float = Field(
        default=30.0, gt=0, le=LONGEST_DAYS, description="history that builds the profile"
    )
    fine_days: float = Field(
        default=3.0,
        ge=0,
        le=LONGEST_DAYS,
        description="days that keep steps shorter than an hour in the profile",
    )
    minimum_share: float = Field(
        default=0.02, ge=0, le=1, description="least share of an asset's OI"
    )
    minimum_usd: float = Field(default=25e6, ge=0, description="least size of a cluster, USD")
    top_assets: int = Field(
        default=30, ge=1, le=10_000, description="assets that get a profile, by open interest"
    )


class SeriesParameters(Section):
    """What counts as unusual in the series (methods M07 to M14)."""

    anomaly_period: int = Field(
        default=50,
        ge=2,
        le=1000,
        description="changes in an anomaly's baseline, the judged one not among them",
    )
    anomaly_threshold: float = Field(
        default=2.5,
        gt=0,
        description="standard deviations beyond which a change is an anomaly",
    )
    anomaly_robust_threshold: float = Field(
        default=2.5,
        gt=0,
        description="scaled median deviations beyond which an anomaly is confirmed",
    )
    anomaly_span: int = Field(
        default=1,
        ge=1,
        le=10,
        description="periods over which a baseline with gaps may stretch; 1: no gaps",
    )
    anomaly_sides: Literal["both", "spike"] = Field(
        default="both",
        description="both, or spike for rises alone",
    )
    anomaly_sd_floor: float = Field(
        default=1e-5,
        gt=0,
        le=1,
        description="least standard deviation, as a fraction of open interest",
    )
    anomaly_minimum_usd: float = Field(
        default=5e6,
        ge=0,
        description="open interest below which nothing is flagged, USD",
    )
    spike_bar_pct: float = Field(
        default=2.0,
        gt=0,
        description="rise within one bar that is a spike, in percent",
    )
    spike_24h_pct: float = Field(
        default=5.0,
        gt=0,
        description="rise over 24 hours that is a spike, in percent",
    )
    price_band_pct: float = Field(
        default=0.1,
        ge=0,
        le=100,
        description="price changes up to this say nothing, in percent",
    )
    oi_band_pct: float = Field(
        default=0.1,
        ge=0,
        le=100,
        description="changes of open interest up to this say nothing, in percent",
    )
    exhaustion_bars: int = Field(
        default=24,
        ge=3,
        le=180,
        description="points of a trend of 1-hour and 4-hour steps",
    )
    exhaustion_days: int = Field(
        default=10,
        ge=3,
        le=30,
        description="points of a trend of daily steps",
    )
    exhaustion_drop_pct: float = Field(
        default=3.0,
        gt=0,
        lt=100,
        description="least fall of open interest over an exhausted trend, in percent",
    )
    exhaustion_share: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="least share of steps that fall, 0 to 1",
    )
    squeeze_z: float = Field(
        default=2.0,
        gt=0,
        description="standard deviations of price and open interest in a squeeze",
    )
    squeeze_days: int = Field(
        default=30,
        ge=2,
        le=90,
        description="days of earlier changes that those deviations are taken of",
    )
    squeeze_minimum_bars: int = Field(
        default=20,
        ge=2,
        le=1000,
        description="earlier changes without which there is no deviation to speak of",
    )
    pre_event_z: float = Field(
        default=2.0,
        gt=0,
        description="standard deviations that make a build-up before an event",
    )
    pre_event_windows: int = Field(
        default=10,
        ge=2,
        le=30,
        description="ordinary days a build-up is compared with",
    )
    funding_minimum_days: int = Field(
        default=30,
        ge=1,
        le=90,
        description="earlier days without which there is no percentile",
    )
    funding_extreme_apr: float = Field(
        default=0.5,
        gt=0,
        description="yearly funding that is extreme whatever the past, as a fraction",
    )


MAP_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "fine_days": ClusterParameters().fine_days,
        "position_usd": 25_000.0,
        "maintenance_rate": 0.005,
        "map_range_pct": 35.0,
        "calibration_days": 7.0,
        "calibrations": 12,
        "liquidation_clusters": True,
        "strike_range_pct": ClusterParameters().strike_range_pct,
        "lookback_days": CoverageParameters().lookback_days,
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


def parameters(
    clusters: ClusterParameters, series: SeriesParameters, coverage: CoverageParameters
) -> dict[str, Any]:
    """Return what models are told, by name."""
    return {
        **AUDIT_LIMITS,
        **MAP_DEFAULTS,
        **clusters.model_dump(),
        **series.model_dump(),
        "max_age_minutes": coverage.max_age_minutes,
        "lookback_days": coverage.lookback_days,
        "minimum_coverage": coverage.minimum,
    }
