"""Warehouses put by: before a change of schema, and before another takes their place."""

import logging
import os
from datetime import datetime
from pathlib import Path

from oirisk.warehouse.files import FILE_MODE, copy_whole, make_folder
from oirisk.warehouse.home import Home
from oirisk.warehouse.safety import require_room

log = logging.getLogger(__name__)

_STAMP = "%Y%m%dT%H%M%S%fZ"
_MIGRATED, _REPLACED = "warehouse-schema", "replaced-"


def keep_before_migration(home: Home, version: int, now: datetime) -> Path:
    """Copy a warehouse whose schema is about to change; it must be closed.

    Args:
        home: The home folder.
        version: Of the schema it has.
        now: Told by the name of the copy, after the version.

    Raises:
        DiskFullError: There is no room for the copy; nothing was changed.
    """
    require_room(home, copies=2)
    target = home.backups / f"{_MIGRATED}{version}-{now:{_STAMP}}.duckdb"
    copy_whole(home.warehouse, target)
    log.info("warehouse kept before its schema changes file=%s", target)
    return target


def put_aside(home: Home, now: datetime) -> list[Path]:
    """Move the warehouse, sound or not, out of the way, and keep the copy that readers have.

    The log of the warehouse goes with it: no other database may ever be opened beside it.

    Returns:
        What is kept, where it now lies.
    """
    make_folder(home.backups)
    kept = []
    name = f"{_REPLACED}{now:{_STAMP}}"
    if home.published.is_file():
        kept.append(home.backups / f"{name}-published.duckdb")
        _link(home.published, kept[-1])
    if home.warehouse.exists():
        kept.append(home.backups / f"{name}.duckdb")
        if home.wal.exists():
            home.wal.rename(kept[-1].with_name(f"{kept[-1].name}.wal"))
        home.warehouse.rename(kept[-1])
        kept[-1].chmod(FILE_MODE)
    return kept


def _link(file: Path, other: Path) -> None:
    """Give a file that is only ever replaced, never written into, another name."""
    try:
        os.link(file, other)
    except OSError:  # a file system without links
        copy_whole(file, other)


def automatic_backups(home: Home) -> list[Path]:
    """Return the warehouses kept before a change of schema, the oldest first."""
    return sorted(home.backups.glob(f"{_MIGRATED}*.duckdb"), key=_stamp)


def prune_backups(home: Home, keep: int) -> list[Path]:
    """Remove all but the last backups of either kind, with their logs.

    Returns:
        What was removed.
    """
    replaced = sorted(home.backups.glob(f"{_REPLACED}*.duckdb"), key=_stamp)
    moments = sorted({_stamp(path) for path in replaced})[-keep:]
    surplus = automatic_backups(home)[:-keep]
    surplus += [path for path in replaced if _stamp(path) not in moments]
    for path in surplus:
        path.unlink()
        path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    return surplus


def _stamp(path: Path) -> str:
    return path.stem.removesuffix("-published").rpartition("-")[2]
