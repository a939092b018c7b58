"""Tell a person of trouble once, and again when it is over: by mail, webhook, dead-man service.

What was told stands in ``notices.json`` in the home. A channel that fails is tried again with the
next look; nothing here ends a run.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from pydantic import SecretStr

from oirisk.flows.mail.deliver import deliver
from oirisk.flows.mail.message import MessageContent
from oirisk.flows.mail.outbox import open_outbox
from oirisk.flows.settings.model import Settings
from oirisk.flows.status import HomeStatus, Trouble, status_of, write_status
from oirisk.schemas.errors import OiRiskError
from oirisk.warehouse.files import write_whole
from oirisk.warehouse.home import Home

log = logging.getLogger(__name__)

NOTICES_NAME = "notices.json"
_PINGED = ("night-", "mail-given-up-")
"""Trouble that the dead-man service hears of: no totals, or nobody reads them."""

_TIMEOUT = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True)
class Notice:
    """One thing to tell: that a trouble began, or that it is over."""

    trouble: Trouble
    is_over: bool
    since: str

    @property
    def subject(self) -> str:
        """One line."""
        return f"oirisk: {'well again' if self.is_over else 'trouble'}: {self.trouble.id}"

    @property
    def text(self) -> str:
        """What was seen and what to do."""
        if self.is_over:
            return f"This is over: {self.trouble.what} (since {self.since})."
        return f"{self.trouble.what}.\n\nWhat to do: {self.trouble.repair}."


def look_after(home: Home, settings: Settings, now: datetime) -> HomeStatus:
    """See how a home stands, write it down for monitoring, and tell what is new.

    Args:
        home: The home folder.
        settings: Whom to tell, and when a night is late.
        now: The time of day.
    """
    status = status_of(home, settings, now)
    write_status(home, status)
    told = _read(home)
    open_now = {one.id: one for one in status.troubles}
    for one in status.troubles:
        notice = Notice(one, is_over=False, since=now.isoformat())
        if one.id not in told and _tell(home, settings, notice, now):
            told[one.id] = {"what": one.what, "repair": one.repair, "since": now.isoformat()}
    for name in [name for name in told if name not in open_now]:
        past = told[name]
        trouble = Trouble(name, past["what"], past["repair"])
        if _tell(home, settings, Notice(trouble, is_over=True, since=past["since"]), now):
            del told[name]
    write_whole(home.root / NOTICES_NAME, json.dumps(told, indent=1))
    return status


@contextmanager
def watched(home: Home, settings: Settings, clock: Callable[[], datetime]) -> Iterator[None]:
    """Run a night, and tell how it ended whatever comes of it.

    Args:
        home: The home folder.
        settings: Whom to tell.
        clock: The time of day.
    """
    try:
        yield
    except Exception as error:
        after_night(home, settings, clock, error)
        raise
    after_night(home, settings, clock)


def after_night(
    home: Home, settings: Settings, clock: Callable[[], datetime], error: Exception | None = None
) -> None:
    """Tell how a night ended: to the dead-man service, and to whoever is told of trouble."""
    status = _look_after_quietly(home, settings, clock())
    troubles = status.troubles if status else ()
    bad = [one.what for one in troubles if one.id.startswith(_PINGED)]
    bad += [str(error)] if error else []
    ping(settings, is_well=not bad, what="; ".join(bad))


def _look_after_quietly(home: Home, settings: Settings, now: datetime) -> HomeStatus | None:
    """Look after a home; that this fails is no reason for a night to fail."""
    try:
        return look_after(home, settings, now)
    except (OiRiskError, OSError) as error:
        log.warning("home not looked after reason=%s", error)
        return None


def ping(settings: Settings, *, is_well: bool, what: str = "") -> None:
    """Tell the dead-man service how a night ended; one that hears nothing raises its alarm.

    Args:
        settings: Its address; nothing is sent without one.
        is_well: Whether the night gave totals; else ``/fail`` follows the address.
        what: What is wrong.
    """
    address = settings.notify.ping_url.get_secret_value()
    if address:
        url = address if is_well else f"{address.rstrip('/')}/fail"
        _post("notify.ping_url", url, {"text": what} if what else {})


def _tell(home: Home, settings: Settings, notice: Notice, now: datetime) -> bool:
    """Tell on every channel there is; return whether one took it, or there is none."""
    log.log(
        logging.INFO if notice.is_over else logging.ERROR,
        "trouble id=%s is_over=%s what=%s", notice.trouble.id, notice.is_over, notice.trouble.what,
    )  # fmt: skip
    taken = []
    if settings.mail.host and _recipients(settings):
        taken.append(_mail(home, settings, notice, now))
    webhook: SecretStr = settings.notify.webhook_url
    if webhook.get_secret_value():
        body = {
            "text": f"{notice.subject}\n{notice.text}", "id": notice.trouble.id,
            "is_over": notice.is_over, "what": notice.trouble.what,
            "repair": notice.trouble.repair, "home": str(home.root.resolve()),
        }  # fmt: skip
        taken.append(_post("notify.webhook_url", webhook.get_secret_value(), body))
    return any(taken) or not taken


def _recipients(settings: Settings) -> Sequence[str]:
    return settings.notify.recipients or settings.mail.recipients


def _mail(home: Home, settings: Settings, notice: Notice, now: datetime) -> bool:
    content = MessageContent(
        subject=notice.subject,
        html=f"<!doctype html><title>oirisk</title><pre>{_escaped(notice.text)}</pre>",
        text=notice.text,
        images={},
        run_id=f"notice-{notice.trouble.id}",
        report_date=now.date(),
        previous_report_date=None,
        kind=f"notice {notice.trouble.id} {now:%H:%M} {'over' if notice.is_over else 'began'}",
    )
    mail = settings.mail.model_copy(update={"recipients": tuple(_recipients(settings))})
    try:
        with open_outbox(home.outbox) as outbox:
            deliveries = deliver(content, mail, outbox, now, home.root)
    except OiRiskError as error:
        log.warning("notice not mailed reason=%s", error)
        return False
    # What the server does not take for now is in the outbox and is sent later by itself.
    return any(one.state in {"sent", "failed", "queued"} for one in deliveries)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _post(option: str, url: str, body: Mapping[str, object]) -> bool:
    """Send JSON to an address of the user's; return whether it was taken. It is never printed."""
    try:
        status = asyncio.run(_answered(url, body))
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
        log.warning("not told option=%s reason=%s", option, type(error).__name__)
        return False
    if status >= 400:  # noqa: PLR2004 -- HTTP
        log.warning("not told option=%s status=%d", option, status)
    return status < 400  # noqa: PLR2004 -- HTTP


async def _answered(url: str, body: Mapping[str, object]) -> int:
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT) as session,
        session.post(url, json=body, allow_redirects=False) as answer,
    ):
        return answer.status


def _read(home: Home) -> dict[str, dict[str, str]]:
    """Return what was told and is not over; nothing where the file cannot be read."""
    try:
        found = json.loads((home.root / NOTICES_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
