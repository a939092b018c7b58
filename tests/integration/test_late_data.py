"""Late, restated, withdrawn and added facts: building as they come equals building it all."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.flows.marts import build_stale
from oirisk.flows.settings.model import Settings
from oirisk.warehouse.load import (
    STORED_COLUMNS,
    RunRow,
    load_bars,
    load_open_interest,
    record_run,
    withdraw_open_interest,
)
from oirisk.warehouse.market_facts import load_facts
from oirisk.warehouse.migrate import migrate

START = datetime(2026, 3, 2, tzinfo=UTC)
NIGHTS = 4
ARRIVED = START + timedelta(days=40)
SETTINGS = Settings(
    clusters={"minimum_usd": 0.0, "history_days": 5.0, "top_assets": 2},
    series={
        "anomaly_period": 3, "anomaly_minimum_usd": 0.0, "exhaustion_days": 3,
        "squeeze_minimum_bars": 3, "funding_minimum_days": 2,
    },
)  # fmt: skip
UTC_TIME = pl.Datetime("us", "UTC")
STRIKES = range(75, 130, 5)
Fact = dict[str, Any]


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set asof_loop_join_threshold = 0")
        migrate(connection, START)
        _list_options(connection)
        yield connection


def _list_options(connection: duckdb.DuckDBPyConnection) -> None:
    """List calls that end at different times, so that clusters of strikes go too."""
    connection.executemany(
        "insert into core.instruments by name select $venue as venue, $symbol as symbol,"
        " $symbol as market_id, 'option' as product, 'BTC' as asset, 1.0 as base_multiplier,"
        " 'USDT' as quote, 'USDT' as settle, 'option' as kind, 'linear' as margin,"
        " $expiry as expiry, $strike as strike, 'call' as option_type, true as is_active,"
        " $since as valid_from",
        [
            {
                "venue": venue, "symbol": f"BTC-{strike}-C", "strike": strike,
                "expiry": _night(2 if strike == 95 else 9), "since": _night(-1),
            }
            for venue in ("okx", "gate")
            for strike in STRIKES
        ],
    )  # fmt: skip


def _night(number: int) -> datetime:
    return START + timedelta(days=number)


def _facts(number: int, scale: float = 1.0) -> list[Fact]:
    """Two venues' rows of one night; figures without a pattern that a slip could hide in."""
    price = 100.0 + (number * 7) % 5
    return _options(number, scale, price) + [
        {
            "snapshot_at": _night(number), "observed_at": _night(number), "venue": venue,
            "symbol": "BTC/USDT:USDT", "asset": "BTC", "kind": "perp", "margin": "linear",
            "oi_base": base, "oi_usd": base * price, "mark_price": price, "index_price": 100.0,
            "volume_24h_base": 900.0, "funding_rate": price / 1e6,
            "funding_interval_hours": 8.0, "unit_rule": "rule", "counting_factor": 1.0,
            "source": "live", "quality": "ok", "is_simulated": False,
        }
        for venue, base in (
            ("okx", scale * (1e6 + 5e4 * ((number * 3) % 7))),
            ("gate", scale * (4e5 - 2e4 * ((number * 5) % 4))),
        )
    ]  # fmt: skip


def _options(number: int, scale: float, price: float) -> list[Fact]:
    """Two strikes among empty ones, of which one changes from night to night."""
    held = {95: 4e4, 110: scale * (2e4 + 1e4 * (number % 3))}
    return [
        {
            "snapshot_at": _night(number), "observed_at": _night(number), "venue": venue,
            "symbol": f"BTC-{strike}-C", "asset": "BTC", "kind": "option", "margin": "linear",
            "oi_base": held.get(strike, 0.0), "oi_usd": held.get(strike, 0.0) * price,
            "mark_price": None, "index_price": price, "volume_24h_base": None,
            "funding_rate": None, "funding_interval_hours": None, "unit_rule": "rule",
            "counting_factor": 1.0, "source": "live", "quality": "ok", "is_simulated": False,
        }
        for venue in ("okx", "gate")
        for strike in STRIKES
    ]  # fmt: skip


def _frame(rows: Sequence[Fact]) -> pl.DataFrame:
    missing = {
        name: pl.lit(None, dtype=pl.Float64) for name in STORED_COLUMNS if name not in rows[0]
    }
    times = {"snapshot_at": UTC_TIME, "observed_at": UTC_TIME}
    frame = pl.DataFrame(list(rows), schema_overrides=times).with_columns(**missing)
    return frame.select(STORED_COLUMNS)


