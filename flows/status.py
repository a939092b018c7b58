"""How a home stands: when it last had a night, what is wrong, and what to do about it.

Read from the published copy and the outbox alone, so that it can be asked at any time.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from oirisk import __version__
from oirisk.flows.briefing import next_run
from oirisk.flows.mail.outbox import Backlog, backlog
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import MailSettings, ScheduleSettings
from oirisk.schemas.errors import HomeError
from oirisk.warehouse.deliveries import DeliveryKey
from oirisk.warehouse.files import free_bytes, write_whole
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading
from oirisk.warehouse.safety import room_needed
from oirisk.warehouse.sql_files import statement

STATUS_NAME, METRICS_NAME = "status.json", "metrics.prom"
_COPIES = 2
"""A night needs room for one; below this a person is told in time."""
_MAIL_LATE = timedelta(hours=2)


@dataclass(frozen=True)
class Trouble:
    """Something that keeps the nights from being what they should be.

    Args:
        id: What kind of trouble; the same trouble keeps its id while it lasts.
        what: What was seen.
        repair: What to do.
    """

    id: str
    what: str
    repair: str


@dataclass(frozen=True)
class HomeStatus:
    """How a home stands at an instant.

    Args:
        at: When it was looked at.
        night_at: Snapshot of the newest nightly run; None: there was none.
        night_state: How that one ended.
        last_success_at: Snapshot of the newest night that gave totals.
        age_hours: How long ago that was.
        next_run_at: When the schedule comes due next.
        coverage: Covered share of open interest that night, 0 to 1; None where unknown.
        failed_venues: Exchanges that gave nothing that night.
        free_bytes: Free space where the home lies.
        mail_waiting: Messages that no server has taken yet.
        mail_given_up: Recipients whose newest briefing was given up.
        troubles: What is wrong; empty when all is well.
    """

    at: datetime
    version: str
    night_at: datetime | None
    night_state: str | None
    last_success_at: datetime | None
    age_hours: float | None
    next_run_at: datetime | None
    coverage: float | None
    failed_venues: tuple[str, ...]
    free_bytes: int
    mail_waiting: int
    mail_given_up: tuple[str, ...]
    troubles: tuple[Trouble, ...]


def status_of(home: Home, settings: Settings, now: datetime) -> HomeStatus:
    """Look at a home; nothing is changed.

    Args:
        home: The home folder.
        settings: The schedule, and when a night is late.
        now: The time of day.
    """
    free = free_bytes(home.root)
    night: dict[str, object] = {}
    troubles: list[Trouble] = []
    try:
        night = _night(home)
    except HomeError as error:
        troubles.append(Trouble("unreadable", str(error), "see `oirisk doctor`"))
    stored_at = _instant(night.get("stored_at"))
    waiting = backlog(home.outbox)
    given_up = [one for one in waiting.given_up if _is_addressed(one[0].recipient, settings.mail)]
    troubles += [
        *_of_nights(settings, night, stored_at, now),
        *_of_disk(home, free),
        *_of_mail(waiting, now),
        *(_of_given_up(key, why) for key, why in given_up),
    ]
    coverage = night.get("coverage")
    failed = night.get("failed_venues")
    return HomeStatus(
        at=now,
        version=__version__,
        night_at=_instant(night.get("snapshot_at")),
        night_state=str(night["state"]) if night else None,
        last_success_at=stored_at,
        age_hours=None if stored_at is None else (now - stored_at) / timedelta(hours=1),
        next_run_at=next_run(settings.schedule, now),
        coverage=coverage if isinstance(coverage, float) else None,
        failed_venues=tuple(failed) if isinstance(failed, list) else (),
        free_bytes=free,
        mail_waiting=waiting.count,
        mail_given_up=tuple(key.recipient for key, _ in given_up),
        troubles=tuple(troubles),
    )


def write_status(home: Home, status: HomeStatus) -> None:
    """Write how a home stands for monitoring: ``status.json`` and Prometheus' ``metrics.prom``."""
    write_whole(home.root / STATUS_NAME, as_json(status))
    write_whole(home.root / METRICS_NAME, generate_latest(_metrics(status)))


def as_json(status: HomeStatus) -> str:
    """Return the status as one JSON object."""
    return json.dumps({"is_well": not status.troubles, **asdict(status)}, default=str, indent=1)


def _night(home: Home) -> dict[str, object]:
    if not home.published.is_file():
        return {}
    with reading(home) as connection:
        rows = query(connection, statement("ops/nights_state.sql")).to_dicts()
    return rows[0] if rows else {}


