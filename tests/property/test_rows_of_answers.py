"""No permutation, duplication or truncation of rows changes an accepted figure silently."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oirisk.flows.exchanges.registry import all_venues
from oirisk.schemas.responses import MARKETS_ENDPOINT, Response
from oirisk.transforms.derive import Derived, derive

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
COINS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
STAMP = int(AT.timestamp() * 1000)

Row = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """How one exchange answers: a row by coin, and the body around rows."""

    venue: str
    endpoint: str
    market_id: Callable[[str], str]
    row: Callable[[str, int, float], Row]
    body: Callable[[Sequence[Any]], Any]
    size: float = 1.0
    info: Mapping[str, str] | None = None
    prices: str = ""


def _binance_row(coin: str, amount: int, price: float) -> Row:
    del price
    return {"symbol": f"{coin}USDT", "openInterest": str(amount), "time": STAMP}


SHAPES = (
    Shape(
        "bybit",
        "linear",
        lambda coin: f"{coin}USDT",
        lambda coin, amount, price: {
            "symbol": f"{coin}USDT",
            "openInterest": str(amount),
            "markPrice": str(price),
        },
        lambda rows: {"result": {"list": rows}, "time": STAMP},
    ),
    Shape(
        "mexc",
        "ticker",
        lambda coin: f"{coin}_USDT",
        lambda coin, amount, price: {
            "symbol": f"{coin}_USDT",
            "holdVol": amount,
            "fairPrice": price,
            "timestamp": STAMP,
        },
        lambda rows: {"data": rows},
        size=0.01,
    ),
    Shape(
        "htx",
        "linear",
        lambda coin: f"{coin}-USDT",
        lambda coin, amount, price: {
            "contract_code": f"{coin}-USDT",
            "volume": amount,
            "amount": amount * 0.5,
            "value": amount * 0.5 * price,
        },
        lambda rows: {"data": rows, "ts": STAMP},
        size=0.5,
    ),
    Shape(
        "bitfinex",
        "status",
        lambda coin: f"t{coin}F0:USTF0",
        lambda coin, amount, price: {
            "key": f"t{coin}F0:USTF0", "amount": amount, "price": price
        },
        lambda rows: [
            [row["key"], STAMP, *[None] * 13, row["price"], None, None, row["amount"]]
            for row in rows
        ],
    ),
)  # fmt: skip


def _market(shape: Shape, coin: str) -> Row:
    return {
        "id": shape.market_id(coin), "symbol": f"{coin}/USDT:USDT", "base": coin,
        "quote": "USDT", "settle": "USDT", "contract": True, "swap": True, "future": False,
        "option": False, "linear": True, "inverse": False, "contractSize": shape.size,
        "active": True, "expiry": None, "info": dict(shape.info or {}),
    }  # fmt: skip


def _response(venue: str, endpoint: str, body: str) -> Response:
    return Response(
        venue=venue, endpoint=endpoint, method="GET", url="https://exchange/x", params="{}",
        request_body=None, status=200, requested_at=AT, received_at=AT, attempt=1, body=body,
    )  # fmt: skip


def _derive(shape: Shape, *answers: tuple[str, str]) -> Derived:
    listed = json.dumps([_market(shape, coin) for coin in COINS])
    responses = [_response(shape.venue, MARKETS_ENDPOINT, listed)]
    responses += [_response(shape.venue, endpoint, body) for endpoint, body in answers]
    return derive(all_venues()[shape.venue], responses)


def _figures(derived: Derived) -> dict[str, tuple[float, float]]:
    accepted = derived.verdict.accepted
    return {row["symbol"]: (row["oi_base"], row["oi_usd"]) for row in accepted.to_dicts()}


def _rows(shape: Shape) -> list[Row]:
    return [shape.row(coin, 100 * (place + 1), 2.5 + place) for place, coin in enumerate(COINS)]


def _ask(shape: Shape, rows: Sequence[Row]) -> Derived:
    return _derive(shape, (shape.endpoint, json.dumps(shape.body(rows))))


every_shape = pytest.mark.parametrize("shape", SHAPES, ids=[shape.venue for shape in SHAPES])


@every_shape
@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(len(COINS))))
def test_the_order_of_rows_changes_nothing(shape: Shape, order: list[int]) -> None:
    rows = _rows(shape)
    whole, shuffled = _ask(shape, rows), _ask(shape, [rows[place] for place in order])

    assert len(_figures(whole)) == len(COINS)
    assert _figures(shuffled) == _figures(whole)
    assert shuffled.problems == whole.problems == ()


@every_shape
@settings(max_examples=8, deadline=None)
@given(again=st.lists(st.sampled_from(range(len(COINS))), min_size=1, max_size=6))
def test_repeated_rows_count_once_and_show_up_as_refused(shape: Shape, again: list[int]) -> None:
    rows = _rows(shape)
    whole = _figures(_ask(shape, rows))
    repeated = _ask(shape, [*rows, *(rows[place] for place in again)])

    assert _figures(repeated) == whole
    assert repeated.verdict.rejected["check_name"].to_list() == ["unique_row"] * len(again)
    assert any("unique_row" in problem for problem in repeated.problems)


@every_shape
@settings(max_examples=8, deadline=None)
@given(place=st.integers(0, len(COINS) - 1), at=st.integers(0, len(COINS)))
def test_of_rows_that_contradict_each_other_none_is_believed(
    shape: Shape, place: int, at: int
) -> None:
    rows = _rows(shape)
    whole = _figures(_ask(shape, rows))
    rows.insert(at, shape.row(COINS[place], 12_345, 2.5 + place))
    derived = _ask(shape, rows)

    symbol = f"{COINS[place]}/USDT:USDT"
    assert _figures(derived) == {key: value for key, value in whole.items() if key != symbol}
    assert derived.verdict.rejected["symbol"].to_list() == [symbol, symbol]
    assert derived.problems


@every_shape
@settings(max_examples=8, deadline=None)
@given(kept=st.integers(0, len(COINS) - 1))
def test_missing_rows_are_named_and_the_others_stay(shape: Shape, kept: int) -> None:
    rows = _rows(shape)
    whole = _figures(_ask(shape, rows))
    derived = _ask(shape, rows[:kept])

    there = {f"{coin}/USDT:USDT" for coin in COINS[:kept]}
    assert _figures(derived) == {key: value for key, value in whole.items() if key in there}
    assert any(
        f"{len(COINS) - kept} of {len(COINS)} listed instruments missing" in problem
        for problem in derived.problems
    )


@every_shape
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_body_cut_anywhere_is_refused_whole(shape: Shape, data: st.DataObject) -> None:
    text = json.dumps(shape.body(_rows(shape)))
    cut = data.draw(st.integers(0, len(text) - 1))
    derived = _derive(shape, (shape.endpoint, text[:cut]))

    assert _figures(derived) == {}
    assert any("expected JSON" in problem for problem in derived.problems)


BINANCE = Shape("binanceusdm", "linear", lambda coin: f"{coin}USDT", _binance_row, list)


def _binance(prices: Sequence[Row]) -> Derived:
    single = [("linear", json.dumps(row)) for row in _rows(BINANCE)]
    return _derive(BINANCE, ("premium", json.dumps(prices)), *single)


def _prices() -> list[Row]:
    return [
        {"symbol": f"{coin}USDT", "markPrice": str(2.5 + place), "time": STAMP}
        for place, coin in enumerate(COINS)
    ]


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(len(COINS))), again=st.integers(0, len(COINS) - 1))
def test_prices_of_another_answer_find_their_rows_in_any_order(
    order: list[int], again: int
) -> None:
    prices = _prices()
    shuffled = [prices[place] for place in order]

    expected = {
        f"{coin}/USDT:USDT": (100.0 * (place + 1), 100.0 * (place + 1) * (2.5 + place))
        for place, coin in enumerate(COINS)
    }
    assert _figures(_binance([*shuffled, prices[again]])) == expected


@settings(max_examples=8, deadline=None)
@given(place=st.integers(0, len(COINS) - 1), at=st.integers(0, len(COINS)))
def test_prices_that_contradict_each_other_are_named_and_not_used(place: int, at: int) -> None:
    prices = _prices()
    prices.insert(at, {**prices[place], "markPrice": "9999"})
    derived = _binance(prices)

    assert _figures(derived)[f"{COINS[place]}/USDT:USDT"] == (100.0 * (place + 1), None)
    assert any("contradict each other" in problem for problem in derived.problems)


@settings(max_examples=8, deadline=None)
@given(minutes=st.integers(-60, 60))
def test_a_price_is_used_only_within_five_minutes(minutes: int) -> None:
    prices = _prices()
    prices[0]["time"] = STAMP + minutes * 60_000
    usd = _figures(_binance(prices))["AAA/USDT:USDT"][1]

    assert (usd == pytest.approx(250.0)) if abs(minutes) <= 5 else (usd is None)
