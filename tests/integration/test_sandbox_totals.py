"""Every simulated exchange at once: totals are the truth, and each exchange counts for itself."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb
import pytest

from oirisk.flows.batch import Batch
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import select_venues
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.pipeline import RunFrame, store
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import FetchSettings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import VENUES
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.responses import VenueSnapshot
from oirisk.warehouse.home import Home
from oirisk.warehouse.window import BuildWindow
from tests.models import CoverageParameters, build_marts

pytestmark = pytest.mark.integration

IDS = tuple(venue.id for venue in VENUES)
EXACT = 1e-9
TWO_SIDED = {"bybit": 1.0, "htx": 0.5, "hyperliquid": 0.5}
"""They print the sum of both sides; Bybit the single side beside it, which is read."""

GROUPS = {"option": "options", "pool": "pool"}

Key = tuple[str, str]


def _fetch_all(market: SimulatedMarket, at: datetime, settings: Settings) -> list[VenueSnapshot]:
    async def ask(source: SandboxSource) -> list[VenueSnapshot]:
        venues = select_venues(IDS)
        return list(
            await asyncio.gather(*(fetch_venue(it, source, settings.fetch) for it in venues))
        )

    with Sandbox(market, clock=lambda: at).in_background() as sandbox:
        return asyncio.run(ask(SandboxSource(clock=lambda: at, url=sandbox.url)))


@pytest.fixture(scope="module")
def whole_market(at: datetime) -> SimulatedMarket:
    return SimulatedMarket(7, end=at, days=1, venues=VENUES)


@pytest.fixture(scope="module")
def warehouse(
    whole_market: SimulatedMarket, at: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The night of all exchanges, open for changes that are undone."""
    home = Home(tmp_path_factory.mktemp("all") / "home")
    settings = Settings(venues=IDS, fetch=FetchSettings(venue_timeout_seconds=200))
    frame = RunFrame(home, "nightly", at, at, "sandbox", is_simulated=True, settings=settings)
    outcome = store(frame, Batch(_fetch_all(whole_market, at, settings), settings), at)
    assert set(outcome.statuses.values()) == {"ok"}
    assert (len(outcome.statuses), outcome.rejected) == (len(IDS), 0)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def _asset(row: dict[str, Any]) -> str:
    """Name the coin; a builder's contract is on what the builder says, under a name of its own."""
    return str(row["symbol"].partition("/")[0] if row["product"] == "builder" else row["asset"])


@pytest.fixture(scope="module")
def truth(whole_market: SimulatedMarket, at: datetime) -> list[dict[str, Any]]:
    return whole_market.truth(at).to_dicts()


def _sums(rows: list[dict[str, Any]], figure: str) -> dict[Key, float]:
    sums: dict[Key, float] = defaultdict(float)
    for row in rows:
        sums[_asset(row), GROUPS.get(row["kind"], "futures")] += row[figure]
    return dict(sums)


def _table(
    warehouse: duckdb.DuckDBPyConnection, mart: str, *keys: str
) -> dict[tuple[str, ...], dict[str, Any]]:
    rows = warehouse.sql(f"from marts.{mart}").pl().to_dicts()
    return {tuple(row[key] for key in keys): row for row in rows}


def _by_asset(warehouse: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], dict[str, Any]]:
    return _table(warehouse, "oi_by_asset", "asset", "kind_group")


def _by_venue(warehouse: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], dict[str, Any]]:
    return _table(warehouse, "oi_by_venue", "asset", "kind_group", "venue")


@pytest.mark.parametrize("figure", ["oi_base", "oi_usd"])
def test_totals_of_all_exchanges_are_the_truth_and_options_stay_apart(
    warehouse: duckdb.DuckDBPyConnection, truth: list[dict[str, Any]], figure: str
) -> None:
    totals = _by_asset(warehouse)
    found = {key: row[figure] for key, row in totals.items()}
    assert found == pytest.approx(_sums(truth, figure), rel=EXACT, abs=0)
    assert {row["coverage"] for row in totals.values()} == {1.0}
    assert len([key for key in found if key[1] == "options"]) >= 2


@pytest.mark.parametrize("venue", TWO_SIDED)
def test_an_exchange_that_prints_both_sides_counts_once(
    warehouse: duckdb.DuckDBPyConnection, truth: list[dict[str, Any]], venue: str
) -> None:
    true = _sums([row for row in truth if row["venue"] == venue], "oi_base")
    found = {
        (asset, group): row["oi_base"]
        for (asset, group, name), row in _by_venue(warehouse).items()
        if name == venue
    }
    assert found == pytest.approx(true, rel=EXACT, abs=0)
    factors = warehouse.execute(
        "select distinct counting_factor from core.open_interest"
        " where venue = $venue and kind <> 'option'",
        {"venue": venue},
    ).fetchall()
    assert factors == [(TWO_SIDED[venue],)]


