"""An exchange that ccxt has no class for: asked, paced, stopped, recorded and replayed like any."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from oirisk.flows.exchanges.cassette import read_recording, recording_lines
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.generic import build_generic
from oirisk.flows.exchanges.sources import ReplaySource, SandboxSource, Source
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.calls import Bulk, Call
from oirisk.schemas.generic import GenericLine
from oirisk.schemas.responses import MARKETS_ENDPOINT, VenueSnapshot
from oirisk.schemas.venue import Address, Endpoint, Fields, MarketList, Product, Venue
from oirisk.transforms.decode import rows_at
from oirisk.transforms.derive import Derived, derive
from oirisk.transforms.markets import ContractFields

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
STAMP = int(AT.timestamp() * 1000)

SECTION: dict[str, Any] = {
    "id": "elsewhere",
    "address": "https://api.elsewhere.example/futures",
    "path": "/v1/interest",
    "interval_ms": 100,
    "headers": {"User-Agent": "oirisk"},
    "each": "contract",
    "shape": "object",
    "rows": "data",
    "market_id": "@asked.contract",
    "field": "size",
    "unit": "contracts",
    "counting_factor": "0.5",
    "mark_price": "mark",
    "observed_at": "at",
    "markets": {
        "path": "/v1/contracts",
        "rows": "data.list",
        "market_id": "name",
        "base": "coins.base",
        "quote": "coins.quote",
        "contract_size": "lot",
        "expiry": "until",
        "expiry_unit": "s",
        "active": "state",
        "active_is": "trading",
    },
}


def _listed(name: str, base: str, lot: str, **more: Any) -> dict[str, Any]:
    coins = {"base": base, "quote": "USDT"}
    return {"name": name, "coins": coins, "lot": lot, "state": "trading", **more}


LISTED = [
    _listed("BTC_P", "XBT", "0.001"),
    _listed("ETH_F", "ETH", "0.1", until=1_806_652_800),
    _listed("OLD_P", "OLD", "1", state="delisted"),
    {"name": "ODD_P", "coins": None, "lot": "1", "state": "trading"},
]
POOL = {
    "product": "pool", "field": "long", "short_field": "short", "unit": "base",
    "counting_factor": "1",
}  # fmt: skip
INTEREST = {"BTC_P": ("1000", "90000"), "ETH_F": ("20", "3000")}


@dataclass
class _Server:
    """The exchange; ``broken`` answers take the place of its own for a path, one after another."""

    broken: Mapping[str, list[web.Response]] = field(default_factory=dict)
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    seen: list[tuple[float, str, Mapping[str, str]]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.answer:
            return await self.answer(request)
        path = request.path.removeprefix("/elsewhere/futures")
        self.seen.append((time.monotonic(), path, dict(request.headers)))
        if self.broken.get(path):
            return self.broken[path].pop(0)
        if path == "/v1/contracts":
            return web.json_response({"data": {"list": LISTED}})
        size, mark = INTEREST[request.query["contract"]]
        return web.json_response({"data": {"size": size, "mark": mark, "at": STAMP}})


def _venue(**change: Any) -> Venue:
    (venue,) = build_generic([GenericLine.model_validate({**SECTION, **change})], {})
    return venue


def _ask(server: _Server, venue: Venue, **settings: float) -> VenueSnapshot:
    chosen = FetchSettings.model_validate({"backoff_seconds": 0.01, **settings})

    async def run() -> VenueSnapshot:
        application = web.Application()
        application.router.add_route("*", "/{rest:.*}", server.handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            return await fetch_venue(venue, SandboxSource(url=url, clock=lambda: AT), chosen)
        finally:
            await runner.cleanup()

    return asyncio.run(run())


def _figures(derived: Derived) -> dict[str, tuple[float, float, float]]:
    rows = derived.verdict.accepted.to_dicts()
    return {row["symbol"]: (row["oi_contracts"], row["oi_base"], row["oi_usd"]) for row in rows}


# 1000 contracts, both sides: 500 x 0.001 BTC = 0.5 BTC x 90000 = 45000 USD;
# 20 contracts, both sides: 10 x 0.1 ETH = 1 ETH x 3000 = 3000 USD.
WORTH = {
    "BTC/USDT:USDT": (500.0, 0.5, 45_000.0),
    "ETH/USDT:USDT-270402": (10.0, 1.0, 3_000.0),
}


def test_a_declared_address_is_asked_and_read_as_declared() -> None:
    server, venue = _Server(), _venue()
    fetched = _ask(server, venue)
    derived = derive(venue, fetched.responses)

    assert _figures(derived) == WORTH
    assert (fetched.failures, derived.problems) == ([], ())
    (note,) = fetched.notes
    assert "cannot read 1 of the entries" in note
    assert note.endswith("left out: ODD_P")
    paths = [path for _, path, _ in server.seen]
    assert paths == ["/v1/contracts", "/v1/interest", "/v1/interest"]
    assert {headers["User-Agent"] for _, _, headers in server.seen} == {"oirisk"}
    assert fetched.requests == len(server.seen)


def test_requests_keep_the_declared_distance() -> None:
    server = _Server()
    _ask(server, _venue(interval_ms=300))
    arrivals = [at for at, _, _ in server.seen]
    assert arrivals[-1] - arrivals[0] >= 2 * 0.3 - 0.05


def test_a_wait_that_is_asked_for_is_kept_by_all_requests() -> None:
    stop = web.Response(status=429, headers={"Retry-After": "1"})
    server = _Server({"/v1/interest": [stop]})
    venue = _venue()
    fetched = _ask(server, venue)

    assert _figures(derive(venue, fetched.responses)) == WORTH
    first = next(at for at, path, _ in server.seen if path == "/v1/interest")
    later = [at - first for at, path, _ in server.seen if path == "/v1/interest"][1:]
    assert min(later[1:], default=1.0) >= 0.95


def test_what_cannot_be_read_is_tried_again_and_then_told() -> None:
    page = web.Response(text="<html>maintenance</html>", content_type="text/html")
    fetched = _ask(_Server({"/v1/contracts": [page]}), _venue(), attempts=2)
    assert fetched.failures == []

    pages = [web.Response(text="<html>maintenance</html>") for _ in range(2)]
    (failure,) = _ask(_Server({"/v1/contracts": pages}), _venue(), attempts=2).failures
    assert failure.startswith("load_markets: the market list cannot be read")


def test_a_refusal_is_told_as_it_came_and_costs_one_contract() -> None:
    refusal = web.json_response({"error": "no such contract"}, status=404)
    fetched = _ask(_Server({"/v1/interest": [refusal]}), _venue())
    (failure,) = fetched.failures
    assert "HTTP 404" in failure
    assert "1 of 2 calls: contract=BTC_P" in failure


def test_a_recording_of_an_address_gives_the_same_again(tmp_path: Path) -> None:
    venue = _venue()
    fetched = _ask(_Server(), venue)
    kept = [one for one in fetched.responses if one.endpoint != "load_markets"]
    file = tmp_path / "night.jsonl"
    # The server on this machine stands behind one more part of the path.
    text = "\n".join(recording_lines(kept)).replace("/elsewhere/futures", "/futures")
    file.write_text(text + "\n")

    source: Source = ReplaySource(read_recording(file))
    again = asyncio.run(fetch_venue(venue, source, FetchSettings(attempts=1)))
    assert again.failures == []
    assert _figures(derive(venue, again.responses)) == WORTH
    kinds = [json.loads(line)["kind"] for line in file.read_text().splitlines()]
    assert sorted(kinds) == ["markets", "response", "response"]


def test_the_archived_list_is_in_the_form_of_ccxt() -> None:
    fetched = _ask(_Server(), _venue())
    (listed,) = [one for one in fetched.responses if one.endpoint == MARKETS_ENDPOINT]
    markets = {market["id"]: market for market in json.loads(listed.body)}
    assert list(markets) == ["BTC_P", "ETH_F", "OLD_P"]
    assert markets["OLD_P"]["active"] is False
    dated = markets["ETH_F"]
    assert (dated["type"], dated["expiry"]) == ("future", 1_806_652_800_000)
    assert (dated["linear"], dated["inverse"], dated["contractSize"]) == (True, False, "0.1")


def test_a_declared_pool_is_asked_for_both_sides() -> None:
    sides = {"BTC_P": ("620", "380"), "ETH_F": ("20", "30")}

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/v1/contracts"):
            rows = [_listed(name, name[:3], "1") for name in sides]
            return web.json_response({"data": {"list": rows}})
        longs, shorts = sides[request.query["contract"]]
        row = {"long": longs, "short": shorts, "mark": "100", "at": STAMP}
        return web.json_response({"data": row})

    venue = _venue(**POOL)
    fetched = _ask(_Server(answer=answer), venue)
    derived = derive(venue, fetched.responses)

    assert (fetched.failures, derived.problems) == ([], ())
    names = ("kind", "oi_long_base", "oi_short_base", "pool_net_base", "oi_base", "oi_usd")
    rows = derived.verdict.accepted.sort("symbol").select(names).rows()
    assert rows == [
        ("pool", 620.0, 380.0, -240.0, 620.0, 62_000.0),
        ("pool", 20.0, 30.0, 10.0, 30.0, 3_000.0),
    ]


@pytest.mark.parametrize(
    ("row", "check"),
    [
        ({"long": "620", "mark": "100"}, "has_open_interest"),
        ({"long": "620", "short": "-380", "mark": "100"}, "sides_known"),
        ({"long": "NaN", "short": "380", "mark": "100"}, "sides_known"),
    ],
)
def test_a_side_that_is_none_costs_the_row(row: dict[str, str], check: str) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/v1/contracts"):
            return web.json_response({"data": {"list": [_listed("BTC_P", "BTC", "1")]}})
        return web.json_response({"data": {**row, "at": STAMP}})

    venue = _venue(**POOL)
    derived = derive(venue, _ask(_Server(answer=answer), venue).responses)
    assert derived.verdict.accepted.is_empty()
    assert derived.verdict.rejected["check_name"].to_list() == [check]


def test_hosts_go_by_name_and_a_body_is_sent_as_json() -> None:
    asked: list[tuple[str, str, str]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append((request.method, request.path, await request.text()))
        return web.json_response([{"name": "BTC"}])

    perp = Product("perp", lambda _market: True, (), Fields("name"))
    read = Bulk(Call("POST", {"type": "all"}, "info", ("second",)))
    listed = Call("GET", {}, "list", ("first",))
    address = Address(
        {"first": "https://one.example/a", "second": "https://two.example/b/"},
        MarketList((listed,), rows_at(), ContractFields("name", "name", "=USD")),
    )
    lines = (Endpoint("all", (perp,), read, rows_at()),)
    server = _Server(answer=answer)
    fetched = _ask(server, Venue("elsewhere", "elsewhere", lines, address=address))
    assert fetched.failures == []
    assert asked == [
        ("GET", "/elsewhere/a/list", ""),
        ("POST", "/elsewhere/b/info", '{"type": "all"}'),
    ]
