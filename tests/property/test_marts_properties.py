"""What holds of the marts whatever the facts are."""

import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oirisk.warehouse import build
from oirisk.warehouse.build import BuildWindow, CoverageParameters, build_marts
from oirisk.warehouse.migrate import migrate

START = datetime(2026, 3, 1, 0, 5, tzinfo=UTC)
HOURS = (0, 1, 4, 24, 25, 28, 168, 192)
EVERYTHING = BuildWindow(START, START + timedelta(days=30))
VENUES = ("a", "b", "c")
TABLES = ("oi_by_asset", "oi_by_venue")
TERMS = (("perp", "linear"), ("perp", "inverse"), ("future", "quanto"), ("option", "inverse"))
Fact = dict[str, Any]

quick = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@st.composite
def fact(draw: st.DrawFn) -> Fact:
    at = START + timedelta(hours=draw(st.sampled_from(HOURS)))
    kind, margin = draw(st.sampled_from(TERMS))
    base = draw(st.one_of(st.just(0.0), st.floats(1e-3, 1e9)))
    price = draw(st.floats(1e-4, 1e5))
    venue, asset = draw(st.sampled_from(VENUES)), draw(st.sampled_from(("BTC", "ETH")))
    return {
        "snapshot_at": at,
        "observed_at": at + timedelta(minutes=draw(st.sampled_from((0, 0, 0, -29, -31)))),
        "recorded_at": at,
        "run_id": "run",
        "venue": venue,
        "symbol": f"{asset}:{kind}:{margin}",
        "asset": asset,
        "kind": kind,
        "margin": margin,
        "oi_contracts": draw(st.one_of(st.none(), st.floats(0, 1e9))),
        "oi_base": base,
        "oi_usd": base * price,
        "mark_price": price,
        "volume_24h_usd": draw(st.one_of(st.none(), st.floats(0, 1e12))),
        "funding_rate": draw(st.one_of(st.none(), st.floats(-0.01, 0.01))),
        "funding_interval_hours": draw(st.sampled_from((1.0, 4.0, 8.0))),
        "unit_rule": "rule",
        "counting_factor": 1.0,
        "source": "live",
        "quality": draw(st.sampled_from(("ok", "ok", "ok", "suspect"))),
        "is_simulated": False,
    }


def _key(row: Fact) -> tuple[Any, ...]:
    return row["snapshot_at"], row["venue"], row["symbol"]


facts = st.lists(fact(), min_size=1, max_size=60, unique_by=_key)


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    migrate(connection, START)
    yield connection
    connection.close()


@contextmanager
def _loaded(connection: duckdb.DuckDBPyConnection, rows: list[Fact]) -> Iterator[None]:
    """Hold the facts in a transaction that is undone."""
    frame = pl.DataFrame(rows, infer_schema_length=None).to_arrow()
    connection.execute("begin transaction")
    connection.register("given_facts", frame)
    connection.execute("insert into core.open_interest by name select * from given_facts")
    try:
        yield
    finally:
        connection.execute("rollback")
        connection.unregister("given_facts")


def _build(
    connection: duckdb.DuckDBPyConnection, window: BuildWindow = EVERYTHING, minimum: float = 0.9
) -> dict[str, list[tuple[Any, ...]]]:
    """Build the marts of facts alone; tests/property/test_series_properties.py has the others."""
    build_marts(connection, window, CoverageParameters(minimum, 30, 7), with_series=False)
    return {table: connection.table(f"marts.{table}").fetchall() for table in TABLES}


def _select(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.sql(query).fetchall()


def _is_comparable(row: Fact) -> bool:
    """Coins and USD of quanto contracts move with the price: without a number none is compared."""
    return row["margin"] != "quanto" or row["oi_contracts"] is not None


def _fresh(rows: list[Fact]) -> list[Fact]:
    return [
        row
        for row in rows
        if row["quality"] == "ok"
        and abs(row["snapshot_at"] - row["observed_at"]) <= timedelta(minutes=30)
    ]


@quick
@given(rows=facts)
def test_totals_are_the_sum_of_their_fresh_rows_and_of_their_venues(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact]
) -> None:
    wanted: dict[tuple[Any, ...], list[float]] = defaultdict(list)
    for row in _fresh(rows):
        group = "options" if row["kind"] == "option" else "futures"
        wanted[row["snapshot_at"], row["asset"], group].append(row["oi_usd"])
    with _loaded(warehouse, rows):
        _build(warehouse)
        totals = _select(
            warehouse,
            "select snapshot_at, asset, kind_group, oi_usd,"
            " oi_usd_linear + oi_usd_inverse + oi_usd_quanto, instruments from marts.oi_by_asset",
        )
        venues = dict(
            _select(
                warehouse,
                "select (epoch(snapshot_at), asset, kind_group), sum(oi_usd)"
                " from marts.oi_by_venue group by all",
            )
        )
    assert {row[:3] for row in totals} == wanted.keys()
    for at, asset, group, total, by_margin, instruments in totals:
        amounts = wanted[at, asset, group]
        assert instruments == len(amounts)
        assert total == pytest.approx(math.fsum(amounts), rel=1e-12, abs=1e-8)
        assert by_margin == pytest.approx(total, rel=1e-12, abs=1e-8)
        assert venues[at.timestamp(), asset, group] == pytest.approx(total, rel=1e-12, abs=1e-8)