def _of_nights(
    settings: Settings, night: dict[str, object], stored_at: datetime | None, now: datetime
) -> list[Trouble]:
    late = now - timedelta(minutes=settings.notify.late_minutes)
    due = settings.schedule.due(late - timedelta(days=8), late)
    if not night:
        return []
    found = []
    if due and not _is_made(settings.schedule, due[-1], stored_at):
        last = f"the last one that gave totals is of {stored_at:%Y-%m-%d %H:%M} UTC"
        found.append(
            Trouble(
                "night-missing",
                f"the night due at {due[-1]:%Y-%m-%d %H:%M %Z} did not happen: "
                + (last if stored_at else "none has given totals yet"),
                "see that `oirisk schedule` or the cron job runs, then `oirisk nightly`, or "
                "`oirisk catch-up` for nights of the last days",
            )
        )
    if night["state"] in {"failed", "abandoned"}:
        found.append(
            Trouble(
                "night-failed",
                f"the newest night ended {night['state']}: {night['error']}",
                "see `oirisk doctor`, mend what it names, then run `oirisk nightly` again",
            )
        )
    elif night["published"] is False:
        found.append(
            Trouble(
                "night-degraded",
                f"the total of the newest night is withheld: {night['withheld_reason']}",
                "see the coverage in the report; `oirisk nightly` asks again",
            )
        )
    return found


def _is_made(schedule: ScheduleSettings, due: datetime, stored_at: datetime | None) -> bool:
    """Return whether a night was stored: at its instant or later, or under its name.

    Where clocks go forward a scheduler may take a time that is left out for another one.
    """
    if stored_at is None:
        return False
    is_later = stored_at >= due.astimezone(UTC) - timedelta(minutes=5)
    return is_later or schedule.night_of(stored_at) == schedule.night_of(due)


def _of_disk(home: Home, free: int) -> list[Trouble]:
    needed = room_needed(home, copies=_COPIES)
    if free >= needed:
        return []
    return [
        Trouble(
            "disk-low",
            f"{free / 1024**2:,.0f} MB are free in {home.root}, the next nights may need "
            f"{needed / 1024**2:,.0f} MB",
            "free space there, or set [retention] and run `oirisk maintain`",
        )
    ]


def _of_mail(waiting: Backlog, now: datetime) -> list[Trouble]:
    if waiting.oldest is None or now - waiting.oldest < _MAIL_LATE:
        return []
    return [
        Trouble(
            "mail-waiting",
            f"{waiting.count} messages wait for the mail server, the oldest since "
            f"{waiting.oldest:%Y-%m-%d %H:%M} UTC: {'; '.join(waiting.reasons) or 'not tried yet'}",
            "mend what the server says; they are tried every hour for two days, or by "
            "`oirisk send --waiting`",
        )
    ]


def _is_addressed(recipient: str, mail: MailSettings) -> bool:
    """Return whether mail is still meant for a bare address; settings may name it with a name."""
    return bool(mail.host) and any(recipient in one for one in mail.recipients)


def _of_given_up(key: DeliveryKey, why: str) -> Trouble:
    return Trouble(
        f"mail-given-up-{key.recipient}",
        f"the briefing of {key.report_date} to {key.recipient} was given up: {why}",
        "mend what the server says, or take the address out of mail.recipients; then "
        f"`oirisk send --date {key.report_date}` sends it anew",
    )


def _metrics(status: HomeStatus) -> CollectorRegistry:
    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, value: float | None) -> None:
        if value is not None:
            Gauge(f"oirisk_{name}", meaning, registry=registry).set(value)

    gauge("looked_at_timestamp_seconds", "When this was written", status.at.timestamp())
    gauge("well", "1 when nothing is wrong", float(not status.troubles))
    gauge("last_success_timestamp_seconds", "Newest night that gave totals",
          _seconds(status.last_success_at))  # fmt: skip
    gauge("next_run_timestamp_seconds", "When the schedule comes due next",
          _seconds(status.next_run_at))  # fmt: skip
    gauge("coverage_ratio", "Covered share of open interest, newest night", status.coverage)
    gauge("failed_venues", "Exchanges that gave nothing, newest night",
          float(len(status.failed_venues)))  # fmt: skip
    gauge("free_bytes", "Free space where the home lies", float(status.free_bytes))
    gauge("mail_waiting", "Messages that no server has taken yet", float(status.mail_waiting))
    gauge("mail_given_up", "Recipients whose newest briefing was given up",
          float(len(status.mail_given_up)))  # fmt: skip
    troubles = Gauge("oirisk_trouble", "1 for each kind of trouble", ["id"], registry=registry)
    for one in status.troubles:
        troubles.labels(one.id).set(1)
    return registry


def _seconds(instant: datetime | None) -> float | None:
    return None if instant is None else instant.timestamp()


def _instant(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
