"""Mail a written report from its folder."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError

from oirisk.flows.mail.deliver import Delivery, deliver
from oirisk.flows.mail.message import KIND, MessageContent
from oirisk.flows.mail.outbox import open_outbox
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

_PATIENCE_SECONDS = 60.0
"""How long to wait for another process that sends from the same home."""


def mail_report(
    home: Home, night: date | str, settings: Settings, now: datetime
) -> Sequence[Delivery]:
    """Send a night's report to everyone who has not had it; without a server leave it as a file.

    Raises:
        HomeError: There is no report of that night.
        ConfigurationError: The mail settings cannot work.
        DeliveryError: The message cannot be built.
    """
    content = _content(home.report(night), settings.schedule)
    is_new = not home.outbox.exists()
    with open_outbox(home.outbox, _PATIENCE_SECONDS) as outbox:
        if is_new and home.published.is_file():
            with reading(home) as connection:
                outbox.remember(recorded_deliveries(connection))
        deliveries = deliver(content, settings.mail, outbox, now, home.report(night))
        records = outbox.records()
    _put_on_record(home, records, now)
    return deliveries


def _put_on_record(home: Home, records: Records, now: datetime) -> None:
    """Copy what is new to ``ops.deliveries``; while the warehouse is held, the next call does."""
    if not records:
        return
    with reading(home) as connection:
        if set(records) <= set(recorded_deliveries(connection)):
            return
    try:
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
