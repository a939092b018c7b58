"""Settings: ``oirisk.toml`` in the home folder, overridden by ``OIRISK_*`` in the environment.

Read once at the edge (the command line or the scheduler) and passed down; nothing below reads
the environment. A key that is not known is an error, so a typing mistake cannot go unnoticed.
"""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from oirisk.flows.settings_retention import RetentionSettings
from oirisk.flows.settings_series import SeriesSettings
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.generic import GenericLine

CONFIG_NAME = "oirisk.toml"
CRON_FIELDS = 5
DEMO_VENUES = ("bybit", "deribit", "gate", "hyperliquid", "kucoinfutures", "okx")
DEFAULT_VENUES = (
    "binance", "binancecoinm", "binanceusdm", "bingx", "bitfinex", "bitget", "bybit", "cryptocom",
    "delta", "deribit", "derive", "dydx", "gate", "htx", "hyperliquid", "krakenfutures",
    "kucoinfutures", "mexc", "okx", "paradex", "phemex", "woofipro",
)  # fmt: skip
"""Exchanges whose figures were checked on real responses; more can be named in oirisk.toml."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FetchSettings(_Section):
    """How exchanges are asked."""

    request_timeout_seconds: float = Field(
        default=20.0, gt=0, description="one request is given up after this long"
    )
    venue_timeout_seconds: float = Field(
        default=120.0,
        gt=0,
        description="one exchange is given up after this long, retries included",
    )
    attempts: int = Field(
        default=3, ge=1, le=10, description="tries of one request, the first included"
    )
    backoff_seconds: float = Field(
        default=1.0, ge=0, description="wait before the first retry; doubles each time, with jitter"
    )
    concurrent_calls: int = Field(
        default=32, ge=1, le=256, description="calls of one exchange that may be unanswered at once"
    )
    longest_wait_seconds: float = Field(
        default=60.0, ge=0, description="an exchange that asks for a longer wait is given up"
    )
    stops: int = Field(
        default=4, ge=1, description="answers to stop in a row that end an exchange for this run"
    )
    lost_calls: int = Field(
        default=8, ge=1, description="lost calls in a row that end an exchange for this run"
    )


class CoverageSettings(_Section):
    """When a total may be printed (methods M03)."""

    minimum: float = Field(
        default=0.90, ge=0, le=1, description="share of known open interest that must be fresh"
    )
    max_age_minutes: float = Field(
        default=30.0,
        gt=0,
        description="an observation further from the run's instant than this is stale",
    )
    lookback_days: float = Field(
        default=7.0,
        gt=0,
        description="how long the last known open interest of an instrument counts",
    )


class ClusterSettings(_Section):
    """Entry-price profile and clusters (methods M21, M24)."""

    rotation: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="share of volume beyond the OI change that swaps positions",
    )
    bin_pct: float = Field(default=0.25, gt=0, le=5, description="width of a price bin, in percent")
    range_pct: float = Field(
        default=25.0, gt=0, le=90, description="how far around the price clusters go"
    )
    history_days: float = Field(default=60.0, gt=0, description="history that builds the profile")
    fine_days: float = Field(
        default=3.0, ge=0, description="days that keep steps shorter than an hour in the profile"
    )
    minimum_share: float = Field(
        default=0.02, ge=0, le=1, description="least share of an asset's OI"
    )
    minimum_usd: float = Field(default=25e6, ge=0, description="least size of a cluster, USD")
    top_assets: int = Field(
        default=30, ge=1, description="assets that get a profile, by open interest"
    )


class TopUpSettings(_Section):
    """What a nightly run asks for beside open interest, to resolve the last day."""

    enabled: bool = Field(
        default=True,
        description="ask for five-minute history, ratios, liquidations, depth and leverage tiers",
    )
    assets: int = Field(
        default=30, ge=1, le=500, description="coins that are topped up, by open interest"
    )
    deadline_seconds: float = Field(
        default=300.0,
        gt=0,
        description="one exchange's top-up ends after this long with what it has by then",
    )
    concurrent_calls: int = Field(
        default=4, ge=1, le=32, description="instruments of one exchange under way at once"
    )
    simulated: bool = Field(
        default=False, description="ask simulated exchanges too; few of them answer"
    )


class ObserveSettings(_Section):
    """Accounts whose positions an exchange shows to everyone (methods M22)."""

    accounts_file: Path | None = Field(
        default=None,
        description="list of Hyperliquid accounts to observe every night; empty means: none",
    )
    most_accounts: int = Field(
        default=500, ge=1, description="accounts asked, the first of the list; ten a second"
    )
    timeout_seconds: float = Field(
        default=120.0, gt=0, description="accounts that did not answer by then are left out"
    )

    @field_validator("accounts_file", mode="before")
    @classmethod
    def _empty_means_none(cls, value: object) -> object:
        """Read an empty path as no path; TOML has no null."""
        return None if value == "" else value


class ReportSettings(_Section):
    """The briefing."""

    top_assets: int = Field(default=25, ge=1, le=200, description="rows of the asset table")
    top_clusters: int = Field(
        default=20, ge=1, le=200, description="rows of the table of concentrations"
    )
    chart_assets: tuple[str, ...] = Field(
        default=("BTC", "ETH"), description="assets that get a history and a profile chart"
    )


class MailSettings(_Section):
    """Where the briefing is mailed. Without ``host`` it is left as ``.eml`` beside the report."""

    host: str = Field(default="", description="SMTP server; empty means: do not send")
    port: int = Field(default=587, ge=1, le=65535, description="SMTP port")
    security: str = Field(
        default="starttls", pattern="^(starttls|tls|none)$", description="starttls, tls or none"
    )
    ca_file: Path | None = Field(default=None, description="extra certificate authority, PEM")
    username: str = Field(default="", description="SMTP user; empty means: no login")
    password: SecretStr = Field(
        default=SecretStr(""), description="SMTP password; better set OIRISK_MAIL__PASSWORD"
    )
    sender: str = Field(default="oirisk@localhost", description="From address")
    recipients: tuple[str, ...] = Field(default=(), description="who gets the briefing")

    @field_validator("ca_file", mode="before")
    @classmethod
    def _empty_means_none(cls, value: object) -> object:
        """Read an empty path as no path; TOML has no null."""
        return None if value == "" else value


class ScheduleSettings(_Section):
    """When the nightly run starts."""

    cron: str = Field(default="5 0 * * *", description="cron expression of the nightly run")
    timezone: str = Field(default="UTC", description="time zone of the cron expression")

    @field_validator("cron")
    @classmethod
    def _must_come_due(cls, value: str) -> str:
        """Refuse what no cron reads the same way, and dates that never come."""
        wanted = "expected five fields (minute hour day month weekday) that come due some day"
        if len(value.split()) != CRON_FIELDS:
            raise ValueError(wanted)
        try:
            next(CronSim(value, datetime(2000, 1, 1, tzinfo=UTC)))
        except (CronSimError, StopIteration) as error:
            raise ValueError(wanted) from error
        return value

    @field_validator("timezone")
    @classmethod
    def _must_be_known(cls, value: str) -> str:
        """Refuse what the time zone database does not hold."""
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError) as error:
            wanted = "expected a name of the time zone database, such as Europe/Zurich"
            raise ValueError(wanted) from error
        return value


class Settings(BaseSettings):
    """All settings of one home folder."""

    model_config = SettingsConfigDict(
        env_prefix="OIRISK_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )
    config_file: ClassVar[Path | None] = None

    venues: tuple[str, ...] = Field(
        default=DEFAULT_VENUES, min_length=1, description="exchanges to ask, by ccxt id"
    )
    generic: tuple[GenericLine, ...] = Field(
        default=(), description="further exchanges, one [[generic]] section a request"
    )
    fetch: FetchSettings = Field(default=FetchSettings(), description="how exchanges are asked")
    coverage: CoverageSettings = Field(
        default=CoverageSettings(), description="when totals are printed"
    )
    clusters: ClusterSettings = Field(default=ClusterSettings(), description="profile and clusters")
    series: SeriesSettings = Field(
        default=SeriesSettings(), description="what counts as unusual in the series"
    )
    top_up: TopUpSettings = Field(
        default=TopUpSettings(), description="what else a nightly run asks for"
    )
    observe: ObserveSettings = Field(
        default=ObserveSettings(), description="accounts whose positions are public"
    )
    report: ReportSettings = Field(default=ReportSettings(), description="the briefing")
    mail: MailSettings = Field(default=MailSettings(), description="where it is mailed")
    retention: RetentionSettings = Field(
        default=RetentionSettings(), description="what maintenance takes out"
    )
    schedule: ScheduleSettings = Field(default=ScheduleSettings(), description="when it runs")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then ``oirisk.toml``."""
        del dotenv_settings, file_secret_settings
        file = cls.config_file
        toml = (TomlConfigSettingsSource(settings_cls, file),) if file else ()
        return (init_settings, env_settings, *toml)


