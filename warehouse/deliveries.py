"""What was mailed to whom, ``ops.deliveries``: what the outbox of a home knows, for analysts."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

import duckdb
import polars as pl

from oirisk.schemas.tables.operations import DeliveriesTable
from oirisk.warehouse.sql_files import statement

_DTYPES = DeliveriesTable.dtypes()


@dataclass(frozen=True)
class DeliveryKey:
    """What is sent once: one kind of message about one night to one recipient."""

    recipient: str
    report_date: date
    kind: str


@dataclass(frozen=True)
class DeliveryRecord:
    """What is known about one message.

    Args:
        message_id: Message-ID of the first attempt, and so of every later one.
        state: ``queued``, ``sending``, ``sent``, ``failed`` (tried again) or ``given_up``.
        attempts: How often it was handed to the mail server.
        sent_at: When the server took it, UTC; None before.
        error: Why the last attempt failed, or why it was given up.
    """

    message_id: str
    state: str
    attempts: int
    sent_at: datetime | None
    error: str | None


def record_deliveries(
    connection: duckdb.DuckDBPyConnection,
    deliveries: Iterable[tuple[DeliveryKey, DeliveryRecord]],
) -> None:
    """Put deliveries on record; what was known of the same messages before is replaced.

    Args:
        connection: Connection of the writer, in its transaction.
        deliveries: What is known about each message.
    """
    rows = [{**asdict(key), **asdict(record)} for key, record in deliveries]
    connection.register("delivered", pl.DataFrame(rows, schema=_DTYPES).to_arrow())
    connection.execute(statement("ops/deliveries_record.sql"))
    connection.unregister("delivered")


def recorded_deliveries(
    connection: duckdb.DuckDBPyConnection,
) -> list[tuple[DeliveryKey, DeliveryRecord]]:
    """Return all deliveries on record."""
    found = connection.execute(statement("ops/deliveries.sql")).fetchall()
    return [
        (
            DeliveryKey(recipient, report_date, kind),
            DeliveryRecord(message_id, state, attempts, sent_at and sent_at.astimezone(UTC), error),
        )
        for recipient, report_date, kind, message_id, state, attempts, sent_at, error in found
    ]
