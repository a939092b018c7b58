"""Answers about options: figures in units of ours, and what prices and deltas are by arithmetic."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from statistics import NormalDist
from typing import Any, NamedTuple

import pytest

from oirisk.flows.exchanges.registry import all_option_figures
from oirisk.schemas.history import OptionPoint
from oirisk.transforms.decode import decode
from oirisk.transforms.option_quotes import read_options
from tests.recorded.option_answers import ANSWERS

TICKER = replace(
    all_option_figures()["deribit"],
    bid_iv="bid_iv", ask_iv="ask_iv", delta="greeks.delta", gamma="greeks.gamma",
    vega="greeks.vega", theta="greeks.theta", delta_convention="black",
)  # fmt: skip
"""What Deribit tells in a ticker, which a run does not ask for."""


def _point(name: str) -> OptionPoint:
    answer = ANSWERS[name]
    figures = TICKER if name == "BTC-27SEP24-40000-C" else all_option_figures()[answer.venue]
    points = read_options(decode(json.dumps(answer.body)), figures)
    (point,) = (one for one in points if one.market_id == name)
    return point


class Told(NamedTuple):
    """What an answer comes to: fractions a year, USD a coin."""

    mark_iv: float | None = None
    bid_iv: float | None = None
    ask_iv: float | None = None
    delta: float | None = None
    gamma: float | None = None
    vega: float | None = None
    theta: float | None = None
    mark_price: float | None = None
    underlying_price: float | None = None


CASES: dict[str, tuple[Told, str | None, str | None]] = {
    "BTC-231229-40000-C": (
        Told(0.6125176, 0.60236275, 0.62267244, 0.39111646, 0.00004656, 51.70062218,
             -32.13948531, 2012.0), None, "black",
    ),
    "BTC-26JAN24-39000-C": (
        Told(0.5577, 0.5478, 0.5638, 0.49640971, 0.00004131, 69.08651675, -24.9443226,
             3273.02263032, 37649.67254894), "forward", "black",
    ),
    # a volatility of 0 is none
    "BTC-27DEC24-55000-P": (
        Told(0.8866, None, None, -0.23284954, 0.0000055, 191.70757975, -30.43617927,
             11814.66756236, 71690.55303594), "forward", "black",
    ),
    "BTC-USD-240329-32000-C": (
        Told(0.5916253554539876, None, None, 0.7325502184143025, 0.000024139685826358558,
             74.44022302387287, -18.52354631567909, None, 37675.80158694987186),
        "forward", "black",
    ),
    "ETH_USDT-20231201-2300-P": (
        Told(0.5909, 0.5065, 0.6245, -0.69397, 0.00116, 1.78992, -2.5723, 236.57), None, "black",
    ),
    "C-BTC-30000-241123": (
        Told(0.66973549, 0.60881706, 0.90180438, 0.94739174, 0.00002206, 7.85209698,
             -18.1836531, 6955.70698909, 36839.58124652), "spot", "black",
    ),
    "C-BTC-29500-280723": (
        Told(0.35896335, 0.34851914, 0.36932389, 0.67324861, 0.00022178, 16.34381277,
             -35.64972577, 1037.07582681, 30178.53195697), "spot", "black",
    ),
    # vega by a volatility of 1 becomes one by a point
    "BTC-USD-114000-P": (
        Told(0.71781855, 0.05, 0.8783283, -0.9872602390817709, 0.000004560958862297231,
             2.2711344863639806, None, 10835.66892602, 103164.79162649), "spot", "black",
    ),
    # percent become a fraction; 0.2168 BTC x 38992.71
    "BTC-27SEP24-40000-C": (
        Told(0.6127, 0.6051, 0.6188, 0.59621, 0.00002, 141.90146, -13.48784, 8453.619528,
             38992.71), "forward", "black",
    ),
    # 0.04007735 BTC x 73742.14; a summary has no greeks
    "BTC-27DEC24-240000-C": (
        Told(mark_price=2955.3895542790, underlying_price=73742.14), "forward", None,
    ),
    "BTC-28JUN24-42000-C": (
        Told(mark_price=28048.5248608, underlying_price=68827.27), "forward", None,
    ),
    "BTC-20270924-90000-P": (
        Told(0.38273, None, None, -0.43348, 0.00001213, 346.4906, -18.65575, 13312.0, 89232.0),
        "forward", "black",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_volatility_is_a_fraction_and_greeks_and_premium_are_usd(name: str) -> None:
    told, kind, convention = CASES[name]
    point = _point(name)
    assert (point.underlying_kind, point.delta_convention) == (kind, convention)
    for figure, wanted in told._asdict().items():
        found = getattr(point, figure)
        if wanted is None:
            assert found is None
        else:
            assert float(found) == pytest.approx(wanted, rel=1e-6)


def test_an_option_of_deribit_that_is_quoted_at_the_index_has_no_forward() -> None:
    row = ANSWERS["BTC-28JUN24-42000-C"].body["result"][0] | {"underlying_index": "index_price"}
    (point,) = read_options({"result": [row]}, all_option_figures()["deribit"])
    assert point.underlying_kind == "spot"


@pytest.mark.parametrize("name", ["BTC_USDC-27SEP24-40000-C", "ETH_USDC-27SEP24-3000-P"])
def test_the_premium_of_a_linear_option_of_deribit_is_usd_already(name: str) -> None:
    row = {"instrument_name": name, "underlying_price": 3000.0, "mark_price": 120.5}
    (point,) = read_options(decode(json.dumps({"result": [row]})), all_option_figures()["deribit"])
    assert float(point.mark_price or 0) == 120.5


def test_figures_that_are_missing_or_no_numbers_are_none() -> None:
    row = {"symbol": "X", "markIv": "", "delta": None, "markPrice": "NaN"}
    (point,) = read_options({"result": {"list": [row]}}, all_option_figures()["bybit"])
    assert (point.mark_iv, point.delta, point.mark_price, point.delta_convention) == (None,) * 4


class Black(NamedTuple):
    """Premium, delta and vega by a point of an option without interest."""

    value: float
    delta: float
    vega: float


def black(forward: float, strike: float, volatility: float, years: float, side: int) -> Black:
    """Return the figures of a call (side 1) or a put (side -1) by Black (1976)."""
    normal, deviation = NormalDist(), volatility * math.sqrt(years)
    high = math.log(forward / strike) / deviation + deviation / 2
    in_money = normal.cdf(side * high)
    value = side * (forward * in_money - strike * normal.cdf(side * (high - deviation)))
    return Black(value, side * in_money, forward * normal.pdf(high) * math.sqrt(years) / 100)


class Terms(NamedTuple):
    """What an option is, and how closely the figures that it was told with are met."""

    strike: float
    side: int
    expiry: str
    value: float | None
    delta: float


FITTING = {
    "BTC-26JAN24-39000-C": Terms(39000, 1, "2024-01-26T08:00", 1e-4, 1e-4),
    "BTC-27DEC24-55000-P": Terms(55000, -1, "2024-12-27T08:00", 1e-4, 1e-6),
    "BTC-27SEP24-40000-C": Terms(40000, 1, "2024-09-27T08:00", 1e-4, 1e-5),
    "C-BTC-30000-241123": Terms(30000, 1, "2023-11-24T12:00", 1e-4, 1e-3),
    "C-BTC-29500-280723": Terms(29500, 1, "2023-07-28T12:00", 1e-4, 1e-5),
    # by volLv, which is 0.5 % above markVol, it would be closer
    "BTC-USD-240329-32000-C": Terms(32000, 1, "2024-03-29T08:00", None, 3e-3),
    # the premium is discounted
    "BTC-20270924-90000-P": Terms(90000, -1, "2027-09-24T08:00", None, 6e-4),
}
"""Those whose underlying price is told, with hours of expiry that are the exchange's own."""


