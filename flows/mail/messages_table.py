"""The table of an outbox, and how a file of an earlier version gets the columns it lacks."""

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    inspect,
)  # fmt: skip
from sqlalchemy.schema import CreateColumn

MESSAGES = Table(
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
    # Of later versions than the table: a file without them gets them.
    Column("queued_at", DateTime),
    Column("next_attempt_at", DateTime),
    Column("unanswered", Integer, nullable=False, server_default="0"),
)


def fit(engine: Engine) -> None:
    """Create the table where there is none, or add what one of an earlier version lacks."""
    with engine.connect() as connection:
        if not _lacking(connection):
            return
    with engine.begin() as connection:
        # Of two processes that open it at once, the second waits here and finds it done.
        connection.exec_driver_sql("begin immediate")
        MESSAGES.metadata.create_all(connection)
        for column in _lacking(connection):
            declared = CreateColumn(column).compile(dialect=engine.dialect)
            connection.exec_driver_sql(f"alter table {MESSAGES.name} add column {declared}")


def _lacking(connection: Connection) -> list["Column[object]"]:
    """Return the columns that are not there; without a table, all."""
    found = inspect(connection)
    there = found.has_table(MESSAGES.name)
    present = {one["name"] for one in found.get_columns(MESSAGES.name)} if there else set()
    return [column for column in MESSAGES.columns if column.name not in present]
