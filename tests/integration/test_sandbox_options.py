"""Chains of simulated options through the real fetching: what is stored is the truth.

Each exchange prints them in units and conventions of its own, which are undone here by hand.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from oirisk.flows.batch import Batch
from oirisk.flows.enrichment import ASKED, ask_venue
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import all_option_figures, select_venues
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.outcome import Outcome
from oirisk.flows.pipeline import RunFrame, store
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import FetchSettings
from oirisk.sandbox.chain import Chain
from oirisk.sandbox.faults import Fault
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import VENUES, select_simulated
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.history import Wanted
from oirisk.warehouse.home import Home

pytestmark = pytest.mark.integration

EXACT = 1e-9
Row = dict[str, Any]


def _listing_options() -> tuple[str, ...]:
    market = SimulatedMarket(7, end=datetime.fromisoformat("2026-11-21T00:05Z"), venues=VENUES)
    return tuple(sorted({it.venue for it in market.instruments() if it.kind == "option"}))


IDS = _listing_options()


@dataclass(frozen=True)
class Night:
    """A night of every exchange with options, stored."""

    outcome: Outcome
    rows: Callable[[str], list[Row]]


def _fetch(sandbox: Sandbox, at: datetime, settings: Settings) -> Batch:
    source = SandboxSource(clock=lambda: at, url=sandbox.url)
    venues = select_venues(settings.venues)
    nobody = Wanted(at, ())

    async def ask() -> Batch:
        batch = Batch([await fetch_venue(it, source, settings.fetch) for it in venues], settings)
        asked = [it for it in venues if it.id in ASKED]
        batch.told = tuple([await ask_venue(it, source, settings, nobody) for it in asked])
        return batch

    return asyncio.run(ask())


def _night(
    market: SimulatedMarket, at: datetime, folder: Path, faults: Mapping[str, Fault]
) -> tuple[Outcome, Home]:
    settings = Settings(
        venues=IDS, fetch=FetchSettings(venue_timeout_seconds=200, attempts=1, backoff_seconds=0)
    )
    home = Home(folder / "home")
    now = at + timedelta(minutes=1)
    frame = RunFrame(home, "nightly", at, now, "sandbox", is_simulated=True, settings=settings)
    with Sandbox(market, clock=lambda: at, faults=faults).in_background() as sandbox:
        batch = _fetch(sandbox, at, settings)
    return store(frame, batch, now), home


def _reader(connection: duckdb.DuckDBPyConnection) -> Callable[[str], list[Row]]:
    connection.execute("set timezone = 'UTC'")
    return lambda sql: connection.sql(sql).pl().to_dicts()


@pytest.fixture(scope="module")
def options_market(at: datetime) -> SimulatedMarket:
    return SimulatedMarket(7, end=at, days=1, venues=select_simulated(IDS))


@pytest.fixture(scope="module")
def night(
    options_market: SimulatedMarket, at: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Night]:
    outcome, home = _night(options_market, at, tmp_path_factory.mktemp("options"), {})
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield Night(outcome, _reader(connection))


@pytest.fixture(scope="module")
def truth(options_market: SimulatedMarket, at: datetime) -> dict[tuple[str, str], Row]:
    coins = {it.asset for it in options_market.instruments() if it.kind == "option"}
    return {
        (row["venue"], row["symbol"]): row
        for coin in sorted(coins)
        for row in options_market.true_chain(coin, at).table().to_dicts()
    }


def test_every_exchange_that_says_what_it_tells_of_options_is_simulated() -> None:
    assert set(all_option_figures()) - {"coinbaseinternational"} == set(IDS)


def test_open_interest_of_every_option_is_the_truth_in_coins_and_at_the_index(
    night: Night, truth: dict[tuple[str, str], Row]
) -> None:
    assert set(night.outcome.statuses.values()) == {"ok"}
    rows = night.rows("from core.open_interest where kind = 'option' and source = 'live'")
    stored = {(row["venue"], row["symbol"]): row for row in rows}
    assert stored.keys() == truth.keys()
    for key, row in stored.items():
        true = truth[key]
        assert row["oi_base"] == pytest.approx(true["oi_base"], rel=EXACT, abs=0), key
        assert row["oi_usd"] == pytest.approx(true["oi_usd"], rel=EXACT, abs=0), key
        if row["venue"] != "binance":  # which prints a value in place of a price
            assert row["index_price"] == pytest.approx(true["index_price"], rel=EXACT), key


def test_options_end_when_their_exchange_says(
    night: Night, truth: dict[tuple[str, str], Row]
) -> None:
    rows = night.rows("from core.instruments where kind = 'option'")
    for row in rows:
        true = truth[row["venue"], row["symbol"]]
        assert (row["expiry"], row["strike"], row["option_type"]) == (
            true["expiry"], true["strike"], true["option_type"],
        )  # fmt: skip
        assert row["expiry"].hour == (12 if row["venue"] == "delta" else 8)
    assert len(rows) == len(truth)


UNTOLD_VOLUME = {"gate", "paradex"}


def test_volume_is_the_truth_where_it_is_told(
    night: Night, truth: dict[tuple[str, str], Row]
) -> None:
    rows = night.rows("from core.open_interest where kind = 'option' and source = 'live'")
    for row in rows:
        true = truth[row["venue"], row["symbol"]]["volume_24h_base"]
        wanted = None if row["venue"] in UNTOLD_VOLUME else pytest.approx(true, rel=EXACT)
        assert row["volume_24h_base"] == wanted, row["symbol"]


def _all(row: Row) -> Row:
    """Return what is told by an exchange that tells everything, as the market has it."""
    greeks = ("mark_iv", "bid_iv", "ask_iv", "delta", "gamma", "vega", "theta")
    return {
        **{name: row[name] for name in greeks},
        "mark_price": row["premium"],
        "underlying_price": row["forward"],
        "underlying_kind": "forward",
        "delta_convention": "black",
    }


def _without_price(row: Row) -> Row:
    return {**_all(row), "underlying_price": None, "underlying_kind": None}


def _deribit(row: Row) -> Row:
    is_inverse = row["symbol"].partition(":")[2].partition("-")[0] == row["asset"]
    in_coins = round(row["premium"] / row["forward"], 8) * row["forward"]
    untold = dict.fromkeys(("bid_iv", "ask_iv", "delta", "gamma", "vega", "theta"))
    told = {"mark_price": in_coins if is_inverse else row["premium"]}
    return {**_all(row), **untold, **told, "delta_convention": None}


def _derive(row: Row) -> Row:
    return {**_all(row), "mark_price": round(row["premium"] * row["index"] / row["forward"], 8)}


def _paradex(row: Row) -> Row:
    carry = row["forward"] / row["index"]
    by_spot = {"delta": row["delta"] * carry, "gamma": row["gamma"] * carry**2, "theta": None}
    price = {"underlying_price": row["index"], "underlying_kind": "spot"}
    return {**_all(row), **by_spot, **price}


TOLD: dict[str, Callable[[Row], Row]] = {
    "binance": _without_price,
    "bybit": _all,
    "delta": lambda row: {**_all(row), "underlying_kind": "spot"},
    "deribit": _deribit,
    "derive": _derive,
    "gate": _without_price,
    "okx": lambda row: {**_all(row), "mark_price": None},
    "paradex": _paradex,
}


@pytest.mark.parametrize("venue", IDS)
def test_what_is_told_of_options_is_the_truth(
    night: Night, truth: dict[tuple[str, str], Row], venue: str
) -> None:
    rows = night.rows(f"from core.options where venue = '{venue}'")
    assert {row["symbol"] for row in rows} == {symbol for name, symbol in truth if name == venue}
    for row in rows:
        true = truth[venue, row["symbol"]]
        wanted = TOLD[venue]({**true, "index": true["index_price"]})
        wanted |= {name: true[name] for name in ("asset", "expiry", "strike", "option_type")}
        wanted |= {name: true[name] for name in ("oi_base", "oi_usd")}
        for name, value in wanted.items():
            exact = pytest.approx(value, rel=EXACT, abs=1e-12) if type(value) is float else value
            assert row[name] == exact, (row["symbol"], name)


FAULTS = {
    "okx": Fault.EXPIRED_OPTIONS,
    "bybit": Fault.CROSSED_QUOTES,
    "derive": Fault.STALE_UNDERLYING,
    "deribit": Fault.ZERO_INTEREST,
    "gate": Fault.DOWN,
}


@pytest.fixture(scope="module")
def bad_night(
    options_market: SimulatedMarket, at: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Night]:
    outcome, home = _night(options_market, at, tmp_path_factory.mktemp("faults"), FAULTS)
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield Night(outcome, _reader(connection))


def test_an_option_that_has_expired_is_refused_and_counted(bad_night: Night, at: datetime) -> None:
    rows = bad_night.rows("select expiry, oi_base from core.options where venue = 'okx'")
    over = [row for row in rows if row["expiry"] <= at]
    assert 0 < len(over) < len(rows)
    assert {row["oi_base"] for row in over} == {None}
    refused = bad_night.rows("select check_name from ops.rejects where venue = 'okx'")
    assert [row["check_name"] for row in refused] == ["not_expired"] * len(over)
    listed = bad_night.rows("from core.instruments where venue = 'okx' and kind = 'option'")
    assert sum(row["expiry"] <= at for row in listed) == len(over)


def test_crossed_quotes_are_told_as_they_are(bad_night: Night) -> None:
    rows = bad_night.rows("from core.options where venue = 'bybit'")
    assert {row["option_type"] for row in rows if row["bid_iv"] > row["ask_iv"]} == {"put"}
    assert all(row["bid_iv"] < row["ask_iv"] for row in rows if row["option_type"] == "call")


def test_a_stale_underlying_is_told_as_it_is(
    bad_night: Night, truth: dict[tuple[str, str], Row]
) -> None:
    rows = bad_night.rows("from core.options where venue = 'derive'")
    first = min(row["expiry"] for row in rows)
    for row in rows:
        part = row["underlying_price"] / truth["derive", row["symbol"]]["forward"]
        assert part == pytest.approx(0.95 if row["expiry"] == first else 1.0, abs=1e-4)


def test_an_option_of_which_nothing_is_open_is_a_row(bad_night: Night) -> None:
    rows = bad_night.rows(
        "select terms.expiry, count(*) as n, sum(facts.oi_base) as base"
        " from core.open_interest as facts join core.instruments as terms using (venue, symbol)"
        " where venue = 'deribit' and facts.kind = 'option' group by expiry order by expiry"
    )
    assert [row["base"] == 0.0 for row in rows] == [True, *[False] * (len(rows) - 1)]
    assert len({row["n"] for row in rows}) == 1


def test_an_exchange_that_is_missing_changes_no_other(bad_night: Night, night: Night) -> None:
    missing = {venue for venue, status in bad_night.outcome.statuses.items() if status != "ok"}
    assert missing == {"gate", "okx"}
    sql = "select venue, symbol, oi_base, oi_usd, mark_iv from core.options order by venue, symbol"
    sound = set(IDS) - set(FAULTS)
    here, there = (
        [row for row in it.rows(sql) if row["venue"] in sound] for it in (bad_night, night)
    )
    assert here == there
    assert {row["venue"] for row in here} == sound


def _marts(night: Night, table: str) -> list[Row]:
    return night.rows(f"from marts.{table} order by all")


def _true_part(market: SimulatedMarket, at: datetime, row: Row) -> Chain:
    """Return the true options that a row of a mart speaks of."""
    chain = market.true_chain(row["asset"], at)
    chain = chain if row["venue"] == "ALL" else chain.on(row["venue"])
    return chain.expiring(row["expiry"]) if row.get("expiry") else chain


@pytest.mark.parametrize("table", ["options_by_expiry", "options_by_asset"])
def test_what_is_open_its_ratios_and_skew_are_the_truth(
    night: Night, options_market: SimulatedMarket, at: datetime, table: str
) -> None:
    rows = _marts(night, table)
    assert {row["venue"] for row in rows} == {"ALL", *IDS}
    for row in rows:
        true = _true_part(options_market, at, row)
        calls, puts = true.coins()
        assert row["published"]
        assert row["call_oi_base"] == pytest.approx(float(calls), rel=EXACT)
        assert row["put_oi_base"] == pytest.approx(float(puts), rel=EXACT)
        assert row["put_call_ratio"] == pytest.approx(float(true.put_call_ratio()), rel=EXACT)
        assert row["oi_skew"] == pytest.approx(float(true.oi_skew()), rel=EXACT, abs=EXACT)


def test_max_pain_is_the_truth_to_the_strike(
    night: Night, options_market: SimulatedMarket, at: datetime
) -> None:
    for row in _marts(night, "options_by_expiry"):
        true = _true_part(options_market, at, row)
        low, high = true.max_pain()
        assert (row["max_pain"], row["max_pain_high"]) == (float(low), float(high))
        assert row["max_pain_coin"] == float(true.max_pain_in_coins())


SMILE_TOLERANCE = 0.001
"""Volatilities are read between strikes; a tenth of a point is what straight lines there cost."""


def test_gamma_flips_and_smiles_are_the_truth(
    night: Night, options_market: SimulatedMarket, at: datetime
) -> None:
    for row in _marts(night, "options_by_expiry"):
        true = _true_part(options_market, at, row)
        gross, smile = true.gamma_gross(), true.smile(row["expiry"])
        assert row["gex_gross_usd"] == pytest.approx(gross, rel=EXACT)
        assert row["gex_net_naive_usd"] == pytest.approx(true.gamma_net(), abs=EXACT * gross)
        assert row["dex_base"] == pytest.approx(true.delta_exposure(), abs=1e-8 * row["oi_base"])
        flips = [part * row["price"] for part in true.gamma_flips()]
        assert (row["gamma_flip"] is None) == (not flips)
        if flips:
            assert min(abs(row["gamma_flip"] / flip - 1) for flip in flips) < EXACT
        assert row["atm_iv"] == pytest.approx(smile.at_the_money, abs=SMILE_TOLERANCE)
        assert row["risk_reversal_25d"] == pytest.approx(smile.risk_reversal, abs=SMILE_TOLERANCE)
        assert row["butterfly_25d"] == pytest.approx(smile.butterfly, abs=SMILE_TOLERANCE)


def test_what_is_faulty_is_handled_and_counted_in_the_marts(bad_night: Night) -> None:
    rows = {(row["asset"], row["venue"]): row for row in _marts(bad_night, "options_by_asset")}
    assets = {asset for asset, _ in rows}
    for asset in assets:
        every = rows[asset, "ALL"]
        assert (every["published"], every["oi_base"], every["gex_gross_usd"]) == (False, None, None)
        assert "gate" in every["withheld_reason"]
        assert every["options_crossed"] == rows[asset, "bybit"]["options_crossed"] > 0
        assert every["options_zero"] >= rows[asset, "deribit"]["options_zero"] > 0
        stale = rows.get((asset, "derive"), {"options_stale_underlying": 0})
        assert every["options_stale_underlying"] == stale["options_stale_underlying"]
        crossed = rows[asset, "bybit"]
        assert crossed["options_without_iv"] == crossed["options_crossed"]
        assert crossed["oi_base"] > 0
        assert (crossed["gex_net_naive_usd"], crossed["gamma_flip"]) == (None, None)
        assert crossed["flip_reason"] == "volatility of too little known"
    derive = [row for (_, venue), row in rows.items() if venue == "derive"]
    assert min(row["options_stale_underlying"] for row in derive) > 0


def test_a_venue_that_is_missing_shifts_no_max_pain(bad_night: Night, night: Night) -> None:
    sql = (
        "select asset, venue, expiry, max_pain, max_pain_high, max_pain_coin, put_call_ratio,"
        " oi_skew, gex_gross_usd, gamma_flip, risk_reversal_25d from marts.options_by_expiry"
        " where venue <> 'ALL' order by all"
    )
    sound = set(IDS) - set(FAULTS)
    here, there = (
        [row for row in it.rows(sql) if row["venue"] in sound] for it in (bad_night, night)
    )
    assert here
    assert here == there
