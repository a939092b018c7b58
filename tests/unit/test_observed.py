"""Observed positions: lists of accounts, what their answers mean, and what is made of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from oirisk.flows.exchanges.account_lists import read_accounts
from oirisk.flows.exchanges.hyperliquid.declaration import POSITION_FIELDS, positions_of_account
from oirisk.schemas.errors import RecordingError
from oirisk.schemas.instruments import Instrument
from oirisk.transforms.decode import BodyError, decode
from oirisk.transforms.models.leverage_observed import implied_leverage, observed_weights
from oirisk.transforms.observed import judge_positions, position_candidates
from oirisk.transforms.validate import ValidationResult
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.observed import load_positions
from oirisk.warehouse.window import BuildWindow
from tests.models import build_observed

ANN, BEN = "0x" + "a1" * 20, "0x" + "b2" * 20
NIGHT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        f"# whales\n{ANN.upper().replace('0X', '0x')}\n\n{BEN}\n{ANN}\n",
        f"rank,account,note\n1,{ANN},first\n2,{BEN},second\n",
        json.dumps([ANN, BEN]),
        json.dumps([{"address": ANN}, {"user": BEN}]),
        json.dumps({"leaderboardRows": [{"ethAddress": ANN, "prize": 0}, {"ethAddress": BEN}]}),
    ],
    ids=["text", "csv", "list", "objects", "leaderboard"],
)
def test_a_list_of_accounts_is_read_in_every_form(tmp_path: Path, text: str) -> None:
    file = tmp_path / "accounts"
    file.write_text(text, encoding="utf-8")
    assert read_accounts(file) == (ANN, BEN)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"{ANN}\n0x1234\n", "line 2: expected one address, saw 0"),
        (f"{ANN} {BEN}\n", "line 1: expected one address, saw 0"),
        (f"{ANN},{BEN}\n", "line 1: expected one address, saw 2"),
        (json.dumps([ANN, {"name": "x"}]), "entry 2: expected one address, saw 0"),
        (json.dumps({"rows": [ANN]}), "expected a list of accounts"),
        ("[oops", "begins like JSON and is none"),
        ("[" * 100_000, "begins like JSON and is none"),
        ("# nobody\n", "holds no account"),
    ],
)
def test_what_is_no_account_is_named_by_its_place(tmp_path: Path, text: str, seen: str) -> None:
    file = tmp_path / "accounts"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match=seen) as caught:
        read_accounts(file)
    assert ANN not in str(caught.value)


def test_a_list_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot read the list of accounts"):
        read_accounts(tmp_path / "none")


def listed(name: str, asset: str, scale: int = 1) -> Instrument:
    return Instrument(
        venue="hyperliquid", symbol=f"{name.upper()}/USDC:USDC", market_id="1", product="perp",
        asset=asset, base_multiplier=Decimal(scale), quote="USDC", settle="USDC", kind="perp",
        margin="linear", contract_size=Decimal(1), contract_size_unit="base", expiry=None,
        strike=None, option_type=None, max_leverage=Decimal(50), listed_at=None, is_active=True,
        market={},
    )  # fmt: skip


LISTED = {"ETH": listed("ETH", "ETH"), "kPEPE": listed("kPEPE", "PEPE", 1000)}


def body(*held: dict[str, Any]) -> str:
    return json.dumps({"assetPositions": [{"type": "oneWay", "position": row} for row in held]})


def position(coin: str = "ETH", **other: Any) -> dict[str, Any]:
    return {
        "coin": coin, "szi": "0.2259", "entryPx": "2213.9", "positionValue": "500.12001",
        "leverage": {"type": "isolated", "value": 20}, "liquidationPx": "2125.00856238", **other,
    }  # fmt: skip


def judged(*held: dict[str, Any], account: str = ANN) -> ValidationResult:
    rows = positions_of_account(decode(body(*held)))
    return judge_positions(
        "hyperliquid", position_candidates({account: rows}, POSITION_FIELDS, LISTED)
    )


def test_positions_are_in_canonical_coins_and_prices() -> None:
    short = position("kPEPE", szi="-2000", entryPx="0.012", positionValue="22", liquidationPx=None)
    found = judged(position(), short)
    assert found.rejected.is_empty()
    wanted = ["account", "symbol", "asset", "side", "base", "entry_price", "leverage"]
    assert found.accepted.select(wanted).rows() == [
        (ANN, "ETH/USDC:USDC", "ETH", "long", 0.2259, 2213.9, 20.0),
        (ANN, "KPEPE/USDC:USDC", "PEPE", "short", 2_000_000.0, 0.000012, 20.0),
    ]
    assert found.accepted["liquidation_price"].to_list() == [2125.00856238, None]
    assert found.accepted["mark_price"].to_list() == pytest.approx([500.12001 / 0.2259, 1.1e-5])


@pytest.mark.parametrize(
    ("row", "check"),
    [
        (position("NONE"), "listed"),
        (position(szi="0"), "number"),
        (position(szi="many"), "number"),
        (position(szi="1e30", positionValue="2214e30"), "less_than"),
        (position(entryPx="-1"), "greater_than"),
        (position(liquidationPx="2300"), "level_ahead_of_the_mark"),
        (position(szi="-0.2259", liquidationPx="2100"), "level_ahead_of_the_mark"),
    ],
)
def test_a_position_that_cannot_be_is_refused_whole(row: dict[str, Any], check: str) -> None:
    found = judged(row, position("kPEPE", liquidationPx=None))
    assert found.accepted["asset"].to_list() == ["PEPE"]
    assert found.rejected["check_name"].to_list() == [check]
    assert json.loads(found.rejected["record"][0])["szi"] == row["szi"]
    assert ANN not in found.rejected["reason"][0]


def test_of_two_positions_in_one_contract_none_is_believed() -> None:
    found = judged(position(), position(szi="1", positionValue="2213.9"))
    assert found.accepted.is_empty()
    assert found.rejected["check_name"].to_list() == ["one_per_contract"] * 2


def test_an_answer_of_another_shape_is_an_error() -> None:
    for text in ("[]x", "{}", '{"assetPositions": 3}', '{"assetPositions": [{"type": "x"}]}'):
        with pytest.raises(BodyError):
            positions_of_account(decode(text))


def test_leverage_is_told_by_entry_and_level() -> None:
    # Longs and shorts from 60,000 at 10x: 54,000 / 0.995 and 66,000 / 1.005, M20 without tiers.
    found = implied_leverage(
        np.array([True, False, True, True]),
        np.array([60_000.0, 60_000.0, 60_000.0, 60_000.0]),
        np.array([54_000 / 0.995, 66_000 / 1.005, np.nan, 61_000.0]),
        np.full(4, 0.005),
    )
    assert found.tolist() == pytest.approx([10, 10, 1, 128])


def test_the_mix_weighs_positions_by_size() -> None:
    row = {
        "snapshot_at": NIGHT, "asset": "BTC", "side": "long", "base": 3.0,
        "entry_price": 100.0, "liquidation_price": 90.0 / 0.99, "maintenance_rate": 0.01,
        "is_simulated": False,
    }  # fmt: skip
    without_level = {**row, "base": 1.0, "liquidation_price": None}
    no_rate = {**row, "maintenance_rate": None}
    found = observed_weights(pl.DataFrame([row, without_level, no_rate], strict=False))
    assert found["weight"].to_list() == [0.25, 0.75]
    low, high = found["leverage_low"].to_list(), found["leverage_high"].to_list()
    assert low[0] == 1.0
    assert low[1] <= 10 < high[1]


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        migrate(connection, NIGHT)
        connection.execute(
            "insert into core.open_interest by name select $1 as snapshot_at, $1 as observed_at,"
            " $1 as recorded_at, 'r' as run_id, 'hyperliquid' as venue, 'BTC/USDC:USDC' as symbol,"
            " 'BTC' as asset, 'perp' as kind, 'linear' as margin, 40.0 as oi_base,"
            " 4000.0 as oi_usd, 100.0 as mark_price, 'u' as unit_rule, 1.0 as counting_factor,"
            " 'live' as source, 'ok' as quality, false as is_simulated",
            [NIGHT],
        )
        yield connection


def held(account: str, side: str, base: float, level: float | None) -> dict[str, Any]:
    return {
        "snapshot_at": NIGHT, "venue": "hyperliquid", "account": account,
        "symbol": "BTC/USDC:USDC", "asset": "BTC", "side": side, "base": base,
        "entry_price": 100.0, "leverage": 10.0, "liquidation_price": level,
        "is_simulated": False,
    }  # fmt: skip


def load(connection: duckdb.DuckDBPyConnection, *rows: dict[str, Any], minutes: int = 0) -> None:
    load_positions(
        connection,
        pl.DataFrame(rows, strict=False),
        [("hyperliquid", ANN), ("hyperliquid", BEN)],
        snapshot_at=NIGHT,
        run_id=f"r{minutes}",
        recorded_at=NIGHT + timedelta(minutes=minutes),
    )
    window = BuildWindow(NIGHT, NIGHT)
    parameters = {"bin_pct": 1.0, "max_age_minutes": 30.0}
    build_observed(connection, window, parameters)


def test_the_measured_map_adds_up_to_what_was_seen(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, held(ANN, "long", 3.0, 90.5), held(BEN, "short", 1.0, None))
    bins = warehouse.sql(
        "select side, base, positions, price_low <= 90.5 and 90.5 < price_high,"
        " price_high / price_low, usd / base / ((price_low + price_high) / 2)"
        " from marts.observed_map"
    ).fetchall()
    assert bins == [("long", 3.0, 1, True, pytest.approx(1.01), pytest.approx(1.0))]
    coverage = warehouse.sql(
        "select accounts, positions, long_base, short_base, unplaced_base, oi_base, long_share,"
        " short_share from marts.observed_coverage"
    ).fetchall()
    assert coverage == [(2, 2, 3.0, 1.0, 1.0, 40.0, 0.075, 0.025)]


def test_a_position_that_is_gone_is_closed_and_kept(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, held(ANN, "long", 3.0, 90.5), held(BEN, "short", 1.0, 120.0))
    load(warehouse, held(ANN, "long", 2.0, 90.5), minutes=5)
    assert warehouse.sql(
        "select account, base, superseded_at is null from core.observed_positions"
        " order by account, recorded_at"
    ).fetchall() == [(ANN, 3.0, False), (ANN, 2.0, True), (BEN, 1.0, False)]
    assert warehouse.sql("select side, base from marts.observed_map").fetchall() == [("long", 2.0)]


def test_a_level_is_read_by_the_listing_of_its_time(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.executemany(
        "insert into core.instruments by name select 'hyperliquid' as venue, 'BTC/USDC:USDC' as"
        " symbol, '1' as market_id, 'perp' as product, 'BTC' as asset, 1.0 as base_multiplier,"
        " 'USDC' as quote, 'USDC' as settle, 'perp' as kind, 'linear' as margin, true as"
        " is_active, $1 as max_leverage, $2::timestamptz as valid_from",
        [[20.0, NIGHT - timedelta(days=9)], [50.0, NIGHT], [4.0, NIGHT + timedelta(days=1)]],
    )
    load(warehouse, held(ANN, "long", 3.0, 100 * 0.9 / 0.99))
    # by the listing of that night maintenance is 1 %: 10x
    weights = warehouse.sql(
        "select leverage_low <= 10 and 10 < leverage_high, weight from marts.observed_leverage"
        " where weight > 0"
    )
    assert weights.fetchall() == [(True, 1.0)]


def test_without_fresh_open_interest_there_is_no_share(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute(
        "update core.open_interest set snapshot_at = snapshot_at - interval 31 minute"
    )
    load(warehouse, held(ANN, "long", 3.0, 90.5))
    shares = warehouse.sql("select oi_base, long_share from marts.observed_coverage").fetchall()
    assert shares == [(None, None)]
