"""Names that do not resolve, certificates of others, connections that break: by kind of exchange.

In one night everything that is asked in each of four ways breaks alike, and a fifth exchange is
sound. The night after, all are.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import trustme
from aiohttp import web

from oirisk.flows.exchanges.configured import known_venues
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.loopback import loopback_urls
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas import units
from oirisk.schemas.generic import GenericLine
from oirisk.schemas.responses import VenueSnapshot
from oirisk.warehouse.home import Home
from tests.conftest import Desk
from tests.faults.exchange import AT, SECTION, Body, Exchange, contract, interest, served

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
TERMS = FetchSettings(
    attempts=2, backoff_seconds=0.01, request_timeout_seconds=1, venue_timeout_seconds=10,
    max_body_mb=1,
)  # fmt: skip
WAYS = {"bulk": "bulk", "by product": "lines", "by contract": "each", "posted": "ostium"}
"""How an exchange is asked, and the exchange here that is."""


def _lines() -> tuple[GenericLine, ...]:
    """Declare exchanges: all contracts at once, one request a product line, one a contract."""
    each = {"each": "contract", "shape": "object", "rows": "", "market_id": "@asked.contract"}
    markets = {**SECTION["markets"], "settle": "settle"}
    by_product = {"id": "lines", **SECTION, "markets": markets}
    declared: tuple[dict[str, Any], ...] = (
        {"id": "bulk", **SECTION},
        {"id": "sound", **SECTION},
        {"id": "each", **SECTION, **each},
        {**by_product, "params": {"settled": "usdt"}},
        {**by_product, "params": {"settled": "coin"}, "product": "inverse"},
    )
    return tuple(GenericLine.model_validate(one) for one in declared)


def _exchanges(size: int, broken: Body | None = None) -> dict[str, Exchange]:
    """Return exchanges with so many coins open, at 100 USD; all but the sound one may break.

    What breaks is any answer but the market list, where that is another one.
    """

    async def one(request: web.Request) -> web.StreamResponse:
        return web.json_response({"size": size, "mark": 100, "symbol": request.query["contract"]})

    async def of_a_line(request: web.Request) -> web.StreamResponse:
        coin = {"usdt": "BTC", "coin": "ETH"}[request.query["settled"]]
        return web.json_response({"data": [interest(coin, size)]})

    async def posted(request: web.Request) -> web.StreamResponse:
        if "latest-prices" in request.path:
            price = {"from": "BTC", "to": "USD", "mid": 100.0, "isMarketOpen": True}
            return web.json_response([{**price, "timestampSeconds": AT.timestamp()}])
        assert request.method == "POST"
        sides = dict.fromkeys(("longOI", "shortOI"), str(size * 10**18))
        pair = {"id": "0", "from": "BTC", "to": "USD", **sides}
        return web.json_response({"data": {"pairs": [pair]}})

    rows = [interest("BTC", size), interest("ETH", size)]
    listed = [contract("BTC", settle="USDT"), contract("ETH", settle="ETH")]
    return {
        "sound": Exchange(interest=rows),
        "bulk": Exchange(interest=broken or rows),
        "each": Exchange(interest=broken or one),
        "lines": Exchange(contracts=listed, interest=broken or of_a_line),
        "ostium": Exchange(interest=broken or posted),
    }


# What breaks --------------------------------------------------------------------------------------


async def _drip(request: web.Request) -> web.StreamResponse:
    """A byte at a time, for ever; here ten times a second, and ten times as little patience."""
    reply = web.StreamResponse()
    await reply.prepare(request)
    while True:
        await reply.write(b"[")
        await asyncio.sleep(0.1)


async def _pour(request: web.Request) -> web.StreamResponse:
    reply = web.StreamResponse()
    reply.enable_chunked_encoding()
    await reply.prepare(request)
    while True:
        await reply.write(b" " * 65_536)


async def _cut(request: web.Request) -> web.StreamResponse:
    reply = web.StreamResponse(headers={"Content-Length": "5000"})
    await reply.prepare(request)
    await reply.write(b'{"data": [')
    _transport(request).close()
    return reply


async def _reset(request: web.Request) -> web.StreamResponse:
    _transport(request).abort()
    return web.Response()


def _transport(request: web.Request) -> asyncio.Transport:
    assert isinstance(request.transport, asyncio.Transport)
    return request.transport


@asynccontextmanager
async def _tls() -> AsyncIterator[str]:
    """A server whose certificate is of another name, by an authority that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("other.example").configure_cert(context)
    async with _listening(lambda _, writer: writer.close(), context) as port:
        yield f"https://127.0.0.1:{port}"


@asynccontextmanager
async def _no_tls() -> AsyncIterator[str]:
    """A server that answers a greeting of TLS in plain text."""

    def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with _listening(answer) as port:
        yield f"https://127.0.0.1:{port}"


@asynccontextmanager
async def _silent() -> AsyncIterator[str]:
    """A server that takes connections and never says anything."""
    async with _listening(lambda _, __: None) as port:
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def _refused() -> AsyncIterator[str]:
    async with _listening(lambda _, writer: writer.close()) as port:
        pass
    yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def _unknown_name() -> AsyncIterator[str]:
    yield "http://exchange.invalid"


