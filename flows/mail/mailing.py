"""Mail a written report from its folder, and what is left in the outbox later."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError

from oirisk.flows.mail.attempt import Delivery
from oirisk.flows.mail.deliver import EML_NAME, deliver, send_due
from oirisk.flows.mail.message import KIND, MessageContent, parse_address
from oirisk.flows.mail.outbox import open_outbox
from oirisk.flows.mail.patience import IN_A_NIGHT, LATER, Patience
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import ScheduleSettings
from oirisk.schemas.errors import HomeError
from oirisk.schemas.report.briefing import Report
from oirisk.templates.figures import content_id
from oirisk.templates.wording import subject
from oirisk.warehouse.deliveries import (
    DeliveryKey,
    DeliveryRecord,
    record_deliveries,
    recorded_deliveries,
)
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import reading
from oirisk.warehouse.writer import writing

log = logging.getLogger(__name__)

Records = Sequence[tuple[DeliveryKey, DeliveryRecord]]

DATE_LENGTH = len("2026-11-30")


def mail_report(
    home: Home,
    night: date | str,
    settings: Settings,
    now: datetime,
    patience: Patience = IN_A_NIGHT,
) -> Sequence[Delivery]:
    """Send a night's report to everyone who has not had it; without a server leave it as a file.

    What the server does not take, or not in time, is left to ``flush``. No lock of the home or of
    the warehouse is held meanwhile.

    Args:
        home: The home folder.
        night: Date or key of the night.
        settings: Whom it is mailed to, and how.
        now: Instant of the call.
        patience: How long the server is waited for.

    Raises:
        HomeError: There is no report of that night.
        ConfigurationError: The mail settings cannot work.
        DeliveryError: The message cannot be built.
    """
    content = _content(home.report(night), settings.schedule)
    is_new = not home.outbox.exists()
    with open_outbox(home.outbox) as outbox:
        if is_new and home.published.is_file():
            with reading(home) as connection:
                outbox.remember(recorded_deliveries(connection))
        folder = home.report(night)
        deliveries = deliver(content, settings.mail, outbox, now, folder, patience)
        records = outbox.records()
    _put_on_record(home, records, now)
    return deliveries


def flush(
    home: Home, settings: Settings, now: datetime, patience: Patience = LATER
) -> Sequence[Delivery]:
    """Try what waits in the outbox and is due, and give up what waited for two days.

    What waits is due 1, 6, 21 and 81 minutes after it was queued and every hour after that, so
    this may be called as often as one likes. Of two processes at once, one sends. No lock of the
    home or of the warehouse is held meanwhile.

    Args:
        home: The home folder.
        settings: The server.
        now: Instant of the call.
        patience: How long the server is waited for.

    Returns:
        One outcome per message that was tried or given up.

    Raises:
        HomeError: The outbox cannot be used.
        ConfigurationError: The mail settings cannot work.
    """
    if not home.outbox.is_file():
        return ()
    with open_outbox(home.outbox) as outbox:
        deliveries = send_due(settings.mail, outbox, now, patience)
        records = outbox.records()
    _put_on_record(home, records, now)
    return deliveries


def is_queued(home: Home, night: str, settings: Settings) -> bool:
    """Return whether the outbox knows of a night's briefing to everyone; so it does once queued."""
    if not settings.mail.host or not settings.mail.recipients:
        return (home.report(night) / EML_NAME).is_file()
    if not home.outbox.is_file():
        return False
    kind = KIND + night[DATE_LENGTH:]
    addresses = [
        parse_address(one, "mail.recipients").addr_spec for one in settings.mail.recipients
    ]
    with open_outbox(home.outbox) as outbox:
        return all(outbox.find(DeliveryKey(one, _date(night), kind)) for one in addresses)


def _put_on_record(home: Home, records: Records, now: datetime) -> None:
    """Copy what is new to ``ops.deliveries``; while the warehouse is held, a later call does.

    Another attempt that failed like the one before is not worth writing the warehouse.
    """
    if not records or not home.published.is_file():
        return
    try:
        with reading(home) as connection:
            known = {(key, record.state) for key, record in recorded_deliveries(connection)}
        if all((key, record.state) in known for key, record in records):
            return
        with writing(home, now) as connection:
            record_deliveries(connection, records)
    except HomeError as error:
        log.info("deliveries are put on record later reason=%s", error)


def read_report(folder: Path) -> Report:
    """Read a report back from its folder.

    Raises:
        HomeError: It is not there, or not as this version writes it.
    """
    path = folder / "report.json"
    if not path.is_file():
        raise HomeError(f"there is no report in {folder}; run `oirisk nightly` or `oirisk report`")
    try:
        return Report.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise HomeError(
            f"{path} is not as this version writes it; "
            f"run `oirisk report --date {folder.name}` to write it again"
        ) from error


def latest_night(home: Home) -> str:
    """Return the key of the newest report.

    Raises:
        HomeError: There is none.
    """
    days = sorted(path.parent.name for path in home.reports.glob("*/report.json"))
    if not days:
        raise HomeError(f"there is no report in {home.reports}; run `oirisk nightly` first")
    return days[-1]


def _content(folder: Path, schedule: ScheduleSettings) -> MessageContent:
    report = read_report(folder)
    images = {content_id(path.stem): path.read_bytes() for path in folder.glob("charts/*.png")}
    night = schedule.night_of(report.as_of)
    before = report.previous_as_of and schedule.night_of(report.previous_as_of)
    return MessageContent(
        subject=subject(report),
        html=(folder / "email.html").read_text(encoding="utf-8"),
        text=(folder / "email.txt").read_text(encoding="utf-8"),
        images=images,
        run_id=report.run_id,
        report_date=_date(night),
        previous_report_date=_date(before) if before else None,
        kind=KIND + night[DATE_LENGTH:],
    )


def _date(night: str) -> date:
    return date.fromisoformat(night[:DATE_LENGTH])
