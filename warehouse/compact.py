"""Write the warehouse anew without the room that deleted rows leave."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import duckdb

from oirisk.schemas.errors import HomeError
from oirisk.warehouse.files import replacing
from oirisk.warehouse.home import Home
from oirisk.warehouse.maintain import Done, note
from oirisk.warehouse.paths import quoted
from oirisk.warehouse.writer import MEMORY_LIMIT, only_writer, publish


def compact(home: Home, now: datetime) -> Done:
    """Replace the warehouse by a copy of what it holds, and publish it.

    Args:
        home: The home folder, with a warehouse in it.
        now: When it is done.

    Raises:
        HomeError: Another process has the warehouse open, or the copy does not hold the same.
    """
    with only_writer(home):
        before = home.warehouse.stat().st_size
        try:
            with replacing(home.warehouse) as draft:
                done = _copy(home, draft, now, before)
        except duckdb.Error as error:
            raise HomeError(f"cannot compact {home.warehouse}: {error}") from error
        publish(home)
    return done


def _copy(home: Home, draft: Path, now: datetime, before: int) -> Done:
    draft.unlink()  # DuckDB makes the file itself; nobody else writes while the home is locked
    spill = TemporaryDirectory(prefix="compact-", dir=home.root)
    with spill as folder, duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"set temp_directory = {quoted(Path(folder))}")
        connection.execute(f"attach {quoted(home.warehouse)} as worn")
        connection.execute("checkpoint worn")
        connection.execute(f"attach {quoted(draft)} as compact")
        connection.execute("copy from database worn to compact")
        _require_same(_rows(connection, "worn"), _rows(connection, "compact"))
        connection.execute("checkpoint compact")
        done = Done(
            now, "compact", home.warehouse.name, bytes_before=before,
            bytes_after=draft.stat().st_size,
        )  # fmt: skip
        connection.execute("use compact")
        note(connection, [done])
        connection.execute("checkpoint compact")
        connection.execute("use memory")
        connection.execute("detach compact")
        connection.execute("detach worn")
    return done


def _rows(connection: duckdb.DuckDBPyConnection, database: str) -> Mapping[str, int]:
    tables = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables()"
        " where database_name = $database and not internal",
        {"database": database},
    ).fetchall()
    counts = {}
    for (table,) in tables:
        counted = connection.execute(f"select count(*) from {database}.{table}").fetchall()  # noqa: S608
        counts[table] = int(counted[0][0])
    return MappingProxyType(counts)


def _require_same(held: Mapping[str, int], copied: Mapping[str, int]) -> None:
    differing = sorted(name for name in held if copied.get(name) != held[name])
    if differing or len(held) != len(copied):
        raise HomeError(
            f"the compacted copy differs in {', '.join(differing) or 'its tables'}; "
            "the warehouse was left as it is"
        )
