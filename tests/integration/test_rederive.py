"""Facts derived again from the archive: the same when nothing changed, corrected when a rule did."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oirisk.flows.cli.recovery import remake
from oirisk.flows.rederive import rederive_since
from oirisk.schemas.errors import HomeError
from oirisk.schemas.units import UnitRule, unit_rules
from oirisk.transforms import routes
from oirisk.warehouse.load import STORED_COLUMNS, load_bars, load_open_interest
from oirisk.warehouse.writer import writing

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SINCE = date(2026, 11, 1)


@pytest.fixture
def nights(
    desk: Any, tape: Any, at: Any, bybit_row: Callable[..., Any], gate_row: Callable[..., Any],
    once: Callable[..., None],
) -> Any:  # fmt: skip
    """Three nights, the second one restated, with a contract delisted and a size changed."""
    btc, eth = bybit_row("BTCUSDT", 200, 50_000), bybit_row("ETHUSDT", 4_000, 2_500)

    def fill() -> None:
        desk.replay(tape.bybit(btc, eth).gate(gate_row(3_000, 50_000)).write(), at)
        for number, contracts in enumerate((3_100, 3_200)):
            second = tape.later(DAY + number * MINUTE, f"second{number}.jsonl").bybit(btc, eth)
            second.gate(gate_row(contracts, 50_000))
            desk.replay(second.write(), at + DAY, now=at + DAY + (1 + number) * MINUTE)
        third = tape.later(2 * DAY, "third.jsonl").bybit(btc)
        third.gate(gate_row(300, 50_000, quanto_multiplier="0.1"))
        third.lines[0]["markets"].pop()
        third.lines[2]["markets"][0]["info"]["quanto_multiplier"] = "0.1"
        third.lines[2]["markets"][0]["contractSize"] = 0.1
        desk.replay(third.write(), at + 2 * DAY)

    once("three nights", desk, fill)
    return desk


def _contents(desk: Any) -> dict[str, list[dict[str, Any]]]:
    names = ("core.open_interest", "core.instruments", "marts.oi_by_asset", "marts.oi_by_venue",
             "ops.runs", "ops.coverage", "ops.rejects")  # fmt: skip
    return {name: desk.rows(f"select * from {name} order by all") for name in names}  # noqa: S608


def test_deriving_again_with_the_same_rules_changes_nothing(nights: Any, at: Any) -> None:
    before = _contents(nights)
    done = rederive_since(nights.home, SINCE, nights.settings, at + 9 * DAY)
    assert (done.runs, done.restated) == (4, 0)
    assert (done.first, done.last) == (at, at + 2 * DAY)
    assert _contents(nights) == before


def test_deriving_again_from_a_later_day_leaves_the_earlier_ones(nights: Any, at: Any) -> None:
    before = _contents(nights)
    done = rederive_since(nights.home, (at + DAY).date(), nights.settings, at + 9 * DAY)
    assert (done.runs, done.restated) == (3, 0)
    assert _contents(nights) == before


def test_a_corrected_rule_restates_the_past_and_keeps_what_was_said(
    nights: Any, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = unit_rules()["gate.usdt.position_size"]
    corrected = {
        **unit_rules(),
        rule.id: rule.model_copy(update={"counting_factor": Decimal("0.5")}),
    }
    monkeypatch.setattr(routes, "unit_rules", lambda: corrected)
    done = rederive_since(nights.home, SINCE, nights.settings, at + 9 * DAY)
    assert done.restated == 3
    current = (
        "select oi_base from core.open_interest where venue = 'gate' and superseded_at is null"
        " order by snapshot_at"
    )
    assert nights.column(current) == [15.0, 16.0, 15.0]
    as_known = (
        "select oi_base from core.open_interest where venue = 'gate' and recorded_at <= $ts"
        " and (superseded_at is null or superseded_at > $ts) order by snapshot_at"
    )
    assert nights.column(as_known, ts=at + 5 * DAY) == [30.0, 32.0, 30.0]
    assert nights.column(
        "select oi_base from marts.oi_by_venue where venue = 'gate' order by snapshot_at"
    ) == [15.0, 16.0, 15.0]
    again = rederive_since(nights.home, SINCE, nights.settings, at + 10 * DAY)
    assert again.restated == 0


def test_a_row_that_a_corrected_rule_refuses_is_withdrawn(
    nights: Any, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = unit_rules()["gate.usdt.position_size"]
    unknown = {**unit_rules(), rule.id: rule.model_copy(update={"field": "no_such_field"})}
    monkeypatch.setattr(routes, "unit_rules", lambda: unknown)
    done = rederive_since(nights.home, SINCE, nights.settings, at + 9 * DAY)
    assert done.restated == 3
    assert nights.column(
        "select count(*) from core.open_interest where venue = 'gate' and superseded_at is null"
    ) == [0]
    assert nights.column("select distinct venue from marts.oi_by_venue") == ["bybit"]


def test_a_lost_warehouse_comes_back_from_the_archive(nights: Any, at: Any) -> None:
    facts = "select * exclude (recorded_at) from core.open_interest where superseded_at is null"
    queries = (facts, "select * from core.instruments", "select * from marts.oi_by_asset",
               "select run_id, flow, snapshot_at, state, source from ops.runs",
               "select * exclude (seconds) from ops.coverage where status <> 'skipped'")  # fmt: skip
    before = [nights.rows(f"{query} order by all") for query in queries]
    nights.home.warehouse.unlink()
    remake(nights.home, nights.settings, at + 9 * DAY)
    assert [nights.rows(f"{query} order by all") for query in queries] == before


def test_nothing_archived_since_the_day_is_said(nights: Any, at: Any) -> None:
    with pytest.raises(HomeError, match="no responses since 2027-01-01; nothing to rederive"):
        rederive_since(nights.home, date(2027, 1, 1), nights.settings, at)


def test_a_damaged_archive_file_is_set_aside_and_its_facts_stay(nights: Any, at: Any) -> None:
    before = nights.rows("select * from core.open_interest order by all")
    path = next(iter(nights.home.raw.rglob("*.parquet")))
    path.write_bytes(path.read_bytes()[:100])
    assert rederive_since(nights.home, SINCE, nights.settings, at + 9 * DAY).restated == 0
    assert path.with_name(f"{path.name}.damaged").is_file()
    assert nights.rows("select * from core.open_interest order by all") == before


def test_a_home_that_was_moved_still_shows_its_archive_after_the_next_run(
    nights: Any, at: Any, tmp_path: Path, make_desk: Any
) -> None:
    shutil.move(nights.home.root, tmp_path / "moved")
    moved = make_desk("moved")
    rederive_since(moved.home, SINCE, moved.settings, at + 9 * DAY)
    assert moved.column("select count(distinct run_id) from raw.responses") == [4]


GATE = {
    "venue": "gate", "symbol": "BTC/USDT:USDT", "asset": "BTC", "kind": "perp", "margin": "linear",
    "mark_price": 50_000.0, "counting_factor": 1.0, "source": "history", "quality": "ok",
    "unit_rule": "gate.usdt.open_interest", "is_simulated": False,
}  # fmt: skip


def test_history_stored_under_the_old_rule_of_gate_is_counted_anew_and_the_old_rows_are_kept(
    nights: Any, at: Any
) -> None:
    # 2,000 contracts of 0.01 BTC, taken as one side: 20 BTC, 1,000,000 USD
    instants = [
        datetime(2023, 1, 18, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC), at - 20 * MINUTE,
    ]  # fmt: skip
    amounts = {"oi_contracts": 2_000.0, "oi_base": 20.0, "oi_usd": 1e6}
    rows = pl.DataFrame(
        [{"snapshot_at": when, "observed_at": when, **amounts, **GATE} for when in instants]
    )
    absent = [name for name in STORED_COLUMNS if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in absent)
    with writing(nights.home, at + 3 * DAY) as connection:
        load_open_interest(connection, rows, run_id="backfill", recorded_at=at + 3 * DAY)

    done = rederive_since(nights.home, date(2023, 1, 1), nights.settings, at + 9 * DAY)
    current = nights.rows(
        "select oi_contracts, oi_base, oi_usd, counting_factor, quality, run_id"
        " from core.open_interest where superseded_at is null and source = 'history'"
        " order by snapshot_at"
    )
    assert (done.restated, done.first) == (3, instants[0])
    assert [tuple(row.values()) for row in current] == [
        (2_000.0, 20.0, 1e6, 1.0, "ok", "backfill"),  # one side then
        (2_000.0, 20.0, 1e6, 1.0, "suspect", "backfill"),  # nobody knows
        (1_000.0, 10.0, 5e5, 0.5, "ok", "backfill"),  # longs and shorts added up
    ]
    as_known = nights.rows(
        "select oi_base, counting_factor, quality from core.open_interest"
        " where source = 'history' and recorded_at <= $ts"
        " and (superseded_at is null or superseded_at > $ts) order by snapshot_at",
        ts=at + 5 * DAY,
    )
    assert [tuple(row.values()) for row in as_known] == [(20.0, 1.0, "ok")] * 3
    assert nights.column(
        "select oi_base from marts.oi_by_venue where venue = 'gate' and snapshot_at = $ts",
        ts=at - 20 * MINUTE,
    ) == [10.0]
    assert not nights.column(
        "select oi_base from marts.oi_by_venue where snapshot_at = $ts", ts=instants[1]
    )
    again = rederive_since(nights.home, date(2023, 1, 1), nights.settings, at + 10 * DAY)
    assert again.restated == 0


def test_history_under_a_name_of_its_own_is_restated_in_coins(nights: Any, at: Any) -> None:
    # 3 units of a million BOB at 0.015 USD each: 3,000,000 BOB, 0.045 USD
    symbol, when = "1000000BOB/USDT:USDT", at - 20 * MINUTE
    named = {"venue": "gate", "symbol": symbol, "asset": "1000000BOB"}
    figures = {
        "snapshot_at": when, "observed_at": when, "oi_contracts": 3.0, "oi_base": 3.0,
        "oi_usd": 0.045, "mark_price": 0.015, "counting_factor": 1.0, "source": "import",
        "unit_rule": "import",
    }  # fmt: skip
    rows = pl.DataFrame([{**GATE, **named, **figures}])
    absent = [name for name in STORED_COLUMNS if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in absent)
    prices = dict.fromkeys(("open", "high", "low", "close"), 0.015)
    bar = {"bar_at": when, "interval": "5m", **named, **prices, "volume_base": 2.0}
    bars = pl.DataFrame([{**bar, "volume_usd": 0.03}])
    with writing(nights.home, at + 3 * DAY) as connection:
        load_open_interest(connection, rows, run_id="import", recorded_at=at + 3 * DAY)
        load_bars(connection, bars)

    done = rederive_since(nights.home, SINCE, nights.settings, at + 9 * DAY)
    assert done.restated == 1
    held = nights.rows(
        "select asset, oi_base, oi_usd, mark_price, superseded_at is null as is_current"
        " from core.open_interest where symbol = $symbol order by recorded_at",
        symbol=symbol,
    )
    assert [tuple(row.values()) for row in held] == [
        ("1000000BOB", 3.0, 0.045, 0.015, False), ("BOB", 3e6, 0.045, pytest.approx(1.5e-8), True),
    ]  # fmt: skip
    (kept,) = nights.rows("select asset, close, volume_base from core.bars")
    assert kept == {"asset": "BOB", "close": pytest.approx(1.5e-8), "volume_base": 2e6}
    again = rederive_since(nights.home, SINCE, nights.settings, at + 10 * DAY)
    assert again.restated == 0


def _one_sided(name: str) -> UnitRule:
    rule = unit_rules()[name]
    told = {"counting_factor": Decimal(1), "counting_evidence": "assumed"}
    return rule.model_copy(update=told)


def test_hyperliquid_is_halved_from_the_first_day_and_the_old_rows_are_kept(
    make_desk: Callable[..., Any], tape: Any, at: Any, monkeypatch: pytest.MonkeyPatch,
    listed_perp: Callable[..., dict[str, Any]],
) -> None:  # fmt: skip
    desk = make_desk("hyperliquid", venues=("hyperliquid",))
    market = {
        **listed_perp("0", "BTC", 1.0), "symbol": "BTC/USDC:USDC", "quote": "USDC",
        "settle": "USDC", "baseName": "BTC",
    }  # fmt: skip
    body = [
        {"universe": [{"name": "BTC", "szDecimals": 5}]},
        [{"openInterest": "20", "markPx": "50000", "oraclePx": "50000", "midPx": "50000"}],
    ]
    tape.markets("hyperliquid", market).line(
        kind="response", venue="hyperliquid", method="POST",
        url="https://api.hyperliquid.xyz/info", request_body='{"type": "metaAndAssetCtxs"}',
        status=200, body=json.dumps(body),
    )  # fmt: skip
    name = "hyperliquid.perp.openInterest"
    with monkeypatch.context() as patched:
        old = {**unit_rules(), name: _one_sided(name)}
        patched.setattr(routes, "unit_rules", lambda: old)
        desk.replay(tape.write(), at)
    assert desk.column("select oi_base from core.open_interest") == [20.0]

    done = rederive_since(desk.home, SINCE, desk.settings, at + 9 * DAY)
    assert (done.restated, done.first) == (1, at)
    rows = desk.rows(
        "select oi_base, oi_usd, counting_factor, superseded_at is null as is_current"
        " from core.open_interest order by recorded_at"
    )
    assert [tuple(row.values()) for row in rows] == [
        (20.0, 1e6, 1.0, False), (10.0, 5e5, 0.5, True),
    ]  # fmt: skip
    venue = desk.rows("select oi_base, counting_evidence from marts.oi_by_venue")
    assert venue == [{"oi_base": 10.0, "counting_evidence": "measured"}]


def test_rows_imported_under_another_id_of_their_exchange_go_to_its_book(
    nights: Any, at: Any
) -> None:
    amounts = {"oi_contracts": None, "oi_base": 20.0, "oi_usd": 1e6}
    told = {**GATE, "source": "import", "unit_rule": "import"}
    rows = pl.DataFrame(
        [
            {"snapshot_at": at + n * DAY, "observed_at": at + n * DAY, **amounts, **told,
             "venue": venue}
            for n, venue in ((0, "binance"), (1, "binance"), (1, "binanceusdm"), (2, "binanceusdm"))
        ],
        schema_overrides={"oi_contracts": pl.Float64},
    )  # fmt: skip
    absent = [name for name in STORED_COLUMNS if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in absent)
    with writing(nights.home, at + 3 * DAY) as connection:
        load_open_interest(connection, rows, run_id="import", recorded_at=at + 3 * DAY)

    rederive_since(nights.home, SINCE, nights.settings, at + 9 * DAY)
    current = "select snapshot_at, venue from core.open_interest where source = 'import'"
    assert nights.rows(f"{current} and superseded_at is null order by all") == [
        {"snapshot_at": at + n * DAY, "venue": "binanceusdm"} for n in range(3)
    ]
    assert len(nights.rows(f"{current} and superseded_at is not null")) == 2
    assert nights.column("select distinct venue from marts.oi_by_venue order by all") == [
        "binanceusdm", "bybit", "gate",
    ]  # fmt: skip
    again = rederive_since(nights.home, SINCE, nights.settings, at + 10 * DAY)
    assert again.restated == 0