@asynccontextmanager
async def _listening(answer: Any, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    taken: list[asyncio.StreamWriter] = []

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(writer)
        answer(reader, writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in taken:
            writer.close()
        await asyncio.sleep(0)


Address = Callable[[], Any]
WHERE: dict[str, tuple[Address, str]] = {
    "name_does_not_resolve": (_unknown_name, "Cannot connect to host exchange.invalid"),
    "certificate_of_another": (_tls, "CERTIFICATE_VERIFY_FAILED"),
    "no_tls_spoken": (_no_tls, "SSL"),
    "connection_refused": (_refused, "Connect call failed"),
    "server_that_says_nothing": (_silent, "no answer within 1 s"),
}
"""Where the exchanges seem to be, and what each has for a reason."""
WHAT: dict[str, tuple[Body, str]] = {
    "byte_by_byte": (_drip, "no answer within 1 s"),
    "chunks_without_end": (_pour, "expected a body of at most 1 MB"),
    "connection_cut_in_a_body": (_cut, "ClientPayloadError"),
    "connection_reset": (_reset, "ServerDisconnectedError"),
}
"""What they answer."""
ORDER = ("", *WHERE, "", *WHAT, "")
"""What befalls the nights, one after the other; the empty ones are sound."""


@dataclass(frozen=True)
class _Elsewhere(SandboxSource):
    """Asks every exchange but one at another address."""

    elsewhere: str = ""

    def prepare(self, client: Any) -> None:
        """Point the client there."""
        url = self.url if client.id == "sound" else self.elsewhere or self.url
        client.urls["api"] = loopback_urls(client.urls["api"], f"{url}/{client.id}")


def _asked(
    exchanges: Mapping[str, Exchange], at: datetime, elsewhere: Address | None = None
) -> list[VenueSnapshot]:
    venues = known_venues(Settings(generic=_lines()))

    async def run() -> list[VenueSnapshot]:
        async with served(exchanges) as url:
            if elsewhere is None:
                return await ask(url, "")
            async with elsewhere() as other:
                return await ask(url, other)

    async def ask(url: str, other: str) -> list[VenueSnapshot]:
        source = _Elsewhere(url=url, clock=lambda: at, elsewhere=other)
        return list(
            await asyncio.gather(*(fetch_venue(venues[one], source, TERMS) for one in exchanges))
        )

    return asyncio.run(run())


# The nights ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Nights:
    """One home: a sound night, those that faults befell, and a sound one after each kind."""

    desk: Desk

    def sizes(self, venue: str, at: datetime) -> list[float]:
        """Return what is open on an exchange at an instant."""
        return self.desk.column(
            "select oi_base from core.open_interest"
            " where venue = $venue and snapshot_at = $at and superseded_at is null",
            venue=venue, at=at,
        )  # fmt: skip

    def total(self, at: datetime) -> tuple[float, bool]:
        """Return the total of BTC at an instant, and whether changes go by it."""
        (row,) = self.desk.rows(
            "select oi_base, published from marts.oi_by_asset"
            " where asset = 'BTC' and kind_group = 'futures' and snapshot_at = $at", at=at,
        )  # fmt: skip
        return row["oi_base"], row["published"]

    def check(self, fault: str, way: str) -> None:
        """Hold what a fault did to exchanges that are asked in one way against what it may do."""
        venue, number = WAYS[way], ORDER.index(fault)
        at, coins = AT + number * DAY, 1 if way == "posted" else 2
        assert self.sizes(venue, at) == []
        (said,) = self.desk.rows(
            "select coverage.status, coverage.error from ops.coverage join ops.runs using (run_id)"
            " where venue = $venue and snapshot_at = $at", venue=venue, at=at,
        )  # fmt: skip
        assert said["status"] == "failed"
        assert (WHERE | WHAT)[fault][1] in said["error"]
        assert self.sizes("sound", at) == 2 * [10 + number]
        assert self.total(at) == (10 + number, False)
        healed = ORDER.index("", number)
        for other in (0, healed):  # what was known stays, and the next sound night is whole
            assert self.sizes(venue, AT + other * DAY) == coins * [10 + other]
            assert self.total(AT + other * DAY) == (4 * (10 + other), True)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "_ADDED", {})
        home = Home(tmp_path_factory.mktemp("network") / "home")
        made = Nights(Desk(home, Settings(venues=("ostium",), generic=_lines(), fetch=TERMS)))
        for number, fault in enumerate(ORDER):
            at = AT + number * DAY
            exchanges = _exchanges(10 + number, WHAT[fault][0] if fault in WHAT else None)
            where = WHERE[fault][0] if fault in WHERE else None
            made.desk.store(_asked(exchanges, at, where), at)
        yield made


BY_WAY = pytest.mark.parametrize("way", WAYS)


@BY_WAY
def test_name_does_not_resolve(nights: Nights, way: str) -> None:
    nights.check("name_does_not_resolve", way)


@BY_WAY
def test_certificate_of_another(nights: Nights, way: str) -> None:
    nights.check("certificate_of_another", way)


@BY_WAY
def test_no_tls_spoken(nights: Nights, way: str) -> None:
    nights.check("no_tls_spoken", way)


@BY_WAY
def test_connection_refused(nights: Nights, way: str) -> None:
    nights.check("connection_refused", way)


@BY_WAY
def test_server_that_says_nothing(nights: Nights, way: str) -> None:
    nights.check("server_that_says_nothing", way)


@BY_WAY
def test_byte_by_byte(nights: Nights, way: str) -> None:
    nights.check("byte_by_byte", way)


@BY_WAY
def test_chunks_without_end(nights: Nights, way: str) -> None:
    nights.check("chunks_without_end", way)


@BY_WAY
def test_connection_cut_in_a_body(nights: Nights, way: str) -> None:
    nights.check("connection_cut_in_a_body", way)


@BY_WAY
def test_connection_reset(nights: Nights, way: str) -> None:
    nights.check("connection_reset", way)
