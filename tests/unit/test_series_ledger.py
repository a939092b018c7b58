"""Open interest from position events."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from oirisk.flows.cli.app import app
from oirisk.schemas.errors import RecordingError
from oirisk.transforms.events.checks import coverage, differences, mislabelled, unbalanced
from oirisk.transforms.events.read import unread_columns
from oirisk.transforms.events.replay import replay
from oirisk.warehouse.ledger import read_events
from tests.worked_examples import golden

START = datetime(2026, 3, 1, tzinfo=UTC)


def _fill(
    buyer: str, seller: str, quantity: float, minutes: int = 0, **more: Any
) -> dict[str, Any]:
    return {
        "at": START + timedelta(minutes=minutes), "instrument": "BTC", "event": "fill",
        "buyer": buyer, "seller": seller, "quantity": quantity, **more,
    }  # fmt: skip


def _leg(
    account: str, event: str, side: str, quantity: float | None, minutes: int = 0, **more: Any
) -> dict[str, Any]:
    return {
        "at": START + timedelta(minutes=minutes), "instrument": "BTC", "event": event,
        "account": account, "side": side, "quantity": quantity, **more,
    }  # fmt: skip


EXAMPLE = [
    _fill("A", "B", 10), _fill("C", "A", 4), _fill("B", "A", 6), _fill("D", "C", 5),
    _fill("B", "D", 4), _fill("E", "D", 1),
]  # fmt: skip


def test_the_worked_example_holds_fill_by_fill() -> None:
    done = replay(EXAMPLE)
    wanted = golden("M01_lifecycle")
    for number, want in enumerate(wanted, start=1):
        parts = [step for step in done.steps if step.event == number]
        assert sum(step.change for step in parts) == want["d_oi"]
        assert sum(step.buyer_open for step in parts) == want["buyer_open"]
        assert sum(step.seller_open for step in parts) == want["seller_open"]
        assert parts[-1].open_interest == want["oi"]


def test_every_fill_has_its_stage_and_a_flip_makes_two_rows() -> None:
    steps = replay(EXAMPLE).steps
    assert [(step.event, step.stage, step.part, step.quantity) for step in steps] == [
        (1, "new_long_new_short", "new_long_new_short", 10),
        (2, "transfer_long", "transfer_long", 4),
        (3, "offset_offset", "offset_offset", 6),
        (4, "split", "transfer_long", 4),
        (4, "split", "new_long_new_short", 1),
        (5, "offset_offset", "offset_offset", 4),
        (6, "transfer_long", "transfer_long", 1),
    ]


def test_forced_closings_and_settlement_follow_the_same_rule() -> None:
    done = replay(
        [
            _fill("A", "B", 10),
            _fill("B", "A", 2, event="adl"),
            _fill("C", "A", 3, event="liquidation"),
            {"at": START, "instrument": "BTC", "event": "settlement"},
        ]
    )
    steps = [(step.stage, step.part, step.change, step.open_interest) for step in done.steps]
    assert steps == [
        ("new_long_new_short", "new_long_new_short", 10, 10),
        ("forced", "offset_offset", -2, 8),
        ("forced", "transfer_long", 0, 8),
        ("forced", "offset_offset", -8, 0),
    ]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (_fill("A", "A", 1), "both 'A'"),
        (_fill("A", "", 1), "seller is missing"),
        (_fill("A", "B", -1), "above 0"),
        (_fill("A", "B", float("nan")), "above 0"),
        (_fill("A", "B", 1, event="adl"), "only 0 is open"),
        (_fill("A", "B", 5, event="liquidation"), "closes 5 on one side; only 0 is open"),
        (_fill("A", "B", 1, event="gift"), "expected one of"),
        (_fill("A", "B", 1, at="yesterday"), "with its zone"),
        (_fill("A", "B", 1, price="cheap"), "price is 'cheap'"),
        (_fill("A", "B", 1, price=0), "above 0"),
        (_fill("A", "B", 1, reported_oi="n/a"), "reported_oi is 'n/a'"),
        ({**_fill("A", "B", 1), "quantity": "1e400000"}, "above 0"),
        (_fill("A", "B", 1, price=[1]), "price is [1]; expected one text or number"),
        ({**_fill("A", "B", 1), "instrument": {"a": 1}}, "expected one text or number"),
        ({**_fill("A", "B", 1), "quantity": Decimal("1e-30000000")}, "above 0"),
        ({**_fill("A", "B", 1), "quantity": "0e-30000000"}, "above 0"),
        (_leg("A", "open", "up", 1), "long or short"),
        (_leg("A", "fill", "long", 1), "needs buyer and seller"),
        (_leg("A", "close", "long", 1), "only 0 is open"),
        (_leg("A", "flip", "long", 1), "holds 0 to flip"),
        (_leg("A", "settlement", "long", None), "holds none"),
        ({"at": START, "event": "collateral", "account": "A"}, "amount in USD"),
        (
            {"at": START, "event": "collateral", "account": "A", "collateral": -500},
            "collateral is -500; expected a number of at least 0",
        ),
    ],
)
def test_a_bad_event_is_refused_with_its_reason(event: dict[str, Any], reason: str) -> None:
    done = replay([event])
    assert not done.steps
    assert reason in done.refused[0].reason


def test_a_liquidation_closes_all_of_one_side_and_the_other_may_open() -> None:
    done = replay(
        [
            _fill("A", "B", 10),
            _fill("B", "C", 6, event="liquidation"),
            _fill("D", "A", 10, event="liquidation"),
            _fill("D", "B", 11, event="liquidation"),
        ]
    )
    assert [step.change for step in done.steps] == [10, 0, 0]
    assert [refusal.reason for refusal in done.refused] == [
        "liquidation closes 11 on one side; only 0 is open"
    ]


def test_an_event_out_of_order_is_refused() -> None:
    done = replay([_fill("A", "B", 1, minutes=5), _fill("A", "B", 1, minutes=4)])
    assert [refusal.event for refusal in done.refused] == [2]


def test_what_the_venue_reports_is_compared() -> None:
    done = replay([_fill("A", "B", 10, reported_oi=10), _fill("A", "B", 1, reported_oi=22)])
    assert [(step.event, step.open_interest) for step in differences(done.steps)] == [(2, 11)]


def test_collateral_is_set_against_positions() -> None:
    done = replay(
        [
            {"at": START, "event": "collateral", "account": "A", "collateral": 500},
            {"at": START, "event": "collateral", "account": "Z", "collateral": 1},
            _fill("A", "B", 10, price=100),
        ]
    )
    assert [(row["account"], row["coverage"]) for row in coverage(done)] == [
        ("A", 0.5),
        ("B", None),
        ("Z", None),
    ]


def test_accounts_told_one_at_a_time_balance_once_both_sides_are_told() -> None:
    done = replay(
        [
            _leg("A", "open", "long", 10, reported_oi=10),
            _leg("B", "open", "short", 10, reported_oi=10),
            _leg("B", "flip", "long", 12, minutes=1),
            _leg("C", "open", "short", 2, minutes=1),
            _leg("A", "liquidation", "long", 10, minutes=1),
        ]
    )
    steps = [
        (step.event, step.stage, step.part, step.change, step.open_interest, step.shorts)
        for step in done.steps
    ]
    assert steps == [
        (1, "open_long", "open_long", 10, 10, 0),
        (2, "open_short", "open_short", 0, 10, 10),
        (3, "split", "close_short", 0, 10, 0),
        (3, "split", "open_long", 2, 12, 0),
        (4, "open_short", "open_short", 0, 12, 2),
        (5, "forced", "close_long", -10, 2, 2),
    ]
    assert (unbalanced(done.steps), differences(done.steps), done.refused) == ([], [], [])


def test_a_side_that_is_never_told_is_reported_until_it_is() -> None:
    done = replay(
        [
            _leg("A", "open", "long", 10),
            _fill("A", "B", 5, minutes=1),
            _leg("C", "open", "short", 10, minutes=2),
        ]
    )
    seen = [(step.event, step.open_interest, step.shorts) for step in unbalanced(done.steps)]
    assert seen == [(1, 10, 0), (2, 15, 5)]


def test_a_fill_that_is_not_what_the_file_calls_it_is_reported() -> None:
    done = replay(
        [
            _fill("A", "B", 10, event="open"),
            _fill("C", "A", 4, event="transfer"),
            _fill("B", "A", 2, event="open"),
            _fill("D", "C", 5, event="flip"),
            _fill("B", "D", 4, event="flip"),
        ]
    )
    seen = [(step.event, step.kind, step.stage) for step in mislabelled(done.steps)]
    assert seen == [(3, "open", "offset_offset"), (5, "flip", "offset_offset")]


def test_collateral_that_events_carry_counts_and_its_absence_shows() -> None:
    done = replay(
        [
            _fill("A", "B", 10, price=100, buyer_collateral=500, seller_collateral=100),
            _fill("C", "A", 4, price=50, buyer_collateral=""),
        ]
    )
    covered = {row["account"]: (row["notional_usd"], row["coverage"]) for row in coverage(done)}
    assert covered == {"A": (300, 500 / 300), "B": (500, 0.2), "C": (200, None)}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABCD"), st.sampled_from("ABCD"), st.integers(1, 50)),
        max_size=40,
    )
)
def test_longs_equal_shorts_equal_half_of_all_positions(
    fills: list[tuple[str, str, int]],
) -> None:
    done = replay([_fill(*fill) for fill in fills])
    held = dict.fromkeys("ABCD", 0)
    for buyer, seller, quantity in fills:
        if buyer != seller:
            held[buyer] += quantity
            held[seller] -= quantity
    assert all(step.open_interest == step.shorts for step in done.steps)
    assert 2 * done.open_interest("BTC") == sum(abs(size) for size in held.values())
    assert sum(step.change for step in done.steps) == done.open_interest("BTC")


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_events_are_read_from_each_kind_of_file(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"events.{suffix}"
    frame = pl.DataFrame(EXAMPLE)
    if suffix == "csv":
        frame.with_columns(pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")).write_csv(file)
    elif suffix == "parquet":
        frame.write_parquet(file)
    else:
        frame.with_columns(pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")).write_ndjson(file)
    done = replay(read_events(file))
    assert not done.refused
    assert done.open_interest("BTC") == 1


@pytest.mark.parametrize("at", ["²", "1²", "1e5", "0001-01-01T00:00:00+14:00", "9" * 400])
def test_an_instant_that_is_none_is_left_to_be_refused(tmp_path: Path, at: str) -> None:
    file = tmp_path / "events.csv"
    file.write_text(f"at,event\n{at},fill\n1772323200000,fill\n", encoding="utf-8")
    bad, good = (row["at"] for row in read_events(file))
    assert (bad, good) == (at, START)


def test_a_file_without_the_columns_says_which(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(RecordingError, match="lacks at, event; seen: a, b"):
        read_events(file)
    with pytest.raises(RecordingError, match=r"expected \.csv"):
        read_events(tmp_path / "events.txt")


def test_a_line_that_is_no_row_is_refused_and_the_rest_is_used(tmp_path: Path) -> None:
    ragged = tmp_path / "ragged.csv"
    ragged.write_text(
        "at,instrument,event,buyer,seller,quantity\n"
        "2026-08-01T05:30:00+05:30,BTC,fill,A,B,10\n"
        "2026-08-01T00:30:00Z,BTC,fill,A,B\n"
        "1785546000000,BTC,fill,A,B,4,extra\n"
        "1785546000000,BTC,fill,A,B,2\n",
        encoding="utf-8-sig",
    )
    lines = tmp_path / "broken.jsonl"
    row = '{"at": "2026-08-01T05:30:00+05:30", "instrument": "BTC", "event": "fill"'
    row += ', "buyer": "A", "seller": "B", "quantity": 0.10000000000000000001, "tx": 7}'
    lines.write_text(f"{row}\nnot json\n[1]\n", encoding="utf-8")
    done = replay(read_events(ragged))
    assert [refusal.event for refusal in done.refused] == [2, 3]
    assert "5 fields, the header 6" in done.refused[0].reason
    midnight = datetime(2026, 8, 1, tzinfo=UTC)
    assert [step.at for step in done.steps] == [midnight, midnight + timedelta(hours=1)]
    assert done.open_interest("BTC") == 12
    events = read_events(lines)
    done = replay(events)
    assert [refusal.event for refusal in done.refused] == [2, 3]
    assert done.open_interest("BTC") == Fraction("0.10000000000000000001")
    assert unread_columns(events) == ["tx"]


def test_times_and_lines_that_no_program_can_read_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    row = '{"at": "0001-01-01T00:00:00+05:00", "event": "fill", "instrument": "BTC"}'
    file.write_text(f"{row}\n{'[' * 200_000}\n", encoding="utf-8")
    early, deep = replay(read_events(file)).refused
    assert early.reason.startswith("at is '0001-01-01T00:00:00+05:00'; expected a time")
    assert deep.reason.startswith("the line is no JSON")


def test_lines_of_which_none_can_be_read_are_told_one_by_one(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("[1]\nnot json\n", encoding="utf-8")
    assert [refusal.event for refusal in replay(read_events(file)).refused] == [1, 2]


def test_a_refused_number_is_printed_whole_however_large(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text('{"at": 1e30000000, "event": "fill"}\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["ledger", str(file), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["refused"][0]["record"]["at"] == "1E+30000000"


def test_the_command_writes_every_step_and_tells_what_does_not_add_up(tmp_path: Path) -> None:
    file, written = tmp_path / "events.parquet", tmp_path / "steps.parquet"
    reported = [{**fill, "reported_oi": None} for fill in EXAMPLE]
    reported[-1]["reported_oi"] = 2.0
    pl.DataFrame(reported).write_parquet(file)
    done = CliRunner().invoke(app, ["ledger", str(file), "--output", str(written), "--json"])
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert [(row["event"], row["open_interest"]) for row in told["differences"]] == [(6, 1)]
    assert [told[name] for name in ("unbalanced", "mislabelled", "refused")] == [[], [], []]
    assert pl.read_parquet(written)["change"].to_list() == [10, 0, -6, 0, 1, -4, 0]
