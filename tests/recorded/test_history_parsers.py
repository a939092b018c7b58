"""Recorded history answers give exactly the figures worked out by hand from body and unit."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from oirisk.flows.exchanges import tiers
from oirisk.flows.exchanges.binance import futures_history as binance
from oirisk.flows.exchanges.bitfinex import history as bitfinex
from oirisk.flows.exchanges.bitget import history as bitget
from oirisk.flows.exchanges.bybit import history as bybit
from oirisk.flows.exchanges.gate import history as gate
from oirisk.flows.exchanges.htx import history as htx
from oirisk.flows.exchanges.kucoinfutures import history as kucoinfutures
from oirisk.flows.exchanges.okx import history as okx
from oirisk.flows.exchanges.registry import all_venues
from oirisk.schemas.instruments import Instrument
from oirisk.transforms.decode import BodyError, decode
from oirisk.transforms.history import interest_row
from oirisk.transforms.instruments import list_instruments
from tests.recorded.history_answers import ANSWERS as HISTORY
from tests.recorded.terms_answers import ANSWERS as TERMS


def given(venue: str, name: str) -> tuple[Any, Instrument]:
    """Return an answer, decoded as a run does, and the contract it speaks of."""
    answer = (HISTORY | TERMS)[venue, name]
    assert answer.market is not None
    (one,) = list_instruments(all_venues()[venue], [answer.market]).instruments.values()
    return decode(json.dumps(answer.body)), one


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# venue, answer, parser, price from outside, then time, base, usd: by hand
INTEREST: list[tuple[Any, ...]] = [
    ("binanceusdm", "open interest 2022-01-14", binance.parse_usdm_interest, None,
     "2022-01-14 17:05", 75375.617, 3248828883.7125144),
    ("binanceusdm", "open interest 2023-04-15", binance.parse_usdm_interest, None,
     "2023-04-15 10:30", 100264.955, 3049899507.172),
    # 13069401 contracts of 100 USD; its "value" is coins
    ("binancecoinm", "open interest 2026-10-12", binance.parse_coinm_interest, None,
     "2026-10-12 20:00", 15796.96988405, 1306940100.0),
    # both sides: half of the coins
    ("bybit", "open interest 2022-10-14", bybit.parse_interest, 20000,
     "2022-10-14 22:00", 32378.812, 647576240.0),
    ("bybit", "open interest 2022-10-24", bybit.parse_interest, 20000,
     "2022-10-24 09:00", 42863.866499995, 857277329.9999),
    # both sides, USD: 461134384 / 2 = 230567192 USD, at 16000 they are 14410.4495 coins
    ("bybit", "open interest 2022-12-26", bybit.parse_interest, 16000,
     "2022-11-27 17:50", 14410.4495, 230567192.0),
    # one side, USD
    ("bybit", "open interest 2026-06-09", bybit.parse_interest, 100000,
     "2026-06-09 00:00", 319.55346, 31955346.0),
    ("okx", "open interest 2026-09-27", okx.parse_interest, None,
     "2026-09-27 23:00", 28006.5419, 2360916466.88),
    # 2851725 contracts of 10 ADA; x 0.34619 = 9872386.7775
    ("gate", "statistics 2023-01-18", gate.parse_interest, None,
     "2023-01-18 15:50", 28517250.0, 9872386.7775),
    # 149191056 contracts of 0.0001 BTC x 20745.57
    ("gate", "open interest 2023-01-19", gate.parse_interest, None,
     "2023-01-19 14:10", 14919.1056, 309505349.56219),
    # 4615535 contracts of 0.001 BTC
    ("kucoinfutures", "open interest 2025-12-29", kucoinfutures.parse_interest, 90000,
     "2025-12-29 10:30", 4615.535, 415398150.0),
    # 27112 contracts of 0.001 BTC, both sides; the value of both sides is 1321498.5264
    ("htx", "open interest 2021-12-06", htx.parse_interest, 48742.2, "2021-12-05 16:00", 13.556, 660749.2632),
    # coins this time, both sides: 4385.435 / 2 and 194059884.185 / 2
    ("htx", "open interest 2022-03-25", htx.parse_interest, None,
     "2022-03-25 15:00", 2192.7175, 97029942.0925),
    # 19174 contracts of 10 USD, both sides: 95870 USD, at 2 USD 47935 coins
    ("htx", "coin open interest 2022-03-25", htx.parse_interest, 2,
     "2022-03-25 16:00", 47935.0, 95870.0),
    # 48419 contracts of 100 USD, both sides: 2420950 USD, at 44000 they are 55.0215909...
    ("htx", "dated open interest 2022-03-25", htx.parse_interest, 44000,
     "2022-03-25 16:00", 2420950 / 44000, 2420950.0),
    ("bitfinex", "open interest 2024-01-26", bitfinex.parse_interest, None,
     "2024-01-26 18:53:11", 5775.20348804, 5775.20348804 * 42134.1),
]  # fmt: skip


@pytest.mark.parametrize("case", INTEREST, ids=[f"{case[0]} {case[1]}" for case in INTEREST])
def test_open_interest_is_single_sided_coins_and_usd(case: tuple[Any, ...]) -> None:
    venue, name, parse, price, when, base, usd = case
    body, one = given(venue, name)
    point = parse(body, one)[0]
    row = interest_row(point, one, None if price is None else Decimal(str(price)))
    assert point.at == at(when)
    assert row["oi_base"] == pytest.approx(base, rel=1e-12)
    assert row["oi_usd"] == pytest.approx(usd, rel=1e-12)


def test_the_row_count_of_a_page_is_kept() -> None:
    assert len(bybit.parse_interest(*given("bybit", "open interest 2026-06-09"))) == 5
    page = given("kucoinfutures", "open interest 2025-12-29")
    assert len(kucoinfutures.parse_interest(*page)) == 2


def test_figures_summed_over_instruments_are_not_taken_for_one() -> None:
    with pytest.raises(BodyError, match="expected time, contracts, coins and USD"):
        okx.parse_interest(*given("okx", "volume 2022-03-25"))


SHARES: list[tuple[Any, ...]] = [
    ("binanceusdm", "shares 2024-09-20", binance.parse_account, "2024-09-20",
     [("account", 0.4558, 0.5442)]),
    ("binancecoinm", "shares 2024-09-20", binance.parse_account, "2024-09-20",
     [("account", 0.7262, 0.2738)]),
    ("bybit", "shares 2024-10-17", bybit.parse_account, "2024-10-17",
     [("account", 0.5707, 0.4293)]),
    # the printed ratio 0.0138 is not 0.58 / 0.42
    ("bitget", "shares 2024-10-19", bitget.parse_account, "2024-10-19 04:30",
     [("account", 0.58, 0.42)]),
    # 0.93986 longs per short: 0.9398602814619824 / 1.9398602814619824
    ("okx", "shares 2024-10-19", okx.parse_account, "2024-10-19 07:40",
     [("account", 0.48449896, 0.51550104)]),
    # 3.2808988764045 and 9.3765153315902 longs per short; top traders are 0, not told
    ("gate", "statistics 2023-01-18", gate.parse_shares, "2023-01-18 15:50",
     [("account", 0.76640420, 0.23359580), ("taker", 0.90362853, 0.09637147)]),
]  # fmt: skip


@pytest.mark.parametrize("case", SHARES, ids=[case[0] for case in SHARES])
def test_shares_add_up_and_equal_the_hand_worked_ones(case: tuple[Any, ...]) -> None:
    venue, name, parse, when, expected = case
    points = parse(*given(venue, name))
    first = [point for point in points if point.at == at(when)]
    seen = [
        (p.measure, round(float(p.long_share), 8), round(float(p.short_share), 8)) for p in first
    ]
    assert seen == expected
    assert all(abs(p.long_share + p.short_share - 1) < Decimal("1e-20") for p in points)


LIQUIDATIONS: list[tuple[Any, ...]] = [
    # the position was -165 contracts of 0.0001 BTC: a short, bought back at 28070
    ("gate", "liquidations 2023-10-08", gate.parse_liquidations,
     ("2023-10-08 03:35:32", "short", 0.0165, 28070.0, 463.155)),
    # a closing sell of 479 contracts of 0.001 BTC ended a long; turnover 24640.5743
    ("htx", "liquidations 2021-12-04", htx.parse_liquidations,
     ("2021-12-04 04:54:07.864", "long", 0.479, 51441.7, 24640.5743)),
    # 2 contracts of 0.001 BTC; turnover 125.957
    ("htx", "liquidations 2026-06-19", htx.parse_liquidations,
     ("2026-06-19 06:04:54.165", "short", 0.002, 62978.5, 125.957)),
    ("bitfinex", "liquidations 2024-01-27", bitfinex.parse_liquidations,
     ("2024-01-27 22:51:59.788", "short", 8.0, 33.255, 266.04)),
]  # fmt: skip


@pytest.mark.parametrize("case", LIQUIDATIONS, ids=[f"{c[0]} {c[1]}" for c in LIQUIDATIONS])
def test_the_side_of_a_liquidation_is_the_one_that_lost(case: tuple[Any, ...]) -> None:
    venue, name, parse, (when, side, base, price, usd) = case
    (event,) = parse(*given(venue, name))
    assert (event.at, event.side, event.coverage) == (at(when), side, "lower_bound")
    assert float(event.base) == pytest.approx(base, rel=1e-12)
    assert float(event.price) == price
    assert float(event.usd) == pytest.approx(usd, rel=1e-9)


def test_a_span_without_liquidations_gives_no_rows() -> None:
    assert gate.parse_liquidation_sums(*given("gate", "statistics 2023-01-18")) == []


# floor, cap, unit, leverage, maintenance margin rate
TIERS: list[tuple[Any, ...]] = [
    # margins in percent: 1 % x 100 is 1
    ("bybit", "tiers 2022-12-26", bybit.parse_tiers, [(0, 150, "base", 100, 0.005)]),
    ("bitget", "tiers 2023-11-18", tiers.parse_bitget,
     [(0, 150000, "usd", 125, 0.004)]),
    ("kucoinfutures", "tiers 2022-01-01", kucoinfutures.parse_tiers,
     [(0, 300000, "usd", 100, 0.005)]),
    ("kucoinfutures", "tiers 2026-03-20", kucoinfutures.parse_tiers,
     [(0, 250000, "usd", 125, 0.004), (250000, 600000, "usd", 100, 0.005)]),
    # 10000 contracts of 0.0001 BTC, then steps of 200000; rates by 0.4 points
    ("mexc", "tiers 2021-01-05", tiers.parse_mexc,
     [(0, 1, "base", 125, 0.004), (1, 21, "base", 1 / 0.012, 0.008),
      (21, 41, "base", 62.5, 0.012), (41, 61, "base", 50, 0.016),
      (61, 81, "base", 1 / 0.024, 0.02)]),
    # no contract size is known, so no sizes; 0.7 / 75
    ("htx", "tiers 2022-01-28", htx.parse_tiers, [(None, None, None, 75, 0.7 / 75)]),
    ("krakenfutures", "tiers 2022-06-28", tiers.parse_krakenfutures,
     [(0, 500000, "usd", 50, 0.01), (500000, 1000000, "usd", 25, 0.02),
      (1000000, 3000000, "usd", 1 / 0.06, 0.03), (3000000, None, "usd", 10, 0.05)]),
]  # fmt: skip


@pytest.mark.parametrize("case", TIERS, ids=[f"{case[0]} {case[1]}" for case in TIERS])
def test_leverage_tiers(case: tuple[Any, ...]) -> None:
    venue, name, parse, expected = case
    found = parse(*given(venue, name))
    assert [tier.unit for tier in found] == [row[2] for row in expected]
    for tier, (floor, cap, _unit, leverage, rate) in zip(found, expected, strict=True):
        assert tier.floor == floor
        assert tier.cap == cap
        assert float(tier.max_leverage) == pytest.approx(leverage)
        assert float(tier.maintenance_margin_rate) == pytest.approx(rate)


def test_phemex_tiers_are_in_the_settle_coin_with_scaled_rates() -> None:
    found = tiers.parse_phemex(*given("phemex", "tiers 2020-03-08"))
    first = found[0]
    assert (first.floor, first.cap, first.unit) == (0, 100, "base")
    assert (first.max_leverage, first.maintenance_margin_rate) == (100, Decimal("0.005"))
    assert found[1].floor == 100


def test_every_answer_written_down_is_read_here() -> None:
    cases = (*INTEREST, *SHARES, *LIQUIDATIONS, *TIERS)
    alone = {("okx", "volume 2022-03-25"), ("phemex", "tiers 2020-03-08")}
    assert {case[:2] for case in cases} | alone == set(HISTORY | TERMS)
