"""The made-up market: its instruments, and its open interest at any instant."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb

END = datetime(2026, 11, 21, tzinfo=UTC)
"""The instant that histories reach up to, itself not in them."""

_FOLDER = Path(__file__).parent / "sql"


@cache
def sql(name: str) -> str:
    """Return the text of a query of this bench."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Market:
    """How large the market is.

    Args:
        venues: Number of venues.
        instruments: Instruments of each.
        step_minutes: Minutes between two snapshots.
    """

    venues: int = 20
    instruments: int = 500
    step_minutes: int = 5

    @property
    def rows_a_day(self) -> int:
        """Rows of one day."""
        return self.venues * self.instruments * (1440 // self.step_minutes)

    def list_into(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the temporary table ``listed``, which ``facts.sql`` reads."""
        connection.execute(
            f"create or replace temp table listed as {sql('instruments')}",
            {"venues": self.venues, "instruments": self.instruments},
        )

    def facts(
        self,
        connection: duckdb.DuckDBPyConnection,
        since: datetime,
        until: datetime,
        *,
        then: str,
        source: str = "backfill",
    ) -> None:
        """Draw the snapshots from ``since`` to before ``until`` and do something with them.

        Args:
            connection: Where ``list_into`` was called.
            since: First snapshot.
            until: After the last one.
            then: SQL with ``{facts}`` where the query goes.
            source: What ``source`` says of them.
        """
        connection.execute(
            then.format(facts=f"({sql('facts')})"),
            {
                "since": since, "until": until, "step_minutes": self.step_minutes,
                "source": source,
            },
        )  # fmt: skip


def days(count: float) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)
