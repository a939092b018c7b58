"""Mail a message: once per recipient, night and kind, whatever happens in between.

A message is in the outbox before the mail server hears of it, and its outcome right after. What
the server does not take stays there and is tried later; what it refuses for good is given up.
A message that was handed over whole without an answer may have arrived: it is tried once more,
under the same Message-ID, by which mail programs know a duplicate.
"""

import logging
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from oirisk.flows.mail.attempt import Call, Delivery, give_up, too_late
from oirisk.flows.mail.message import KIND, MessageContent, build_message, parse_address
from oirisk.flows.mail.outbox import Outbox, QueuedMessage, Waiting
from oirisk.flows.mail.patience import GIVE_UP_AFTER, IN_A_NIGHT, LATER, Patience
from oirisk.flows.mail.smtp import MailServer
from oirisk.flows.settings.sections import MailSettings
from oirisk.schemas.errors import DeliveryError
from oirisk.warehouse.deliveries import DeliveryKey
from oirisk.warehouse.files import write_whole

logger = logging.getLogger(__name__)

EML_NAME = "briefing.eml"


def deliver(
    content: MessageContent,
    settings: MailSettings,
    outbox: Outbox,
    now: datetime,
    eml_folder: Path,
    patience: Patience = IN_A_NIGHT,
) -> tuple[Delivery, ...]:
    """Send the message to every recipient who has not had it, over one connection.

    Without a server or recipients it is left as a file instead. What may pass within seconds (a
    4xx answer, a connection lost early) is tried again within the call, the waiting shared by all
    recipients; one recipient's refusal does not touch the others. What is not taken stays in the
    outbox, for ``send_due``; and so does everything while another process is sending.

    Args:
        content: The message.
        settings: Server, sender and recipients.
        outbox: Holds what is to be sent, and remembers what was.
        now: Instant of the delivery, with its time zone; for ``Date`` and the outbox.
        eml_folder: Where the file goes.
        patience: How long the server is waited for.

    Returns:
        One outcome per recipient, in the order configured, each address once; or the one file.
        A refusal is an outcome, not an exception: the caller looks for ``is_missing``.

    Raises:
        ConfigurationError: An address or the server's settings cannot work; nothing was sent.
        DeliveryError: The message cannot be built or the file not written; nothing was sent.
    """
    if not settings.host or not settings.recipients:
        return (_leave_as_file(content, settings, now, eml_folder),)
    server = MailServer(settings, patience)
    recipients = {_key(content, recipient): recipient for recipient in settings.recipients}
    messages = [
        _message(content, settings.sender, key, recipient, outbox, now)
        for key, recipient in recipients.items()
    ]
    for message in messages:
        outbox.queue(message, now)
    call = Call(server, outbox, now, patience)
    with outbox.sending(patience.others) as is_free:
        why = "" if is_free else "another process is sending from this home"
        waiting = [one for one in outbox.waiting() if is_free and one.key in recipients]
        outcomes = call.send(waiting)
    return tuple(outcomes.get(key) or _standing(key, outbox, why) for key in recipients)


def send_due(
    settings: MailSettings, outbox: Outbox, now: datetime, patience: Patience = LATER
) -> tuple[Delivery, ...]:
    """Try what waits in the outbox and is due; give up what waited for two days.

    While another process is sending, or without a server, nothing is tried.

    Args:
        settings: The server; and who still is a recipient.
        outbox: Holds what is to be sent.
        now: Instant of the call, with its time zone.
        patience: How long the server is waited for.

    Returns:
        One outcome per message that was tried or given up, the oldest report first.

    Raises:
        ConfigurationError: The server's settings cannot work; nothing was sent.
    """
    with outbox.sending(patience.others) as is_free:
        waiting = outbox.waiting() if is_free else []
        outcomes = {}
        for one in waiting:
            hopeless = _hopeless(one, settings, now)
            if hopeless:
                outcomes[one.key] = give_up(outbox, one, hopeless)
        due = [one for one in waiting if one.key not in outcomes and one.is_due(now)]
        if due and settings.host:
            call = Call(MailServer(settings, patience), outbox, now, patience)
            outcomes |= call.send(due)
    return tuple(outcomes[one.key] for one in waiting if one.key in outcomes)


def _hopeless(waiting: Waiting, settings: MailSettings, now: datetime) -> str:
    """Return why a message is not worth another try, or nothing."""
    key = waiting.key
    addressed = {parse_address(one, "mail.recipients").addr_spec for one in settings.recipients}
    if key.kind.startswith(KIND) and key.recipient not in addressed:
        return "no longer among mail.recipients"
    if now - waiting.queued_at > GIVE_UP_AFTER:
        return too_late(waiting.error or "it was never tried")
    return ""


def _message(
    content: MessageContent,
    sender: str,
    key: DeliveryKey,
    recipient: str,
    outbox: Outbox,
    now: datetime,
) -> QueuedMessage:
    record = outbox.find(key)
    message = build_message(
        content,
        sender,
        recipient,
        sent_at=now,
        identifier=record.message_id if record is not None else "",
        references=_previous_message_id(content, key, outbox),
    )
    return _queued(key, message)


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


def _standing(key: DeliveryKey, outbox: Outbox, why: str) -> Delivery:
    """Say how a message stands that this call did not try."""
    record = outbox.find(key)
    if record is None:
        raise DeliveryError(f"the outbox lost {key.kind} of {key.report_date} to {key.recipient}")
    if record.state == "sent":
        state: Literal["already_sent", "given_up", "queued"] = "already_sent"
        detail = f"sent {record.sent_at:%Y-%m-%d %H:%M} UTC" if record.sent_at else "sent earlier"
        logger.info("mail not repeated recipient=%s report_date=%s", key.recipient, key.report_date)
    elif record.state == "given_up":
        state, detail = "given_up", record.error or "given up earlier"
    else:
        state, detail = "queued", f"not tried yet: {why or 'the mail server is slow'}"
    return Delivery(
        key.recipient, state, record.message_id, record.attempts, detail,
        report_date=key.report_date,
    )  # fmt: skip


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
    return Delivery(address, "file", str(message["Message-ID"]), 0, why, path, content.report_date)
