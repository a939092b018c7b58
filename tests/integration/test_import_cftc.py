"""The CFTC's weekly report in a real home: what is stored, refused, restated, and said."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from oirisk.flows.cli.imports import import_history
from oirisk.flows.imports.load import Imported, import_files
from oirisk.schemas.errors import HomeError, RecordingError
from oirisk.templates.render import render_report
from oirisk.warehouse.home import Home
from oirisk.warehouse.marts import build_cftc
from oirisk.warehouse.writer import Writer
from tests.cftc_rows import BITCOIN, ETHER, EURO, MICRO_BITCOIN, WEEK, as_json, as_week, as_year

pytestmark = pytest.mark.integration

NOW = datetime(2026, 9, 19, tzinfo=UTC)
LATER = NOW + timedelta(days=7)

Query = Callable[[str], list[tuple[Any, ...]]]


def _built(connection: Writer, done: Imported) -> Imported:
    build_cftc(connection)
    return done


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def query(home: Home) -> Query:
    def run(text: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(home.published), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(text).fetchall()

    return run


@pytest.fixture
def load(home: Home, tmp_path: Path) -> Callable[..., Imported]:
    def run(text: str, name: str = "report.csv", now: datetime = NOW) -> Imported:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return import_files(home, [str(path)], now, then=_built)

    return run


def test_three_editions_of_one_report_are_one_report(
    load: Callable[..., Imported], query: Query
) -> None:
    first = load(as_json(*WEEK), "report.json")
    assert (first.form, first.received, first.accepted, first.inserted) == ("cftc", 3, 3, 3)
    assert (first.left_aside, first.state) == (1, "completed")
    assert first.until == datetime(2026, 9, 15, tzinfo=UTC)
    stored = query("from core.cftc_positions")
    for text, name in ((as_year(*WEEK), "FinFutYY.txt"), (as_week(*WEEK), "FinFutWk.txt")):
        again = load(text, name, LATER)
        assert (again.accepted, again.inserted, again.superseded) == (3, 0, 0)
    assert query("from core.cftc_positions") == stored
    assert query(
        "select contract, asset, oi_contracts, oi_base, oi_usd, missing_reason"
        " from marts.cftc_positions order by contract"
    ) == [
        ("BITCOIN", "BTC", 20773, 103_865.0, None, "no price of that day is stored"),
        ("ETHER CASH SETTLED", "ETH", 28413, 1_420_650.0, None, "no price of that day is stored"),
        ("MICRO BITCOIN", "BTC", 37455, pytest.approx(3_745.5), None,
         "no price of that day is stored"),
    ]  # fmt: skip


def test_a_restated_report_supersedes_and_the_old_one_is_kept(
    load: Callable[..., Imported], query: Query
) -> None:
    load(as_json(BITCOIN), "a.json")
    grown = {**BITCOIN, "open_interest": "20783", "dealer_positions_spread": "630"}
    done = load(as_json(grown), "b.json", LATER)
    assert (done.inserted, done.superseded) == (1, 1)
    assert query(
        "select oi_contracts, superseded_at is null from core.cftc_positions order by recorded_at"
    ) == [(20773, False), (20783, True)]
    assert query("select oi_contracts, oi_base from marts.cftc_positions") == [(20783, 103_915.0)]


def test_refused_rows_are_kept_whole_and_counted(
    load: Callable[..., Imported], query: Query
) -> None:
    shifted = {**ETHER, "dealer_positions_long": "9015"}
    done = load(as_json(BITCOIN, BITCOIN, MICRO_BITCOIN, shifted), "a.json")
    assert (done.received, done.accepted, done.rejected, done.repeated) == (4, 2, 2, 1)
    assert done.state == "partial"
    assert done.checks == {"sums_to_open_interest": 1, "unique_row": 1}
    assert query("select venue, symbol, check_name from ops.rejects order by check_name") == [
        ("cftc", "ETHER CASH SETTLED - CHICAGO MERCANTILE EXCHANGE", "sums_to_open_interest"),
        ("cftc", "BITCOIN - CHICAGO MERCANTILE EXCHANGE", "unique_row"),
    ]


def test_a_contract_whose_size_is_not_told_is_kept_in_contracts(
    load: Callable[..., Imported], query: Query
) -> None:
    load(as_json({**BITCOIN, "contract_units": "(one box)"}), "a.json")
    assert query(
        "select oi_contracts, oi_base, oi_usd, missing_reason from marts.cftc_positions"
    ) == [(20773, None, None, "no size of a contract can be read from (one box)")]


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ('[{"market_and_exchange_names": "GOLD", "comm_positions_long_all": "1"}]', "legacy.json",
         "a report of the CFTC without cftc_contract_market_code"),
        (as_json(EURO), "euro.json", "expected rows on coins, saw 1 on other things"),
        ('{"message": "rate limit"}', "error.json", "expected an array of objects"),
        ('[{"market_and_exchange_names": ["x"]}]', "nested.json", "expected text or a number"),
        ('[{"snapshot_at": 1, "venue": "x", "symbol": "x", "asset": "x", "oi_base": 1,'
         ' "mark_price": 1}]', "oi.json", "JSON is read of reports of the CFTC alone"),
        ("[", "broken.json", "cannot read it as JSON"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_report_is_refused_with_what_was_seen(
    load: Callable[..., Imported], text: str, name: str, told: str
) -> None:
    with pytest.raises(RecordingError, match=told):
        load(text, name)


def test_a_simulated_home_takes_no_report(
    make_desk: Callable[..., Any], sandbox_source: Any, tmp_path: Path
) -> None:
    desk = make_desk(venues=("gate",))
    desk.store(desk.fetch(sandbox_source), sandbox_source.now())
    path = tmp_path / "report.json"
    path.write_text(as_json(BITCOIN))
    with pytest.raises(HomeError, match="simulated"):
        import_files(desk.home, [str(path)], NOW)


def test_the_command_says_what_came_of_it(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "FinFutWk.txt"
    path.write_text(as_week(*WEEK))
    assert import_history(home.root, [str(path)], as_json=False) == 0
    said = capsys.readouterr().out
    assert "3 rows received, 3 accepted, 0 rejected" in said
    assert "1 rows on other things than coins were left aside" in said


def test_the_report_says_it_beside_the_totals_with_date_and_age(
    make_desk: Callable[..., Any],
    tape: Any,
    bybit_row: Callable[..., Any],
    tmp_path: Path,
) -> None:
    """Bybit holds 100 BTC at 50,000 on 2026-11-21 00:05 UTC, 18:05 of the 20th in Chicago."""
    desk = make_desk(venues=("bybit",))
    night = tape.bybit(bybit_row("BTCUSDT", 200, 50_000)).write()
    without = desk.report(desk.replay(night))
    assert without.beside == ()
    assert "CME and Coinbase Derivatives" in {item.what for item in without.withheld}

    path = tmp_path / "report.json"
    friday = {"report_date_as_yyyy_mm_dd": "2026-11-20"}
    path.write_text(as_json(*({**row, **friday} for row in (BITCOIN, MICRO_BITCOIN, ETHER))))
    import_files(desk.home, [str(path)], tape.at + timedelta(days=3))
    report = desk.report(desk.replay(night, now=tape.at + timedelta(days=4)))

    assert report.tiles == without.tiles
    assert report.venue_shares == without.venue_shares
    assert "CME and Coinbase Derivatives" not in {item.what for item in report.withheld}
    bitcoin, ether = report.weekly
    assert (bitcoin.exchange, bitcoin.asset, bitcoin.oi_contracts) == ("CME", "BTC", 58_228)
    assert bitcoin.oi_base.value == pytest.approx(107_610.5, rel=1e-12)
    assert bitcoin.oi_usd.value == pytest.approx(107_610.5 * 50_000, rel=1e-12)
    # the close of the 20th was 16:00 in Chicago, 22:00 UTC: two hours and five minutes before
    assert bitcoin.age.value == pytest.approx(2 + 5 / 60)
    nets = [bitcoin.dealer_net, bitcoin.asset_manager_net, bitcoin.leveraged_net,
            bitcoin.other_net, bitcoin.nonreportable_net]  # fmt: skip
    # (6587 - 3168) * 5 + (3991 - 6069) * 0.1, and so on
    assert [net.value for net in nets] == pytest.approx(
        [16_887.2, 14_212.9, -32_618.2, 250.0, 1_268.1]
    )
    assert sum(net.value or 0 for net in nets) == pytest.approx(0, abs=1e-6)
    assert ether.oi_usd.reason == "no price of that day is stored"

    rendered = render_report(report)
    line = "In none of these totals: CME, 107.6k BTC ($5.38bn), 1.421m ETH, by the CFTC's report"
    assert line in rendered.index_html.replace("&#39;", "'")
    for text in (rendered.email_text, rendered.email_html, rendered.index_html):
        folded = " ".join(text.split())
        assert "as of the close of 2026-11-20, 2.1 h before this snapshot" in folded
