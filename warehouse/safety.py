"""What must hold before anything is written into a home: rights, room, and that nothing is lost.

::

    rights ──> lock ──> room ──> warehouse is there ──> it knows all that the copy knows ──> write

Nothing here changes the home; each refusal says the ways out.
"""

import os
import pwd
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from oirisk.schemas.errors import DiskFullError, HomeError
from oirisk.warehouse.files import free_bytes
from oirisk.warehouse.findings import read_all_blocks
from oirisk.warehouse.home import ARCHIVED, Home

_READ_AT: dict[Path, datetime] = {}
"""When this process has last read the whole of a warehouse."""

_DAY = timedelta(days=1)

MOVE_AWAY = "move it away; what belongs there is made anew, or comes from a backup"

_GROWTH_BYTES = 48 * 1024**2
_GROWTH_SHARE = 0.1
"""What a night writes beside the copy: the transaction, responses and a report, which are a few
MiB; and rows and sort space, which grow with what there is."""


def room_needed(home: Home, copies: int = 1) -> int:
    """Return the bytes that must be free to write into a home: copies of it, and a night."""
    size = home.warehouse.stat().st_size if home.warehouse.is_file() else 0
    return int(size * (copies + _GROWTH_SHARE)) + _GROWTH_BYTES


def room_lacking(home: Home, copies: int = 1) -> int:
    """Return the bytes that must be freed before a home can be written into; at least one MiB."""
    return max(room_needed(home, copies) - free_bytes(home.root), 1024**2)


def require_room(home: Home, copies: int = 1) -> None:
    """Refuse to begin what the disk has no room to end.

    Raises:
        DiskFullError: It has not.
    """
    if free_bytes(home.root) < room_needed(home, copies):
        raise DiskFullError(f"one more night in {home.root}", room_lacking(home, copies))


def require_free(home: Home, size: int) -> None:
    """Refuse to begin a copy that the disk has no room for.

    Raises:
        DiskFullError: It has not.
    """
    if free_bytes(home.root) < size:
        raise DiskFullError(f"a copy in {home.root}", size - free_bytes(home.root))


def unwritable(home: Home, *, deep: bool = False) -> list[Path]:
    """Return what is in a home, as far as runs write it, that this user may not write.

    Args:
        home: The home folder.
        deep: Look at every file, not only at the folders that new files go into.
    """
    return [path for path in _written(home, deep=deep) if not _is_writable(path)]


def _written(home: Home, *, deep: bool) -> Iterator[Path]:
    files = (home.lock, home.warehouse, home.wal, home.outbox)
    folders = (home.root, *_folders(home))
    yield from (path for path in (*folders, *files) if path.exists())
    if deep:
        for folder in folders[1:]:
            yield from sorted(folder.rglob("*"))
    else:
        yield from (*home.raw.glob("date=*"), *home.reports.glob("*/"))


def _folders(home: Home) -> tuple[Path, ...]:
    return home.published.parent, home.raw, home.reports, home.archive, home.backups


def _is_writable(path: Path) -> bool:
    wanted = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
    return os.access(path, wanted, effective_ids=True)


def require_rights(home: Home) -> None:
    """Refuse to begin in a home that this user may not write all through.

    Raises:
        HomeError: It is a file, or something in it may not be written.
    """
    if home.root.exists() and not home.root.is_dir():
        raise HomeError(f"cannot write in {home.root}: it is not a folder; choose another --home")
    if wrong := out_of_place(home):
        raise HomeError(f"cannot write in {home.root}: {wrong}; {MOVE_AWAY}")
    if unwritten := unwritable(home):
        raise HomeError(f"{not_writable(unwritten)}; {rights_repair(home)}")


def out_of_place(home: Home) -> str:
    """Name a file where a folder of the home belongs, or a folder where a file does."""
    for folder in _folders(home):
        if folder.exists() and not folder.is_dir():
            return f"{folder} is a file, and a folder belongs there"
    for file in (home.warehouse, home.published, home.outbox):
        if file.is_dir():
            return f"{file} is a folder, and a file belongs there"
    return ""


def not_writable(paths: list[Path]) -> str:
    """Say what may not be written, and whose it is."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    one = paths[0]
    if _is_read_only(one):
        return f"cannot write {one}{more}: its disk is mounted read-only"
    about = one.stat()
    mode = f"{about.st_mode & 0o777:04o}"
    return f"cannot write {one}{more}: it belongs to {_name(about.st_uid)}, with mode {mode}"


def _is_read_only(path: Path) -> bool:
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def rights_repair(home: Home) -> str:
    """Say how a home becomes writable again."""
    if any(_is_read_only(path) for path in unwritable(home)):
        return "mount that disk for writing again, or choose another --home; nothing was changed"
    return (
        f"give all of it to the user that runs oirisk, `sudo chown -R {_name(os.geteuid())} "
        f"{home.root}`, then `oirisk doctor --fix` sets the modes"
    )


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def require_warehouse_kept(home: Home) -> None:
    """Refuse to begin a warehouse anew where there was one.

    Raises:
        HomeError: It is gone or empty, and what was made with it is there.
    """
    if home.warehouse.is_file() and home.warehouse.stat().st_size:
        return
    if home.published.exists() or next(home.raw.glob(ARCHIVED), None) is not None:
        raise HomeError(
            f"{home.warehouse} is {'empty' if home.warehouse.is_file() else 'gone'}, and what was "
            "made with it is there: to begin anew would put nothing in the place of all that was "
            f"stored. {ways_out(home)}; to begin without it choose another --home"
        )


def require_warehouse(home: Home) -> None:
    """Refuse to work on a home that has no warehouse: it is lost, or there never was one.

    Raises:
        HomeError: There is none.
    """
    require_warehouse_kept(home)
    if not home.warehouse.is_file():
        raise HomeError(
            f"{home.warehouse} does not exist: nothing is stored in that home yet; run "
            "`oirisk nightly`, `oirisk import` or `oirisk backfill`, or point --home at the "
            "right folder"
        )


def ways_out(home: Home) -> str:
    """Say how a warehouse that is lost or damaged comes back."""
    ways = ["`oirisk restore FILE` takes a backup"]
    if next(home.raw.glob(ARCHIVED), None) is not None:
        ways.insert(0, "`oirisk restore raw` makes it again from all archived responses")
    if home.published.is_file():
        ways.insert(0, "`oirisk restore published` takes the copy of the last run")
    return ", ".join(ways)


def read_whole_daily(connection: duckdb.DuckDBPyConnection, home: Home, now: datetime) -> None:
    """Read every block before it is published, unless this process has done so within a day.

    Raises:
        duckdb.Error: One is damaged; it must not take the place of the copy.
    """
    before = _READ_AT.get(home.warehouse)
    if before is None or abs(now - before) >= _DAY:
        read_all_blocks(connection)
        _READ_AT[home.warehouse] = now
