"""Sections on the figures and the briefing: ``[coverage]``, ``[clusters]``, ``[report]``."""

from pydantic import Field, field_validator

from oirisk.flows.settings.section import Section
from oirisk.transforms.vendor_tables import COLUMNS as TABLE_COLUMNS

LONGEST_DAYS = 36_600
"""A century; a span beyond what the calendar holds could not be looked back on."""


class CoverageSettings(Section):
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


class ClusterSettings(Section):
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


class ReconcileSettings(Section):
    """Tables of vendors (methods M44)."""

    columns: dict[str, str] = Field(
        default={},
        description="what a table calls exchange_name, instrument_id, symbol, current_price, "
        "open_interest_quantity and open_interest_usd, where it calls them otherwise",
    )
    exchanges: dict[str, str] = Field(
        default={}, description="ccxt ids of exchanges, by the name that a table gives them"
    )

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, value: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(value) - set(TABLE_COLUMNS))
        if unknown:
            raise ValueError(
                f"expected names among {', '.join(TABLE_COLUMNS)}, saw {', '.join(unknown)}"
            )
        return value


class ReportSettings(Section):
    """The briefing."""

    top_assets: int = Field(default=25, ge=1, le=200, description="rows of the asset table")
    top_clusters: int = Field(
        default=20, ge=1, le=200, description="rows of the table of concentrations"
    )
    chart_assets: tuple[str, ...] = Field(
        default=("BTC", "ETH"), description="assets that get a history and a profile chart"
    )
