"""What tests of the nightly job share: a simulated market, hand-made recordings, and a desk.

Nothing here depends on the machine, or on what lies beside the repository.
"""

import asyncio
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import settings as hypothesis_settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from oirisk.flows.batch import Batch
from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import select_venues
from oirisk.flows.exchanges.sources import ReplaySource, SandboxSource, Source
from oirisk.flows.marts import build_totals
from oirisk.flows.outcome import Outcome
from oirisk.flows.pipeline import RunFrame, store
from oirisk.flows.reports import report_of, write_report
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import FetchSettings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import select_simulated
from oirisk.sandbox.server import Sandbox
from oirisk.schemas import units
from oirisk.schemas.report.briefing import Report
from oirisk.schemas.responses import VenueSnapshot
from oirisk.warehouse.home import Home
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.published import query, reading
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import writing
from tests.markets import listed

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
"""The night that the tests speak of."""

VENUES = ("bybit", "deribit", "gate", "hyperliquid", "kucoinfutures", "okx")
"""The exchanges that the tests ask."""

ROOT = Path(__file__).parent.parent


# the same cases on every run; `--hypothesis-profile exploring` looks for new ones
hypothesis_settings.register_profile("steady", derandomize=True)
hypothesis_settings.register_profile("exploring", print_blob=True)
hypothesis_settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """Let the scheduler's own client leave its loopback sockets to the garbage collector."""
    for category in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning"):
        config.addinivalue_line("filterwarnings", rf"ignore:.*<socket\.socket:{category}")


class _Sharing(LoadFileScheduling):
    """Give all tests of a file to one process, and all of ``packaging``: they share a demo home."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "packaging" if "/packaging/" in file else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Sharing:
    """Share tests out in the order of their folders: short files come last and fill the gaps."""
    config.option.loadscopereorder = False
    return _Sharing(config, log)


@pytest.fixture(autouse=True)
def _heard() -> None:
    """Log as a process that has just begun: commands and servers of other tests turn logs off."""
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] == "oirisk":
            logging.getLogger(name).disabled = False
    logging.getLogger("oirisk").setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OIRISK_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_rules_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration that declares exchanges adds their unit rules for the whole process."""
    monkeypatch.setattr(units, "_ADDED", {})


@pytest.fixture(autouse=True)
def _one_thread_each(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database use one thread where whole nights run: every core has its test process."""
    connect = duckdb.connect

    def connect_narrow(*given: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*given, **named)
        connection.execute("set threads = 1")
        return connection

    if {"integration", "faults"} & set(request.path.parts):
        monkeypatch.setattr(duckdb, "connect", connect_narrow)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="module")
def migrated() -> Iterator[duckdb.DuckDBPyConnection]:
    """A migrated warehouse in memory, made once for a file of tests."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set asof_loop_join_threshold = 0")
        migrate(connection, datetime(2026, 3, 1, tzinfo=UTC))
        yield connection


