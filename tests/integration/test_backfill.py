"""Backfilling from an exchange of our own on this machine: figures, pages, going on, limits."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest
from aiohttp import web

from oirisk.flows.backfill import Request, VenueFilled, backfill, exit_status, pages
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.calls import Market
from oirisk.schemas.errors import ConfigurationError
from oirisk.warehouse.home import Home

pytestmark = pytest.mark.integration

STEP = 300_000
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = datetime(2026, 3, 4, tzinfo=UTC)
HOLD = int(datetime(2026, 3, 3, tzinfo=UTC).timestamp() * 1000)
SETTINGS = Settings(
    venues=("bybit",), fetch=FetchSettings(attempts=1, backoff_seconds=0, request_timeout_seconds=5)
)


def ccxt_market(symbol: str, market_id: str, settle: str) -> Market:
    base, _, rest = symbol.partition("/")
    quote = rest.partition(":")[0]
    return {
        "id": market_id, "symbol": symbol, "base": base, "quote": quote, "settle": settle,
        "baseId": base, "quoteId": quote, "settleId": settle, "type": "swap", "swap": True,
        "future": False, "option": False, "spot": False, "margin": False, "contract": True,
        "linear": settle == quote, "inverse": settle == base, "contractSize": 1.0, "active": True,
        "expiry": None, "strike": None, "optionType": None, "created": None,
        "precision": {"amount": 0.001, "price": 0.1}, "limits": {"leverage": {"max": 100}},
        "info": {},
    }  # fmt: skip


MARKETS = [
    ccxt_market("BTC/USDT:USDT", "BTCUSDT", "USDT"),
    ccxt_market("BTC/USD:BTC", "BTCUSD", "BTC"),
    ccxt_market("1000PEPE/USDT:USDT", "1000PEPEUSDT", "USDT"),
]
PRICE = {"BTCUSDT": 50_000.0, "BTCUSD": 50_000.0, "1000PEPEUSDT": 0.02}


@dataclass
class Exchange:
    """A Bybit that only tells history; both sides are counted, one coin more each step."""

    fails_from: int | None = None
    asked: Counter[str] = field(default_factory=Counter)

    def handle(self, path: str, query: dict[str, str]) -> Any:
        """Answer a request; None stands for a failure."""
        self.asked[path] += 1
        since = int(query.get("startTime") or query.get("start") or 0)
        until = int(query.get("endTime") or query.get("end") or 2**62)
        if self.fails_from is not None and path == "open-interest" and until >= self.fails_from:
            return None
        first = -(-since // STEP) * STEP
        stamps = list(range(first, min(until, first + 100_000 * STEP) + 1, STEP))
        rows = getattr(self, "_" + path.replace("-", "_"))(query["symbol"], stamps)
        limit = int(query.get("limit", 200))
        kept = rows[:limit] if path == "kline" else rows[-limit:]
        result = {"symbol": query["symbol"], "category": query["category"], "list": kept[::-1]}
        return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": until}

    def _kline(self, symbol: str, stamps: list[int]) -> list[Any]:
        price = PRICE[symbol]
        last = int(UNTIL.timestamp() * 1000)
        return [
            [str(at), str(price), str(price * 1.01), str(price * 0.99), str(price), "3", "150000"]
            for at in stamps
            if at < last
        ]

    def _open_interest(self, _symbol: str, stamps: list[int]) -> list[Any]:
        return [
            {"openInterest": str(2000 + 2 * (at // STEP % 1000)), "timestamp": str(at)}
            for at in stamps
        ]

    def _account_ratio(self, symbol: str, stamps: list[int]) -> list[Any]:
        return [
            {"symbol": symbol, "buyRatio": "0.6", "sellRatio": "0.4", "timestamp": str(at)}
            for at in stamps
        ]


class KnownMarkets(SandboxSource):
    """Our exchange, whose instruments need not be asked for."""

    def recorded_markets(self, venue: str) -> tuple[datetime, list[Market]] | None:
        """Return the three markets."""
        return UNTIL, MARKETS if venue == "bybit" else []


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def source(exchange: Exchange) -> Iterator[KnownMarkets]:
    async def answer(request: web.Request) -> web.Response:
        body = exchange.handle(request.path.rsplit("/", 1)[-1], dict(request.query))
        if body is None:
            return web.Response(status=503, text="maintenance")
        return web.json_response(text=json.dumps(body))

    loop = asyncio.new_event_loop()
    ready: list[int] = []

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/{rest:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        ready.append(runner.addresses[0][1])
        return runner

    runner = loop.run_until_complete(start())
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield KnownMarkets(url=f"http://127.0.0.1:{ready[0]}", clock=lambda: UNTIL)
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def fill(home: Home, source: KnownMarkets, coins: frozenset[str] | None = None) -> VenueFilled:
    request = Request(SINCE, UNTIL, assets=coins)
    (filled,) = backfill(home, SETTINGS, source, request)
    return filled


def query(home: Home, text: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.published), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(text).fetchall()


def test_history_is_single_sided_canonical_and_whole(home: Home, source: KnownMarkets) -> None:
    filled = fill(home, source)
    steps = 3 * 288
    assert (filled.instruments, filled.failures, filled.rejected) == (3, {}, 0)
    # one bar more than steps prices the first instant
    assert (filled.open_interest, filled.positioning, filled.bars) == (
        3 * steps, 3 * steps, 3 * (steps + 2),
    )  # fmt: skip
    # 2026-03-01 00:00 is step 5907744 since 1970, so the exchange prints 2000 + 2 x 744 = 3488
    rows = query(
        home,
        "select symbol, asset, oi_base, oi_usd, last_price, mark_price, unit_rule, source"
        " from core.open_interest where snapshot_at = '2026-03-01 00:00:00+00' order by symbol",
    )
    assert rows == [
        ("1000PEPE/USDT:USDT", "PEPE", 1744000.0, 34.88, 0.02 / 1000, None,
         "bybit.linear.openInterest", "history"),
        ("BTC/USD:BTC", "BTC", 0.03488, 1744.0, 50000.0, None,
         "bybit.inverse.openInterest", "history"),
        ("BTC/USDT:USDT", "BTC", 1744.0, 87200000.0, 50000.0, None,
         "bybit.linear.openInterest", "history"),
    ]  # fmt: skip
    assert query(home, "select distinct long_share, short_share from core.positioning") == [
        (0.6, 0.4)
    ]
    assert query(home, "select count(*), count(distinct (bar_at, symbol)) from core.bars") == [
        (3 * (steps + 1), 3 * (steps + 1))
    ]
    assert query(home, "select state, count(*) from ops.backfill group by all") == [("done", 9)]
    assert query(home, "select flow, state from ops.runs") == [("backfill", "completed")]


def test_every_figure_is_derived_from_an_archived_answer(home: Home, source: KnownMarkets) -> None:
    fill(home, source, frozenset({"PEPE"}))
    endpoints = query(home, "select distinct endpoint from raw.responses order by 1")
    assert endpoints == [("history_account",), ("history_bars",), ("history_oi",)]


def test_a_backfill_goes_on_where_it_stopped(
    home: Home, source: KnownMarkets, exchange: Exchange
) -> None:
    exchange.fails_from = HOLD
    first = fill(home, source, frozenset({"PEPE"}))
    assert exit_status([first]) == 1
    assert "HTTP 503" in first.failures["1000PEPE/USDT:USDT open_interest"]
    assert query(home, "select count(*) from core.open_interest") == [(2 * 288,)]
    assert query(home, "select min(done_until)::varchar from ops.backfill") == [
        ("2026-03-03 00:00:00+00",)
    ]
    exchange.fails_from = None
    exchange.asked.clear()
    second = fill(home, source, frozenset({"PEPE"}))
    assert exit_status([second]) == 0
    # one day is left: 288 steps are two answers of 200
    assert exchange.asked["open-interest"] == 2
    assert query(home, "select count(*), count(superseded_at) from core.open_interest") == [
        (864, 0)
    ]
    exchange.asked.clear()
    third = fill(home, source, frozenset({"PEPE"}))
    assert (third.open_interest, sum(exchange.asked.values())) == (0, 0)


def test_an_exchange_without_history_says_so(home: Home, source: KnownMarkets) -> None:
    request = Request(SINCE, UNTIL, venues=("hyperliquid",))
    (filled,) = backfill(home, SETTINGS, source, request)
    assert filled.lacks == {"history": "no history endpoint of this exchange is known"}


def test_a_day_that_has_not_come_is_refused(home: Home, source: KnownMarkets) -> None:
    with pytest.raises(ConfigurationError, match="expected a day in the past"):
        backfill(home, SETTINGS, source, Request(UNTIL, SINCE))


def test_pages_cover_a_span_without_overlap() -> None:
    cut = list(pages(SINCE, SINCE + timedelta(days=5)))
    assert cut[0].since == SINCE
    assert cut[-1].until == SINCE + timedelta(days=5)
    assert all(one.until == other.since for one, other in pairwise(cut))
