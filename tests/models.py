"""Models by themselves, or with another function in place of their own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.warehouse import build
from oirisk.warehouse.registry import MODELS, Models
from oirisk.warehouse.window import BuildWindow


def build_step(connection: duckdb.DuckDBPyConnection, table: str, values: Mapping[str, Any]) -> int:
    """Run one model on what is there."""
    return build.run_model(connection, MODELS[table], values)


def instead(table: str, function: Callable[..., pl.DataFrame]) -> Models:
    """Return the models, one of which is another function."""
    return {**MODELS, table: replace(MODELS[table], function=function)}


def cut_finely(patch: pytest.MonkeyPatch, snapshots: int) -> None:
    """Let totals be computed so many snapshots at once, however few rows these hold."""
    slices = build.slices

    def cut(
        connection: duckdb.DuckDBPyConnection, window: BuildWindow, table: str, most_rows: int
    ) -> list[BuildWindow]:
        most = 0 if table == "core.open_interest" else most_rows
        return slices(connection, window, table, most)

    patch.setattr(build, "SLICE_SNAPSHOTS", snapshots)
    patch.setattr(build, "slices", cut)
