"""Exchanges at a plain address, simulated: told right, spoiled, recorded, replayed, derived again."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oirisk.flows.exchanges.cassette import recording_lines
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import all_venues, select_venues
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.rederive import rederive_since
from oirisk.flows.settings.sections import FetchSettings
from oirisk.sandbox.faults import SCRIPT, Fault
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import select_simulated
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.responses import MARKETS_ENDPOINT, VenueSnapshot

pytestmark = pytest.mark.integration

IDS = ("bitmex", "edgex", "variational")
IMPATIENT = FetchSettings(
    attempts=2, backoff_seconds=0, request_timeout_seconds=0.5, venue_timeout_seconds=15
)
EXACT = 1e-9
Figures = dict[tuple[str, str], tuple[float, float]]

FATAL = {
    ("bitmex", Fault.RATE_LIMITED): "429",
    ("bitmex", Fault.HTML): "We will be back soon",
    ("bitmex", Fault.DOWN): "ServerDisconnected",
    ("edgex", Fault.RATE_LIMITED): "429",
    ("edgex", Fault.SERVER_ERROR): "500",
    ("edgex", Fault.TRUNCATED): "expected JSON",
    ("edgex", Fault.HANG): "no answer within 0.5 s",
}
"""Faults that leave nothing of an exchange, and what the reason says."""

PARTIAL = {
    ("bitmex", Fault.NAN): "oi_is_finite",
    ("bitmex", Fault.NEGATIVE): "oi_not_negative",
    ("edgex", Fault.NAN): "oi_is_finite",
    ("edgex", Fault.NEGATIVE): "oi_not_negative",
    ("edgex", Fault.SCRIPT_SYMBOL): "known_instrument",
    ("variational", Fault.NAN): "sides_known",
    ("variational", Fault.NEGATIVE): "sides_known",
    ("variational", Fault.SCRIPT_SYMBOL): "valid_symbol",
}
"""Faults of single rows, and the check that refuses them."""


@dataclass(frozen=True)
class _Hurried(SandboxSource):
    """The simulated exchanges, asked without the distance that the real ones need."""

    def prepare(self, client: Any) -> None:
        super().prepare(client)
        client.enableRateLimit = False


@pytest.fixture(scope="module")
def plain_market(at: datetime) -> SimulatedMarket:
    return SimulatedMarket(7, end=at, days=2, venues=select_simulated(IDS))


@pytest.fixture(scope="module")
def running(plain_market: SimulatedMarket, at: datetime) -> Iterator[Sandbox]:
    with Sandbox(plain_market, clock=lambda: at).in_background() as sandbox:
        yield sandbox


@pytest.fixture
def ask(running: Sandbox, at: datetime) -> Iterator[Callable[..., list[VenueSnapshot]]]:
    """Return a function that asks the exchanges, one of them with a fault."""
    source = _Hurried(clock=lambda: at, url=running.url)

    async def gather() -> list[VenueSnapshot]:
        asked = (fetch_venue(venue, source, IMPATIENT) for venue in select_venues(IDS))
        return list(await asyncio.gather(*asked))

    def fetch(**faults: Fault) -> list[VenueSnapshot]:
        running.faults = dict(faults)
        return asyncio.run(gather())

    yield fetch
    running.faults = {}


@pytest.fixture
def night(make_desk: Any) -> Any:
    return make_desk(venues=IDS, fetch=IMPATIENT)


def _stored(desk: Any) -> Figures:
    rows = desk.rows("select * from core.open_interest where superseded_at is null")
    return {(row["venue"], row["symbol"]): (row["oi_base"], row["oi_usd"]) for row in rows}


def _truth(market: SimulatedMarket, at: datetime) -> Figures:
    return {
        (row["venue"], row["symbol"]): (row["oi_base"], row["oi_usd"])
        for row in market.truth(at).iter_rows(named=True)
    }


def _assert_same(found: Figures, true: Figures) -> None:
    assert found.keys() == true.keys()
    for key, pair in true.items():
        assert found[key] == pytest.approx(pair, rel=EXACT, abs=0), key


def _of(figures: Figures, *venues: str) -> Figures:
    return {key: pair for key, pair in figures.items() if key[0] in venues}


def test_every_contract_is_the_truth(
    ask: Any, night: Any, plain_market: SimulatedMarket, at: datetime
) -> None:
    outcome = night.store(ask(), at)
    assert outcome.statuses == dict.fromkeys(IDS, "ok")
    _assert_same(_stored(night), _truth(plain_market, at))
    told = night.rows(
        "select venue, count(funding_rate) as funding, count(funding_interval_hours) as hours,"
        " count(volume_24h_usd) as traded, count(*) as n from core.open_interest group by venue"
        " order by venue"
    )
    counts = {row["venue"]: (row["funding"], row["hours"], row["traded"], row["n"]) for row in told}
    dated = sum(it.expiry is not None for it in plain_market.instruments())
    perpetual = counts["bitmex"][3] - dated
    assert counts["bitmex"][:3] == (perpetual, perpetual, perpetual + dated)
    assert counts["edgex"] == (30, 30, 30, 30)
    assert counts["variational"] == (0, 0, 50, 50)


@pytest.mark.parametrize(("venue", "fault"), FATAL)
def test_a_failing_address_leaves_the_others_right_and_says_why(
    venue: str, fault: Fault, ask: Any, night: Any, plain_market: SimulatedMarket, at: datetime
) -> None:
    outcome = night.store(ask(**{venue: fault}), at)
    others = [one for one in IDS if one != venue]
    assert outcome.statuses == {venue: "failed", **dict.fromkeys(others, "ok")}
    _assert_same(_stored(night), _of(_truth(plain_market, at), *others))
    (reason,) = night.column("select error from ops.coverage where venue = $venue", venue=venue)
    assert FATAL[venue, fault] in reason


@pytest.mark.parametrize(("venue", "fault"), PARTIAL)
def test_a_bad_row_of_an_address_costs_itself(
    venue: str, fault: Fault, ask: Any, night: Any, plain_market: SimulatedMarket, at: datetime
) -> None:
    outcome = night.store(ask(**{venue: fault}), at)
    assert outcome.statuses[venue] == "partial"
    (reject,) = night.rows("select * from ops.rejects")
    assert (reject["venue"], reject["check_name"]) == (venue, PARTIAL[venue, fault])
    if fault is Fault.SCRIPT_SYMBOL:
        assert SCRIPT in reject["record"]
    true, found = _truth(plain_market, at), _stored(night)
    _assert_same(found, {key: true[key] for key in found})
    assert len(true) - len(found) <= 1


def test_a_recording_of_addresses_gives_the_same_home_and_is_derived_the_same_again(
    ask: Any, make_desk: Any, plain_market: SimulatedMarket, at: datetime, tmp_path: Path
) -> None:
    snapshots = ask()
    kept = [
        one for fetched in snapshots for one in fetched.responses if one.endpoint != "load_markets"
    ]
    file = tmp_path / "night.jsonl"
    # The server on this machine puts the exchange's name before every path.
    lines = [_at_home(line) for line in recording_lines(kept)]
    file.write_text("\n".join(lines) + "\n")

    replayed = make_desk("replayed", venues=IDS, fetch=IMPATIENT)
    outcome = replayed.replay(file, at)
    assert outcome.statuses == dict.fromkeys(IDS, "ok")
    _assert_same(_stored(replayed), _truth(plain_market, at))

    before = replayed.rows("select * from core.open_interest order by all")
    done = rederive_since(
        replayed.home, date(2026, 11, 1), replayed.settings, at + timedelta(days=9)
    )
    assert (done.runs, done.restated) == (1, 0)
    assert replayed.rows("select * from core.open_interest order by all") == before


def _at_home(line: str) -> str:
    said = json.loads(line)
    if said["kind"] == "response":
        said["url"] = said["url"].replace(f"/{said['venue']}/", "/", 1)
    return json.dumps(said)


def test_the_list_of_an_address_is_recorded_in_the_form_of_ccxt(
    ask: Any, plain_market: SimulatedMarket
) -> None:
    for fetched in ask():
        (listed,) = [one for one in fetched.responses if one.endpoint == MARKETS_ENDPOINT]
        mine = [it for it in plain_market.instruments() if it.venue == fetched.venue]
        markets = json.loads(listed.body)
        assert {(m["id"], m["symbol"]) for m in markets} == {(it.native, it.symbol) for it in mine}
        assert all_venues()[fetched.venue].address is not None
