"""The runner of models: in the order of their graph, over a window, in the caller's transaction."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import duckdb

from oirisk.schemas.errors import ConfigurationError
from oirisk.warehouse.held import hold, let_go
from oirisk.warehouse.registry import (
    MODELS,
    Model,
    Models,
    in_order,
    last_read,
    parameters_of,
    stages,
)
from oirisk.warehouse.slices import parts_of
from oirisk.warehouse.window import BuildWindow, midnight

log = logging.getLogger(__name__)

LONGEST_CHANGE = timedelta(days=7, minutes=30)
"""Changes look back this far: the longest horizon and its tolerance."""

_COMPARED = timedelta(days=1, minutes=30)
"""What is set against the coverage of an earlier snapshot lies up to this much later."""

_SPACED = timedelta(days=9, hours=4)
"""A snapshot may bring the next one, of the 2 days after it, as near as 12 bars of 4 hours: then
there are such bars for 7 days more, and the first after them is measured from the last."""

_IN_ARROW = frozenset({"options"})
"""Families whose intermediate results are held outside the database: there a table that is dropped
inside a transaction takes its place until the end of it, and slices of these are many."""


def reach_of_facts(lookback_days: float) -> timedelta:
    """Say how long after a fact the totals, shares, candles and audits of snapshots rest on it.

    A fact is part of the coverage of whatever the lookback reaches, and that coverage decides
    whether figures of the day after are compared with it. Marts made of other marts reach further,
    by themselves (``build``).

    Args:
        lookback_days: How long the last good figure of an instrument counts.
    """
    return max(_SPACED, _read_before(lookback_days))


def _read_before(lookback_days: float) -> timedelta:
    """Say how long before a snapshot the facts that its totals and shares rest on begin."""
    return max(LONGEST_CHANGE, timedelta(days=lookback_days) + _COMPARED)


def build(
    connection: duckdb.DuckDBPyConnection,
    targets: Iterable[str],
    window: BuildWindow,
    values: Mapping[str, Any],
    models: Models = MODELS,
) -> dict[str, int]:
    """Replace the rows of marts in a window by what the facts say now.

    What a mart reads is made before it: marts that are asked for too, and intermediate results,
    each once and dropped when nothing reads it any more. A mart that looks back is made again as
    far as the window bears on its later rows. Where bars are asked for the window ends with what is
    built of its last UTC day: a bar is made of all its snapshots.

    Args:
        connection: Writable and migrated. The caller's transaction is used and left open, so
            that facts and marts change together or not at all.
        targets: Marts, by full name; also intermediate results, which stay as temporary tables.
        window: Snapshots to rebuild.
        values: What the models are told, but for what the window says.
        models: All models there are.

    Returns:
        Rows written, by mart.

    Raises:
        ConfigurationError: A value is missing.
    """
    asked = [models[table] for table in targets]
    _require(parameters_of(in_order((model.table for model in asked), models)), values)
    if any(model.is_of_bars for model in asked):
        window = _with_whole_bars(connection, window)
    rows: dict[str, int] = {}
    for stage in stages((model.table for model in asked), models):
        rows |= _build_stage(connection, stage, window, values, models)
    log.info("marts built %s", " ".join(f"{name}={count}" for name, count in rows.items()))
    return rows


def _require(needed: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    told = {**values, **dict.fromkeys(("since", "until", "earliest", "recent"))}
    missing = [
        f"{name} ({one.kind}: {one.meaning})" for name, one in needed.items() if name not in told
    ]
    if missing:
        raise ConfigurationError(
            f"the models need {', '.join(sorted(needed))}; missing: {', '.join(sorted(missing))}"
        )


def _build_stage(
    connection: duckdb.DuckDBPyConnection,
    stage: Sequence[str],
    window: BuildWindow,
    values: Mapping[str, Any],
    models: Models,
) -> dict[str, int]:
    """Build marts that reach as far and are cut alike, slice by slice; return rows by mart."""
    plan = in_order(stage, models)
    drops = last_read(plan, stage)
    rows = {model.table: 0 for model in plan if model.is_mart}
    window = _reached(connection, models[stage[0]], window, values)
    parts = parts_of(connection, window, models[stage[0]].slicing)
    for table in rows if parts != [window] else ():
        _clear(connection, models[table], window)
    for part in parts:
        told = {**values, **_told_by(part, values)}
        for model in plan:
            count = run_model(connection, model, told)
            if model.is_mart:
                rows[model.table] += count
            for table in drops[model.table]:
                _drop(connection, models[table])
    return rows


def run_model(
    connection: duckdb.DuckDBPyConnection, model: Model, values: Mapping[str, Any]
) -> int:
    """Run one model: a mart's rows of the window are replaced, else they are there for a while.

    Args:
        connection: Writer, inside a transaction; what the model reads is there.
        model: Which one.
        values: At least what it is told, of a mart also ``since`` and ``until``.

    Returns:
        Rows made.
    """
    told = {name: values[name] for name in model.parameters}
    if model.instant:
        _clear(connection, model, BuildWindow(values["since"], values["until"]))
    if model.function is None:
        return _keep(connection, model, model.sql, told)
    frames = [connection.sql(f"from {one.table}").pl() for one in model.inputs]
    made = model.function(*frames, **told)
    if made.is_empty() and model.is_mart:  # may have no columns either
        return 0
    if _is_in_arrow(model):
        hold(connection, model.table, made.to_arrow())
        return made.height
    hold(connection, "made_rows", made.to_arrow())
    try:
        order = " order by all" if model.is_mart else ""
        return _keep(connection, model, f"from made_rows{order}", {})
    finally:
        let_go(connection, "made_rows")


def _keep(
    connection: duckdb.DuckDBPyConnection, model: Model, query: str, told: Mapping[str, Any]
) -> int:
    if _is_in_arrow(model):
        made = connection.execute(query, told).to_arrow_table()
        hold(connection, model.table, made)
        return int(made.num_rows)
    kept = (
        f"insert into {model.table} by name"
        if model.is_mart
        else f"create or replace temp table {model.table} as"
    )
    return int(connection.execute(f"{kept}\n{query}", told).fetchall()[0][0])


def _is_in_arrow(model: Model) -> bool:
    return not model.is_mart and model.family in _IN_ARROW


def _drop(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Let go of an intermediate result."""
    if _is_in_arrow(model):
        let_go(connection, model.table)
    else:
        connection.execute(f"drop table temp.{model.table}")