def load_settings(home: Path) -> Settings:
    """Read the settings of a home folder; defaults where there is no ``oirisk.toml``.

    Raises:
        ConfigurationError: The file is not TOML, or a key or value is not acceptable.
    """
    path = home / CONFIG_NAME

    class _Located(Settings):
        config_file: ClassVar[Path | None] = path if path.is_file() else None

    try:
        return _Located()
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from error
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(f"cannot read {path}: {error}") from error
    except SettingsError as error:
        raise ConfigurationError(f"{error}; lists are written as JSON") from error
    except ValidationError as error:
        raise ConfigurationError(
            f"settings ({path}, OIRISK_* in the environment): {_explain(error)}"
        ) from error


def _explain(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}{_seen(detail)}"
        for detail in error.errors()
    )


def _seen(detail: Any) -> str:  # noqa: ANN401 -- one entry of pydantic's error list
    """Show a refused value, unless it is or may hold a secret."""
    value = detail["input"]
    if "password" in detail["loc"] or not isinstance(value, str | int | float):
        return ""
    return f" (seen: {value!r})"


def commented_toml() -> str:
    """Return an ``oirisk.toml`` with every option present, commented out, at its default."""
    lines = [
        "# oirisk configuration. Every option is shown at its default; uncomment to change it.",
        "# Any option can also be set in the environment: OIRISK_FETCH__ATTEMPTS=5",
        "",
    ]
    sections: list[tuple[str, type[BaseModel]]] = []
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, BaseModel):
            sections.append((name, type(field.default)))
        else:
            lines += [f"# {field.description}", f"# {name} = {_toml(field.default)}", ""]
    for name, model in sections:
        lines += [f"[{name}]"]
        for key, field in model.model_fields.items():
            lines += [f"# {field.description}", f"# {key} = {_toml(field.default)}"]
        lines.append("")
    return "\n".join(lines)


def _toml(value: Any) -> str:  # noqa: ANN401 -- any option's default
    if isinstance(value, SecretStr) or value is None:
        return '""'
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return f'"{value}"'
