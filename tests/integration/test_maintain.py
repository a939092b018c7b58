"""Maintenance: nothing that is taken out is lost, and files shrink without saying anything else."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oirisk.flows.cli.maintain import maintain
from oirisk.flows.maintain import maintain_home, require_reach
from oirisk.flows.marts import build_stale
from oirisk.flows.rederive import rederive_since
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import RetentionSettings
from oirisk.schemas.errors import ConfigurationError, HomeError
from oirisk.schemas.responses import Response
from oirisk.warehouse.archive import RunLabel, archive, read_archive
from oirisk.warehouse.health import check_home
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import RunRow, record_run
from oirisk.warehouse.published import query, reading
from oirisk.warehouse.stale import note_stale_rows
from oirisk.warehouse.writer import opened, transaction, writing

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OLD = datetime(2026, 6, 1, tzinfo=UTC)
HOUR, STEP = timedelta(hours=1), timedelta(minutes=5)
NIGHT = OLD + 2 * HOUR + STEP
FINE = RetentionSettings(fine_days=120)
FACTS = """
insert into core.open_interest by name
select
    $first::timestamptz + to_minutes(5 * n) as snapshot_at, snapshot_at as observed_at,
    snapshot_at as recorded_at, 'history' as run_id, venue, 'BTC/USDT:USDT' as symbol,
    'BTC' as asset, 'perp' as kind, 'linear' as margin, 100.0 + n as oi_base,
    oi_base * 100 as oi_usd, 100.0 as mark_price, 'rule' as unit_rule, 1.0 as counting_factor,
    'history' as source, 'ok' as quality, false as is_simulated
from range(48) as steps (n), (values ('gate'), ('okx')) as venues (venue)
"""


def _label(run_id: str, flow: str, at: datetime) -> RunLabel:
    return RunLabel(run_id, flow, at, "live", is_simulated=False)


def _responses() -> list[Response]:
    texts = [json.dumps({"number": number, "text": "open interest " * 40}) for number in range(60)]
    return [
        Response(
            venue="okx", endpoint="tickers", method="GET", url=f"https://example.test/{text[11]}",
            params="{}", request_body=None, status=200, requested_at=NIGHT, received_at=NIGHT,
            attempt=1, body=text, error=None,
        )
        for text in texts
    ]  # fmt: skip


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Four hours of five-minute facts half a year ago and four now, with marts and one night."""
    home = Home(tmp_path_factory.mktemp("maintain") / "home")
    label = _label("night", "nightly", NIGHT)
    with writing(home, NOW - HOUR) as connection:
        archive(home, label, _responses())
        for first in (OLD, NOW - 4 * HOUR):
            connection.execute(FACTS, {"first": first})
        for run in (label, _label("history", "history", NOW)):
            row = RunRow(
                **run.__dict__, started_at=run.snapshot_at, ended_at=None, state="completed",
                version="0", error=None,
            )  # fmt: skip
            record_run(connection, row, pl.DataFrame(), pl.DataFrame())
        build_stale(connection, Settings(), NOW - HOUR)
    return home


@pytest.fixture
def home(full: Home, tmp_path: Path) -> Home:
    """Copy the home, to be maintained."""
    shutil.copytree(full.root, tmp_path / "home")
    return Home(tmp_path / "home")


def _rows(home: Home, sql: str) -> list[dict[str, Any]]:
    with reading(home) as connection:
        return query(connection, sql).to_dicts()


def _table(home: Home, name: str) -> pl.DataFrame:
    with reading(home) as connection:
        return query(connection, f"from {name} order by all")


