"""One call on the mail server for what waits in the outbox, each message's outcome on record."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from oirisk.flows.mail.outbox import Outbox, Waiting
from oirisk.flows.mail.patience import GIVE_UP_AFTER, MOST_COPIES, Patience, next_attempt
from oirisk.flows.mail.smtp import MailServer, Refusal
from oirisk.warehouse.deliveries import DeliveryKey

logger = logging.getLogger(__name__)

_MAYBE_TWICE = "an earlier copy may have arrived too, under the same Message-ID"


@dataclass(frozen=True)
class Delivery:
    """What became of one message.

    Args:
        recipient: Bare address; empty for a file addressed to nobody in particular.
        state: ``sent`` now, ``already_sent`` by an earlier call, ``failed`` or ``queued`` and
            tried later, ``given_up``, or ``file``.
        message_id: Its Message-ID.
        attempts: Attempts on record, those of earlier calls included.
        detail: Why it failed or was left as a file, or when it had been sent.
        path: The ``.eml`` file, when it was left as one.
        report_date: Night of its report.
        next_attempt_at: When it is due again, if it failed.
    """

    recipient: str
    state: Literal["sent", "already_sent", "failed", "queued", "given_up", "file"]
    message_id: str
    attempts: int
    detail: str = ""
    path: Path | None = None
    report_date: date | None = None
    next_attempt_at: datetime | None = None

    @property
    def is_missing(self) -> bool:
        """Whether the recipient does not have it."""
        return self.state in {"failed", "queued", "given_up"}

    @property
    def words(self) -> str:
        """The detail, and when it is due again."""
        if self.next_attempt_at is None:
            return self.detail
        return f"{self.detail}; the next try is due {self.next_attempt_at:%Y-%m-%d %H:%M} UTC"


@dataclass
class Call:
    """One call on the mail server, with what it needs at every message.

    Args:
        server: The server.
        outbox: Held by this process for sending.
        now: Instant of the call.
        patience: How long it may last.
        unusable: Why the server need not be asked for anything more, this round.
    """

    server: MailServer
    outbox: Outbox
    now: datetime
    patience: Patience
    unusable: Refusal | None = field(default=None, init=False)

    def send(self, messages: Sequence[Waiting]) -> dict[DeliveryKey, Delivery]:
        """Send all messages, then those that may be taken within seconds once more."""
        until = time.monotonic() + self.patience.call
        outcomes: dict[DeliveryKey, Delivery] = {}
        with self.server:
            for wait in (0.0, *self.patience.waits):
                if not messages:
                    break
                if wait:
                    self.patience.pause(wait)
                tried = list(self._round(messages, until))
                outcomes |= {one.key: delivery for one, delivery, _ in tried}
                again = {one.key for one, _, is_soon in tried if is_soon}
                messages = [one for one in self.outbox.waiting() if one.key in again]
        return outcomes

    def _round(
        self, messages: Sequence[Waiting], until: float
    ) -> Iterator[tuple[Waiting, Delivery, bool]]:
        """Try each message once, while there is time; tell whether to try again soon."""
        self.unusable = None
        for one in messages:
            if time.monotonic() < until:
                yield (one, *self._try(one))

    def _try(self, waiting: Waiting) -> tuple[Delivery, bool]:
        key = waiting.key
        if waiting.unanswered >= MOST_COPIES:
            killed = "each time its run was killed before the server answered"
            return give_up(self.outbox, waiting, _too_often(waiting.error or killed)), False
        message = self.outbox.begin(key)
        tried = replace(waiting, attempts=waiting.attempts + 1)
        handed_over = partial(self.outbox.mark_handed_over, key)
        refusal = self.unusable or self.server.send(
            message.sender, key.recipient, message.content, handed_over
        )
        if refusal is not None:
            return self._refused(tried, refusal)
        self.outbox.mark_sent(key, self.now)
        logger.info("mail sent recipient=%s message_id=%s", key.recipient, tried.message_id)
        return _outcome(tried, "sent", _MAYBE_TWICE if tried.unanswered else ""), False

    def _refused(self, tried: Waiting, refusal: Refusal) -> tuple[Delivery, bool]:
        """Put on record why the server did not take a message; tell whether to try again soon."""
        words = refusal.words
        if refusal.is_for_all:
            self.unusable = replace(refusal, is_in_doubt=False)
        if refusal.is_in_doubt:
            words = f"it may have arrived: after it was handed over, {words}"
            tried = replace(tried, unanswered=tried.unanswered + 1)
        logger.warning("mail refused recipient=%s reason=%s", tried.key.recipient, words)
        due = next_attempt(tried.queued_at, self.now)
        hopeless = ""
        if refusal.again == "never":
            hopeless = words
        elif tried.unanswered >= MOST_COPIES:
            hopeless = _too_often(words)
        if hopeless or due is None:
            return give_up(self.outbox, tried, hopeless or too_late(words)), False
        self.outbox.mark_failed(tried.key, words, due, tried.unanswered)
        failed = replace(_outcome(tried, "failed", words), next_attempt_at=due)
        return failed, refusal.again == "soon"


def give_up(outbox: Outbox, waiting: Waiting, why: str) -> Delivery:
    """Put on record that a message is not tried again."""
    outbox.give_up(waiting.key, why, waiting.unanswered)
    logger.error(
        "mail given up recipient=%s report_date=%s reason=%s",
        waiting.key.recipient, waiting.key.report_date, why,
    )  # fmt: skip
    return _outcome(waiting, "given_up", why)


def too_late(error: str) -> str:
    """Say that a message waited for too long."""
    return f"given up after {GIVE_UP_AFTER.total_seconds() / 3600:.0f} hours: {error}"


def _too_often(error: str) -> str:
    return f"given up, as it may have arrived twice: {error}"


def _outcome(
    waiting: Waiting, state: Literal["sent", "failed", "given_up"], detail: str
) -> Delivery:
    key = waiting.key
    return Delivery(
        key.recipient, state, waiting.message_id, waiting.attempts, detail,
        report_date=key.report_date,
    )  # fmt: skip