def test_longs_and_shorts_of_pools_are_the_truth_and_in_no_total_of_futures(
    warehouse: duckdb.DuckDBPyConnection, truth: list[dict[str, Any]]
) -> None:
    true = {row["symbol"]: row for row in truth if row["kind"] == "pool"}
    sides = ("oi_long_base", "oi_short_base")
    stored = warehouse.sql("from core.open_interest where kind = 'pool'").pl().to_dicts()
    assert {row["symbol"] for row in stored} == set(true)
    for row in stored:
        expected = true[row["symbol"]]
        assert [row[side] for side in sides] == pytest.approx(
            [expected[side] for side in sides], rel=EXACT
        )
        assert row["oi_base"] == max(row[side] for side in sides)
        net = expected["oi_short_base"] - expected["oi_long_base"]
        assert row["pool_net_base"] == pytest.approx(net, rel=EXACT, abs=1e-9)
    assert {row["pool_net_base"] > 0 for row in stored} == {True, False}

    summed = _table(warehouse, "pools", "asset", "venue")
    leaning = _table(warehouse, "oi_imbalance", "asset")
    for asset in {row["asset"] for row in true.values()}:
        of_asset = [row for row in true.values() if row["asset"] == asset]
        longs, shorts = (sum(row[side] for row in of_asset) for side in sides)
        found = summed[asset, "ALL"]
        assert [found[side] for side in sides] == pytest.approx([longs, shorts], rel=EXACT)
        assert found["markets"] == len(of_asset)
        assert found["pool_imbalance"] == pytest.approx((longs - shorts) / (longs + shorts))
        assert leaning[asset,]["pool_imbalance"] == found["pool_imbalance"]
        groups = {key[1:] for key in _by_venue(warehouse) if key[0] == asset}
        assert not {("futures", "gmx"), ("futures", "variational")} & groups
    assert summed["BTC", "gmx"]["markets"] == 2


def test_a_builders_contract_is_not_the_coin_it_is_named_after(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    of_builders = {asset for asset, _, venue in _by_venue(warehouse) if "-" in asset}
    assert {"FELT-PAXG", "HYNA-BTC", "FLX-ETH"} <= of_builders
    main = _by_venue(warehouse)["BTC", "futures", "hyperliquid"]["oi_base"]
    rows = warehouse.execute(
        "select oi_base from core.open_interest where symbol = 'BTC/USDC:USDC'"
        " and venue = 'hyperliquid'"
    ).fetchall()
    assert main == pytest.approx(rows[0][0], rel=EXACT)


def test_the_auditor_finds_nothing_where_every_figure_is_true(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert warehouse.sql("select * from ops.audit").fetchall() == []
    scores = warehouse.sql("select venue, score from marts.data_quality order by venue").fetchall()
    assert scores == [(venue, 1.0) for venue in sorted(IDS)]


@pytest.mark.parametrize("venue", IDS)
def test_an_exchange_that_is_missing_changes_its_own_figures_and_the_coverage_alone(
    warehouse: duckdb.DuckDBPyConnection, at: datetime, venue: str
) -> None:
    before, parts = _by_asset(warehouse), _by_venue(warehouse)
    own = {key[:2]: row for key, row in parts.items() if key[2] == venue}
    warehouse.execute("begin transaction")
    warehouse.execute("delete from core.open_interest where venue = $venue", {"venue": venue})
    build_marts(warehouse, BuildWindow(at, at), CoverageParameters(0.9, 30, 7))
    after, left = _by_asset(warehouse), _by_venue(warehouse)
    warehouse.execute("rollback")

    assert left.keys() == {key for key in parts if key[2] != venue}
    for key, row in left.items():
        assert (row["oi_base"], row["oi_usd"]) == (parts[key]["oi_base"], parts[key]["oi_usd"])
    assert after.keys() == {key[:2] for key in left}
    for key, row in after.items():
        if key not in own:
            assert row == before[key]
            continue
        assert row["coverage"] < before[key]["coverage"]
        for figure in ("oi_base", "oi_usd"):
            rest = before[key][figure] - own[key][figure]
            assert row[figure] == pytest.approx(rest, rel=EXACT, abs=1e-9 * before[key][figure])