def _files(home: Home) -> dict[str, bytes]:
    return {
        str(path.relative_to(home.root)): path.read_bytes()
        for path in home.root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_what_is_taken_out_is_in_the_archive_and_the_last_of_each_hour_stays(home: Home) -> None:
    facts, candles = _table(home, "core.open_interest"), _table(home, "marts.oi_candles")
    done = maintain_home(home, FINE, NOW, dry_run=False)
    left = _table(home, "core.open_interest")
    old = left.filter(pl.col("snapshot_at") < NOW - timedelta(days=100))
    kept = [OLD + hours * HOUR + 11 * STEP for hours in range(4)]
    assert old["snapshot_at"].unique().sort().to_list() == sorted([*kept, NIGHT])
    assert left.height - old.height == 96
    (entry,) = [one for one in done if one.target == "core.open_interest"]
    assert (entry.rows_before, entry.rows_removed) == (96, 86)
    together = pl.concat([left, pl.read_parquet(home.root / str(entry.archive))])
    assert together.sort(pl.all()).equals(facts.sort(pl.all()))
    hours = _table(home, "marts.oi_candles").filter(pl.col("bar_at") < NOW - timedelta(days=100))
    assert sorted(hours["interval"].unique()) == ["1d", "1h", "4h"]
    assert hours.filter(pl.col("interval") == "1h").equals(
        candles.filter(
            (pl.col("interval") == "1h") & (pl.col("bar_at") < NOW - timedelta(days=100))
        )
    )
    noted = _table(home, "ops.maintenance").filter(pl.col("action") == "thin")
    assert noted["rows_removed"].sum() == sum(one.rows_removed or 0 for one in done)


def test_a_night_that_learns_of_old_days_leaves_their_figures(home: Home) -> None:
    """An exchange that first answers now was missing then: only days that are whole say so."""
    maintain_home(home, FINE, NOW, dry_run=False)
    tables = (
        "marts.oi_candles", "marts.oi_by_asset", "marts.oi_by_venue", "marts.oi_market",
        "marts.oi_by_product",
    )  # fmt: skip
    before = [_table(home, name) for name in tables]
    with writing(home, NOW) as connection:
        connection.execute(
            "update core.open_interest set recorded_at = ? where snapshot_at < ?",
            [NOW, OLD + HOUR],
        )
        note_stale_rows(connection, "core.open_interest", "snapshot_at", NOW)
        build_stale(connection, Settings(), NOW)
    after = [_table(home, name).equals(old) for name, old in zip(tables, before, strict=True)]
    assert after == [True] * len(tables)


def test_maintaining_again_takes_nothing_more_out(home: Home) -> None:
    maintain_home(home, FINE, NOW, dry_run=False)
    before = _table(home, "core.open_interest")
    again = maintain_home(home, FINE, NOW + HOUR, dry_run=False)
    assert [(one.action, one.target) for one in again] == [("compact", "warehouse.duckdb")]
    assert _table(home, "core.open_interest").equals(before)


def test_a_dry_run_says_the_same_and_changes_no_byte(home: Home) -> None:
    before = _files(home)
    said = maintain_home(home, FINE, NOW, dry_run=True)
    assert _files(home) == before
    done = maintain_home(home, FINE, NOW, dry_run=False)
    assert [(one.target, one.rows_removed) for one in said] == [
        (one.target, one.rows_removed) for one in done
    ]


def test_by_default_nothing_is_taken_out_and_files_get_no_larger(home: Home) -> None:
    facts = _table(home, "core.open_interest")
    (raw,) = home.raw.glob("date=*/venue=*/*.parquet")
    responses, size = read_archive(raw), raw.stat().st_size
    done = maintain_home(home, RetentionSettings(), NOW, dry_run=False)
    assert {one.action for one in done} == {"compact"}
    assert _table(home, "core.open_interest").equals(facts)
    assert read_archive(raw).equals(responses)
    assert raw.stat().st_size <= size
    assert home.warehouse.read_bytes() == home.published.read_bytes()
    with opened(home, NOW) as connection, transaction(connection):  # still migrated, still writable
        assert connection.execute("from liquidation_map('ETH')").fetchall() == []


def test_a_row_whose_successors_were_withdrawn_stays(home: Home) -> None:
    with writing(home, NOW) as connection:
        connection.execute(
            "update core.open_interest set superseded_at = ? where venue = 'okx'"
            " and snapshot_at > ? and snapshot_at < ?",
            [NOW, OLD + 2 * STEP, OLD + HOUR],
        )
    maintain_home(home, FINE, NOW, dry_run=False)
    current = _rows(
        home,
        "select max(snapshot_at) as last_at from core.open_interest where venue = 'okx'"
        " and superseded_at is null and snapshot_at < '2026-06-01 01:00:00+00'",
    )
    assert current == [{"last_at": OLD + 2 * STEP}]


def test_thinned_days_are_not_built_again(home: Home) -> None:
    maintain_home(home, FINE, NOW, dry_run=False)
    with writing(home, NOW) as connection:
        window = build_stale(connection, Settings(), NOW, full=True)
    assert window is not None
    assert window.since == NOW.replace(hour=0) - timedelta(
        days=120 - 38
    )  # looks back 30 days and 8
    with pytest.raises(HomeError, match="that marts before 2026-08-31 were made of"):
        rederive_since(home, date(2026, 6, 1), Settings(), NOW)


def test_doctor_misses_a_lost_archive_and_rows_without_a_run(home: Home) -> None:
    maintain_home(home, FINE, NOW, dry_run=False)
    found = {one.name: one for one in check_home(home)}
    assert {one.status for one in found.values()} == {"ok"}, found
    next(home.archive.glob("core.open_interest-*")).unlink()
    with writing(home, NOW) as connection:
        connection.execute("delete from ops.runs where run_id = 'history'")
        connection.execute(
            "insert into ops.runs select * replace ('later' as run_id,"
            " snapshot_at + interval 3 day as snapshot_at) from ops.runs"
        )
    found = {one.name: one for one in check_home(home)}
    assert "core.open_interest" in found["rows taken out by maintenance"].detail
    assert found["rows without a run"].status == "fail"
    assert "first of run history" in found["rows without a run"].detail
    gaps = found["nights without a run"]
    assert gaps.detail == "2 of 4 nights, first 2026-06-02, last 2026-06-03"
    assert "backfill --since 2026-06-02" in gaps.repair


@pytest.fixture
def plain_home(home: Home) -> Path:
    (home.root / "oirisk.toml").write_text("[retention]\nfine_days = 120\ncompact = false\n")
    return home.root


def test_the_command_prints_what_it_did(
    plain_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert maintain(plain_home, dry_run=True, as_json=True) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["dry_run"] is True
    assert {one["action"] for one in printed["actions"]} == {"thin"}


def test_days_that_are_still_looked_back_on_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 100 days, saw 30"):
        RetentionSettings(fine_days=30)
    with pytest.raises(ValueError, match="more than fine_days"):
        RetentionSettings(fine_days=200, hourly_days=150)
    far = Settings(retention={"fine_days": 120}, clusters={"history_days": 130})
    with pytest.raises(ConfigurationError, match="look back on 138"):
        require_reach(far)
