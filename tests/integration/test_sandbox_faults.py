"""The faults of the simulated exchanges, met by a plain HTTP client."""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest

from oirisk.sandbox import okx
from oirisk.sandbox.faults import SCRIPT, SQL
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox
from oirisk.sandbox.venue import RateLimit
from oirisk.schemas.errors import ConfigurationError

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
DAY_MS = 86_400_000
PATHS = {
    "bybit": "/v5/market/tickers?category=linear",
    "okx": "/api/v5/public/open-interest?instType=SWAP",
    "gate": "/api/v4/futures/usdt/contracts",
    "kucoinfutures": "/api/v1/contracts/active",
    "hyperliquid": "/info",
    "deribit": "/api/v2/public/get_book_summary_by_currency?currency=BTC",
}
ROWS: dict[str, Callable[[Any], list[dict[str, Any]]]] = {
    "bybit": lambda body: body["result"]["list"],
    "okx": lambda body: body["data"],
    "gate": lambda body: body,
    "kucoinfutures": lambda body: body["data"],
    "hyperliquid": lambda body: body[1],
    "deribit": lambda body: body["result"],
}
FIELDS = {
    "bybit": ("symbol", "openInterest"),
    "okx": ("instId", "oi"),
    "gate": ("name", "position_size"),
    "kucoinfutures": ("symbol", "openInterest"),
    "hyperliquid": ("name", "openInterest"),
    "deribit": ("instrument_name", "open_interest"),
}


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7, end=END, days=1)


def _get(
    market: SimulatedMarket, venue: str, fault: str = "", seconds: float = 10.0
) -> tuple[int, dict[str, str], str]:
    """Ask an exchange for open interest once; returns status, headers and text."""

    async def run() -> tuple[int, dict[str, str], str]:
        faults = {venue: fault} if fault else {}
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with (
            Sandbox(market, clock=lambda: END, faults=faults) as sandbox,
            aiohttp.ClientSession(timeout=timeout) as session,
        ):
            return await _fetch(session, sandbox, venue)

    return asyncio.run(run())


async def _fetch(
    session: aiohttp.ClientSession, sandbox: Sandbox, venue: str
) -> tuple[int, dict[str, str], str]:
    url = f"{sandbox.url}/{venue}{PATHS[venue]}"
    if venue == "hyperliquid":
        asked = session.post(url, json={"type": "metaAndAssetCtxs"})
    else:
        asked = session.get(url)
    async with asked as response:
        return response.status, dict(response.headers), await response.text()


@pytest.mark.parametrize("venue", PATHS)
def test_a_sound_answer_is_json_with_many_rows_dated_by_the_clock(
    market: SimulatedMarket, venue: str
) -> None:
    status, headers, text = _get(market, venue)
    assert status == 200
    assert len(ROWS[venue](json.loads(text))) > 50
    assert parsedate_to_datetime(headers["Date"]) == END


@pytest.mark.parametrize("venue", PATHS)
def test_rate_limited_answers_429_and_says_when_to_come_back(
    market: SimulatedMarket, venue: str
) -> None:
    status, headers, _ = _get(market, venue, "rate_limited")
    assert (status, headers["Retry-After"]) == (429, "1")


@pytest.mark.parametrize("venue", PATHS)
def test_server_error_answers_500(market: SimulatedMarket, venue: str) -> None:
    assert _get(market, venue, "server_error")[0] == 500


@pytest.mark.parametrize("venue", PATHS)
def test_html_answers_a_page_with_status_200(market: SimulatedMarket, venue: str) -> None:
    status, headers, text = _get(market, venue, "html")
    assert (status, headers["Content-Type"][:9]) == (200, "text/html")
    assert text.startswith("<!doctype html>")


@pytest.mark.parametrize("venue", PATHS)
def test_truncated_stops_in_the_middle_of_the_json(market: SimulatedMarket, venue: str) -> None:
    whole = _get(market, venue)[2]
    cut = _get(market, venue, "truncated")[2]
    assert cut == whole[: len(whole) // 2]
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut)


@pytest.mark.parametrize("venue", PATHS)
def test_empty_has_no_rows(market: SimulatedMarket, venue: str) -> None:
    assert ROWS[venue](json.loads(_get(market, venue, "empty")[2])) == []


@pytest.mark.parametrize("venue", PATHS)
def test_nan_spoils_the_first_row_and_no_other(market: SimulatedMarket, venue: str) -> None:
    sound = ROWS[venue](json.loads(_get(market, venue)[2]))
    rows = ROWS[venue](json.loads(_get(market, venue, "nan")[2]))
    assert math.isnan(float(rows[0][FIELDS[venue][1]]))
    assert rows[1:] == sound[1:]


