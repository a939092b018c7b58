"""What is open against pools, through a run: both sides, in no total of futures (M43)."""

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oirisk.flows.imports.load import import_files
from oirisk.flows.rederive import rederive_since
from oirisk.templates.render import render_report
from oirisk.templates.sentences import say
from oirisk.warehouse.rename import Renamed, restate_names
from oirisk.warehouse.writer import writing

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
GMX = "https://arbitrum.gmxapi.io/v1"
LINE = (
    "In none of these totals: $31.0m against the pools of gmx, the larger side of each market. "
    "Traders hold 620.0 BTC long and 380.0 BTC short."
)


@pytest.fixture
def golden() -> Mapping[str, float]:
    """The worked example of the method."""
    return {"long": 620, "short": 380, "oi": 620, "pool_net": -240, "m13f": 0.24}


@pytest.fixture
def desk(make_desk: Callable[..., Any]) -> Any:
    """A desk that asks an exchange and a pool."""
    return make_desk(venues=("bybit", "gmx"))


@pytest.fixture
def night(tape: Any, bybit_row: Callable[..., Any]) -> Callable[..., Path]:
    """Return a maker of nights: 100 BTC at 50,000 on bybit, and longs and shorts on gmx."""

    def make(longs: int, shorts: int, days: int = 0) -> Path:
        told = tape.later(days * DAY, f"night-{days}.jsonl")
        told.bybit(bybit_row("BTCUSDT", 200, 50_000), bybit_row("ETHUSDT", 4_000, 2_500))
        token = {"symbol": "BTC", "address": "0xB", "decimals": 8}
        market = {
            "symbol": "BTC/USD [WBTC.b-USDC]", "marketTokenAddress": "0x1",
            "indexTokenAddress": "0xB", "isListed": True, "isSpotOnly": False,
        }  # fmt: skip
        ticker = {
            "symbol": market["symbol"], "marketTokenAddress": "0x1",
            "markPrice": str(50_000 * 10**22),
            "longInterestInTokens": str(longs * 10**8),
            "shortInterestInTokens": str(shorts * 10**8),
            "longInterestUsdMark": str(longs * 50_000 * 10**30),
            "shortInterestUsdMark": str(shorts * 50_000 * 10**30),
        }  # fmt: skip
        told.answer("gmx", f"{GMX}/tokens", [token]).answer("gmx", f"{GMX}/markets", [market])
        if longs:
            told.answer("gmx", f"{GMX}/markets/tickers", [ticker])
        return told.write()  # type: ignore[no-any-return]

    return make


def _stored(desk: Any) -> list[dict[str, Any]]:
    return desk.rows(  # type: ignore[no-any-return]
        "select * from core.open_interest where kind = 'pool' and superseded_at is null"
        " order by snapshot_at"
    )


def test_the_larger_side_counts_and_the_pool_holds_the_rest(
    desk: Any, night: Callable[..., Path], golden: Mapping[str, float]
) -> None:
    desk.replay(night(620, 380))

    (row,) = _stored(desk)
    assert (row["symbol"], row["margin"], row["quality"]) == ("BTC/USD:WBTC.b+USDC", "linear", "ok")
    assert (row["oi_long_base"], row["oi_short_base"]) == (golden["long"], golden["short"])
    assert (row["oi_base"], row["pool_net_base"]) == (golden["oi"], golden["pool_net"])
    assert row["oi_usd"] == 620 * 50_000
    (leaning,) = desk.rows("select * from marts.oi_imbalance where asset = 'BTC'")
    assert leaning["pool_imbalance"] == pytest.approx(golden["m13f"], rel=1e-12)
    groups = desk.rows("select kind_group, oi_base from marts.oi_by_asset where asset = 'BTC'")
    assert {row["kind_group"]: row["oi_base"] for row in groups} == {"futures": 100, "pool": 620}
    (listed,) = desk.rows("select kind, settle, expiry from core.instruments where venue = 'gmx'")
    assert listed == {"kind": "pool", "settle": "WBTC.b+USDC", "expiry": None}


def test_the_report_says_it_beside_totals_that_stay_as_they_are(
    make_desk: Callable[..., Any], desk: Any, night: Callable[..., Path]
) -> None:
    alone = make_desk("alone", venues=("bybit",))
    without = alone.report(alone.replay(night(620, 380)))
    report = desk.report(desk.replay(night(620, 380)))

    assert report.tiles == without.tiles
    assert (report.venues_fresh, report.venues_total) == (1, 1)
    assert report.venue_shares == without.venue_shares
    assert (without.pools, without.beside) == ((), ())
    (pool,) = report.pools
    assert (pool.asset, pool.venues, pool.markets) == ("BTC", "gmx", 1)
    assert (pool.oi_long.value, pool.oi_short.value, pool.pool_net.value) == (620, 380, -240)
    assert pool.imbalance.value == pytest.approx(24)
    (share,) = [row.share for row in report.venues if row.venue == "gmx"]
    assert (share.value, share.reason) == (None, "pools stay out of futures")
    assert any("Unit taken by assumption: gmx" in say(text) for text in report.assumptions)

    rendered = render_report(report)
    for text in (rendered.email_text, rendered.email_html, rendered.index_html):
        assert LINE in " ".join(text.split())
    assert "No venue that is asked is a pool." in render_report(without).index_html


