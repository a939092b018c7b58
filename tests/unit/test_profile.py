"""The entry-price profile: the worked examples, and what happens when something is missing."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.parameters import MAP_DEFAULTS
from oirisk.warehouse.build import build
from oirisk.warehouse.marts import build_map
from oirisk.warehouse.window import BuildWindow
from tests.worked_examples import golden

START = datetime(2026, 3, 1, tzinfo=UTC)
PARAMETERS = {
    "rotation": 0.5, "bin_pct": 0.25, "range_pct": 25.0, "history_days": 30.0,
    "minimum_share": 0.02, "minimum_usd": 0.0, "top_assets": 10, "max_age_minutes": 30.0,
    "liquidation_clusters": False,
}  # fmt: skip


def only_leverage(connection: duckdb.DuckDBPyConnection, leverage: float) -> None:
    """Let everybody open with one leverage; 2x outlives every move of these tests."""
    connection.execute(
        "update marts.leverage_priors"
        " set weight = if(leverage_low = $1 and leverage_high = $1, 1, 0)",
        [leverage],
    )


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def observe(
    connection: duckdb.DuckDBPyConnection, hours: float, oi: float, mark: float | None, **other: Any
) -> None:
    row = {
        "snapshot_at": at(hours), "observed_at": at(hours), "recorded_at": at(hours),
        "superseded_at": None, "run_id": "r", "venue": "okx", "symbol": "BTC/USDT:USDT",
        "asset": "BTC", "kind": "perp", "margin": "linear", "oi_base": oi,
        "oi_usd": None if mark is None else oi * mark, "mark_price": mark, "unit_rule": "u",
        "counting_factor": 1.0, "source": "live", "quality": "ok", "is_simulated": False,
        **other,
    }  # fmt: skip
    names, slots = ", ".join(row), ", ".join(f"${name}" for name in row)
    connection.execute(f"insert into core.open_interest ({names}) values ({slots})", row)  # noqa: S608


def bar(
    connection: duckdb.DuckDBPyConnection,
    hours: float,
    low: float,
    high: float,
    volume: float | None,
    interval: str = "1h",
) -> None:
    connection.execute(
        "insert into core.bars values"
        " ($1, $2, 'okx', 'BTC/USDT:USDT', 'BTC', $3, $4, $3, $4, $5, null)",
        [at(hours), interval, low, high, volume],
    )


def cohorts(
    connection: duckdb.DuckDBPyConnection, hours: float, **changed: float
) -> list[dict[str, Any]]:
    values = {**MAP_DEFAULTS, **PARAMETERS, **changed}
    build(connection, ["int_position_cohorts"], BuildWindow(at(hours), at(hours)), values)
    opened_then = connection.sql("from int_position_cohorts where not is_initial order by until_at")
    return opened_then.pl().to_dicts()


def profile(
    connection: duckdb.DuckDBPyConnection, hours: float, **changed: float
) -> list[dict[str, Any]]:
    build_map(connection, at(hours), {**PARAMETERS, **changed})
    return (
        connection.sql("from marts.oi_profile where side = 'long' order by venue, price_low")
        .pl()
        .to_dicts()
    )


def story(connection: duckdb.DuckDBPyConnection) -> None:
    """Prices are points: 100, 104, 98, 101; open interest 0, 50, 70, 40, 50."""
    observe(connection, 0, 0, 100)
    for hour, (price, volume, oi) in enumerate(
        [(100, 50, 50), (104, 60, 70), (98, 80, 40), (101, 40, 50)], start=1
    ):
        bar(connection, hour - 1, price, price, volume)
        observe(connection, hour, oi, price)


@pytest.mark.parametrize(
    ("volume", "change", "rotation", "opened", "closed"),
    [(100, 20, 1, 60, 40), (100, 20, 0, 20, 0), (100, -20, 1, 40, 60), (100, -20, 0.2, 8, 28)],
)
def test_volume_beyond_the_change_is_split_into_opens_and_closes(
    warehouse: duckdb.DuckDBPyConnection,
    volume: float,
    change: float,
    rotation: float,
    opened: float,
    closed: float,
) -> None:
    observe(warehouse, 0, 1000, 100)
    bar(warehouse, 0, 99, 101, volume)
    observe(warehouse, 1, 1000 + change, 100)
    (step,) = cohorts(warehouse, 1, rotation=rotation)
    assert step["opened"] == pytest.approx(opened, abs=1e-9)
    assert step["closed"] == pytest.approx(closed, abs=1e-9)
    published = golden("M21_open_close")[f"V={volume},dOI={change:+d},rho={rotation}"]
    assert [step["opened"], step["closed"]] == pytest.approx(published, abs=1e-9)


def test_older_positions_thin_out_alike_and_the_average_entry_follows(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    story(warehouse)
    rows = cohorts(warehouse, 4)
    by_hand = [40 * 27.5 / 70 * 0.8125, 30 * 27.5 / 70 * 0.8125, 12.5 * 0.8125, 17.5]
    assert [row["surviving"] for row in rows] == pytest.approx(by_hand, abs=1e-9)
    assert [row["price_low"] for row in rows] == [100, 104, 98, 101]
    entry = sum(row["surviving"] * row["price_low"] for row in rows) / 50
    assert entry == pytest.approx(100.70982142857143, abs=1e-9)


def test_every_stage_of_the_worked_example_is_reproduced(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    story(warehouse)
    for hour, stage in enumerate(golden("M21_profile"), start=1):
        book = {f"{row['price_low']:.0f}": row["surviving"] for row in cohorts(warehouse, hour)}
        assert book == pytest.approx(stage["book"], abs=1e-6)
        assert sum(book.values()) == pytest.approx(stage["oi"], abs=1e-9)


def opened_by_side(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Return what was opened after the history began and stands, by side."""
    rows = connection.execute(
        "select side, sum(base - initial_base) from marts.oi_profile where venue = 'okx'"
        " group by side"
    ).fetchall()
    return dict(rows)


