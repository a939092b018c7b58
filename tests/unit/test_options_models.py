"""Models of options: volatility and forward of each, smiles, exposures and flips."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from oirisk.transforms.options.black import Black
from oirisk.transforms.options.exposure import exposures
from oirisk.transforms.options.smile import smiles
from oirisk.transforms.options.value import value
from tests.chains import NIGHT, SMILE, chain, prices
from tests.worked_examples import golden

Row = dict[str, Any]
SIDES = ("call", "put")


def exposed() -> list[Row]:
    """Return the chain of the worked example of gamma exposure."""
    return [
        {
            "strike": row["K"], "option_type": "call" if row["cp"] == "C" else "put",
            "oi_base": row["oi"], "mark_iv": SMILE[row["K"]],
        }
        for row in golden("M31_gex")["rows"]
    ]  # fmt: skip


def smiling(smile: Mapping[int, float] = SMILE) -> list[Row]:
    """Return calls and puts of a smile."""
    return [
        {"strike": strike, "option_type": side, "mark_iv": iv}
        for strike, iv in smile.items()
        for side in SIDES
    ]


def priced(strike: float, side: str, iv: float = 0.6, forward: float = 60_000.0) -> Row:
    """Return an option of 30 days of which only the mark is told."""
    sign = 1.0 if side == "call" else -1.0
    option = Black(*(np.array([one]) for one in (sign, forward, strike, 30 / 365, iv)))
    return {"strike": strike, "option_type": side, "mark_price": float(option.price()[0])}


def of(frame: pl.DataFrame, **key: Any) -> Row:
    """Return the one row of a key."""
    found = frame.filter(*(pl.col(name).eq_missing(wanted) for name, wanted in key.items()))
    return found.row(0, named=True) if found.height == 1 else {"rows": found.height}


EXPIRY = NIGHT + timedelta(days=30)
KEY = ("snapshot_at", "asset", "venue", "expiry")


@pytest.mark.parametrize("venue", ["deribit", "ALL"])
@pytest.mark.parametrize("expiry", [EXPIRY, None])
def test_the_worked_example_of_exposure_holds(venue: str, expiry: Any) -> None:
    wanted = golden("M31_gex")
    valued = value(chain(exposed()))
    assert valued["gamma"].to_list() == [
        pytest.approx(row["gamma"], rel=1e-9) for row in wanted["rows"]
    ]
    assert valued["gex_gross_usd"].to_list() == [
        pytest.approx(row["gex_usd_per_1pct"], rel=1e-9) for row in wanted["rows"]
    ]
    found = of(exposures(valued, prices()), venue=venue, expiry=expiry)
    assert found["gex_gross_usd"] == pytest.approx(wanted["gross"], rel=1e-9)
    assert found["gex_net_naive_usd"] == pytest.approx(wanted["net"], rel=1e-9)
    assert found["gex_net_short_all_usd"] == pytest.approx(-wanted["gross"], rel=1e-9)
    in_coins = found["gex_net_naive_usd"] / 60_000
    assert in_coins == pytest.approx(wanted["dealer_btc_per_1pct"], rel=1e-9)
    assert found["dex_base"] == pytest.approx(golden("M31_dex_btc"), rel=1e-9)
    assert found["gamma_flip"] == pytest.approx(wanted["flip"], rel=1e-9)
    assert found["flip_low"] < found["gamma_flip"] < found["flip_high"]
    assert (found["flips"], found["flip_reason"]) == (1, None)


def test_the_net_is_that_of_the_worked_example_at_other_prices() -> None:
    for forward, wanted in golden("M31_gex")["net_at"].items():
        valued = value(chain(exposed(), underlying_price=float(forward)))
        found = of(exposures(valued, prices(float(forward))), venue="deribit", expiry=EXPIRY)
        assert found["gex_net_naive_usd"] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("venue", ["deribit", "ALL"])
def test_the_worked_example_of_a_smile_holds(venue: str) -> None:
    wanted = golden("M32_rr25")
    found = of(smiles(value(chain(smiling()))), venue=venue)
    assert found["forward"] == pytest.approx(60_000)
    assert found["atm_iv"] == pytest.approx(0.55, abs=1e-9)
    assert found["call_25d_strike"] == pytest.approx(wanted["k_call"], rel=1e-9)
    assert found["call_25d_iv"] == pytest.approx(wanted["iv_call"], abs=1e-9)
    assert found["put_25d_strike"] == pytest.approx(wanted["k_put"], rel=1e-9)
    assert found["put_25d_iv"] == pytest.approx(wanted["iv_put"], abs=1e-9)
    assert found["risk_reversal_25d"] == pytest.approx(wanted["rr25"], abs=1e-9)
    assert found["butterfly_25d"] == pytest.approx(wanted["bf25"], abs=1e-9)
    assert (found["strikes"], found["smile_reason"]) == (5, None)


TOLD = {"strike": 65_000, "mark_iv": 0.55}
FIGURES = (
    "value", "delta", "delta_premium_adjusted", "gamma", "vega", "theta", "gex_gross_usd",
)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**TOLD, "observed_at": EXPIRY}, "expired"),
        ({**TOLD, "observed_at": EXPIRY + timedelta(minutes=5)}, "expired"),
        ({**TOLD, "underlying_kind": None, "underlying_price": None}, "no forward"),
        ({**TOLD, "underlying_kind": "spot"}, "no forward"),
        ({**TOLD, "bid_iv": 0.56, "ask_iv": 0.54}, "crossed quotes"),
        ({"strike": 65_000}, "no premium"),
        ({"strike": 65_000, "mark_price": 0.0}, "no premium"),
        ({"strike": 65_000, "mark_price": 0.0, "mark_iv": 0.0}, "no premium"),
        ({"strike": 55_000, "mark_price": 4_990.0}, "below intrinsic"),
        ({"strike": 55_000, "mark_price": 60_001.0}, "above forward"),
        ({"strike": 20_000, "mark_price": 40_000.0}, "no vega"),
    ],
)
def test_an_option_without_volatility_says_why_and_has_no_greeks(row: Row, reason: str) -> None:
    found = value(chain([row])).row(0, named=True)
    assert (found["iv"], found["iv_source"], found["iv_reason"]) == (None, None, reason)
    assert [found[name] for name in FIGURES] == [None] * len(FIGURES)


def test_an_underlying_of_another_time_is_found_by_its_neighbours() -> None:
    rows = [*smiling(), {"strike": 61_000, "mark_iv": 0.55, "underlying_price": 60_601.0}]
    found = value(chain(rows))
    assert found["is_underlying_stale"].to_list() == [False] * 10 + [True]
    stale = found.row(-1, named=True)
    assert (stale["forward"], stale["iv_reason"]) == (60_000, "stale underlying")
    assert stale["gamma"] is None
    near = value(chain([*rows[:-1], {**rows[-1], "underlying_price": 60_599.0}]))
    assert near["iv_reason"].null_count() == 11
    assert near["forward"][-1] == 60_599


def test_what_a_venue_tells_counts_within_reason_and_else_its_mark() -> None:
    rows = [
        {**priced(65_000, "call"), "mark_iv": 0.55, "bid_iv": 0.5, "ask_iv": 0.7},
        {**priced(65_000, "put"), "bid_iv": 0.56, "ask_iv": 0.0},
        {**priced(70_000, "call"), "mark_iv": 5.0},
        {**priced(50_000, "put"), "mark_iv": 0.0},
    ]
    found = value(chain(rows))
    assert found["iv_source"].to_list() == ["venue", "mark", "mark", "mark"]
    assert found["iv"].to_list() == pytest.approx([0.55, 0.6, 0.6, 0.6], abs=1e-9)
    assert found["is_crossed"].to_list() == [False] * 4
    solved = found.filter(pl.col("iv_source") == "mark")
    assert solved["value"].to_list() == pytest.approx(solved["mark_price"].to_list(), rel=1e-9)


@pytest.mark.parametrize("mark", [40_000.0, 39_999.0])
def test_far_in_the_money_the_other_side_of_the_strike_tells_the_volatility(mark: float) -> None:
    call = {"strike": 20_000, "option_type": "call", "mark_price": mark, "oi_base": 3.0}
    rows = [call, {**priced(20_000, "put", iv=0.8), "oi_base": 0.0}]
    found = value(chain(rows))
    assert found["iv"].to_list() == pytest.approx([0.8, 0.8], abs=1e-8)
    assert found["iv_source"].to_list() == ["counterpart", "mark"]
    assert found["iv_reason"].to_list() == [None, None]
    assert found["delta"][0] == pytest.approx(1.0, abs=1e-4)
    total = of(exposures(found, prices()), venue="deribit", expiry=EXPIRY)
    assert total["dex_base"] == pytest.approx(3.0, abs=1e-3)


def test_what_an_option_is_worth_is_at_its_mark() -> None:
    found = value(chain([{**TOLD, "mark_price": 1_900.0, "oi_base": 3.0}, TOLD]))
    assert found["premium_usd"].to_list() == [5_700.0, None]


def test_time_runs_from_when_an_option_was_observed() -> None:
    found = value(chain([TOLD], observed_at=NIGHT - timedelta(days=0.5)))
    assert found["years"].to_list() == [30.5 / 365]


def test_only_what_counts_is_valued() -> None:
    rows = [{**TOLD, "standing": each} for each in ("counts", "stale", "expired", "left_out")]
    assert value(chain(rows)).height == 1


def test_a_forward_that_is_not_told_follows_from_puts_and_calls() -> None:
    pairs = [
        priced(strike, side, forward=60_700.0) for strike in (58e3, 60e3, 62e3) for side in SIDES
    ]
    far = [
        {**priced(90_000, "call"), "mark_price": 400.0},
        {**priced(90_000, "put"), "mark_price": 100.0},
    ]
    lone = [
        {"strike": 61_000, "mark_price": 0.0},
        {"strike": 61_000, "option_type": "put", "mark_price": 0.0},
    ]
    found = value(chain([*pairs, *far[::-1], *lone], underlying_kind="spot"))
    assert set(found["forward_source"]) == {"parity"}
    # The far pair comes nearest of all by its premiums; the median of three does not follow it.
    assert found["forward"].to_list() == pytest.approx([60_700.0] * 10, rel=1e-12)
    assert found["iv"].to_list()[:6] == pytest.approx([0.6] * 6, abs=1e-8)


def test_a_forward_is_that_of_its_own_expiry_and_venue() -> None:
    later = {"expiry": EXPIRY + timedelta(days=30)}
    rows = [
        {**TOLD, "underlying_price": 60_100.0},
        {**TOLD, "underlying_price": None, "underlying_kind": None},
        {**TOLD, **later, "underlying_kind": "spot"},
        {**TOLD, "venue": "okx", "underlying_kind": "spot"},
    ]
    found = value(chain(rows))
    assert found["forward"].to_list() == [60_100.0, 60_100.0, None, None]
    assert found["forward_source"].to_list() == ["venue", "venue", None, None]


@pytest.mark.parametrize(
    ("smile", "known", "reason"),
    [
        ({60_000: 0.55}, set(), "under 3 strikes"),
        ({55_000: 0.6, 60_000: 0.55}, set(), "under 3 strikes"),
        ({}, set(), "under 3 strikes"),
        ({61_000: 0.55, 65_000: 0.55, 70_000: 0.57}, {"call_25d_iv"}, "money beyond the strikes"),
        ({59_000: 0.6, 60_000: 0.55, 61_000: 0.55}, {"atm_iv"}, "25-delta beyond the strikes"),
        (
            {59_000: 0.6, 60_000: 0.55, 70_000: 0.57},
            {"atm_iv", "call_25d_iv"},
            "25-delta beyond the strikes",
        ),
    ],
)
def test_a_smile_is_not_carried_beyond_its_strikes(
    smile: Mapping[int, float], known: set[str], reason: str
) -> None:
    rows = smiling(smile) or [{"strike": 60_000}]
    found = of(smiles(value(chain(rows))), venue="deribit")
    told = {name for name in ("atm_iv", "call_25d_iv", "put_25d_iv") if found[name] is not None}
    assert (told, found["smile_reason"]) == (known, reason)
    assert (found["risk_reversal_25d"], found["butterfly_25d"]) == (None, None)


def test_a_smile_is_of_options_out_of_the_money_and_of_both_at_it() -> None:
    odd = [
        {**row, "mark_iv": 3.0}
        if (row["strike"] - 60_000) * (1 if row["option_type"] == "call" else -1) < 0
        else row
        for row in smiling()
    ]
    parted = [
        {**row, "mark_iv": 0.53 if row["option_type"] == "call" else 0.57}
        if row["strike"] == 60_000
        else row
        for row in odd
    ]
    wanted = smiles(value(chain(smiling())))
    assert_frame_equal(smiles(value(chain(parted))), wanted, rel_tol=1e-12)


def test_the_smile_of_all_venues_weighs_by_what_is_open_and_goes_by_moneyness() -> None:
    # Another forward and strikes in the same proportion: in ln(K / F) the smiles are parallel.
    other = [
        {**row, "strike": row["strike"] * 1.1, "mark_iv": row["mark_iv"] + 0.04, "venue": "okx",
         "underlying_price": 66_000.0}
        for row in smiling()
    ]  # fmt: skip
    same = [
        {**row, "mark_iv": row["mark_iv"] + 0.04, "venue": "okx", "oi_base": 3.0}
        for row in smiling()
    ]
    both = smiles(value(chain([*smiling(), *same])))
    assert of(both, venue="ALL")["atm_iv"] == pytest.approx(0.55 + 0.03, abs=1e-12)
    assert of(both, venue="deribit")["atm_iv"] == pytest.approx(0.55, abs=1e-12)
    assert of(both, venue="okx")["atm_iv"] == pytest.approx(0.59, abs=1e-12)
    apart = of(smiles(value(chain([*smiling(), *other]))), venue="ALL")
    assert apart["forward"] == pytest.approx(63_000)


def test_what_is_empty_weighs_alike_in_a_smile() -> None:
    rows = [
        {**row, "oi_base": 0.0, "venue": venue} for row in smiling() for venue in ("deribit", "okx")
    ]
    found = smiles(value(chain(rows)))
    assert found["risk_reversal_25d"].to_list() == pytest.approx([golden("M32_rr25")["rr25"]] * 3)


def test_a_venue_bears_on_no_other() -> None:
    mine = chain(exposed())
    theirs = chain([{**row, "oi_base": 7.0, "mark_iv": 0.9} for row in exposed()], venue="okx")
    priced_at = prices(venues=("deribit", "okx", "ALL"))
    together, alone = (value(frame) for frame in (pl.concat([mine, theirs]), mine))
    for model in (smiles, lambda frame: exposures(frame, priced_at)):
        told = [model(frame).filter(pl.col("venue") == "deribit") for frame in (together, alone)]
        assert_frame_equal(*told, check_exact=True)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{"strike": 60_000}], "no gamma"),
        ([TOLD], "none in range"),
        ([{**TOLD, "oi_base": 0.0}], "none in range"),
        ([{**TOLD, "option_type": side} for side in SIDES], "none in range"),
    ],
)
def test_a_flip_that_is_not_there_is_not_told(rows: list[Row], reason: str) -> None:
    for row in exposures(value(chain(rows)), prices()).to_dicts():
        assert [row[name] for name in ("gamma_flip", "flip_low", "flip_high")] == [None] * 3
        assert (row["flips"], row["flip_reason"]) == (0, reason)


def test_a_flip_without_a_price_has_no_level() -> None:
    found = exposures(value(chain(exposed())), prices().clear())
    assert set(found["flip_reason"]) == {"no price"}
    assert found["gamma_flip"].null_count() == found.height
    assert found["gex_gross_usd"].null_count() == 0


def test_of_several_flips_the_nearest_to_the_price_is_told() -> None:
    # Puts, calls, puts, calls from below to above, an hour to expiry: three changes of sign.
    rows = [
        {"strike": strike, "option_type": side, "mark_iv": 0.5}
        for strike, side in ((57e3, "put"), (59.5e3, "call"), (62e3, "put"), (65e3, "call"))
    ]
    valued = value(chain(rows, expiry=NIGHT + timedelta(hours=1)))
    found = of(exposures(valued, prices()), venue="ALL", expiry=None)
    assert found["flips"] == 3
    # Equal amounts: between a call and a put the net is 0 midway in the logarithm, nearly.
    assert found["gamma_flip"] == pytest.approx(np.sqrt(59.5e3 * 62e3), rel=1e-4)
    assert found["flip_low"] < found["gamma_flip"] < found["flip_high"]


def test_a_flip_is_where_all_forwards_moved_alike_leave_no_net() -> None:
    rows = [
        *exposed(),
        *(
            {**row, "expiry": EXPIRY + timedelta(days=60), "underlying_price": 61_500.0}
            for row in exposed()
        ),
    ]
    flip = of(exposures(value(chain(rows)), prices()), venue="ALL", expiry=None)["gamma_flip"]
    moved = [
        {**row, "underlying_price": row.get("underlying_price", 60_000.0) * flip / 60_000}
        for row in rows
    ]
    there = of(exposures(value(chain(moved)), prices(flip)), venue="ALL", expiry=None)
    assert abs(there["gex_net_naive_usd"]) <= 1e-9 * there["gex_gross_usd"]


def test_sums_are_of_options_that_have_gamma() -> None:
    rows = [*exposed(), {"strike": 60_000, "oi_base": 1e6}]
    found = of(exposures(value(chain(rows)), prices()), venue="ALL", expiry=None)
    assert found["gex_gross_usd"] == pytest.approx(golden("M31_gex")["gross"], rel=1e-9)


def test_far_from_all_strikes_a_vanishing_net_has_no_sign() -> None:
    # An hour to expiry, at 30,000 next to nothing is left of the put, and far less of the call.
    rows = [
        {"strike": 20_000, "option_type": "put", "mark_iv": 0.5},
        {"strike": 60_000, "option_type": "call", "mark_iv": 0.5},
    ]
    found = exposures(value(chain(rows, expiry=NIGHT + timedelta(hours=1))), prices())
    assert set(found["flip_reason"]) == {"none in range"}


def test_nothing_gives_no_rows_of_the_same_columns() -> None:
    full, nothing = value(chain(exposed())), value(chain([]))
    assert nothing.schema == full.schema
    for model in (smiles, lambda frame: exposures(frame, prices())):
        assert model(nothing).height == 0
        assert model(nothing).schema == model(full).schema


def test_a_night_is_the_same_alone_and_among_others() -> None:
    draw = np.random.default_rng(5)
    rows = [
        {
            **row, "snapshot_at": night, "observed_at": night, "expiry": night + timedelta(days=days),
            "oi_base": draw.exponential(), "mark_iv": draw.uniform(0.4, 0.8), "venue": venue,
        }
        for night in (NIGHT - timedelta(days=n) for n in range(10))
        for days in (1, 8, 40)
        for venue in ("deribit", "okx", "bybit")
        for row in smiling()
    ]  # fmt: skip
    known = chain(rows)
    nights = known.partition_by("snapshot_at")
    venues = ("deribit", "okx", "bybit", "ALL")
    at = pl.concat(
        prices(venues=venues).with_columns(snapshot_at=pl.lit(night["snapshot_at"][0]))
        for night in nights
    )
    for model in (smiles, lambda frame: exposures(frame, at)):
        together = model(value(known)).sort(KEY)
        alone = pl.concat(model(value(night)) for night in nights).sort(KEY)
        assert_frame_equal(alone, together, check_exact=True)


def test_a_forward_that_the_marks_of_its_expiry_contradict_is_stale() -> None:
    rows = [priced(strike, side) for strike in (58e3, 60e3, 62e3) for side in SIDES]
    for told, is_stale in ((60_590.0, False), (60_610.0, True)):
        found = value(chain(rows, underlying_price=told))
        assert found["is_underlying_stale"].to_list() == [is_stale] * 6
        assert set(found["iv_reason"]) == ({"stale underlying"} if is_stale else {None})
    later = value(chain(rows, underlying_price=60_610.0, underlying_kind="spot"))
    assert not later["is_underlying_stale"].any()
