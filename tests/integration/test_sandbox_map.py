"""The liquidation map of a simulated history against the accounts that the history is made of.

Thirty days of hourly history, two coins on two exchanges. Measured on seeds 1 to 8, sixteen maps of
each kind of market, correlation / capture of the top tenth / distance in percent of price:

=============  =================================  =================================
market         base: median (worst)               calibrated: median (worst)
=============  =================================  =================================
mixed, mixed   0.78 / 0.80 / 1.4 (.48 .53 3.1)    0.78 / 0.78 / 1.3 (.43 .58 3.3)
range, light   0.75 / 0.82 / 2.1 (.60 .67 3.9)    0.75 / 0.81 / 2.5 (.59 .68 3.9)
crash, heavy   0.76 / 0.78 / 1.4 (.49 .50 4.0)    0.81 / 0.83 / 1.8 (.44 .51 4.0)
=============  =================================  =================================

The limits lie a little beyond the worst of these. A map that takes every rise of open interest for
a new position at 10, 25, 50 and 100x has a median of -0.06, -0.49 and 0.05 there, at best 0.36.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from bench.world.score import Score, edges, rebin, score
from oirisk.flows.demo import fill_history
from oirisk.flows.marts import build_positions
from oirisk.flows.settings.model import Settings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import select_simulated
from oirisk.sandbox.venue import SimulatedVenue
from oirisk.sandbox.world.contract import with_accounts
from oirisk.warehouse.home import Home
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import Writer, writing

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 21, tzinfo=UTC)
COINS, VENUES = ("BTC", "ETH"), ("bybit", "okx")


class Limits(NamedTuple):
    """What both coins reach together, and each alone."""

    mean: float
    least: float
    capture: float


MARKETS = {
    (1, "mixed", "mixed"): Limits(0.60, 0.40, 0.50),
    (2, "range", "light"): Limits(0.60, 0.50, 0.60),
    (3, "crash", "heavy"): Limits(0.55, 0.40, 0.45),
}
FARTHEST_PCT = 6.0


def only_accounts(venue: SimulatedVenue) -> SimulatedVenue:
    """Return an exchange that lists nothing but contracts of two coins that accounts make up."""
    return replace(
        venue,
        has_accounts=True,
        list_contracts=lambda coins, dates: tuple(
            it
            for it in with_accounts(venue.list_contracts(coins, dates), VENUES)
            if it.asset in COINS
        ),
    )


def scores_of(market: SimulatedMarket, connection: Writer, prior: str) -> list[Score]:
    """Compare the map of each coin with what its accounts would lose, in the same bins."""
    marks = dict(market.truth(END).filter(venue="okx").select("asset", "mark_price").iter_rows())
    found = []
    for asset in COINS:
        truth = market.true_liquidation_map(asset, END)
        mass = np.histogram(truth["price"], edges(marks[asset]), weights=truth["base"])[0]
        rows = connection.execute(
            "select price_low, price_high, base from marts.liquidation_map"
            " where asset = $1 and prior = $2 and venue = 'ALL' and snapshot_at = $3",
            [asset, prior, END],
        ).fetchall()
        low, high, base = np.array(rows, dtype=float).reshape(-1, 3).T
        found.append(score(rebin(low, high, base, marks[asset]), mass, marks[asset]))
    return found


@pytest.mark.parametrize("drawn", MARKETS, ids=lambda drawn: "-".join(drawn[1:]))
def test_the_map_is_near_what_the_accounts_would_lose(
    drawn: tuple[int, str, str], tmp_path: Path
) -> None:
    seed, regime, leverage = drawn
    venues = tuple(only_accounts(it) for it in select_simulated(VENUES))
    market = SimulatedMarket(
        seed, end=END, days=30, venues=venues, regime=regime, leverage=leverage
    )
    home = Home(tmp_path / "home")
    window = BuildWindow(market.since + timedelta(hours=1), END)
    assert fill_history(home, market, window, END) == 720 * 4
    limits = MARKETS[drawn]
    with writing(home, END) as connection:
        build_positions(connection, END, Settings())
        for prior in ("base", "calibrated"):
            found = scores_of(market, connection, prior)
            assert np.mean([one.correlation for one in found]) >= limits.mean
            assert min(one.correlation for one in found) >= limits.least
            assert min(one.capture for one in found) >= limits.capture
            assert max(one.distance_pct for one in found) <= FARTHEST_PCT
