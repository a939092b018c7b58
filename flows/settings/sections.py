"""The sections of ``oirisk.toml`` that no model is told: asking, retention, mail, schedule."""

import ipaddress
import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from oirisk.schemas.parameters import Section
from oirisk.transforms.vendor_tables import COLUMNS as TABLE_COLUMNS

CRON_FIELDS = 5
LEAST_DAYS, MOST_DAYS = 100, 36_600
"""What is built each night looks back at single rows for about a month; this is well beyond."""


_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")
_HOST = re.compile(r"[^\s/:@?#\[\]]+")


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


OptionalPath = Annotated[Path | None, BeforeValidator(_none_if_empty)]
"""A path; an empty one means none, as TOML has no null."""


class FetchSettings(Section):
    """How exchanges are asked."""

    request_timeout_seconds: float = Field(
        default=20.0, gt=0, le=3600, description="one request is given up after this long"
    )
    venue_timeout_seconds: float = Field(
        default=120.0,
        gt=0,
        le=86_400,
        description="one exchange is given up after this long, retries included",
    )
    attempts: int = Field(
        default=3, ge=1, le=10, description="tries of one request, the first included"
    )
    backoff_seconds: float = Field(
        default=1.0,
        ge=0,
        le=600,
        description="wait before the first retry; doubles each time, with jitter",
    )
    concurrent_calls: int = Field(
        default=32, ge=1, le=256, description="calls of one exchange that may be unanswered at once"
    )
    longest_wait_seconds: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        description="an exchange that asks for a longer wait is given up",
    )
    stops: int = Field(
        default=4,
        ge=1,
        le=1000,
        description="answers to stop in a row that end an exchange for this run",
    )
    max_body_mb: float = Field(
        default=64.0,
        ge=1,
        le=1024,
        description="megabytes of one answer, decompressed; a longer one is not read on",
    )
    lost_calls: int = Field(
        default=8,
        ge=1,
        le=1000,
        description="lost calls in a row that end an exchange for this run",
    )


class TopUpSettings(Section):
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
        le=86_400,
        description="one exchange's top-up ends after this long with what it has by then",
    )
    concurrent_calls: int = Field(
        default=4, ge=1, le=32, description="instruments of one exchange under way at once"
    )
    simulated: bool = Field(
        default=False, description="ask simulated exchanges too; few of them answer"
    )


class ObserveSettings(Section):
    """Accounts whose positions an exchange shows to everyone (methods M22)."""

    accounts_file: OptionalPath = Field(
        default=None,
        description="list of Hyperliquid accounts to observe every night; empty means: none",
    )
    most_accounts: int = Field(
        default=500,
        ge=1,
        le=100_000,
        description="accounts asked, the first of the list; ten a second",
    )
    timeout_seconds: float = Field(
        default=120.0,
        gt=0,
        le=86_400,
        description="accounts that did not answer by then are left out",
    )


class CftcSettings(Section):
    """The CFTC's weekly report of futures on US exchanges; no key is needed."""

    url: str = Field(
        default="https://publicreporting.cftc.gov/resource/gpe5-46if.json",
        pattern=r"^https?://[^/ ]+/.*[^/ ]$",
        description="Traders in Financial Futures, futures only, as JSON",
    )
    interval_ms: int = Field(
        default=2000, ge=1, le=60_000, description="least time between two requests"
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
    top_options: int = Field(
        default=5, ge=1, le=200, description="assets in the tables of options, most open first"
    )
    chart_assets: tuple[str, ...] = Field(
        default=("BTC", "ETH"), description="assets that get a history and a profile chart"
    )


class QuerySettings(Section):
    """What one query of ``oirisk sql`` may take."""

    memory_mib: int = Field(default=1024, ge=64, le=1_048_576, description="memory of one query")
    threads: int = Field(default=2, ge=1, le=256, description="threads of one query")
    timeout_seconds: float = Field(
        default=300.0, gt=0, le=86_400, description="a query is stopped after this long"
    )


class RetentionSettings(Section):
    """What ``oirisk maintain`` takes out; nothing of data unless a number of days is set."""

    fine_days: int = Field(
        default=0,
        ge=0,
        le=MOST_DAYS,
        description="rows older than this are thinned to one an hour; 0: never; else at least 100",
    )
    hourly_days: int = Field(
        default=0,
        ge=0,
        le=MOST_DAYS,
        description="rows older than this are thinned to one a day; 0: never; "
        "else at least 100 and more than fine_days",
    )
    raw_days: int = Field(
        default=0,
        ge=0,
        le=MOST_DAYS,
        description="responses older than this are removed, and their nights can never be derived "
        "again; 0: never; else at least 100",
    )
    reports_days: int = Field(
        default=0,
        ge=0,
        le=MOST_DAYS,
        description="of reports older than this report.json alone stays, which "
        "`oirisk report --stored` makes page and mail of again; 0: never",
    )
    backups: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="automatic backups kept, of each kind: before a change of schema, and before "
        "a restoration",
    )
    compact: bool = Field(
        default=True, description="whether maintenance writes the warehouse and raw/ more densely"
    )

    @model_validator(mode="after")
    def _must_leave_what_is_looked_back_on(self) -> Self:
        for days in (self.fine_days, self.hourly_days, self.raw_days):
            if 0 < days < LEAST_DAYS:
                raise ValueError(f"expected 0 (never) or at least {LEAST_DAYS} days, saw {days}")
        if 0 < self.hourly_days <= self.fine_days:
            raise ValueError(
                f"hourly_days: expected 0 or more than fine_days ({self.fine_days}), "
                f"saw {self.hourly_days}"
            )
        return self


