"""Open interest from position events."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oirisk.schemas.errors import RecordingError
from oirisk.transforms.ledger import coverage, differences, replay
from oirisk.warehouse.ledger import read_events

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "methods.json"
START = datetime(2026, 3, 1, tzinfo=UTC)


def _fill(
    buyer: str, seller: str, quantity: float, minutes: int = 0, **more: Any
) -> dict[str, Any]:
    return {
        "at": START + timedelta(minutes=minutes), "instrument": "BTC", "event": "fill",
        "buyer": buyer, "seller": seller, "quantity": quantity, **more,
    }  # fmt: skip


EXAMPLE = [
    _fill("A", "B", 10), _fill("C", "A", 4), _fill("B", "A", 6), _fill("D", "C", 5),
    _fill("B", "D", 4), _fill("E", "D", 1),
]  # fmt: skip


def test_the_worked_example_holds_fill_by_fill() -> None:
    if not GOLDEN.exists():
        pytest.skip("the worked examples are not beside this checkout")
    done = replay(EXAMPLE)
    wanted = json.loads(GOLDEN.read_text(encoding="utf-8"))["M01_lifecycle"]
    for number, want in enumerate(wanted, start=1):
        parts = [step for step in done.steps if step.event == number]
        assert sum(step.change for step in parts) == want["d_oi"]
        assert sum(step.buyer_open for step in parts) == want["buyer_open"]
        assert sum(step.seller_open for step in parts) == want["seller_open"]
        assert parts[-1].open_interest == want["oi"]


def test_every_fill_has_its_stage_and_a_flip_makes_two_rows() -> None:
    stages = [(step.event, step.stage, step.quantity) for step in replay(EXAMPLE).steps]
    assert stages == [
        (1, "new_long_new_short", 10),
        (2, "transfer_long", 4),
        (3, "offset_offset", 6),
        (4, "transfer_long", 4),
        (4, "new_long_new_short", 1),
        (5, "offset_offset", 4),
        (6, "transfer_long", 1),
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
    assert [(step.stage, step.change, step.open_interest) for step in done.steps] == [
        ("new_long_new_short", 10, 10),
        ("forced_offset_offset", -2, 8),
        ("forced_transfer_long", 0, 8),
        ("forced_settlement", -8, 0),
    ]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (_fill("A", "A", 1), "both 'A'"),
        (_fill("A", "", 1), "seller is missing"),
        (_fill("A", "B", -1), "above 0"),
        (_fill("A", "B", float("nan")), "above 0"),
        (_fill("A", "B", 1, event="adl"), "only 0 is open"),
        (_fill("A", "B", 1, event="gift"), "expected one of"),
        (_fill("A", "B", 1, at="yesterday"), "time zone"),
        ({"at": START, "event": "collateral", "account": "A"}, "amount in USD"),
    ],
)
def test_a_bad_event_is_refused_with_its_reason(event: dict[str, Any], reason: str) -> None:
    done = replay([event])
    assert not done.steps
    assert reason in done.refused[0].reason


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
        ("Z", None),
    ]


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


def test_a_file_without_the_columns_says_which(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(RecordingError, match="lacks at, event; seen: a, b"):
        read_events(file)
    with pytest.raises(RecordingError, match=r"expected \.csv"):
        read_events(tmp_path / "events.txt")
