"""One nightly run on simulated exchanges resolves its last day, and tells what it could not get."""

import asyncio
import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oirisk.flows.batch import Batch
from oirisk.flows.enrichment import ask_venue
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import select_venues
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.history_store import load_pages
from oirisk.flows.outcome import Outcome
from oirisk.flows.pipeline import RunFrame, store
from oirisk.flows.reports import report_of
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import FetchSettings, TopUpSettings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.history import InterestPoint, Page, Wanted, Window
from oirisk.schemas.instruments import Instrument
from oirisk.warehouse.archive import RunLabel
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading
from oirisk.warehouse.writer import writing

pytestmark = pytest.mark.integration

SYMBOL = "1000PEPE/USDT:USDT"


class Unpaced(SandboxSource):
    """Simulated exchanges that need not be spared."""

    def prepare(self, client: Any) -> None:
        """Point the client at the sandbox and let it hurry."""
        super().prepare(client)
        client.enableRateLimit = False


@dataclass
class Night:
    """A stored run with a top-up of one coin: Bybit tells, KuCoin has nothing to say."""

    home: Home
    settings: Settings
    outcome: Outcome
    wanted: Wanted

    def rows(self, sql: str, **parameters: object) -> list[dict[str, Any]]:
        """Query the published copy."""
        with reading(self.home) as connection:
            return query(connection, sql, parameters or None).to_dicts()


