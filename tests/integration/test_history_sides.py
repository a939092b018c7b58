"""Live figures and history of one instant never differ by a factor 2: both count one side."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from oirisk.flows.enrichment import ask_venue
from oirisk.flows.exchanges.gate.history import parse_interest
from oirisk.flows.exchanges.registry import select_venues
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import FetchSettings, TopUpSettings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.history import InterestPoint, Wanted
from oirisk.schemas.instruments import Instrument
from oirisk.transforms.history import interest_frame, interest_row
from oirisk.transforms.imports.kinds import KINDS, judge

pytestmark = pytest.mark.integration


class Unpaced(SandboxSource):
    """Simulated exchanges that need not be spared."""

    def prepare(self, client: Any) -> None:
        """Point the client at the sandbox and let it hurry."""
        super().prepare(client)
        client.enableRateLimit = False


@pytest.mark.parametrize(
    ("venue", "counting_factor"),
    [("bybit", 1.0), ("gate", 0.5)],  # one side, besides both; both sides alone
)
def test_the_history_of_simulated_exchanges_is_the_truth_that_live_figures_are(
    venue: str, counting_factor: float, sandbox: Sandbox, market: SimulatedMarket, at: datetime
) -> None:
    settings = Settings(
        venues=(venue,), fetch=FetchSettings(attempts=1, backoff_seconds=0), top_up=TopUpSettings()
    )
    source = Unpaced(clock=lambda: at, url=sandbox.url)
    (declared,) = select_venues((venue,))
    told = asyncio.run(ask_venue(declared, source, settings, Wanted(at, ("BTC", "PEPE"))))

    whens = [at - timedelta(hours=hours) for hours in (23, 12, 1)]
    true = {
        (when, row["symbol"]): row
        for when in whens
        for row in market.truth(when).filter(pl.col("venue") == venue).iter_rows(named=True)
    }
    compared = 0
    for page in told.pages:
        for point in (point for point in page.interest if point.at in whens):
            price = point.mark_price or Decimal(repr(_mark(true, point.at, page.instrument)))
            row = interest_row(point, page.instrument, price)
            expected = true[point.at, page.instrument.symbol]
            assert row["oi_base"] == pytest.approx(expected["oi_base"], rel=1e-9)
            assert row["oi_usd"] == pytest.approx(expected["oi_usd"], rel=1e-9)
            assert row["counting_factor"] == counting_factor
            compared += 1
    assert compared >= 3 * len(whens)  # the linear ones of both coins, and the inverse one


def _mark(true: dict[Any, dict[str, Any]], when: datetime, instrument: Instrument) -> float:
    return float(true[when, instrument.symbol]["mark_price"]) * float(instrument.base_multiplier)


def _statistics(when: datetime) -> tuple[InterestPoint, Instrument]:
    """Return 2,000 contracts of 0.0001 BTC at 60,000 USD, as Gate's statistics print them."""
    btc = Instrument(
        venue="gate", symbol="BTC/USDT:USDT", market_id="BTC_USDT", product="usdt", asset="BTC",
        base_multiplier=Decimal(1), quote="USDT", settle="USDT", kind="perp", margin="linear",
        contract_size=Decimal("0.0001"), contract_size_unit="base", expiry=None, strike=None,
        option_type=None, max_leverage=None, listed_at=None, is_active=True, market={},
    )  # fmt: skip
    body = [
        {
            "time": int(when.timestamp()), "open_interest": Decimal(2_000),
            "open_interest_usd": Decimal(12_000), "mark_price": "60000",
        }
    ]  # fmt: skip
    (point,) = parse_interest(body, btc)
    return point, btc


def test_a_position_size_of_gate_and_its_statistics_of_that_instant_are_one_figure() -> None:
    # position_size 1,000 is the long side; the statistics add the shorts
    point, btc = _statistics(datetime(2026, 11, 21, tzinfo=UTC))
    row = interest_row(point, btc, None)
    assert (row["oi_contracts"], row["oi_base"], row["oi_usd"]) == (1_000, 0.1, 6_000)


def test_a_figure_of_the_time_when_nobody_knows_its_meaning_is_stored_as_suspect() -> None:
    when = datetime(2024, 6, 1, tzinfo=UTC)
    point, btc = _statistics(when)
    judged = judge(KINDS["open_interest"], interest_frame([point], btc, {}), when)
    stored = judged.accepted.select("oi_base", "counting_factor", "quality", "unit_rule").row(0)
    assert stored == (0.2, 1.0, "suspect", "gate.usdt.open_interest.until_2025")
