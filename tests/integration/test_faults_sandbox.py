"""One simulated exchange misbehaves: the others are right to the cent, and the reason is told."""

import asyncio
import html
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from oirisk.flows.cli.run import announce
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import select_venues
from oirisk.flows.settings.sections import FetchSettings
from oirisk.sandbox.faults import SCRIPT, SQL, Fault
from oirisk.schemas.responses import VenueSnapshot
from oirisk.templates.sentences import say

pytestmark = pytest.mark.integration

IMPATIENT = FetchSettings(
    attempts=2, backoff_seconds=0, request_timeout_seconds=0.5, venue_timeout_seconds=10
)
CENT = 0.01
PATIENT = FetchSettings(attempts=6, backoff_seconds=0)
"""Loading the markets may take as many requests, each of which fails once."""

FATAL = {
    "rate_limited": "429",
    "server_error": "500",
    "html": "We will be back soon",
    "truncated": "expected JSON",
    "empty": "listed instruments missing",
    "future": "refused by not_from_the_future",
    "hang": "no answer within 0.5 s",
    "down": "ServerDisconnected",
}
"""Faults that leave nothing of the exchange, and what the reason says."""

PARTIAL = {
    "nan": ("oi_is_finite", "NaN"),
    "negative": ("oi_not_negative", '"-'),
    "script_symbol": ("known_instrument", SCRIPT),
    "sql_symbol": ("known_instrument", SQL),
}
"""Faults of single rows, the check that refuses them, and what the refused row holds."""


def _ask(source: Any, *venues: str, settings: FetchSettings = IMPATIENT) -> list[VenueSnapshot]:
    async def gather() -> list[VenueSnapshot]:
        asked = (fetch_venue(venue, source, settings) for venue in select_venues(venues))
        return list(await asyncio.gather(*asked))

    return asyncio.run(gather())


@pytest.fixture(scope="module")
def sound(sandbox_source: Any) -> list[VenueSnapshot]:
    """What two healthy exchanges say, asked once."""
    return _ask(sandbox_source, "gate", "okx")


@pytest.fixture
def ask_bybit(sandbox: Any, sandbox_source: Any) -> Iterator[Callable[[str], list[VenueSnapshot]]]:
    """Return a function that asks Bybit while it has a fault."""

    def ask(fault: str) -> list[VenueSnapshot]:
        sandbox.faults["bybit"] = Fault(fault)
        return _ask(sandbox_source, "bybit")

    yield ask
    sandbox.faults.clear()


def _truth(market: Any, at: Any, *venues: str) -> dict[tuple[str, str], tuple[float, float]]:
    """True open interest by exchange and symbol, in coins and USD."""
    return {
        (row["venue"], row["symbol"]): (row["oi_base"], row["oi_usd"])
        for row in market.truth(at).iter_rows(named=True)
        if row["venue"] in venues
    }


def _stored(desk: Any, *venues: str) -> dict[tuple[str, str], tuple[float, float]]:
    rows = desk.rows(
        "select venue, symbol, oi_base, oi_usd from core.open_interest where superseded_at is null"
    )
    return {
        (row["venue"], row["symbol"]): (row["oi_base"], row["oi_usd"])
        for row in rows
        if row["venue"] in venues
    }


def _assert_same(found: dict[Any, Any], true: dict[Any, Any]) -> None:
    assert found.keys() == true.keys()
    for key, (base, usd) in true.items():
        assert found[key][0] == pytest.approx(base, rel=1e-12, abs=0), key
        assert found[key][1] == pytest.approx(usd, rel=0, abs=CENT / 2), key


def _assert_counts_add_up(desk: Any) -> None:
    for row in desk.rows("select * from ops.coverage"):
        assert row["accepted"] + row["rejected"] == row["received"], row
    refused = dict.fromkeys(desk.column("select venue from ops.coverage"), 0)
    for row in desk.rows("select venue, count(*) as n from ops.rejects group by venue"):
        refused[row["venue"]] = row["n"]
    for row in desk.rows("select venue, rejected from ops.coverage"):
        assert refused[row["venue"]] == row["rejected"]


