"""Of a price bin that a move ends in, the part on its way counts, in every sum over the map."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from oirisk.warehouse.sql_files import statement
from tests.models import build_step
from tests.rows import insert

NIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def level(
    connection: duckdb.DuckDBPyConnection, side: str, low: float, high: float, usd: float
) -> None:
    for prior in ("base", "retail_heavy", "institutional", "calibrated"):
        insert(connection, "marts.liquidation_map", {
            "snapshot_at": NIGHT, "asset": "BTC", "venue": "ALL", "side": side, "prior": prior,
            "price_low": low, "price_high": high, "base": 1.0, "usd": usd, "is_simulated": True,
        })  # fmt: skip


def test_the_reach_of_a_move_takes_its_part_of_a_bin(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    insert(warehouse, "marts.oi_by_asset", {
        "snapshot_at": NIGHT, "asset": "BTC", "kind_group": "futures", "price": 100.0,
        "oi_base": 1.0, "oi_usd": 100.0, "oi_usd_linear": 100.0, "oi_usd_inverse": 0.0,
        "oi_usd_quanto": 0.0, "venues": 1, "instruments": 1, "coverage": 1.0,
        "published": True, "is_simulated": True,
    })  # fmt: skip
    level(warehouse, "long", 94.0, 96.0, 8.0)  # half of it above 95
    level(warehouse, "long", 96.0, 98.0, 2.0)
    level(warehouse, "short", 104.5, 106.5, 8.0)  # a quarter below 105
    found = warehouse.execute(
        statement("report/liquidation_reach.sql"), {"snapshot_at": NIGHT}
    ).pl()
    rows = found.select("side", "distance_pct", "usd").rows()
    assert rows == [
        ("long", 2, pytest.approx(0)), ("long", 5, pytest.approx(6)),
        ("long", 10, pytest.approx(10)), ("short", 2, pytest.approx(0)),
        ("short", 5, pytest.approx(2)), ("short", 10, pytest.approx(8)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("close", "liquidated"),
    [
        (91.5, 0),
        (90.75, 2.5),  # a quarter of the first bin
        (90.0, 10),
        (89.5, 20),  # the first, and half of the second
        (80.0, 30),
        (111.0, 1),  # a quarter of the bin of shorts
        (150.0, 4),
    ],
)
def test_a_past_return_takes_its_part_of_a_bin(
    warehouse: duckdb.DuckDBPyConnection, close: float, liquidated: float
) -> None:
    level(warehouse, "long", 90.0, 91.0, 10.0)
    level(warehouse, "long", 89.0, 90.0, 20.0)
    level(warehouse, "short", 110.0, 114.0, 4.0)
    warehouse.execute(
        "create or replace temp table int_position_assets as"
        " select 'BTC' as asset, 100.0 as mark, true as is_simulated"
    )
    for days, price in enumerate([close, *[100.0] * 24]):
        insert(warehouse, "core.bars", {
            "bar_at": NIGHT - timedelta(days=days + 1), "interval": "1d", "venue": "okx",
            "symbol": "B", "asset": "BTC", "open": price, "high": price, "low": price,
            "close": price,
        })  # fmt: skip
    build_step(warehouse, "marts.liquidations_at_risk", {"since": NIGHT, "until": NIGHT})
    worst = warehouse.execute(
        "select lar_usd from marts.liquidations_at_risk where prior = 'base' and alpha = 0.99"
    ).fetchall()
    assert worst == [(pytest.approx(liquidated, abs=1e-9),)]