def test_a_pool_that_fails_takes_nothing_off_the_total_of_futures(
    desk: Any, night: Callable[..., Path]
) -> None:
    desk.replay(night(620, 380))
    report = desk.report(desk.replay(night(0, 0, days=1)))

    assert {row.venue: row.status for row in report.coverage} == {"bybit": "ok", "gmx": "failed"}
    assert (report.is_degraded, report.venues_total) == (False, 1)
    assert report.oi_coverage.value == 1
    assert (report.pools, report.beside) == ((), ())


def test_a_run_is_derived_again_to_the_same(desk: Any, night: Callable[..., Path], at: Any) -> None:
    desk.replay(night(620, 380))
    desk.replay(night(640, 600, days=1))
    before = desk.rows("from marts.pools order by all"), _stored(desk)
    done = rederive_since(desk.home, date(2026, 11, 1), desk.settings, at + 9 * DAY)
    assert (done.runs, done.restated) == (2, 0)
    assert (desk.rows("from marts.pools order by all"), _stored(desk)) == before
    changes = desk.column(
        "select change_24h_pct from marts.oi_by_asset where kind_group = 'pool'"
        " order by snapshot_at desc"
    )
    assert changes[0] == pytest.approx(100 * 20 / 620)


def test_what_one_home_exports_another_imports(
    make_desk: Callable[..., Any], desk: Any, night: Callable[..., Path], tmp_path: Path, at: Any
) -> None:
    desk.replay(night(620, 380))
    rows = _stored(desk)
    file = tmp_path / "open_interest.parquet"
    pl.DataFrame(rows).write_parquet(file)

    other = make_desk("other")
    done = import_files(other.home, [str(file)], at + DAY)
    assert (done.accepted, done.rejected) == (1, 0)
    sides = ("kind", "oi_long_base", "oi_short_base", "pool_net_base", "oi_base", "oi_usd")
    (again,) = _stored(other)
    assert {name: again[name] for name in sides} == {name: rows[0][name] for name in sides}


def test_both_sides_are_restated_when_a_name_turns_out_to_be_a_multiple(
    make_desk: Callable[..., Any], tmp_path: Path, at: Any
) -> None:
    row = {
        "snapshot_at": at, "venue": "gmx", "symbol": "MFOO/USD:MFOO", "asset": "MFOO",
        "kind": "pool", "oi_base": 7.0, "mark_price": 2.0, "oi_long_base": 3.0,
        "oi_short_base": 7.0,
    }  # fmt: skip
    file = tmp_path / "given.parquet"
    pl.DataFrame([row]).write_parquet(file)
    desk = make_desk()
    import_files(desk.home, [str(file)], at + DAY)

    name = Renamed("gmx", "MFOO/USD:MFOO", "MFOO", "FOO", 1e6)
    with writing(desk.home, at + 2 * DAY) as connection:
        assert restate_names(connection, [name], at - DAY, at + 2 * DAY) == at
    (found,) = _stored(desk)
    names = ("asset", "oi_base", "oi_long_base", "oi_short_base", "pool_net_base", "oi_usd")
    assert [found[name] for name in names] == ["FOO", 7e6, 3e6, 7e6, 4e6, 14.0]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"oi_short_base": None, "pool_net_base": None}, "sides_known"),
        ({"oi_base": 500.0, "oi_usd": 25_000_000.0}, "sides_agree"),
        ({"pool_net_base": 240.0}, "sides_agree"),
        ({"kind": "perp"}, "sides_of_a_pool"),
        ({"oi_short_base": -380.0, "pool_net_base": -1000.0}, "greater_than_or_equal_to"),
    ],
    ids=str,
)
def test_sides_that_are_not_those_of_the_open_interest_are_refused(
    make_desk: Callable[..., Any],
    tmp_path: Path,
    at: Any,
    change: Mapping[str, Any],
    check: str,
) -> None:
    row = {
        "snapshot_at": at.isoformat(), "venue": "gmx", "symbol": "BTC/USD:WBTC.b+USDC",
        "asset": "BTC", "kind": "pool", "margin": "linear", "oi_base": 620.0,
        "oi_usd": 31_000_000.0, "mark_price": 50_000.0, "oi_long_base": 620.0,
        "oi_short_base": 380.0, "pool_net_base": -240.0, **change,
    }  # fmt: skip
    good = {**row, "symbol": "BTC/USD:tBTC", "kind": "pool", "oi_base": 1.0, "oi_usd": 50_000.0,
            "oi_long_base": 0.0, "oi_short_base": 1.0, "pool_net_base": None}  # fmt: skip
    file = tmp_path / "given.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in (row, good)))
    pl.read_ndjson(file).write_parquet(tmp_path / "given.parquet")

    desk = make_desk()
    done = import_files(desk.home, [str(tmp_path / "given.parquet")], at + DAY)
    assert (done.accepted, done.rejected) == (1, 1)
    assert desk.column("select check_name from ops.rejects") == [check]
    (kept,) = _stored(desk)
    assert kept["pool_net_base"] == 1.0