@pytest.mark.parametrize("fault", FATAL)
def test_an_exchange_that_gives_nothing_usable_leaves_the_others_right_and_says_why(
    fault: str, ask_bybit: Any, sound: Any, desk: Any, market: Any, at: Any
) -> None:
    outcome = desk.store([*ask_bybit(fault), *sound], at)
    assert outcome.statuses == {"bybit": "failed", "gate": "ok", "okx": "ok"}
    _assert_same(_stored(desk, "gate", "okx"), _truth(market, at, "gate", "okx"))
    assert _stored(desk, "bybit") == {}
    _assert_counts_add_up(desk)
    (reason,) = desk.column("select error from ops.coverage where venue = 'bybit'")
    assert FATAL[fault] in reason
    assert announce(outcome, desk.home.root, as_json=False, has_report=True) == 1
    report = desk.report(outcome)
    assert [row.error for row in report.coverage if row.venue == "bybit"] == [reason]
    assert report.is_degraded
    assert next(tile for tile in report.tiles if tile.id == "oi_usd").figure.value is None
    assert "bybit" in say(report.bottom_line[0].text)


@pytest.mark.parametrize("fault", PARTIAL)
def test_a_bad_row_is_refused_whole_and_the_rest_of_the_exchange_is_right(
    fault: str, ask_bybit: Any, sound: Any, desk: Any, market: Any, at: Any
) -> None:
    outcome = desk.store([*ask_bybit(fault), *sound], at)
    assert outcome.statuses == {"bybit": "partial", "gate": "ok", "okx": "ok"}
    check, content = PARTIAL[fault]
    rejects = desk.rows("select * from ops.rejects")
    assert rejects
    assert {row["check_name"] for row in rejects} == {check}
    assert {row["venue"] for row in rejects} == {"bybit"}
    for row in rejects:
        record = json.loads(row["record"])
        assert {"symbol", "openInterest", "markPrice"} <= record.keys()
        assert content in json.dumps(record)
    true = _truth(market, at, "bybit", "gate", "okx")
    lost = {("bybit", row["symbol"]) for row in rejects}
    _assert_same(_stored(desk, "bybit", "gate", "okx"), {k: true[k] for k in true.keys() - lost})
    _assert_counts_add_up(desk)
    assert announce(outcome, desk.home.root, as_json=True, has_report=True) == 1
    if fault in {"script_symbol", "sql_symbol"}:
        _assert_shown_as_text(desk, outcome, content)


def test_an_html_page_is_shown_in_the_report_as_text(
    ask_bybit: Any, sound: Any, desk: Any, at: Any
) -> None:
    outcome = desk.store([*ask_bybit("html"), *sound], at)
    _assert_shown_as_text(desk, outcome, outcome.reasons["bybit"])


def _assert_shown_as_text(desk: Any, outcome: Any, *texts: str) -> None:
    folder = desk.write_report(outcome)
    shown = html.unescape((folder / "index.html").read_text())
    assert all(text in shown for text in texts)
    for name in ("index.html", "email.html"):
        page = (folder / name).read_text()
        assert "<script>alert" not in page
        assert "<h1>We will be back soon" not in page


def test_the_marts_of_the_others_hold_the_truth_when_one_exchange_is_down(
    ask_bybit: Any, sound: Any, desk: Any, market: Any, at: Any
) -> None:
    desk.store([*ask_bybit("down"), *sound], at)
    true: dict[tuple[str, str], float] = {}
    for row in market.truth(at).iter_rows(named=True):
        if row["venue"] in {"gate", "okx"} and row["kind"] != "option":
            key = row["asset"], row["venue"]
            true[key] = true.get(key, 0) + row["oi_usd"]
    found = {
        (row["asset"], row["venue"]): row["oi_usd"]
        for row in desk.rows("select * from marts.oi_by_venue where kind_group = 'futures'")
    }
    assert found == pytest.approx(true, rel=0, abs=CENT / 2)
    known = {asset for asset, _ in found}
    listed = {
        it.asset for it in market.instruments() if it.venue == "bybit" and it.kind != "option"
    }
    published = desk.column(
        "select asset from marts.oi_by_asset where published and kind_group = 'futures'"
    )
    assert set(published) == known - listed


@pytest.mark.parametrize(
    "venue", ["bybit", "deribit", "gate", "hyperliquid", "kucoinfutures", "okx"]
)
def test_a_503_is_tried_again_whatever_the_exchange_wraps_it_in(
    venue: str, sandbox: Any, sandbox_source: Any
) -> None:
    sandbox.faults[venue] = Fault.FLAKY
    try:
        (fetched,) = _ask(sandbox_source, venue, settings=PATIENT)
    finally:
        sandbox.faults.clear()
    assert fetched.failures == []
