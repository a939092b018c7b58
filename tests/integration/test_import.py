"""Importing files into a real home: what is stored, refused, restated and reported."""

import gzip
import json
import math
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.flows.cli.export import export
from oirisk.flows.cli.imports import import_history
from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.imports.load import Imported, import_files
from oirisk.flows.imports.venue_names import venue_names
from oirisk.flows.marts import build_stale
from oirisk.flows.settings.model import Settings
from oirisk.schemas.errors import HomeError, RecordingError
from oirisk.warehouse.home import Home
from oirisk.warehouse.standing import suspects_of

pytestmark = pytest.mark.integration

NOW = datetime(2026, 10, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
HEADER = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,"
    "count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,"
    "count_long_short_ratio,sum_taker_long_short_vol_ratio\n"
)

Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def query(home: Home) -> Query:
    def run(text: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(home.published), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(text).fetchall()

    return run


def oi(rows: list[tuple[str, str, float, float | None]]) -> pl.DataFrame:
    """Rows of (time, symbol, coins, price) of one venue."""
    return pl.DataFrame(
        {
            "snapshot_at": [datetime.fromisoformat(row[0]).replace(tzinfo=UTC) for row in rows],
            "venue": ["bybit"] * len(rows),
            "symbol": [row[1] for row in rows],
            "asset": [row[1].split("/")[0] for row in rows],
            "oi_base": [row[2] for row in rows],
            "mark_price": [row[3] for row in rows],
        },
        schema_overrides={"mark_price": pl.Float64, "oi_base": pl.Float64},
    )


def load(home: Home, frame: pl.DataFrame, path: Path, now: datetime = NOW) -> Imported:
    frame.write_parquet(path)
    return import_files(home, [str(path)], now)


def test_what_follows_from_the_six_columns_is_filled(
    home: Home, tmp_path: Path, query: Query
) -> None:
    frame = oi(
        [
            ("2026-01-01 00:00", "BTC/USDT:USDT", 2.5, 40000.0),
            ("2026-01-01 00:00", "BTC/USD:BTC", 1.25, 40000.0),
            ("2026-01-01 00:00", "ETH/USD:ETH-260327", 8.0, 2500.0),
            ("2026-01-01 00:00", "BTC/USD:BTC-260327-50000-C", 3.0, 40000.0),
        ]
    )
    done = load(home, frame, tmp_path / "a.parquet")
    assert (done.received, done.accepted, done.rejected) == (4, 4, 0)
    assert query(
        "select symbol, kind, margin, oi_usd, unit_rule, counting_factor, source, quality,"
        " observed_at = snapshot_at, is_simulated from core.open_interest order by symbol"
    ) == [
        ("BTC/USD:BTC", "perp", "inverse", 50000.0, "import", 1.0, "import", "ok", True, False),
        ("BTC/USD:BTC-260327-50000-C", "option", "inverse", 120000.0, "import", 1.0, "import",
         "ok", True, False),
        ("BTC/USDT:USDT", "perp", "linear", 100000.0, "import", 1.0, "import", "ok", True, False),
        ("ETH/USD:ETH-260327", "future", "inverse", 20000.0, "import", 1.0, "import", "ok", True,
         False),
    ]  # fmt: skip
    assert query("select flow, state, snapshot_at::varchar from ops.runs") == [
        ("import", "completed", "2026-01-01 00:00:00+00")
    ]


def test_the_same_file_again_changes_nothing(home: Home, tmp_path: Path, query: Query) -> None:
    frame = oi(
        [
            ("2026-01-01 00:00", "BTC/USDT:USDT", 2.5, 40000.0),
            ("2026-01-01 00:00", "ETH/USDT:USDT", -1.0, 2500.0),
        ]
    )
    first = load(home, frame, tmp_path / "a.parquet")
    before = query("from core.open_interest") + query("from ops.rejects") + query("from ops.runs")
    second = load(home, frame, tmp_path / "copy.parquet", LATER)
    after = query("from core.open_interest") + query("from ops.rejects") + query("from ops.runs")
    assert before == after
    assert (second.run_id, second.accepted, second.rejected) == (first.run_id, 1, 1)
    assert (second.inserted, second.superseded) == (0, 0)


def test_restated_values_supersede_and_the_old_ones_are_kept(
    home: Home, tmp_path: Path, query: Query
) -> None:
    load(home, oi([("2026-01-01 00:00", "BTC/USDT:USDT", 2.5, 40000.0),
                   ("2026-01-01 01:00", "BTC/USDT:USDT", 3.0, 40000.0)]),
         tmp_path / "a.parquet")  # fmt: skip
    done = load(
        home,
        oi([("2026-01-01 01:00", "BTC/USDT:USDT", 4.0, 40000.0),
            ("2026-01-01 02:00", "BTC/USDT:USDT", 5.0, 40000.0)]),
        tmp_path / "b.parquet",
        LATER,
    )  # fmt: skip
    assert (done.inserted, done.superseded) == (2, 1)
    assert query(
        "select oi_base, superseded_at is null from core.open_interest"
        " order by snapshot_at, oi_base"
    ) == [(2.5, True), (3.0, False), (4.0, True), (5.0, True)]


def test_repeats_keep_one_row_and_contradictions_none(
    home: Home, tmp_path: Path, query: Query
) -> None:
    frame = oi(
        [
            ("2026-01-01 00:00", "BTC/USDT:USDT", 2.5, 40000.0),
            ("2026-01-01 00:00", "BTC/USDT:USDT", 2.5, 40000.0),
            ("2026-01-01 00:00", "ETH/USDT:USDT", 8.0, 2500.0),
            ("2026-01-01 00:00", "ETH/USDT:USDT", 9.0, 2500.0),
            ("2026-01-01 00:00", "SOL/USDT:USDT", 1.0, 100.0),
        ]
    )
    done = load(home, frame, tmp_path / "a.parquet")
    assert (done.received, done.accepted, done.rejected, done.repeated) == (5, 2, 3, 1)
    assert done.checks == {"contradicts_row": 2, "unique_row": 1}
    assert query("select symbol, oi_base from core.open_interest order by symbol") == [
        ("BTC/USDT:USDT", 2.5),
        ("SOL/USDT:USDT", 1.0),
    ]
    records = query("select record from ops.rejects where check_name = 'contradicts_row'")
    assert sorted(json.loads(record)["oi_base"] for (record,) in records) == [8.0, 9.0]


def test_every_bad_row_is_refused_whole_with_its_check(
    home: Home, tmp_path: Path, query: Query
) -> None:
    good = ["2026-01-01T00:00:00Z", "bybit", "BTC/USDT:USDT", "BTC", "2.5", "40000"]
    bad = {
        "readable": ["2026-01-01T00:05:00Z", "bybit", "BTC/USDT:USDT", "BTC", "many", "40000"],
        "greater_than_or_equal_to": ["1767225900000", "bybit", "BTC/USDT:USDT", "BTC", "-1", "1"],
        "greater_than": ["2026-01-01 00:10", "bybit", "BTC/USDT:USDT", "BTC", "1", "0"],
        "less_than": ["2026-01-01 00:15", "bybit", "BTC/USDT:USDT", "BTC", "inf", "1"],
        "valid_symbol": ["2026-01-01 00:20", "bybit", "BTCUSDT", "BTC", "1", "1"],
        "canonical_asset": ["2026-01-01", "bybit", "1000PEPE/USDT:USDT", "1000PEPE", "1", "1"],
        "quote_in_usd": ["2026-01-01", "bybit", "BTC/EUR:EUR", "BTC", "1", "1"],
        "not_from_the_future": ["2027-01-01", "bybit", "BTC/USDT:USDT", "BTC", "1", "1"],
        "present": ["", "bybit", "BTC/USDT:USDT", "BTC", "1", "1"],
    }
    names = ["snapshot_at", "venue", "symbol", "asset", "oi_base", "mark_price"]
    lines = [",".join(row) for row in (names, good, *bad.values())] + ["2026-01-01,bybit"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = import_files(home, [str(path)], NOW)
    assert (done.received, done.accepted, done.rejected) == (11, 1, 10)
    assert done.checks == dict.fromkeys([*sorted([*bad, "field_count"])], 1)
    found = dict(query("select check_name, record from ops.rejects"))
    for check, row in bad.items():
        seen = json.loads(found[check])
        assert [seen[name] or "" for name in names] == row
    assert found["field_count"] == "2026-01-01,bybit"


@pytest.mark.parametrize(
    ("oi_base", "mark_price", "reason"),
    [
        (1e26, 1e-3, "oi_base: expected less_than(1e+24), saw 1e+26"),
        (1.0, 1e24, "mark_price: expected less_than(1e+24), saw 1e+24"),
        (1e20, 1e5, "oi_usd: expected less_than(1e+24), saw 1e+25"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(
    home: Home, tmp_path: Path, query: Query, oi_base: float, mark_price: float, reason: str
) -> None:
    frame = oi([("2026-01-01 00:00", "BTC/USDT:USDT", oi_base, mark_price)])
    assert load(home, frame, tmp_path / "a.parquet").accepted == 0
    ((told, record),) = query("select reason, record from ops.rejects")
    assert told == reason
    assert json.loads(record)["oi_base"] == oi_base


def test_one_order_book_under_two_names_is_refused(
    home: Home, tmp_path: Path, query: Query
) -> None:
    day = oi([("2026-01-01", "BTC/USDT:USDT", 10, 40_000)])
    names = ("bybit", "Bybit", " bybit", "bybiteu", "kucoin", "Kucoin", "bybit2", "venue0")
    rows = pl.concat(day.with_columns(venue=pl.lit(name)) for name in names)
    done = load(home, rows, tmp_path / "a.parquet")
    assert done.unknown_venues == ("bybit2", "venue0")
    assert done.checks == {"venue_named": 5}
    assert query("select venue from core.open_interest order by all") == [
        ("bybit",), ("bybit2",), ("venue0",),
    ]  # fmt: skip
    assert dict(query("select venue, reason from ops.rejects")) == {
        "Bybit": "expected the ccxt id bybit, saw 'Bybit'",
        " bybit": "expected the ccxt id bybit, saw ' bybit'",
        "bybiteu": "'bybiteu' is the order book of bybit: name it so, or it counts twice",
        "kucoin": "'kucoin' is the order book of kucoinfutures: name it so, or it counts twice",
        "Kucoin": "'Kucoin' is the order book of kucoinfutures: name it so, or it counts twice",
    }


def test_an_order_book_has_one_name_whichever_id_of_its_exchange_a_file_uses(
    home: Home, tmp_path: Path, query: Query
) -> None:
    symbols = ("BTC/USDT:USDT", "BTC/USD:BTC", "BTC/USDT:USDT-260327-50000-C")
    day = oi([("2026-01-01", symbol, 10, 40_000) for symbol in symbols])
    ids = ("binance", "binanceusdm", "binancecoinm")
    first = load(home, pl.concat(day.with_columns(venue=pl.lit(id_)) for id_ in ids),
                 tmp_path / "a.parquet")  # fmt: skip
    assert (first.accepted, first.checks) == (3, {"unique_row": 6})
    named = [
        ("binancecoinm", "BTC/USD:BTC"), ("binanceusdm", "BTC/USDT:USDT"),
        ("binance", "BTC/USDT:USDT-260327-50000-C"),
    ]  # fmt: skip
    assert query("select venue, symbol from core.open_interest order by symbol") == named
    later = day.with_columns(pl.col("snapshot_at") + timedelta(days=1), venue=pl.lit("binance"))
    second = load(home, later, tmp_path / "b.parquet", LATER)
    assert (second.accepted, second.renamed) == (3, ())
    perp = later.head(1).with_columns(pl.col("snapshot_at") + timedelta(days=1))
    assert load(home, perp, tmp_path / "c.parquet", LATER).renamed == ("binance",)
    assert query("select distinct venue, symbol from core.open_interest order by symbol") == named


def test_deribit_has_the_name_that_is_asked_for(home: Home, tmp_path: Path, query: Query) -> None:
    both = ("deribit", "coinbaseinternational")
    day = oi([("2026-01-01", "BTC/USD:BTC", 10, 40_000)])
    rows = pl.concat(
        day.with_columns(pl.col("snapshot_at") + timedelta(days=n), venue=pl.lit(name))
        for n, name in enumerate(both)
    )
    rows.write_parquet(tmp_path / "a.parquet")
    for asked in ("", "coinbaseinternational"):
        own = Home(home.root / f"for {asked}")
        names = venue_names(all_venues(), [all_venues()[name] for name in both if name == asked])
        import_files(own, [str(tmp_path / "a.parquet")], NOW, names=names)
        with duckdb.connect(str(own.published), read_only=True) as connection:
            seen = connection.sql("select distinct venue from core.open_interest").fetchall()
        assert seen == [(asked or "deribit",)]


@pytest.mark.parametrize("other", [5.0, None])
def test_a_price_that_is_not_a_number_is_no_price_whatever_other_rows_hold(
    home: Home, tmp_path: Path, query: Query, other: float | None
) -> None:
    rows = oi(
        [("2026-01-01", "BTC/USDT:USDT", 10, math.nan), ("2026-01-01", "ETH/USDT:USDT", 1, other)]
    )
    assert load(home, rows, tmp_path / "a.parquet").accepted == 2
    assert query("select mark_price, oi_usd, quality from core.open_interest order by symbol")[
        0
    ] == (None, None, "suspect")


def test_times_with_and_without_zone_mean_the_same_instant(
    home: Home, tmp_path: Path, query: Query
) -> None:
    stamps = [
        "2026-01-01T06:30:00Z", "2026-01-01 06:30:00", "2026-01-01T12:00:00+05:30",
        "2026-01-01 01:30:00-0500", "2026-01-01 06:30:00+00", "1767249000000",
    ]  # fmt: skip
    rows = [f"{at},v{n},BTC/USDT:USDT,BTC,1,1" for n, at in enumerate(stamps)]
    path = tmp_path / "a.csv"
    path.write_text("snapshot_at,venue,symbol,asset,oi_base,mark_price\n" + "\n".join(rows))
    assert import_files(home, [str(path)], NOW).accepted == len(stamps)
    assert query("select distinct snapshot_at::varchar from core.open_interest") == [
        ("2026-01-01 06:30:00+00",)
    ]


def test_an_oi_usd_that_disagrees_with_coins_and_price_is_suspect(
    home: Home, tmp_path: Path, query: Query
) -> None:
    frame = oi(
        [
            ("2026-01-01 00:00", "BTC/USDT:USDT", 1.0, 100.0),
            ("2026-01-01 01:00", "BTC/USDT:USDT", 1.0, 100.0),
            ("2026-01-01 02:00", "BTC/USDT:USDT", 1.0, None),
        ]
    ).with_columns(oi_usd=pl.Series([101.0, 150.0, None]))
    load(home, frame, tmp_path / "a.parquet")
    assert query("select oi_usd, quality from core.open_interest order by snapshot_at") == [
        (101.0, "ok"),
        (150.0, "suspect"),
        (None, "suspect"),
    ]


def test_an_option_is_worth_its_underlying_not_its_premium(
    home: Home, tmp_path: Path, query: Query
) -> None:
    call = "BTC/USD:BTC-260327-50000-C"
    frame = oi([(f"2026-01-01 0{hour}:00", call, 3.0, 1500.0) for hour in range(4)]).with_columns(
        mark_price=pl.Series([1500.0, 42000.0, 42000.0, 1500.0]),
        index_price=pl.Series([40000.0, 40000.0, None, 40000.0]),
        oi_usd=pl.Series([None, 126000.0, None, 9000.0]),
    )
    load(home, frame, tmp_path / "a.parquet")
    assert query("select oi_usd, quality from core.open_interest order by snapshot_at") == [
        (120000.0, "ok"),
        (126000.0, "ok"),
        (126000.0, "ok"),
        (9000.0, "suspect"),
    ]


def test_bars_are_checked_stored_and_replaced(home: Home, tmp_path: Path, query: Query) -> None:
    header = "bar_at,interval,venue,symbol,asset,open,high,low,close,volume_base,volume_usd\n"
    name = "1h,bybit,BTC/USDT:USDT,BTC"
    path = tmp_path / "bars.csv"
    path.write_text(
        header
        + f"2026-01-01 00:00,{name},10,12,9,11,5,55\n"
        + f"2026-01-01 01:00,{name},10,12,11,11.5,5,55\n"  # low above open
        + f"2026-01-01 02:00,{name},10,10.5,9,11,5,55\n"  # high below close
        + f"2026-01-01 03:30,{name},10,12,9,11,5,55\n"  # starts within an hour
        + f"2026-01-01 04:00,{name},0,12,0,11,5,55\n"
        + f"2026-01-01 05:00,{name},10,12,9,11,,\n"
    )
    done = import_files(home, [str(path)], NOW)
    assert (done.received, done.accepted, done.rejected) == (6, 2, 4)
    assert done.checks == {
        "greater_than": 1,
        "high_is_highest": 1,
        "low_is_lowest": 1,
        "starts_on_the_interval": 1,
    }
    path.write_text(header + f"2026-01-01 00:00,{name},10,13,9,11,6,66\n")
    restated = import_files(home, [str(path)], LATER)
    assert (restated.inserted, restated.superseded) == (1, 1)
    assert query("select high, volume_usd from core.bars order by bar_at") == [
        (13.0, 66.0),
        (12.0, None),
    ]
    assert import_files(home, [str(path)], LATER).inserted == 0


def judged(home: Home, files: Path) -> Imported:
    """Import files as the command does: what was stored is judged and built."""

    def build(connection: Any, done: Imported) -> Imported:
        build_stale(connection, Settings(), NOW)
        return replace(done, suspect=suspects_of(connection, done.run_id))

    return import_files(home, [str(files)], NOW, then=build)


def metric(at: str, symbol: str, coins: str, usd: str, ratios: str = "1.5,2,0.25,3") -> str:
    return f"{at},{symbol},{coins},{usd},{ratios}\n"


def test_metrics_files_with_and_without_header_are_one_history(
    home: Home, tmp_path: Path, query: Query
) -> None:
    (tmp_path / "m-1.csv").write_text(
        HEADER
        + metric("2024-02-15 23:50:00", "BTCUSDT", "100.5", "5025000")
        + metric("2024-02-15 23:55:00", "BTCUSDT", "0", "0")
        + metric("2024-02-16 00:00:00", "BTCUSDT", "101", "5050000")
    )
    (tmp_path / "m-2.csv").write_text(
        metric("2024-02-16 00:00:00", "BTCUSDT", "101", "5050000")  # the day before ends with it
        + metric("2024-02-16 00:05:00", "1000PEPEUSDT", "2000", "4", "0,,1,0")
        + metric("2024-02-16 00:10:00", "BTCUSDT", "7", "350000")
        + metric("2024-02-16 00:10:00", "BTCUSDT", "8", "400000")
        + metric("2024-02-16 00:15:00", "BTCUSD_PERP", "8", "400000")
        + metric("2024-02-18 00:00:00", "BTCUSDT", "102", "5100000")
    )
    done = judged(home, tmp_path / "m-*.csv")
    assert (done.received, done.accepted, done.rejected, done.repeated) == (9, 5, 4, 1)
    assert done.checks == {"contradicts_row": 2, "unique_row": 1, "usdm_symbol": 1}
    assert done.suspect == {"zero": 1}
    assert query(
        "select snapshot_at::varchar, symbol, asset, oi_base, oi_usd, mark_price, venue"
        " from core.open_interest where quality = 'ok' order by snapshot_at"
    ) == [
        ("2024-02-15 23:50:00+00", "BTC/USDT:USDT", "BTC", 100.5, 5025000.0, 50000.0,
         "binanceusdm"),
        ("2024-02-16 00:00:00+00", "BTC/USDT:USDT", "BTC", 101.0, 5050000.0, 50000.0,
         "binanceusdm"),
        ("2024-02-16 00:05:00+00", "1000PEPE/USDT:USDT", "PEPE", 2e6, 4.0, 2e-6, "binanceusdm"),
        ("2024-02-18 00:00:00+00", "BTC/USDT:USDT", "BTC", 102.0, 5100000.0, 50000.0,
         "binanceusdm"),
    ]  # fmt: skip
    gap = next(gap for gap in done.gaps if gap["symbol"] == "BTC/USDT:USDT")
    # 48 h 10 min are 578 steps of five minutes and one more; 23:50, 23:55, 00:00, 00:10 and 00:00
    # came.
    assert gap["missing_steps"] == 579 - 5
    assert gap["missing_days"] == ["2024-02-17"]


def test_ratios_become_shares_and_holes_do_not(home: Home, tmp_path: Path, query: Query) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        metric("2024-02-16 00:00:00", "BTCUSDT", "101", "5050000", "4,1,0.25,3")
        + metric("2024-02-16 00:05:00", "BTCUSDT", "102", "5100000", "0,,1.5,0")
    )
    import_files(home, [str(path)], NOW)
    assert query(
        'select "at"::varchar, measure, round(long_share, 12), round(short_share, 12), period'
        ' from core.positioning order by "at", measure'
    ) == [
        ("2024-02-16 00:00:00+00", "account", 0.2, 0.8, "5m"),
        ("2024-02-16 00:00:00+00", "taker", 0.75, 0.25, "5m"),
        ("2024-02-16 00:00:00+00", "top_account", 0.8, 0.2, "5m"),
        ("2024-02-16 00:00:00+00", "top_position", 0.5, 0.5, "5m"),
        ("2024-02-16 00:05:00+00", "account", 0.6, 0.4, "5m"),
        ("2024-02-16 00:05:00+00", "taker", 0.0, 1.0, "5m"),
    ]


def test_a_figure_that_stands_still_for_too_long_is_suspect(
    home: Home, tmp_path: Path, query: Query
) -> None:
    still = [
        metric(f"2024-02-16 00:{5 * n:02d}:00", "BTCUSDT", "101.25", "5062500") for n in range(7)
    ]
    moving = [metric(f"2024-02-16 00:{5 * n:02d}:00", "ETHUSDT", "7.5", "15000") for n in range(6)]
    path = tmp_path / "m.csv"
    path.write_text("".join([*still, *moving]))
    done = judged(home, path)
    assert done.suspect == {"frozen": 7}
    assert query(
        "select asset, quality, suspect_reason, count(*) from core.open_interest group by all"
        " order by 1"
    ) == [
        ("BTC", "suspect", "frozen", 7),
        ("ETH", "ok", None, 6),
    ]


def test_a_metrics_row_without_a_value_is_suspect(home: Home, tmp_path: Path, query: Query) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        metric("2024-02-16 00:00:00", "BTCUSDT", "101", "")
        + metric("2024-02-16 00:05:00", "BTCUSDT", "102", "nan")
        + metric("2024-02-16 00:10:00", "BTCUSDT", "103", "5150000")
    )
    done = judged(home, path)
    assert (done.accepted, done.suspect) == (2, {"no price": 1})
    assert done.checks == {"less_than": 1}  # nan is no number
    assert query("select oi_base, oi_usd, quality from core.open_interest order by all") == [
        (101.0, None, "suspect"), (103.0, 5_150_000.0, "ok"),
    ]  # fmt: skip


def test_a_future_that_has_ended_is_refused_and_until_the_day_is_over_suspect(
    home: Home, tmp_path: Path, query: Query
) -> None:
    """28 March 2025 08:00 is its end; some exchanges settle later that day."""
    rows = oi(
        [
            (at, "BTC/USDT:USDT-250328", 100.0 + number, 80_000.0)
            for number, at in enumerate(
                ("2025-03-28 07:55", "2025-03-28 08:00", "2025-03-29 00:00", "2025-08-01 00:00")
            )
        ]
    )
    rows.write_parquet(tmp_path / "a.parquet")
    done = judged(home, tmp_path / "a.parquet")
    assert (done.checks, done.suspect) == ({"not_expired": 2}, {"expired": 1})
    assert query("select oi_base from core.open_interest where quality = 'ok'") == [(100.0,)]
    assert query("select oi_base from marts.oi_by_asset") == [(100.0,)]
    reason = "the contract of this symbol ended by 2025-03-29T00:00Z"
    assert query("select distinct reason from ops.rejects") == [(reason,)]


@pytest.mark.parametrize("pack", ["zip", "gz"])
def test_packed_csv_files_are_read(home: Home, tmp_path: Path, pack: str) -> None:
    text = HEADER + metric("2024-02-16 00:00:00", "BTCUSDT", "101", "5050000")
    path = tmp_path / f"m.csv.{pack}"
    if pack == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("m.csv", text)
    else:
        path.write_bytes(gzip.compress(text.encode()))
    assert import_files(home, [str(path)], NOW).accepted == 1


def test_files_that_are_neither_are_named_with_what_was_needed(home: Home, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(
        RecordingError, match=r"expected at least the columns snapshot_at.*saw a, b"
    ):
        import_files(home, [str(other)], NOW)
    extra = oi([("2026-01-01", "BTC/USDT:USDT", 1, 1)]).with_columns(colour=pl.lit("red"))
    with pytest.raises(RecordingError, match="unknown columns colour"):
        load(home, extra, tmp_path / "extra.parquet")
    with pytest.raises(RecordingError, match="no file matches"):
        import_files(home, [str(tmp_path / "*.none")], NOW)
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(b"PAR1 and no more")
    with pytest.raises(RecordingError, match="cannot read"):
        import_files(home, [str(damaged)], NOW)


@pytest.mark.parametrize("venue", [[["bybit"]], [b"bybit"], [timedelta(1)]])
def test_a_column_of_no_single_values_is_named(
    home: Home, tmp_path: Path, venue: list[object]
) -> None:
    rows = oi([("2026-01-01", "BTC/USDT:USDT", 1, 1)]).with_columns(pl.Series("venue", venue))
    with pytest.raises(RecordingError, match=r"expected columns of text, .*, saw venue \("):
        load(home, rows, tmp_path / "a.parquet")
    with pytest.raises(RecordingError, match="is a folder: name its files"):
        import_files(home, [str(tmp_path)], NOW)


def test_a_zip_that_is_damaged_or_locked_is_named(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "rows.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", HEADER * 50)
    whole = path.read_bytes()
    begin = whole.index(b"rows.csv") + len(b"rows.csv")
    path.write_bytes(whole[:begin] + bytes([0xFF] * 8) + whole[begin + 8 :])
    with pytest.raises(RecordingError, match=r"cannot read .*rows\.zip as Parquet or CSV"):
        import_files(home, [str(path)], NOW)
    central = whole.index(b"PK\x01\x02") + 8
    path.write_bytes(whole[:central] + b"\x01" + whole[central + 1 :])
    with pytest.raises(RecordingError, match="is encrypted: unpack it first"):
        import_files(home, [str(path)], NOW)


def test_a_file_that_breaks_half_way_leaves_the_home_as_it_was(
    home: Home, tmp_path: Path, query: Query
) -> None:
    load(home, oi([("2026-01-01", "ETH/USDT:USDT", 1, 1)]), tmp_path / "a.parquet")
    path = tmp_path / "b.csv.gz"
    rows = "".join(f"2026-01-01,v{n},BTC/USDT:USDT,BTC,1,1\n" for n in range(200_000))
    header = "snapshot_at,venue,symbol,asset,oi_base,mark_price\n"
    path.write_bytes(gzip.compress((header + rows).encode())[:-2000])
    with pytest.raises(RecordingError, match="damaged"):
        import_files(home, [str(path)], LATER)
    assert query("select count(*) from core.open_interest") == [(1,)]
    assert not list(home.root.glob(".incomplete-*"))


def test_a_home_of_simulated_data_takes_no_import(home: Home, tmp_path: Path) -> None:
    load(home, oi([("2026-01-01", "ETH/USDT:USDT", 1, 1)]), tmp_path / "a.parquet")
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("update ops.runs set is_simulated = true")
    with pytest.raises(HomeError, match="simulated"):
        load(home, oi([("2026-01-02", "ETH/USDT:USDT", 1, 1)]), tmp_path / "b.parquet")


def test_what_was_stored_can_be_exported_and_imported_elsewhere(home: Home, tmp_path: Path) -> None:
    load(home, oi([("2026-01-01", "BTC/USD:BTC", 2, 40000.0)]), tmp_path / "a.parquet")
    with duckdb.connect(str(home.published), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        rows = connection.execute("from core.open_interest").pl()
    other = Home(tmp_path / "other")
    done = load(other, rows, tmp_path / "export.parquet")
    assert (done.accepted, done.rejected) == (1, 0)


def test_an_export_that_names_no_table_holds_every_mart(home: Home, tmp_path: Path) -> None:
    load(home, oi([("2026-01-01 00:00", "BTC/USDT:USDT", 2.5, 40000.0)]), tmp_path / "a.parquet")
    folder = tmp_path / "out"
    assert export(home.root, folder, (), "csv", ("", ""), as_json=True) == 0
    with duckdb.connect(str(home.published), read_only=True) as connection:
        marts = connection.execute(
            "select 'marts.' || table_name || '.csv' from duckdb_tables()"
            " where schema_name = 'marts'"
        ).fetchall()
    assert {path.name for path in folder.iterdir()} == {name for (name,) in marts}


def test_order_of_rows_and_of_files_does_not_matter(
    home: Home, tmp_path: Path, query: Query
) -> None:
    rows = [("2026-01-01 00:00", "BTC/USDT:USDT", 1.0, 1.0),
            ("2026-01-01 01:00", "ETH/USDT:USDT", 2.0, 1.0),
            ("2026-01-01 01:00", "ETH/USDT:USDT", 3.0, 1.0)]  # fmt: skip
    oi(rows[:2]).write_parquet(tmp_path / "1.parquet")
    oi(rows[2:]).write_parquet(tmp_path / "2.parquet")
    other = Home(tmp_path / "other")
    one = import_files(home, [str(tmp_path / "1.parquet"), str(tmp_path / "2.parquet")], NOW)
    (tmp_path / "1.parquet").rename(tmp_path / "3.parquet")
    two = import_files(other, [str(tmp_path / "*.parquet")], NOW)
    assert one == two
    assert query("select symbol from core.open_interest") == [("BTC/USDT:USDT",)]


def test_other_instruments_of_the_same_time_stand_beside_what_is_stored(
    home: Home, tmp_path: Path, query: Query
) -> None:
    load(home, oi([("2026-01-01", "ETH/USDT:USDT", 1, 1)]), tmp_path / "a.parquet")
    done = load(home, oi([("2026-01-01", "BTC/USDT:USDT", 1, 1)]), tmp_path / "b.parquet", LATER)
    assert (done.inserted, done.superseded) == (1, 0)
    assert query("select count(*), count(superseded_at) from core.open_interest") == [(2, 0)]


@pytest.mark.parametrize(("coins", "status"), [(1.0, 0), (-1.0, 1)])
def test_the_command_prints_counts_and_returns_its_status(
    home: Home,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    coins: float,
    status: int,
) -> None:
    path = tmp_path / "a.parquet"
    oi([("2026-01-01", "BTC/USDT:USDT", coins, 1)]).write_parquet(path)
    assert import_history(home.root, [str(path)], as_json=True) == status
    told = json.loads(capsys.readouterr().out)
    assert (told["received"], told["accepted"], told["rejected"]) == (1, 1 - status, status)
    assert import_history(home.root, [str(path)], as_json=False) == status
    assert f"1 rows received, {1 - status} accepted, {status} rejected" in capsys.readouterr().out


def test_a_file_of_a_header_alone_is_told_and_on_record_as_failed(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], query: Query
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("snapshot_at,venue,symbol,asset,oi_base,mark_price\n", encoding="utf-8")
    assert import_history(home.root, [str(path)], as_json=False) == 1
    told = capsys.readouterr().out
    assert "failed" in told
    assert "the files hold no rows" in told
    assert query("select state, error from ops.runs") == [("failed", "the files hold no rows")]