@quick
@given(rows=facts)
def test_shares_lie_between_0_and_1_and_sum_to_1(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact]
) -> None:
    with _loaded(warehouse, rows):
        _build(warehouse)
        shares = _select(
            warehouse,
            "select min(share), max(share), sum(share), count(*) from marts.oi_by_venue"
            " where share is not null group by snapshot_at, asset, kind_group",
        )
        others = _select(
            warehouse, "select coverage, coalesce(hhi, 1), venues from marts.oi_by_asset"
        )
    for low, high, total, _ in shares:
        assert 0 <= low <= high <= 1
        assert total == pytest.approx(1)
    for coverage, hhi, venues in others:
        assert 0 <= coverage <= 1
        assert 1 / venues - 1e-9 <= hhi <= 1 + 1e-9


@quick
@given(rows=facts, data=st.data())
def test_a_venue_at_one_end_only_does_not_change_the_change(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact], data: st.DataObject
) -> None:
    venue = data.draw(st.sampled_from(VENUES))
    end = START + timedelta(hours=data.draw(st.sampled_from((0, 24))))
    kept = [row for row in rows if row["venue"] != venue]
    one_end = kept + [row for row in rows if row["venue"] == venue and row["snapshot_at"] == end]
    query = (
        "select asset, kind_group, change_24h_pct from marts.oi_by_asset"
        " where snapshot_at = '2026-03-02 00:05:00+00' and change_24h_pct is not null"
    )
    seen = []
    for some in (kept, one_end):
        if not some:
            return
        with _loaded(warehouse, some):
            _build(warehouse, minimum=0)
            seen.append(_select(warehouse, query))
    assert seen[0] == seen[1]


@quick
@given(rows=facts, data=st.data())
def test_the_order_of_the_rows_does_not_matter(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact], data: st.DataObject
) -> None:
    seen = []
    for some in (rows, data.draw(st.permutations(rows))):
        with _loaded(warehouse, some):
            seen.append(_build(warehouse))
    assert seen[0] == seen[1]


@quick
@given(rows=facts)
def test_building_twice_changes_nothing(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact]
) -> None:
    with _loaded(warehouse, rows):
        assert _build(warehouse) == _build(warehouse)


@quick
@given(rows=facts, hours=st.lists(st.sampled_from(HOURS), min_size=2, max_size=2))
def test_building_a_window_equals_building_everything(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact], hours: list[int]
) -> None:
    since, until = (START + timedelta(hours=hour) for hour in sorted(hours))
    with _loaded(warehouse, rows):
        everything = _build(warehouse)
    with _loaded(warehouse, rows):
        part = _build(warehouse, BuildWindow(since, until))
    for table in TABLES:
        assert part[table] == [row for row in everything[table] if since <= row[0] <= until]


@settings(quick, max_examples=8)  # a build for every snapshot takes long
@given(rows=facts)
def test_building_in_slices_equals_building_at_once(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact], monkeypatch: pytest.MonkeyPatch
) -> None:
    with _loaded(warehouse, rows):
        at_once = _build(warehouse)
        with monkeypatch.context() as patch:
            patch.setattr(build, "SLICE_ROWS", 0)
            patch.setattr(build, "SLICE_SNAPSHOTS", 1)
            assert _build(warehouse) == at_once


@quick
@given(rows=facts)
def test_flow_and_revaluation_add_up_to_the_matched_change(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact]
) -> None:
    usd: dict[tuple[Any, ...], dict[Any, float]] = defaultdict(dict)
    for row in filter(_is_comparable, _fresh(rows)):
        group = "options" if row["kind"] == "option" else "futures"
        usd[row["snapshot_at"], row["asset"], group][row["venue"], row["symbol"]] = row["oi_usd"]
    with _loaded(warehouse, rows):
        _build(warehouse, minimum=0)
        seen = _select(
            warehouse,
            "select snapshot_at, asset, kind_group, flow_usd_24h, revaluation_usd_24h"
            " from marts.oi_by_asset where flow_usd_24h is not null",
        )
    for at, asset, group, flow, revaluation in seen:
        later, earlier = usd[at, asset, group], usd[at - timedelta(hours=24), asset, group]
        both = later.keys() & earlier.keys()
        change = math.fsum(later[key] - earlier[key] for key in both)
        size = math.fsum(later[key] + earlier[key] for key in both)
        assert both
        assert flow + revaluation == pytest.approx(change, abs=1e-12 * size + 1e-6)
