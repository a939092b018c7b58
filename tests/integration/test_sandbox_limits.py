"""Rate limits, pages and the whole simulated market."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import ccxt.async_support as ccxt
import pytest

from oirisk.flows.exchanges.loopback import loopback_urls
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.paths import contract_paths
from oirisk.sandbox.registry import VENUES, default_venues, select_simulated
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.errors import ConfigurationError

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
Ask = Callable[[aiohttp.ClientSession, str], Awaitable[Any]]


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(end=END, days=1, venues=VENUES)


@pytest.fixture(scope="module")
def unlimited(market: SimulatedMarket) -> Iterator[Sandbox]:
    with Sandbox(market, clock=lambda: END).in_background() as running:
        yield running


def test_a_request_that_is_not_simulated_is_named(unlimited: Sandbox) -> None:
    async def ask() -> tuple[int, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{unlimited.url}/woofipro/v1/public/nothing") as answer,
        ):
            return answer.status, await answer.json()

    status, body = asyncio.run(ask())
    assert status == 404
    assert body["error"].startswith("no answer to GET /v1/public/nothing is simulated; there are ")
    assert "GET /v1/public/futures" in body["error"]


class Clock:
    """Seconds that pass when the test says so, however busy the machine is."""

    now = 0.0

    def monotonic(self) -> float:
        """Tell them."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the windows."""
    clock = Clock()
    monkeypatch.setattr("oirisk.sandbox.server.time", clock)
    return clock


def _limited(market: SimulatedMarket, ask: Ask) -> Any:
    async def run() -> Any:
        sandbox = Sandbox(market, clock=lambda: END, rate_limits=True)
        async with sandbox, aiohttp.ClientSession() as session:
            return await ask(session, sandbox.url)

    return asyncio.run(run())


async def _statuses(session: aiohttp.ClientSession, url: str, times: int) -> list[tuple[int, str]]:
    found = []
    for _ in range(times):
        async with session.get(url) as response:
            found.append((response.status, response.headers.get("Retry-After", "")))
    return found


def test_requests_past_the_limit_are_refused_until_the_window_has_moved_on(
    market: SimulatedMarket, clock: Clock
) -> None:
    async def ask(session: aiohttp.ClientSession, base: str) -> Any:
        url = f"{base}/woofipro/v1/public/token"
        first = await _statuses(session, url, 12)
        clock.now += 0.99
        early = await _statuses(session, url, 1)
        clock.now += 0.01
        return first, early, await _statuses(session, url, 1)

    first, early, later = _limited(market, ask)
    assert first == [(200, "")] * 10 + [(429, "1")] * 2
    assert early == [(429, "1")]
    assert later == [(200, "")]


@pytest.mark.usefixtures("clock")
def test_heavy_requests_use_the_limit_up_faster(market: SimulatedMarket) -> None:
    async def ask(session: aiohttp.ClientSession, base: str) -> Any:
        tickers = await _statuses(session, f"{base}/binancecoinm/dapi/v1/ticker/24hr", 61)
        light = f"{base}/binancecoinm/dapi/v1/openInterest?symbol=BTCUSD_PERP"
        return tickers, await _statuses(session, light, 1)

    tickers, ((light, wait),) = _limited(market, ask)
    assert [status for status, _ in tickers] == [200] * 60 + [429]  # 60 times 40 are 2400
    assert light == 429
    assert wait == "60"


@pytest.mark.usefixtures("clock")
def test_a_limit_of_one_path_leaves_the_other_paths_alone(market: SimulatedMarket) -> None:
    async def ask(session: aiohttp.ClientSession, base: str) -> Any:
        swaps = f"{base}/okx/api/v5/public/open-interest?instType=FUTURES"
        return (
            await _statuses(session, swaps, 21),
            await _statuses(session, f"{base}/okx/api/v5/public/instruments?instType=SPOT", 1),
            await _statuses(session, f"{base}/mexc/api/v1/contract/detail", 2),
        )

    interest, instruments, details = _limited(market, ask)
    assert [status for status, _ in interest] == [200] * 20 + [429]
    assert instruments == [(200, "")]
    assert details == [(200, ""), (429, "5")]


