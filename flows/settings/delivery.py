"""Sections on when the job runs and where the briefing goes: ``[schedule]``, ``[mail]``."""

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import Field, SecretStr, field_validator

from oirisk.flows.settings.section import OptionalPath, Section

CRON_FIELDS = 5


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
    sender: str = Field(default="oirisk@localhost", description="From address")
    recipients: tuple[str, ...] = Field(default=(), description="who gets the briefing")


class ScheduleSettings(Section):
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
