"""Each mart's full build beside one hand-written query for the same answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import duckdb
import polars as pl

from bench.stored.clock import Clock
from bench.stored.market import sql
from oirisk.flows.marts import values_of
from oirisk.flows.settings.model import Settings
from oirisk.warehouse import build
from oirisk.warehouse.home import Home
from oirisk.warehouse.marts import TOTALS
from oirisk.warehouse.registry import Model, in_order
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import Writer, opened, transaction

KEYS = {
    "oi_by_asset": ("snapshot_at", "asset"),
    "oi_by_venue": ("snapshot_at", "asset", "venue"),
    "oi_market": ("snapshot_at",),
    "oi_by_product": ("snapshot_at", "venue"),
    "term_structure": ("snapshot_at", "venue", "symbol"),
    "oi_candles": ("bar_at", "interval", "asset", "venue"),
    "oi_anomalies": ("bar_at", "interval", "asset", "venue"),
    "oi_concentration": ("snapshot_at", "asset"),
    "oi_regimes": ("bar_at", "horizon", "asset"),
    "funding_extremes": ("snapshot_at", "asset"),
    "oi_imbalance": ("snapshot_at", "asset"),
}
"""What places a row of each mart of this market, which has futures alone."""

OF_FACTS = {
    "oi_by_asset", "oi_by_venue", "oi_market", "oi_by_product", "term_structure", "oi_candles"
}  # fmt: skip
"""Built from facts; the others from marts."""

SHARED = "facts judged, matched, covered"
"""What the marts of facts read, made once for all of them."""

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Compared:
    """One mart: seconds of the build and of the query, and rows on which they disagree."""

    mart: str
    rows: int
    built: float
    queried: float
    built_processor: float
    queried_processor: float
    differing: int


def build_all(home: Home, window: BuildWindow) -> Clock:
    """Build all marts, each one's steps timed from outside."""
    clock = Clock()
    settings = Settings()
    run = build.run_model

    def timed(connection: Writer, model: Model, values: Mapping[str, Any]) -> int:
        with clock.step(_owner(model)):
            return run(connection, model, values)

    build.run_model = timed
    try:
        with opened(home, window.until, publishes=False) as connection, transaction(connection):
            build.build(connection, TOTALS, window, values_of(settings))
    finally:
        build.run_model = run
    return clock


def _owner(model: Model) -> str:
    """Return the mart that a model is made for, or what totals share."""
    if model.family == "totals" and not model.is_mart:
        return SHARED
    made_for = (mart for mart in TOTALS if model in in_order([mart]))
    return next(made_for).removeprefix("marts.")


def query_all(home: Home, window: BuildWindow, built: Clock) -> list[Compared]:
    """Run the hand-written queries, and compare seconds and answers."""
    clock, found = Clock(), []
    with opened(home, window.until, publishes=False) as connection:
        values = {"since": window.since, "until": window.until}
        for mart, keys in KEYS.items():
            query = f"create or replace temp table floor as {sql(f'floor_{mart}')}"
            names = connection.extract_statements(query)[0].named_parameters
            with clock.step(mart):
                connection.execute(query, {name: values[name] for name in names})
            rows, differing = disagreements(connection, mart, keys)
            found.append(
                Compared(
                    mart, rows, built.wall[mart], clock.wall[mart], built.processor[mart],
                    clock.processor[mart], differing,
                )
            )  # fmt: skip
    return found


def disagreements(
    connection: Writer, mart: str, keys: Sequence[str], aside: Collection[str] = ()
) -> tuple[int, int]:
    """Count rows, and those that only one side has or that differ in a figure both have.

    Args:
        connection: Holds the mart, and the answer of its query as ``floor``.
        mart: Without its schema.
        keys: What places a row.
        aside: Columns that no query can give.
    """
    both = connection.execute(
        "select floor.column_name, floor.data_type from duckdb_columns() as floor"
        " inner join duckdb_columns() as mart on floor.column_name = mart.column_name"
        " where floor.table_name = 'floor' and mart.schema_name = 'marts'"
        " and mart.table_name = ?",
        [mart],
    ).fetchall()
    _require_all(connection, mart, {*aside, *(name for name, _ in both)})
    other = " or ".join(_differs(name, kind) for name, kind in sorted(both) if name not in keys)
    same = " and ".join(f'mart."{key}" = floor."{key}"' for key in keys)
    found = connection.execute(
        f"select count(*), count(*) filter (where mart.{keys[0]} is null"  # noqa: S608
        f" or floor.{keys[0]} is null or {other})"
        f" from marts.{mart} as mart full join floor on {same}"
    ).fetchall()
    return int(found[0][0]), int(found[0][1])


def _require_all(connection: Writer, mart: str, answered: set[str]) -> None:
    """Refuse a query that leaves out a figure which the mart has.

    Raises:
        RuntimeError: A column with values is not in the query.
    """
    columns = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'marts' and table_name = ?",
        [mart],
    ).fetchall()
    left = [name for (name,) in columns if name not in answered]
    held = ", ".join(["count(*)", *(f'count("{name}")' for name in left)])
    counts = connection.execute(f"select {held} from marts.{mart}").fetchall()[0]  # noqa: S608
    missing = [name for name, count in zip(left, counts[1:], strict=True) if count]
    if missing:
        raise RuntimeError(
            f"floor_{mart}.sql: every column of the mart with values is needed, none seen of "
            f"{', '.join(missing)}; add it to the query"
        )


def _differs(name: str, kind: str) -> str:
    if kind != "DOUBLE":
        return f'(mart."{name}" is distinct from floor."{name}")'
    return (
        f'((mart."{name}" is null) <> (floor."{name}" is null) or coalesce('
        f'abs(mart."{name}" - floor."{name}")'
        f' > {_TOLERANCE} * greatest(1, abs(mart."{name}")), false))'
    )


def total_by_frames(home: Home, *, with_pandas: bool) -> dict[str, tuple[float, float]]:
    """Sum by asset in DuckDB, polars and pandas; the latter two have the rows in memory."""
    clock = Clock()
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        with clock.step("one query, DuckDB"):
            connection.execute(
                "create temp table totals as select snapshot_at, asset, sum(oi_base), sum(oi_usd)"
                " from core.open_interest group by all"
            )
        rows = connection.sql(
            "select snapshot_at, asset, oi_base, oi_usd from core.open_interest"
        ).to_arrow_table()
    frame = pl.DataFrame(rows)
    with clock.step("polars"):
        frame.group_by("snapshot_at", "asset").agg(pl.col("oi_base", "oi_usd").sum())
    if with_pandas:
        way = import_module("bench.stored.pandas_way")
        held = way.frame_of(rows)
        with clock.step("pandas"):
            way.summed(held)
    return {name: (clock.wall[name], clock.processor[name]) for name in clock.wall}