@pytest.mark.parametrize("venue", PATHS)
def test_negative_turns_the_sign_of_the_first_row_and_no_other(
    market: SimulatedMarket, venue: str
) -> None:
    size = FIELDS[venue][1]
    sound = ROWS[venue](json.loads(_get(market, venue)[2]))
    rows = ROWS[venue](json.loads(_get(market, venue, "negative")[2]))
    assert float(rows[0][size]) == -float(sound[0][size]) < 0
    assert type(rows[0][size]) is type(sound[0][size])
    assert rows[1:] == sound[1:]


@pytest.mark.parametrize("venue", PATHS)
def test_future_moves_every_instant_one_day_ahead(market: SimulatedMarket, venue: str) -> None:
    sound = json.loads(_get(market, venue)[2])
    _, headers, text = _get(market, venue, "future")
    body = json.loads(text)
    assert parsedate_to_datetime(headers["Date"]) == END + timedelta(days=1)
    if venue == "bybit":
        assert body["time"] == sound["time"] + DAY_MS
    elif venue == "okx":
        assert int(body["data"][0]["ts"]) == int(sound["data"][0]["ts"]) + DAY_MS
    elif venue == "deribit":
        assert body["usOut"] == sound["usOut"] + 1000 * DAY_MS
        first, before = body["result"][0], sound["result"][0]
        assert first["creation_timestamp"] == before["creation_timestamp"] + DAY_MS
    else:
        assert body == sound  # these print no instant


@pytest.mark.parametrize(("fault", "text"), [("script_symbol", SCRIPT), ("sql_symbol", SQL)])
@pytest.mark.parametrize("venue", PATHS)
def test_a_hostile_symbol_comes_as_one_row_more(
    market: SimulatedMarket, venue: str, fault: str, text: str
) -> None:
    sound, body = (json.loads(_get(market, venue, name)[2]) for name in ("", fault))
    if venue == "hyperliquid":
        assert len(body[1]) == len(sound[1]) + 1
        sound, body = sound[0]["universe"], body[0]["universe"]
    else:
        sound, body = ROWS[venue](sound), ROWS[venue](body)
    assert body[:-1] == sound
    assert text in body[-1][FIELDS[venue][0]]


@pytest.mark.parametrize("venue", PATHS)
def test_hang_never_answers(market: SimulatedMarket, venue: str) -> None:
    with pytest.raises(TimeoutError):
        _get(market, venue, "hang", seconds=0.2)


@pytest.mark.parametrize("venue", PATHS)
def test_down_closes_the_connection(market: SimulatedMarket, venue: str) -> None:
    with pytest.raises(aiohttp.ClientConnectionError):
        _get(market, venue, "down")


def test_a_fault_of_one_exchange_leaves_the_others_and_its_own_market_list_sound(
    market: SimulatedMarket,
) -> None:
    async def run(session: aiohttp.ClientSession, sandbox: Sandbox) -> list[int]:
        found = [(await _fetch(session, sandbox, venue))[0] for venue in ("bybit", "okx")]
        url = f"{sandbox.url}/bybit/v5/market/instruments-info?category=linear"
        async with session.get(url) as response:
            found.append(response.status)
        sandbox.faults.clear()
        return [*found, (await _fetch(session, sandbox, "bybit"))[0]]

    assert _with(Sandbox(market, clock=lambda: END, faults={"bybit": "server_error"}), run) == [
        500,
        200,
        200,
        200,
    ]


def test_requests_beyond_the_limit_of_an_exchange_are_refused() -> None:
    limited = replace(okx.VENUE, rate_limit=RateLimit(requests=3, seconds=60))
    small = SimulatedMarket(end=END, days=1, venues=[limited])

    async def run(session: aiohttp.ClientSession, sandbox: Sandbox) -> list[int]:
        return [(await _fetch(session, sandbox, "okx"))[0] for _ in range(5)]

    limiting = Sandbox(small, clock=lambda: END, rate_limits=True)
    assert _with(limiting, run) == [200, 200, 200, 429, 429]


def test_latency_delays_every_answer(market: SimulatedMarket) -> None:
    async def run(session: aiohttp.ClientSession, sandbox: Sandbox) -> float:
        loop = asyncio.get_running_loop()
        started = loop.time()
        await _fetch(session, sandbox, "okx")
        return loop.time() - started

    assert _with(Sandbox(market, clock=lambda: END, latency_seconds=0.3), run) >= 0.3


@pytest.mark.parametrize("faults", [{"bybit": "flood"}, {"mtgox": "down"}])
def test_an_unknown_fault_or_exchange_is_refused_at_once(
    market: SimulatedMarket, faults: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError, match="known"):
        Sandbox(market, clock=lambda: END, faults=faults)


def _with(sandbox: Sandbox, run: Callable[[aiohttp.ClientSession, Sandbox], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        async with sandbox, aiohttp.ClientSession() as session:
            return await run(session, sandbox)

    return asyncio.run(inside())