def _years(name: str) -> float:
    point, answer = _point(name), ANSWERS[name]
    at = point.observed_at or datetime.fromisoformat(answer.received_at).replace(tzinfo=UTC)
    until = datetime.fromisoformat(FITTING[name].expiry).replace(tzinfo=UTC)
    return (until - at).total_seconds() / (365 * 86400)


def _figures(name: str) -> tuple[OptionPoint, Black]:
    point, terms = _point(name), FITTING[name]
    found = black(
        float(point.underlying_price or 0), terms.strike, float(point.mark_iv or 0), _years(name),
        terms.side,
    )  # fmt: skip
    return point, found


@pytest.mark.parametrize("name", FITTING)
def test_the_underlying_price_and_the_delta_are_what_they_are_said_to_be(name: str) -> None:
    point, found = _figures(name)
    terms = FITTING[name]
    assert float(point.delta or 0) == pytest.approx(found.delta, abs=terms.delta)
    adjusted = found.delta - found.value / float(point.underlying_price or 1)
    assert abs(float(point.delta or 0) - adjusted) > 10 * terms.delta
    if terms.value is not None:
        assert float(point.mark_price or 0) == pytest.approx(found.value, rel=terms.value)
    assert float(point.vega or 0) == pytest.approx(found.vega, rel=0.03)


