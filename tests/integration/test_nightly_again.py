"""The same night again, a restated night, and the first nights: what may be printed."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from oirisk.templates.sentences import say

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def night(tape: Any, bybit_row: Callable[..., Any], gate_row: Callable[..., Any]) -> Any:
    """100 BTC and 2,000 ETH on Bybit, 30 BTC on Gate."""
    rows = bybit_row("BTCUSDT", 200, 50_000), bybit_row("ETHUSDT", 4_000, 2_500)
    return tape.bybit(*rows).gate(gate_row(3_000, 50_000))


def _bytes(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def _contents(desk: Any) -> dict[str, list[dict[str, Any]]]:
    tables = desk.rows(
        "select table_schema as s, table_name as t from information_schema.tables"
        " where table_type = 'BASE TABLE' and table_schema in ('core', 'marts', 'ops')"
    )
    return {
        f"{table['s']}.{table['t']}": desk.rows(
            f"select * from {table['s']}.{table['t']} order by all"  # noqa: S608 -- own names
        )
        for table in tables
    }


def test_the_same_night_twice_changes_nothing_and_not_one_byte_of_the_report(
    desk: Any, night: Any
) -> None:
    path = night.write()
    first = desk.replay(path)
    before, pages = _contents(desk), _bytes(desk.write_report(first).parent)
    second = desk.replay(path, now=first.snapshot_at + 5 * DAY)
    assert second == first
    assert _contents(desk) == before
    assert _bytes(desk.write_report(second).parent) == pages
    assert len(list(desk.home.raw.rglob("*.parquet"))) == 2


def test_another_answer_at_the_same_instant_is_another_run(
    desk: Any, night: Any, at: Any, gate_row: Any
) -> None:
    first = desk.replay(night.write())
    night.lines.pop()
    night.answer(
        "gate", "https://api.gateio.ws/api/v4/futures/usdt/contracts", [gate_row(3_100, 50_000)]
    )
    second = desk.replay(night.write(), now=at + 10 * MINUTE)
    assert first.snapshot_at == second.snapshot_at
    assert first.run_id != second.run_id
    rows = desk.rows(
        "select * from core.open_interest where venue = 'gate' order by recorded_at, oi_base"
    )
    known = [(row["oi_base"], row["recorded_at"], row["superseded_at"]) for row in rows]
    assert known == [
        (30.0, at + MINUTE, at + 10 * MINUTE),
        (31.0, at + 10 * MINUTE, None),
    ]
    assert desk.column("select count(*) from core.open_interest where venue = 'bybit'") == [2]
    as_of = (
        "select sum(oi_base) from core.open_interest where asset = 'BTC' and recorded_at <= $ts"
        " and (superseded_at is null or superseded_at > $ts)"
    )
    assert desk.column(as_of, ts=at + 5 * MINUTE) == [130.0]
    assert desk.column(as_of, ts=at + 20 * MINUTE) == [131.0]
    assert desk.column("select oi_base from marts.oi_by_asset where asset = 'BTC'") == [131.0]


def test_going_back_to_the_first_answer_makes_it_current_again_without_losing_the_second(
    desk: Any, night: Any, at: Any, gate_row: Any
) -> None:
    path = night.write()
    desk.replay(path)
    other = night.path.with_name("other.jsonl")
    night.lines[-1]["body"] = night.lines[-1]["body"].replace("3000", "3100")
    night.path = other
    desk.replay(night.write(), now=at + 10 * MINUTE)
    desk.replay(path, now=at + 20 * MINUTE)
    rows = desk.rows("select * from core.open_interest where venue = 'gate' order by recorded_at")
    assert [row["oi_base"] for row in rows] == [30.0, 31.0, 30.0]
    assert [row["superseded_at"] is None for row in rows] == [False, False, True]


def test_a_first_night_with_a_silent_exchange_prints_no_total_and_says_why(
    desk: Any, night: Any
) -> None:
    night.lines = [line for line in night.lines if "tickers" not in line.get("url", "")]
    outcome = desk.replay(night.write())
    report = desk.report(outcome)
    tiles = {tile.id: tile.figure for tile in report.tiles}
    assert tiles["oi_usd"].value is None
    assert "bybit" in say(tiles["oi_usd"].reason)
    assert tiles["btc_oi_base"].value is None
    assert all(row.oi_usd.value is None for row in report.assets)
    # Of three listed instruments one has a known size.
    assert report.oi_coverage.value == pytest.approx(1 / 3)
    assert all(row.share.value is None for row in report.venues)
    page = (desk.write_report(outcome) / "index.html").read_text()
    assert "$1.5" not in page.split('id="venues"')[0]


def test_a_first_night_with_half_an_exchange_prints_no_total(
    desk: Any, night: Any, bybit_row: Any
) -> None:
    night.lines = [line for line in night.lines if "tickers" not in line.get("url", "")]
    outcome = desk.replay(night.bybit_answer(bybit_row("BTCUSDT", 200, 50_000)).write())
    report = desk.report(outcome)
    tiles = {tile.id: tile.figure for tile in report.tiles}
    assert tiles["oi_usd"].value is None
    # BTC is listed on two exchanges and whole; ETH is listed, and nothing is known of it.
    assert tiles["btc_oi_base"].value == 130.0
    assert report.oi_coverage.value == pytest.approx(2 / 3)


def test_with_history_the_share_of_known_open_interest_decides(
    desk: Any, night: Any, gate_row: Any, bybit_row: Any, at: Any
) -> None:
    desk.replay(night.write())
    # Gate held 1.5 of 11.5 million USD the night before: 87 % of what is known is fresh.
    second = night.later(DAY, "second.jsonl")
    second.bybit(bybit_row("BTCUSDT", 200, 50_000), bybit_row("ETHUSDT", 4_000, 2_500))
    second.gate(gate_row(3_000, 50_000)).lines.pop()
    outcome = desk.replay(second.write(), at + DAY)
    report = desk.report(outcome)
    assert report.oi_coverage.value == pytest.approx(10 / 11.5)
    assert report.is_degraded
    assert next(tile for tile in report.tiles if tile.id == "oi_usd").figure.value is None
    assert say(report.bottom_line[0].text).startswith(
        "The total is not published: coverage is 87.0%"
    )
    # ETH is listed on Bybit alone, so its total is whole.
    published = desk.rows(
        "select asset, published from marts.oi_by_asset where snapshot_at = $at order by asset",
        at=at + DAY,
    )
    assert [(row["asset"], row["published"]) for row in published] == [
        ("BTC", False),
        ("ETH", True),
    ]


def test_with_history_a_small_gap_is_left_out_and_the_total_stands(
    make_desk: Any, night: Any, gate_row: Any, bybit_row: Any, at: Any
) -> None:
    desk = make_desk(coverage={"minimum": 0.85})
    desk.replay(night.write())
    second = night.later(DAY, "second.jsonl")
    second.bybit(bybit_row("BTCUSDT", 220, 50_000), bybit_row("ETHUSDT", 4_000, 2_500))
    second.gate(gate_row(3_000, 50_000)).lines.pop()
    report = desk.report(desk.replay(second.write(), at + DAY))
    tiles = {tile.id: tile.figure.value for tile in report.tiles}
    # 110 BTC and 2,000 ETH; the change compares Bybit with Bybit: 10 BTC of 100, at 50,000 USD.
    assert tiles["oi_usd"] == pytest.approx(10_500_000)
    assert tiles["flow_usd_24h"] == pytest.approx(500_000)
    assert tiles["change_24h_pct"] == pytest.approx(5)
    assert tiles["revaluation_usd_24h"] == pytest.approx(0)


def test_a_delisted_contract_is_not_missed(
    desk: Any, night: Any, bybit_row: Any, gate_row: Any, at: Any
) -> None:
    desk.replay(night.write())
    second = night.later(DAY, "second.jsonl")
    second.bybit(bybit_row("BTCUSDT", 200, 50_000)).gate(gate_row(3_000, 50_000))
    second.lines[0]["markets"].pop()
    outcome = desk.replay(second.write(), at + DAY)
    report = desk.report(outcome)
    assert outcome.statuses["bybit"] == "ok"
    assert report.oi_coverage.value == 1
    assert next(t for t in report.tiles if t.id == "oi_usd").figure.value == 6_500_000


def test_charts_of_an_earlier_report_of_the_day_do_not_stay(desk: Any, night: Any) -> None:
    outcome = desk.replay(night.write())
    folder = desk.write_report(outcome)
    stale = folder / "charts" / "gone.png"
    stale.parent.mkdir(exist_ok=True)
    stale.write_bytes(b"old")
    desk.write_report(outcome)
    assert not stale.exists()


def test_a_report_that_another_version_wrote_does_not_stop_tonights(
    desk: Any, night: Any, at: Any
) -> None:
    old = desk.home.report((at - DAY).date()) / "report.json"
    old.parent.mkdir(parents=True)
    old.write_text('{"some": "other form"}')
    folder = desk.write_report(desk.replay(night.write()))
    assert (folder / "index.html").is_file()


def test_an_absurd_amount_is_refused_and_stops_no_report(
    desk: Any, night: Any, bybit_row: Any
) -> None:
    night.lines = [line for line in night.lines if "tickers" not in line.get("url", "")]
    rows = bybit_row("BTCUSDT", 200, 50_000), bybit_row("ETHUSDT", "1e200", 2_500)
    report = desk.report(desk.replay(night.bybit_answer(*rows).write()))
    assert next(tile for tile in report.tiles if tile.id == "oi_usd").figure.value is None
    (reject,) = report.rejects
    assert reject.example_symbol == "ETH/USDT:USDT"
    assert "less_than" in reject.check_name
