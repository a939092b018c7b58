"""Concentrations of options by strike: where they are, what they hold, who they are later."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.warehouse.marts import build_map
from tests.models import build_step

START = datetime(2026, 3, 1, tzinfo=UTC)
EXPIRY = START + timedelta(days=26)
MARK = 100_000.0
PARAMETERS: Mapping[str, Any] = {
    "rotation": 0.05, "bin_pct": 0.25, "range_pct": 25.0, "history_days": 30.0,
    "minimum_share": 0.02, "minimum_usd": 0.0, "top_assets": 10, "max_age_minutes": 30.0,
    "liquidation_clusters": False,
}  # fmt: skip
LADDER = range(60_000, 141_000, 1000)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    connection.register("rows", pl.DataFrame(rows, infer_schema_length=None).to_arrow())
    connection.execute(f"insert into {table} by name from rows")
    connection.unregister("rows")


def observed(hours: float, **row: Any) -> dict[str, Any]:
    return {
        "snapshot_at": at(hours), "observed_at": at(hours), "recorded_at": at(hours),
        "run_id": "r", "venue": "deribit", "asset": "BTC", "kind": "option",
        "margin": "inverse", "unit_rule": "u", "counting_factor": 1.0, "source": "live",
        "quality": "ok", "is_simulated": False, "index_price": MARK, **row,
    }  # fmt: skip


def mark(connection: duckdb.DuckDBPyConnection, hours: float, price: float = MARK) -> None:
    """Observe a perpetual without open interest, for its price alone."""
    row = observed(hours, symbol="BTC/USD:BTC", kind="perp", oi_base=0.0, mark_price=price)
    insert(connection, "core.open_interest", [row])


def write_options(
    connection: duckdb.DuckDBPyConnection,
    hours: float,
    held: Mapping[float, float],
    *,
    side: str = "call",
    expiry: datetime = EXPIRY,
    venue: str = "deribit",
    asset: str = "BTC",
    **row: Any,
) -> None:
    """Let each strike hold so many coins; list what is not listed yet."""
    named = {f"{asset}-{expiry:%y%m%d}-{strike:g}-{side}": strike for strike in held}
    known = connection.execute("select symbol from core.instruments where venue = ?", [venue])
    listed = {symbol for (symbol,) in known.fetchall()}
    new = [
        {
            "venue": venue, "symbol": symbol, "market_id": symbol, "product": "option",
            "asset": asset, "base_multiplier": 1.0, "quote": "USD", "settle": asset,
            "kind": "option", "margin": "inverse", "expiry": expiry, "strike": float(strike),
            "option_type": side, "is_active": True, "valid_from": at(hours),
        }
        for symbol, strike in named.items()
        if symbol not in listed
    ]  # fmt: skip
    if new:
        insert(connection, "core.instruments", new)
    told = {"venue": venue, "asset": asset, **row}
    rows = [
        observed(hours, symbol=symbol, **{"oi_base": base, "oi_usd": base * MARK, **told})
        for symbol, base in zip(named, held.values(), strict=True)
    ]
    insert(connection, "core.open_interest", rows)


def night(
    connection: duckdb.DuckDBPyConnection, hours: float, **changed: Any
) -> list[dict[str, Any]]:
    build_map(connection, at(hours), {**PARAMETERS, **changed})
    found = connection.execute(
        "select * from marts.clusters where kind = 'strike' and snapshot_at = $at"
        " order by asset, side, price_low, status",
        {"at": at(hours)},
    )
    return found.pl().to_dicts()


def empty_but(held: Mapping[float, float], ladder: Sequence[int] = LADDER) -> dict[float, float]:
    return {**dict.fromkeys(map(float, ladder), 0.0), **held}


def test_a_large_strike_among_empty_ones_is_a_cluster(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    mark(warehouse, 1)
    write_options(warehouse, 1, empty_but({110_000: 300.0}))
    write_options(warehouse, 1, {110_000: 100.0}, venue="okx", expiry=EXPIRY + timedelta(days=90))
    write_options(warehouse, 1, {250_000: 100.0})
    (cluster,) = night(warehouse, 1)
    cluster_id = cluster.pop("cluster_id")
    assert cluster_id.startswith("BTC-strike-")
    assert cluster == {
        "snapshot_at": at(1), "asset": "BTC", "kind": "strike", "side": "call",
        "price_low": 109_500, "price_high": 110_500, "price_peak": 110_000, "centroid": 110_000,
        "base": 400, "usd": 400 * MARK, "usd_low": None, "usd_high": None, "share": 0.8,
        "prominence": 400, "distance_pct": pytest.approx(9.5), "mass_to_depth": None,
        "venues_hhi": pytest.approx(0.75**2 + 0.25**2), "age_hours": None, "status": "born",
        "is_simulated": False, "covered_share": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "ladder",
    [LADDER, (*range(60_000, 95_000, 5000), *range(95_000, 105_000, 250), *LADDER[46:])],
)
def test_even_open_interest_has_no_cluster_however_the_strikes_are_spaced(
    warehouse: duckdb.DuckDBPyConnection, ladder: Sequence[int]
) -> None:
    mark(warehouse, 1)
    write_options(warehouse, 1, dict.fromkeys(map(float, ladder), 12.3))
    assert night(warehouse, 1) == []


def test_calls_and_puts_are_two_sides_of_one_total(warehouse: duckdb.DuckDBPyConnection) -> None:
    mark(warehouse, 1)
    write_options(warehouse, 1, empty_but({110_000: 30.0}))
    write_options(warehouse, 1, empty_but({110_000: 20.0, 90_000: 50.0}), side="put")
    found = night(warehouse, 1)
    assert [(row["side"], row["price_peak"], row["share"]) for row in found] == [
        ("call", 110_000, 0.3), ("put", 90_000, 0.5), ("put", 110_000, 0.2),
    ]  # fmt: skip
    assert [row["price_peak"] for row in night(warehouse, 1, minimum_share=0.4)] == [90_000]
    assert night(warehouse, 1, strike_range_pct=5.0) == []


def test_one_strike_between_does_not_part_a_cluster_and_its_peak_is_the_largest(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    mark(warehouse, 1)
    held = {110_000.0: 30.0, 112_000.0: 40.0, 120_000.0: 30.0, 123_000.0: 10.0}
    write_options(warehouse, 1, empty_but(held))
    found = night(warehouse, 1)
    assert [(row["price_low"], row["price_high"], row["base"]) for row in found] == [
        (109_500, 112_500, 70), (119_500, 120_500, 30), (122_500, 123_500, 10),
    ]  # fmt: skip
    assert found[0]["price_peak"] == 112_000
    assert found[0]["centroid"] == pytest.approx((110_000 * 30 + 112_000 * 40) / 70)


def test_every_option_is_at_a_strike_whatever_the_order_of_rows(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    mark(warehouse, 1)
    for venue in ("deribit", "okx"):
        for side in ("call", "put"):
            spread = 7919 if venue == "okx" else 104_729
            held = {float(k): (k // 1000 * spread + len(side)) % 1013 / 7 for k in LADDER}
            held |= {110_000.0: 1234.5678901, 90_000.0: 777.7, 400_000.0: 55.5}
            write_options(warehouse, 1, held, side=side, venue=venue)
    first = night(warehouse, 1)
    assert first
    assert parts_of_strikes(warehouse) == pytest.approx(
        warehouse.sql("select sum(oi_base) from core.open_interest").fetchall()[0][0], rel=1e-12
    )
    warehouse.execute("create temp table turned as from core.open_interest order by hash(symbol)")
    warehouse.execute("delete from core.open_interest")
    warehouse.execute("insert into core.open_interest from turned")
    assert night(warehouse, 1) == first


def parts_of_strikes(connection: duckdb.DuckDBPyConnection) -> float:
    values = {"until": at(1), "known_at": at(99), "max_age_minutes": 30.0, "top_assets": 9,
              "liquidation_clusters": False}  # fmt: skip
    columns = "''::varchar as asset, '' as venue, '' as side, 0::bigint as bin, 0.0 as price_low,"
    figures = ("price_high", "base", "base_low", "base_high", "base_hours", "calibrated",
               "retail_heavy", "institutional")  # fmt: skip
    for empty in ("int_position_bins", "int_liquidation_levels"):
        columns_of = columns + ", ".join(f"0.0::double as {name}" for name in figures)
        connection.execute(f"create or replace temp table {empty} as select {columns_of} limit 0")
    for step in ("int_position_universe", "int_strike_universe", "int_strike_assets",
                 "int_strike_ladder", "int_cluster_parts"):  # fmt: skip
        build_step(connection, step, values)
    return float(connection.sql("select sum(base) from int_cluster_parts").fetchall()[0][0])


@pytest.mark.parametrize(
    "left_out",
    [
        {"quality": "suspect"},
        {"observed_at": at(0), "snapshot_at": at(0)},
        {"observed_at": at(0.75), "snapshot_at": at(0)},
        {"oi_base": 1e25},
        {"recorded_at": at(2)},
        {"superseded_at": at(1)},
    ],
)
def test_a_figure_that_does_not_count_is_in_no_cluster(
    warehouse: duckdb.DuckDBPyConnection, left_out: dict[str, Any]
) -> None:
    mark(warehouse, 1)
    write_options(warehouse, 1, empty_but({110_000: 30.0}))
    write_options(warehouse, 1, {120_000: 50.0}, side="put", **left_out)
    (cluster,) = night(warehouse, 1, known_at=at(1))
    assert (cluster["price_peak"], cluster["share"]) == (110_000, 1)


def test_a_cluster_stays_itself_until_its_options_expire(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    soon = START + timedelta(hours=30)
    mark(warehouse, 1)
    write_options(warehouse, 1, empty_but({110_000: 60.0}), expiry=soon)
    write_options(warehouse, 1, empty_but({90_000: 60.0}), side="put")
    call, put = night(warehouse, 1)
    mark(warehouse, 25)
    write_options(warehouse, 25, empty_but({110_000: 66.0}), expiry=soon)
    write_options(warehouse, 25, empty_but({90_000: 61.0}), side="put")
    assert [(row["cluster_id"], row["status"]) for row in night(warehouse, 25)] == [
        (call["cluster_id"], "grown"), (put["cluster_id"], "stable"),
    ]  # fmt: skip
    mark(warehouse, 31)
    write_options(warehouse, 31, empty_but({110_000: 66.0}), expiry=soon)
    write_options(warehouse, 31, {150_000: 0.0})
    write_options(warehouse, 31, empty_but({90_000: 50.0}), side="put")
    gone, left = night(warehouse, 31)
    assert (gone["cluster_id"], gone["status"]) == (call["cluster_id"], "consumed")
    assert (gone["base"], gone["usd"], gone["usd_low"]) == (0, 0, None)
    assert (left["cluster_id"], left["status"], left["share"]) == (put["cluster_id"], "shrunk", 1)


def test_new_strikes_beside_a_cluster_do_not_make_it_another(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    mark(warehouse, 1)
    write_options(warehouse, 1, empty_but({110_000: 60.0}, range(60_000, 141_000, 10_000)))
    (before,) = night(warehouse, 1)
    mark(warehouse, 25)
    write_options(warehouse, 25, empty_but({110_000: 60.0}, range(60_000, 141_000, 1000)))
    (after,) = night(warehouse, 25)
    assert (before["price_low"], before["price_high"]) == (105_000, 115_000)
    assert (after["price_low"], after["price_high"]) == (109_500, 110_500)
    assert (after["cluster_id"], after["status"]) == (before["cluster_id"], "stable")


def test_a_silent_exchange_neither_shrinks_nor_consumes_a_cluster(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    mark(warehouse, 1)
    write_options(warehouse, 1, empty_but({110_000: 60.0}))
    write_options(warehouse, 1, {110_000: 40.0, 120_000: 50.0}, venue="okx")
    shared, alone = night(warehouse, 1)
    mark(warehouse, 25)
    write_options(warehouse, 25, empty_but({110_000: 60.0}))
    (left,) = night(warehouse, 25)
    assert (left["cluster_id"], left["status"]) == (shared["cluster_id"], "stable")
    assert alone["price_peak"] == 120_000


def test_an_asset_without_perpetuals_is_placed_by_the_price_of_the_underlying(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    ladder = empty_but({40.0: 5.0}, range(20, 81, 2))
    write_options(warehouse, 1, ladder, asset="PAXG", index_price=50.0, oi_usd=None)
    (cluster,) = night(warehouse, 1)
    assert (cluster["asset"], cluster["price_high"]) == ("PAXG", 41)
    assert cluster["distance_pct"] == pytest.approx((41 / 50 - 1) * 100)
    assert cluster["usd"] == pytest.approx(5 * 50)


def test_without_any_price_there_is_no_cluster(warehouse: duckdb.DuckDBPyConnection) -> None:
    write_options(warehouse, 1, empty_but({110_000: 60.0}), index_price=None, oi_usd=None)
    assert night(warehouse, 1) == []


def test_an_option_without_strike_counts_in_the_total_alone(
    warehouse: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture
) -> None:
    mark(warehouse, 1)
    write_options(warehouse, 1, empty_but({110_000: 60.0}))
    row = observed(1, symbol="BTC-?", oi_base=40.0, oi_usd=40 * MARK)
    insert(warehouse, "core.open_interest", [row])
    with caplog.at_level(logging.WARNING):
        (cluster,) = night(warehouse, 1)
    assert cluster["share"] == pytest.approx(0.6)
    assert "deribit: 1 options are listed without strike or side" in caplog.text


def test_an_option_that_was_only_imported_has_the_terms_of_its_symbol(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = [
        observed(25, symbol=f"BTC/USD:BTC-{expiry}-{strike:.0f}-C", oi_base=base,
                 oi_usd=base * MARK, index_price=None)
        for expiry in ("260302", "260410")
        for strike, base in empty_but({110_000: 60.0}).items()
    ]  # fmt: skip
    insert(warehouse, "core.open_interest", rows)
    (cluster,) = night(warehouse, 25)
    assert (cluster["side"], cluster["price_peak"]) == ("call", 110_000)
    assert (cluster["base"], cluster["usd"]) == (120, pytest.approx(120 * MARK))
    (later,) = night(warehouse, 33, max_age_minutes=600.0)
    assert later["base"] == 60  # those of 2 March expired at 08:00


def test_options_that_are_in_no_total_are_in_no_cluster(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Okx calls another thing BTC: its options are priced at 6 and stand at a strike of their own."""
    for hours in (1, 25):
        mark(warehouse, hours)
        write_options(warehouse, hours, empty_but({110_000: 300.0}))
        write_options(warehouse, hours, {110_000: 50.0}, venue="bybit")
        other = {"oi_usd": 600.0, "index_price": 6.0}
        write_options(warehouse, hours, {110_000: 100.0}, venue="okx", **other)
        (row,) = night(warehouse, hours)
        assert (row["base"], row["usd"]) == (350.0, 350 * MARK)
        assert row["share"] == 1.0
    assert row["status"] == "stable"
