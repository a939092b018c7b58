"""Whatever commands run, in whatever order: afterwards the marts are those of a full build."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from oirisk.flows.backfill import Request, backfill
from oirisk.flows.batch import Batch
from oirisk.flows.cli import build as build_command
from oirisk.flows.cli import imports as import_command
from oirisk.flows.cli.build import build
from oirisk.flows.cli.imports import import_history
from oirisk.flows.demo import fill_history
from oirisk.flows.enrichment import ask_venue
from oirisk.flows.exchanges.registry import select_venues
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.maintain import maintain_home
from oirisk.flows.marts import build_stale
from oirisk.flows.observe import observe_listed
from oirisk.flows.pipeline import RunFrame, store
from oirisk.flows.rederive import rederive_since
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.flows.settings.sections import RetentionSettings
from oirisk.sandbox.accounts import addresses
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import writing

pytestmark = pytest.mark.integration

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEP = timedelta(minutes=5)
ARRIVED = datetime(2027, 3, 1, tzinfo=UTC)
CONFIG = """
venues = ["bybit", "gate"]

[clusters]
minimum_usd = 0
top_assets = 2
history_days = 5

[series]
anomaly_period = 3
anomaly_minimum_usd = 0
exhaustion_days = 3
squeeze_minimum_bars = 3
funding_minimum_days = 2
"""
Action = tuple[Any, ...]
Compare = Callable[[Home], None]


class Office:
    """A home and whoever works in it, command by command; each an hour after the last."""

    def __init__(self, folder: Path, desk: Any, tape: Any, rows: dict[str, Any]) -> None:
        """Begin with nothing."""
        self.home = Home(folder / "home")
        self.home.root.mkdir()
        self.home.config.write_text(CONFIG)
        self.settings = load_settings(self.home.root)
        self.folder, self.tape, self.rows, self.now = folder, tape, rows, ARRIVED
        self.desk = type(desk)(self.home, self.settings)
        self.is_thinned = False

    def do(self, action: Action) -> None:
        """Run one command."""
        self.now += HOUR
        name, *given = action
        getattr(self, name)(*given)

    def night(self, day: int, scale: float = 1.0) -> None:
        """Run a night; the first one lists what Gate has besides."""
        tape = self.tape.later(day * DAY, f"{self.now:%j%H}.jsonl")
        price = 50_000 + 1_000 * ((day * 7) % 5)
        btc = self.rows["bybit"]("BTCUSDT", 200 * scale + 10 * ((day * 3) % 7), price, **_traded())
        eth = self.rows["bybit"]("ETHUSDT", 4_000 + 100 * ((day * 5) % 4), 2_500, **_traded())
        tape.bybit(btc, eth).gate(self.rows["gate"](3_000 + 100 * ((day * 2) % 5), price))
        self.desk.replay(tape.write(), self.tape.at + day * DAY, now=self.now)

    def history(self, day: int, hours: int, scale: float = 1.0) -> None:
        """Import open interest and bars, every five minutes from a day on."""
        held, traded = [], []
        since = self.tape.at + day * DAY
        for number in range(hours * 12):
            at = since + number * STEP
            place = at.timestamp() // 300
            price = 50_000 * (1 + 0.02 * ((place * 37) % 101) / 101)
            known = {"venue": "bybit", "symbol": "BTC/USDT:USDT", "asset": "BTC"}
            base = scale * (100 + (place * 61) % 97)
            held.append({**known, "snapshot_at": at, "oi_base": base, "mark_price": price})
            traded.append(
                {**known, "bar_at": at, "interval": "5m", "open": price, "high": price * 1.01,
                 "low": price * 0.99, "close": price, "volume_base": base / 3}
            )  # fmt: skip
        for number, rows in enumerate((held, traded)):
            file = self.folder / f"{self.now:%j%H}-{number}.parquet"
            pl.DataFrame(rows).write_parquet(file)
            assert import_history(self.home.root, [str(file)], as_json=True) == 0

    def rederive(self, day: int) -> None:
        """Derive nights again from what was archived, if there is any."""
        if self.home.raw.is_dir():
            since = (self.tape.at + day * DAY).date()
            rederive_since(self.home, since, self.settings, self.now)

    def maintain(self, day: int) -> None:
        """Thin out what is older than a day, were it a hundred days later."""
        if self.home.warehouse.exists():
            now = self.tape.at + day * DAY + 100 * DAY
            maintain_home(self.home, RetentionSettings(fine_days=100), now, dry_run=False)
            self.is_thinned = True

    def build(self) -> None:
        """Build what is left to build: nothing."""
        if self.home.warehouse.exists():
            build(self.home.root, "", None, None, full=False, as_json=True)

    def killed(self, day: int, scale: float) -> None:
        """Store a night and build nothing, as a backfill does that is killed; the next command does."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("oirisk.flows.pipeline.build_stale", lambda *_: None)
            self.night(day, scale)


def _traded() -> dict[str, str]:
    return {"turnover24h": "1000000", "volume24h": "20", "fundingRate": "0.0001"}


@pytest.fixture
def office(
    desk: Any, tape: Any, bybit_row: Any, gate_row: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path], Office]:
    """Return a maker of offices."""

    def make(folder: Path) -> Office:
        made = Office(folder, desk, tape, {"bybit": bybit_row, "gate": gate_row})
        for module in (build_command, import_command):
            monkeypatch.setattr(module, "wall_clock", lambda: made.now)
        return made

    return make


def _tables(home: Home) -> Iterator[tuple[str, pl.DataFrame]]:
    with reading(home) as connection:
        names = query(
            connection,
            "select schema_name || '.' || table_name as name from duckdb_tables()"
            " where schema_name = 'marts' or (schema_name = 'ops' and table_name = 'audit')"
            " order by all",
        )
        for name in names["name"]:
            yield name, query(connection, f"from {name} order by all")


