"""What holds of candles, anomalies and rebuilds whatever the facts are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from oirisk.schemas.parameters import SeriesParameters
from oirisk.warehouse import slices
from oirisk.warehouse.build import reach_of_facts
from oirisk.warehouse.load import STORED_COLUMNS, load_open_interest
from oirisk.warehouse.marts import TOTALS
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.stale import ON_TOTALS, settle, stale_facts
from oirisk.warehouse.window import BuildWindow
from tests.models import CoverageParameters, build_marts, cut_finely, marts_under

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = CoverageParameters(0.9, 30, 7)
SMALL = SeriesParameters(
    anomaly_period=3, anomaly_minimum_usd=0, exhaustion_bars=3, exhaustion_days=3,
    squeeze_minimum_bars=3, pre_event_windows=2, funding_minimum_days=2,
)  # fmt: skip
TABLES = [mart.removeprefix("marts.") for mart in TOTALS]
CANDLES = marts_under("marts.oi_candles")
Fact = dict[str, Any]

quick = settings(
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute("set asof_loop_join_threshold = 0")
    migrate(connection, START)
    yield connection
    connection.close()


@contextmanager
def _undone(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("begin transaction")
    try:
        yield
    finally:
        connection.execute("rollback")


def _frame(rows: list[Fact]) -> pl.DataFrame:
    utc = pl.Datetime("us", "UTC")
    empty = {name: pl.lit(None, dtype=pl.Float64) for name in STORED_COLUMNS if name not in rows[0]}
    return (
        pl.DataFrame(rows, schema_overrides={"snapshot_at": utc, "observed_at": utc})
        .with_columns(**empty)
        .select(STORED_COLUMNS)
    )


def _fact(at: datetime, venue: str, base: float, price: float = 100.0) -> Fact:
    return {
        "snapshot_at": at, "observed_at": at, "venue": venue, "symbol": "BTC/USDT:USDT",
        "asset": "BTC", "kind": "perp", "margin": "linear", "oi_base": base,
        "oi_usd": base * price, "mark_price": price, "index_price": 100.0,
        "funding_rate": price / 1e6, "funding_interval_hours": 8.0, "unit_rule": "rule",
        "counting_factor": 1.0, "source": "live", "quality": "ok", "is_simulated": False,
    }  # fmt: skip


def _everything(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: connection.sql(f"select * from marts.{table} order by all").fetchall()  # noqa: S608
        for table in TABLES
    }


steps = st.sampled_from((60, 60, 60, 240, 1440, 5))


@st.composite
def histories(draw: st.DrawFn) -> list[list[Fact]]:
    """Nights in the order in which they arrive: some late, some restated, venues missing."""
    instants = [START]
    for minutes in draw(st.lists(steps, min_size=4, max_size=14)):
        instants.append(instants[-1] + minutes * MINUTE)
    nights = []
    for at in instants:
        venues = draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True))
        nights.append(
            [
                _fact(at, venue, draw(st.integers(100, 200)), draw(st.integers(90, 110)))
                for venue in venues
            ]
        )
    late = draw(st.permutations(range(len(nights))))
    kept = [nights[n] for n in range(len(nights)) if n not in late[:2]]
    returned = [nights[n] for n in late[:2]]
    restated = draw(st.sampled_from(nights))
    changed = [{**row, "oi_base": row["oi_base"] * 1.5} for row in restated]
    return [*kept, *returned, changed]


def _arrive(connection: duckdb.DuckDBPyConnection, rows: list[Fact], recorded_at: datetime) -> None:
    load_open_interest(connection, _frame(rows), run_id="run", recorded_at=recorded_at)


def _stale(connection: duckdb.DuckDBPyConnection, rules: CoverageParameters) -> BuildWindow:
    """Return the window to build after what arrived, and settle it."""
    window = stale_facts(connection).over(ON_TOTALS, reach_of_facts(rules.lookback_days))
    assert window is not None
    settle(connection)
    return window


@quick
@given(nights=histories(), size=st.sampled_from((1, 3, 120)))
def test_building_as_data_arrives_equals_building_everything_at_the_end(
    warehouse: duckdb.DuckDBPyConnection,
    nights: list[list[Fact]],
    size: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrival = START + timedelta(days=60)
    with _undone(warehouse), monkeypatch.context() as patch:
        warehouse.execute(
            "insert into core.events values (?, 'ALL', 'cpi')", [START + timedelta(hours=30)]
        )
        cut_finely(patch, size)
        settle(warehouse)
        for number, rows in enumerate(nights):
            now = arrival + number * MINUTE
            _arrive(warehouse, rows, now)
            build_marts(warehouse, _stale(warehouse, RULES), RULES, SMALL)
        piecewise = _everything(warehouse)
        patch.setattr(slices, "SLICE_SNAPSHOTS", 120)
        whole = BuildWindow(START, START + timedelta(days=60))
        build_marts(warehouse, whole, RULES, SMALL)
        at_once = _everything(warehouse)
    for table in TABLES:
        lost = [row for row in at_once[table] if row not in piecewise[table]]
        extra = [row for row in piecewise[table] if row not in at_once[table]]
        assert (lost[:3], extra[:3]) == ([], []), table


@pytest.mark.parametrize("seed", [4, 5])
def test_late_rows_bear_on_weeks_and_on_bars_that_are_not_over(
    warehouse: duckdb.DuckDBPyConnection, seed: int
) -> None:
    """A venue is seen in the first days alone; some of its rows, and a snapshot, come late."""
    chance = np.random.default_rng(seed)
    rules = CoverageParameters(0.9, 30, float(chance.choice([7, 10, 15])))
    day = timedelta(days=1)
    instants = {START + n * day for n in range(30) if chance.random() < 0.7}
    instants |= {START + int(n) * 180 * MINUTE for n in chance.integers(0, 240, 20)}
    rows = [
        _fact(at, venue, int(chance.integers(100, 200)), int(chance.integers(90, 110)))
        for at in sorted(instants)
        for venue in ("a", *("b" for _ in range(at < START + 3 * day)))
    ]
    late = [row for row in rows[:5] if chance.random() < 0.6]
    late.append(_fact(START + int(chance.integers(0, 70)) * 61 * MINUTE, "a", 150))
    now, whole = START + 100 * day, BuildWindow(START, START + 60 * day)
    with _undone(warehouse):
        _arrive(warehouse, [row for row in rows if row not in late], START)
        build_marts(warehouse, whole, rules, SMALL)
        settle(warehouse)
        _arrive(warehouse, late, now)
        build_marts(warehouse, _stale(warehouse, rules), rules, SMALL)
        piecewise = _everything(warehouse)
        build_marts(warehouse, whole, rules, SMALL)
        at_once = _everything(warehouse)
    for table in TABLES:
        lost = [row for row in at_once[table] if row not in piecewise[table]]
        extra = [row for row in piecewise[table] if row not in at_once[table]]
        assert (lost[:3], extra[:3]) == ([], []), table


def test_the_same_again_changes_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    with _undone(warehouse):
        settle(warehouse)
        _arrive(warehouse, [_fact(START, "a", 100)], START)
        assert stale_facts(warehouse).over(ON_TOTALS) == BuildWindow(START, START)
        settle(warehouse)
        _arrive(warehouse, [_fact(START, "a", 100)], START + MINUTE)
        assert stale_facts(warehouse).over(ON_TOTALS) is None


def _has_whole_baseline(hours: list[int], hour: int, period: int, span: int) -> bool:
    """Return whether enough changes before an hour are known; without a span as M07 says it."""
    known = [one for one in hours if one < hour and one - 1 in hours]
    if span > 1:
        return len(known) >= period and known[-period] >= hour - span * period
    rows = [one for one in hours if one < hour][-period:]
    return len(rows) == period and set(rows) <= set(known)


@quick
@given(data=st.data())
def test_anomalies_equal_those_of_an_independent_program(
    warehouse: duckdb.DuckDBPyConnection, data: st.DataObject
) -> None:
    period, span = data.draw(st.sampled_from((3, 5, 10))), data.draw(st.sampled_from((1, 2)))
    hours = sorted({0, 1} | data.draw(st.sets(st.integers(0, 60), min_size=20, max_size=50)))
    levels = {hour: data.draw(st.floats(1e3, 1e4)) for hour in hours}
    with _undone(warehouse):
        rows = [_fact(START + timedelta(hours=hour), "a", level) for hour, level in levels.items()]
        _arrive(warehouse, rows, START)
        judgement = SeriesParameters(
            anomaly_period=period, anomaly_span=span, anomaly_minimum_usd=0
        )
        window = BuildWindow(START, START + timedelta(hours=60))
        build_marts(warehouse, window, RULES, judgement, marts_under("marts.oi_anomalies"))
        seen = warehouse.sql(
            "select bar_at, status, z, robust_z, side from marts.oi_anomalies"
            " where \"interval\" = '1h' and venue = 'ALL' order by bar_at"
        ).fetchall()
    assert [row[0] for row in seen] == [START + timedelta(hours=hour) for hour in hours]
    known: list[float] = []
    for hour, (_, status, z, robust, side) in zip(hours, seen, strict=True):
        if hour - 1 not in levels:
            assert (status, z, side) == ("gap", None, None)
            continue
        change = levels[hour] / levels[hour - 1] - 1
        before = known[-period:]
        known.append(change)
        is_whole = _has_whole_baseline(hours, hour, period, span)
        if not is_whole:
            assert (status, z) == ("warming_up", None)
            continue
        base = np.array(before)
        want = (change - base.mean()) / max(base.std(ddof=1), 1e-5)
        middle = np.median(base)
        spread = 1.4826 * np.median(np.abs(base - middle))
        assert status == "ok"
        assert z == pytest.approx(want, rel=1e-7, abs=1e-7)
        assert robust == pytest.approx((change - middle) / max(spread, 1e-5), rel=1e-7, abs=1e-7)
        assert side == ("spike" if want > 2.5 else "drop" if want < -2.5 else None)


@quick
@given(data=st.data())
def test_fine_candles_fold_into_coarse_ones(
    warehouse: duckdb.DuckDBPyConnection, data: st.DataObject
) -> None:
    count = data.draw(st.integers(20, 60))
    rows = [
        _fact(START + 5 * n * MINUTE, venue, data.draw(st.integers(100, 999)))
        for n in range(count)
        for venue in ("a", "b")
    ]
    with _undone(warehouse):
        _arrive(warehouse, rows, START)
        window = BuildWindow(START, START + timedelta(days=1))
        build_marts(warehouse, window, RULES, marts=CANDLES)
        fold = """
            select core.bar_start('{coarse}', bar_at) as bar_at, venue,
                arg_min(open, bar_at) as open, max(high) as high, min(low) as low,
                arg_max(close, bar_at) as close, cast(sum(n_obs) as integer) as n_obs
            from marts.oi_candles where "interval" = '{fine}' group by all order by all
        """
        have = """
            select bar_at, venue, open, high, low, close, n_obs from marts.oi_candles
            where "interval" = '{coarse}' order by all
        """
        for fine, coarse in (("5m", "1h"), ("1h", "4h"), ("4h", "1d")):
            folded = warehouse.sql(fold.format(fine=fine, coarse=coarse)).fetchall()
            assert folded == warehouse.sql(have.format(coarse=coarse)).fetchall()


@quick
@given(data=st.data())
def test_a_venue_that_comes_or_goes_moves_no_candle(
    warehouse: duckdb.DuckDBPyConnection, data: st.DataObject
) -> None:
    hours = range(12)
    base = {hour: data.draw(st.integers(1000, 2000)) for hour in hours}
    there = data.draw(st.sets(st.sampled_from(hours)))
    seen = []
    for others in ((), there):
        rows = [_fact(START + timedelta(hours=hour), "a", base[hour]) for hour in hours]
        rows += [_fact(START + timedelta(hours=hour), "b", 100) for hour in others]
        with _undone(warehouse):
            _arrive(warehouse, rows, START)
            window = BuildWindow(START, START + timedelta(hours=12))
            build_marts(warehouse, window, CoverageParameters(0, 30, 7), marts=CANDLES)
            seen.append(
                warehouse.sql(
                    'select bar_at, "interval", change_high, change_low, delta_base'
                    " from marts.oi_candles where venue = 'ALL' order by all"
                ).fetchall()
            )
    assert seen[0] == seen[1]
