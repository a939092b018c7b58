"""All settings of a home: the sections together, read from file and environment."""

import tomllib
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from oirisk.flows.settings.sections import (
    CftcSettings,
    FetchSettings,
    MailSettings,
    NotifySettings,
    ObserveSettings,
    ReconcileSettings,
    ReportSettings,
    RetentionSettings,
    ScheduleSettings,
    TopUpSettings,
)
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.generic import GenericLine
from oirisk.schemas.parameters import ClusterParameters, CoverageParameters, SeriesParameters

CONFIG_NAME = "oirisk.toml"
DEFAULT_VENUES = (
    "aster", "binance", "binancecoinm", "binanceusdm", "bingx", "bitfinex", "bitget", "bitmex",
    "bybit", "coinbase", "coinex", "cryptocom", "delta", "deribit", "derive", "dydx", "edgex",
    "gate", "htx", "hyperliquid", "krakenfutures", "kucoinfutures", "mexc", "nado", "okx",
    "paradex", "phemex", "woofipro",
)  # fmt: skip
"""Exchanges whose unit was checked on real answers; more can be named in oirisk.toml."""


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
    coverage: CoverageParameters = Field(
        default=CoverageParameters(), description="when totals are printed"
    )
    clusters: ClusterParameters = Field(
        default=ClusterParameters(), description="profile and clusters"
    )
    series: SeriesParameters = Field(
        default=SeriesParameters(), description="what counts as unusual in the series"
    )
    top_up: TopUpSettings = Field(
        default=TopUpSettings(), description="what else a nightly run asks for"
    )
    observe: ObserveSettings = Field(
        default=ObserveSettings(), description="accounts whose positions are public"
    )
    cftc: CftcSettings = Field(
        default=CftcSettings(), description="the weekly report of US exchanges"
    )
    report: ReportSettings = Field(default=ReportSettings(), description="the briefing")
    reconcile: ReconcileSettings = Field(
        default=ReconcileSettings(), description="tables of vendors"
    )
    mail: MailSettings = Field(default=MailSettings(), description="where it is mailed")
    retention: RetentionSettings = Field(
        default=RetentionSettings(), description="what maintenance takes out"
    )
    notify: NotifySettings = Field(default=NotifySettings(), description="who hears of trouble")
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

    if path.exists() and not path.is_file():
        raise ConfigurationError(f"{path} is no file: put it away, or the settings in its place")

    class _Located(Settings):
        config_file: ClassVar[Path | None] = path if path.is_file() else None

    try:
        return _Located()
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from error
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(f"cannot read {path}: {error}") from error
    except SettingsError as error:
        raise ConfigurationError(
            f"OIRISK_* in the environment: {error}; lists are written as JSON, such as "
            '["okx", "bybit"]'
        ) from error
    except ValidationError as error:
        raise ConfigurationError(
            f"settings ({path}, OIRISK_* in the environment): {_explain(error)}"
        ) from error


def _explain(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in detail['loc'])}: {_wanted(detail)}{_seen(detail)}"
        for detail in error.errors()
    )


def _wanted(detail: Any) -> str:  # noqa: ANN401 -- one entry of pydantic's error list
    if detail["type"] == "extra_forbidden":
        return "there is no such option; `oirisk init` in a new folder writes down all there are"
    return str(detail["msg"]).removeprefix("Value error, ")


def _seen(detail: Any) -> str:  # noqa: ANN401 -- one entry of pydantic's error list
    """Show a refused value, unless it is or may hold a secret."""
    value = detail["input"]
    if "password" in detail["loc"] or not isinstance(value, str | int | float):
        return ""
    return f" (seen: {value!r})"
