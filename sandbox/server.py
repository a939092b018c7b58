"""The simulated exchanges as one HTTP server on this machine.

Every exchange answers under ``/{venue_id}`` at its native paths. Nothing is computed before it
is asked for, and only the last state of each exchange is kept.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from threading import Thread
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from oirisk.sandbox.faults import Fault, inject_fault, inject_fault_into_one, spoil_options
from oirisk.sandbox.limits import Window, admit
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.quotes import Book
from oirisk.sandbox.venue import Endpoint, Past, SimulatedVenue
from oirisk.schemas.errors import ConfigurationError

_HOST = "127.0.0.1"
_STOP_SECONDS = 0.2
_HTML = "<!doctype html><html><title>Maintenance</title><h1>We will be back soon</h1></html>"


class Sandbox:
    """The server; an asynchronous context manager.

    Args:
        market: What it serves.
        clock: The instant that answers are of; asked at every request.
        latency_seconds: How long every answer takes.
        faults: Fault by exchange. May be changed while the server runs.
        rate_limits: Whether requests beyond an exchange's limits are refused.

    Attributes:
        url: Address of the server while it runs, without a slash at the end.
        requests: Requests received, by exchange.

    Raises:
        ConfigurationError: A fault or an exchange is not known.
    """

    def __init__(
        self,
        market: SimulatedMarket,
        *,
        clock: Callable[[], datetime],
        latency_seconds: float = 0.0,
        faults: Mapping[str, Fault | str] | None = None,
        rate_limits: bool = False,
    ) -> None:
        """Prepare; nothing listens before :meth:`start`."""
        self.url = ""
        self.requests: Counter[str] = Counter()
        self.faults = _known(faults or {}, market)
        self._market = market
        self._clock = clock
        self._latency = latency_seconds
        self._limited = rate_limits
        self._windows: dict[tuple[str, str], Window] = {}
        self._seen: Counter[str] = Counter()
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        application = web.Application()
        for venue in self._market.venues:
            for method, path in dict.fromkeys((e.method, e.path) for e in venue.endpoints):
                route = f"/{venue.id}{path}"
                application.router.add_route(method, route, self._handler(venue, method, path))
            application.router.add_route("*", f"/{venue.id}{{path:/.*}}", _not_simulated(venue))
        self._stopping = asyncio.Event()
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_STOP_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, _HOST, 0).start()
        self.url = f"http://{_HOST}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Let go of hanging requests and stop listening."""
        self._stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    @contextmanager
    def in_background(self) -> Iterator[Self]:
        """Serve from a thread of its own, for callers without an event loop."""
        loop = asyncio.new_event_loop()
        thread = Thread(target=loop.run_forever, name="oirisk-sandbox", daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.start(), loop).result()
            try:
                yield self
            finally:
                asyncio.run_coroutine_threadsafe(self.stop(), loop).result()
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _handler(
        self, venue: SimulatedVenue, method: str, path: str
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        endpoints = [e for e in venue.endpoints if (e.method, e.path) == (method, path)]

        async def handle(request: web.Request) -> web.StreamResponse:
            self.requests[venue.id] += 1
            if self._latency:
                await asyncio.sleep(self._latency)
            query = await _query(request)
            for endpoint in endpoints:
                if endpoint.when.items() <= query.items():
                    if wait := self._over_limit(venue, endpoint):
                        return _refused(wait)
                    return await self._answer(request, venue, endpoint, query)
            return web.json_response({"error": f"nothing answers {query}"}, status=400)

        return handle

    async def _answer(
        self,
        request: web.Request,
        venue: SimulatedVenue,
        endpoint: Endpoint,
        query: dict[str, str],
    ) -> web.StreamResponse:
        where = endpoint.open_interest
        fault = self.faults.get(venue.id) if where else None
        if fault is not None:
            broken = await self._broken(request, venue, Fault(fault))
            if broken is not None:
                return broken
        status, body = self._body(venue, endpoint, query, fault)
        at = self._clock()
        text = json.dumps(body, separators=(",", ":"))
        if fault == Fault.TRUNCATED:
            text = text[: len(text) // 2]
        stamp = at + timedelta(days=1) if fault == Fault.FUTURE else at
        headers = {"Date": format_datetime(stamp)}
        return web.Response(
            text=text, status=status, content_type="application/json", headers=headers
        )

    def _body(
        self, venue: SimulatedVenue, endpoint: Endpoint, query: dict[str, str], fault: str | None
    ) -> tuple[int, Any]:
        """Return status and body of an answer, spoiled if its data have a fault."""
        asked, where, at = endpoint.one_symbol, endpoint.open_interest, self._clock()
        if endpoint.past_of:
            name = query.get(endpoint.past_of, "")
            past = Past(
                at,
                lambda when: self._market.book_of_one(venue.id, name, when),
                lambda since, until: self._market.bar_of_one(venue.id, name, since, until),
            )
            return 200, endpoint.answer(query, past)
        if asked is None:
            body = endpoint.answer(query, self._book(venue, at))
            if where is not None and fault is not None:
                inject_fault(body, where, Fault(fault))
            return 200, body
        book = self._market.book_of_one(venue.id, query.get(asked.key, ""), at)
        first = fault is not None and self._market.is_first(book)
        if not book.quotes or (first and fault == Fault.DEAD_SYMBOL):
            return asked.status, dict(asked.unknown)
        body = endpoint.answer(query, book)
        if where is not None and fault is not None:
            inject_fault_into_one(body, where, Fault(fault), first=first)
        return 200, body

    def _book(self, venue: SimulatedVenue, at: datetime) -> Book:
        """Return an exchange as it is, or with a fault of its options."""
        book, fault = self._market.book(venue.id, at), self.faults.get(venue.id)
        return book if fault is None else spoil_options(book, Fault(fault))

    async def _broken(
        self, request: web.Request, venue: SimulatedVenue, fault: Fault
    ) -> web.StreamResponse | None:
        """Return the answer of a fault that needs no data; None for the faults of the data."""
        if fault in {Fault.HANG, Fault.DOWN}:
            if fault is Fault.HANG:
                await self._stopping.wait()
            return _closed(request)
        if fault is Fault.FLAKY and self._is_first_time(request, venue):
            return web.json_response({"error": "unavailable"}, status=503)
        if fault is Fault.RATE_LIMITED:
            return _refused(1)
        if fault is Fault.SERVER_ERROR:
            return web.json_response({"error": "internal error"}, status=500)
        if fault is Fault.HTML:
            return web.Response(text=_HTML, content_type="text/html")
        return None

    def _is_first_time(self, request: web.Request, venue: SimulatedVenue) -> bool:
        query = {key: text for key, text in request.query.items() if key != "timestamp"}
        seen = f"{venue.id} {request.path} {sorted(query.items())}"
        self._seen[seen] += 1
        return self._seen[seen] == 1

    def _over_limit(self, venue: SimulatedVenue, endpoint: Endpoint) -> int:
        """Count a request; returns seconds to wait if it is beyond a limit, else 0."""
        if not self._limited:
            return 0
        limits = ((venue.id, "", venue.rate_limit), (venue.id, endpoint.path, endpoint.limit))
        windows = [
            self._windows.setdefault((name, path), Window(limit))
            for name, path, limit in limits
            if limit is not None
        ]
        return admit(windows, time.monotonic(), endpoint.weight)


def _not_simulated(venue: SimulatedVenue) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer what the exchange is asked besides, naming the request."""
    known = sorted({f"{endpoint.method} {endpoint.path}" for endpoint in venue.endpoints})

    async def handle(request: web.Request) -> web.Response:
        asked = f"{request.method} {request.match_info['path']}"
        error = f"no answer to {asked} is simulated; there are {', '.join(known)}"
        return web.json_response({"error": error}, status=404)

    return handle


async def _query(request: web.Request) -> dict[str, str]:
    found = {**request.query, **request.match_info}
    if request.can_read_body:
        body = await request.json()
        found |= {key: str(value) for key, value in body.items()}
    return found


def _refused(seconds: int) -> web.Response:
    return web.json_response(
        {"error": "too many requests"}, status=429, headers={"Retry-After": str(seconds)}
    )


def _closed(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _known(faults: Mapping[str, Fault | str], market: SimulatedMarket) -> dict[str, Fault | str]:
    venues = {venue.id for venue in market.venues}
    if unknown := sorted(set(faults) - venues):
        raise ConfigurationError(f"fault of {unknown}: known exchanges are {sorted(venues)}")
    if unknown := sorted({str(fault) for fault in faults.values()} - set(Fault)):
        raise ConfigurationError(f"fault {unknown}: known faults are {sorted(Fault)}")
    return dict(faults)