def test_limits_are_off_unless_asked_for(unlimited: Sandbox) -> None:
    async def run() -> list[tuple[int, str]]:
        async with aiohttp.ClientSession() as session:
            return await _statuses(session, f"{unlimited.url}/woofipro/v1/public/token", 15)

    assert asyncio.run(run()) == [(200, "")] * 15


def test_a_client_that_keeps_ccxts_pace_is_never_refused(market: SimulatedMarket) -> None:
    async def ask(_session: aiohttp.ClientSession, base: str) -> int:
        client: Any = ccxt.binancecoinm()
        client.urls["api"] = loopback_urls(client.urls["api"], f"{base}/binancecoinm")
        try:
            await client.load_markets()
            calls = [client.dapiPublicGetOpenInterest({"symbol": name}) for name in client.ids]
            return len(await asyncio.gather(*calls))
        finally:
            await client.close()

    listed = sum(it.venue == "binancecoinm" for it in market.instruments())
    assert _limited(market, ask) == listed


def test_the_pages_of_a_market_list_are_whole_and_do_not_overlap(
    unlimited: Sandbox, market: SimulatedMarket
) -> None:
    async def run() -> list[list[str]]:
        pages, cursor = [], ""
        url = f"{unlimited.url}/bybit/v5/market/instruments-info"
        async with aiohttp.ClientSession() as session:
            while cursor or not pages:
                query = {"category": "linear", "limit": "1000"} | (
                    {"cursor": cursor} if cursor else {}
                )
                async with session.get(url, params=query) as response:
                    result = json.loads(await response.text())["result"]
                pages.append([row["symbol"] for row in result["list"]])
                cursor = result["nextPageCursor"]
        return pages

    pages = asyncio.run(run())
    names = [name for page in pages for name in page]
    listed = [
        it.native for it in market.instruments() if (it.venue, it.product) == ("bybit", "linear")
    ]
    assert len(pages) >= 2
    assert names == listed


def test_every_exchange_has_a_limit_and_names_of_its_own() -> None:
    assert len(VENUES) >= 20
    assert len({venue.id for venue in VENUES}) == len(VENUES)
    for venue in VENUES:
        assert venue.rate_limit or any(endpoint.limit for endpoint in venue.endpoints), venue.id


def test_an_exchange_is_drawn_once_and_only_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[str] = []

    def draw(contracts: Any, *arguments: Any) -> Any:
        drawn.append(contracts[0].venue)
        return contract_paths(contracts, *arguments)

    monkeypatch.setattr("oirisk.sandbox.market.contract_paths", draw)
    market = SimulatedMarket(end=END, days=31, venues=VENUES)
    assert drawn == []
    market.book("okx", END)
    market.book("okx", END - timedelta(hours=1))
    assert drawn == ["okx"]
    truth = market.truth(END)
    market.truth(END - timedelta(days=1))
    assert sorted(drawn) == sorted(venue.id for venue in VENUES)
    assert truth.height > 4500
    assert truth.n_unique(["venue", "market_id"]) == truth.height
    assert truth.n_unique(["venue", "symbol"]) == truth.height


def test_bitcoin_stays_of_a_plausible_size_on_all_exchanges_together(
    market: SimulatedMarket,
) -> None:
    truth = market.truth(END)
    futures = truth.filter(truth["kind"] != "option")
    total = futures.filter(asset="BTC")["oi_usd"].sum()
    assert 25e9 < total < 40e9


def test_one_contract_asked_for_alone_is_the_one_of_the_whole_book(
    market: SimulatedMarket,
) -> None:
    at = END - timedelta(hours=3, minutes=11)
    alone = market.book_of_one("binanceusdm", "ETHUSDT", at)
    whole = market.book("binanceusdm", at)
    assert alone.quotes == tuple(q for q in whole.quotes if q.instrument.native == "ETHUSDT")
    assert market.book_of_one("binanceusdm", "NOSUCH", at).quotes == ()


def test_exchanges_are_chosen_by_name_and_the_default_ones_are_the_configured_ones() -> None:
    assert [venue.id for venue in select_simulated(["okx", "htx"])] == ["htx", "okx"]
    with pytest.raises(ConfigurationError, match="not simulated"):
        select_simulated(["mtgox"])
    counts = Counter(it.venue for it in SimulatedMarket(end=END, days=1).instruments())
    assert set(counts) == {venue.id for venue in default_venues()}
