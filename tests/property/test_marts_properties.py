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

from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.window import BuildWindow
from tests.models import CoverageParameters, build_marts, cut_finely

START = datetime(2026, 3, 1, 0, 5, tzinfo=UTC)
HOURS = (0, 1, 4, 24, 25, 28, 168, 192)
EVERYTHING = BuildWindow(START, START + timedelta(days=30))
VENUES = ("a", "b", "c")
TABLES = ("oi_by_asset", "oi_by_venue", "oi_market", "oi_by_product", "oi_uncounted")
MARTS = tuple(f"marts.{table}" for table in TABLES)
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
    build_marts(connection, window, CoverageParameters(minimum, 30, 7), marts=MARTS)
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


WHOLE = """
select
    market.snapshot_at,
    market.kind_group,
    [market.oi_usd, market.flow_usd_24h, market.instruments_fresh, market.usd_0, market.moved],
    [parts.oi_usd, parts.flow_usd_24h, parts.instruments, parts.usd_0, parts.moved]
from (
    select
        *,
        oi_usd * matched_24h_share - flow_usd_24h - revaluation_usd_24h as usd_0,
        change_24h_pct * usd_0 as moved
    from marts.oi_market
) as market
inner join (
    select
        snapshot_at,
        kind_group,
        sum(oi_usd) as oi_usd,
        sum(flow_usd_24h) as flow_usd_24h,
        sum({instruments}) as instruments,
        sum(oi_usd * matched_24h_share - flow_usd_24h - revaluation_usd_24h) as usd_0,
        sum(
            change_24h_pct * (oi_usd * matched_24h_share - flow_usd_24h - revaluation_usd_24h)
        ) as moved
    from marts.{table}
    group by all
) as parts
    using (snapshot_at, kind_group)
order by all
"""
"""Sums of the market beside those of its parts; moved is what the change comes to in USD."""


@quick
@given(rows=facts)
def test_the_market_is_the_sum_of_its_assets_and_of_its_product_lines(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact]
) -> None:
    with _loaded(warehouse, rows):
        _build(warehouse, minimum=0)
        for table, instruments in (
            ("oi_by_asset", "instruments"), ("oi_by_product", "instruments_fresh"),
        ):  # fmt: skip
            query = WHOLE.format(table=table, instruments=instruments)
            compared = _select(warehouse, query)
            assert len(compared) == len(_select(warehouse, "from marts.oi_market"))
            for *_, whole, parts in compared:
                # a part that held nothing at the start has no change, but it has moved something
                ends = 3 if any(one is None for one in (*whole, *parts)) else 5
                size = max(abs(one or 0) for one in (*whole, *parts))
                for one, other in zip(whole[:ends], parts[:ends], strict=True):
                    near = 1e-9 * size + 1e-6
                    assert (one is None) == (other is None)
                    assert one is None or one == pytest.approx(other, rel=1e-9, abs=near)
        shares = _select(
            warehouse,
            "select sum(share), sum(share_change_24h_pp) from marts.oi_by_product"
            " group by snapshot_at, kind_group",
        )
        limits = _select(warehouse, "select min(coverage), max(coverage) from marts.oi_market")
    for share, change in shares:
        assert share is None or share == pytest.approx(1)
        assert change is None or change == pytest.approx(0, abs=1e-6)
    for low, high in limits:
        assert low is None or 0 <= low <= high <= 1 + 1e-9


@quick
@given(rows=facts, data=st.data())
def test_no_price_alone_changes_the_market_or_a_share_of_it(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact], data: st.DataObject
) -> None:
    """A day later nobody has traded, whatever each price has become."""
    today = {(row["venue"], row["symbol"]): row for row in rows if row["margin"] != "quanto"}
    told = []
    for row in today.values():
        price = data.draw(st.floats(1e-4, 1e5))
        was = {**row, "snapshot_at": START, "observed_at": START, "quality": "ok"}
        at = START + timedelta(days=1)
        now = {**was, "snapshot_at": at, "observed_at": at, "mark_price": price}
        if row["margin"] == "inverse" and row["kind"] != "option":
            now["oi_base"] = row["oi_usd"] / price
        else:
            now["oi_usd"] = row["oi_base"] * price
        told += [was, now]
    if not told:
        return
    with _loaded(warehouse, told):
        _build(warehouse, minimum=0)
        changes = _select(warehouse, "select change_24h_pct, flow_usd_24h from marts.oi_market")
        changes += _select(
            warehouse, "select change_24h_pct, share_change_24h_pp from marts.oi_by_product"
        )
    for pair in changes:
        for change in pair:
            assert change is None or change == pytest.approx(0, abs=1e-5)


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
def test_built_again_or_from_rows_in_another_order_or_in_part_the_marts_are_the_same(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact], data: st.DataObject
) -> None:
    hours = sorted(data.draw(st.sampled_from(HOURS)) for _ in range(2))
    since, until = (START + timedelta(hours=hour) for hour in hours)
    with _loaded(warehouse, rows):
        everything = _build(warehouse)
        assert _build(warehouse) == everything
    with _loaded(warehouse, data.draw(st.permutations(rows))):
        part = _build(warehouse, BuildWindow(since, until))
        for table in TABLES:
            assert part[table] == [row for row in everything[table] if since <= row[0] <= until]
        assert _build(warehouse) == everything


@settings(quick, max_examples=8)  # a build for every snapshot takes long
@given(rows=facts)
def test_building_in_slices_equals_building_at_once(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Fact], monkeypatch: pytest.MonkeyPatch
) -> None:
    with _loaded(warehouse, rows):
        at_once = _build(warehouse)
        with monkeypatch.context() as patch:
            cut_finely(patch, 1)
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
