"""The writer's side: open the warehouse alone, change it in one transaction, publish a copy."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from oirisk.schemas.errors import BusyError, DiskFullError, HomeError
from oirisk.warehouse.backups import keep_before_migration
from oirisk.warehouse.files import FILE_MODE, alone, copy_whole, is_disk_full, make_folder, sweep
from oirisk.warehouse.findings import first_line, is_damage, is_held, read_all_blocks
from oirisk.warehouse.home import Home
from oirisk.warehouse.known import known_by, note_published, require_no_less
from oirisk.warehouse.load import load_unit_rules
from oirisk.warehouse.migrate import migrate, version_behind
from oirisk.warehouse.paths import require_database_path
from oirisk.warehouse.safety import (
    read_whole_daily,
    require_rights,
    require_room,
    require_warehouse,
    require_warehouse_kept,
    room_lacking,
    ways_out,
)
from oirisk.warehouse.views import refresh_views

log = logging.getLogger(__name__)

MEMORY_LIMIT = "1GiB"
_LOOK_AGAIN_SECONDS = 0.2

CHECKPOINT_THRESHOLD = "256MiB"
"""Size of the log at which DuckDB checkpoints by itself; every writer checkpoints at its end."""

Writer = duckdb.DuckDBPyConnection
"""A connection that may write; callers outside the warehouse only pass it on."""


@contextmanager
def writing(
    home: Home, now: datetime, *, wait_seconds: float = 0.0, remakes: bool = False
) -> Iterator[Writer]:
    """Open the warehouse, run the block in one transaction, publish what it committed.

    When the block raises, the transaction is rolled back and nothing is published.

    Args:
        home: The home folder; created when missing.
        now: When migrations are recorded.
        wait_seconds: How long to wait for another writer to end.
        remakes: Whether the block makes all that was stored again, so that none need be there.

    Raises:
        HomeError: Another process has the warehouse open, or the file is not ours to read.
    """
    with (
        opened(home, now, wait_seconds=wait_seconds, remakes=remakes) as connection,
        transaction(connection),
    ):
        yield connection


@contextmanager
def opened(
    home: Home,
    now: datetime,
    *,
    wait_seconds: float = 0.0,
    publishes: bool = True,
    remakes: bool = False,
) -> Iterator[Writer]:
    """Open the warehouse for writing, migrated; publish it when the block ends well.

    Args:
        home: The home folder; created when missing.
        now: When migrations are recorded.
        wait_seconds: How long to wait for another writer to end.
        publishes: Whether readers are to see the change now; else with the next that publishes.
        remakes: Whether the block makes all that was stored again, so that none need be there.

    Raises:
        HomeError: Another process has the warehouse open, the file is not ours to read, or it is
            lost: see ``oirisk.warehouse.safety``.
    """
    with only_writer(home, wait_seconds, remakes=remakes):
        connection = _open_kept(home, now, remakes=remakes)
        try:
            sweep(home.root)
            migrate(connection, now)
            with transaction(connection):
                load_unit_rules(connection)
            yield connection
            refresh_views(connection, home)
            known = known_by(connection)
            connection.execute("checkpoint")
            if publishes:
                read_whole_daily(connection, home, now)
        except duckdb.Error as error:
            _tell_unwritten(home, error)
            raise
        finally:
            _close(connection)
        if publishes:
            publish(home)
            note_published(home, known)


@contextmanager
def looking(home: Home) -> Iterator[Writer]:
    """Open the warehouse itself to look at it: nothing can be changed.

    Raises:
        HomeError: There is none, another process writes in it, or an older oirisk made it.
    """
    require_warehouse(home)
    try:
        connection = duckdb.connect(str(home.warehouse), read_only=True)
    except duckdb.IOException as error:
        raise HomeError(
            f"cannot look into {home.warehouse}: {first_line(error)}. Where another run is "
            "writing, wait for it to end"
        ) from error
    try:
        connection.execute("set timezone = 'UTC'")
        yield connection
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise HomeError(
            f"{home.warehouse} lacks what this oirisk looks for: {first_line(error)}. An older one "
            "made it; the next command that writes, such as `oirisk build`, brings it up to date"
        ) from error
    finally:
        connection.close()


@contextmanager
def only_writer(home: Home, wait_seconds: float = 0, *, remakes: bool = False) -> Iterator[None]:
    """Keep other runs out until the copy is published: it must not be taken while one writes.

    Raises:
        HomeError: Another run holds the home for longer than the wait, it cannot be written, or
            its warehouse is gone and not ``remakes``.
    """
    require_database_path(home.warehouse)
    require_rights(home)
    try:
        make_folder(home.root)
        lock = _locked(home, wait_seconds)
        is_free = lock.__enter__()
    except OSError as error:
        raise HomeError(f"cannot write in the home folder {home.root}: {error}") from error
    try:
        if not is_free:
            raise BusyError(
                f"another run is writing in {home.root}; wait for it to end, then run again"
            )
        require_room(home)
        if not remakes:
            require_warehouse_kept(home)
        yield
    finally:
        lock.__exit__(None, None, None)


@contextmanager
def _locked(home: Home, wait_seconds: float) -> Iterator[bool]:
    """Hold the lock of a home, waiting for it; yields whether it was got."""
    until = time.monotonic() + wait_seconds
    while True:
        with alone(home.lock) as is_free:
            if is_free or time.monotonic() >= until:
                yield is_free
                return
        time.sleep(_LOOK_AGAIN_SECONDS)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit when the block ends well, roll back when it does not."""
    connection.execute("begin transaction")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Roll back; after a failed COMMIT the transaction is already gone."""
    try:
        connection.execute("rollback")
    except duckdb.Error as error:
        log.info("nothing to roll back reason=%s", error)


def publish(home: Home) -> None:
    """Replace the analysts' copy in one step; readers keep what they have open.

    The warehouse must be closed and checkpointed.
    """
    copy_whole(home.warehouse, home.published)


def publish_sound(home: Home) -> None:
    """Publish a warehouse that has been read whole, and knows all that the copy knows.

    Raises:
        HomeError: It does not.
        duckdb.Error: It is damaged.
    """
    with looking(home) as connection:
        require_no_less(connection, home)
        read_all_blocks(connection)
    publish(home)


def is_simulated_home(connection: duckdb.DuckDBPyConnection) -> bool | None:
    """Return whether the warehouse holds simulated data; None when it holds none at all."""
    rows = connection.execute("select distinct is_simulated from ops.runs").fetchall()
    return bool(rows[0][0]) if rows else None


def require_same_kind(connection: duckdb.DuckDBPyConnection, *, is_simulated: bool) -> None:
    """Keep simulated and real data in different homes.

    Raises:
        HomeError: The home holds the other kind.
    """
    held = is_simulated_home(connection)
    if held is not None and held != is_simulated:
        kinds = {True: "simulated", False: "real"}
        raise HomeError(
            f"this home holds {kinds[held]} data and the run would add {kinds[is_simulated]} data; "
            "choose another folder with --home"
        )


def _open_kept(home: Home, now: datetime, *, remakes: bool) -> duckdb.DuckDBPyConnection:
    """Open a warehouse that knows all its copy knows; back it up where its schema will change."""
    connection = _open(home)
    try:
        if not remakes:
            require_no_less(connection, home)
        version = version_behind(connection)
        if version is None:
            return connection
        connection.execute("checkpoint")
    except BaseException as error:
        _close(connection)
        if isinstance(error, duckdb.Error):
            _tell_unwritten(home, error)
        raise
    connection.close()  # to copy a file that is open would let go of its lock
    keep_before_migration(home, version, now)
    return _open(home)


def _tell_unwritten(home: Home, error: duckdb.Error) -> None:
    """Say why a warehouse could not be written, unless a statement was wrong.

    Raises:
        DiskFullError: Its disk is full.
        HomeError: It cannot be read or written, or there is not enough memory.
    """
    if is_disk_full(error):
        raise DiskFullError(str(home.warehouse), room_lacking(home)) from error
    if is_damage(error):
        raise HomeError(
            f"{home.warehouse} is damaged: {first_line(error)}. {ways_out(home)}"
        ) from error
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
        raise HomeError(f"cannot write {home.warehouse}: {error}") from error


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    """Close; what a full disk kept from being written at the end is in the log of the database."""
    try:
        connection.close()
    except duckdb.Error as error:
        log.warning("warehouse not closed well reason=%s", first_line(error))


def _open(home: Home) -> duckdb.DuckDBPyConnection:
    is_new = not (home.warehouse.exists() and home.warehouse.stat().st_size)
    if is_new:  # empty where a run was killed as it made the file
        home.warehouse.unlink(missing_ok=True)
        home.wal.unlink(missing_ok=True)
    try:
        connection = duckdb.connect(str(home.warehouse))
    except duckdb.Error as error:
        if is_disk_full(error):
            raise DiskFullError(str(home.warehouse), room_lacking(home)) from error
        reason = first_line(error)
        repair = (
            "If another program has it open, close it there; analysts read "
            "published/warehouse.duckdb instead"
            if is_held(error)
            else f"It is damaged: {ways_out(home)}"
        )
        raise HomeError(f"cannot open {home.warehouse} for writing: {reason}. {repair}") from error
    if is_new:
        home.warehouse.chmod(FILE_MODE)
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    connection.execute(f"set checkpoint_threshold = '{CHECKPOINT_THRESHOLD}'")
    # The planner may take a nested loop for an ASOF join whose size it underestimates.
    connection.execute("set asof_loop_join_threshold = 0")
    return connection


def restated_since(connection: Writer, recorded_at: datetime) -> int:
    """Count the rows that were superseded at or after an instant."""
    counted = connection.execute(
        "select count(*) from core.open_interest where superseded_at >= ?", [recorded_at]
    ).fetchall()
    return int(counted[0][0])
