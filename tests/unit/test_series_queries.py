"""Every question of the how-to page has an answer on a small warehouse; exports hold the rows."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from oirisk.flows.marts import build_positions, build_stale
from oirisk.flows.settings.model import Settings
from oirisk.schemas.errors import ConfigurationError, RecordingError
from oirisk.transforms.assets import canonical_asset
from oirisk.warehouse.export import Span, export_table
from oirisk.warehouse.load import STORED_COLUMNS, load_open_interest
from oirisk.warehouse.marts import OPTIONS, TOTALS
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.reference_data import load_events, load_supply
from oirisk.warehouse.stale import why_nothing
from oirisk.warehouse.window import BuildWindow
from tests.models import CoverageParameters, build_marts
from tests.option_rows import Told, tell

START = datetime(2026, 3, 2, tzinfo=UTC)
END = START + timedelta(hours=36)
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "query.md"
QUESTIONS = re.findall(r"(?ms)^## (.+?)$.*?```sql\n(.+?)```", PAGE.read_text("utf-8"))
RULES = CoverageParameters(0.9, 30, 7)


def _rows(at: datetime, factor: float) -> pl.DataFrame:
    utc = pl.Datetime("us", "UTC")
    rows = [
        {
            "snapshot_at": at, "observed_at": at, "venue": venue, "symbol": "BTC/USDT:USDT",
            "asset": "BTC", "kind": "perp", "margin": "linear", "oi_base": base * factor,
            "oi_usd": base * factor * 100 * factor, "mark_price": 100.0 * factor,
            "index_price": 100.0,
            "volume_24h_usd": 1e6, "funding_rate": 1e-4, "funding_interval_hours": 8.0,
            "unit_rule": "rule", "counting_factor": 1.0, "source": "live", "quality": "ok",
            "is_simulated": False,
        }
        for venue, base in (("a", 1e6), ("b", 5e5))
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"snapshot_at": utc, "observed_at": utc})
    empty = {n: pl.lit(None, dtype=pl.Float64) for n in STORED_COLUMNS if n not in frame.columns}
    return frame.with_columns(**empty).select(STORED_COLUMNS)


def _options() -> list[Told]:
    """Make options of one expiry, told at the end."""
    quote = {
        "mark_iv": 0.5, "mark_price": 9.0, "underlying_price": 120.0, "underlying_kind": "forward",
    }  # fmt: skip
    return [
        Told(END, strike, side, 10.0, END + timedelta(days=30), price=120.0, quote=quote)
        for strike in (90.0, 100.0, 120.0, 140.0)
        for side in ("call", "put")
    ]


def _dated() -> pl.DataFrame:
    """Make a future of one venue, a little dearer than the index."""
    return _rows(END, 1.2).head(1).with_columns(
        symbol=pl.lit("BTC/USDT:USDT-261225"), kind=pl.lit("future"),
        index_price=pl.lit(118.0),
    )  # fmt: skip


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute("set asof_loop_join_threshold = 0")
    migrate(connection, START)
    for hour in range(37):
        at = START + timedelta(hours=hour)
        rows = _rows(at, 1 + (hour % 3) / 100 + (hour == 36) / 5)
        load_open_interest(connection, rows, run_id=f"run{hour}", recorded_at=at)
    restated = _rows(END - timedelta(hours=1), 1.5)
    load_open_interest(connection, restated, run_id="fix", recorded_at=END + timedelta(minutes=5))
    build_positions(connection, END, Settings())
    tell(connection, _options())
    load_open_interest(connection, _dated(), run_id="dated", recorded_at=END)
    build_marts(connection, BuildWindow(START, END), RULES, marts=(*TOTALS, *OPTIONS))
    yield connection
    connection.close()


def test_there_are_a_dozen_questions() -> None:
    assert len(QUESTIONS) >= 12


ALWAYS_EMPTY = {"What was unusual in the last day?"}
"""Fifty bars of baseline do not fit into a day and a half."""


@pytest.mark.parametrize(("title", "query"), QUESTIONS, ids=[title for title, _ in QUESTIONS])
def test_a_question_of_the_page_is_answered(
    warehouse: duckdb.DuckDBPyConnection, title: str, query: str
) -> None:
    answer = warehouse.sql(query).fetchall()
    assert bool(answer) != (title in ALWAYS_EMPTY)


def test_what_was_known_then_leaves_out_what_came_later(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    fixed = END - timedelta(hours=1)
    query = "select sum(oi_base) from oi_as_of('BTC', ?)"
    before = warehouse.execute(query, [fixed]).fetchall()
    assert before == [(pytest.approx(1.5e6 * 1.02),)]
    now = warehouse.execute(
        "select sum(oi_base) from core.open_interest"
        " where snapshot_at = ? and superseded_at is null",
        [fixed],
    ).fetchall()
    assert now == [(pytest.approx(1.5e6 * 1.5),)]


@pytest.mark.parametrize("later", [timedelta(hours=1), timedelta(days=9), timedelta(days=4000)])
def test_what_was_known_is_the_last_there_was_however_old(
    warehouse: duckdb.DuckDBPyConnection, later: timedelta
) -> None:
    query = "select snapshot_at, venue, oi_base from oi_as_of('BTC', ?)"
    newest = (
        "select snapshot_at, venue, oi_base from core.open_interest"
        " where snapshot_at = (select max(snapshot_at) from core.open_interest)"
        " and asset = 'BTC' and superseded_at is null order by venue, symbol"
    )
    seen = warehouse.execute(query, [END + later]).fetchall()
    assert seen
    assert seen == warehouse.execute(newest).fetchall()
    assert warehouse.execute(query, [START - timedelta(days=1)]).fetchall() == []


def test_a_restatement_shows_both_figures(warehouse: duckdb.DuckDBPyConnection) -> None:
    seen = warehouse.sql(
        "select venue, oi_base_before, oi_base_after, run_id_after from core.restatements"
        " order by venue"
    ).fetchall()
    assert seen == [
        ("a", pytest.approx(1.02e6), pytest.approx(1.5e6), "fix"),
        ("b", pytest.approx(5.1e5), pytest.approx(7.5e5), "fix"),
    ]


def test_what_changed_names_instants_in_utc_wherever_it_is_read(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    query = "select note from what_changed('BTC') where topic = 'restated' order by note"
    at_home = warehouse.execute(query).fetchall()
    warehouse.execute("set timezone = 'Asia/Tokyo'")
    elsewhere = warehouse.execute(query).fetchall()
    warehouse.execute("set timezone = 'UTC'")
    assert at_home
    assert elsewhere == at_home
    assert at_home[0][0].endswith(" 2026-03-03 11:00")


def test_every_macro_and_view_says_what_it_is(warehouse: duckdb.DuckDBPyConnection) -> None:
    macros = warehouse.sql(
        "select function_name, comment from duckdb_functions()"
        " where function_type = 'table_macro' and not internal"
    ).fetchall()
    told = {name for name, comment in macros if comment}
    assert told >= {"oi", "oi_as_of", "clusters", "liquidation_map", "what_changed"}
    views = warehouse.sql(
        "select comment from duckdb_views() where schema_name = 'core' and not internal"
    ).fetchall()
    assert all(comment for (comment,) in views)


def test_parquet_is_one_file_a_day_and_holds_every_row(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    everything = Span(None, None)
    written = export_table(warehouse, "marts.oi_by_asset", everything, "parquet", tmp_path)
    assert sorted(Path(name).parent.name for name in written) == [
        "date=2026-03-02",
        "date=2026-03-03",
    ]
    back = pl.read_parquet(tmp_path / "marts.oi_by_asset", hive_partitioning=False)
    have = warehouse.sql("select * from marts.oi_by_asset").pl()
    assert back.sort("snapshot_at").equals(have.sort("snapshot_at"))


def test_csv_holds_the_days_asked_for(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    day = date(2026, 3, 3)
    written = export_table(warehouse, "marts.oi_by_venue", Span(day, day), "csv", tmp_path)
    assert list(written.values()) == [13 * 2 + 1], (
        "two venues of futures, one of options at the end"
    )
    assert pl.read_csv(tmp_path / "marts.oi_by_venue.csv").height == 27


def test_excel_holds_the_rows(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export_table(warehouse, "marts.oi_by_asset", Span(None, None), "xlsx", tmp_path)
    assert (tmp_path / "marts.oi_by_asset.xlsx").stat().st_size > 0


@pytest.mark.parametrize(
    ("table", "form", "message"),
    [("marts.secrets", "csv", "there are"), ("marts.oi_by_asset", "pdf", "expected parquet")],
)
def test_an_export_that_cannot_be_says_why(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, table: str, form: str, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        export_table(warehouse, table, Span(None, None), form, tmp_path)


def test_a_build_does_what_changed_and_no_more(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("begin transaction")
    try:
        settings, now = Settings(), END + timedelta(days=1)
        assert build_stale(warehouse, settings, now) == BuildWindow(START, END)
        assert build_stale(warehouse, settings, now) is None
        assert why_nothing(warehouse, END, full=False) == (
            "no fact changed since the last build; --full builds everything, as new settings need"
        )
        fixed = END - timedelta(hours=2)
        load_open_interest(warehouse, _rows(fixed, 1.6), run_id="again", recorded_at=now)
        before = END - timedelta(hours=3)
        assert build_stale(warehouse, settings, now, until=before) is None
        assert build_stale(warehouse, settings, now) == BuildWindow(fixed, END)
        assert build_stale(warehouse, settings, now, full=True) == BuildWindow(START, END)
    finally:
        warehouse.execute("rollback")


def test_a_calendar_and_a_supply_file_are_stored(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    calendar, supply = tmp_path / "events.csv", tmp_path / "supply.csv"
    calendar.write_text("event_at,asset,event_type\n2026-03-03T13:30:00Z,all,cpi\n", "utf-8")
    supply.write_text(
        "as_of,asset,circulating_base,exchange_reserve_base\n2026-03-01,xbt,20000000,\n", "utf-8"
    )
    warehouse.execute("begin transaction")
    try:
        assert load_events(warehouse, calendar, canonical_asset) == 1
        assert load_supply(warehouse, supply, canonical_asset) == 1
        seen = warehouse.sql("select asset, event_type from core.events").fetchall()
        assert seen == [("ALL", "cpi")]
        seen = warehouse.sql("select asset, circulating_base from core.supply").fetchall()
        assert seen == [("BTC", 2e7)]
    finally:
        warehouse.execute("rollback")


def test_a_calendar_with_a_bad_cell_is_refused(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    calendar = tmp_path / "events.csv"
    calendar.write_text("event_at,asset,event_type\ntomorrow,ALL,cpi\n", "utf-8")
    with pytest.raises(RecordingError, match="is no table of events"):
        load_events(warehouse, calendar, canonical_asset)


def test_a_supply_file_without_a_column_is_told_which(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    supply = tmp_path / "supply.csv"
    supply.write_text("as_of,asset,circulating\n2026-03-01,BTC,20000000\n", "utf-8")
    wanted = "lacks circulating_base: .*; seen: as_of, asset, circulating"
    with pytest.raises(RecordingError, match=wanted):
        load_supply(warehouse, supply, canonical_asset)


@pytest.mark.parametrize(
    ("table", "text", "message"),
    [
        ("events", "event_at,asset,event_type\n,BTC,cpi\n", "expected event_at not_nullable"),
        ("supply", "as_of,asset,circulating_base\n2026-03-01,BTC,-5\n", "saw -5"),
        ("supply", "as_of,asset,circulating_base\n2026-03-01,BTC,0\n", "saw 0"),
        ("supply", "as_of,asset,circulating_base\n-infinity,BTC,5\n", "from 2009 to 2100"),
        ("events", "event_at,asset,event_type\n9999-12-31,BTC,cpi\n", "from 2009 to 2100"),
        (
            "supply",
            "as_of,asset,circulating_base\n2026-03-01,1000PEPE,5\n",
            "asset 1000PEPE is 1000 of the coin PEPE; name that one",
        ),
        (
            "supply",
            "as_of,asset,circulating_base,exchange_reserves_base\n2026-03-01,BTC,5,1\n",
            "unknown columns exchange_reserves_base; supply may have as_of, asset, "
            "circulating_base, exchange_reserve_base: remove or rename",
        ),
        (
            "supply",
            "as_of,asset,circulating_base\n2026-03-01,BTC,5\n2026-03-01,btc,6\n",
            "expected every as_of, asset once, saw",
        ),
    ],
)
def test_rows_that_cannot_be_right_are_refused_and_what_was_stored_stays(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, table: str, text: str, message: str
) -> None:
    file = tmp_path / "given.csv"
    file.write_text("as_of,asset,circulating_base\n2026-03-01,ETH,1e8\n", "utf-8")
    warehouse.execute("begin transaction")
    try:
        assert load_supply(warehouse, file, canonical_asset) == 1
        file.write_text(text, "utf-8")
        with pytest.raises(RecordingError, match=message):
            (load_events if table == "events" else load_supply)(warehouse, file, canonical_asset)
        seen = warehouse.sql("select asset, exchange_reserve_base from core.supply").fetchall()
        assert seen == [("ETH", None)]
    finally:
        warehouse.execute("rollback")


def test_a_build_of_a_time_before_all_facts_says_so(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = datetime(1990, 1, 1, tzinfo=UTC)
    assert why_nothing(warehouse, before, full=False) == (
        f"no facts are stored up to 1990-01-01T00:00:00+00:00, the first are of {START.isoformat()}"
    )
    with duckdb.connect() as empty:
        migrate(empty, START)
        assert why_nothing(empty, END, full=True) == "no facts are stored"
