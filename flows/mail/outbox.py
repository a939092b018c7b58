"""The outbox: what is to be sent to whom, and what became of it, in a file of its own.

A message is queued with its content, once per recipient, report and kind, before the mail server
hears of it. Nothing here needs the warehouse: while an import or a backfill holds that, mail is
sent all the same.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    select,
)  # fmt: skip
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from oirisk.schemas.errors import DeliveryError, DiskFullError, HomeError
from oirisk.warehouse.deliveries import DeliveryKey, DeliveryRecord
from oirisk.warehouse.files import SECRET_MODE, alone, is_disk_full

_MESSAGES = Table(
    "messages",
    MetaData(),
    Column("recipient", String, primary_key=True),
    Column("report_date", Date, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("message_id", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", DateTime),
    Column("error", String),
)
_RECORD = tuple(
    _MESSAGES.c[name] for name in ("message_id", "state", "attempts", "sent_at", "error")
)
_LOOK_AGAIN_SECONDS = 0.2


@dataclass(frozen=True)
class QueuedMessage:
    """A message to one recipient, as it goes over the wire."""

    key: DeliveryKey
    sender: str
    message_id: str
    content: bytes


class Outbox:
    """The messages of one home; every change is committed when the call returns.

    Args:
        engine: The SQLite database that holds them.
    """

    def __init__(self, engine: Engine) -> None:
        """Create the table where there is none."""
        self._engine = engine
        _MESSAGES.metadata.create_all(engine)

    def find(self, key: DeliveryKey) -> DeliveryRecord | None:
        """Return what is known about a message, or None."""
        with self._engine.connect() as connection:
            return _find(connection, key)

    def queue(self, message: QueuedMessage) -> None:
        """Keep a message to send; of one that was not sent yet, the content becomes this one.

        The first Message-ID stays: by it mail programs know a message that comes twice.
        """
        written = {"sender": message.sender, "content": message.content}
        statement = insert(_MESSAGES).values(
            **asdict(message.key), **written, message_id=message.message_id,
            state="queued", attempts=0,
        )  # fmt: skip
        changed = statement.on_conflict_do_update(
            index_elements=list(_MESSAGES.primary_key), set_=written,
            where=_MESSAGES.c.state != "sent",
        )  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(changed)

    def begin(self, key: DeliveryKey) -> DeliveryRecord:
        """Write down that a message is about to be handed to the mail server.

        Raises:
            DeliveryError: It is not queued, or was sent already.
        """
        with self._engine.begin() as connection:
            record = _find(connection, key)
            if record is None or record.state == "sent":
                said = "nothing" if record is None else record.state
                raise DeliveryError(
                    f"{key.kind} of {key.report_date} to {key.recipient} cannot be begun: the "
                    f"outbox says {said}; a message is queued first and sent only once"
                )
            _change(connection, key, state="sending", attempts=record.attempts + 1, error=None)
            begun = _find(connection, key)
        return begun or record

    def mark_sent(self, key: DeliveryKey, sent_at: datetime) -> None:
        """Write down that the mail server took the message; its content is kept no longer.

        Raises:
            DeliveryError: No attempt was begun.
        """
        sent_at = sent_at.astimezone(UTC).replace(tzinfo=None)
        self._end(key, state="sent", sent_at=sent_at, content=b"")

    def mark_failed(self, key: DeliveryKey, error: str) -> None:
        """Write down that the attempt failed, with the reason.

        Raises:
            DeliveryError: No attempt was begun.
        """
        self._end(key, state="failed", error=error)

    def records(self) -> list[tuple[DeliveryKey, DeliveryRecord]]:
        """Return what is known about all messages that were ever handed to a mail server."""
        asked = select(*_MESSAGES.primary_key, *_RECORD).where(_MESSAGES.c.attempts > 0)
        with self._engine.connect() as connection:
            rows = connection.execute(asked).all()
        return [(DeliveryKey(*row[:3]), _record(row[3:])) for row in rows]

    def remember(self, deliveries: Iterable[tuple[DeliveryKey, DeliveryRecord]]) -> None:
        """Take over what another ledger knows, where nothing is known here."""
        with self._engine.begin() as connection:
            for key, record in deliveries:
                sent_at = record.sent_at and record.sent_at.astimezone(UTC).replace(tzinfo=None)
                row = {**asdict(key), **asdict(record), "sent_at": sent_at}
                known = insert(_MESSAGES).values(**row, sender="", content=b"")
                connection.execute(known.on_conflict_do_nothing())

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
def open_outbox(path: Path, wait_seconds: float = 0.0) -> Iterator[Outbox]:
    """Open an outbox alone: of two processes that send, the second waits.

    Args:
        path: Its file; created when missing.
        wait_seconds: How long to wait for another process that sends.

    Raises:
        HomeError: Another process is sending, or the file cannot be used.
    """
    until = time.monotonic() + wait_seconds
    while True:
        with alone(path.with_name(f".{path.name}.lock")) as is_free:
            if is_free:
                yield from _opened(path)
                return
            if time.monotonic() >= until:
                raise HomeError(
                    f"another process is sending from {path}; wait for it to end, then send again"
                )
        time.sleep(_LOOK_AGAIN_SECONDS)


def _opened(path: Path) -> Iterator[Outbox]:
    engine = create_engine(URL.create("sqlite", database=str(path)))
    try:
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
    return DeliveryRecord(
        message_id, state, attempts, sent_at and sent_at.replace(tzinfo=UTC), error
    )


def _change(connection: Connection, key: DeliveryKey, **values: object) -> None:
    connection.execute(_MESSAGES.update().where(*_is(key)).values(**values))


def _is(key: DeliveryKey) -> list[ColumnElement[bool]]:
    return [_MESSAGES.c[name] == value for name, value in asdict(key).items()]
