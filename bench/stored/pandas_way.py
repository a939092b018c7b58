"""The same work with pandas, which oirisk itself does not need: ``pip install pandas`` first."""

from pathlib import Path
from typing import Any

import pandas as pd

from bench.stored.market import END


def checked(file: Path) -> pd.DataFrame:
    """Read a file and keep the rows that hold what the contract asks of its columns."""
    rows = pd.read_parquet(file)
    parts = rows["symbol"].str.extract(r"^([^/]+)/([^:]+):([^-]+)(-\d{6})?$")
    sound = (
        rows["snapshot_at"].notna()
        & (rows["snapshot_at"] <= END)
        & rows["venue"].notna()
        & parts[0].notna()
        & (rows["asset"] == parts[0])
        & rows["oi_base"].between(0, float("inf"), inclusive="left")
        & rows["mark_price"].between(0, float("inf"), inclusive="neither")
    )
    rows["kind"] = parts[3].notna().map({True: "future", False: "perp"})
    rows["margin"] = (parts[1] == "USD").map({True: "inverse", False: "linear"})
    rows["oi_usd"] = rows["oi_base"] * rows["mark_price"]
    return rows[sound]


def frame_of(table: Any) -> pd.DataFrame:  # noqa: ANN401 -- an Arrow table, which has no types
    """Return an Arrow table as pandas holds it best: words as categories."""
    return table.to_pandas(strings_to_categorical=True)


def summed(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum by snapshot and asset."""
    return frame.groupby(["snapshot_at", "asset"], observed=True)[["oi_base", "oi_usd"]].sum()
