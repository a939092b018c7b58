"""Rebuild the marts of a window of snapshots from the facts, inside the caller's transaction."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from oirisk.warehouse.models import (
    CANDLE_INTERMEDIATES,
    CANDLES,
    INTERMEDIATES,
    MARTS,
    REGIME_INTERMEDIATES,
    SERIES,
    SERIES_INTERMEDIATES,
    IntermediateModel,
    MartModel,
    Parameter,
    SeriesParameters,
)
from oirisk.warehouse.sql_files import model_sql

log = logging.getLogger(__name__)

LONGEST_CHANGE = timedelta(days=7, minutes=30)
"""Changes look back this far: the longest horizon and its tolerance."""

_COMPARED = timedelta(days=1, minutes=30)
"""What is set against the coverage of an earlier snapshot lies up to this much later."""

_SPACED = timedelta(days=9, hours=4)
"""A snapshot may bring the next one, of the 2 days after it, as near as 12 bars of 4 hours: then
there are such bars for 7 days more, and the first after them is measured from the last."""

SLICE_SNAPSHOTS = 288
SLICE_ROWS = 2_500_000
"""Snapshots computed at once: so many, or more while they hold fewer rows than this. Each slice
reads days before it again, so that few large ones cost less; bounds memory, changes no figure."""


@dataclass(frozen=True)
class BuildWindow:
    """The snapshots to rebuild, both ends included.

    A fact also bears on later snapshots: after a change to the past let the window reach
    ``reach_of_facts`` further.
    """

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        """Refuse a window that cannot be meant."""
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError(f"a window needs instants with a time zone, saw {self}")
        if self.since > self.until:
            raise ValueError(f"a window ends after it begins, saw {self}")


@dataclass(frozen=True)
class CoverageParameters:
    """When a row is fresh and a total complete enough.

    Args:
        minimum: Least coverage, 0 to 1, at which changes are published.
        max_age_minutes: An observation further from its snapshot is stale.
        lookback_days: How long the last good figure of an instrument counts.
    """

    minimum: float
    max_age_minutes: float
    lookback_days: float


def reach_of_facts(lookback_days: float) -> timedelta:
    """Say how long after a fact the totals, shares, candles and audits of snapshots rest on it.

    A fact is part of the coverage of whatever the lookback reaches, and that coverage decides
    whether figures of the day after are compared with it. Marts made of other marts reach further,
    by themselves (``build_marts``).

    Args:
        lookback_days: How long the last good figure of an instrument counts.
    """
    return max(_SPACED, _read_before(lookback_days))


def _read_before(lookback_days: float) -> timedelta:
    """Say how long before a snapshot the facts that its totals and shares rest on begin."""
    return max(LONGEST_CHANGE, timedelta(days=lookback_days) + _COMPARED)


def build_marts(
    connection: duckdb.DuckDBPyConnection,
    window: BuildWindow,
    coverage: CoverageParameters,
    series: SeriesParameters | None = None,
) -> dict[str, int]:
    """Replace every mart's rows in the window by what the facts say now.

    Marts made of other marts look back further than those made of facts; where later rows are
    there already, theirs are made again too, as far as the window bears on them. The window ends
    with what is built of its last UTC day: a bar is made of all its snapshots.

    Args:
        connection: Writable and migrated. The caller's transaction is used and left open, so
            that facts and marts change together or not at all.
        window: Snapshots to rebuild.
        coverage: When a row is fresh and a total complete enough.
        series: The judgement in candles, anomalies and regimes; None: the defaults.

    Returns:
        Rows written, by mart.
    """
    judgement = series or SeriesParameters()
    window = _with_whole_bars(connection, window)
    rows = dict.fromkeys((model.name for model in (*MARTS, CANDLES, *SERIES)), 0)
    _clear(connection, (*MARTS, CANDLES), window)
    for part in slices(connection, window, "core.open_interest", SLICE_ROWS):
        parameters = _parameters(part, coverage)
        _materialise(connection, INTERMEDIATES, parameters)
        _insert(connection, MARTS, parameters, rows)
        _build_candles(connection, part, parameters, rows)
    _drop(connection, (*INTERMEDIATES, *CANDLE_INTERMEDIATES))
    for model in SERIES:
        _build_series(connection, model, window, judgement, rows)
    log.info("marts built %s", " ".join(f"{name}={count}" for name, count in rows.items()))
    return rows


def _build_candles(
    connection: duckdb.DuckDBPyConnection,
    part: BuildWindow,
    parameters: Mapping[str, Parameter],
    rows: dict[str, int],
) -> None:
    _drop_unread(connection, CANDLE_INTERMEDIATES)
    for place, model in enumerate(CANDLE_INTERMEDIATES, 1):
        _materialise(connection, (model,), parameters)
        _drop_unread(connection, CANDLE_INTERMEDIATES[place:])
    _clear(connection, (CANDLES,), part)
    _insert(connection, (CANDLES,), parameters, rows)


def _drop_unread(connection: duckdb.DuckDBPyConnection, later: Sequence[IntermediateModel]) -> None:
    """Make room: drop the intermediates that neither these nor the candles read."""
    texts = [model_sql(model.name) for model in later]
    texts.append(model_sql(CANDLES.name))
    unread = [
        model
        for model in (*INTERMEDIATES, *CANDLE_INTERMEDIATES)
        if not any(model.name in text for text in texts)
    ]
    _drop(connection, unread)


def _build_series(
    connection: duckdb.DuckDBPyConnection,
    model: MartModel,
    window: BuildWindow,
    judgement: SeriesParameters,
    rows: dict[str, int],
) -> None:
    reach = _reach(model, judgement)
    reached = BuildWindow(window.since - model.back, window.until + reach)
    needed = _INPUTS.get(model.name, ())
    _clear(connection, (model,), reached)
    for part in slices(connection, reached, model.sized_by, model.slice_rows):
        parameters: dict[str, Parameter] = {**asdict(judgement), **asdict(part)}
        _materialise(connection, needed, parameters)
        _clear(connection, (model,), part)
        _insert(connection, (model,), parameters, rows)
    _drop(connection, needed)


def _reach(model: MartModel, judgement: SeriesParameters) -> timedelta:
    """Say how long after a snapshot its figures still bear on rows of a mart."""
    if model.name == "oi_anomalies":
        return timedelta(days=judgement.anomaly_span * judgement.anomaly_period + 1)
    if model.name == "oi_regimes":
        return timedelta(days=max(judgement.squeeze_days, 30) + 2)
    return model.reach


_INPUTS = {
    "oi_pre_events": SERIES_INTERMEDIATES[:1],
    "oi_regimes": REGIME_INTERMEDIATES,
    "funding_extremes": SERIES_INTERMEDIATES[1:2],
    "oi_imbalance": SERIES_INTERMEDIATES[2:],
}


def slices(
    connection: duckdb.DuckDBPyConnection, window: BuildWindow, table: str, most_rows: int
) -> list[BuildWindow]:
    """Cut a window into parts of like size; one part even where there are no snapshots.

    Args:
        connection: Migrated.
        window: What is cut.
        table: Whose rows tell how large a part is.
        most_rows: About so many of them make a part.
    """
    is_bars = table == "marts.oi_candles"
    instant, least = ("bar_at", 1) if is_bars else ("snapshot_at", SLICE_SNAPSHOTS)
    found = connection.execute(
        f"select {instant}, count(*) from {table}"  # noqa: S608 -- names of our own
        f" where {instant} between $since and $until group by {instant} order by {instant}",
        asdict(window),
    ).fetchall()
    instants = [row[0] for row in found]
    rows = sum(row[1] for row in found)
    size = max(least, most_rows * len(found) // max(rows, 1))
    starts = [window.since, *instants[size::size]]
    ends = [*instants[size - 1 : -1 : size], window.until]
    return [BuildWindow(*part) for part in zip(starts, ends, strict=True)]


def _with_whole_bars(connection: duckdb.DuckDBPyConnection, window: BuildWindow) -> BuildWindow:
    """Let a window end with the last built snapshot of its last UTC day."""
    found = connection.execute(
        "select max(snapshot_at) from marts.oi_by_asset"
        " where snapshot_at >= $until and snapshot_at < $midnight",
        {"until": window.until, "midnight": _midnight(window.until) + timedelta(days=1)},
    ).fetchall()
    return BuildWindow(window.since, found[0][0] or window.until)


def _midnight(instant: datetime) -> datetime:
    """Return when the UTC day of an instant began."""
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _parameters(window: BuildWindow, coverage: CoverageParameters) -> dict[str, Parameter]:
    midnight = _midnight(window.since)
    return {
        "since": window.since,
        "until": window.until,
        "earliest": window.since - _read_before(coverage.lookback_days),
        "recent": midnight - _COMPARED,
        "max_age_minutes": coverage.max_age_minutes,
        "lookback_days": coverage.lookback_days,
        "minimum_coverage": coverage.minimum,
    }


def _clear(
    connection: duckdb.DuckDBPyConnection, models: Sequence[MartModel], window: BuildWindow
) -> None:
    for model in models:
        connection.execute(
            f"delete from marts.{model.name}"  # noqa: S608 -- names of our own
            f" where {model.instant_column} between {model.first} and $until"
            # No bar is longer: said apart, DuckDB need not look at what is older.
            f" and {model.instant_column} >= $since - interval 24 hour",
            asdict(window),
        )


def _materialise(
    connection: duckdb.DuckDBPyConnection,
    models: Sequence[IntermediateModel],
    parameters: Mapping[str, Parameter],
) -> None:
    for model in models:
        query = model_sql(model.name)
        connection.execute(
            f"create or replace temp table {model.name} as\n{query}",
            _pick(parameters, model.parameters),
        )


def _insert(
    connection: duckdb.DuckDBPyConnection,
    models: Sequence[MartModel],
    parameters: Mapping[str, Parameter],
    rows: dict[str, int],
) -> None:
    for model in models:
        query = model_sql(model.name)
        done = connection.execute(
            f"insert into marts.{model.name} by name\n{query}",
            _pick(parameters, model.parameters),
        ).fetchall()
        rows[model.name] += int(done[0][0])


def _drop(connection: duckdb.DuckDBPyConnection, models: Sequence[IntermediateModel]) -> None:
    for model in models:
        connection.execute(f"drop table if exists temp.{model.name}")


def _pick(parameters: Mapping[str, Parameter], names: Sequence[str]) -> dict[str, Parameter]:
    return {name: parameters[name] for name in names}
