"""What the report says of data quality, and of rows that no rule of the registry covers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from oirisk.flows.imports.load import import_files
from oirisk.templates.sentences import say

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)


def test_a_venue_whose_figures_double_overnight_is_named_on_top_of_the_report(
    desk: Any, tape: Any, bybit_row: Callable[..., Any], gate_row: Callable[..., Any]
) -> None:
    rows = bybit_row("BTCUSDT", 200, 50_000), bybit_row("ETHUSDT", 4_000, 2_500)
    desk.replay(tape.bybit(*rows).gate(gate_row(3_000, 50_000)).write())
    later = tape.later(DAY, "next.jsonl")
    doubled = bybit_row("BTCUSDT", 404, 50_000), bybit_row("ETHUSDT", 7_960, 2_500)
    outcome = desk.replay(later.bybit(*doubled).gate(gate_row(3_010, 50_000)).write())
    report = desk.report(outcome)

    found = [(row.venue, row.check_name, row.severity) for row in report.audit]
    assert found == [("bybit", "venue_jump", "error")]
    # 202 / 100 and 3980 / 2000 are both near 2; the median of the two is 2.005.
    assert desk.column("select round(ratio, 9) from ops.audit") == [2.005]
    scores = {row.venue: row.score for row in report.quality}
    assert (scores["bybit"], scores["gate"]) == (0.0, 1.0)
    assert any("Do not read the change of bybit" in say(line.text) for line in report.bottom_line)
    assert desk.column("select count(*) from ops.audit where venue = 'gate'") == [0]


def test_figures_of_one_answer_that_disagree_are_quarantined_and_explained(
    desk: Any, tape: Any, bybit_row: Callable[..., Any]
) -> None:
    """120 BTC at 50,000 are 6 million; the value beside it, of both sides, is half of 10."""
    night = tape.bybit(
        bybit_row("BTCUSDT", 240, 50_000, openInterestValue="10000000"),
        bybit_row("ETHUSDT", 4_000, 2_500, openInterestValue="10000000"),
    )
    outcome = desk.replay(night.write())
    stored = desk.rows("select asset, quality, oi_usd, route_usd from core.open_interest")
    assert {row["asset"]: (row["quality"], row["oi_usd"], row["route_usd"]) for row in stored} == {
        "BTC": ("suspect", 6_000_000.0, 5_000_000.0),
        "ETH": ("ok", 5_000_000.0, 5_000_000.0),
    }
    assert desk.column("select asset from marts.oi_by_asset") == ["ETH"]
    (row,) = desk.report(outcome).audit
    assert (row.venue, row.check_name, row.example_symbol) == (
        "bybit",
        "usd_routes",
        "BTC/USDT:USDT",
    )
    assert row.detail == "by its own other figure it is 5,000,000 USD, 16.7 % apart; not counted"
    quality = desk.rows("select consistency, score from marts.data_quality where venue = 'bybit'")
    assert quality == [{"consistency": 0.5, "score": 0.5}]


def test_imported_rows_stand_among_the_venues_as_assumed(
    desk: Any, tape: Any, gate_row: Callable[..., Any], tmp_path: Any
) -> None:
    outcome = desk.replay(tape.gate(gate_row(3_000, 50_000)).write())
    file = tmp_path / "given.parquet"
    frame = pl.DataFrame(
        {
            "snapshot_at": [outcome.snapshot_at], "venue": ["kraken"],
            "symbol": ["BTC/USDT:USDT"], "asset": ["BTC"], "oi_base": [10.0],
            "mark_price": [50_000.0],
        }
    )  # fmt: skip
    frame.write_parquet(file)
    import_files(desk.home, [str(file)], outcome.snapshot_at + DAY)
    desk.build(outcome.snapshot_at)
    report = desk.report(outcome)
    rows = {row.venue: row for row in report.venues}
    assert rows.keys() == {"gate", "kraken"}
    given = rows["kraken"]
    assert (given.oi_usd.value, given.instruments, given.counting_factor) == (500_000.0, 1, 1.0)
    assert (given.product, given.unit, given.unit_evidence) == ("import", "base", "assumed")
    assert given.counting_evidence == "assumed"
    assert any(
        "kraken" in text for text in map(say, report.assumptions) if text.startswith("Imported")
    )
