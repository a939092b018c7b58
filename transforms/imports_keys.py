"""Notice repeated keys in a stream that is too long to hold, eight bytes a row."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

KEY = ("snapshot_at", "venue", "symbol")


@dataclass
class KeyLedger:
    """Checksums of the keys seen so far."""

    parts: list[npt.NDArray[np.uint64]] = field(default_factory=list)

    def add(self, rows: pl.DataFrame) -> None:
        """Note the keys of rows that hold ``KEY``."""
        self.parts.append(rows.select(KEY).hash_rows().to_numpy().astype(np.uint64, copy=True))

    def has_repeats(self) -> bool:
        """Tell whether two rows may share a key; never misses one. The ledger is emptied."""
        total = sum(part.size for part in self.parts)
        sums = np.empty(total, dtype=np.uint64)
        start = 0
        while self.parts:
            part = self.parts.pop(0)
            sums[start : start + part.size] = part
            start += part.size
        sums.sort()
        return bool(total and (sums[1:] == sums[:-1]).any())