def test_the_other_delta_of_okx_is_adjusted_by_the_premium() -> None:
    name = "BTC-USD-240329-32000-C"
    row = ANSWERS[name].body["data"][0]
    point, found = _figures(name)
    premium_in_coins = found.value / float(point.underlying_price or 1)
    assert float(row["deltaBS"]) - float(row["delta"]) == pytest.approx(premium_in_coins, abs=1e-3)


def test_a_price_now_is_not_what_the_volatility_of_bybit_goes_with() -> None:
    name = "BTC-26JAN24-39000-C"
    index = float(ANSWERS[name].body["result"]["list"][0]["indexPrice"])
    terms = FITTING[name]
    at_index = black(index, terms.strike, 0.5577, _years(name), terms.side)
    assert at_index.value == pytest.approx(2861.91, abs=0.01)
    assert at_index.value < 0.9 * float(_point(name).mark_price or 0)


MARKS = {
    "BTC-231229-40000-C": (40000.0, 1, 0.6125176, 2012.0, 51.70062218),
    "ETH_USDT-20231201-2300-P": (2300.0, -1, 0.5909, 236.57, 1.78992),
}
"""Strike, side, volatility, premium and vega of those that come without a price of the underlying."""


def _forward(strike: float, side: int, volatility: float, years: float, value: float) -> float:
    """Return the forward that an option has its premium at."""
    low, high = strike / 4, strike * 4
    for _ in range(80):
        middle = (low + high) / 2
        below = black(middle, strike, volatility, years, side).value < value
        low, high = (middle, high) if below == (side > 0) else (low, middle)
    return low


@pytest.mark.parametrize("name", MARKS)
def test_where_no_price_is_told_premium_and_vega_tell_it_and_it_gives_the_delta(name: str) -> None:
    strike, side, volatility, value, vega = MARKS[name]

    def fitted(days: float) -> Black:
        years = days / 365
        return black(
            _forward(strike, side, volatility, years, value), strike, volatility, years, side
        )

    best = min((fitted(days / 50) for days in range(500, 5000)), key=lambda it: abs(it.vega - vega))
    assert best.vega == pytest.approx(vega, rel=1e-3)
    assert float(_point(name).delta or 0) == pytest.approx(best.delta, abs=2e-4)


def test_a_perpetual_put_that_is_worth_what_it_would_pay_has_little_time_left_by_its_vega() -> None:
    """Vega over gamma is F² x volatility x time: days by a volatility of 1, months by a point."""
    point: Any = _point("BTC-USD-114000-P")
    spot = float(point.underlying_price)
    assert float(point.mark_price) - (114000 - spot) < 1
    years = 100 * float(point.vega) / float(point.gamma) / spot**2 / float(point.mark_iv)
    assert 365 * years == pytest.approx(2.38, abs=0.01)
