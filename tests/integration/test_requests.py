"""How one exchange is asked: pace, order, stops, deadlines, and the count of requests.

The exchange is a few lines of HTTP on this machine that answer for one symbol at a time.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web

from oirisk.flows.exchanges.circuit_breaker import RequestLimits
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.calls import Market, each
from oirisk.schemas.responses import VenueSnapshot
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import rows_at

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
SPACING = 0.05
"""Binance as ccxt 4.5.90 models it: 50 ms for a request of weight 1."""

PERP = Product("perp", lambda _market: True, (), Fields("symbol"))
Answers = Callable[[str, int], Awaitable[web.StreamResponse]]


def _line(name: str, kind: str) -> Endpoint:
    calls = each("fapiPublicGetOpenInterest", "symbol", kind=kind)
    return Endpoint(name, (PERP,), calls, rows_at("rows"))


ONE_LINE = Venue("binanceusdm", "test", (_line("interest", "a"),))
TWO_LINES = Venue("binanceusdm", "test", (_line("interest", "a"), _line("interest2", "b")))


@dataclass
class _Server:
    """Answers ``{"rows": [{"symbol": …}]}`` after ``latency``, or what a test wants.

    ``most_at_once`` is the largest number of requests that waited for their answer together.
    """

    answer: Answers | None = None
    latency: float = 0.0
    arrivals: list[tuple[float, str]] = field(default_factory=list)
    waiting: int = 0
    most_at_once: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        symbol = request.query["symbol"]
        self.arrivals.append((time.monotonic(), symbol))
        times = sum(seen == symbol for _, seen in self.arrivals)
        self.waiting += 1
        self.most_at_once = max(self.most_at_once, self.waiting)
        await asyncio.sleep(self.latency)
        self.waiting -= 1
        return await self.answer(symbol, times) if self.answer else _rows(symbol)


def _rows(symbol: str) -> web.Response:
    return web.json_response({"rows": [{"symbol": symbol}]})


def _names(count: int) -> list[str]:
    return [f"S{number:03d}" for number in range(count)]


def _markets(names: list[str]) -> list[Market]:
    common = {"quote": "USDT", "settle": "USDT", "spot": False, "swap": True, "contract": True}
    return [
        {**common, "id": name, "symbol": f"{name}/USDT:USDT", "base": name, "active": True}
        for name in names
    ]


@dataclass(frozen=True)
class _Fast(SandboxSource):
    """The same exchange with another spacing, in ms."""

    spacing: float = 1.0

    def prepare(self, client: Any) -> None:
        super().prepare(client)
        client.throttler.config["refillRate"] = 1 / self.spacing


def _fetch_all(
    server: _Server,
    count: int,
    venue: Venue = ONE_LINE,
    *,
    source: type[SandboxSource] = SandboxSource,
    limits: RequestLimits | None = None,
    **settings: float,
) -> tuple[VenueSnapshot, float]:
    """Ask for some symbols; returns what was fetched, and the seconds it took."""
    chosen = {"backoff_seconds": 0.05, **settings}

    async def run() -> VenueSnapshot:
        application = web.Application()
        application.router.add_get("/binanceusdm/fapi/v1/openInterest", server.handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            known = (AT - timedelta(hours=1), _markets(_names(count)))
            return await fetch_venue(
                venue,
                source(url=url, clock=lambda: AT),
                FetchSettings.model_validate(chosen),
                known,
                limits,
            )
        finally:
            await runner.cleanup()

    started = time.monotonic()
    fetched = asyncio.run(run())
    return fetched, time.monotonic() - started


def _asked_for(fetched: VenueSnapshot) -> list[str]:
    asked = [json.loads(one.params) for one in fetched.responses if one.endpoint != "markets"]
    return [params["symbol"] for params in asked]


def _usable(fetched: VenueSnapshot) -> set[str]:
    used = [one for one in fetched.responses if one.endpoint != "markets" and not one.error]
    return {json.loads(one.params)["symbol"] for one in used}


def test_many_calls_keep_their_spacing_and_latency_hides_behind_it() -> None:
    server = _Server(latency=0.3)
    fetched, seconds = _fetch_all(server, 30)
    assert fetched.failures == []
    assert fetched.requests == len(server.arrivals) == 30
    assert seconds >= 29 * SPACING
    assert server.most_at_once > 1


def test_requests_are_spaced_evenly_and_never_burst() -> None:
    server = _Server(latency=0.1)
    _fetch_all(server, 30)
    first = server.arrivals[0][0]
    for place, (at, _) in enumerate(server.arrivals):
        # The throttler may make up for one request that it released late, never for more.
        assert at - first >= (place - 1) * SPACING - 0.02


def test_two_lines_share_one_pace() -> None:
    server = _Server(latency=0.1)
    fetched, seconds = _fetch_all(server, 12, TWO_LINES)
    assert fetched.requests == 24
    assert seconds >= 23 * SPACING


def test_eight_hundred_calls_are_no_more_than_a_queue() -> None:
    server = _Server(latency=0.02)
    fetched, _ = _fetch_all(server, 800, source=_Fast)
    assert fetched.failures == []
    assert fetched.requests == len(server.arrivals) == 800


def test_the_archive_is_in_order_of_calls_and_attempts_whatever_overtakes_what() -> None:
    async def answer(symbol: str, times: int) -> web.StreamResponse:
        await asyncio.sleep(0.3 - 0.02 * int(symbol[1:]))
        return web.Response(status=500) if symbol == "S002" and times == 1 else _rows(symbol)

    fetched, _ = _fetch_all(_Server(answer), 6)
    assert _asked_for(fetched) == ["S000", "S001", "S002", "S002", "S003", "S004", "S005"]
    assert [one.attempt for one in fetched.responses[:4]] == [1, 1, 1, 2]
    assert all(
        json.loads(one.body)["rows"][0]["symbol"] == json.loads(one.params)["symbol"]
        for one in fetched.responses
        if one.endpoint != "markets" and one.status == 200
    )


def test_one_dead_symbol_is_asked_once_and_stops_no_other() -> None:
    async def answer(symbol: str, _times: int) -> web.StreamResponse:
        dead = web.json_response({"code": -1121, "msg": "Invalid symbol."}, status=400)
        return dead if symbol == "S001" else _rows(symbol)

    server = _Server(answer)
    fetched, _ = _fetch_all(server, 5)
    assert _usable(fetched) == {"S000", "S002", "S003", "S004"}
    assert fetched.requests == len(server.arrivals) == 5
    (failure,) = fetched.failures
    assert failure.startswith("interest: HTTP 400, BadSymbol")
    assert failure.endswith("(1 of 5 calls: symbol=S001, kind=a)")


def test_at_the_deadline_what_came_is_kept_and_what_did_not_is_named() -> None:
    async def answer(symbol: str, _times: int) -> web.StreamResponse:
        if symbol in {"S001", "S003"}:
            await asyncio.Event().wait()
        return _rows(symbol)

    fetched, _ = _fetch_all(_Server(answer), 5, venue_timeout_seconds=3)
    assert _usable(fetched) == {"S000", "S002", "S004"}
    assert fetched.requests == 5
    (failure,) = fetched.failures
    assert failure.startswith("interest: no answer within the 3 s for the venue")
    assert failure.endswith("(2 of 5 calls: symbol=S001, kind=a; symbol=S003, kind=a)")


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_told_to_wait_the_whole_venue_waits_and_one_request_tries_first(form: str) -> None:
    told: list[float] = []

    async def answer(symbol: str, times: int) -> web.StreamResponse:
        if (symbol, times) != ("S003", 1):
            return _rows(symbol)
        told.append(time.monotonic())
        now = datetime(2026, 1, 1, tzinfo=UTC)
        until = (
            "1" if form == "seconds" else format_datetime(now + timedelta(seconds=1), usegmt=True)
        )
        headers = {"Retry-After": until, "Date": format_datetime(now, usegmt=True)}
        return web.Response(status=429, headers=headers)

    server = _Server(answer, latency=0.06)
    fetched, _ = _fetch_all(server, 12)
    assert fetched.failures == []
    assert fetched.requests == len(server.arrivals) == 13
    after = [at for at, _ in server.arrivals if at > told[0] + 0.02]
    assert after[0] >= told[0] + 0.99
    assert after[1] >= after[0] + 0.06  # the second waits for what the first meets


def test_a_storm_of_429_is_met_with_silence() -> None:
    async def answer(_symbol: str, _times: int) -> web.StreamResponse:
        return web.Response(status=429, headers={"Retry-After": "0"})

    server = _Server(answer)
    limits = RequestLimits(stops=4)
    fetched, _ = _fetch_all(server, 200, limits=limits)
    assert fetched.requests == len(server.arrivals) <= 6
    assert _usable(fetched) == set()
    (last,) = [one for one in fetched.failures if "not asked" in one]
    assert "not asked any more: binanceusdm said stop 4 times in a row, last: HTTP 429" in last
    assert "of 200 calls" in last


def test_a_ban_is_not_answered_with_another_request() -> None:
    async def answer(_symbol: str, _times: int) -> web.StreamResponse:
        return web.Response(status=418, text="banned")

    server = _Server(answer)
    fetched, _ = _fetch_all(server, 50)
    assert fetched.requests == len(server.arrivals) == 1
    assert any("banned us: HTTP 418" in one for one in fetched.failures)


def test_a_wait_beyond_the_longest_is_not_sat_out_and_not_ignored() -> None:
    async def answer(_symbol: str, _times: int) -> web.StreamResponse:
        return web.Response(status=429, headers={"Retry-After": "3600"})

    server = _Server(answer)
    fetched, _ = _fetch_all(server, 50)
    assert len(server.arrivals) == 1
    assert any("wants us to wait 3600 s, more than 60 s" in one for one in fetched.failures)


def test_a_venue_that_fails_every_first_time_is_not_given_up() -> None:
    async def answer(symbol: str, times: int) -> web.StreamResponse:
        return web.Response(status=503) if times == 1 else _rows(symbol)

    server = _Server(answer)
    fetched, _ = _fetch_all(server, 60, source=_Fast)
    assert fetched.failures == []
    assert fetched.requests == len(server.arrivals) == 120


def test_a_venue_that_only_fails_is_left_alone_after_some_calls() -> None:
    async def answer(_symbol: str, _times: int) -> web.StreamResponse:
        return web.Response(status=500)

    server = _Server(answer)
    fetched, _ = _fetch_all(server, 300, source=_Fast, attempts=2)
    assert fetched.requests == len(server.arrivals) < 100
    assert any("lost 8 calls in a row, last: HTTP 500" in one for one in fetched.failures)


@pytest.mark.parametrize(
    "text", ["<html>maintenance</html>", '{"rows": [1]}', '{"rows', "", "[]", '{"code": 0}']
)
def test_an_answer_of_another_shape_is_asked_again_and_kept_as_unusable(text: str) -> None:
    async def answer(symbol: str, times: int) -> web.StreamResponse:
        return web.Response(text=text) if times == 1 else _rows(symbol)

    fetched, _ = _fetch_all(_Server(answer), 2)
    assert fetched.failures == []
    assert fetched.requests == 4
    first, second = fetched.responses[:2]
    assert (first.body, first.error) == (text, "not usable, HTTP 200")
    assert second.error is None


def test_a_redirect_counts_as_the_request_it_is() -> None:
    async def answer(symbol: str, times: int) -> web.StreamResponse:
        if times > 1:
            return _rows(symbol)
        return web.Response(status=302, headers={"Location": f"?symbol={symbol}&kind=a"})

    server = _Server(answer)
    fetched, _ = _fetch_all(server, 2)
    assert fetched.failures == []
    assert fetched.requests == len(server.arrivals) == 4
    assert [one.status for one in fetched.responses[:2]] == [0, 200]


def test_a_connection_cut_before_the_answer_is_tried_again_and_counted() -> None:
    class _Cut(_Server):
        async def handle(self, request: web.Request) -> web.StreamResponse:
            reply = await super().handle(request)
            if len(self.arrivals) == 2 and request.transport is not None:
                request.transport.abort()
            return reply

    server = _Cut()
    fetched, _ = _fetch_all(server, 4)
    assert fetched.failures == []
    assert fetched.requests == len(server.arrivals) == 5
