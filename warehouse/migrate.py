"""Bring a database to the newest schema: numbered files, once each, in order."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

import duckdb

from oirisk.schemas.errors import HomeError
from oirisk.warehouse.comments import apply_comments

log = logging.getLogger(__name__)

_LEDGER = "000_migrations.sql"


@dataclass(frozen=True)
class Migration:
    """One numbered file of ``sql/ddl``."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Hash of the text, hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> tuple[Migration, ...]:
    """Return every migration this version of the code knows, oldest first."""
    folder = files("oirisk.warehouse") / "sql" / "ddl"
    named = sorted((entry.name, entry) for entry in folder.iterdir() if entry.name != _LEDGER)
    return tuple(
        Migration(int(name.partition("_")[0]), name, entry.read_text(encoding="utf-8"))
        for name, entry in named
    )


def migrate(connection: duckdb.DuckDBPyConnection, now: datetime) -> int:
    """Apply what is missing and write the comments, in one transaction.

    Args:
        connection: Writable, with no transaction open.
        now: Recorded as the time of application, with a time zone.

    Returns:
        How many migrations were applied; 0 when the database was up to date.

    Raises:
        HomeError: The database is newer than the code, or an applied file has changed since.
    """
    connection.execute("begin transaction")
    try:
        count = _apply(connection, now)
        apply_comments(connection)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
    return count


def _apply(connection: duckdb.DuckDBPyConnection, now: datetime) -> int:
    ledger = files("oirisk.warehouse") / "sql" / "ddl" / _LEDGER
    connection.execute(ledger.read_text(encoding="utf-8"))
    query = "select version, sha256 from ops.migrations order by version"
    applied = dict(connection.execute(query).fetchall())
    known = migrations()
    _refuse_other_history(applied, known)
    missing = [migration for migration in known if migration.version not in applied]
    for migration in missing:
        connection.execute(migration.sql)
        connection.execute(
            "insert into ops.migrations values ($version, $name, $sha256, $applied_at)",
            {
                "version": migration.version,
                "name": migration.name,
                "sha256": migration.sha256,
                "applied_at": now,
            },
        )
        log.info("migration applied name=%s", migration.name)
    return len(missing)


def _refuse_other_history(applied: dict[int, str], known: tuple[Migration, ...]) -> None:
    newest = known[-1].version
    if applied and max(applied) > newest:
        raise HomeError(
            f"the warehouse has schema version {max(applied)}, this oirisk knows up to {newest}: "
            "it was written by a newer oirisk; install that one or use another home"
        )
    for migration in known:
        if applied.get(migration.version, migration.sha256) != migration.sha256:
            raise HomeError(
                f"the warehouse was made with another {migration.name} than this oirisk has: "
                "use the oirisk that made it, or another home"
            )
