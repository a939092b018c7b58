"""Exchanges of a few lines on loopback that answer whatever a test wants, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from aiohttp import web

from oirisk.flows.exchanges.configured import known_venues
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.generic import GenericLine
from oirisk.schemas.responses import VenueSnapshot

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
SECTION: dict[str, Any] = {
    "address": "https://api.example.com/v1",
    "path": "interest",
    "interval_ms": 1,
    "rows": "data",
    "field": "size",
    "unit": "base",
    "counting_factor": "1",
    "mark_price": "mark",
    "markets": {"path": "contracts", "base": "base", "quote": "quote"},
}
"""How the exchanges here are declared: coins, each counted once, and a mark price."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Body = bytes | str | list[Any] | Handler
"""What a path answers: a body, rows of one, or the answer itself."""


def contract(coin: str, **more: Any) -> dict[str, Any]:
    """Return a row of the market list."""
    return {"symbol": f"{coin}USDT", "base": coin, "quote": "USDT", **more}


def interest(coin: str, size: object = 10, mark: object = 100, **more: Any) -> dict[str, Any]:
    """Return a row of open interest, in coins."""
    return {"symbol": f"{coin}USDT", "size": size, "mark": mark, **more}


@dataclass
class Exchange:
    """One exchange; what is not given it answers as one that lists BTC and ETH, 10 coins each."""

    contracts: Body = field(default_factory=lambda: [contract("BTC"), contract("ETH")])
    interest: Body = field(default_factory=lambda: [interest("BTC"), interest("ETH")])
    declared: Mapping[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        self.asked.append(request.path_qs)
        body = self.contracts if request.path.endswith("/contracts") else self.interest
        if callable(body):
            return await body(request)
        if isinstance(body, list):
            body = json.dumps(body if "contracts" in request.path else {"data": body})
        content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        return web.Response(body=content, content_type="application/json")


def declared(exchanges: Mapping[str, Exchange]) -> tuple[GenericLine, ...]:
    """Return how exchanges stand in the settings."""
    return tuple(
        GenericLine.model_validate({"id": name, **SECTION, **one.declared})
        for name, one in exchanges.items()
    )


def ask(exchanges: Mapping[str, Exchange], **fetch: float) -> list[VenueSnapshot]:
    """Ask every exchange over HTTP; returns what each gave."""
    terms = FetchSettings.model_validate(
        {"attempts": 2, "backoff_seconds": 0.01, "request_timeout_seconds": 5,
         "venue_timeout_seconds": 60, **fetch}
    )  # fmt: skip
    venues = known_venues(Settings(generic=declared(exchanges)))

    async def run() -> list[VenueSnapshot]:
        async with served(exchanges) as url:
            source = SandboxSource(url=url, clock=lambda: AT)
            asked = (fetch_venue(venues[name], source, terms) for name in exchanges)
            return list(await asyncio.gather(*asked))

    return asyncio.run(run())


@asynccontextmanager
async def served(exchanges: Mapping[str, Exchange]) -> AsyncIterator[str]:
    """Serve exchanges on loopback while the block runs, each below its name; yields the address."""
    application = web.Application()
    for name, one in exchanges.items():
        application.router.add_route("*", f"/{name}/{{rest:.*}}", one.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextmanager
def in_background(exchanges: Mapping[str, Exchange]) -> Iterator[str]:
    """Serve exchanges for another process while the block runs; yields the address."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    context = served(exchanges)
    try:
        yield asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(30)
    finally:
        asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
