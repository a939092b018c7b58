"""Notice repeated keys in a stream that is too long to hold, eight bytes a row."""

import tempfile
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import polars as pl

KEY = ("snapshot_at", "venue", "symbol")
HELD_MOST = 32_000_000
"""Checksums in memory; more go to files."""

_BUCKET_BITS = 6
_EDGES = np.arange(1, 2**_BUCKET_BITS, dtype=np.uint64) << np.uint64(64 - _BUCKET_BITS)

Sums = npt.NDArray[np.uint64]


class KeyLedger:
    """Checksums of the keys seen so far."""

    def __init__(self, folder: Path, held_most: int = HELD_MOST) -> None:
        """Start empty.

        Args:
            folder: Where files without a name hold what memory should not.
            held_most: How many checksums are held in memory.
        """
        self.folder = folder
        self.held_most = held_most
        self._parts: list[Sums] = []
        self._held = 0
        self._buckets: list[IO[bytes]] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Note the keys of rows that hold ``KEY``."""
        self._parts.append(rows.select(KEY).hash_rows().to_numpy().astype(np.uint64, copy=True))
        self._held += rows.height
        if self._held > self.held_most:
            self._spill()

    def has_repeats(self) -> bool:
        """Return whether two rows may share a key; never misses one. The ledger is emptied."""
        if self._buckets:
            self._spill()
            found = any(_repeats(_read(bucket)) for bucket in self._buckets)
        else:
            found = _repeats(self._taken())
        self.clear()
        return found

    def clear(self) -> None:
        """Forget everything."""
        self._parts, self._held = [], 0
        for bucket in self._buckets:
            bucket.close()
        self._buckets = []

    def _taken(self) -> Sums:
        """Take what is in memory, in order; each part is let go once it is copied."""
        sums, start = np.empty(self._held, dtype=np.uint64), 0
        while self._parts:
            part = self._parts.pop(0)
            sums[start : start + part.size] = part
            start += part.size
        self._held = 0
        sums.sort()
        return sums

    def _spill(self) -> None:
        """Move what is in memory to files, one for each range of checksums."""
        if not self._buckets:
            self._buckets = [
                tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 -- clear() closes it
                for _ in range(2**_BUCKET_BITS)
            ]
        sums = self._taken()
        for bucket, part in zip(
            self._buckets, np.split(sums, np.searchsorted(sums, _EDGES)), strict=True
        ):
            bucket.write(part.tobytes())


def _read(bucket: IO[bytes]) -> Sums:
    bucket.seek(0)
    sums: Sums = np.frombuffer(bucket.read(), dtype=np.uint64)
    return np.sort(sums)


def _repeats(sums: Sums) -> bool:
    """Return whether two sorted checksums are the same."""
    return bool((sums[1:] == sums[:-1]).any())
