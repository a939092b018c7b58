"""Asking for the CFTC's weekly report, from a server of our own on this machine."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest
from aiohttp import web

from oirisk.flows import cftc
from oirisk.flows.backfill import Request, VenueFilled, backfill, exit_status
from oirisk.flows.exchanges.sources import LiveSource
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import CftcSettings, FetchSettings
from oirisk.warehouse.home import Home
from tests.cftc_rows import BITCOIN, ETHER, MICRO_BITCOIN, WEEK, as_json

pytestmark = pytest.mark.integration

SINCE = datetime(2026, 8, 1, tzinfo=UTC)
UNTIL = datetime(2026, 9, 19, 12, tzinfo=UTC)


@dataclass
class Commission:
    """Answers as publicreporting.cftc.gov does, from rows in the order asked for."""

    rows: list[dict[str, Any]]
    asked: list[dict[str, str]] = field(default_factory=list)
    fails_at: int | None = None
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Return one page."""
        query = dict(request.query)
        self.asked.append(query)
        start, most = int(query["$offset"]), int(query["$limit"])
        if self.fails_at is not None and start >= self.fails_at:
            return web.json_response({"message": "try again later"}, status=503)
        return web.json_response(self.rows[start : start + most])


@pytest.fixture
def commission() -> Iterator[Commission]:
    there = Commission(json.loads(as_json(*WEEK)))
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.router.add_get("/resource/gpe5-46if.json", there.answer)
    runner = web.AppRunner(app)

    async def start() -> int:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return int(runner.addresses[0][1])

    port = loop.run_until_complete(start())
    there.url = f"http://127.0.0.1:{port}/resource/gpe5-46if.json"
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield there
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(runner.cleanup())
    loop.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def ask(home: Home, commission: Commission, until: datetime = UNTIL) -> VenueFilled:
    settings = Settings(
        cftc=CftcSettings(url=commission.url, interval_ms=1),
        fetch=FetchSettings(attempts=1, backoff_seconds=0, request_timeout_seconds=5),
    )
    request = Request(SINCE, until, venues=("cftc",))
    (filled,) = backfill(home, settings, LiveSource(lambda: until), request)
    return filled


def stored(home: Home, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.published), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(sql).fetchall()


def test_every_page_is_asked_for_archived_and_stored(
    home: Home, commission: Commission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cftc, "PAGE_ROWS", 2)
    filled = ask(home, commission)
    assert (filled.venue, filled.instruments, filled.reports) == ("cftc", 3, 3)
    assert (filled.rejected, filled.failures, exit_status([filled])) == (0, {}, 0)
    assert [query["$offset"] for query in commission.asked] == ["0", "2", "4"]
    assert commission.asked[0]["$where"].startswith(
        "report_date_as_yyyy_mm_dd >= '2026-08-01T00:00:00.000' and (commodity_subgroup_name like"
    )
    assert stored(home, "select contract, oi_base from marts.cftc_positions order by contract") == [
        ("BITCOIN", 103_865.0),
        ("ETHER CASH SETTLED", 1_420_650.0),
        ("MICRO BITCOIN", pytest.approx(3_745.5)),
    ]
    assert stored(home, "select run_id, flow, state, source from ops.runs") == [
        ("20260919T120000Z-backfill-cftc", "backfill", "completed", "live")
    ]
    responses = stored(home, "select venue, endpoint, status, body from raw.responses")
    assert [row[:3] for row in responses] == [("cftc", "report", 200)] * 3
    assert json.loads(responses[0][3]) == commission.rows[:2]


def test_asking_again_changes_nothing_and_a_restatement_supersedes(
    home: Home, commission: Commission
) -> None:
    ask(home, commission)
    before = stored(home, "from core.cftc_positions")
    ask(home, commission, UNTIL + timedelta(days=1))
    assert stored(home, "from core.cftc_positions") == before
    commission.rows[1]["open_interest_all"] = "20783"
    commission.rows[1]["dealer_positions_spread_all"] = "630"
    ask(home, commission, UNTIL + timedelta(days=2))
    assert stored(home, "select count(*), count(superseded_at) from core.cftc_positions") == [
        (4, 1)
    ]


def test_pages_before_a_failure_are_kept_and_the_failure_is_told(
    home: Home, commission: Commission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cftc, "PAGE_ROWS", 2)
    commission.fails_at = 2
    filled = ask(home, commission)
    assert (filled.reports, exit_status([filled])) == (1, 1)
    assert "503" in filled.failures["report"]
    assert stored(home, "select contract from core.cftc_positions") == [("BITCOIN",)]
    ((state, error),) = stored(home, "select state, error from ops.runs")
    assert state == "partial"
    assert "503" in error


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            [{"market_and_exchange_names": "GOLD - COMMODITY EXCHANGE INC."}],
            "without cftc_contract",
        ),
        (["no rows"], "expected an array of objects"),
    ],
)
def test_an_answer_of_another_shape_is_told_and_nothing_stored(
    home: Home, commission: Commission, rows: list[Any], told: str
) -> None:
    commission.rows = rows
    filled = ask(home, commission)
    assert told in filled.failures["report"]
    assert stored(home, "from core.cftc_positions") == []


def test_refused_rows_are_counted_and_kept(home: Home, commission: Commission) -> None:
    shifted = {**ETHER, "dealer_positions_long": "9015"}
    commission.rows = json.loads(as_json(BITCOIN, MICRO_BITCOIN, shifted))
    filled = ask(home, commission)
    assert (filled.reports, filled.rejected, exit_status([filled])) == (2, 1, 1)
    assert stored(home, "select check_name from ops.rejects") == [("sums_to_open_interest",)]


def test_no_report_in_the_span_is_no_failure(home: Home, commission: Commission) -> None:
    commission.rows = []
    filled = ask(home, commission)
    assert (filled.reports, filled.failures) == (0, {})


def test_the_exchanges_alone_are_asked_where_one_is_named(home: Home) -> None:
    assert not Request(SINCE, UNTIL, venues=("bybit",)).asks_cftc()
    assert Request(SINCE, UNTIL).asks_cftc()
    assert Request(SINCE, UNTIL, venues=("cftc",)).exchanges(Settings()) == ()
