"""One nightly run on simulated exchanges resolves its last day, and tells what it could not get."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oirisk.flows.extract import harvest_venue
from oirisk.flows.gathered import Gathered
from oirisk.flows.history.top_up import ToppedUp, ask_venue
from oirisk.flows.pipeline import Outcome, RunFrame, store
from oirisk.flows.sandbox.market import SimulatedMarket
from oirisk.flows.settings import Settings, TopUpSettings
from oirisk.flows.sources import SandboxSource
from oirisk.flows.venues import select_venues

pytestmark = pytest.mark.integration

VENUES = ("bybit", "hyperliquid")


@pytest.fixture(scope="module")
def topped(
    sandbox_source: SandboxSource, at: datetime, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Outcome, Gathered]:
    """Run once for the module: two coins, Bybit which answers, Hyperliquid which does not."""
    from oirisk.warehouse.home import Home  # noqa: PLC0415

    settings = Settings(venues=VENUES, top_up=TopUpSettings(assets=2, simulated=True))
    home = Home(tmp_path_factory.mktemp("top_up") / "home")

    async def gather() -> Gathered:
        venues = select_venues(settings.venues)
        harvests = [await harvest_venue(one, sandbox_source, settings.fetch) for one in venues]
        gathered = Gathered(harvests, settings)
        wanted = gathered.wanted(at, settings.top_up.assets)
        gathered.told = tuple(
            [await ask_venue(one, sandbox_source, settings, wanted) for one in venues]
        )
        return gathered

    gathered = asyncio.run(gather())
    frame = RunFrame(
        home, "nightly", at, at + timedelta(minutes=1), "sandbox", True, settings
    )
    return home, store(frame, gathered.harvests, at, gathered), gathered
