"""Mail the briefing: once per recipient, night and kind, whatever happens in between.

A message is in the outbox before the mail server hears of it, and its outcome right after. A run
that dies in between leaves ``sending`` behind: the message may or may not have arrived, so the
next run sends it again under the same Message-ID, by which mail programs know a duplicate.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from oirisk.flows.mail.message import MessageContent, build_message, parse_address
from oirisk.flows.mail.outbox import Outbox, QueuedMessage
from oirisk.flows.mail.smtp import MailServer
from oirisk.flows.settings.sections import MailSettings
from oirisk.schemas.errors import DeliveryError
from oirisk.warehouse.deliveries import DeliveryKey, DeliveryRecord
from oirisk.warehouse.files import write_whole

logger = logging.getLogger(__name__)

EML_NAME = "briefing.eml"
BACKOFF_SECONDS = (2.0, 4.0)


@dataclass(frozen=True)
class Delivery:
    """What became of one message.

    Args:
        recipient: Bare address; empty for a file addressed to nobody in particular.
        state: ``sent`` now, ``already_sent`` by an earlier call, ``failed``, or ``file``.
        message_id: Its Message-ID.
        attempts: Attempts on record, those of earlier calls included.
        detail: Why it failed or was left as a file, or when it had been sent.
        path: The ``.eml`` file, when it was left as one.
    """

    recipient: str
    state: Literal["sent", "already_sent", "failed", "file"]
    message_id: str
    attempts: int
    detail: str = ""
    path: Path | None = None


def deliver(
    content: MessageContent,
    settings: MailSettings,
    outbox: Outbox,
    now: datetime,
    eml_folder: Path,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Delivery, ...]:
    """Send the message to every recipient who has not had it, over one connection.

    Without a server or recipients it is left as a file instead. What a server may still accept
    later (a 4xx answer, a lost connection) is tried up to three times, the waiting shared by
    all recipients; one recipient's refusal does not touch the others.

    Args:
        content: The message.
        settings: Server, sender and recipients.
        outbox: Holds what is to be sent, and remembers what was.
        now: Instant of the delivery, with its time zone; for ``Date`` and the outbox.
        eml_folder: Where the file goes.
        pause: Waits, in seconds.

    Returns:
        One outcome per recipient, in the order configured, each address once; or the one file.
        A refusal is an outcome, not an exception: the caller looks for ``failed``.

    Raises:
        ConfigurationError: An address or the server's settings cannot work; nothing was sent.
        DeliveryError: The message cannot be built or the file not written; nothing was sent.
    """
    if not settings.host or not settings.recipients:
        return (_leave_as_file(content, settings, now, eml_folder),)
    server = MailServer(settings)
    recipients = {_key(content, recipient): recipient for recipient in settings.recipients}
    outcomes: dict[DeliveryKey, Delivery] = {}
    queued: list[QueuedMessage] = []
    for key, recipient in recipients.items():
        record = outbox.find(key)
        if record is not None and record.state == "sent":
            outcomes[key] = _already_sent(key, record)
            continue
        identifier = record.message_id if record is not None else ""
        references = _previous_message_id(content, key, outbox)
        message = build_message(
            content,
            settings.sender,
            recipient,
            sent_at=now,
            identifier=identifier,
            references=references,
        )
        queued.append(_queued(key, message))
    for one in queued:
        outbox.queue(one)
    outcomes |= _send(queued, server, outbox, now, pause)
    return tuple(outcomes[key] for key in recipients)


def _key(content: MessageContent, recipient: str) -> DeliveryKey:
    address = parse_address(recipient, "mail.recipients")
    return DeliveryKey(address.addr_spec, content.report_date, content.kind)


def _queued(key: DeliveryKey, message: EmailMessage) -> QueuedMessage:
    sender = message["From"].addresses[0].addr_spec
    return QueuedMessage(key, sender, str(message["Message-ID"]), message.as_bytes())


def _previous_message_id(content: MessageContent, key: DeliveryKey, outbox: Outbox) -> str:
    """Return the Message-ID under which this recipient got the previous report, or nothing."""
    if content.previous_report_date is None:
        return ""
    record = outbox.find(DeliveryKey(key.recipient, content.previous_report_date, key.kind))
    return record.message_id if record is not None and record.state == "sent" else ""


def _already_sent(key: DeliveryKey, record: DeliveryRecord) -> Delivery:
    when = f"sent {record.sent_at:%Y-%m-%d %H:%M} UTC" if record.sent_at else "sent earlier"
    logger.info("mail not repeated recipient=%s report_date=%s", key.recipient, key.report_date)
    return Delivery(key.recipient, "already_sent", record.message_id, record.attempts, when)


def _send(
    messages: Sequence[QueuedMessage],
    server: MailServer,
    outbox: Outbox,
    now: datetime,
    pause: Callable[[float], None],
) -> dict[DeliveryKey, Delivery]:
    """Send all messages, then those that may still be taken once more after each wait."""
    outcomes: dict[DeliveryKey, Delivery] = {}
    with server:
        for wait in (0.0, *BACKOFF_SECONDS):
            if not messages:
                break
            if wait:
                pause(wait)
            tried = _hand_over(messages, server, outbox, now)
            outcomes |= {message.key: delivery for message, delivery, _ in tried}
            messages = [message for message, _, is_temporary in tried if is_temporary]
    return outcomes


def _hand_over(
    messages: Sequence[QueuedMessage], server: MailServer, outbox: Outbox, now: datetime
) -> list[tuple[QueuedMessage, Delivery, bool]]:
    """Try each message once; return it with its outcome and whether to try again soon."""
    tried = []
    unusable = None
    for message in messages:
        recipient = message.key.recipient
        record = outbox.begin(message.key)
        unusable = unusable or server.open()
        refusal = unusable or server.send(message.sender, recipient, message.content)
        if refusal is None:
            outbox.mark_sent(message.key, now)
            logger.info("mail sent recipient=%s message_id=%s", recipient, message.message_id)
            delivery = Delivery(recipient, "sent", message.message_id, record.attempts)
            tried.append((message, delivery, False))
            continue
        outbox.mark_failed(message.key, refusal.words)
        logger.warning("mail refused recipient=%s reason=%s", recipient, refusal.words)
        delivery = Delivery(recipient, "failed", message.message_id, record.attempts, refusal.words)
        tried.append((message, delivery, refusal.is_temporary))
    return tried


def _leave_as_file(
    content: MessageContent, settings: MailSettings, now: datetime, folder: Path
) -> Delivery:
    """Write the message as a file that mail programs open; nothing goes on record."""
    recipient = settings.recipients[0] if len(settings.recipients) == 1 else ""
    message = build_message(content, settings.sender, recipient, sent_at=now)
    path = folder / EML_NAME
    try:
        write_whole(path, message.as_bytes())
    except OSError as error:
        raise DeliveryError(f"the message cannot be left at {path}: {error}") from error
    missing = "mail.recipients" if settings.host else "mail.host"
    logger.info("mail left as file path=%s missing=%s", path, missing)
    address = _key(content, recipient).recipient if recipient else ""
    why = f"not mailed: {missing} is not set"
    return Delivery(address, "file", str(message["Message-ID"]), 0, why, path)