class MailSettings(Section):
    """Where the briefing is mailed. Without ``host`` it is left as ``.eml`` beside the report."""

    host: str = Field(default="", description="SMTP server; empty means: do not send")
    port: int = Field(default=587, ge=1, le=65535, description="SMTP port")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls, tls or none"
    )
    ca_file: OptionalPath = Field(default=None, description="extra certificate authority, PEM")
    username: str = Field(default="", description="SMTP user; empty means: no login")
    password: SecretStr = Field(
        default=SecretStr(""), description="SMTP password; better set OIRISK_MAIL__PASSWORD"
    )
    password_file: OptionalPath = Field(
        default=None, description="file that holds the password instead, on one line"
    )
    password_block: str = Field(
        default="", description="Secret block of Prefect that holds it instead"
    )
    sender: str = Field(default="oirisk@localhost", description="From address")
    recipients: tuple[str, ...] = Field(default=(), description="who gets the briefing")

    @field_validator("host")
    @classmethod
    def _is_a_name_alone(cls, value: str) -> str:
        """Refuse an address of the web, a port or a login: each has an option of its own."""
        if value and not (_HOST.fullmatch(value) or _is_ip_address(value)):
            raise ValueError(
                "expected the name of the server alone, such as smtp.example.com: the port goes "
                "into mail.port, smtp or smtps into mail.security, a login into mail.username"
            )
        return value

    @model_validator(mode="after")
    def _has_one_password(self) -> Self:
        given = (self.password.get_secret_value(), self.password_file, self.password_block)
        if sum(bool(one) for one in given) > 1:
            raise ValueError("expected one of password, password_file and password_block, saw more")
        return self


def _utc(instant: datetime) -> datetime:
    """Return an instant by which to compare and reckon: in one zone, Python goes by the clock."""
    return instant.astimezone(UTC)


def _on(instant: datetime, day: date) -> bool:
    return instant.date() == day


class ScheduleSettings(Section):
    """When what runs by itself starts; an empty expression means: never."""

    cron: str = Field(default="5 0 * * *", description="cron expression of the nightly run")
    timezone: str = Field(default="UTC", description="time zone of the cron expressions")
    snapshot_cron: str = Field(
        default="", description="cron expression of snapshots between the nights; empty: none"
    )
    maintain_cron: str = Field(
        default="30 4 * * 0", description="cron expression of maintenance; empty: none"
    )
    catch_up_nights: int = Field(
        default=7, ge=0, le=60, description="missed nights of so many days are caught up; 0: none"
    )

    def night_of(self, instant: datetime) -> str:
        """Return the key of the night that an instant belongs to.

        It is the local date. Where the schedule comes due more often on that date, the local time
        of the due instant follows: ``2026-11-30T1205``; what is before the first belongs to that.
        A time that the clock shows twice that day has its offset, the second time.
        """
        zone = ZoneInfo(self.timezone)
        day = instant.astimezone(zone).date()
        midnight = datetime.combine(day, time(), zone)
        due = [one for one in self.due(midnight, midnight + timedelta(days=1)) if _on(one, day)]
        if len(due) <= 1:
            return day.isoformat()
        at = max([due[0], *(one for one in due if _utc(one) <= _utc(instant))], key=_utc)
        return f"{at:%Y-%m-%dT%H%M%z}" if at.fold else f"{at:%Y-%m-%dT%H%M}"

    def due(self, since: datetime, until: datetime) -> list[datetime]:
        """Return the instants from ``since`` on and before ``until`` at which it comes due."""
        zone = ZoneInfo(self.timezone)
        # The iterator begins after the instant it is given.
        before = (_utc(since) - timedelta(minutes=1)).astimezone(zone)
        iterator = CronSim(self.cron, before)
        found = takewhile(lambda at: _utc(at) < _utc(until), iterator)
        return [at for at in found if _utc(at) >= _utc(since)]

    @field_validator("cron", "snapshot_cron", "maintain_cron")
    @classmethod
    def _must_come_due(cls, value: str, info: ValidationInfo) -> str:
        """Refuse what no cron reads the same way, and dates that never come."""
        if not value and info.field_name != "cron":
            return value
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


class NotifySettings(Section):
    """Who hears of trouble, and how. Told once, and again when it is over."""

    recipients: tuple[str, ...] = Field(
        default=(), description="who gets mail of trouble; empty: who gets the briefing"
    )
    webhook_url: SecretStr = Field(
        default=SecretStr(""), description="address that gets trouble as JSON, by POST; a secret"
    )
    ping_url: SecretStr = Field(
        default=SecretStr(""),
        description="dead-man service, told after each night; /fail follows a bad one; a secret",
    )
    late_minutes: int = Field(
        default=120, ge=5, le=10_080, description="a night is missing so long after it was due"
    )

    @field_validator("webhook_url", "ping_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr) -> SecretStr:
        """Refuse what cannot be posted to, without showing it."""
        if value.get_secret_value() and not _ADDRESS.fullmatch(value.get_secret_value()):
            raise ValueError("expected an address, https://host/…")
        return value
