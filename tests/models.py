"""Models by themselves, or with another function in place of their own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.schemas.parameters import AUDIT_LIMITS, SeriesParameters
from oirisk.warehouse import build, slices
from oirisk.warehouse.marts import AUDIT, OBSERVED, TOTALS
from oirisk.warehouse.registry import MODELS, Models
from oirisk.warehouse.window import BuildWindow


@dataclass(frozen=True)
class CoverageParameters:
    """When a row is fresh and a total complete enough."""

    minimum: float
    max_age_minutes: float
    lookback_days: float


def build_marts(
    connection: duckdb.DuckDBPyConnection,
    window: BuildWindow,
    coverage: CoverageParameters,
    series: SeriesParameters | None = None,
    marts: Sequence[str] = TOTALS,
) -> dict[str, int]:
    """Build the marts that sum and compare, or some of them."""
    values = {**asdict(coverage), "minimum_coverage": coverage.minimum}
    told = {**values, **(series or SeriesParameters()).model_dump()}
    return build.build(connection, marts, window, told)


def rests_on(table: str) -> set[str]:
    """Return a model and all that it is made of, also what it reads of earlier rows."""
    found: set[str] = set()
    waiting = {table}
    while waiting:
        found |= waiting
        models = [MODELS[name] for name in waiting if name in MODELS]  # others come with the code
        waiting = {one.table for model in models for one in model.inputs} - found
    return found


def marts_under(table: str, family: Sequence[str] = TOTALS) -> list[str]:
    """Return the marts of a family that a model is made of, itself among them."""
    wanted = rests_on(table)
    return [mart for mart in family if mart in wanted]


def build_audit(
    connection: duckdb.DuckDBPyConnection, window: BuildWindow, max_age_minutes: float
) -> dict[str, int]:
    """Audit the snapshots of runs."""
    return build.build(
        connection, AUDIT, window, {**AUDIT_LIMITS, "max_age_minutes": max_age_minutes}
    )


def build_observed(
    connection: duckdb.DuckDBPyConnection, window: BuildWindow, values: Mapping[str, Any]
) -> dict[str, int]:
    """Build what is made of observed positions."""
    return build.build(connection, OBSERVED, window, values)


def build_step(connection: duckdb.DuckDBPyConnection, table: str, values: Mapping[str, Any]) -> int:
    """Run one model on what is there."""
    return build.run_model(connection, MODELS[table], values)


def instead(table: str, function: Callable[..., pl.DataFrame]) -> Models:
    """Return the models, one of which is another function."""
    return {**MODELS, table: replace(MODELS[table], function=function)}


def cut_finely(patch: pytest.MonkeyPatch, snapshots: int) -> None:
    """Let totals be computed so many snapshots at once, however few rows these hold."""
    whole = slices.slices

    def cut(
        connection: duckdb.DuckDBPyConnection, window: BuildWindow, table: str, most_rows: int
    ) -> list[BuildWindow]:
        most = 0 if table == "core.open_interest" else most_rows
        return whole(connection, window, table, most)

    patch.setattr(slices, "SLICE_SNAPSHOTS", snapshots)
    patch.setattr(slices, "slices", cut)
