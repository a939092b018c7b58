"""What simulated chains come to, against worked examples; what options are worth, by other routes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import log, sqrt
from statistics import NormalDist

import pytest

from oirisk.sandbox import options
from oirisk.sandbox.chain import Chain, TrueSmile
from oirisk.sandbox.instruments import SimulatedInstrument
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.options import OptionValue, value_option
from oirisk.sandbox.quotes import Quote
from oirisk.sandbox.registry import select_simulated
from oirisk.sandbox.world.smiles import Smile, smile
from tests.worked_examples import golden

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
EXPIRY = AT + timedelta(days=30)
ONE = Decimal(1)


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(7, end=AT, days=1, venues=select_simulated(["deribit", "delta"]))


@pytest.fixture(scope="module")
def option(market: SimulatedMarket) -> Quote:
    return next(q for q in market.book("deribit", AT).quotes if q.instrument.kind == "option")


def _instrument(like: Quote, strike: object, side: str) -> SimulatedInstrument:
    changes = {"strike": Decimal(str(strike)), "option_type": side, "expiry": EXPIRY}
    return replace(like.instrument, **changes, size_step=ONE, oi_unit=ONE)  # type: ignore[arg-type]


def _quote(
    like: Quote, row: tuple[object, str, object], forward: object, volatility: float = 0.5
) -> Quote:
    """Make a quote of a strike, a side and an open interest, at a volatility."""
    strike, side, size = row
    price = Decimal(str(forward))
    made = replace(
        like, instrument=_instrument(like, strike, side), at=AT, size=Decimal(str(size)),
        mark=price, index=price,
    )  # fmt: skip
    told = Decimal(str(volatility))
    made.__dict__["value"] = OptionValue(ONE, told, ONE, ONE, ONE, ONE)  # in place of the smile's
    return made


def _chain(like: Quote, rows: Iterable[tuple[object, str, object]], forward: object = 60) -> Chain:
    return Chain.of("BTC", AT, [_quote(like, row, forward) for row in rows])


def _sides(strikes: list[int], calls: list[int], puts: list[int]) -> list[tuple[int, str, int]]:
    held = zip(strikes, calls, puts, strict=True)
    return [row for k, c, p in held for row in ((k, "call", c), (k, "put", p))]


def test_max_pain_and_ratio_of_the_worked_example(option: Quote) -> None:
    example = golden("M27_maxpain")
    rows = _sides(example["strikes_k"], example["calls"], example["puts"])
    chain = _chain(option, rows)
    assert {str(k): chain.pain(k) for k in chain.by_strike} == example["pain"]
    assert chain.max_pain() == (example["max_pain"], example["max_pain"])
    assert chain.max_pain_in_coins() == example["max_pain_coin"]
    assert chain.put_call_ratio() == Decimal(str(example["pcr_oi"]))


def test_max_pain_in_coins_may_differ(option: Quote) -> None:
    calls, puts, pains, _, usd, coin = golden("M27_usd_vs_coin")
    chain = _chain(option, _sides([50, 60, 70], calls, puts))
    assert {str(k): chain.pain(k) for k in chain.by_strike} == pains
    assert (chain.max_pain()[0], chain.max_pain_in_coins()) == (usd, coin)


def test_a_tie_of_pains_is_an_interval(option: Quote) -> None:
    chain = _chain(option, [(50, "call", 1), (60, "put", 1), (70, "put", 0)])
    assert chain.max_pain() == (50, 60)


def test_skew_is_of_what_is_out_of_the_money(option: Quote) -> None:
    example = golden("M33_oi_skew")
    rows = [(65, "call", 300), (70, "call", 500), (50, "put", 600), (55, "put", 300)]
    chain = _chain(option, [*rows, (50, "call", 100), (70, "put", 50)], forward=62)
    assert float(chain.oi_skew()) == pytest.approx(example["skew"], rel=1e-12)


def test_gamma_of_the_worked_example(option: Quote) -> None:
    example = golden("M31_gex")
    volatilities = {55_000: 0.60, 60_000: 0.55, 65_000: 0.55}
    sides = {"C": "call", "P": "put"}
    quotes = [
        _quote(option, (row["K"], sides[row["cp"]], row["oi"]), 60_000, volatilities[int(row["K"])])
        for row in example["rows"]
    ]
    chain = Chain.of("BTC", AT, quotes)
    assert chain.gamma_gross() == pytest.approx(example["gross"], rel=1e-9)
    assert chain.gamma_net() == pytest.approx(example["net"], rel=1e-9)
    assert chain.gamma_net(calls=-1, puts=-1) == pytest.approx(-example["gross"], rel=1e-9)
    for price, net in example["net_at"].items():
        assert chain.gamma_net(factor=float(price) / 60_000) == pytest.approx(net, rel=1e-9)
    (flip,) = chain.gamma_flips()
    assert 60_000 * flip == pytest.approx(example["flip"], rel=1e-9)


@pytest.mark.parametrize(("name", "strike", "side", "volatility"), [
    ("call_65k", 65_000, "call", 0.55), ("put_55k", 55_000, "put", 0.60),
])  # fmt: skip
def test_value_and_greeks_of_the_worked_example(
    option: Quote, monkeypatch: pytest.MonkeyPatch, name: str, strike: int, side: str,
    volatility: float,
) -> None:  # fmt: skip
    flat = Smile(30 / 365, volatility, 0.0, 0.0)
    monkeypatch.setattr(options, "smile", lambda *_: flat)
    found = value_option(_instrument(option, strike, side), Decimal(60_000), AT)
    wanted = golden("M30_black76")[name]
    assert float(found.premium) == pytest.approx(wanted["price"], abs=1e-8)
    assert float(found.delta) == pytest.approx(wanted["delta"], abs=1e-8)
    assert float(found.gamma) == pytest.approx(wanted["gamma"], abs=1e-14)
    assert float(found.vega) == pytest.approx(wanted["vega"] / 100, abs=1e-8)
    assert float(found.theta) == pytest.approx(wanted["theta_day"], abs=1e-8)


def test_calls_and_puts_of_the_market_are_worth_what_parity_says(market: SimulatedMarket) -> None:
    chain = market.true_chain("BTC", AT)
    pairs: dict[object, dict[bool, Decimal]] = {}
    forwards = {}
    for it in chain.options:
        key = (it.quote.instrument.venue, it.expiry, it.strike)
        pairs.setdefault(key, {})[it.is_call] = it.quote.premium_usd
        forwards[key] = it.forward - it.strike
    for key, pair in pairs.items():
        assert float(pair[True] - pair[False]) == pytest.approx(float(forwards[key]), abs=2e-8)


def test_the_smile_is_what_its_documentation_says() -> None:
    made = smile("BTC", EXPIRY, AT)
    assert made.years == pytest.approx(30 / 365, rel=1e-12)
    for deviations in (-3.0, -1.0, 0.0, 2.0):
        moneyness = 2.718281828459045 ** (deviations * made.level * sqrt(made.years))
        wanted = made.level + made.skew * deviations + made.curvature * deviations**2
        assert made.volatility(moneyness) == pytest.approx(wanted, rel=1e-12)
    assert made.volatility(1e6) == made.volatility(1e9)


def test_puts_are_dear_in_near_bitcoin_and_calls_in_other_coins() -> None:
    near = {coin: TrueSmile(smile(coin, AT + timedelta(days=7), AT)) for coin in ("BTC", "SOL")}
    assert near["BTC"].risk_reversal < -0.02
    assert near["SOL"].risk_reversal > 0.01
    assert all(it.butterfly > 0.002 for it in near.values())


@pytest.mark.parametrize("delta", [0.25, -0.25])
def test_the_strike_of_a_delta_has_that_delta(delta: float) -> None:
    desk = TrueSmile(smile("ETH", EXPIRY, AT))
    strike = desk.strike(delta)
    deviation = desk.smile.volatility(strike) * sqrt(desk.smile.years)
    call = NormalDist().cdf(-log(strike) / deviation + deviation / 2)
    assert (call if delta > 0 else call - 1) == pytest.approx(delta, abs=1e-9)
    assert (strike > 1) == (delta > 0)


def test_chains_are_told_apart_by_exchange_and_expiry(market: SimulatedMarket) -> None:
    chain = market.true_chain("BTC", AT)
    assert {it.quote.instrument.venue for it in chain.on("delta").options} == {"delta"}
    assert {expiry.hour for expiry in chain.on("delta").expiries} == {12}
    first = chain.expiries[0]
    assert chain.expiring(first).expiries == (first,)
    calls, puts = chain.coins()
    parts = [chain.expiring(expiry).coins() for expiry in chain.expiries]
    assert (sum(c for c, _ in parts), sum(p for _, p in parts)) == (calls, puts)
    assert market.true_chain("BTC", AT, ["delta"]).options == chain.on("delta").options


def test_expiries_and_exchanges_differ_in_what_their_chains_come_to(
    market: SimulatedMarket,
) -> None:
    chain = market.true_chain("BTC", AT)
    ratios = [chain.expiring(expiry).put_call_ratio() for expiry in chain.expiries]
    assert len(set(ratios)) == len(ratios)
    assert chain.on("delta").gamma_gross() < 0.1 * chain.on("deribit").gamma_gross()


def test_a_chain_of_nothing_has_no_ratio(option: Quote) -> None:
    chain = _chain(option, [(50, "put", 1), (55, "call", 0)], forward=40)
    with pytest.raises(ZeroDivisionError, match="no call"):
        chain.put_call_ratio()
    with pytest.raises(ZeroDivisionError, match="out of the money"):
        chain.oi_skew()