def test_what_is_closed_by_force_is_replaced_at_the_prices_of_the_step(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Of 1000, 12 % stand at 10x: at 90.45, which a step with a volume of 200 crosses."""
    warehouse.execute(
        "update marts.leverage_priors set weight = case when leverage_low <> leverage_high then 0"
        " when leverage_low = 10 then 0.12 when leverage_low = 2 then 0.88 else 0 end"
    )
    observe(warehouse, 0, 1000, 100)
    bar(warehouse, 0, 90, 100, 200)
    observe(warehouse, 1, 950, 95)
    build_map(warehouse, at(1), PARAMETERS)
    told = golden("M21_liq_step")
    assert opened_by_side(warehouse) == {
        "long": pytest.approx(told["long_opens"], abs=1e-6),
        "short": pytest.approx(told["short_opens"], abs=1e-6),
    }
    assert (told["long_opens"], told["short_opens"]) == (70, 37.5)
    sums = "select distinct round(sum(base), 6) from marts.oi_profile where venue = 'okx'"
    assert warehouse.execute(f"{sums} group by side").fetchall() == [(told["OI1"],)]


def test_forced_closes_are_part_of_the_closes_where_these_are_more(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """2 % closed by force are less than the 87.5 that close: opens stay, and all held is 950."""
    warehouse.execute(
        "update marts.leverage_priors set weight = case when leverage_low <> leverage_high then 0"
        " when leverage_low = 10 then 0.02 when leverage_low = 2 then 0.98 else 0 end"
    )
    observe(warehouse, 0, 1000, 100)
    bar(warehouse, 0, 90, 100, 200)
    observe(warehouse, 1, 950, 95)
    build_map(warehouse, at(1), PARAMETERS)
    assert opened_by_side(warehouse) == {
        "long": pytest.approx(37.5, abs=1e-6), "short": pytest.approx(37.5, abs=1e-6),
    }  # fmt: skip


def test_no_more_is_closed_by_force_than_was_traded(warehouse: duckdb.DuckDBPyConnection) -> None:
    """30 % stand at the level, but only 200 were traded: the rest was misplaced there."""
    warehouse.execute(
        "update marts.leverage_priors set weight = case when leverage_low <> leverage_high then 0"
        " when leverage_low = 10 then 0.3 when leverage_low = 2 then 0.7 else 0 end"
    )
    observe(warehouse, 0, 1000, 100)
    bar(warehouse, 0, 90, 100, 200)
    observe(warehouse, 1, 950, 95)
    build_map(warehouse, at(1), PARAMETERS)
    assert opened_by_side(warehouse)["long"] == pytest.approx(150, abs=1e-6)


def test_a_point_price_falls_into_the_bin_that_holds_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 2)
    story(warehouse)
    rows = [row for row in profile(warehouse, 4) if row["venue"] == "okx"]
    assert [row["base"] for row in rows] == pytest.approx(
        [10.15625, 12.767857142857142, 17.5, 9.575892857142858], abs=1e-9
    )
    for row, price in zip(rows, (98, 100, 101, 104), strict=True):
        assert row["price_low"] <= price < row["price_high"]
        assert row["price_high"] / row["price_low"] == pytest.approx(1.0025, abs=1e-12)
        middle = (row["price_low"] + row["price_high"]) / 2
        assert row["usd"] == pytest.approx(row["base"] * middle, rel=1e-12)


def test_both_sides_hold_the_same_and_all_is_the_sum_of_venues(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    story(warehouse)
    observe(warehouse, 3, 0, 101, venue="gate")
    observe(warehouse, 4, 7, 101, venue="gate")
    build_map(warehouse, at(4), PARAMETERS)
    sums = dict(
        warehouse.execute(
            "select venue || ' ' || side, sum(base) from marts.oi_profile group by all"
        ).fetchall()
    )
    assert sums == pytest.approx({
        "ALL long": 57, "ALL short": 57, "gate long": 7, "gate short": 7,
        "okx long": 50, "okx short": 50,
    })  # fmt: skip


def test_positions_older_than_the_history_stand_at_its_first_price_and_are_told_apart(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 80, 100)
    bar(warehouse, 0, 104, 104, 20)
    observe(warehouse, 1, 100, 104)
    observe(warehouse, 2, 50, 104)
    first, second = (row for row in profile(warehouse, 2) if row["venue"] == "ALL")
    assert first["price_low"] <= 100 < first["price_high"]
    assert (first["base"], first["initial_base"]) == pytest.approx((40, 40))  # 80 of 100, halved
    assert (second["base"], second["initial_base"]) == pytest.approx((10, 0))


def test_the_worked_example_is_the_profile_though_its_first_book_was_not_seen_to_open(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    steps = golden("M21_profile")
    observe(warehouse, 0, steps[0]["oi"], steps[0]["price"])
    for hour, step in enumerate(steps[1:], start=1):
        bar(warehouse, hour - 1, step["price"], step["price"], step["V"])
        observe(warehouse, hour, step["oi"], step["price"])
    only_leverage(warehouse, 2)
    rows = [row for row in profile(warehouse, 3) if row["venue"] == "ALL"]
    wanted = {float(price): base for price, base in steps[-1]["book"].items()}
    assert [row["base"] for row in rows] == pytest.approx(
        [wanted[price] for price in sorted(wanted)], abs=1e-6
    )
    assert [row["initial_base"] > 0 for row in rows] == [False, True, False, False]


def test_nothing_survives_a_book_that_was_emptied(warehouse: duckdb.DuckDBPyConnection) -> None:
    for hour, (oi, mark) in enumerate([(0, 100), (10, 100), (0, 103), (4, 110)]):
        observe(warehouse, hour, oi, mark)
    rows = cohorts(warehouse, 3)
    assert [row["surviving"] for row in rows] == [0.0, 0.0, 4.0]


def test_over_a_gap_the_book_is_scaled_and_nothing_opens(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 10, 100)
    observe(warehouse, 38, 15, 200)
    rows = cohorts(warehouse, 38)
    assert [row["is_bridged"] for row in rows] == [False, True]
    assert [row["surviving"] for row in rows] == [15.0, 0.0]
    assert rows[1]["opened"] == 0


def test_open_interest_that_appears_within_a_gap_has_no_known_price(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 37, 15, 200)
    assert profile(warehouse, 37) == []


def test_without_a_bar_opens_lie_between_the_marks_and_nothing_rotates(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 10, 102)
    (row,) = cohorts(warehouse, 1)
    assert (row["opened"], row["closed"]) == (10, 0)
    bins = [row for row in profile(warehouse, 1) if row["venue"] == "ALL"]
    width = math.log(1.0025)
    low, high = math.log(100) / width, math.log(102) / width
    inner = [b["base"] for b in bins[1:-1]]
    assert inner == pytest.approx([10 / (high - low)] * len(inner), abs=1e-9)
    assert bins[0]["base"] == pytest.approx(10 * (math.ceil(low) - low) / (high - low), abs=1e-9)
    assert bins[-1]["price_low"] < 102 < bins[-1]["price_high"]
    assert sum(b["base"] for b in bins) == pytest.approx(10, abs=1e-9)


@pytest.mark.parametrize("missing", [0, 1])
def test_opens_without_any_price_are_on_no_price(
    warehouse: duckdb.DuckDBPyConnection, missing: int
) -> None:
    for hour in (0, 1):
        mark = None if hour == missing else 100.0
        observe(warehouse, hour, 10.0 * hour, mark, oi_usd=1000.0 * hour)
    assert profile(warehouse, 1) == []


def test_a_bar_gives_the_price_that_the_marks_lack(warehouse: duckdb.DuckDBPyConnection) -> None:
    observe(warehouse, 0, 0, None)
    bar(warehouse, 0, 100, 100, 10)
    observe(warehouse, 1, 10, None, oi_usd=1000)
    assert sum(row["base"] for row in profile(warehouse, 1)) == pytest.approx(20)  # okx and ALL


def test_a_volume_below_the_change_rotates_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    observe(warehouse, 0, 100, 100)
    bar(warehouse, 0, 99, 101, 5)
    observe(warehouse, 1, 80, 100)
    (row,) = cohorts(warehouse, 1)
    assert (row["opened"], row["closed"]) == (0, 20)
    assert (row["price_low"], row["price_high"]) == (99, 101)


def test_more_turnover_than_positions_leaves_only_new_ones(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 10, 100)
    bar(warehouse, 0, 100, 100, 1000)
    observe(warehouse, 1, 12, 100)
    (row,) = cohorts(warehouse, 1, rotation=1)
    assert (row["opened"], row["closed"], row["surviving"]) == (12, 10, 12)


def test_short_bars_together_cover_a_longer_step(warehouse: duckdb.DuckDBPyConnection) -> None:
    observe(warehouse, 0, 100, 100)
    bar(warehouse, 0, 97, 101, 30)
    bar(warehouse, 1, 98, 104, 10)
    observe(warehouse, 2, 110, 100)
    (row,) = cohorts(warehouse, 2)
    assert (row["price_low"], row["price_high"]) == (97, 104)
    assert row["closed"] == pytest.approx(0.5 * (40 - 10) / 2)


def test_a_long_bar_gives_a_short_step_its_part_of_the_volume(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 1, 100, 100)
    bar(warehouse, 0, 90, 110, 80, "4h")
    observe(warehouse, 2, 110, 100)
    observe(warehouse, 4, 110, 100)
    first, second = cohorts(warehouse, 4)
    assert first["closed"] == pytest.approx(0.5 * (20 - 10) / 2)
    assert second["closed"] == pytest.approx(0.5 * 40 / 2)


def test_bars_with_a_hole_tell_prices_but_no_volume(warehouse: duckdb.DuckDBPyConnection) -> None:
    observe(warehouse, 0, 100, 100)
    bar(warehouse, 0, 99, 99.5, 30)
    bar(warehouse, 2, 98, 100, 30)
    bar(warehouse, 2.5, 50, 150, 30)  # ends after the step: when its prices were is not known
    observe(warehouse, 3, 110, 101)
    (row,) = cohorts(warehouse, 3)
    assert (row["price_low"], row["price_high"], row["closed"]) == (98, 101, 0)


def test_a_bar_that_ends_after_the_snapshot_is_not_used(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 100, 100)
    bar(warehouse, 0, 50, 150, 30, "4h")
    observe(warehouse, 1, 110, 101)
    assert cohorts(warehouse, 1)[0]["price_low"] == 100


def test_a_price_move_alone_opens_nothing_in_an_inverse_contract(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for hour, (face, mark) in enumerate([(0, 100), (1000, 100), (1000, 50), (1500, 50)]):
        observe(warehouse, hour, face / mark, mark, margin="inverse", oi_usd=face)
    rows = cohorts(warehouse, 3)
    assert [row["opened"] for row in rows] == [1000, 0, 500]
    assert [row["surviving"] for row in rows] == [20, 0, 10]  # coins at 50


@pytest.mark.parametrize(
    "row",
    [
        {"superseded_at": at(2)},
        {"quality": "suspect"},
        {"kind": "option"},
        {"symbol": "BTC/USDT:USDT-2"},
        {"observed_at": at(0.25)},  # what was open three quarters of an hour before
        {"oi_base": 1e25},
        {"oi_usd": 1e24},
    ],
)
def test_rows_that_do_not_count_change_nothing(
    warehouse: duckdb.DuckDBPyConnection, row: dict[str, Any]
) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 999, 300, **row)  # the last one is another contract, gone stale
    observe(warehouse, 2, 10, 100)
    rows = [row for row in profile(warehouse, 2) if row["venue"] == "okx"]
    assert [row["base"] for row in rows] == pytest.approx([10])


def test_only_the_largest_assets_get_a_profile(warehouse: duckdb.DuckDBPyConnection) -> None:
    for asset, oi in (("BTC", 10), ("ETH", 500), ("DOGE", 20)):
        observe(warehouse, 0, 0, 100, asset=asset, symbol=asset)
        observe(warehouse, 1, oi, 100, asset=asset, symbol=asset)
    assert {row["asset"] for row in profile(warehouse, 1, top_assets=2)} == {"ETH", "DOGE"}


def test_the_largest_amount_that_is_stored_does_not_stop_a_build(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 2)
    observe(warehouse, -720, 0, 1e-3)
    observe(warehouse, -719, 9e23, 1e-3)
    for hour in range(-708, 1, 12):
        observe(warehouse, hour, 9e23, 1e-3)
    for number in range(30):  # together more than an exact sum holds
        observe(warehouse, 0, 9e23, 1e-3, asset="ETH", symbol=f"ETH-{number}", oi_usd=1e22)
    rows = [row for row in profile(warehouse, 0) if row["venue"] == "okx"]
    assert {row["asset"] for row in rows} == {"BTC"}
    assert sum(row["base"] for row in rows) == pytest.approx(9e23)
    ((age,),) = warehouse.execute("select age_hours from marts.clusters").fetchall()
    assert age == pytest.approx(719.5)


def test_history_further_back_than_asked_does_not_count(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 10, 100)
    observe(warehouse, 30, 15, 100)
    rows = profile(warehouse, 30, history_days=1.25)
    assert sum(row["base"] for row in rows if row["venue"] == "ALL") == pytest.approx(15)
    rows = [row for row in profile(warehouse, 30, history_days=1.22) if row["venue"] == "ALL"]
    assert sum(row["base"] for row in rows) == pytest.approx(15)
    assert sum(row["initial_base"] for row in rows) == pytest.approx(10)


def test_building_again_replaces_and_leaves_no_trace(warehouse: duckdb.DuckDBPyConnection) -> None:
    story(warehouse)
    first = build_map(warehouse, at(4), PARAMETERS)
    once = warehouse.sql("from marts.oi_profile").fetchall()
    assert build_map(warehouse, at(4), PARAMETERS) == first
    assert warehouse.sql("from marts.oi_profile").fetchall() == once
    assert len(once) == first["marts.oi_profile"] == 16  # 4 bins, 2 sides, okx and ALL
    assert warehouse.sql("select table_name from duckdb_tables() where temporary").fetchall() == []


def test_an_empty_warehouse_gives_no_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert set(build_map(warehouse, at(0), PARAMETERS).values()) == {0}


def test_a_missing_parameter_is_named(warehouse: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ConfigurationError, match="missing: bin_pct"):
        build_map(warehouse, at(0), {k: v for k, v in PARAMETERS.items() if k != "bin_pct"})


def test_a_snapshot_without_a_time_zone_is_refused(warehouse: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ConfigurationError, match="time zone"):
        build_map(warehouse, datetime(2026, 3, 1), PARAMETERS)  # noqa: DTZ001 -- the point
