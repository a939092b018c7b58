"""Files that appear whole or not at all, and what one process at a time may do."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".incomplete-"


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a path to write; on success it takes the target's place in one step.

    The bytes are on disk before the name changes, so that a crash at any point leaves either
    the old file or the new one.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{_PREFIX}{os.getpid()}-{target.name}")
    try:
        with _claimed(draft):
            yield draft
            _flush(draft)
            draft.replace(target)
            _flush(target.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _claimed(draft: Path) -> Iterator[None]:
    """Create a file and hold its lock, which a process that dies lets go of."""
    handle = os.open(draft, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def alone(lock: Path) -> Iterator[bool]:
    """Hold a lock file while the block runs; yields whether nobody else holds it."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield _try_lock(handle)
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_whole(target: Path, content: str | bytes) -> None:
    """Write a file so that no reader ever sees half of it."""
    data = content.encode() if isinstance(content, str) else content
    with replacing(target) as draft:
        draft.write_bytes(data)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file so that no reader ever sees half of it."""
    with replacing(target) as draft:
        shutil.copyfile(source, draft)


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
