"""Observed accounts from end to end: asked in the simulation, stored, measured, reported."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from oirisk.flows.cli.observe import observe as observe_command
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.observe import Observation, observe_listed
from oirisk.flows.pipeline import RunFrame
from oirisk.flows.settings.sections import ObserveSettings
from oirisk.sandbox.accounts import addresses, positions
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.report.briefing import Report
from oirisk.templates.sentences import say

pytestmark = pytest.mark.integration

NOBODY = "0x" + "0" * 40


@pytest.fixture
def observed_desk(make_desk: Callable[..., Any], tmp_path: Path) -> Any:
    listed = tmp_path / "listed.txt"
    listed.write_text("\n".join((*addresses()[:4], NOBODY)) + "\n", encoding="utf-8")
    return make_desk("home", venues=("hyperliquid",), observe=ObserveSettings(accounts_file=listed))


def frame_of(desk: Any, at: datetime) -> RunFrame:
    return RunFrame(
        home=desk.home, flow="nightly", snapshot_at=at, started_at=at, source="sandbox",
        is_simulated=True, settings=desk.settings,
    )  # fmt: skip


def ask(desk: Any, at: datetime, source: SandboxSource) -> Observation:
    seen = asyncio.run(observe_listed(frame_of(desk, at), source))
    assert seen is not None
    return seen


def truth(
    market: SimulatedMarket, at: datetime, *, closable: bool = False
) -> dict[tuple[str, str], float]:
    """Coins that the listed accounts hold, by asset and side; some only if a price closes them."""
    book = market.book("hyperliquid", at)
    held: dict[tuple[str, str], float] = defaultdict(float)
    for account in addresses()[:4]:
        for one in positions(account, book):
            if closable and not one.liquidation:
                continue
            listed = one.quote.instrument
            side = "long" if one.size > 0 else "short"
            held[listed.asset, side] += float(abs(one.size)) * listed.base_multiplier
    return held


def test_the_measured_map_is_the_simulated_truth_and_names_no_account(
    observed_desk: Any, market: SimulatedMarket, sandbox_source: SandboxSource, at: datetime
) -> None:
    outcome = observed_desk.store(observed_desk.fetch(sandbox_source), at)
    seen = ask(observed_desk, at, sandbox_source)
    assert (seen.accounts_listed, seen.accounts_answered, seen.note) == (5, 5, "")

    mapped = observed_desk.rows(
        "select asset, side, sum(base) as base from marts.observed_map group by all"
    )
    wanted, closable = truth(market, at), truth(market, at, closable=True)
    assert {(row["asset"], row["side"]): row["base"] for row in mapped} == pytest.approx(closable)
    shares = observed_desk.rows("select asset, long_share, oi_base from marts.observed_coverage")
    printed = {
        quote.instrument.asset: float(quote.listed_base)
        for quote in market.book("hyperliquid", at).of("perp")
    }
    btc = next(row for row in shares if row["asset"] == "BTC")
    assert btc["oi_base"] == pytest.approx(printed["BTC"])
    assert btc["long_share"] == pytest.approx(wanted.get(("BTC", "long"), 0.0) / printed["BTC"])
    weights = observed_desk.column("select sum(weight) from marts.observed_leverage group by asset")
    assert weights == pytest.approx([1.0] * len(weights))

    folder = observed_desk.write_report(outcome)
    files = [file for file in folder.rglob("*") if file.suffix in {".html", ".txt", ".json"}]
    assert len(files) == 4
    for file in files:
        text = file.read_text(encoding="utf-8").lower()
        assert not [account for account in addresses() if account in text]
    stored = (folder / "report.json").read_text(encoding="utf-8")
    told = Report.model_validate_json(stored).liquidations
    assert say(told.observed_note).startswith("5 of 5 accounts answered on hyperliquid")
    assert {row.asset for row in told.observed} <= {asset for asset, _ in wanted}
    assert "depth was not measured" in say(told.missing["stress"])
    assert "has its order books read" in say(told.missing["contagion"])


def test_the_same_observation_twice_changes_nothing(
    observed_desk: Any, sandbox_source: SandboxSource, at: datetime
) -> None:
    first = ask(observed_desk, at, sandbox_source)
    before = observed_desk.rows("from core.observed_positions order by account, symbol")
    assert ask(observed_desk, at, sandbox_source) == first
    assert observed_desk.rows("from core.observed_positions order by account, symbol") == before
    assert observed_desk.column("select count(*) from ops.observations") == [1]


def test_accounts_that_were_not_asked_are_counted_with_the_reason(
    make_desk: Callable[..., Any], sandbox_source: SandboxSource, at: datetime, tmp_path: Path
) -> None:
    listed = tmp_path / "listed.txt"
    listed.write_text("\n".join(addresses()[:3]), encoding="utf-8")
    settings = ObserveSettings(accounts_file=listed, most_accounts=2)
    desk = make_desk("few", venues=("hyperliquid",), observe=settings)
    seen = ask(desk, at, sandbox_source)
    assert (seen.accounts_listed, seen.accounts_answered) == (3, 2)
    assert seen.note == "1 accounts: beyond observe.most_accounts = 2"

    listed.write_text("nobody\n", encoding="utf-8")
    broken = ask(desk, at, sandbox_source)
    assert (broken.accounts_listed, broken.positions_accepted) == (0, 0)
    assert "line 1: expected one address" in broken.note
    kept = "select count(*) from core.observed_positions where superseded_at is null"
    assert desk.column(kept) == [seen.positions_accepted]


def test_an_exchange_that_is_down_is_a_reason_and_no_crash(
    make_desk: Callable[..., Any], market: SimulatedMarket, at: datetime, tmp_path: Path
) -> None:
    listed = tmp_path / "listed.txt"
    listed.write_text(addresses()[0], encoding="utf-8")
    desk = make_desk("down", venues=("hyperliquid",), observe=ObserveSettings(accounts_file=listed))
    gone = SandboxSource(clock=lambda: at, url="http://127.0.0.1:9")
    seen = ask(desk, at, gone)
    assert (seen.accounts_listed, seen.accounts_answered) == (1, 0)
    assert seen.note.startswith("1 accounts: ")
    assert addresses()[0] not in seen.note


def test_the_command_says_how_many_answered(
    sandbox: Sandbox, at: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "listed.csv"
    listed.write_text(f"account\n{addresses()[0]}\n", encoding="utf-8")
    home = tmp_path / "home"
    asked = observe_command(home, listed, at.isoformat(), as_json=False, sandbox=sandbox.url)
    assert asked == 0
    assert "1 of 1 accounts answered" in capsys.readouterr().out