class _Arrivals:
    """What comes one after another, each a minute after the last."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.now = ARRIVED

    def run(self, number: int, scale: float = 1.0) -> None:
        """Load one night as a run does."""
        self.now += timedelta(minutes=1)
        run = RunRow(
            f"{number} {scale}", "nightly", _night(number), self.now, self.now, "completed", "0",
            "live", is_simulated=False, error=None,
        )  # fmt: skip
        record_run(self.connection, run, pl.DataFrame(), pl.DataFrame())
        rows = _frame(_facts(number, scale))
        load_open_interest(self.connection, rows, run_id=run.run_id, recorded_at=self.now)

    def withdraw(self, number: int) -> None:
        """Take back what one venue said of one night."""
        self.now += timedelta(minutes=1)
        withdraw_open_interest(
            self.connection, _frame(_facts(number)).head(0), snapshot_at=_night(number),
            venues=["gate"], recorded_at=self.now,
        )  # fmt: skip

    def bars(self, first: int, last: int) -> None:
        """Load hourly bars that no run brought."""
        self.now += timedelta(minutes=1)
        rows = [
            {
                "bar_at": _night(first) + timedelta(hours=hour), "interval": "1h",
                "venue": "okx", "symbol": "BTC/USDT:USDT", "asset": "BTC", "open": 100.0,
                "high": 103.0 + hour % 3, "low": 97.0 - hour % 4, "close": 101.0,
                "volume_base": 5e4, "volume_usd": 5e6,
            }
            for hour in range(24 * (last - first))
        ]  # fmt: skip
        frame = pl.DataFrame(rows, schema_overrides={"bar_at": UTC_TIME})
        load_bars(self.connection, frame)

    def positioning(self, number: int, share: float) -> None:
        """Load who was long that night."""
        self.now += timedelta(minutes=1)
        row = {
            "at": _night(number) - timedelta(minutes=30), "venue": "okx",
            "symbol": "BTC/USDT:USDT", "asset": "BTC", "measure": "account", "period": "1h",
            "long_share": share, "short_share": 1 - share, "long_base": None,
            "short_base": None, "source": "history", "is_simulated": False,
        }  # fmt: skip
        floats = dict.fromkeys(("long_base", "short_base"), pl.Float64)
        frame = pl.DataFrame([row], schema_overrides={"at": UTC_TIME, **floats})
        load_facts(
            self.connection, "core.positioning", frame, run_id="shares", recorded_at=self.now
        )


def _marts(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    names = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
    ).fetchall()
    return {name: connection.sql(f"from marts.{name} order by all").fetchall() for (name,) in names}


def _assert_equals_a_full_build(connection: duckdb.DuckDBPyConnection) -> None:
    piecewise = _marts(connection)
    for name in piecewise.keys() - {"leverage_priors"}:
        connection.execute(f"delete from marts.{name}")  # noqa: S608
    build_stale(connection, SETTINGS, ARRIVED, full=True)
    whole = _marts(connection)
    assert len(whole["liquidation_map"]) > 0
    assert len(whole["oi_profile"]) > 0
    life = "select distinct status from marts.clusters where kind = 'strike'"
    assert {"born", "consumed"} < {row[0] for row in connection.sql(life).fetchall()}
    for name, rows in whole.items():
        lost = [row for row in rows if row not in piecewise[name]]
        extra = [row for row in piecewise[name] if row not in rows]
        assert (lost[:3], extra[:3]) == ([], []), name


def test_runs_that_come_late_or_restate_leave_what_a_full_build_gives(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    arrivals = _Arrivals(warehouse)
    for number, scale in [(0, 1.0), (3, 1.0), (2, 1.0), (1, 1.0), (0, 1.3)]:
        arrivals.run(number, scale)
        build_stale(warehouse, SETTINGS, arrivals.now)
    _assert_equals_a_full_build(warehouse)


def test_a_build_of_what_changed_equals_a_full_build(warehouse: duckdb.DuckDBPyConnection) -> None:
    arrivals = _Arrivals(warehouse)
    for number in (0, 2, 3):
        arrivals.run(number)
    _build(warehouse, arrivals)
    arrivals.run(1)
    arrivals.run(0, 1.4)
    arrivals.withdraw(2)
    arrivals.positioning(2, 0.7)
    arrivals.positioning(3, 0.6)
    _build(warehouse, arrivals)
    arrivals.bars(1, 3)
    _build(warehouse, arrivals)
    assert build_stale(warehouse, SETTINGS, arrivals.now) is None
    _assert_equals_a_full_build(warehouse)


def _build(connection: duckdb.DuckDBPyConnection, arrivals: _Arrivals) -> None:
    """Do what ``oirisk build`` does."""
    arrivals.now += timedelta(minutes=1)
    assert build_stale(connection, SETTINGS, arrivals.now) is not None
    arrivals.now += timedelta(minutes=1)
