"""A disk of a few MiB of its own, and how it fills up."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_FILLER = "filler"
_CHUNK = 64 * 1024


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """Mount a disk of a size in a folder."""
    folder.mkdir()
    size = f"size={mebibytes}m"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True)  # noqa: S603
    if mounted.returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Mount a folder over itself so that nobody may write it, root neither."""
    place = str(folder)
    mounted = subprocess.run(["mount", "--bind", place, place], check=False, capture_output=True)  # noqa: S603, S607
    if mounted.returncode:
        pytest.skip("this user may not mount a folder")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)  # noqa: S603, S607
        yield
    finally:
        subprocess.run(["umount", place], check=True)  # noqa: S603, S607


def fill(disk: Path) -> None:
    """Write until nothing more fits."""
    with (disk / _FILLER).open("ab", buffering=0) as file:
        for size in (_CHUNK, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


def empty(disk: Path) -> None:
    """Give the room back."""
    (disk / _FILLER).unlink()


def filling_first(disk: Path, function: Callable[..., Any]) -> Callable[..., Any]:
    """Fill the disk before a step is taken."""

    def stepped(*args: Any, **kwargs: Any) -> Any:
        fill(disk)
        return function(*args, **kwargs)

    return stepped


@contextmanager
def as_other_user() -> Iterator[None]:
    """Run the block as a user that owns nothing; needs root."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)
