"""Files that appear whole or not at all, who may read them, and what one process at a time may do.

Whatever the umask says, analysts of the group may read what is theirs to read, and nobody else may.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oirisk.schemas.errors import DiskFullError

FILE_MODE, FOLDER_MODE, SECRET_MODE = 0o640, 0o750, 0o600
"""Of files and folders of a home, and of files that may hold a password or unsent mail."""

_PREFIX = ".incomplete-"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FULL_WORDS = ("disk is full", *(os.strerror(number).lower() for number in _FULL))


@contextmanager
def replacing(target: Path, mode: int | None = FILE_MODE) -> Iterator[Path]:
    """Yield a path to write; on success it takes the target's place in one step.

    The bytes are on disk before the name changes, so that a crash at any point leaves either
    the old file or the new one.

    Args:
        target: The file.
        mode: Who may read and write it; None: whoever the umask says, as of a user's own file.

    Raises:
        DiskFullError: There is no room for it; what was there before stays.
    """
    if mode is not None:
        make_folder(target.parent)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{_PREFIX}{os.getpid()}-{target.name}")
    try:
        with minding_room(target), _claimed(draft, 0o666 if mode is None else mode):
            yield draft
            if mode is not None:
                draft.chmod(mode)
            _flush(draft)
            draft.replace(target)
            _flush(target.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _claimed(draft: Path, mode: int) -> Iterator[None]:
    """Create a file and hold its lock, which a process that dies lets go of."""
    handle = os.open(draft, os.O_RDWR | os.O_CREAT, mode)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; what is there stays as it is."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(FOLDER_MODE)


@contextmanager
def minding_room(target: Path) -> Iterator[None]:
    """Say of a write that failed for want of room that it did.

    Raises:
        DiskFullError: It did.
    """
    try:
        yield
    except DiskFullError:
        raise
    except Exception as error:
        if is_disk_full(error):
            raise DiskFullError(str(target)) from error
        raise


def is_disk_full(error: BaseException) -> bool:
    """Return whether an error, of whatever library, came from a disk that has no room left."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    words = str(error).lower()
    return any(text in words for text in _FULL_WORDS)


@contextmanager
def alone(lock: Path) -> Iterator[bool]:
    """Hold a lock file while the block runs; yields whether nobody else holds it."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        yield _try_lock(handle)
    finally:
        os.close(handle)


def is_alone(lock: Path) -> bool:
    """Return whether nobody holds a lock file that is there."""
    with alone(lock) as is_free:
        return is_free


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_whole(target: Path, content: str | bytes, mode: int | None = FILE_MODE) -> None:
    """Write a file so that no reader ever sees half of it."""
    data = content.encode() if isinstance(content, str) else content
    with replacing(target, mode) as draft:
        draft.write_bytes(data)


def copy_whole(source: Path, target: Path, mode: int = FILE_MODE) -> None:
    """Copy a file so that no reader ever sees half of it."""
    with replacing(target, mode) as draft:
        shutil.copyfile(source, draft)


def free_bytes(place: Path) -> int:
    """Return the free space of the disk that a path lies on, or would."""
    place = place.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def sweep(folder: Path) -> None:
    """Remove what killed processes left half-written below a folder, and nothing else.

    A file that a living process is writing is locked, and stays.
    """
    for leftover in folder.rglob(f"{_PREFIX}*"):
        with alone(leftover) as is_abandoned:
            if is_abandoned:
                leftover.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
