"""Hand-made recordings with faults; every figure here is worked out by hand.

Bybit linear prints coins of both sides: 200 BTC printed are 100 BTC held, at 50,000 USD each
5,000,000 USD. Gate prints contracts of 0.01 BTC, one side: 3,000 are 30 BTC, 1,500,000 USD.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from oirisk.schemas.errors import CoverageError

BTC, GATE = (100.0, 5_000_000.0), (30.0, 1_500_000.0)


@pytest.fixture
def btc(bybit_row: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """200 BTC of both sides at 50,000 USD."""
    return bybit_row("BTCUSDT", 200, 50_000)


@pytest.fixture
def eth(bybit_row: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """4,000 ETH of both sides at 2,500 USD: 2,000 ETH, 5,000,000 USD."""
    return bybit_row("ETHUSDT", 4_000, 2_500)


@pytest.fixture
def gate(gate_row: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """3,000 contracts of 0.01 BTC at 50,000 USD."""
    return gate_row(3_000, 50_000)


def _current(desk: Any) -> dict[tuple[str, str], tuple[float, float]]:
    rows = desk.rows("select * from core.open_interest where superseded_at is null")
    return {(row["venue"], row["asset"]): (row["oi_base"], row["oi_usd"]) for row in rows}


def _assert_counts_add_up(desk: Any) -> None:
    for row in desk.rows("select * from ops.coverage"):
        assert row["accepted"] + row["rejected"] == row["received"], row


def test_a_sound_recording_gives_the_figures_worked_out_by_hand(
    desk: Any, tape: Any, btc: Any, eth: Any, gate: Any
) -> None:
    outcome = desk.replay(tape.bybit(btc, eth).gate(gate).write())
    assert outcome.state == "completed"
    assert outcome.statuses["bybit"] == outcome.statuses["gate"] == "ok"
    assert outcome.statuses["okx"] == "skipped"
    assert _current(desk) == {
        ("bybit", "BTC"): BTC,
        ("bybit", "ETH"): (2_000.0, 5_000_000.0),
        ("gate", "BTC"): GATE,
    }
    rows = desk.rows("select * from marts.oi_by_asset order by asset")
    assert [(row["asset"], row["oi_base"], row["oi_usd"]) for row in rows] == [
        ("BTC", 130.0, 6_500_000.0),
        ("ETH", 2_000.0, 5_000_000.0),
    ]
    tile = next(tile for tile in desk.report(outcome).tiles if tile.id == "oi_usd")
    assert tile.figure.value == 11_500_000.0


TRANSPORT = {
    "429": (429, '{"retCode": 10006, "retMsg": "Too many visits!"}', "429"),
    "500": (500, '{"error": "internal"}', "500"),
    "html": (200, "<html><script>alert(1)</script></html>", "expected JSON"),
    "truncated": (200, '{"result": {"list": [{"symbol": "BTC', "expected JSON"),
    "empty list": (200, '{"result": {"list": []}}', "2 of 2 listed instruments missing"),
    "empty text": (200, "", "expected JSON"),
    "no object": (200, "[]", "linear"),
    "null": (200, "null", "expected result.list"),
    "deep": (200, "[" * 100_000, "expected JSON"),
}


@pytest.mark.parametrize("case", TRANSPORT)
def test_an_unusable_answer_fails_its_exchange_with_the_reason_and_no_other(
    case: str, desk: Any, tape: Any, gate: Any
) -> None:
    status, body, reason = TRANSPORT[case]
    url = "https://api.bybit.com/v5/market/tickers?category=linear"
    tape.bybit().lines.pop()
    outcome = desk.replay(tape.answer("bybit", url, body, status).gate(gate).write())
    assert outcome.statuses["bybit"] == "failed"
    assert reason in outcome.reasons["bybit"]
    assert _current(desk) == {("gate", "BTC"): GATE}
    _assert_counts_add_up(desk)


def test_a_request_without_an_answer_is_a_failed_call_of_that_exchange(
    desk: Any, tape: Any, gate: Any
) -> None:
    tape.bybit().lines.pop()
    outcome = desk.replay(tape.gate(gate).write())
    assert outcome.statuses["bybit"] == "failed"
    assert "the recording holds no answer" in outcome.reasons["bybit"]
    assert _current(desk) == {("gate", "BTC"): GATE}


def test_an_error_answer_followed_by_a_sound_one_is_a_retry_that_went_well(
    desk: Any, tape: Any, btc: Any, eth: Any
) -> None:
    url = "https://api.bybit.com/v5/market/tickers?category=linear"
    tape.bybit().lines.pop()
    path = tape.answer("bybit", url, "oops", 500).bybit_answer(btc, eth).write()
    outcome = desk.replay(path)
    assert outcome.statuses["bybit"] == "ok"
    assert _current(desk)["bybit", "BTC"] == BTC
    (requests,) = desk.column("select requests from ops.coverage where venue = 'bybit'")
    assert requests == 2


ROWS = {
    "NaN text": ("NaN", "oi_is_finite"),
    "infinity": ("Infinity", "oi_is_finite"),
    "huge": ("1e400", "oi_is_finite"),
    "negative": ("-200", "oi_not_negative"),
    "word": ("many", "readable"),
    "markup": ("<script>alert(1)</script>", "readable"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_bad_figure_refuses_its_row_whole_and_keeps_the_others(
    case: str, desk: Any, tape: Any, bybit_row: Any, eth: Any
) -> None:
    value, check = ROWS[case]
    outcome = desk.replay(tape.bybit(bybit_row("BTCUSDT", value, 50_000), eth).write())
    assert outcome.statuses["bybit"] == "partial"
    (reject,) = desk.rows("select * from ops.rejects")
    assert reject["check_name"] == check
    assert json.loads(reject["record"])["openInterest"] == value
    assert _current(desk) == {("bybit", "ETH"): (2_000.0, 5_000_000.0)}
    _assert_counts_add_up(desk)


@pytest.mark.parametrize("symbol", ["<script>alert(1)</script>USDT", "'; drop table x; --"])
def test_a_symbol_that_is_code_is_refused_where_it_is_a_row_and_where_it_is_listed(
    symbol: str, desk: Any, tape: Any, btc: Any, eth: Any, bybit_row: Any
) -> None:
    tape.bybit(btc, eth, bybit_row(symbol, 2, 1))
    market = {**tape.lines[0]["markets"][0], "id": symbol + "2", "symbol": f"{symbol}/USDT:USDT"}
    tape.lines[0]["markets"].append(market)
    body = json.loads(tape.lines[1]["body"])
    body["result"]["list"].append(bybit_row(symbol + "2", 2, 1))
    tape.lines[1]["body"] = json.dumps(body)
    outcome = desk.replay(tape.write())
    checks = desk.column("select check_name from ops.rejects order by check_name")
    assert checks == ["known_instrument", "valid_symbol"]
    assert _current(desk).keys() == {("bybit", "BTC"), ("bybit", "ETH")}
    folder = desk.write_report(outcome)
    assert "<script>alert" not in (folder / "index.html").read_text()


def test_a_row_from_the_future_is_refused(desk: Any, tape: Any, btc: Any, eth: Any) -> None:
    tape.bybit(btc, eth)
    body = json.loads(tape.lines[1]["body"])
    body["time"] += 86_400_000
    tape.lines[1]["body"] = json.dumps(body)
    with pytest.raises(CoverageError, match="not_from_the_future"):
        desk.replay(tape.write())
    assert set(desk.column("select check_name from ops.rejects")) == {"not_from_the_future"}
    assert desk.column("select state from ops.runs") == ["failed"]
    _assert_counts_add_up(desk)


def test_a_row_that_comes_twice_is_counted_once(desk: Any, tape: Any, btc: Any, eth: Any) -> None:
    desk.replay(tape.bybit(btc, eth, btc).write())
    assert _current(desk)["bybit", "BTC"] == BTC
    assert desk.column("select reason from ops.rejects") == ["repeats an earlier row"]
    _assert_counts_add_up(desk)


def test_rows_that_contradict_each_other_are_all_refused(
    desk: Any, tape: Any, btc: Any, eth: Any, bybit_row: Any
) -> None:
    desk.replay(tape.bybit(btc, eth, bybit_row("BTCUSDT", 300, 50_000)).write())
    assert _current(desk).keys() == {("bybit", "ETH")}
    assert desk.column("select count(*) from ops.rejects where check_name = 'contradicts_row'") == [
        2
    ]
    _assert_counts_add_up(desk)


def test_two_listed_contracts_of_one_name_are_never_added_up(
    desk: Any, tape: Any, btc: Any, eth: Any, bybit_row: Any
) -> None:
    tape.bybit(btc, eth, bybit_row("BTCUSDT-2", 500, 50_000))
    tape.lines[0]["markets"].append({**tape.lines[0]["markets"][0], "id": "BTCUSDT-2"})
    desk.replay(tape.write())
    assert _current(desk).keys() == {("bybit", "ETH")}
    _assert_counts_add_up(desk)


def test_an_exchange_whose_market_list_is_nonsense_fails_alone(
    desk: Any, tape: Any, btc: Any, eth: Any, gate: Any
) -> None:
    tape.bybit(btc, eth)
    for market in tape.lines[0]["markets"]:
        market["strike"] = "not a number"
    outcome = desk.replay(tape.gate(gate).write())
    assert outcome.statuses["bybit"] == "failed"
    assert _current(desk) == {("gate", "BTC"): GATE}


def test_lines_of_an_exchange_that_is_not_configured_are_left_alone(
    desk: Any, tape: Any, gate: Any
) -> None:
    tape.answer("nosuchexchange", "https://example.org/oi", "[]")
    outcome = desk.replay(tape.gate(gate).write())
    assert "nosuchexchange" not in outcome.statuses
    assert _current(desk) == {("gate", "BTC"): GATE}


def test_a_changed_contract_size_is_a_new_row_of_history_and_a_new_amount(
    desk: Any, tape: Any, gate: Any, at: Any
) -> None:
    desk.replay(tape.gate(gate).write(), at)
    day = timedelta(days=1)
    second = tape.later(day, "second.jsonl").gate({**gate, "quanto_multiplier": "0.1"})
    second.lines[0]["markets"][0]["contractSize"] = 0.1
    second.lines[0]["markets"][0]["info"]["quanto_multiplier"] = "0.1"
    desk.replay(second.write(), at + day)
    history = desk.rows("select * from core.instruments where venue = 'gate' order by valid_from")
    assert [(row["contract_size"], row["valid_from"], row["valid_to"]) for row in history] == [
        (0.01, at, at + day),
        (0.1, at + day, None),
    ]
    amounts = desk.column(
        "select oi_base from core.open_interest where venue = 'gate' order by snapshot_at"
    )
    assert amounts == [30.0, 300.0]


def test_data_that_come_late_fill_in_the_changes_of_the_nights_after(
    desk: Any, tape: Any, gate: Any, gate_row: Any, at: Any
) -> None:
    day = timedelta(days=1)
    desk.replay(tape.later(day, "b.jsonl").gate(gate_row(3_300, 50_000)).write(), at + day)
    (before,) = desk.column("select change_24h_pct from marts.oi_by_asset")
    assert before is None
    desk.replay(tape.gate(gate).write(), at)
    rows = desk.rows("select * from marts.oi_by_asset order by snapshot_at")
    assert [row["oi_base"] for row in rows] == [30.0, 33.0]
    assert rows[1]["change_24h_pct"] == pytest.approx(10)


def test_a_late_listing_does_not_bring_back_what_was_delisted_since(
    desk: Any, tape: Any, btc: Any, eth: Any, at: Any
) -> None:
    day = timedelta(days=1)
    desk.replay(tape.bybit(btc, eth).write(), at)
    last = tape.later(3 * day, "last.jsonl").bybit(btc)
    last.lines[0]["markets"].pop()
    desk.replay(last.write(), at + 3 * day)
    late = tape.later(day, "late.jsonl").bybit(btc, eth)
    desk.replay(late.write(), at + day)
    current = desk.column(
        "select asset from core.instruments where venue = 'bybit' and valid_to is null"
    )
    assert current == ["BTC"]
    assert desk.column("select count(*) from core.instruments") == [2]


def test_an_observation_that_is_too_old_is_kept_but_not_counted(
    desk: Any, tape: Any, btc: Any, eth: Any, gate: Any, at: Any
) -> None:
    fresh = tape.later(timedelta(hours=2), "mixed.jsonl").gate(gate)
    fresh.lines += tape.bybit(btc, eth).lines
    outcome = desk.replay(fresh.write(), at + timedelta(hours=2))
    assert _current(desk).keys() == {("bybit", "BTC"), ("bybit", "ETH"), ("gate", "BTC")}
    (row,) = desk.rows("select * from marts.oi_by_asset where asset = 'BTC'")
    assert row["oi_base"] == 30.0
    assert not row["published"]
    report = desk.report(outcome)
    assert any("observed too far from the instant" in entry.reason for entry in report.withheld)
    assert next(tile for tile in report.tiles if tile.id == "oi_usd").figure.value is None
