"""The ``[series]`` section: the judgement in candles, anomalies, regimes and percentiles."""

from typing import Literal

from pydantic import Field

from oirisk.flows.settings.section import Section
from oirisk.warehouse.parameters import SeriesParameters

_DEFAULT = SeriesParameters()


class SeriesSettings(Section):
    """What counts as unusual in the series (methods M07 to M14)."""

    anomaly_period: int = Field(
        default=_DEFAULT.anomaly_period,
        ge=2,
        le=1000,
        description="changes in an anomaly's baseline, the judged one not among them",
    )
    anomaly_threshold: float = Field(
        default=_DEFAULT.anomaly_threshold,
        gt=0,
        description="standard deviations beyond which a change is an anomaly",
    )
    anomaly_robust_threshold: float = Field(
        default=_DEFAULT.anomaly_robust_threshold,
        gt=0,
        description="scaled median deviations beyond which an anomaly is confirmed",
    )
    anomaly_span: int = Field(
        default=_DEFAULT.anomaly_span,
        ge=1,
        le=10,
        description="periods over which a baseline with gaps may stretch; 1: no gaps",
    )
    anomaly_sides: Literal["both", "spike"] = Field(
        default="both",
        description="both, or spike for rises alone",
    )
    anomaly_sd_floor: float = Field(
        default=_DEFAULT.anomaly_sd_floor,
        gt=0,
        le=1,
        description="least standard deviation, as a fraction of open interest",
    )
    anomaly_minimum_usd: float = Field(
        default=_DEFAULT.anomaly_minimum_usd,
        ge=0,
        description="open interest below which nothing is flagged, USD",
    )
    spike_bar_pct: float = Field(
        default=_DEFAULT.spike_bar_pct,
        gt=0,
        description="rise within one bar that is a spike, in percent",
    )
    spike_24h_pct: float = Field(
        default=_DEFAULT.spike_24h_pct,
        gt=0,
        description="rise over 24 hours that is a spike, in percent",
    )
    price_band_pct: float = Field(
        default=_DEFAULT.price_band_pct,
        ge=0,
        le=100,
        description="price changes up to this say nothing, in percent",
    )
    oi_band_pct: float = Field(
        default=_DEFAULT.oi_band_pct,
        ge=0,
        le=100,
        description="changes of open interest up to this say nothing, in percent",
    )
    exhaustion_bars: int = Field(
        default=_DEFAULT.exhaustion_bars,
        ge=3,
        le=180,
        description="points of a trend of 1-hour and 4-hour steps",
    )
    exhaustion_days: int = Field(
        default=_DEFAULT.exhaustion_days,
        ge=3,
        le=30,
        description="points of a trend of daily steps",
    )
    exhaustion_drop_pct: float = Field(
        default=_DEFAULT.exhaustion_drop_pct,
        gt=0,
        lt=100,
        description="least fall of open interest over an exhausted trend, in percent",
    )
    exhaustion_share: float = Field(
        default=_DEFAULT.exhaustion_share,
        ge=0,
        le=1,
        description="least share of steps that fall, 0 to 1",
    )
    squeeze_z: float = Field(
        default=_DEFAULT.squeeze_z,
        gt=0,
        description="standard deviations of price and open interest in a squeeze",
    )
    squeeze_days: int = Field(
        default=_DEFAULT.squeeze_days,
        ge=2,
        le=90,
        description="days of earlier changes that those deviations are taken of",
    )
    squeeze_minimum_bars: int = Field(
        default=_DEFAULT.squeeze_minimum_bars,
        ge=2,
        le=1000,
        description="earlier changes without which there is no deviation to speak of",
    )
    pre_event_z: float = Field(
        default=_DEFAULT.pre_event_z,
        gt=0,
        description="standard deviations that make a build-up before an event",
    )
    pre_event_windows: int = Field(
        default=_DEFAULT.pre_event_windows,
        ge=2,
        le=30,
        description="ordinary days a build-up is compared with",
    )
    funding_minimum_days: int = Field(
        default=_DEFAULT.funding_minimum_days,
        ge=1,
        le=90,
        description="earlier days without which there is no percentile",
    )
    funding_extreme_apr: float = Field(
        default=_DEFAULT.funding_extreme_apr,
        gt=0,
        description="yearly funding that is extreme whatever the past, as a fraction",
    )

    def parameters(self) -> SeriesParameters:
        """Return them as the warehouse takes them."""
        return SeriesParameters(**self.model_dump())
