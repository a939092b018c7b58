"""What the report says of each product line: its own share, and by how much that changed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oirisk.flows.imports.load import import_files
from oirisk.schemas.report.briefing import Figure, Report

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
PRICE = 50_000.0


@pytest.fixture
def desk(make_desk: Callable[..., Any]) -> Any:
    """A desk that asks the two exchanges of a tape."""
    return make_desk(venues=("bybit", "gate"))


@pytest.fixture
def give(tmp_path: Path, desk: Any) -> Callable[..., None]:
    """Return a function that imports a night of one more product line of bybit."""

    def give(at: datetime, coins: float, symbol: str = "BTC/USD:BTC") -> None:
        file = tmp_path / "given.parquet"
        row = {
            "snapshot_at": at, "venue": "bybit", "symbol": symbol, "asset": "BTC",
            "oi_base": coins, "mark_price": PRICE,
        }  # fmt: skip
        pl.DataFrame([row]).write_parquet(file)
        import_files(desk.home, [str(file)], at + DAY)
        desk.build(at)

    return give


@pytest.fixture
def night(
    desk: Any, tape: Any, bybit_row: Callable[..., Any], gate_row: Callable[..., Any]
) -> Callable[..., Any]:
    """Return a function that runs one night: bybit linear of so many BTC, 30 BTC on gate."""

    def night(coins: float, days: int = 0) -> Any:
        rows = bybit_row("BTCUSDT", 2 * coins, PRICE), bybit_row("ETHUSDT", 0, 2_500, volume24h="0")
        told = tape.later(days * DAY, f"night-{days}.jsonl")
        return desk.replay(told.bybit(*rows).gate(gate_row(3_000, PRICE)).write())

    return night


def changes(report: Report) -> dict[tuple[str, str], Figure]:
    return {(row.venue, row.product): row.share_change_24h_pp for row in report.venues}


def test_each_product_line_prints_the_change_of_its_own_share(
    desk: Any, night: Callable[..., Any], give: Callable[..., None]
) -> None:
    """Of 200 BTC bybit holds 170 on both nights: 100 and 70, then 120 and 50."""
    first = night(100)
    give(first.snapshot_at, 70.0)
    alone = changes(desk.report(first))["gate", "usdt"]
    assert alone.reason == "no comparable snapshot a day earlier"
    second = night(120, days=1)
    give(second.snapshot_at, 50.0)
    found = changes(desk.report(second))
    assert found["bybit", "linear"].value == pytest.approx(10.0)
    assert found["bybit", "import"].value == pytest.approx(-10.0)
    assert found["gate", "usdt"].value == pytest.approx(0.0)


def test_a_change_that_is_missing_says_why(
    desk: Any, night: Callable[..., Any], give: Callable[..., None]
) -> None:
    night(100)
    outcome = night(100, days=1)
    give(outcome.snapshot_at, 50.0)
    new = changes(desk.report(outcome))
    assert new["bybit", "linear"].value == pytest.approx(0.0)
    assert new["bybit", "import"].reason == "no contract of it was known a day earlier"


def test_options_are_said_to_stay_out(
    desk: Any, night: Callable[..., Any], give: Callable[..., None]
) -> None:
    outcome = night(100)
    give(outcome.snapshot_at, 50.0, "BTC/USD:BTC-270326-50000-C")
    found = changes(desk.report(outcome))
    assert found["bybit", "import"].reason == "options stay out of futures"


def test_report_and_mail_say_whose_counting_is_contested(
    make_desk: Callable[..., Any], tape: Any, at: datetime, bybit_row: Callable[..., Any],
    listed_perp: Callable[..., Any],
) -> None:  # fmt: skip
    desk = make_desk(venues=("bybit", "htx"))
    row = {
        "contract_code": "BTC-USDT", "volume": 4_000, "amount": 4.0, "value": 200_000.0,
    }  # fmt: skip
    body = {"status": "ok", "data": [row], "ts": int(at.timestamp() * 1000)}
    url = "https://api.hbdm.com/linear-swap-api/v1/swap_open_interest"
    tape.markets("htx", listed_perp("BTC-USDT", "BTC", 0.001)).answer("htx", url, body)
    outcome = desk.replay(tape.bybit(bybit_row("BTCUSDT", 200, PRICE)).write())
    venues = {row.venue: row for row in desk.report(outcome).venues}
    assert (venues["htx"].oi_usd.value, venues["htx"].counting_factor) == (100_000.0, 0.5)
    assert venues["htx"].counting_evidence == "contested"
    folder = desk.write_report(outcome)
    for name in ("index.html", "email.html", "email.txt"):
        text = " ".join((folder / name).read_text(encoding="utf-8").split())
        assert "Contested, since what the exchange says and what its figures show" in text, name
        assert "a factor of 2: htx." in text, name
        assert "(contested)" in text, name
