"""Judging rows: what is kept, what is refused, and which check says so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from oirisk.schemas.tables.open_interest import CANDIDATE_DTYPES
from oirisk.transforms.validate import validate_open_interest

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
NAN, INF = float("nan"), float("inf")


def _row(**changes: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(CANDIDATE_DTYPES),
        "venue": "v", "product": "p", "symbol": "BTC/USDT:USDT", "market_id": "BTCUSDT",
        "asset": "BTC", "kind": "perp", "margin": "linear", "observed_at": AT, "received_at": AT,
        "oi_value": 2.0, "oi_base": 1.0, "oi_usd": 50_000.0, "mark_price": 50_000.0,
        "unit_rule": "v.p.oi", "counting_factor": 0.5, "record": '{"a": 1}', **changes,
    }  # fmt: skip


def _judge(*rows: dict[str, Any]) -> Any:
    return validate_open_interest(pl.DataFrame(list(rows), schema=CANDIDATE_DTYPES))


def test_a_sound_row_is_kept_as_it_is() -> None:
    verdict = _judge(_row())
    (kept,) = verdict.accepted.to_dicts()
    assert (kept["oi_base"], kept["oi_usd"], kept["quality"]) == (1.0, 50_000.0, "ok")
    assert verdict.rejected.is_empty()


def test_no_rows_are_no_rows() -> None:
    verdict = _judge()
    assert verdict.accepted.is_empty()
    assert verdict.rejected.is_empty()


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"oi_value": NAN, "oi_base": NAN, "oi_usd": NAN}, "oi_is_finite"),
        ({"oi_value": INF, "oi_base": INF, "oi_usd": INF}, "oi_is_finite"),
        ({"oi_value": -2.0, "oi_base": -1.0, "oi_usd": -5.0}, "oi_not_negative"),
        ({"oi_value": None, "oi_base": None}, "present"),
        ({"oi_base": -1.0}, "greater_than_or_equal_to"),
        ({"oi_base": 1e24}, "less_than"),
        ({"oi_usd": 1e30}, "less_than"),
        ({"oi_base": NAN}, "base_is_finite"),
        ({"mark_price": -1.0}, "greater_than"),
        ({"mark_price": 0.0}, "greater_than"),
        ({"funding_rate": 1.0}, "less_than"),
        ({"funding_interval_hours": 0.0}, "greater_than"),
        ({"observed_at": AT + timedelta(minutes=6)}, "not_from_the_future"),
        ({"expiry": AT}, "not_expired"),
        ({"problem": "readable: expected a number, saw 'many: too many'"}, "readable"),
        ({"problem": "known_instrument: no such", "oi_value": -1.0}, "known_instrument"),
    ],
)
def test_a_bad_row_is_refused_by_the_check_that_explains_it(
    changes: dict[str, Any], check: str
) -> None:
    verdict = _judge(_row(**changes), _row(symbol="ETH/USDT:USDT", market_id="ETHUSDT"))
    assert verdict.accepted["symbol"].to_list() == ["ETH/USDT:USDT"]
    (refused,) = verdict.rejected.to_dicts()
    assert refused["check_name"] == check
    assert refused["record"] == '{"a": 1}'
    assert refused["reason"]


def test_a_clock_that_is_minutes_ahead_is_borne() -> None:
    assert _judge(_row(observed_at=AT + timedelta(minutes=5))).accepted.height == 1


def test_of_equal_rows_the_first_is_kept() -> None:
    verdict = _judge(_row(), _row(), _row())
    assert verdict.accepted.height == 1
    assert verdict.rejected["check_name"].to_list() == ["unique_row"] * 2


def test_rows_that_contradict_each_other_are_all_refused() -> None:
    verdict = _judge(_row(), _row(record='{"a": 2}', oi_value=3.0))
    assert verdict.accepted.is_empty()
    assert verdict.rejected["reason"].str.contains("contradict").all()


def test_a_row_that_nobody_can_read_does_not_discredit_the_one_that_is_sound() -> None:
    verdict = _judge(_row(), _row(problem="readable: no", symbol=None, record='{"a": 2}'))
    assert verdict.accepted.height == 1


def test_no_usd_and_figures_that_disagree_are_kept_as_suspect() -> None:
    rows = (
        _row(oi_usd=None),
        _row(symbol="A/USDT:USDT", route_gap=0.021),
        _row(symbol="B/USDT:USDT", route_gap=0.02),
    )
    assert _judge(*rows).accepted["quality"].to_list() == ["suspect", "suspect", "ok"]
