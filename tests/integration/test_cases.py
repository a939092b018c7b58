"""Faults that were reported of other tools: each recording with its right answer.

The recordings in ``tests/cases`` are made by hand in the exchanges' own shapes; the right values
are worked out from the exchanges' documents.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oirisk.flows.imports.load import import_files
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading

pytestmark = pytest.mark.integration

CASES = Path(__file__).parents[1] / "cases"
VENUES = ("binanceusdm", "bybit", "dydx", "gate", "hyperliquid", "kucoinfutures")


@pytest.fixture
def replayed(make_desk: Callable[..., Any], once: Callable[..., None]) -> Callable[[str], Any]:
    """Return a function that replays a case and gives its desk."""

    def run(name: str) -> Any:
        desk = make_desk(name, venues=VENUES)
        once(name, desk, lambda: desk.replay(CASES / f"{name}.jsonl"))
        return desk

    return run


def _held(desk: Any, name: str) -> dict[str, float]:
    rows = desk.rows(
        f"select symbol, {name} as held from core.open_interest"  # noqa: S608 -- a column
        " where superseded_at is null"
    )
    return {row["symbol"]: row["held"] for row in rows}


def test_the_multiplier_of_the_answer_beats_that_of_an_older_list(replayed: Any) -> None:
    desk = replayed("g1_stale_multiplier")
    # 100 contracts of 100 coins; the list of 18 hours before had 10
    assert _held(desk, "oi_base") == {"FOO/USDT:USDT": 10_000.0, "BTC/USDT:USDT": 100.0}
    assert _held(desk, "oi_usd")["FOO/USDT:USDT"] == 5_000.0
    (row,) = desk.rows("select status, error from ops.coverage where venue = 'gate'")
    assert row["status"] == "ok"
    assert "FOO/USDT:USDT quanto_multiplier 100, 10 by the market list" in row["error"]
    sizes = desk.rows("select contract_size from core.instruments where symbol = 'FOO/USDT:USDT'")
    assert [size["contract_size"] for size in sizes] == [100.0]


def test_a_multiplied_name_is_its_coin_whoever_lists_it(replayed: Any) -> None:
    desk = replayed("a1_multipliers")
    rows = desk.rows("select asset, venue, oi_base from marts.oi_by_venue")
    assert {(row["asset"], row["venue"]): row["oi_base"] for row in rows} == pytest.approx(
        {
            ("AIDOGE", "bybit"): 1e13,
            ("BABYDOGE", "binanceusdm"): 5e11,
            ("BABYDOGE", "bybit"): 1e11,
            ("BABYDOGE", "gate"): 2e12,
            ("BOB", "binanceusdm"): 2e12,
        },
        rel=1e-12,
    )


def test_contracts_in_other_dollar_coins_count_half_of_what_both_sides_come_to(
    replayed: Any,
) -> None:
    desk = replayed("h1_hip3_collateral")
    usd = _held(desk, "oi_usd")
    assert usd["CASH-USA500/USDT0:USDT0"] == 13_800_000 / 2
    assert usd["CASH-TSLA/USDT0:USDT0"] == 1_263_000 / 2
    assert usd["BTC/USDC:USDC"] == pytest.approx(27353.17682 / 2 * 77562, rel=1e-12)
    (row,) = desk.rows(
        "select instruments_expected, accepted, rejected, status from ops.coverage"
        " where venue = 'hyperliquid'"
    )
    # one contract is delisted: it came, and was not expected
    assert row == {"instruments_expected": 7, "accepted": 8, "rejected": 0, "status": "ok"}


def test_a_name_with_commas_and_a_contract_without_an_oracle_price_count(replayed: Any) -> None:
    desk = replayed("d1_dydx_isolated")
    usd = _held(desk, "oi_usd")
    buffi = "BUFFI,UNISWAP_V3,0X4C1B1302220D7DE5C22B495E78B72F2DD2457D45/USDC:USDC"
    bones = "BONES,RAYDIUM,AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD/USDC:USDC"
    assert (usd[buffi], usd[bones]) == (15_000.0, 0.0)
    (row,) = desk.rows(
        "select instruments_expected, accepted, status from ops.coverage where venue = 'dydx'"
    )
    assert row == {"instruments_expected": 3, "accepted": 4, "status": "ok"}


def test_a_market_that_cannot_be_read_costs_itself_only_and_is_named(replayed: Any) -> None:
    desk = replayed("k4_kucoin_one_odd_market")
    # 1,000,000 lots of 0.001 BTC
    assert _held(desk, "oi_base") == {"BTC/USDT:USDT": 1_000.0}
    (row,) = desk.rows("select error from ops.coverage where venue = 'kucoinfutures'")
    assert "cannot read 1 of the entries" in row["error"]
    assert "left out: PAUSEUSDTM" in row["error"]


def test_two_things_under_one_ticker_are_found_and_never_summed(replayed: Any) -> None:
    desk = replayed("c1_same_ticker")
    found = desk.rows(
        "select venue, asset, severity from ops.audit where check_name = 'same_ticker'"
        " order by asset, venue"
    )
    assert [tuple(row.values()) for row in found] == [
        ("binanceusdm", "META", "error"),
        ("gate", "META", "error"),
        ("binanceusdm", "NEIRO", "error"),
        ("gate", "NEIRO", "error"),
    ]
    totals = desk.rows("select asset, oi_base, published from marts.oi_by_asset where oi_base > 0")
    assert totals == [{"asset": "BTC", "oi_base": 200.0, "published": True}]
    marts = desk.column(
        "select table_name from information_schema.columns"
        " where table_schema = 'marts' and column_name = 'asset'"
    )
    assert "oi_by_venue" in marts
    for mart in marts:
        rows = desk.rows(f"select * from marts.{mart} where asset in ('META', 'NEIRO')")  # noqa: S608
        figures = {
            name: row[name] for row in rows for name in row if name.startswith(("oi_", "pr"))
        }
        assert not [name for name, value in figures.items() if value], mart
    assert set(_held(desk, "quality").values()) == {"ok"}  # each is true in itself


def test_five_minutes_are_told_by_their_end_until_a_day_and_by_their_start_since(
    tmp_path: Path,
) -> None:
    """The last row of the first file and the first of the second have one stamp."""
    home = Home(tmp_path / "home")
    now = datetime(2026, 7, 1, tzinfo=UTC)
    done = import_files(home, [str(CASES / "m1" / "*.csv")], now)
    assert (done.accepted, done.rejected, done.gaps) == (6, 0, [])
    first = datetime(2026, 6, 24, 23, 50, tzinfo=UTC)
    stood = [(first + n * timedelta(minutes=5), 1000.0 + 10 * n) for n in range(6)]
    with reading(home) as connection:
        held = query(connection, "select snapshot_at, oi_base from core.open_interest order by all")
        leaning = query(
            connection,
            'select "at", long_share / short_share as ratio from core.positioning'
            " where measure = 'account' order by all",
        )
    assert held.rows() == stood
    ratios = [(at, pytest.approx(1.6 + n / 100)) for n, (at, _) in enumerate(stood)]
    assert leaning.rows() == ratios
