"""Building marts: the transaction is the caller's, and bad amounts stop nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from oirisk.warehouse.build import reach_of_facts
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.stale import ON_TOTALS, note_stale_rows, settle, stale_facts
from oirisk.warehouse.window import BuildWindow
from tests.models import CoverageParameters, build_marts

AT = datetime(2026, 3, 1, 0, 5, tzinfo=UTC)
RULES = CoverageParameters(0.9, 30, 7)
_LATER = AT + timedelta(days=60)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    migrate(connection, AT)
    yield connection
    connection.close()


def _insert(
    warehouse: duckdb.DuckDBPyConnection, venue: str, base: float, at: datetime = AT
) -> None:
    warehouse.execute(
        "insert into core.open_interest by name select $at as snapshot_at, $at as observed_at,"
        " $at as recorded_at, 'run' as run_id, $venue as venue, 'BTC/USDT:USDT' as symbol,"
        " 'BTC' as asset, 'perp' as kind, 'linear' as margin, $base as oi_base,"
        " $base::double as oi_usd, 'rule' as unit_rule, 1 as counting_factor, 'live' as source,"
        " 'ok' as quality, false as is_simulated",
        {"at": at, "venue": venue, "base": base},
    )


def _stale(warehouse: duckdb.DuckDBPyConnection, lookback_days: float) -> BuildWindow:
    """Return the window to build after what was stored or superseded later."""
    settle(warehouse)
    note_stale_rows(warehouse, "core.open_interest", "snapshot_at", _LATER)
    window = stale_facts(warehouse).over(ON_TOTALS, reach_of_facts(lookback_days))
    assert window is not None
    return window


def test_the_callers_transaction_can_be_undone(warehouse: duckdb.DuckDBPyConnection) -> None:
    _insert(warehouse, "a", 10)
    warehouse.execute("begin transaction")
    rows = build_marts(warehouse, BuildWindow(AT, AT), RULES)
    assert tuple(
        rows[f"marts.{name}"] for name in ("oi_by_asset", "oi_by_venue", "oi_regimes")
    ) == (1, 1, 1)
    warehouse.execute("rollback")
    assert warehouse.execute("select count(*) from marts.oi_by_asset").fetchall() == [(0,)]


def test_rows_of_facts_that_are_gone_go_too(warehouse: duckdb.DuckDBPyConnection) -> None:
    _insert(warehouse, "a", 10)
    _insert(warehouse, "a", 10, AT + timedelta(hours=1))
    window = BuildWindow(AT, AT + timedelta(hours=1))
    build_marts(warehouse, window, RULES)
    warehouse.execute("delete from core.open_interest where snapshot_at = $at", {"at": AT})
    build_marts(warehouse, window, RULES)
    seen = warehouse.execute("select snapshot_at from marts.oi_by_asset").fetchall()
    assert seen == [(AT + timedelta(hours=1),)]


def test_no_temporary_table_is_left(warehouse: duckdb.DuckDBPyConnection) -> None:
    _insert(warehouse, "a", 10)
    build_marts(warehouse, BuildWindow(AT, AT), RULES)
    seen = warehouse.execute("select table_name from duckdb_tables() where temporary").fetchall()
    assert seen == []


def test_no_facts_give_no_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = build_marts(warehouse, BuildWindow(AT, AT), RULES)
    assert set(rows.values()) == {0}


@pytest.mark.parametrize("base", [float("nan"), float("inf"), 1e25, 1e300])
def test_an_impossible_amount_is_left_out_and_stops_nothing(
    warehouse: duckdb.DuckDBPyConnection, base: float
) -> None:
    _insert(warehouse, "a", 10)
    _insert(warehouse, "b", base)
    build_marts(warehouse, BuildWindow(AT, AT), RULES)
    seen = warehouse.execute("select oi_usd, venues from marts.oi_by_asset").fetchall()
    assert seen == [(10.0, 1)]


def test_a_window_needs_a_time_zone_and_an_order() -> None:
    with pytest.raises(ValueError, match="time zone"):
        BuildWindow(AT.replace(tzinfo=None), AT)
    with pytest.raises(ValueError, match="ends after it begins"):
        BuildWindow(AT, AT - timedelta(seconds=1))


@pytest.mark.parametrize(("lookback_days", "coverage"), [(7, 0.25), (4, 0.5)])
def test_a_venue_last_good_days_ago_is_missed_in_its_last_good_size(
    warehouse: duckdb.DuckDBPyConnection, lookback_days: float, coverage: float
) -> None:
    for venue, base in (("a", 10), ("b", 30)):
        _insert(warehouse, venue, base, AT - timedelta(days=5))
    _insert(warehouse, "b", 70, AT - timedelta(days=3))
    warehouse.execute("update core.open_interest set quality = 'suspect' where oi_base = 70")
    _insert(warehouse, "a", 10)
    build_marts(warehouse, BuildWindow(AT, AT), CoverageParameters(0.9, 30, lookback_days))
    # Within the lookback 10 of 10 + 30; beyond it one of two venues is of unknown size.
    seen = warehouse.execute("select coverage from marts.oi_by_asset").fetchall()
    assert seen == [(pytest.approx(coverage),)]


def test_the_flow_of_a_candle_keeps_less_than_a_millionth_of_a_dollar(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    later = AT + timedelta(hours=1)
    _insert(warehouse, "a", 10)
    _insert(warehouse, "a", 10.0000003, later)
    build_marts(warehouse, BuildWindow(AT, later), RULES)
    seen = warehouse.execute(
        "select change_usd from marts.oi_candles"
        """ where "interval" = '1h' and venue = 'a' and change_usd is not null"""
    ).fetchall()
    assert seen == [(pytest.approx(3e-7, rel=1e-3),)]


@pytest.mark.parametrize("lookback_days", [7, 10])
def test_a_late_row_bears_on_what_is_compared_with_the_last_coverage_it_is_part_of(
    warehouse: duckdb.DuckDBPyConnection, lookback_days: int
) -> None:
    """A venue of one row is missing for the lookback; the day after has nothing to compare with."""
    night, rules = timedelta(days=1), CoverageParameters(0.9, 30, lookback_days)
    last = lookback_days + 2
    for number in range(last + 1):
        _insert(warehouse, "a", 10, AT + number * night)
    build_marts(warehouse, BuildWindow(AT, AT + last * night), rules)
    _insert(warehouse, "b", 10)
    warehouse.execute("update core.open_interest set recorded_at = ? where venue = 'b'", [_LATER])
    build_marts(warehouse, _stale(warehouse, lookback_days), rules)
    seen = warehouse.execute(
        "select snapshot_at, share_change_24h_pp from marts.oi_by_venue"
        " where venue = 'a' and snapshot_at >= ? order by snapshot_at",
        [AT + lookback_days * night],
    ).fetchall()
    # Withheld, compared with what was withheld, compared with what was not.
    assert [change for _, change in seen] == [None, None, 0]


def test_what_a_run_restates_covers_the_history_it_fetched_of_the_day_before(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    before = AT - timedelta(hours=2)
    _insert(warehouse, "a", 10, before)
    _insert(warehouse, "a", 10)
    _insert(warehouse, "b", 10)
    warehouse.execute(
        "insert into ops.runs by name select 'run' as run_id, 'top_up' as flow, $1 as snapshot_at,"
        " $1 as started_at, 'completed' as state, '0' as \"version\", 'live' as source,"
        " false as is_simulated",
        [AT],
    )
    warehouse.execute(
        "insert into ops.coverage by name select 'run' as run_id, unnest(['a', 'b']) as venue,"
        " 'ok' as status, 1 as instruments_expected, 1 as received, 1 as accepted, 0 as rejected,"
        " 1 as requests, 1.0 as seconds"
    )
    build_marts(warehouse, BuildWindow(before, AT), RULES)
    query = "select coverage from marts.oi_by_asset where snapshot_at = ?"
    # The run saw as much of b, of which nothing was known then, as there was of a.
    assert warehouse.execute(query, [before]).fetchall() == [(0.5 * 0.5,)]
    warehouse.execute(
        "update core.open_interest set superseded_at = $1 where venue = 'b'", [_LATER]
    )
    _insert(warehouse, "b", 30)
    warehouse.execute("update core.open_interest set recorded_at = ? where oi_base = 30", [_LATER])
    window = _stale(warehouse, RULES.lookback_days)
    assert window.since == AT - timedelta(days=1)
    build_marts(warehouse, window, RULES)
    assert warehouse.execute(query, [before]).fetchall() == [(0.25 * 0.5,)]


def test_a_bar_at_the_end_of_a_window_keeps_the_snapshots_after_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """A day that closes at 30 is no day that closes at 20 because its first hour is built again."""
    for hour, base in ((0, 10), (1, 20), (2, 30)):
        _insert(warehouse, "a", base, AT + timedelta(hours=hour))
    build_marts(warehouse, BuildWindow(AT, AT + timedelta(hours=2)), RULES)
    build_marts(warehouse, BuildWindow(AT, AT + timedelta(hours=1)), RULES)
    seen = warehouse.execute(
        "select close, n_obs from marts.oi_candles"
        """ where "interval" = '1d' and venue = 'ALL'"""
    ).fetchall()
    assert seen == [(30, 3)]


def test_an_event_is_measured_anew_by_every_snapshot_nearer_to_an_hour_before_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Snapshots of three phases of the hour, the nearer one later: what was said before goes."""
    event = AT + timedelta(hours=27)
    warehouse.execute("insert into core.events values (?, 'ALL', 'cpi')", [event])
    rules, whole = CoverageParameters(0.9, 30, 7), BuildWindow(AT, event)
    phases = (timedelta(minutes=-25), timedelta(minutes=15), timedelta(minutes=5))
    instants = sorted(AT + timedelta(hours=n) + phase for n in range(27) for phase in phases)
    for number, at in enumerate(instants):
        _insert(warehouse, "a", 1000 + (number * 37) % 101, at)
    build_marts(warehouse, BuildWindow(AT - timedelta(hours=1), instants[-4]), rules)
    for at in instants[-3:]:
        build_marts(warehouse, BuildWindow(at, at), rules)
    tables = ("oi_pre_events", "oi_regimes")
    seen = {name: warehouse.table(f"marts.{name}").fetchall() for name in tables}
    assert len(seen["oi_pre_events"]) == 1
    build_marts(warehouse, BuildWindow(AT - timedelta(hours=1), whole.until), rules)
    for name, rows in seen.items():
        assert sorted(map(str, rows)) == sorted(
            map(str, warehouse.table(f"marts.{name}").fetchall())
        ), name