def assert_as_fully_built(
    home: Home, settings: Settings, now: datetime, *, emptied: bool = True
) -> None:
    """Build everything in a copy of the home, from no marts at all, and compare row by row."""
    copy = Home(Path(tempfile.mkdtemp(dir=home.root.parent)) / "home")
    shutil.copytree(home.root, copy.root)
    seen = dict(_tables(home))
    with writing(copy, now) as connection:
        for name in seen.keys() - {"marts.leverage_priors"} if emptied else ():
            connection.execute(f"delete from {name}")  # noqa: S608
        build_stale(connection, settings, now, full=True)
    for name, whole in _tables(copy):
        lost = whole.join(seen[name], on=whole.columns, how="anti", nulls_equal=True)
        extra = seen[name].join(whole, on=whole.columns, how="anti", nulls_equal=True)
        assert (lost.head(3).rows(), extra.head(3).rows()) == ([], []), name
        assert whole.height == seen[name].height, name
    shutil.rmtree(copy.root.parent)


def work(office: Office, actions: Sequence[Action]) -> None:
    """Run commands, and after each that ends compare with a full build."""
    for action in actions:
        office.do(action)
        if action[0] != "killed" and office.home.warehouse.exists():
            assert_as_fully_built(
                office.home, office.settings, office.now, emptied=not office.is_thinned
            )


@pytest.mark.parametrize(
    "actions",
    [
        pytest.param([("history", -9, 2), ("history", -1, 4), ("night", 0)], id="history, night"),
        pytest.param(
            [("night", 0), ("night", 1), ("history", -8, 3), ("history", 0.5, 2, 1.4)],
            id="nights, then history before and between them",
        ),
        pytest.param(
            [("night", 0), ("killed", 1, 1.2), ("history", -1, 2), ("night", 3), ("night", 2)],
            id="a killed night, a late one",
        ),
        pytest.param(
            [("history", -50, 2), ("night", 0), ("night", 1), ("maintain", -49), ("rederive", 0),
             ("night", 2), ("history", 1.5, 1)],
            id="maintenance in between",
        ),
    ],
)  # fmt: skip
def test_these_commands_leave_what_a_full_build_makes(
    office: Callable[[Path], Office], tmp_path: Path, actions: list[Action]
) -> None:
    work(office(tmp_path), actions)


days = st.sampled_from((-8.0, -1.0, 0.0, 0.5, 1.0, 2.0, 2.75))
actions = st.one_of(
    st.tuples(st.just("night"), st.integers(0, 3), st.sampled_from((1.0, 1.3))),
    st.tuples(st.just("history"), days, st.integers(1, 3), st.sampled_from((1.0, 1.5))),
    st.tuples(st.just("killed"), st.integers(0, 3), st.just(0.8)),
    st.tuples(st.just("rederive"), st.integers(0, 2)),
    st.tuples(st.just("build")),
)


@hypothesis_settings(
    max_examples=3,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    chosen=st.lists(actions, min_size=3, max_size=5).filter(
        lambda chosen: chosen[-1][0] != "killed"
    )
)
def test_any_commands_leave_what_a_full_build_makes(
    office: Callable[[Path], Office], tmp_path: Path, chosen: list[Action]
) -> None:
    done = office(Path(tempfile.mkdtemp(dir=tmp_path)))
    *before, last = chosen
    for action in before:
        done.do(action)
    work(done, [last])


class Hurried(SandboxSource):
    """Simulated exchanges that need not be spared."""

    def prepare(self, client: Any) -> None:
        """Point the client at the sandbox and let it hurry."""
        super().prepare(client)
        client.enableRateLimit = False


def test_nights_backfills_and_observations_leave_what_a_full_build_makes(
    make_desk: Any, market: SimulatedMarket, tmp_path: Path
) -> None:
    accounts = tmp_path / "accounts.txt"
    accounts.write_text("\n".join(addresses()[:6]))
    desk = make_desk(
        venues=("bybit", "hyperliquid"), clusters={"top_assets": 2, "minimum_usd": 0.0},
        observe={"accounts_file": accounts},
    )  # fmt: skip
    home, settings, last = desk.home, desk.settings, market.end
    moment = last - DAY
    with Sandbox(market, clock=lambda: moment).in_background() as running:
        source = Hurried(clock=lambda: moment, url=running.url)
        fill_history(home, market, BuildWindow(last - 1.5 * DAY, moment - HOUR), moment)
        for moment in (last - DAY, last):
            _night(desk, source, moment)
            assert_as_fully_built(home, settings, moment)
            frame = _frame(desk, moment)
            assert asyncio.run(observe_listed(frame, source)) is not None
            assert_as_fully_built(home, settings, moment)
        request = Request(last - DAY / 2, last + HOUR, ("bybit",), frozenset({"PEPE"}))
        moment = last + HOUR
        assert backfill(home, settings, source, request)[0].open_interest > 0
        assert_as_fully_built(home, settings, moment)


def _frame(desk: Any, at: datetime) -> RunFrame:
    return RunFrame(
        home=desk.home, flow="nightly", snapshot_at=at, started_at=at, source="sandbox",
        is_simulated=True, settings=desk.settings,
    )  # fmt: skip


def _night(desk: Any, source: SandboxSource, at: datetime) -> None:
    """Ask for the figures of a night and for the day before it, and store both."""
    batch = Batch(desk.fetch(source), desk.settings)
    wanted = replace(batch.wanted(at, 1), assets=("PEPE",))
    (bybit,) = select_venues(("bybit",))
    batch.told = (asyncio.run(ask_venue(bybit, source, desk.settings, wanted)),)
    store(_frame(desk, at), batch, at)