@pytest.fixture
def warehouse(migrated: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield it empty: what a test writes is rolled back."""
    migrated.execute("begin")
    yield migrated
    migrated.execute("rollback")


@pytest.fixture(scope="session")
def at() -> datetime:
    """The night that the tests speak of."""
    return AT


@pytest.fixture(scope="session")
def market() -> SimulatedMarket:
    """A simulated market with two days up to the night."""
    return SimulatedMarket(7, end=AT, days=2, venues=select_simulated(VENUES))


@dataclass
class Desk:
    """Runs the steps of the nightly job on one home, without the scheduler."""

    home: Home
    settings: Settings

    def fetch(self, source: Source, venues: Sequence[str] = ()) -> list[VenueSnapshot]:
        """Ask venues, by default those of the settings."""

        async def ask() -> list[VenueSnapshot]:
            chosen = select_venues(tuple(venues) or self.settings.venues)
            asked = (fetch_venue(venue, source, self.settings.fetch) for venue in chosen)
            return list(await asyncio.gather(*asked))

        return asyncio.run(ask())

    def store(
        self,
        snapshots: Sequence[VenueSnapshot],
        at: datetime,
        *,
        now: datetime | None = None,
        simulated: bool = True,
    ) -> Outcome:
        """Store what venues gave as the run of an instant."""
        now = now or at + timedelta(minutes=1)
        frame = RunFrame(
            home=self.home,
            flow="nightly",
            snapshot_at=at,
            started_at=now,
            source="sandbox" if simulated else "replay",
            is_simulated=simulated,
            settings=self.settings,
        )
        return store(frame, Batch(snapshots, self.settings), now)

    def replay(
        self, path: Path, at: datetime | None = None, *, now: datetime | None = None
    ) -> Outcome:
        """Store a recording; unless told otherwise it speaks of its last instant."""
        source = ReplaySource(read_recording(path))
        return self.store(self.fetch(source), at or source.now(), now=now, simulated=False)

    def build(self, at: datetime) -> None:
        """Build the totals of a snapshot from what is stored now."""
        with writing(self.home, at) as connection:
            build_totals(connection, BuildWindow(at, at), self.settings)

    def report(self, outcome: Outcome) -> Report:
        """Assemble the report of a run."""
        return report_of(self.home, outcome.run_id, self.settings)

    def write_report(self, outcome: Outcome) -> Path:
        """Write the report of a run; returns its folder."""
        night = self.settings.schedule.night_of(outcome.snapshot_at)
        return write_report(self.home, self.report(outcome), night).parent

    def rows(self, sql: str, **parameters: object) -> list[dict[str, Any]]:
        """Query the published copy."""
        with reading(self.home) as connection:
            return query(connection, sql, parameters or None).to_dicts()

    def column(self, sql: str, **parameters: object) -> list[Any]:
        """Query the published copy for one column."""
        return [next(iter(row.values())) for row in self.rows(sql, **parameters)]


@pytest.fixture
def make_desk(tmp_path: Path) -> Callable[..., Desk]:
    """Return a maker of desks; each name is a home of its own."""

    def make(name: str = "home", **settings: Any) -> Desk:
        fetch = FetchSettings(
            attempts=2, backoff_seconds=0, request_timeout_seconds=5, venue_timeout_seconds=20
        )
        return Desk(
            Home(tmp_path / name), Settings(**{"venues": VENUES, "fetch": fetch, **settings})
        )

    return make


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A desk with the default settings on an empty home."""
    return make_desk()


@pytest.fixture(scope="module")
def sandbox(market: SimulatedMarket) -> Iterator[Sandbox]:
    """Simulated exchanges that live at the night."""
    with Sandbox(market, clock=lambda: AT).in_background() as running:
        yield running


@pytest.fixture(scope="module")
def sandbox_source(sandbox: Sandbox) -> SandboxSource:
    """The source that asks them."""
    return SandboxSource(clock=lambda: AT, url=sandbox.url)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Return a function that fills a desk's home, the first time; later ones get a copy."""
    kept = tmp_path_factory.mktemp("kept")

    def fill(name: str, desk: Desk, work: Callable[[], object]) -> None:
        if (kept / name).exists():
            shutil.copytree(kept / name, desk.home.root)
            return
        work()
        shutil.copytree(desk.home.root, kept / name)

    return fill


@dataclass
class Tape:
    """A recording made by hand, of two exchanges whose arithmetic fits in the head.

    Bybit linear prints coins, both sides; Gate USDT prints contracts of 0.01 coin, one side.
    """

    path: Path
    lines: list[dict[str, Any]] = field(default_factory=list)
    at: datetime = AT

    def later(self, by: timedelta, name: str) -> "Tape":
        """Return an empty tape at a later instant, in a file beside this one."""
        return Tape(self.path.with_name(name), at=self.at + by)

    def markets(self, venue: str, *markets: dict[str, Any]) -> "Tape":
        """Add what an exchange lists."""
        return self.line(kind="markets", venue=venue, markets=list(markets))

    def answer(self, venue: str, url: str, body: object, status: int = 200) -> "Tape":
        """Add an answer; a body that is no text is printed as JSON."""
        text = body if isinstance(body, str) else json.dumps(body)
        return self.line(
            kind="response", venue=venue, method="GET", url=url, status=status, body=text
        )

    def line(self, **parts: object) -> "Tape":
        """Add any line."""
        self.lines.append({"received_at": self.at.isoformat(), **parts})
        return self

    def bybit(self, *rows: dict[str, Any], size: float = 1.0) -> "Tape":
        """Add Bybit: BTC and ETH listed, and the rows given."""
        listed = [linear_market(f"{coin}USDT", coin, size) for coin in ("BTC", "ETH")]
        return self.markets("bybit", *listed).bybit_answer(*rows)

    def bybit_answer(self, *rows: dict[str, Any]) -> "Tape":
        """Add the answer of Bybit alone."""
        stamp = int(self.at.timestamp() * 1000)
        body = {"retCode": 0, "result": {"category": "linear", "list": rows}, "time": stamp}
        return self.answer("bybit", "https://api.bybit.com/v5/market/tickers?category=linear", body)

    def gate(self, *rows: dict[str, Any]) -> "Tape":
        """Add Gate: BTC listed in contracts of 0.01, and the rows given."""
        market = linear_market("BTC_USDT", "BTC", 0.01)
        market["info"] = {"quanto_multiplier": "0.01", "funding_interval": "28800"}
        url = "https://api.gateio.ws/api/v4/futures/usdt/contracts"
        return self.markets("gate", market).answer("gate", url, list(rows))

    def write(self) -> Path:
        """Write the file."""
        self.path.write_text("".join(json.dumps(line) + "\n" for line in self.lines))
        return self.path


def linear_market(market_id: str, base: str, size: float) -> dict[str, Any]:
    """Return a perpetual settled in USDT as ccxt describes it."""
    return listed(market_id, f"{base}/USDT:USDT", size)


@pytest.fixture(scope="session")
def listed_perp() -> Callable[..., dict[str, Any]]:
    """Return a maker of ccxt's description of a perpetual settled in USDT."""
    return linear_market


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    """An empty recording of the night."""
    return Tape(tmp_path / "night.jsonl")


@pytest.fixture(scope="session")
def bybit_row() -> Callable[..., dict[str, Any]]:
    """Return a maker of Bybit rows."""

    def make(symbol: str, both_sides: object, mark_price: object, **more: object) -> dict[str, Any]:
        return {
            "symbol": symbol, "openInterest": str(both_sides), "markPrice": str(mark_price),
            "indexPrice": str(mark_price), "lastPrice": str(mark_price), **more,
        }  # fmt: skip

    return make


@pytest.fixture(scope="session")
def gate_row() -> Callable[..., dict[str, Any]]:
    """Return a maker of Gate rows."""

    def make(contracts: object, mark_price: object, **more: object) -> dict[str, Any]:
        return {
            "name": "BTC_USDT", "position_size": contracts, "mark_price": str(mark_price),
            "index_price": str(mark_price), "last_price": str(mark_price),
            "quanto_multiplier": "0.01", "funding_interval": 28800, "funding_rate": "0.0001",
            **more,
        }  # fmt: skip

    return make
