"""The most leverage an exchange allows, what a mix is there, and the range over the mixes."""

import math
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from oirisk.warehouse.sql_files import statement
from tests.models import build_step
from tests.rows import insert

NIGHT = datetime(2026, 3, 1, tzinfo=UTC)
VALUES = {"until": NIGHT, "bin_pct": 0.25, "calibration_days": 7.0}
MIXES = ("base", "retail_heavy", "institutional", "calibrated")


def distances(
    connection: duckdb.DuckDBPyConnection, limit: float, weight: str, within: int
) -> tuple[float, float]:
    """Return what a mix holds of longs altogether, and within so many steps of the entry."""
    connection.execute("create or replace temp table int_position_assets as select 'BTC' as asset")
    build_step(connection, "int_liquidation_mixes", VALUES)
    connection.execute(
        "create or replace temp table int_liquidation_rules as select 1 as rule, 'BTC' as asset,"
        " false as is_inverse, 0.005 as maintenance_rate, 0.0 as deduction, $1 as max_leverage",
        [limit],
    )
    build_step(connection, "int_liquidation_distances", VALUES)
    found = connection.execute(
        f"select sum({weight}), coalesce(sum({weight}) filter (where steps <= $1), 0)"  # noqa: S608
        " from int_liquidation_distances where side = 'long'",
        [within],
    ).fetchall()
    return found[0]


def steps(leverage: float) -> int:
    """Return the bins from an entry to the level of a long of that leverage, or one more."""
    return math.ceil(math.log(0.995 / (1 - 1 / leverage)) / math.log(1.0025))


@pytest.mark.parametrize(
    ("limit", "at_the_limit"),
    [
        # 5x to 100x weigh 15, 30, 25, 20 and 10
        (50.0, 20 / 90),
        (50.01, 20 / 90),
        (49.99, 0),
        (5.0, 1),
        (3.0, 1),  # all of it is beyond: the most that is allowed
    ],
)
def test_a_mix_ends_at_the_limit_and_holds_what_stands_there(
    warehouse: duckdb.DuckDBPyConnection, limit: float, at_the_limit: float
) -> None:
    whole, near = distances(warehouse, limit, "retail_heavy", steps(limit))
    assert whole == pytest.approx(1)
    assert near == pytest.approx(at_the_limit)


def test_an_interval_across_the_limit_is_cut_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("delete from marts.leverage_priors")
    warehouse.execute(
        "insert into marts.leverage_priors values ('base', 4, 16, 1), ('base', 2, 2, 1)"
    )
    # half of the interval, in logarithms, is beyond 8x
    whole, near = distances(warehouse, 8, "base", steps(4))
    assert whole == pytest.approx(1)
    assert near == pytest.approx(1 / 3)
    _, nearer = distances(
        warehouse, 8, "base", math.floor(math.log(0.995 / 0.875) / math.log(1.0025)) - 1
    )
    assert nearer == 0


def report(
    connection: duckdb.DuckDBPyConnection, name: str, **values: object
) -> list[dict[str, Any]]:
    sql = statement(f"report/{name}.sql")
    return connection.execute(sql, {"snapshot_at": NIGHT, **values}).pl().to_dicts()


def test_a_mix_that_reaches_no_level_makes_the_range_begin_at_nothing(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    told = {"snapshot_at": NIGHT, "asset": "BTC", "is_simulated": False}
    insert(warehouse, "marts.oi_by_asset", {
        **told, "kind_group": "futures", "price": 100.0, "oi_base": 1.0, "oi_usd": 100.0,
        "oi_usd_linear": 100.0, "oi_usd_inverse": 0.0, "oi_usd_quanto": 0.0, "venues": 1,
        "instruments": 1, "coverage": 1.0, "published": True,
    })  # fmt: skip
    for prior, usd in zip(MIXES[:3], (5.0, 9.0, 7.0), strict=True):
        insert(warehouse, "marts.liquidation_map", {
            **told, "venue": "ALL", "side": "long", "prior": prior, "price_low": 98.5,
            "price_high": 99.0, "base": 1.0, "usd": usd,
        })  # fmt: skip
        insert(warehouse, "marts.stress", {
            **told, "prior": prior, "shock_pct": -2.0, "depth_factor": 1.0, "rounds": 1,
            "liquidated_base": 1.0, "liquidated_usd": usd, "final_price": 100.0 - usd,
            "move_pct": usd, "multiplier": usd / 2, "reproduction_number": 0.5,
            "stop_reason": "exhausted", "depth_usd": 10.0,
        })  # fmt: skip
        insert(warehouse, "marts.liquidations_at_risk", {
            **told, "prior": prior, "alpha": 0.95, "scenarios": 300, "tail": 15, "lar_usd": usd,
            "es_usd": usd + 1, "worst_return_pct": -9.0, "meaningful": True,
        })  # fmt: skip
    reach = report(warehouse, "liquidation_reach")
    assert [(row["usd"], row["low"], row["high"]) for row in reach] == [(5, 0, 9)] * 3
    (stress,) = report(warehouse, "stress", asset="BTC")
    assert (stress["usd"], stress["low"], stress["high"]) == (5, 0, 9)
    assert (stress["move_pct"], stress["move_low_pct"], stress["move_high_pct"]) == (5, 2, 9)
    (risk,) = report(warehouse, "liquidations_at_risk")
    assert (risk["usd"], risk["low"], risk["high"]) == (5, 0, 9)
    assert (risk["es_usd"], risk["es_low"], risk["es_high"]) == (6, 0, 10)
