"""Mail a written report from its folder."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError

from oirisk.flows.mail.deliver import Delivery, deliver
from oirisk.flows.mail.message import MessageContent
from oirisk.flows.settings import MailSettings
from oirisk.schemas.errors import HomeError
from oirisk.schemas.report.briefing import Report
from oirisk.templates.figures import content_id
from oirisk.templates.wording import subject
from oirisk.warehouse.deliveries import DeliveryLedger
from oirisk.warehouse.home import Home
from oirisk.warehouse.writer import opened


def mail_report(home: Home, day: date, settings: MailSettings, now: datetime) -> Sequence[Delivery]:
    """Send a night's report to everyone who has not had it; without a server leave it as a file.

    Raises:
        HomeError: There is no report of that night.
        ConfigurationError: The mail settings cannot work.
        DeliveryError: The message cannot be built.
    """
    content = _content(home.report(day))
    with opened(home, now) as connection:
        return deliver(content, settings, DeliveryLedger(connection), now, home.report(day))


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


def latest_report_day(home: Home) -> date:
    """Return the day of the newest report.

    Raises:
        HomeError: There is none.
    """
    days = sorted(path.parent.name for path in home.reports.glob("*/report.json"))
    if not days:
        raise HomeError(f"there is no report in {home.reports}; run `oirisk nightly` first")
    return date.fromisoformat(days[-1])


def _content(folder: Path) -> MessageContent:
    report = read_report(folder)
    images = {content_id(path.stem): path.read_bytes() for path in folder.glob("charts/*.png")}
    previous = report.previous_as_of
    return MessageContent(
        subject=subject(report),
        html=(folder / "email.html").read_text(encoding="utf-8"),
        text=(folder / "email.txt").read_text(encoding="utf-8"),
        images=images,
        run_id=report.run_id,
        report_date=report.as_of.date(),
        previous_report_date=previous.date() if previous else None,
    )
