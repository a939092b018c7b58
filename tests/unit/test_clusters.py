"""Clusters: the worked example, their attributes, and who they are from night to night."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.warehouse.marts import build_map
from tests.models import build_step
from tests.worked_examples import golden

START = datetime(2026, 3, 1, tzinfo=UTC)
PARAMETERS = {
    "rotation": 0.05, "bin_pct": 0.25, "range_pct": 25.0, "history_days": 30.0,
    "minimum_share": 0.02, "minimum_usd": 0.0, "top_assets": 10, "max_age_minutes": 30.0,
    "liquidation_clusters": False,
}  # fmt: skip
LADDER = [2, 3, 2, 4, 9, 14, 11, 5, 3, 2, 2, 3, 8, 20, 26, 18, 7, 3, 2, 1]


def islands(
    masses: Sequence[float], *, minimum_share: float = 0.02, minimum_usd: float = 0.0
) -> list[dict[str, Any]]:
    """Run the model on bins 500 wide from 50,000 up, without smoothing."""
    bins = pl.DataFrame(
        {
            "asset": "BTC",
            "kind": "entry",
            "side": "both",
            "bin": range(len(masses)),
            "price_low": [50_000.0 + 500 * n for n in range(len(masses))],
            "price_high": [50_500.0 + 500 * n for n in range(len(masses))],
            "price": [50_250.0 + 500 * n for n in range(len(masses))],
            "base": [float(mass) for mass in masses],
            "usd": [mass * (50_250.0 + 500 * n) for n, mass in enumerate(masses)],
            "smoothed": [float(mass) for mass in masses],
        }
    ).to_arrow()
    assets = pl.DataFrame(
        {"asset": ["BTC"], "kind": ["entry"], "oi_base": [float(sum(masses))]}
    ).to_arrow()
    with duckdb.connect() as connection:
        connection.register("int_cluster_bins", bins)
        connection.register("int_cluster_assets", assets)
        build_step(
            connection,
            "int_cluster_bin_runs",
            {"minimum_share": minimum_share, "minimum_usd": minimum_usd},
        )
        return connection.sql("from int_cluster_bin_runs order by first_bin").pl().to_dicts()


def test_two_hills_on_a_plain_are_two_clusters() -> None:
    low, high = islands(LADDER)
    assert low["threshold"] == pytest.approx(3 + 2 * 1.4826 * 1.66875, abs=1e-3)
    assert (low["price_low"], low["price_high"]) == (52_000, 53_500)
    assert (high["price_low"], high["price_high"]) == (56_000, 58_000)
    assert (low["base"], high["base"]) == (34, 72)
    assert (low["price_peak"], high["price_peak"]) == (52_750, 57_250)
    assert low["centroid"] == pytest.approx((9 * 52_250 + 14 * 52_750 + 11 * 53_250) / 34, abs=1e-9)
    assert high["centroid"] == pytest.approx(57_125, abs=1e-9)
    assert (low["share"], high["share"]) == pytest.approx((34 / 145, 72 / 145), abs=1e-12)
    assert (low["prominence"], high["prominence"]) == (12, 26)
    assert low["usd"] == pytest.approx(34 * low["centroid"])


def test_the_worked_example_is_reproduced() -> None:
    example = golden("M24_clusters")
    found = islands(example["v"])
    assert round(found[0]["threshold"], 4) == example["threshold"]
    for cluster, wanted in zip(found, example["islands"], strict=True):
        assert cluster["price_low"] == wanted["lo"]
        assert cluster["price_high"] == wanted["hi"]
        assert cluster["base"] == pytest.approx(wanted["mass"], abs=1e-9)
        assert cluster["price_peak"] == wanted["peak"]
        assert cluster["centroid"] == pytest.approx(wanted["centroid"], abs=1e-9)
    assert [cluster["share"] for cluster in found] == pytest.approx(example["share"], abs=1e-9)
    assert [cluster["prominence"] for cluster in found] == example["prominence"]


def test_one_low_bin_does_not_part_a_cluster_but_two_do() -> None:
    plain = [1.0] * 20
    (whole,) = islands([*plain, 9, 1, 9, *plain])
    assert (whole["first_bin"], whole["last_bin"], whole["base"]) == (20, 22, 19)
    assert len(islands([*plain, 9, 1, 1, 9, *plain])) == 2


def test_a_flat_profile_has_no_cluster() -> None:
    assert islands([5.0] * 30) == []


def test_a_slope_on_which_nothing_stands_out_has_no_cluster() -> None:
    """Held are 1 to 25: median 13, deviation 6, so 30.8 would stand out; the empty do not count."""
    assert islands([*[0.0] * 60, *range(1, 26)]) == []


@pytest.mark.parametrize(
    ("side", "low", "high", "bins"),
    [("long", 1.05**92, 100, [92, 93, 94]), ("short", 100, 1.05**96, [94, 95])],
)
def test_bins_of_levels_end_at_the_mark(
    side: str, low: float, high: float, bins: list[int]
) -> None:
    """Bins of 5 % within 7 % of a mark of 100, which lies in the one from 98.1 to 103."""
    held = pl.DataFrame(
        {"asset": "BTC", "kind": "liquidation", "side": side, "venue": "okx", "bin": [93, 94, 95],
         "base": [1.0, 1.0, 1.0], "usd": [1.0, 1.0, 1.0]}
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.register("int_cluster_parts", held.to_arrow())
        connection.sql(
            "create table int_cluster_assets as"
            " select 'BTC' as asset, 'liquidation' as kind, 100.0::double as mark"
        )
        connection.sql(
            "create table int_strike_ladder (asset text, bin int, price_low double,"
            " price_high double, strike double)"
        )
        build_step(
            connection,
            "int_cluster_bins",
            {"bin_pct": 5.0, "range_pct": 7.0, "strike_range_pct": 50.0},
        )
        found = connection.sql("from int_cluster_bins order by bin").pl().to_dicts()
    assert found[0]["price_low"] == pytest.approx(low)
    assert found[-1]["price_high"] == pytest.approx(high)
    assert [row["bin"] for row in found] == bins
    assert all(row["price_low"] < row["price"] < row["price_high"] for row in found)


@pytest.mark.parametrize(
    ("high", "heirs"), [(100 * 1.0025, ["old"]), (100 * 1.0022, [])], ids=["half", "less"]
)
def test_half_of_two_bins_is_still_the_cluster(high: float, heirs: list[str]) -> None:
    place = {"asset": "BTC", "kind": "entry", "side": "both", "price_low": 100.0}
    island = pl.DataFrame([{**place, "price_high": high, "first_bin": 1, "price_peak": 100.1}])
    earlier = pl.DataFrame([
        {**place, "price_high": 100 * 1.0025**2, "price_peak": 100.1, "cluster_id": "old",
         "snapshot_at": START}
    ])  # fmt: skip
    with duckdb.connect() as connection:
        connection.register("int_cluster_bin_runs", island.to_arrow())
        connection.register("int_cluster_previous", earlier.to_arrow())
        build_step(connection, "int_cluster_lineage", {})
        found = connection.sql("select cluster_id from int_cluster_lineage").fetchall()
    assert [cluster for (cluster,) in found] == heirs


def test_small_clusters_are_left_out_by_share_or_by_usd() -> None:
    assert [c["base"] for c in islands(LADDER, minimum_share=0.3)] == [72]
    assert [c["base"] for c in islands(LADDER, minimum_usd=34 * 52_780)] == [72]
    assert [c["base"] for c in islands(LADDER, minimum_usd=34 * 52_779)] == [34, 72]


def test_the_lower_price_is_the_peak_of_equals() -> None:
    (cluster,) = islands([*[1.0] * 20, 9, 9, 9, *[1.0] * 20])
    assert cluster["peak_bin"] == 20
    assert cluster["prominence"] == 9


def observe(
    connection: duckdb.DuckDBPyConnection, hours: float, oi: float, mark: float, **other: Any
) -> None:
    at = START + timedelta(hours=hours)
    row = {
        "snapshot_at": at, "observed_at": at, "recorded_at": at, "run_id": "r", "venue": "okx",
        "symbol": "BTC/USDT:USDT", "asset": "BTC", "kind": "perp", "margin": "linear",
        "oi_base": oi, "oi_usd": oi * mark, "mark_price": mark, "unit_rule": "u",
        "counting_factor": 1.0, "source": "live", "quality": "ok", "is_simulated": False,
        **other,
    }  # fmt: skip
    names, slots = ", ".join(row), ", ".join(f"${name}" for name in row)
    connection.execute(f"insert into core.open_interest ({names}) values ({slots})", row)  # noqa: S608


def bar(connection: duckdb.DuckDBPyConnection, hours: float, price: float, volume: float) -> None:
    connection.execute(
        "insert into core.bars values"
        " ($1, '1h', 'okx', 'BTC/USDT:USDT', 'BTC', $2, $2, $2, $2, $3, null)",
        [START + timedelta(hours=hours), price, volume],
    )


def only_leverage(connection: duckdb.DuckDBPyConnection, leverage: float) -> None:
    connection.execute(
        "update marts.leverage_priors"
        " set weight = if(leverage_low = $1 and leverage_high = $1, 1, 0)",
        [leverage],
    )


def night(
    connection: duckdb.DuckDBPyConnection, hours: float, **changed: float
) -> list[dict[str, Any]]:
    at = START + timedelta(hours=hours)
    build_map(connection, at, {**PARAMETERS, **changed})
    return (
        connection.sql("from marts.clusters order by asset, price_low, cluster_id", alias="c")
        .filter(f"snapshot_at = to_timestamp({at.timestamp()})")
        .pl()
        .to_dicts()
    )


def test_positions_opened_at_one_price_are_a_cluster_there(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 2)
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 0, 0, 100, venue="gate")
    observe(warehouse, 2, 30, 100)
    observe(warehouse, 2, 10, 100, venue="gate")
    observe(warehouse, 4, 30, 110)
    observe(warehouse, 4, 10, 110, venue="gate")
    (cluster,) = night(warehouse, 4)
    assert cluster["kind"] == "entry"
    assert cluster["side"] == "both"
    assert cluster["status"] == "born"
    assert re.fullmatch(r"BTC-entry-[0-9a-f]{6}", cluster["cluster_id"])
    assert cluster["price_low"] < cluster["price_peak"] < cluster["price_high"]
    # all was opened in one bin; those beside it hold nothing but its smoothing
    assert cluster["price_high"] / cluster["price_low"] == pytest.approx(1.0025)
    assert cluster["base"] == pytest.approx(40)
    assert cluster["share"] == pytest.approx(1)
    assert cluster["usd"] == pytest.approx(40 * cluster["centroid"])
    assert cluster["centroid"] == pytest.approx(100, rel=0.0025)
    assert cluster["prominence"] == pytest.approx(40 * 3 / 9)  # the middle of 1-2-3-2-1
    assert cluster["distance_pct"] == pytest.approx((cluster["price_high"] / 110 - 1) * 100)
    assert cluster["distance_pct"] < 0
    assert cluster["venues_hhi"] == pytest.approx(0.75**2 + 0.25**2)
    assert cluster["age_hours"] == pytest.approx(3)  # opened between 4 and 2 hours ago
    assert cluster["mass_to_depth"] is None
    assert cluster["is_simulated"] is False


@pytest.mark.parametrize(("mark", "sign"), [(90, 1), (100, 0), (110, -1)])
def test_the_distance_is_signed_and_zero_inside(
    warehouse: duckdb.DuckDBPyConnection, mark: float, sign: int
) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 30, 100)
    observe(warehouse, 2, 30, mark)
    (cluster,) = night(warehouse, 2)
    distance = cluster["distance_pct"]
    assert (distance > 0) - (distance < 0) == sign


def test_the_mark_is_the_median_of_the_perpetuals(warehouse: duckdb.DuckDBPyConnection) -> None:
    for symbol, kind, mark in (("A", "perp", 100), ("B", "perp", 101), ("C", "perp", 140),
                               ("D", "future", 145)):  # fmt: skip
        observe(warehouse, 0, 0, 100, symbol=symbol, kind=kind)
        observe(warehouse, 1, 10, 100, symbol=symbol, kind=kind)
        observe(warehouse, 2, 10, mark, symbol=symbol, kind=kind)
    (cluster,) = night(warehouse, 2)
    assert cluster["distance_pct"] == pytest.approx((cluster["price_high"] / 101 - 1) * 100)


def test_without_a_perpetual_the_mark_is_that_of_the_dated_futures(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 0, 100, kind="future")
    observe(warehouse, 1, 10, 100, kind="future")
    observe(warehouse, 2, 10, 104, kind="future")
    (cluster,) = night(warehouse, 2)
    assert cluster["distance_pct"] == pytest.approx((cluster["price_high"] / 104 - 1) * 100)


def test_positions_outside_the_range_are_in_no_cluster(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 10, 100)
    observe(warehouse, 2, 10, 140)
    assert night(warehouse, 2) == []
    assert len(night(warehouse, 2, range_pct=35.0)) == 1


def test_the_band_is_the_mass_under_the_other_rotations(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 2)
    observe(warehouse, 0, 0, 100)
    bar(warehouse, 0, 100, 50)
    observe(warehouse, 1, 50, 100)
    bar(warehouse, 1, 110, 100)
    observe(warehouse, 2, 50, 110)
    low, high = night(warehouse, 2)
    # swapped at most: 100 / 2 = 50 of 50 positions; at 0.05 and 0.2 that is 2.5 and 10
    assert low["base"] == pytest.approx(47.5)
    assert low["usd_low"] / low["centroid"] == pytest.approx(40)
    assert low["usd_high"] / low["centroid"] == pytest.approx(50)
    assert high["base"] == pytest.approx(2.5)
    assert high["usd_low"] == 0
    assert high["usd_high"] / high["centroid"] == pytest.approx(10)


def grow(connection: duckdb.DuckDBPyConnection, oi: float) -> str:
    """Let 100 open at a price of 100; the next night open interest there is ``oi``."""
    observe(connection, 0, 0, 100)
    observe(connection, 1, 100, 100)
    (before,) = night(connection, 1)
    observe(connection, 25, oi, 100)
    (after,) = night(connection, 25)
    assert after["cluster_id"] == before["cluster_id"]
    return str(after["status"])


def test_entries_are_the_mean_of_both_sides_and_the_same_a_night_later(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 10)
    observe(warehouse, 0, 0, 110)
    for hour, (oi, price) in enumerate([(50, 110), (100, 100), (100, 95)]):
        bar(warehouse, hour, price, 0)
        observe(warehouse, hour + 1, oi, price)
    # longs of 110 go at 99.5: all longs are of 100; shorts are half of each
    assert [row["base"] for row in night(warehouse, 3)] == pytest.approx([75, 25])
    observe(warehouse, 27, 100, 95)
    found = night(warehouse, 27)
    assert [row["status"] for row in found] == ["stable", "stable"]
    assert [row["base"] for row in found] == pytest.approx([75, 25])


@pytest.mark.parametrize(
    ("oi", "status"),
    [(104, "stable"), (96, "stable"), (106, "grown"), (94, "shrunk"), (100, "stable")],
)
def test_a_cluster_that_stays_keeps_its_name(
    warehouse: duckdb.DuckDBPyConnection, oi: float, status: str
) -> None:
    assert grow(warehouse, oi) == status


def test_a_cluster_that_nothing_continues_is_consumed_once(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 100, 100)
    (first,) = night(warehouse, 1)
    observe(warehouse, 2, 0, 110)
    observe(warehouse, 3, 80, 110)
    observe(warehouse, 25, 80, 110)
    gone, new = night(warehouse, 25)
    assert (gone["cluster_id"], gone["status"]) == (first["cluster_id"], "consumed")
    assert (gone["base"], gone["usd"], gone["share"]) == (0, 0, 0)
    assert gone["price_low"] == first["price_low"]
    assert new["status"] == "born"
    assert new["cluster_id"] != first["cluster_id"]
    observe(warehouse, 47, 80, 110)
    (left,) = night(warehouse, 47)
    assert (left["cluster_id"], left["status"]) == (new["cluster_id"], "stable")


def test_a_cluster_is_forgotten_after_two_days(warehouse: duckdb.DuckDBPyConnection) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 100, 100)
    night(warehouse, 1)
    observe(warehouse, 30, 100, 100)
    observe(warehouse, 50, 100, 100)
    (cluster,) = night(warehouse, 50)
    assert cluster["status"] == "born"


def both(connection: duckdb.DuckDBPyConnection, hours: float, okx: float, gate: float) -> None:
    observe(connection, hours, okx, 100)
    observe(connection, hours, gate, 100, venue="gate")


def test_a_silent_exchange_does_not_shrink_a_cluster(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    both(warehouse, 0, 0, 0)
    both(warehouse, 1, 60, 40)
    (before,) = night(warehouse, 1)
    observe(warehouse, 25, 60, 100)
    (after,) = night(warehouse, 25)
    assert (after["cluster_id"], after["status"]) == (before["cluster_id"], "stable")
    assert after["base"] == pytest.approx(60)
    both(warehouse, 27, 60, 40)
    (again,) = night(warehouse, 27)
    assert (again["cluster_id"], again["status"]) == (before["cluster_id"], "stable")


def test_a_silent_exchange_does_not_consume_its_cluster(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 0, 90, venue="gate")
    observe(warehouse, 1, 40, 90, venue="gate")
    observe(warehouse, 1, 0, 100)
    observe(warehouse, 2, 40, 100, venue="gate")
    observe(warehouse, 2, 60, 100)
    low, high = night(warehouse, 2)
    observe(warehouse, 26, 60, 100)
    (left,) = night(warehouse, 26)
    assert left["cluster_id"] == high["cluster_id"]
    observe(warehouse, 28, 40, 100, venue="gate")
    observe(warehouse, 28, 60, 100)
    assert {(c["cluster_id"], c["status"]) for c in night(warehouse, 28)} == {
        (low["cluster_id"], "stable"),
        (high["cluster_id"], "stable"),
    }


def test_a_second_build_of_a_night_gives_the_same_names(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    grow(warehouse, 120)
    once = warehouse.sql("from marts.clusters").fetchall()
    night(warehouse, 25)
    assert warehouse.sql("from marts.clusters").fetchall() == once
