"""Black-76 and implied volatility: against decimals, differences and another library."""

from collections.abc import Iterator
from decimal import Decimal, localcontext

import numpy as np
import pytest
import QuantLib
from numpy.typing import NDArray

from oirisk.transforms.options.black import Black
from oirisk.transforms.options.implied import RESOLUTION, TOLERANCE, implied_volatility
from tests.oracles import black76
from tests.worked_examples import golden

HOUR = 1 / 8760


def contracts(count: int, seed: int) -> Black:
    """Draw options from an hour to three years, 5 % to 400 % a year, some ten deviations off."""
    draw = np.random.default_rng(seed)
    forward = np.exp(draw.uniform(np.log(0.01), np.log(200_000), count))
    years = np.exp(draw.uniform(np.log(HOUR), np.log(3), count))
    volatility = np.exp(draw.uniform(np.log(0.05), np.log(4), count))
    off = draw.normal(0, 3, count) * volatility * np.sqrt(years)
    sign = draw.choice([-1.0, 1.0], count)
    return Black(sign, forward, forward * np.exp(off), years, volatility)


def exact(options: Black, **moved: Decimal) -> list[Decimal]:
    """Return premiums in decimals, one term of each moved by a factor."""
    found = []
    for row in zip(
        options.sign,
        options.forward,
        options.strike,
        options.years,
        options.volatility,
        strict=True,
    ):
        terms = dict(
            zip(("forward", "strike", "years", "volatility"), map(Decimal, row[1:]), strict=True)
        )
        terms |= {name: terms[name] * factor for name, factor in moved.items()}
        found.append(black76.price_of(int(row[0]), **terms))
    return found


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("call_65k", Black(*map(np.array, (1.0, 60_000.0, 65_000.0, 30 / 365, 0.55)))),
        ("put_55k", Black(*map(np.array, (-1.0, 60_000.0, 55_000.0, 30 / 365, 0.60)))),
    ],
)
def test_the_worked_examples_hold(name: str, option: Black) -> None:
    wanted = golden("M30_black76")[name]
    found = {
        "price": option.price(), "delta": option.delta(), "gamma": option.gamma(),
        "vega": option.vega(), "theta_day": option.theta(), "d1": option.d1,
        "d2": option.d1 - option.deviation,
    }  # fmt: skip
    assert found == {key: pytest.approx(value, rel=1e-9) for key, value in wanted.items()}
    adjusted = wanted["delta"] - wanted["price"] / 60_000
    assert option.delta_premium_adjusted() == pytest.approx(adjusted, rel=1e-9)


def test_premiums_have_all_their_digits_in_every_wing() -> None:
    options = contracts(300, seed=1)
    wanted = exact(options)
    assert min(wanted) < Decimal("1e-9")
    off = [
        abs(Decimal(found) / one - 1) for found, one in zip(options.price(), wanted, strict=True)
    ]
    # What rounding distance and deviation leaves of a tail: their bits times its steepness.
    assert max(off) < 1e-11


@pytest.fixture
def many_digits() -> Iterator[None]:
    """Reckon decimals as the oracle does."""
    with localcontext(prec=black76.DIGITS):
        yield


def test_greeks_are_what_premiums_differ_by(many_digits: None) -> None:
    options = contracts(200, seed=2)
    step = Decimal("1e-20")
    here = exact(options)

    def by(name: str) -> tuple[list[Decimal], list[Decimal]]:
        up, down = (exact(options, **{name: 1 + s * step}) for s in (1, -1))
        first = [(a - b) / (2 * step) for a, b in zip(up, down, strict=True)]
        second = [(a - 2 * m + b) / step**2 for a, m, b in zip(up, here, down, strict=True)]
        return first, second

    slope, bend = by("forward")
    forward = [Decimal(one) for one in options.forward]
    wanted = {
        "delta": [one / at for one, at in zip(slope, forward, strict=True)],
        "gamma": [one / at**2 for one, at in zip(bend, forward, strict=True)],
        "vega": [
            one / Decimal(at)
            for one, at in zip(by("volatility")[0], options.volatility, strict=True)
        ],
        "theta": [
            -one / Decimal(at) / 365 for one, at in zip(by("years")[0], options.years, strict=True)
        ],
    }
    for name, values in wanted.items():
        found = getattr(options, name)()
        assert found == pytest.approx(np.array(values, dtype=float), rel=1e-11, abs=1e-290), name


def quantlib(options: Black) -> dict[str, NDArray[np.float64]]:
    """Value options by QuantLib."""
    rows = []
    for row in zip(
        options.sign, options.forward, options.strike, options.years, options.deviation, strict=True
    ):
        sign, forward, strike, years, deviation = map(float, row)
        kind = QuantLib.Option.Call if sign > 0 else QuantLib.Option.Put
        one = QuantLib.BlackCalculator(
            QuantLib.PlainVanillaPayoff(kind, strike), forward, deviation, 1.0
        )
        rows.append((
            one.value(), one.deltaForward(), one.gammaForward(), one.vega(years),
            one.thetaPerDay(forward, years),
        ))  # fmt: skip
    return dict(zip(("price", "delta", "gamma", "vega", "theta"), np.array(rows).T, strict=True))


