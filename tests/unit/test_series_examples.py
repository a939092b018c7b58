"""The worked examples of the series, through the tables and macros that serve users."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from oirisk.schemas.parameters import SeriesParameters
from oirisk.warehouse.build import build
from oirisk.warehouse.window import BuildWindow
from tests.models import CoverageParameters, build_marts
from tests.worked_examples import golden

START = datetime(2026, 3, 2, tzinfo=UTC)
RULES = CoverageParameters(0.9, 30, 7)
Fact = dict[str, Any]


def _fact(at: datetime, venue: str, base: float, price: float = 100.0, **more: Any) -> Fact:
    return {
        "snapshot_at": at, "observed_at": at, "recorded_at": at, "run_id": "run",
        "venue": venue, "symbol": "BTC/USDT:USDT", "asset": "BTC", "kind": "perp",
        "margin": "linear", "oi_base": base, "oi_usd": base * price, "mark_price": price,
        "unit_rule": "rule", "counting_factor": 1.0, "source": "live", "quality": "ok",
        "is_simulated": False, **more,
    }  # fmt: skip


def _build(
    connection: duckdb.DuckDBPyConnection, facts: Sequence[Fact], **judgement: Any
) -> dict[str, int]:
    given = pl.DataFrame(list(facts), infer_schema_length=None).to_arrow()
    connection.register("given_facts", given)
    connection.execute("insert into core.open_interest by name select * from given_facts")
    window = BuildWindow(facts[0]["snapshot_at"], facts[-1]["snapshot_at"])
    return build_marts(connection, window, RULES, SeriesParameters(**judgement))


def _value(connection: duckdb.DuckDBPyConnection, expression: str, *given: Any) -> Any:
    return connection.execute(f"select {expression}", list(given)).fetchall()[0][0]


def _levels(changes: Sequence[float], start: float = 1e6) -> list[float]:
    """Levels whose changes are the given percents."""
    levels = [start]
    for change in changes:
        levels.append(levels[-1] * (1 + change / 100))
    return levels


def _hourly(levels: Sequence[float], prices: Sequence[float] | None = None) -> list[Fact]:
    given = prices or [100.0] * len(levels)
    return [
        _fact(START + timedelta(hours=hour), "a", level, price)
        for hour, (level, price) in enumerate(zip(levels, given, strict=True))
    ]


def test_ticks_are_summed_before_they_are_folded(warehouse: duckdb.DuckDBPyConnection) -> None:
    ticks = [(100, 50), (110, 45), (105, 55)]
    facts = [
        _fact(START + timedelta(minutes=5 * step), venue, base)
        for step, pair in enumerate(ticks)
        for venue, base in zip(("a", "b"), pair, strict=True)
    ]
    _build(warehouse, facts)
    query = (
        "select open, high, low, close, n_obs, change_high, change_low, delta_base"
        " from marts.oi_candles where \"interval\" = '1h' and venue = 'ALL'"
    )
    want = golden("M06_candles")["agg"]
    assert warehouse.execute(query).fetchall() == [
        (want["o"], want["h"], want["l"], want["c"], 3, 10.0, 0.0, 10.0)
    ]
    summed = warehouse.execute(
        "select sum(high), sum(low) from marts.oi_candles"
        " where \"interval\" = '1h' and venue <> 'ALL'"
    ).fetchall()
    wrong = golden("M06_candles")
    assert summed == [(wrong["wrong_sum_of_highs"], wrong["wrong_sum_of_lows"])]


def test_a_change_is_judged_against_those_before_it_alone(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    example = golden("M07_anomaly")
    changes = [(-1.0) ** n for n in range(50)]
    _build(warehouse, _hourly(_levels([*changes, example["x"]])))
    query = (
        "select mean, sd, z, status, side from marts.oi_anomalies"
        " where \"interval\" = '1h' and venue = 'ALL' order by bar_at desc limit 1"
    )
    mean, sd, z, status, side = warehouse.execute(query).fetchall()[0]
    assert mean == pytest.approx(example["base_mean"], abs=1e-9)
    assert sd == pytest.approx(example["base_sd"], rel=1e-9)
    assert z == pytest.approx(example["z_excluding"], rel=1e-9)
    assert (status, side) == ("ok", "spike")


def test_a_first_anomaly_masks_a_second(warehouse: duckdb.DuckDBPyConnection) -> None:
    changes = [(-1.0) ** n for n in range(50)]
    _build(warehouse, _hourly(_levels([*changes, 6.0, 6.0])))
    query = (
        "select z from marts.oi_anomalies"
        " where \"interval\" = '1h' and venue = 'ALL' and status = 'ok' order by bar_at"
    )
    seen = [row[0] for row in warehouse.execute(query).fetchall()]
    example = golden("M07_masking")
    assert seen == pytest.approx([example["z_first"], example["z_second"]], rel=1e-9)


def test_the_small_example_of_anomalies_holds(warehouse: duckdb.DuckDBPyConnection) -> None:
    example = golden("M07_small")
    _build(warehouse, _hourly(_levels(example["changes"])), anomaly_period=example["period"])
    query = (
        "select z, side is not null, robust_z, confirmed from marts.oi_anomalies"
        " where \"interval\" = '1h' and venue = 'ALL' and change_pct is not null order by bar_at"
    )
    seen = warehouse.execute(query).fetchall()
    assert [row[1] for row in seen] == example["flags"]
    for row, want in zip(seen, example["z"], strict=True):
        if want is None:
            assert row[0] is None
        else:
            assert row[0] == pytest.approx(want, rel=1e-9, abs=1e-9)
    assert seen[-1][2] == pytest.approx(example["robust_z_last"], rel=1e-9)
    assert seen[-1][3] is True


def test_the_spike_side_alone_can_be_asked_for(warehouse: duckdb.DuckDBPyConnection) -> None:
    _build(
        warehouse, _hourly(_levels([10, 12, 8, 11, 9, -30])), anomaly_period=5,
        anomaly_sides="spike",
    )  # fmt: skip
    seen = warehouse.execute("select count(side) from marts.oi_anomalies").fetchall()
    assert seen == [(0,)]


@pytest.mark.parametrize("points", [6])
def test_price_that_rises_while_open_interest_falls_is_exhausted(
    warehouse: duckdb.DuckDBPyConnection, points: int
) -> None:
    prices = [100, 101, 102.5, 103, 104.5, 105.5]
    levels = [1000.0, 995, 985, 980, 965, 955]
    facts = _hourly([level * 1000 for level in levels], prices)
    _build(warehouse, facts, exhaustion_bars=points)
    query = (
        "select exhaustion from marts.oi_regimes where horizon = '1h' order by bar_at desc limit 1"
    )
    assert warehouse.execute(query).fetchall() == [("uptrend_exhaustion",)]
    last = facts[-1]["snapshot_at"]
    values = {
        "exhaustion_bars": points, "exhaustion_days": 10,
        "exhaustion_drop_pct": 3.0, "exhaustion_share": 0.6, "squeeze_days": 30,
    }  # fmt: skip
    build(warehouse, ["int_regime_changes", "int_regime_trends"], BuildWindow(last, last), values)
    want = golden("M10_exhaustion")
    seen = warehouse.execute(
        "select price_slope, price_t, oi_slope, oi_t, oi_cum, price_cum from int_regime_trends"
    ).fetchall()
    names = ("price_slope", "price_t", "oi_slope", "oi_t", "oi_cum", "price_cum")
    assert seen[0] == pytest.approx(tuple(want[name] for name in names), rel=1e-9)


def test_a_price_that_never_moves_is_no_trend(warehouse: duckdb.DuckDBPyConnection) -> None:
    levels = [1000.0, 995, 985, 980, 965, 955]
    _build(warehouse, _hourly([level * 1000 for level in levels], [100] * 6), exhaustion_bars=6)
    query = (
        "select exhaustion from marts.oi_regimes where horizon = '1h' order by bar_at desc limit 1"
    )
    assert warehouse.execute(query).fetchall() == [("none",)]


@pytest.mark.parametrize("minutes", [-29, -15, 0, 15, 30])
def test_a_build_up_before_an_event_is_compared_with_ordinary_days(
    warehouse: duckdb.DuckDBPyConnection, minutes: int
) -> None:
    """The total of 23:00 is the nearest to an hour before each of these events."""
    # Ten ordinary builds in percent with the example's mean and deviation.
    builds = [1.0, 1.0, -0.5, 0.0, 0.5, 0.5, -0.7, 0.0, -0.3, 0.0]
    want = golden("M11_pre_event")
    assert sum(builds) == pytest.approx(1000 * want["mean"])
    levels, day = [], 1e6
    for rise in [*builds, 2.4]:
        levels += [day] + [day * (1 + rise / 100)] * 23
        day = levels[-1]
    event = START + timedelta(days=11, minutes=minutes)
    warehouse.execute("insert into core.events values (?, 'ALL', 'cpi')", [event])
    _build(warehouse, _hourly([*levels, day, day]))
    query = "select build_pct, mean_pct, sd_pct, z, percentile, windows from marts.oi_pre_events"
    seen = warehouse.execute(query).fetchall()
    sd = math.sqrt(sum((b - 0.15) ** 2 for b in builds) / 9)
    assert seen == [
        pytest.approx(
            (100 * want["build"], 100 * want["mean"], sd, (2.4 - 0.15) / sd, 1.0, 10), rel=1e-9
        )
    ]
    assert sd == pytest.approx(100 * want["sd"], rel=1e-9)
    assert seen[0][3] == pytest.approx(want["z"], rel=1e-9)
    label = warehouse.execute(
        "select pre_event from marts.oi_regimes where pre_event is not null"
    ).fetchall()
    assert label == [("build_up",)]


def test_a_total_nearer_to_the_hour_before_an_event_replaces_an_earlier_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    half_hours = [_fact(START + timedelta(minutes=30 * n), "a", 1000 + n) for n in range(50)]
    event = START + timedelta(hours=25, minutes=20)
    warehouse.execute("insert into core.events values (?, 'ALL', 'cpi')", [event])
    query = "select measured_at from marts.oi_pre_events"
    _build(warehouse, half_hours[:49])
    assert warehouse.execute(query).fetchall() == [(START + timedelta(hours=24),)]
    _build(warehouse, half_hours[49:])
    assert warehouse.execute(query).fetchall() == [(START + timedelta(hours=24, minutes=30),)]


def test_squeeze_and_capitulation_need_liquidations_to_be_confirmed(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for example in golden("M12"):
        label = _value(
            warehouse, "core.squeeze_label(?, ?, ?, 2)",
            example["z_price"], example["z_oi"], example["short_liq_share"],
        )  # fmt: skip
        assert label == example["label"]
    unseen = _value(warehouse, "core.squeeze_label(3, -3, null, 2)")
    assert unseen == "short_squeeze_unconfirmed"
    assert _value(warehouse, "core.imbalance(180, 40)") == pytest.approx(140 / 220)


def test_the_measures_of_imbalance_follow_their_examples(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    vulnerable, pool, taker = golden("M13_vuln"), golden("M13_amm"), golden("M13_taker")
    assert _value(
        warehouse, "core.imbalance(?, ?)",
        vulnerable["liq_longs_within_5pct_down"], vulnerable["liq_shorts_within_5pct_up"],
    ) == pytest.approx(vulnerable["vuln_imbalance"], rel=1e-9)  # fmt: skip
    assert _value(warehouse, "core.imbalance(?, ?)", pool["L"], pool["S"]) == pytest.approx(
        pool["imbalance"], rel=1e-9
    )
    assert _value(warehouse, "core.imbalance(?, ?)", taker["buy"], taker["sell"]) == pytest.approx(
        taker["flow_imbalance"], rel=1e-9
    )
    for signs, want in golden("M13_taker_table").items():
        flow, change = (float(part) for part in signs.split(","))
        assert _value(warehouse, "core.net_taker_long(?, ?)", flow, change) == want["ntl"]
        assert _value(warehouse, "core.net_taker_short(?, ?)", flow, change) == want["nts"]


def _positioning(at: datetime, measure: str, long_share: float) -> tuple[Any, ...]:
    return (
        at, "a", "BTC/USDT:USDT", "BTC", measure, "1h", long_share, 1 - long_share, None, None,
        "live", False, "run", at, None,
    )  # fmt: skip


def test_account_top_and_taker_shares_reach_the_imbalance_table(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    accounts, cohort, taker = golden("M13_account"), golden("M13_cohort"), golden("M13_taker")
    top = cohort["top_long"] / (cohort["top_long"] + cohort["top_short"])
    later = START + timedelta(hours=1)
    for measure, share in (
        ("account", accounts["long_account"]),
        ("top_position", top),
        ("taker", taker["buy"] / (taker["buy"] + taker["sell"])),
    ):
        warehouse.execute(
            "insert into core.positioning values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            _positioning(START + timedelta(minutes=30), measure, share),
        )
    _build(warehouse, [_fact(START, "a", 1000), _fact(later, "a", 1050)])
    query = (
        "select account_imbalance, long_short_accounts, top_imbalance, top_minus_accounts,"
        " taker_imbalance, net_taker_long_base, net_taker_short_base, imbalance_index"
        " from marts.oi_imbalance order by snapshot_at desc limit 1"
    )
    seen = warehouse.execute(query).fetchall()[0]
    top_leaning = (420 - 300) / 720
    assert seen[:7] == pytest.approx(
        (
            accounts["account_imbalance"], accounts["lsr"], top_leaning, top_leaning - 0.3,
            taker["flow_imbalance"], taker["d_net_taker_long"], taker["d_net_taker_short"],
        ),
        rel=1e-9, abs=1e-9,
    )  # fmt: skip
    assert seen[7] is None
    assert (1 + top_leaning) / (1 - top_leaning) == pytest.approx(cohort["top_ratio"])


def test_a_beginning_from_dust_is_no_change_to_measure_others_against(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    hours = [(1e-9, 100.0), *((1e6 * (1 + hour % 2 / 100), 100 + hour % 2) for hour in range(30))]
    levels = [*hours, (0.92e6, 107.0)]
    facts = [_fact(START + timedelta(hours=at), "a", *level) for at, level in enumerate(levels)]
    _build(warehouse, facts)
    found = warehouse.execute(
        "select squeeze from marts.oi_regimes where horizon = '1h' order by bar_at desc limit 1"
    ).fetchall()
    assert found == [("short_squeeze_unconfirmed",)]


def test_funding_far_above_its_own_past_is_extreme(warehouse: duckdb.DuckDBPyConnection) -> None:
    rates = [*[1e-4] * 80, *[2e-4] * 8, *[-1e-4] * 2, 6e-4]
    facts = [
        _fact(START + timedelta(days=day), "a", 1000, funding_rate=rate, funding_interval_hours=8.0)
        for day, rate in enumerate(rates)
    ]
    _build(warehouse, facts)
    query = (
        "select percentile_90d, funding_apr, extreme, days_90d, median_abs_90d"
        " from marts.funding_extremes"
        " order by snapshot_at desc limit 1"
    )
    want = golden("M14")
    assert warehouse.execute(query).fetchall() == [
        (
            want["pct_rank"],
            pytest.approx(want["apr"], rel=1e-9),
            "high",
            90,
            pytest.approx(want["median_abs"], rel=1e-9),
        )
    ]


def test_size_is_set_against_volume_depth_supply_and_reserves(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    volume, depth = golden("M15_oi_volume"), golden("M16_depth")
    cap, reserve = golden("M17_mcap"), golden("M19_elr")
    price = cap["oi"] / reserve["oi_coin"]
    warehouse.execute(
        "insert into core.supply values (?, 'BTC', ?, ?)",
        [START - timedelta(days=1), cap["mcap"] / price, reserve["reserve"]],
    )
    for band, name in ((0.01, "depth_1pct_bid"), (0.02, "depth_2pct_bid")):
        warehouse.execute(
            "insert into core.depth by name select ? as snapshot_at, 'a' as venue,"
            " 'BTC/USDT:USDT' as symbol, 'BTC' as asset, ?::double as band, 'bid' as side,"
            " 1.0 as base, ?::double as usd, false as truncated, false as is_simulated,"
            " 'run' as run_id, ? as recorded_at",
            [START, band, depth[name] * cap["oi"] / depth["oi"], START],
        )
    turnover = cap["oi"] / volume["ratio"]
    _build(warehouse, [_fact(START, "a", reserve["oi_coin"], price, volume_24h_usd=turnover)])
    query = (
        "select oi_to_volume, oi_to_depth_1pct, oi_to_depth_2pct, oi_to_market_cap,"
        " leverage_ratio from marts.oi_by_asset"
    )
    assert warehouse.execute(query).fetchall()[0] == pytest.approx(
        (
            volume["ratio"], depth["oi_to_depth_1pct"], depth["oi_to_depth_2pct"], cap["ratio"],
            reserve["elr"],
        ),
        rel=1e-9,
    )  # fmt: skip


@pytest.mark.parametrize(("ends_before", "truncated"), [(0.05, False), (0.02, True), (0.01, True)])
def test_a_book_is_cut_short_where_a_printed_depth_is(
    warehouse: duckdb.DuckDBPyConnection, ends_before: float, truncated: bool
) -> None:
    for band in (0.01, 0.02, 0.05):
        warehouse.execute(
            "insert into core.depth by name select $1 as snapshot_at, 'a' as venue,"
            " 'BTC/USDT:USDT' as symbol, 'BTC' as asset, $2::double as band, 'bid' as side,"
            " 1.0 as base, 100.0 as usd, $3 as truncated, false as is_simulated,"
            " 'run' as run_id, $1 as recorded_at",
            [START, band, band >= ends_before],
        )
    _build(warehouse, [_fact(START, "a", 1000)])
    query = "select depth_1pct_usd, depth_2pct_usd, depth_truncated from marts.oi_by_asset"
    assert warehouse.execute(query).fetchall() == [(100, 100, truncated)]


@pytest.mark.parametrize(
    ("other", "before", "change"),
    [
        # 2 of 10 before, 6 of 10 now, also where another asset has a snapshot that is nearer
        (None, (8, 2), 40),
        (timedelta(minutes=10), (8, 2), 40),
        # a venue with nothing open is there all the same
        (None, (8, 0), 60),
    ],
)
def test_both_marts_measure_the_share_change_of_the_top_venue_alike(
    warehouse: duckdb.DuckDBPyConnection,
    other: timedelta | None,
    before: tuple[float, float],
    change: float,
) -> None:
    later = START + timedelta(days=1, minutes=10)
    facts = [_fact(START, "a", before[0]), _fact(START, "b", before[1])]
    if other is not None:
        facts.append(_fact(START + other, "a", 1, asset="ETH", symbol="ETH/USDT:USDT"))
    facts += [_fact(later, "a", 4), _fact(later, "b", 6)]
    _build(warehouse, sorted(facts, key=lambda fact: fact["snapshot_at"]))
    seen = warehouse.execute(
        "select top.top_venue, top.top_venue_share_change_24h_pp, venues.share_change_24h_pp"
        " from marts.oi_concentration as top"
        " inner join marts.oi_by_venue as venues on top.snapshot_at = venues.snapshot_at"
        " and top.asset = venues.asset and top.top_venue = venues.venue"
        " where top.asset = 'BTC' and top.snapshot_at = $1",
        [later],
    ).fetchall()
    assert seen == [("b", pytest.approx(change), pytest.approx(change))]


def test_concentration_counts_venues_in_three_ways(warehouse: duckdb.DuckDBPyConnection) -> None:
    example = golden("M18_hhi")
    facts = [
        _fact(START, name, 1000 * share)
        for name, share in zip("abcdef", example["shares"], strict=True)
    ]
    _build(warehouse, facts)
    query = "select hhi, effective_venues, cr3, entropy_venues from marts.oi_concentration"
    assert warehouse.execute(query).fetchall()[0] == pytest.approx(
        (example["hhi"], example["effective_n"], example["cr3"], example["entropy_n"]), rel=1e-9
    )


def test_the_top_venues_share_is_compared_with_its_own_past(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    facts = [
        _fact(START + timedelta(days=day), venue, base)
        for day, pair in ((0, (50, 50)), (6, (60, 40)), (7, (75, 25)))
        for venue, base in zip(("a", "b"), pair, strict=True)
    ]
    _build(warehouse, facts)
    query = (
        "select top_venue_share_change_24h_pp, top_venue_share_change_7d_pp"
        " from marts.oi_concentration order by snapshot_at desc limit 1"
    )
    assert warehouse.execute(query).fetchall() == [(pytest.approx(15), pytest.approx(25))]


def test_a_missing_venue_changes_no_change_and_lowers_coverage(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    levels = [{"a": 100, "b": 50, "c": 30}, {"a": 110, "c": 33}, {"a": 108, "b": 52, "c": 34}]
    facts = [
        _fact(START + timedelta(hours=hour), venue, base)
        for hour, venues in enumerate(levels)
        for venue, base in venues.items()
    ]
    given = pl.DataFrame(facts).to_arrow()
    warehouse.register("given_facts", given)
    warehouse.execute("insert into core.open_interest by name select * from given_facts")
    window = BuildWindow(START, START + timedelta(hours=2))
    build_marts(warehouse, window, CoverageParameters(0, 30, 7))
    query = "select change_1h_pct / 100, coverage from marts.oi_by_asset order by snapshot_at"
    seen = warehouse.execute(query).fetchall()
    want = golden("M03_like_for_like")
    assert seen[1] == pytest.approx((want["lfl_t1"], want["coverage_t1"]), rel=1e-9)
    assert seen[2][0] == pytest.approx(want["lfl_t2"], rel=1e-9)
    index = 100 * (1 + seen[1][0]) * (1 + seen[2][0])
    assert index == pytest.approx(want["chain_index_t2"], rel=1e-9)


def test_flow_and_revaluation_follow_the_example(warehouse: duckdb.DuckDBPyConnection) -> None:
    later = START + timedelta(days=1)
    _build(warehouse, [_fact(START, "a", 100, 60_000), _fact(later, "a", 105, 66_000)])
    query = (
        "select flow_usd_24h, revaluation_usd_24h, change_24h_pct / 100, oi_usd"
        " from marts.oi_by_asset order by snapshot_at desc limit 1"
    )
    want = golden("M04_decomposition")
    assert warehouse.execute(query).fetchall()[0] == pytest.approx(
        (want["flow_usd"], want["price_usd"], want["pct_coin"], want["N1"]), rel=1e-9
    )


def test_funding_is_brought_to_eight_hours_before_it_is_weighted(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    quotes = [
        ("a", 8e9, 1e-4, 8),
        ("b", 4e9, 0.8e-4, 4),
        ("c", 2e9, 0.1e-4, 1),
        ("d", 2e9, -2e-5, 8),
    ]
    facts = [
        _fact(START, venue, usd / 100, funding_rate=rate, funding_interval_hours=float(hours))
        for venue, usd, rate, hours in quotes
    ]
    for fact, volume in zip(facts, (1e9, 3e9, 2e9, 4e9), strict=True):
        fact["volume_24h_usd"] = volume
    _build(warehouse, facts)
    query = "select funding_8h_oi_weighted, funding_apr, funding_usd_per_day from marts.oi_by_asset"
    want = golden("M05_oiw_funding")
    assert warehouse.execute(query).fetchall()[0] == pytest.approx(
        (want["oiw_8h"], want["apr"], want["spend_usd_per_day"]), rel=1e-9
    )
    spread = (
        "select funding_8h_simple_mean, funding_8h_volume_weighted, funding_8h_min,"
        " funding_8h_max, funding_8h_dispersion from marts.oi_by_asset"
    )
    rates, shares = np.array(want["f8h"]), np.array([0.5, 0.25, 0.125, 0.125])
    assert warehouse.execute(spread).fetchall()[0] == pytest.approx(
        (
            want["simple_mean"],
            float(rates @ [0.1, 0.3, 0.2, 0.4]),
            -2e-5,
            1.6e-4,
            float(np.sqrt(shares @ (rates - want["oiw_8h"]) ** 2)),
        ),
        rel=1e-9,
    )


def test_without_any_funding_there_is_no_dispersion_either(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    _build(warehouse, [_fact(START, "a", 100.0)])
    query = "select funding_8h_oi_weighted, funding_8h_dispersion from marts.oi_by_asset"
    assert warehouse.execute(query).fetchall() == [(None, None)]


def _level(connection: duckdb.DuckDBPyConnection, side: str, low: float, usd: float) -> None:
    connection.execute(
        "insert into marts.liquidation_map values (?, 'BTC', 'ALL', ?, 'calibrated', ?, ?, 1, ?,"
        " false)",
        [START, side, low, low + 1, usd],
    )


def test_the_map_within_five_percent_says_who_is_vulnerable(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    example = golden("M13_vuln")
    longs, shorts = (
        example["liq_longs_within_5pct_down"], example["liq_shorts_within_5pct_up"],
    )  # fmt: skip
    # The price is 100: half of the bins that begin at 94.5 and 104.5 lies within 95 to 105.
    _level(warehouse, "long", 98, longs / 2)
    _level(warehouse, "long", 94.5, longs)
    _level(warehouse, "long", 80, 1e12)
    _level(warehouse, "short", 101, shorts / 2)
    _level(warehouse, "short", 104.5, shorts)
    _level(warehouse, "short", 120, 1e12)
    _build(warehouse, [_fact(START, "a", 1000)])
    query = "select vulnerability_imbalance, pool_imbalance from marts.oi_imbalance"
    assert warehouse.execute(query).fetchall() == [
        (pytest.approx(example["vuln_imbalance"], rel=1e-9), None)
    ]


def test_without_a_map_vulnerability_is_unknown(warehouse: duckdb.DuckDBPyConnection) -> None:
    _build(warehouse, [_fact(START, "a", 1000)])
    query = "select vulnerability_imbalance from marts.oi_imbalance"
    assert warehouse.execute(query).fetchall() == [(None,)]


def test_what_only_changed_hands_is_bounded(warehouse: duckdb.DuckDBPyConnection) -> None:
    example = golden("M01_interval")
    bound = _value(warehouse, "core.transfer_bound(?, ?)", example["volume"], example["d_oi"])
    assert bound == example["max_transfer"]
    assert _value(warehouse, "core.transfer_bound(30, -31)") is None
