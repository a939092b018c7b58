"""The outbox: what is to be sent to whom, and what became of it, in a file of its own.

A message is queued with its content, once per recipient, report and kind, before the mail server
hears of it, and waits there until it is taken or given up::

    queued ──> sending ──> sent
                  │ ^
                  v │
                failed ──> given_up

Nothing here needs the warehouse: while an import or a backfill holds that, mail is sent all the
same. Queueing needs nobody's leave either; sending is for one process at a time.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    and_,
    case,
    create_engine,
    func,
    select,
)  # fmt: skip
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from oirisk.flows.mail.message import KIND
from oirisk.flows.mail.messages_table import MESSAGES, fit
from oirisk.flows.mail.patience import LONGEST_WAIT, MOST_COPIES
from oirisk.schemas.errors import DeliveryError, DiskFullError, HomeError
from oirisk.warehouse.deliveries import DeliveryKey, DeliveryRecord
from oirisk.warehouse.files import SECRET_MODE, alone, is_disk_full

_RECORD = tuple(
    MESSAGES.c[name] for name in ("message_id", "state", "attempts", "sent_at", "error")
)
_WAITING = tuple(
    MESSAGES.c[name]
    for name in (
        "message_id", "state", "attempts", "error", "queued_at", "next_attempt_at", "unanswered",
    )
)  # fmt: skip
_SETTLED = ("sent", "given_up")
_LOOK_AGAIN_SECONDS = 0.2
_BUSY_SECONDS = 30.0


@dataclass(frozen=True)
class QueuedMessage:
    """A message to one recipient, as it goes over the wire."""

    key: DeliveryKey
    sender: str
    message_id: str
    content: bytes


@dataclass(frozen=True)
class Waiting:
    """A message that the server has not taken and that is not given up.

    Args:
        key: What it is.
        message_id: Its Message-ID.
        state: ``queued``, ``failed``, or ``sending``: under way, or its process died.
        attempts: How often it was begun.
        error: Why the last attempt failed.
        queued_at: Since when it waits; of a message of an earlier version, its report's date.
        next_attempt_at: When it is due again; None: now.
        unanswered: How often it was handed over whole, and no answer came.
    """

    key: DeliveryKey
    message_id: str
    state: str
    attempts: int
    error: str | None
    queued_at: datetime
    next_attempt_at: datetime | None
    unanswered: int

    def is_due(self, now: datetime) -> bool:
        """Return whether it is due; what a clock set back left too far ahead, is."""
        at = self.next_attempt_at
        return at is None or at <= now or at > now + LONGEST_WAIT


class Outbox:
    """The messages of one home; every change is committed when the call returns.

    Args:
        engine: The SQLite database that holds them.
    """

    def __init__(self, engine: Engine) -> None:
        """Create the table where there is none."""
        self._engine = engine
        fit(engine)

    @contextmanager
    def sending(self, wait_seconds: float = 0.0) -> Iterator[bool]:
        """Keep other processes from sending while the block runs.

        Args:
            wait_seconds: How long to wait for another process that sends.

        Yields:
            Whether no other process is sending.
        """
        path = Path(str(self._engine.url.database))
        until = time.monotonic() + wait_seconds
        while True:
            with alone(path.with_name(f".{path.name}.lock")) as is_free:
                if is_free or time.monotonic() >= until:
                    yield is_free
                    return
            time.sleep(_LOOK_AGAIN_SECONDS)

    def find(self, key: DeliveryKey) -> DeliveryRecord | None:
        """Return what is known about a message, or None."""
        with self._engine.connect() as connection:
            return _find(connection, key)

    def waiting(self) -> list[Waiting]:
        """Return what was not taken and is not given up, the oldest report first."""
        asked = select(*MESSAGES.primary_key, *_WAITING).where(
            MESSAGES.c.state.not_in(_SETTLED), func.length(MESSAGES.c.content) > 0
        )
        with self._engine.connect() as connection:
            rows = connection.execute(asked.order_by("report_date", "kind", "recipient")).all()
        return [_waiting(row) for row in rows]

    def queue(self, message: QueuedMessage, now: datetime) -> None:
        """Keep a message to send; of one that was not sent yet, the content becomes this one.

        The first Message-ID stays: by it mail programs know a message that comes twice. What was
        given up is begun anew, but for what may have arrived as often as it may.
        """
        written = {"sender": message.sender, "content": message.content}
        columns = MESSAGES.c
        is_anew = columns.state == "given_up"
        statement = insert(MESSAGES).values(
            **asdict(message.key), **written, message_id=message.message_id,
            state="queued", attempts=0, queued_at=_stored(now),
        )  # fmt: skip
        changed = statement.on_conflict_do_update(
            index_elements=list(MESSAGES.primary_key),
            set_=written | {
                "state": case((is_anew, "queued"), else_=columns.state),
                "queued_at": case((is_anew, _stored(now)), else_=columns.queued_at),
            },
            where=and_(columns.state != "sent", columns.unanswered < MOST_COPIES),
        )  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(changed)

    def begin(self, key: DeliveryKey) -> QueuedMessage:
        """Write down that a message is about to be handed to the mail server, and return it.

        Raises:
            DeliveryError: It is not queued, or was sent or given up already.
        """
        with self._engine.begin() as connection:
            record = _find(connection, key)
            if record is None or record.state in _SETTLED:
                said = "nothing" if record is None else record.state
                raise DeliveryError(
                    f"{key.kind} of {key.report_date} to {key.recipient} cannot be begun: the "
                    f"outbox says {said}; a message is queued first and sent only once"
                )
            _change(connection, key, state="sending", attempts=record.attempts + 1, error=None)
            columns = (MESSAGES.c.sender, MESSAGES.c.message_id, MESSAGES.c.content)
            sender, message_id, content = connection.execute(
                select(*columns).where(*_is(key))
            ).one()
        return QueuedMessage(key, sender, message_id, content)

    def mark_handed_over(self, key: DeliveryKey) -> None:
        """Write down that the server has all of a message but its end, before that is sent."""
        with self._engine.begin() as connection:
            _change(connection, key, unanswered=MESSAGES.c.unanswered + 1)

    def mark_sent(self, key: DeliveryKey, sent_at: datetime) -> None:
        """Write down that the mail server took the message; its content is kept no longer.

        Raises:
            DeliveryError: No attempt was begun.
        """
        self._end(key, state="sent", sent_at=_stored(sent_at), content=b"", next_attempt_at=None)

    def mark_failed(
        self, key: DeliveryKey, error: str, next_attempt_at: datetime, unanswered: int
    ) -> None:
        """Write down that the attempt failed, why, and when the next is due.

        Args:
            key: What was tried.
            error: Why it failed.
            next_attempt_at: When it is due again.
            unanswered: How often it was handed over whole without an answer, by now.

        Raises:
            DeliveryError: No attempt was begun.
        """
        due = _stored(next_attempt_at)
        self._end(key, state="failed", error=error, next_attempt_at=due, unanswered=unanswered)

    def give_up(self, key: DeliveryKey, error: str, unanswered: int) -> None:
        """Write down that a message is not tried again, and why; its content is not kept."""
        with self._engine.begin() as connection:
            _change(
                connection, key, state="given_up", error=error, content=b"",
                next_attempt_at=None, unanswered=unanswered,
            )  # fmt: skip

    def records(self) -> list[tuple[DeliveryKey, DeliveryRecord]]:
        """Return what is known about all messages that were ever handed to a mail server."""
        asked = select(*MESSAGES.primary_key, *_RECORD).where(MESSAGES.c.attempts > 0)
        with self._engine.connect() as connection:
            rows = connection.execute(asked).all()
        return [(DeliveryKey(*row[:3]), _record(row[3:])) for row in rows]

    def remember(self, deliveries: Iterable[tuple[DeliveryKey, DeliveryRecord]]) -> None:
        """Take over what another ledger knows, where nothing is known here."""
        with self._engine.begin() as connection:
            for key, record in deliveries:
                sent_at = record.sent_at and _stored(record.sent_at)
                row = {**asdict(key), **asdict(record), "sent_at": sent_at}
                known = insert(MESSAGES).values(**row, sender="", content=b"")
                connection.execute(known.on_conflict_do_nothing())

    def given_up(self) -> list[tuple[DeliveryKey, str]]:
        """Return the newest briefing of each recipient that was given up, and why.

        Of a recipient who was sent a later one, none is.
        """
        columns = MESSAGES.c
        asked = (
            select(*MESSAGES.primary_key, columns.state, columns.error)
            .where(columns.kind.startswith(KIND), columns.state.in_(_SETTLED))
            .order_by("report_date", "kind")
        )
        with self._engine.connect() as connection:
            newest = {row.recipient: row for row in connection.execute(asked)}
        return [
            (DeliveryKey(*row[:3]), row.error or "")
            for _, row in sorted(newest.items())
            if row.state == "given_up"
        ]

    def _end(self, key: DeliveryKey, **outcome: object) -> None:
        with self._engine.begin() as connection:
            record = _find(connection, key)
            if record is None or record.state != "sending":
                raise DeliveryError(
                    f"{key.kind} of {key.report_date} to {key.recipient} cannot become "
                    f"{outcome['state']}: no attempt was begun"
                )
            _change(connection, key, **outcome)


@contextmanager
def open_outbox(path: Path) -> Iterator[Outbox]:
    """Open an outbox; its file is created when missing, and one of an earlier version fitted.

    Raises:
        HomeError: The file cannot be used.
    """
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    try:
        if not path.exists():
            path.touch(SECRET_MODE)
            path.chmod(SECRET_MODE)
        yield Outbox(engine)
    except SQLAlchemyError as error:
        if is_disk_full(error):
            raise DiskFullError(str(path)) from error
        raise HomeError(
            f"cannot use the outbox {path}: {error}; move it away if it is damaged: what "
            "ops.deliveries says was sent is not sent again"
        ) from error
    finally:
        engine.dispose()


def _find(connection: Connection, key: DeliveryKey) -> DeliveryRecord | None:
    row = connection.execute(select(*_RECORD).where(*_is(key))).first()
    return None if row is None else _record(row)


def _record(row: Sequence[Any]) -> DeliveryRecord:
    message_id, state, attempts, sent_at, error = row
    return DeliveryRecord(message_id, state, attempts, _aware(sent_at), error)


def _waiting(row: Sequence[Any]) -> Waiting:
    key = DeliveryKey(*row[:3])
    message_id, state, attempts, error, queued_at, next_attempt_at, unanswered = row[3:]
    since = queued_at or datetime.combine(key.report_date, datetime.min.time())
    return Waiting(
        key, message_id, state, attempts, error, since.replace(tzinfo=UTC),
        _aware(next_attempt_at), unanswered,
    )  # fmt: skip


def _stored(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


def _aware(stored: datetime | None) -> datetime | None:
    return stored and stored.replace(tzinfo=UTC)


def _change(connection: Connection, key: DeliveryKey, **values: object) -> None:
    connection.execute(MESSAGES.update().where(*_is(key)).values(**values))


def _is(key: DeliveryKey) -> list[ColumnElement[bool]]:
    return [MESSAGES.c[name] == value for name, value in asdict(key).items()]


@dataclass(frozen=True)
class Backlog:
    """Mail that no server has taken.

    Args:
        count: How many messages wait, each to one recipient.
        oldest: Since when the oldest waits, UTC; None: there is none.
        reasons: Why they were not taken, each once, the most frequent first.
        given_up: The newest briefing of each recipient that was given up, and why.
    """

    count: int
    oldest: datetime | None
    reasons: tuple[str, ...]
    given_up: tuple[tuple[DeliveryKey, str], ...] = ()


def backlog(path: Path) -> Backlog:
    """Return what waits in the outbox of that path, where there is one, and what was given up.

    Raises:
        HomeError: The outbox cannot be used.
    """
    waiting: list[Waiting] = []
    given_up: list[tuple[DeliveryKey, str]] = []
    if path.is_file():
        with open_outbox(path) as outbox:
            waiting, given_up = outbox.waiting(), outbox.given_up()
    reasons = Counter(one.error for one in waiting if one.error)
    return Backlog(
        count=len(waiting),
        oldest=min((one.queued_at for one in waiting), default=None),
        reasons=tuple(reason for reason, _ in reasons.most_common()),
        given_up=tuple(given_up),
    )
