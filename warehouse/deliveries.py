"""The send-once ledger of e-mails, ``ops.deliveries``."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from oirisk.schemas.errors import DeliveryError
from oirisk.warehouse.sql_files import statement


@dataclass(frozen=True)
class DeliveryKey:
    """What is sent once: one kind of message about one night to one recipient."""

    recipient: str
    report_date: date
    kind: str

    def parameters(self) -> dict[str, object]:
        """Return the key as named parameters of a statement."""
        return {
            "recipient": self.recipient,
            "report_date": self.report_date,
            "kind": self.kind,
        }


@dataclass(frozen=True)
class DeliveryRecord:
    """One row of the ledger.

    Args:
        message_id: Message-ID of the first attempt, and so of every later one.
        state: ``sending``, ``sent`` or ``failed``.
        attempts: How often it was handed to the mail server.
        sent_at: When the server took it, UTC; None before.
        error: The server's words, when it failed.
    """

    message_id: str
    state: str
    attempts: int
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True)
class DeliveryLedger:
    """``ops.deliveries`` over the writer's connection; every change is its own transaction.

    Args:
        connection: Connection to the warehouse, with no transaction open.
    """

    connection: duckdb.DuckDBPyConnection

    def find(self, key: DeliveryKey) -> DeliveryRecord | None:
        """Return what is known about a message, or None."""
        row = self.connection.execute(
            statement("ops/delivery_find.sql"), key.parameters()
        ).fetchone()
        if row is None:
            return None
        message_id, state, attempts, sent_at, error = row
        sent_at = sent_at.astimezone(UTC) if sent_at else None
        return DeliveryRecord(message_id, state, attempts, sent_at, error)

    def begin(self, key: DeliveryKey, message_id: str) -> DeliveryRecord:
        """Commit that a message is about to be sent, before the mail server hears of it.

        Args:
            key: The message.
            message_id: Message-ID, kept only when this is the first attempt.

        Raises:
            DeliveryError: It was sent already.
        """
        with self._transaction():
            self.connection.execute(
                statement("ops/delivery_begin.sql"), {**key.parameters(), "message_id": message_id}
            )
            record = self.find(key)
            if record is None or record.state != "sending":
                raise DeliveryError(
                    f"{key.kind} of {key.report_date} to {key.recipient} cannot be begun: the "
                    f"ledger says {record.state if record else 'nothing'}; it is sent only once"
                )
        return record

    def mark_sent(self, key: DeliveryKey, sent_at: datetime) -> None:
        """Commit that the mail server took the message.

        Raises:
            DeliveryError: No attempt was begun.
        """
        self._end(key, "sent", sent_at, None)

    def mark_failed(self, key: DeliveryKey, error: str) -> None:
        """Commit that the attempt failed, with the reason.

        Raises:
            DeliveryError: No attempt was begun.
        """
        self._end(key, "failed", None, error)

    def _end(
        self, key: DeliveryKey, state: str, sent_at: datetime | None, error: str | None
    ) -> None:
        outcome = {"state": state, "sent_at": sent_at, "error": error}
        with self._transaction():
            changed = self.connection.execute(
                statement("ops/delivery_end.sql"), {**key.parameters(), **outcome}
            ).fetchall()
            if not changed:
                raise DeliveryError(
                    f"{key.kind} of {key.report_date} to {key.recipient} cannot become {state}: "
                    "no attempt was begun"
                )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()
