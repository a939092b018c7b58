"""When the market list is asked for, and that the count of requests is the exchange's own."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.settings.sections import FetchSettings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import select_simulated
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.responses import MARKETS_ENDPOINT, KnownMarkets, VenueSnapshot
from oirisk.transforms.decode import decode

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
VENUE = "krakenfutures"
Known = Callable[[KnownMarkets], KnownMarkets | None]


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7, end=AT, days=1, venues=select_simulated([VENUE]))


def _fetch_all(
    market: SimulatedMarket, known: KnownMarkets | None = None, fault: str = "", **settings: float
) -> tuple[VenueSnapshot, int]:
    """Ask the exchange; returns what was fetched and how many requests the exchange saw."""
    chosen = FetchSettings.model_validate({"backoff_seconds": 0.01, **settings})
    sandbox = Sandbox(market, clock=lambda: AT, faults={VENUE: fault} if fault else {})

    async def run() -> VenueSnapshot:
        async with sandbox:
            source = SandboxSource(url=sandbox.url, clock=lambda: AT)
            return await fetch_venue(all_venues()[VENUE], source, chosen, known)

    return asyncio.run(run()), sandbox.requests[VENUE]


def _list_of(fetched: VenueSnapshot) -> KnownMarkets:
    (listed,) = [one for one in fetched.responses if one.endpoint == MARKETS_ENDPOINT]
    return listed.received_at, decode(listed.body)


@pytest.fixture(scope="module")
def known(market: SimulatedMarket) -> KnownMarkets:
    return _list_of(_fetch_all(market)[0])


def _kinds(fetched: VenueSnapshot) -> list[str]:
    return [one.endpoint for one in fetched.responses]


def test_a_list_of_the_last_day_is_used_again_and_keeps_its_date(
    market: SimulatedMarket, known: KnownMarkets
) -> None:
    earlier = (AT - 23 * HOUR, known[1])
    fetched, seen = _fetch_all(market, earlier)
    assert (fetched.failures, seen) == ([], fetched.requests)
    assert "load_markets" not in _kinds(fetched)
    assert _list_of(fetched)[0] == AT - 23 * HOUR


@pytest.mark.parametrize(
    "received_at", [AT - 24 * HOUR, AT - 300 * HOUR, AT + HOUR], ids=["day", "old", "future"]
)
def test_an_older_list_and_one_from_the_future_are_loaded_again(
    market: SimulatedMarket, known: KnownMarkets, received_at: datetime
) -> None:
    fetched, _ = _fetch_all(market, (received_at, known[1]))
    assert _kinds(fetched).count("load_markets") == 1
    assert _list_of(fetched)[0] == AT


def test_an_empty_list_is_no_list(market: SimulatedMarket) -> None:
    assert "load_markets" in _kinds(_fetch_all(market, (AT, []))[0])


def test_an_unknown_instrument_makes_the_list_load_once_and_the_run_goes_on(
    market: SimulatedMarket, known: KnownMarkets
) -> None:
    shortened = [one for one in known[1] if not str(one["id"]).startswith("PF_ETH")]
    assert len(shortened) < len(known[1])
    fetched, _ = _fetch_all(market, (AT - HOUR, shortened))
    assert fetched.failures == []
    assert _kinds(fetched).count("load_markets") == 1
    received_at, listed = _list_of(fetched)
    assert received_at == AT
    assert {one["id"] for one in listed} == {one["id"] for one in known[1]}


@pytest.mark.parametrize(
    "fault",
    ["", "rate_limited", "server_error", "html", "truncated", "flaky", "down", "script_symbol"],
)
def test_requests_are_counted_as_the_exchange_counts_them(
    market: SimulatedMarket, fault: str
) -> None:
    fetched, seen = _fetch_all(market, fault=fault)
    assert fetched.requests == seen


def test_a_request_cut_at_the_deadline_is_counted_and_noted(market: SimulatedMarket) -> None:
    fetched, seen = _fetch_all(market, fault="hang", venue_timeout_seconds=2.0)
    assert fetched.requests == seen
    cut = [one for one in fetched.responses if not one.status and one.endpoint != MARKETS_ENDPOINT]
    assert len(cut) == 1
    assert cut[0].error == "CancelledError: "
    assert fetched.failures[0].endswith("no answer within the 2 s for the venue")
