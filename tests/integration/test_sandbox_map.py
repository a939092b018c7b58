"""The liquidation map of a simulated history against the accounts that the history is made of.

Measured when this was written, hourly history of 30 days of BTC and ETH on two exchanges.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pytest

from bench.world.score import Score, edges, rebin, score
from oirisk.flows.demo import fill_history
from oirisk.flows.marts import build_positions
from oirisk.flows.sandbox.market import SimulatedMarket
from oirisk.flows.sandbox.registry import select_simulated
from oirisk.flows.sandbox.venue import SimulatedVenue
from oirisk.flows.sandbox.world.contract import with_accounts
from oirisk.flows.settings import Settings
from oirisk.warehouse.build import BuildWindow
from oirisk.warehouse.home import Home
from oirisk.warehouse.writer import Writer, writing

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 21, tzinfo=UTC)
COINS = ("BTC", "ETH")
MARKETS = ((1, "mixed", "mixed"), (2, "range", "light"), (3, "crash", "heavy"))


class Mapped(NamedTuple):
    """The scores of a market's maps, by coin and prior, and those of a map that any may draw."""

    scores: dict[tuple[str, str], Score]
    balance: list[tuple[float, float]]


def only_accounts(venue: SimulatedVenue) -> SimulatedVenue:
    """Return an exchange that lists nothing but contracts of two coins that accounts make up."""
    return replace(
        venue,
        list_contracts=lambda coins, dates: tuple(
            it for it in with_accounts(venue.list_contracts(coins, dates)) if it.asset in COINS
        ),
    )


@pytest.fixture(scope="module", params=MARKETS, ids=lambda given: f"{given[1]}-{given[2]}")
def mapped(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapped]:
    seed, regime, leverage = request.param
    venues = tuple(only_accounts(it) for it in select_simulated(("bybit", "okx")))
    market = SimulatedMarket(
        seed, end=END, days=30, venues=venues, regime=regime, leverage=leverage
    )
    home = Home(tmp_path_factory.mktemp("map") / "home")
    window = BuildWindow(market.since + timedelta(hours=1), END)
    fill_history(home, market, window, Settings(), END)
    with writing(home, END) as connection:
        build_positions(connection, END, Settings())
        yield scored(connection, market)


def scored(connection: Writer, market: SimulatedMarket) -> Mapped:
    scores, balance = {}, []
    marks = dict(
        market.truth(END).filter(venue="okx").select("asset", "mark_price").iter_rows()
    )
    for asset in COINS:
        truth = market.true_liquidation_map(asset, END)
        mass = np.histogram(truth["price"], edges(marks[asset]), weights=truth["base"])[0]
        for prior in ("base", "calibrated"):
            rows = connection.execute(
                "select price_low, price_high, base from marts.liquidation_map"
                " where asset = $1 and prior = $2 and venue = 'ALL' and snapshot_at = $3",
                [asset, prior, END],
            ).fetchall()
            table = np.array(rows, dtype=float).reshape(-1, 3)
            scores[asset, prior] = score(rebin(*table.T, marks[asset]), mass, marks[asset])
    return Mapped(scores, balance)
