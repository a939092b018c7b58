"""The SQL that a report prints gives the figures it prints, on a degraded night too."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from oirisk.flows.imports.load import import_files
from oirisk.schemas.report.briefing import Report
from oirisk.templates.sentences import say

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)


@dataclass
class Printed:
    """A report, and the rows of each query that it prints, by section."""

    report: Report
    rows: dict[str, list[list[dict[str, Any]]]]


@pytest.fixture
def printed(
    make_desk: Callable[..., Any],
    tape: Any,
    bybit_row: Callable[..., Any],
    gate_row: Callable[..., Any],
    tmp_path: Any,
) -> Printed:
    """Of gate there is a row of two hours ago; of 3 ETH, one on bybit, imported.

    The night before bybit told 100 BTC and 2 ETH, gate 0.3 BTC.
    """
    desk = make_desk(venues=("bybit", "gate"))
    btc, gate = bybit_row("BTCUSDT", 200, 50_000), gate_row(30, 50_000)
    desk.replay(tape.bybit(btc, bybit_row("ETHUSDT", 4, 2_500)).gate(gate).write())
    file = tmp_path / "given.parquet"
    given = {
        "snapshot_at": tape.at + DAY, "venue": "bybit", "symbol": "ETH/USD:ETH",
        "asset": "ETH", "oi_base": 1.0, "mark_price": 2_500.0,
    }  # fmt: skip
    pl.DataFrame([given]).write_parquet(file)
    import_files(desk.home, [str(file)], tape.at + 2 * DAY)
    desk.build(tape.at + DAY)
    later = tape.later(DAY - timedelta(hours=2), "next.jsonl").gate(gate)
    later.at += timedelta(hours=2)
    outcome = desk.replay(later.bybit(btc).write())
    report = desk.report(outcome)
    rows: dict[str, list[list[dict[str, Any]]]] = {}
    for query in report.queries:
        rows.setdefault(query.section, []).append(desk.rows(query.sql))
    return Printed(report, rows)


def test_figures_are_what_their_queries_give(printed: Printed) -> None:
    report, rows = printed.report, printed.rows
    assert report.venues_fresh == 1
    assert "ETH" in {say(row.what) for row in report.withheld}
    (tile,) = (tile for tile in report.tiles if tile.id == "oi_usd")
    assert tile.figure.value == rows["tiles"][0][0]["oi_usd"] == 5_002_500.0

    venues = {(row.venue, row.product): row.oi_usd.value for row in report.venues}
    asked = {(row["venue"], row["product"]): row["oi_usd"] for row in rows["venues"][0]}
    assert venues == asked == {("bybit", "linear"): 5_000_000.0, ("bybit", "import"): 2_500.0}

    shares = [(row.venue, row.oi_usd, row.share) for row in report.venue_shares]
    asked_shares = [tuple(row.values())[:3] for row in rows["venue_shares"][0]]
    assert shares == asked_shares == [("bybit", 5_002_500.0, 1.0)]

    assets = {row["asset"]: (row["published"], row["oi_usd"]) for row in rows["assets"][0]}
    assert assets == {"BTC": (True, 5_000_000.0), "ETH": (False, 2_500.0)}
    assert {row.asset: row.oi_usd.value for row in report.assets} == {"BTC": 5e6, "ETH": None}
    assert [row["venue"] for row in rows["withheld"][2]] == ["gate"]


def test_every_section_of_figures_prints_a_query(printed: Printed) -> None:
    assert printed.rows.keys() == {
        "bottom_line", "tiles", "changes", "assets", "withheld", "history", "clusters", "profiles",
        "liquidations", "observed", "observed_coverage", "track", "stress", "at_risk",
        "contagion", "leverage", "venues", "venue_shares", "weekly", "pools", "coverage", "rejects",
        "quality", "audit", "options", "options_ladder", "options_expiries", "options_futures",
        "options_smiles",
    }  # fmt: skip
