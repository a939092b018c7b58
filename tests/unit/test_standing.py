"""What the rows around a figure say of it: empty, standing still, expired; by one rule (M36)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from oirisk.flows.marts import build_stale
from oirisk.flows.settings.model import Settings
from oirisk.warehouse.load import STORED_COLUMNS, load_instruments, load_open_interest
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.standing import judge_standing
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import MEMORY_LIMIT

AT = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = AT + 40 * DAY
EVERYTHING = BuildWindow(AT - 90 * DAY, AT + 90 * DAY)
UTC_TIME = pl.Datetime("us", "UTC")
Connection = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def migrated() -> Iterator[Connection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        migrate(connection, AT)
        yield connection


@pytest.fixture
def warehouse(migrated: Connection) -> Iterator[Connection]:
    migrated.execute("begin transaction")
    yield migrated
    migrated.execute("rollback")


def _row(at: datetime, **figures: Any) -> dict[str, Any]:
    known = {
        "snapshot_at": at, "observed_at": at, "venue": "okx", "symbol": "BTC/USDT:USDT",
        "asset": "BTC", "kind": "perp", "margin": "linear", "oi_base": 1000.0,
        "mark_price": 100.0, "unit_rule": "rule", "counting_factor": 1.0, "source": "live",
        "quality": "ok", "is_simulated": False, **figures,
    }  # fmt: skip
    return {"oi_usd": known["oi_base"] * known["mark_price"], **known}


def _store(connection: Connection, rows: Sequence[dict[str, Any]], now: datetime = NOW) -> None:
    times = {"snapshot_at": UTC_TIME, "observed_at": UTC_TIME}
    frame = pl.DataFrame(list(rows), schema_overrides=times, infer_schema_length=None)
    absent = [name for name in STORED_COLUMNS if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in absent)
    load_open_interest(connection, frame, run_id=f"{now}", recorded_at=now)


def _judge(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[str | None]:
    """Store rows, judge them, and return the verdicts in order of time."""
    _store(connection, rows)
    judge_standing(connection, EVERYTHING, NOW)
    return _verdicts(connection)


def _verdicts(connection: Connection) -> list[str | None]:
    found = connection.sql(
        "select suspect_reason, quality from core.open_interest where superseded_at is null"
        " order by snapshot_at, symbol"
    ).fetchall()
    assert all((reason is None) == (quality == "ok") for reason, quality in found)
    return [reason for reason, _ in found]


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        pytest.param({}, "zero", id="volume is not told"),
        pytest.param({"volume_24h_base": 5.0}, "zero", id="it trades"),
        pytest.param({"volume_24h_base": 0.0}, None, id="it does not trade"),
        pytest.param({"kind": "option"}, None, id="an option is empty as a rule"),
        pytest.param({"oi_base": 1e-9}, None, id="hardly anything"),
    ],
)
def test_an_empty_figure_is_suspect_unless_nothing_is_traded(
    warehouse: Connection, figures: dict[str, Any], verdict: str | None
) -> None:
    assert _judge(warehouse, [_row(AT, **{"oi_base": 0.0, **figures})]) == [verdict]


def test_a_contract_that_is_listed_as_closed_may_be_empty_from_then_on(
    warehouse: Connection,
) -> None:
    _list(warehouse, AT, is_active=True)
    _list(warehouse, AT + DAY, is_active=False)
    rows = [_row(AT + n * DAY, oi_base=0.0) for n in range(3)]
    assert _judge(warehouse, rows) == ["zero", None, None]


def _list(connection: Connection, at: datetime, **told: Any) -> None:
    row = {
        "venue": "okx", "symbol": "BTC/USDT:USDT", "market_id": "x", "product": "swap",
        "asset": "BTC", "base_multiplier": 1.0, "quote": "USDT", "settle": "USDT",
        "kind": "perp", "margin": "linear", "contract_size": 1.0, "contract_size_unit": "BTC",
        "expiry": None, "strike": None, "option_type": None, "max_leverage": None,
        "listed_at": None, "is_active": True, **told,
    }  # fmt: skip
    dtypes = {"strike": pl.Float64, "option_type": pl.String, "max_leverage": pl.Float64}
    frame = pl.DataFrame(
        [row], schema_overrides={**dtypes, "expiry": UTC_TIME, "listed_at": UTC_TIME}
    )
    load_instruments(connection, frame, listed_at=at)


def _series(
    values: Sequence[float], step: timedelta, volumes: Sequence[float | None] = (), **more: Any
) -> list[dict[str, Any]]:
    told = volumes or [None] * len(values)
    return [
        _row(AT + n * step, oi_base=value, volume_24h_base=volume, **more)
        for n, (value, volume) in enumerate(zip(values, told, strict=True))
    ]


RISING = [10.0 + n for n in range(9)]
FALLING = RISING[::-1]


@pytest.mark.parametrize(
    ("rows", "suspect"),
    [
        pytest.param(_series([5.0] * 6, 5 * MINUTE), 0, id="six observations"),
        pytest.param(_series([5.0] * 7, 5 * MINUTE), 7, id="seven, all of them"),
        pytest.param(_series([5.0] * 6 + [6.0] + [5.0] * 6, HOUR), 0, id="never seven in a row"),
        pytest.param(_series([5.0 * (1 + n * 1e-10) for n in range(7)], HOUR), 7, id="ninth digit"),
        pytest.param(_series([5.0 * (1 + n * 1e-7) for n in range(7)], HOUR), 0, id="eighth digit"),
        pytest.param(_series([5.0] * 9, HOUR, RISING), 9, id="trade in every hour"),
        pytest.param(_series([5.0] * 9, HOUR, FALLING), 0, id="quiet: yesterday's trade goes"),
        pytest.param(_series([5.0] * 9, HOUR, [7.0] * 9), 0, id="quiet hours"),
        pytest.param(_series([5.0] * 7, DAY, [7.0] * 7), 7, id="nights with the same turnover"),
        pytest.param(_series([5.0] * 7, DAY, [0.0] * 7), 0, id="nights without turnover"),
        pytest.param(_series([5.0] * 9, 2 * DAY), 0, id="not seven in eight days"),
        pytest.param(_series([5.0] * 9, HOUR, kind="option"), 0, id="options stand still"),
        pytest.param(
            [_row(AT + n * HOUR, observed_at=AT, oi_base=5.0) for n in range(9)], 0,
            id="one old answer, again and again",
        ),
        pytest.param(
            [_row(AT + n * HOUR, margin="inverse", oi_base=500 / (90 + n), mark_price=90.0 + n,
                  oi_usd=500.0) for n in range(7)], 7,
            id="an inverse contract whose coins move with the price alone",
        ),
        pytest.param(
            [_row(AT + n * HOUR, margin="inverse", oi_base=5.0, mark_price=90.0 + n)
             for n in range(7)], 0,
            id="an inverse contract whose face value moves",
        ),
    ],
)  # fmt: skip
def test_a_figure_that_stands_still_while_it_trades_is_suspect(
    warehouse: Connection, rows: list[dict[str, Any]], suspect: int
) -> None:
    verdicts = _judge(warehouse, rows)
    assert verdicts == ["frozen"] * suspect + [None] * (len(rows) - suspect)


@pytest.mark.parametrize(
    ("symbol", "kind", "verdicts"),
    [
        ("BTC/USDT:USDT-260303", "future", [None, None, "expired", "expired"]),
        ("BTC/USD:BTC-260303-50000-C", "option", [None, None, "expired", "expired"]),
        ("BTC/USD:BTC-260303-C", "option", [None] * 4),  # a strike, no day
        ("BTC/USDT:USDT", "perp", [None] * 4),
    ],
)
def test_a_contract_ends_on_its_day(
    warehouse: Connection, symbol: str, kind: str, verdicts: list[str | None]
) -> None:
    hours = (24, 31, 32, 300)  # to 2 March 00:00; it ends on the 3rd at 08:00
    rows = [_row(AT + hour * HOUR, oi_base=hour, symbol=symbol, kind=kind) for hour in hours]
    assert _judge(warehouse, rows) == verdicts


def test_a_listing_says_when_a_contract_ends_better_than_its_name(warehouse: Connection) -> None:
    symbol = "BTC/USDT:USDT-260303"
    _list(warehouse, AT, symbol=symbol, kind="future", expiry=AT + DAY + 15 * HOUR)
    hours = (38, 39)
    rows = [_row(AT + n * HOUR, oi_base=n, symbol=symbol, kind="future") for n in hours]
    assert _judge(warehouse, rows) == [None, "expired"]


def test_what_the_row_itself_makes_suspect_stays_so_without_a_reason(warehouse: Connection) -> None:
    told = [_row(AT + n * HOUR, oi_base=5.0, quality="suspect") for n in range(9)]
    _store(warehouse, told)
    judge_standing(warehouse, EVERYTHING, NOW)
    found = warehouse.sql("select distinct quality, suspect_reason from core.open_interest")
    assert found.fetchall() == [("suspect", None)]


def test_the_same_rows_again_change_nothing_though_they_were_judged(warehouse: Connection) -> None:
    rows = _series([0.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0], HOUR)
    assert _judge(warehouse, rows) == ["zero", *["frozen"] * 7]
    before = warehouse.sql("from core.open_interest order by all").fetchall()
    _store(warehouse, rows, NOW + HOUR)
    assert judge_standing(warehouse, EVERYTHING, NOW + HOUR) == 0
    assert warehouse.sql("from core.open_interest order by all").fetchall() == before


def test_a_verdict_that_changes_is_a_restatement(warehouse: Connection) -> None:
    """The fourth of seven equal figures turns out to be another: none was frozen."""
    _judge(warehouse, _series([5.0] * 7, HOUR))
    corrected = {**_series([5.0] * 7, HOUR)[3], "oi_base": 6.0, "oi_usd": 600.0}
    _store(warehouse, [corrected], NOW + HOUR)
    judge_standing(warehouse, BuildWindow(AT + 3 * HOUR, AT + 3 * HOUR), NOW + HOUR)
    assert _verdicts(warehouse) == [None] * 7
    kept = warehouse.sql(
        "select suspect_reason, recorded_at, superseded_at from core.open_interest"
        " where superseded_at is not null"
    ).fetchall()
    assert kept == [("frozen", NOW, NOW + HOUR)] * 7


@pytest.mark.parametrize("seed", range(6))
def test_in_whatever_order_rows_come_the_verdicts_are_those_of_all_at_once(
    warehouse: Connection, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    rows = [
        _row(
            AT + int(minutes) * 5 * MINUTE,
            oi_base=float(chance.choice([0.0, 5.0, 6.0], p=[0.04, 0.9, 0.06])),
            volume_24h_base=float(chance.integers(0, 4)) if chance.random() < 0.5 else None,
        )
        for minutes in np.cumsum(chance.choice([1, 1, 12, 288], 60))
    ]
    batch = chance.integers(0, 5, len(rows))
    for number in chance.permutation(5):
        now = NOW + int(number) * HOUR
        come = [row for row, its in zip(rows, batch, strict=True) if its == number]
        _store(warehouse, come, now)
        span = BuildWindow(come[0]["snapshot_at"], come[-1]["snapshot_at"])
        judge_standing(warehouse, span, now)
    piecewise = _verdicts(warehouse)
    assert {"frozen", None} <= set(piecewise)
    warehouse.execute("delete from core.open_interest")
    assert _judge(warehouse, rows) == piecewise


def test_ten_zeros_are_no_fall_and_no_rise_of_the_total(warehouse: Connection) -> None:
    """70 on one exchange; 30 on another, which ten times says 0: not -30 %, then +43 %."""
    hours = range(40)
    rows = [
        _row(AT + hour * HOUR, venue=venue, oi_base=size + hour / 1e3)
        for hour in hours
        for venue, size in (("okx", 70.0), ("gate", 30.0))
    ]
    for row in rows:
        if row["venue"] == "gate" and 20 * HOUR <= row["snapshot_at"] - AT < 30 * HOUR:
            row |= {"oi_base": 0.0, "oi_usd": 0.0}
    _store(warehouse, rows)
    build_stale(warehouse, Settings(), NOW)
    totals = warehouse.sql(
        "select published, change_1h_pct, withheld_reason from marts.oi_by_asset"
        " order by snapshot_at"
    ).fetchall()
    assert [published for published, _, _ in totals] == [
        hour not in range(20, 30) for hour in hours
    ]
    assert max(abs(change or 0) for _, change, _ in totals) < 0.01
    # 70.024 of 70.024 + 30.019, when Gate was last good
    assert totals[25][2] == "coverage 0.69 < 0.90: gate suspect"
    candles = warehouse.sql(
        "select max(abs(delta_base)) from marts.oi_candles where \"interval\" = '1h'"
    ).fetchall()
    assert candles[0][0] < 0.03


def test_an_expired_future_is_in_no_total_and_missing_from_none(warehouse: Connection) -> None:
    """104 while it lives, 100 afterwards, of all there is."""
    rows = [
        _row(AT + night * DAY, symbol=symbol, kind=kind, oi_base=size + night / 1e3)
        for night in range(4)
        for symbol, kind, size in (
            ("BTC/USDT:USDT", "perp", 100.0), ("BTC/USDT:USDT-260303", "future", 4.0),
        )
    ]  # fmt: skip
    _store(warehouse, rows)
    build_stale(warehouse, Settings(), NOW)
    totals = warehouse.sql(
        "select round(oi_base), coverage, instruments from marts.oi_by_asset order by snapshot_at"
    ).fetchall()
    assert totals == [(104.0, 1.0, 2), (104.0, 1.0, 2), (100.0, 1.0, 1), (100.0, 1.0, 1)]
    changes = warehouse.sql("select change_24h_pct from marts.oi_by_asset order by snapshot_at")
    assert [abs(later[0]) < 0.01 for _, later in pairwise(changes.fetchall())] == [True] * 3


def _pool(number: int, longs: float, shorts: float) -> dict[str, Any]:
    sides = {"oi_long_base": longs, "oi_short_base": shorts, "pool_net_base": shorts - longs}
    kind = {"venue": "gmx", "kind": "pool", "oi_base": max(longs, shorts)}
    return _row(AT + number * DAY, **kind, **sides)


def test_a_market_of_a_pool_may_be_empty_and_moves_with_either_side(warehouse: Connection) -> None:
    assert _judge(warehouse, [_pool(number, 0, 0) for number in range(8)]) == [None] * 8
    warehouse.execute("delete from core.open_interest")
    assert _judge(warehouse, [_pool(n, 620, 380 + n) for n in range(8)]) == [None] * 8
    warehouse.execute("delete from core.open_interest")
    assert _judge(warehouse, [_pool(n, 620, 380) for n in range(8)]) == ["frozen"] * 8
