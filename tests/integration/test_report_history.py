"""A home that holds history alone: what is known is reported, and said to be history."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oirisk.flows.cli.briefing import report, send
from oirisk.flows.cli.build import build
from oirisk.flows.cli.doctor import doctor
from oirisk.flows.cli.export import export
from oirisk.flows.imports.load import import_files
from oirisk.flows.mail.mailing import read_report
from oirisk.schemas.errors import HomeError
from oirisk.schemas.report.briefing import Report
from oirisk.warehouse.home import Home

pytestmark = pytest.mark.integration

START = datetime(2026, 9, 1, tzinfo=UTC)
NOW = START + timedelta(days=9)
HOURS = 72
"""Three days, hour by hour: the last snapshot is 4 September, 00:00."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def imported(home: Home, tmp_path: Path) -> Home:
    """BTC on two exchanges and ETH on one; every hour BTC gains 1 coin on each of them.

    ETH is known until the last hour but one, and is 4,000 coins in odd hours.
    """
    rows = []
    for hour in range(HOURS + 1):
        at = START + timedelta(hours=hour)
        rows += [(at, "bybit", "BTC", 1_000.0 + hour, 60_000.0)]
        rows += [(at, "okx", "BTC", 500.0 + hour, 60_000.0)]
        if hour < HOURS:
            rows += [(at, "bybit", "ETH", 4_000.0 if hour % 2 else 4_001.0, 2_500.0)]
    frame = pl.DataFrame(
        {
            "snapshot_at": [row[0] for row in rows],
            "venue": [row[1] for row in rows],
            "symbol": [f"{row[2]}/USDT:USDT" for row in rows],
            "asset": [row[2] for row in rows],
            "oi_base": [row[3] for row in rows],
            "mark_price": [row[4] for row in rows],
        }
    )
    path = tmp_path / "history.parquet"
    frame.write_parquet(path)
    import_files(home, [str(path)], NOW)
    return home


@pytest.fixture
def built(imported: Home) -> Home:
    assert build(imported.root, "", None, None, full=False, as_json=True) == 0
    return imported


def _report(home: Home, day: date) -> Report:
    return read_report(home.report(day))


def test_a_report_of_history_says_what_is_known(
    built: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last hour of 3 September, which no map was made of."""
    assert report(built.root, "2026-09-03", stored=False) == 0
    assert "2026-09-03/index.html" in capsys.readouterr().out
    told = _report(built, date(2026, 9, 3))
    assert told.is_history
    assert told.as_of == datetime(2026, 9, 3, 23, tzinfo=UTC)
    assert told.data_cutoff == told.as_of
    assert told.next_run is None
    assert (told.venues_fresh, told.venues_total, told.oi_coverage.value) == (2, 2, 1)
    tiles = {tile.id: tile.figure.value for tile in told.tiles}
    # hour 71: 1,071 and 571 BTC at 60,000, 4,000 ETH at 2,500; a day before 1,047, 547 and as many
    assert tiles["oi_usd"] == 1_642 * 60_000 + 10e6
    assert tiles["flow_usd_24h"] == 48 * 60_000
    assert tiles["change_24h_pct"] == pytest.approx(100 * 48 * 60_000 / (1_594 * 60_000 + 10e6))
    assert {row.asset for row in told.assets} == {"BTC", "ETH"}
    assert told.coverage == ()
    page = (built.report(date(2026, 9, 3)) / "index.html").read_text(encoding="utf-8")
    assert "No exchange was asked for this report" in page
    assert "No exchange was asked." in page
    text = (built.report(date(2026, 9, 3)) / "email.txt").read_text(encoding="utf-8")
    assert "*** HISTORY ***" in text
    assert "Positions were not placed at prices for this instant" in " ".join(text.split())


def test_the_newest_instant_is_reported_without_a_day_and_a_missing_asset_counts(
    built: Home,
) -> None:
    assert report(built.root, "", stored=False) == 0
    told = _report(built, date(2026, 9, 4))
    assert told.as_of == START + timedelta(hours=HOURS)
    assert told.is_mapped
    # ETH, 10 million, was seen an hour ago: of 1,642 BTC at 60,000 and that all but ETH is there
    assert told.oi_coverage.value == pytest.approx(1_642 * 60_000 / (1_642 * 60_000 + 10e6))
    assert {row.asset for row in told.assets} == {"BTC"}


def test_what_a_home_of_history_offers_works(
    built: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(built.root, as_json=True) == 0
    chosen = ("marts.oi_market", "marts.oi_by_product")
    assert export(built.root, tmp_path / "out", chosen, "csv", ("", ""), as_json=True) == 0
    assert pl.read_csv(tmp_path / "out" / "marts.oi_market.csv").height == HOURS + 1
    report(built.root, "", stored=False)
    assert send(built.root, "", only_waiting=False) == 0
    assert "briefing.eml" in capsys.readouterr().out
    mail = (built.report(date(2026, 9, 4)) / "briefing.eml").read_text(encoding="utf-8")
    assert "[HISTORY] Open interest $98.6m (+3.0% 24h" in mail


@pytest.mark.parametrize("day", ["", "2026-09-03"])
def test_without_totals_there_is_nothing_to_report(imported: Home, day: str) -> None:
    with pytest.raises(HomeError, match="oirisk build"):
        report(imported.root, day, stored=False)


def test_a_day_without_history_is_named(built: Home) -> None:
    with pytest.raises(HomeError, match="nothing to report on 2026-09-25"):
        report(built.root, "2026-09-25", stored=False)


def test_a_run_is_reported_before_history(
    desk: Any, tape: Any, gate_row: Callable[..., Any], tmp_path: Path
) -> None:
    outcome = desk.replay(tape.gate(gate_row(3_000, 50_000)).write())
    later = tape.at + timedelta(days=2)
    given = {
        "snapshot_at": [later], "venue": ["gate"], "symbol": ["BTC/USDT:USDT"], "asset": ["BTC"],
        "oi_base": [31.0], "mark_price": [50_000.0],
    }  # fmt: skip
    pl.DataFrame(given).write_parquet(tmp_path / "later.parquet")
    import_files(desk.home, [str(tmp_path / "later.parquet")], later)
    desk.build(later)
    report(desk.home.root, "", stored=False)
    told = _report(desk.home, tape.at.date())
    assert (told.run_id, told.is_history) == (outcome.run_id, False)
    report(desk.home.root, f"{later:%Y-%m-%d}", stored=False)
    assert _report(desk.home, later.date()).is_history