def _reached(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    window: BuildWindow,
    values: Mapping[str, Any],
) -> BuildWindow:
    """Return the snapshots whose rows of a mart a window bears on."""
    before, after = (_span(connection, text, values) for text in (model.before, model.after))
    return BuildWindow(window.since - before, window.until + after)


def _span(connection: duckdb.DuckDBPyConnection, text: str, values: Mapping[str, Any]) -> timedelta:
    """Evaluate how far a model reaches."""
    if not text:
        return timedelta(0)
    query = f"select {text}"
    names = connection.extract_statements(query)[0].named_parameters
    found = connection.execute(query, {name: values[name] for name in names}).fetchall()
    span: timedelta = found[0][0]
    return span


def _told_by(window: BuildWindow, values: Mapping[str, Any]) -> dict[str, datetime]:
    """Return what the models are told of a window."""
    lookback_days = values.get("lookback_days", 0)
    return {
        **asdict(window),
        "earliest": window.since - _read_before(lookback_days),
        "recent": midnight(window.since) - _COMPARED,
    }


def _clear(connection: duckdb.DuckDBPyConnection, model: Model, window: BuildWindow) -> None:
    if model.instant == "all":
        connection.execute(f"delete from {model.table}")  # noqa: S608 -- names of our own
        return
    first = 'core.bar_start("interval", $since)' if model.is_of_bars else "$since"
    connection.execute(
        f"delete from {model.table}"  # noqa: S608 -- names of our own
        f" where {model.instant} between {first} and $until"
        # No bar is longer: said apart, DuckDB need not look at what is older.
        f" and {model.instant} >= $since - interval 24 hour",
        asdict(window),
    )


def _with_whole_bars(connection: duckdb.DuckDBPyConnection, window: BuildWindow) -> BuildWindow:
    """Let a window end with the last built snapshot of its last UTC day."""
    found = connection.execute(
        "select max(snapshot_at) from marts.oi_by_asset"
        " where snapshot_at >= $until and snapshot_at < $midnight",
        {"until": window.until, "midnight": midnight(window.until) + timedelta(days=1)},
    ).fetchall()
    return BuildWindow(window.since, found[0][0] or window.until)