OPTIONS = contracts(10_000, seed=3)


@pytest.fixture(scope="module")
def theirs() -> dict[str, NDArray[np.float64]]:
    """Return what QuantLib says of ``OPTIONS``."""
    return quantlib(OPTIONS)


def test_greeks_are_those_of_another_library(theirs: dict[str, NDArray[np.float64]]) -> None:
    bits = np.finfo(float).eps * np.maximum(OPTIONS.forward, OPTIONS.strike)
    one = OPTIONS.forward
    scale = {
        "price": 1,
        "delta": 1 / one,
        "gamma": 1 / one**2 / OPTIONS.deviation,
        "vega": 1,
        "theta": 1,
    }
    for name, wanted in theirs.items():
        found = getattr(OPTIONS, name)()
        off = np.abs(found - wanted)
        # They subtract terms as large as forward and strike.
        assert np.all(off <= 1e-11 * np.abs(wanted) + 16 * bits * scale[name]), name


def test_volatility_comes_back_from_premiums_of_another_library(
    theirs: dict[str, NDArray[np.float64]],
) -> None:
    terms = OPTIONS.sign, OPTIONS.forward, OPTIONS.strike, OPTIONS.years
    found, reasons = implied_volatility(*terms, theirs["price"])
    off = np.abs(found - OPTIONS.volatility)
    bits = 16 * np.finfo(float).eps * np.maximum(OPTIONS.forward, OPTIONS.strike)
    allowed = bits <= TOLERANCE * OPTIONS.vega()  # by what they lose
    assert allowed.sum() > 7_000
    assert set(reasons[allowed]) == {""}
    assert off[allowed].max() <= TOLERANCE


def test_volatility_comes_back_wherever_vega_allows_it() -> None:
    terms = OPTIONS.sign, OPTIONS.forward, OPTIONS.strike, OPTIONS.years
    found, reasons = implied_volatility(*terms, OPTIONS.price())
    told = reasons == ""
    assert np.all(np.isnan(found) == ~told)
    assert np.abs(found - OPTIONS.volatility)[told].max() <= TOLERANCE
    open_ = RESOLUTION * OPTIONS.price() / OPTIONS.vega()
    assert told[open_ <= TOLERANCE / 2].all()
    assert not told[open_ > 2 * TOLERANCE].any()
    assert set(reasons[~told]) <= {"no vega", "no premium"}
    out = OPTIONS.sign * (OPTIONS.forward - OPTIONS.strike) <= 0
    assert set(reasons[out]) <= {"", "no premium"}
    assert np.all(OPTIONS.price()[out & ~told] < 1e-300)


def test_the_furthest_wings_come_back_from_exact_premiums() -> None:
    volatility, years = 0.5, 3 * HOUR
    for strike in (60_000.0, 61_000.0, 65_000.0, 68_000.0):
        premium = float(black76.price(1, 60_000.0, strike, years, volatility))
        found, reason = implied_volatility(
            *map(np.array, ([1.0], [60_000.0], [strike], [years], [premium]))
        )
        assert (reason[0], found[0]) == ("", pytest.approx(volatility, abs=1e-12))
    assert premium < 1e-35


@pytest.mark.parametrize(
    ("sign", "strike", "premium", "reason"),
    [
        (1.0, 65_000.0, np.nan, "no premium"),
        (1.0, 65_000.0, 0.0, "no premium"),
        (-1.0, 65_000.0, -3.0, "no premium"),
        (1.0, 55_000.0, 4_990.0, "below intrinsic"),
        (-1.0, 65_000.0, 4_990.0, "below intrinsic"),
        (1.0, 55_000.0, 5_000.0, "no vega"),
        (1.0, 55_000.0, 60_000.0, "above forward"),
        (1.0, 65_000.0, 60_000.0, "above forward"),
        (-1.0, 55_000.0, 55_000.0, "above forward"),
        (1.0, 30_000.0, 30_000.000000001, "no vega"),
    ],
)
def test_a_premium_that_no_volatility_gives_is_named(
    sign: float, strike: float, premium: float, reason: str
) -> None:
    terms = [np.array([one]) for one in (sign, 60_000.0, strike, 30 / 365, premium)]
    found, reasons = implied_volatility(*terms)
    assert (np.isnan(found[0]), reasons[0]) == (True, reason)


def test_at_the_money_the_premium_is_a_line_of_volatility() -> None:
    # 0.4 sigma F sqrt(T), to third order: sqrt(2 / pi) is two such.
    deviation = np.array([1e-6, 1e-3])
    premium = 60_000 * deviation / np.sqrt(2 * np.pi) * (1 - deviation**2 / 24)
    ones = np.ones(2)
    found, _ = implied_volatility(ones, 60_000 * ones, 60_000 * ones, ones, premium)
    assert found == pytest.approx(deviation, rel=1e-9)
