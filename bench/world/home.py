"""Put simulated worlds into a home as a user would: files, ``import``, ``build``."""

import io
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from bench.world.market import World
from bench.world.observe import START, STEP
from oirisk.flows.cli.build import build
from oirisk.flows.cli.imports import import_history
from oirisk.warehouse.home import Home


def write_files(world: World, folder: Path, asset: str, last: datetime | None = None) -> list[Path]:
    """Write what anyone could observe of a world: one file of open interest, one of bars.

    Args:
        world: What to write; nothing of its books.
        folder: Where to.
        asset: Name of the coin.
        last: End of the last bar; None: the world begins at ``START``.
    """
    path, bars = world.path, world.path.close.size
    first = START if last is None else last - STEP * bars
    ends = pl.Series([first + STEP * (n + 1) for n in range(bars)], dtype=pl.Datetime("us", "UTC"))
    held, traded = [], []
    for number, tape in enumerate(world.tapes):
        named = {
            "venue": pl.lit(f"venue{number}"),
            "symbol": pl.lit(f"{asset}/USDT:USDT"),
            "asset": pl.lit(asset),
        }
        held.append(
            pl.DataFrame({"snapshot_at": ends, "oi_base": tape.oi, "mark_price": path.close})
            .with_columns(**named)
        )  # fmt: skip
        traded.append(
            pl.DataFrame(
                {
                    "bar_at": ends - STEP, "open": path.open, "high": path.high, "low": path.low,
                    "close": path.close, "volume_base": tape.volume,
                }
            ).with_columns(interval=pl.lit("5m"), **named)
        )  # fmt: skip
    files = [folder / f"{asset}-open-interest.parquet", folder / f"{asset}-bars.parquet"]
    pl.concat(held).write_parquet(files[0])
    pl.concat(traded).write_parquet(files[1])
    return files


def build_home(root: Path, files: Sequence[Path]) -> None:
    """Run ``oirisk import`` on files of each kind, then ``oirisk build``.

    Raises:
        RuntimeError: The import refused rows.
    """
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        for kind in ("open-interest", "bars"):
            given = [str(file) for file in files if file.stem.endswith(kind)]
            if import_history(root, given, as_json=False):
                raise RuntimeError(f"rows of a simulated world were refused:\n{said.getvalue()}")
        build(root, "", None, None, full=False, as_json=False)


def read_map(root: Path, asset: str, prior: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return lower edges, upper edges and base of the latest map, all exchanges together."""
    with duckdb.connect(str(Home(root).published), read_only=True) as connection:
        rows = connection.execute(
            "select price_low, price_high, base from liquidation_map($asset)"
            " where venue = 'ALL' and prior = $prior order by price_low",
            {"asset": asset, "prior": prior},
        ).fetchall()
    table = np.array(rows, dtype=float).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