@pytest.fixture(scope="module")
def night(sandbox: Sandbox, at: datetime, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Run once."""
    settings = Settings(
        venues=("bybit", "kucoinfutures"),
        fetch=FetchSettings(attempts=1, backoff_seconds=0),
        top_up=TopUpSettings(assets=3),
    )
    source = Unpaced(clock=lambda: at, url=sandbox.url)
    home = Home(tmp_path_factory.mktemp("top_up") / "home")

    async def gather() -> tuple[Batch, Wanted]:
        venues = select_venues(settings.venues)
        snapshots = [await fetch_venue(one, source, settings.fetch) for one in venues]
        batch = Batch(snapshots, settings)
        wanted = batch.wanted(at, settings.top_up.assets)
        chosen = replace(wanted, assets=("PEPE",))
        told = [await ask_venue(one, source, settings, chosen) for one in venues]
        batch.told = tuple(told)
        return batch, wanted

    batch, wanted = asyncio.run(gather())
    now = at + timedelta(minutes=1)
    frame = RunFrame(home, "nightly", at, now, "sandbox", is_simulated=True, settings=settings)
    return Night(home, settings, store(frame, batch, now), wanted)


def test_the_coins_with_most_open_interest_are_topped_up(
    night: Night, market: SimulatedMarket, at: datetime
) -> None:
    truth = market.truth(at).filter(
        pl.col("venue").is_in(night.settings.venues) & (pl.col("kind") != "option")
    )
    largest = truth.group_by("asset").agg(pl.col("oi_usd").sum()).sort("oi_usd", descending=True)
    assert night.wanted.assets == tuple(largest["asset"].head(3))


def test_the_last_day_is_stored_in_steps_of_five_minutes(
    night: Night, market: SimulatedMarket, at: datetime
) -> None:
    rows = night.rows(
        "select snapshot_at, asset, oi_base from core.open_interest"
        " where source = 'history' and symbol = $symbol order by snapshot_at",
        symbol=SYMBOL,
    )
    assert len(rows) == 288
    assert rows[0]["snapshot_at"] == at - timedelta(days=1)
    seen = rows[100]
    truth = market.truth(seen["snapshot_at"]).filter(
        (pl.col("venue") == "bybit") & (pl.col("symbol") == SYMBOL)
    )
    assert seen["oi_base"] == pytest.approx(truth["oi_base"][0], rel=1e-9)
    assert seen["asset"] == "PEPE"


def test_the_marts_of_the_same_run_see_it(night: Night) -> None:
    candles = night.rows(
        "select count(distinct bar_at) as bars from marts.oi_candles"
        " where asset = 'PEPE' and \"interval\" = '5m' and venue = 'bybit'"
    )
    assert candles[0]["bars"] >= 288


def test_history_of_some_exchanges_is_no_total_of_all(night: Night, at: datetime) -> None:
    rows = night.rows(
        "select snapshot_at, oi_usd, coverage, published from marts.oi_by_asset"
        " where asset = 'PEPE' and kind_group = 'futures' order by snapshot_at desc limit 2"
    )
    assert [row["published"] for row in rows] == [True, False]
    assert rows[0]["snapshot_at"] == at
    # what KuCoin held at the run is missing five minutes before, when only Bybit is known
    held = night.rows(
        "select sum(oi_usd) filter (where venue = 'kucoinfutures') as missing"
        " from core.open_interest where snapshot_at = $at and asset = 'PEPE' and kind <> 'option'",
        at=at,
    )[0]["missing"]
    known = rows[1]["oi_usd"]
    assert rows[1]["coverage"] == pytest.approx(known / (known + held), rel=0.01)


def test_depth_tiers_ratios_and_greeks_are_stored(night: Night) -> None:
    depth = night.rows(
        "select band, side, base, usd, truncated from core.depth where symbol = $symbol"
        " order by band, side",
        symbol=SYMBOL,
    )
    # levels lie 0.1 % apart and end at 4 %
    assert [row["truncated"] for row in depth] == [False, False, False, False, True, True]
    assert depth[1]["usd"] < depth[3]["usd"] < depth[5]["usd"]
    tiers = night.rows(
        "select floor_usd, cap_usd, max_leverage, maintenance_margin_rate, maintenance_amount"
        " from core.leverage_tiers order by floor_usd"
    )
    assert [tuple(row.values()) for row in tiers] == [
        (0.0, 2e6, 100.0, 0.005, 0.0), (2e6, 5e6, 50.0, 0.01, 10_000.0),
    ]  # fmt: skip
    shares = night.rows("select count(*) as n, min(long_share) as share from core.positioning")
    assert shares == [{"n": 288, "share": 0.52}]
    options = night.rows(
        "select count(*) as n, count(oi_base) as held, max(mark_iv) as iv from core.options"
    )[0]
    assert options["n"] == options["held"] > 0
    assert 0 < options["iv"] < 5


def test_what_is_missing_is_a_note_and_no_failure_of_the_run(night: Night) -> None:
    assert night.outcome.state == "completed"
    assert night.outcome.statuses == {"bybit": "ok", "kucoinfutures": "ok"}
    assert "beside open interest" in night.outcome.reasons["kucoinfutures"]
    states = night.rows("select flow, state from ops.runs order by flow")
    assert states == [
        {"flow": "nightly", "state": "completed"}, {"flow": "top_up", "state": "partial"},
    ]  # fmt: skip
    report = report_of(night.home, night.outcome.run_id, night.settings)
    said = {row.venue: row.error for row in report.coverage}
    assert "beside open interest" in said["kucoinfutures"]


def test_every_figure_is_derived_from_an_archived_answer(night: Night) -> None:
    endpoints = night.rows(
        "select distinct endpoint from raw.responses where run_id like '%-top_up' order by 1"
    )
    assert [row["endpoint"] for row in endpoints] == [
        "depth", "history_account", "history_bars", "history_oi", "leverage_tiers",
    ]  # fmt: skip


def test_what_a_run_saw_live_is_not_replaced_by_history(
    night: Night, at: datetime, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(night.home.root, home.root)
    label = RunLabel("later", "top_up", at, "sandbox", is_simulated=True)
    (held,) = night.rows(
        "select oi_base, mark_price, funding_rate from core.open_interest"
        " where venue = 'bybit' and symbol = $symbol and snapshot_at = $at",
        symbol=SYMBOL,
        at=at,
    )
    instrument = _instrument()
    page = Page(instrument, Window(at - timedelta(minutes=5), at + timedelta(minutes=5)))
    page.interest = [InterestPoint(at, "bybit.linear.openInterest", Decimal(2), Decimal(1))]
    later = at + timedelta(days=1)
    with writing(home, later) as connection:
        load_pages(connection, [page], label, later)
    with reading(home) as connection:
        rows = query(
            connection,
            "select oi_base, mark_price, funding_rate from core.open_interest"
            " where venue = 'bybit' and symbol = $symbol and snapshot_at = $at",
            {"symbol": SYMBOL, "at": at},
        ).to_dicts()
    assert rows == [held]


def _instrument() -> Instrument:
    return Instrument(
        venue="bybit", symbol=SYMBOL, market_id="1000PEPEUSDT", product="linear", asset="PEPE",
        base_multiplier=Decimal(1000), quote="USDT", settle="USDT", kind="perp", margin="linear",
        contract_size=Decimal(1), contract_size_unit="base", expiry=None, strike=None,
        option_type=None, max_leverage=None, listed_at=None, is_active=True, market={},
    )  # fmt: skip
