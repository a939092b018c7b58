"""The liquidation map: levels by hand, margin rules, and what rests on the map."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.transforms.models.calibrate import CALIBRATION_SCHEMA
from oirisk.transforms.models.leverage import NODE_HIGH, NODE_LOW
from oirisk.warehouse.marts import build_map
from oirisk.warehouse.registry import Models
from tests.models import instead
from tests.oracles.liquidation_price import inverse_price, linear_price, tiers_of
from tests.rows import insert
from tests.worked_examples import golden

START = datetime(2026, 3, 1, tzinfo=UTC)
PARAMETERS = {
    "rotation": 0.0, "bin_pct": 0.1, "range_pct": 25.0, "history_days": 30.0,
    "minimum_share": 0.02, "minimum_usd": 0.0, "top_assets": 10, "max_age_minutes": 30.0,
    "liquidation_clusters": False,
    "map_range_pct": 60.0,
}  # fmt: skip


def nothing_learned(*given: object, **told: object) -> pl.DataFrame:
    del given, told
    return pl.DataFrame(schema=CALIBRATION_SCHEMA)


STATED = instead("marts.leverage_calibration", nothing_learned)
"""What is learned would be another mix."""


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def observe(
    connection: duckdb.DuckDBPyConnection, hours: float, oi: float, mark: float, **other: Any
) -> None:
    insert(connection, "core.open_interest", {
        "snapshot_at": at(hours), "observed_at": at(hours), "recorded_at": at(hours),
        "superseded_at": None, "run_id": "r", "venue": "okx", "symbol": "BTC/USDT:USDT",
        "asset": "BTC", "kind": "perp", "margin": "linear", "oi_base": oi, "oi_usd": oi * mark,
        "mark_price": mark, "unit_rule": "u", "counting_factor": 1.0, "source": "live",
        "quality": "ok", "is_simulated": False, **other,
    })  # fmt: skip


def only_leverage(connection: duckdb.DuckDBPyConnection, leverage: float) -> None:
    connection.execute(
        "update marts.leverage_priors"
        " set weight = if(leverage_low = $1 and leverage_high = $1, 1, 0)",
        [leverage],
    )


def levels(
    connection: duckdb.DuckDBPyConnection, hours: float, side: str, **other: Any
) -> list[tuple[float, float, float]]:
    build_map(connection, at(hours), {**PARAMETERS, **other}, STATED)
    return stored(connection, hours, side)


def stored(
    connection: duckdb.DuckDBPyConnection, hours: float, side: str
) -> list[tuple[float, float, float]]:
    return connection.execute(
        "select price_low, price_high, base from marts.liquidation_map where side = $1"
        " and prior = 'base' and venue = 'ALL' and snapshot_at = $2 order by price_low",
        [side, at(hours)],
    ).fetchall()


@pytest.mark.parametrize(
    ("margin", "side", "level"),
    [
        ("linear", "long", 100 * 0.9 / 0.995),
        ("linear", "short", 100 * 1.1 / 1.005),
        ("inverse", "long", 100 * 1.005 / 1.1),
        ("inverse", "short", 100 * 0.995 / 0.9),
    ],
)
def test_a_position_is_mapped_to_its_liquidation_price(
    warehouse: duckdb.DuckDBPyConnection, margin: str, side: str, level: float
) -> None:
    only_leverage(warehouse, 10)
    observe(warehouse, 0, 0, 100, margin=margin)
    observe(warehouse, 1, 7, 100, margin=margin)
    rows = levels(warehouse, 1, side)
    assert sum(base for *_, base in rows) == pytest.approx(7)
    centre = sum((low + high) / 2 * base for low, high, base in rows) / 7
    assert centre == pytest.approx(level, rel=0.001)
    assert rows[0][0] > level * 0.997
    assert rows[-1][1] < level * 1.003


def test_a_known_margin_tier_moves_the_level(warehouse: duckdb.DuckDBPyConnection) -> None:
    only_leverage(warehouse, 10)
    for floor, rate in ((0, 0.01), (20_000, 0.03), (1_000_000, 0.05)):
        insert(warehouse, "core.leverage_tiers", {
            "venue": "okx", "symbol": "BTC/USDT:USDT", "asset": "BTC", "floor_usd": floor,
            "cap_usd": None, "max_leverage": 20, "maintenance_margin_rate": rate,
            "as_of": START, "source": "live", "is_simulated": False, "run_id": "r",
            "recorded_at": START,
        })  # fmt: skip
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 7, 100)
    rows = levels(warehouse, 1, "long")
    centre = sum((low + high) / 2 * base for low, high, base in rows) / 7
    # 25,000 USD are 250 coins, and what 20,000 of them need less than 3 % is deducted
    tiers_known = tiers_of([(0, 0.01), (20_000, 0.03), (1_000_000, 0.05)])
    assert centre == pytest.approx(linear_price(1, 100, 250, 10, tiers_known).price, rel=0.001)
    (tiers,) = warehouse.execute(
        "select distinct has_tiers from marts.liquidation_balance"
    ).fetchall()
    assert tiers == (True,)


def test_tiers_told_in_coins_count_at_the_mark(warehouse: duckdb.DuckDBPyConnection) -> None:
    only_leverage(warehouse, 10)
    for floor, rate in (
        (10_000.0, 0.05),
        (200.0, 0.03),
        (0.0, 0.01),
    ):  # as an exchange may list them
        insert(warehouse, "core.leverage_tiers", {
            "venue": "okx", "symbol": "BTC/USDT:USDT", "asset": "BTC", "floor_base": floor,
            "max_leverage": 20, "maintenance_margin_rate": rate, "as_of": START,
            "source": "live", "is_simulated": False, "run_id": "r", "recorded_at": START,
        })  # fmt: skip
    observe(warehouse, 0, 0, 100, margin="inverse")
    observe(warehouse, 1, 7, 100, margin="inverse")
    rows = levels(warehouse, 1, "long")
    centre = sum((low + high) / 2 * base for low, high, base in rows) / 7
    # 25,000 USD are 250 coins, and what 200 of them need less than 3 % is deducted: 4 coins
    assert centre == pytest.approx(inverse_price(1, 100, 25_000, 10, 0.03, 4), rel=0.001)


def test_of_two_tiers_from_the_same_size_the_stricter_counts(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 10)
    for rate in (0.01, 0.03, 0.02):
        insert(warehouse, "core.leverage_tiers", {
            "venue": "okx", "symbol": "BTC/USDT:USDT", "asset": "BTC", "floor_usd": 0.0,
            "max_leverage": 20, "maintenance_margin_rate": rate, "as_of": START,
            "source": "live", "is_simulated": False, "run_id": "r", "recorded_at": START,
        })  # fmt: skip
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 7, 100)
    rows = levels(warehouse, 1, "long")
    centre = sum((low + high) / 2 * base for low, high, base in rows) / 7
    assert centre == pytest.approx(100 * 0.9 / 0.97, rel=0.001)


def test_leverage_beyond_what_is_allowed_is_shared_out(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    insert(warehouse, "core.leverage_tiers", {
        "venue": "okx", "symbol": "BTC/USDT:USDT", "asset": "BTC", "floor_usd": 0,
        "max_leverage": 5, "maintenance_margin_rate": 0.01, "as_of": START, "source": "live",
        "is_simulated": False, "run_id": "r", "recorded_at": START,
    })  # fmt: skip
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 7, 100)
    rows = levels(warehouse, 1, "long")
    assert max(high for _, high, _ in rows) < 100 * 0.8 / 0.99 * 1.003


def test_a_level_that_price_crossed_is_gone_and_the_rest_holds_open_interest(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 10)
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 10, 100)  # longs go at 90.45
    observe(warehouse, 2, 10, 89)
    observe(warehouse, 3, 20, 100)
    observe(warehouse, 4, 20, 100)
    longs, shorts = levels(warehouse, 4, "long"), levels(warehouse, 4, "short")
    assert sum(base for *_, base in longs) == pytest.approx(20)
    assert sum(base for *_, base in shorts) == pytest.approx(20)
    assert all(high < 100 for _, high, _ in longs)
    alive = dict(
        warehouse.execute(
            "select side, alive_share from marts.liquidation_balance"
            " where prior = 'base' and snapshot_at = $1",
            [at(4)],
        ).fetchall()
    )
    # half is entered evenly, in log price, from 89 to 100: 100 takes the shorts up to 91.36
    gone = math.log(100 * 1.005 / 1.1 / 89) / math.log(100 / 89) / 2
    assert alive["short"] == pytest.approx(1 - gone, abs=0.005)
    # 10 closed by force were replaced on the way to 89; those of them above 98.39 went there, too
    gone = math.log(100 / (89 * 0.995 / 0.9)) / math.log(100 / 89)
    assert alive["long"] == pytest.approx((2 - gone) / 3, abs=0.005)


def within(rows: list[tuple[float, float, float]], low: float, high: float) -> float:
    """Sum what stands from one price to another; of a bin at an end the part inside."""
    return sum(
        base * max(min(top, high) - max(bottom, low), 0) / (top - bottom)
        for bottom, top, base in rows
    )


@pytest.mark.parametrize("mark", [99.95, 100.0, 100.05, 100.1, 100.15])
def test_of_the_bin_that_price_reached_the_part_beyond_it_stays(
    warehouse: duckdb.DuckDBPyConnection, mark: float
) -> None:
    """Entered evenly, in log price, from 90 to 110 at 100x: levels end at the mark, not before."""
    only_leverage(warehouse, 100)
    observe(warehouse, 0, 0, 100)
    insert(warehouse, "core.bars", {
        "bar_at": at(0), "interval": "1h", "venue": "okx", "symbol": "BTC/USDT:USDT",
        "asset": "BTC", "open": 100.0, "high": 110.0, "low": 90.0, "close": 100.0,
    })  # fmt: skip
    observe(warehouse, 1, 7, mark)
    lowest, highest = 90 * 0.99 / 0.995, 110 * 1.01 / 1.005
    longs = levels(warehouse, 1, "long", bin_pct=0.25)
    near = 7 * math.log(1 / 0.99) / math.log(mark / lowest)
    assert within(longs, mark * 0.99, mark) == pytest.approx(near, rel=0.005)
    assert longs[-1][1] == mark
    shorts = stored(warehouse, 1, "short")
    near = 7 * math.log(1.01) / math.log(highest / mark)
    assert within(shorts, mark, mark * 1.01) == pytest.approx(near, rel=0.005)
    assert shorts[0][0] == mark


def test_of_a_bin_that_price_reached_before_the_part_beyond_stays_too(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 100)
    observe(warehouse, 0, 0, 100)
    for hour, low, high in ((0, 90.0, 110.0), (1, 97.6, 102.6)):
        insert(warehouse, "core.bars", {
            "bar_at": at(hour), "interval": "1h", "venue": "okx", "symbol": "BTC/USDT:USDT",
            "asset": "BTC", "open": 100.0, "high": high, "low": low, "close": 100.0,
            "volume_base": 0.0,
        })  # fmt: skip
    observe(warehouse, 1, 7, 100)
    observe(warehouse, 2, 7, 100)
    longs = levels(warehouse, 2, "long", bin_pct=0.25)
    # without any volume none can be closed: what was crossed was misplaced, and all stands below
    density = 7 / math.log(97.6 / (90 * 0.99 / 0.995))
    assert within(longs, 96.6, 98) == pytest.approx(density * math.log(97.6 / 96.6), rel=0.005)
    assert within(longs, 97.9, 100) == 0


def test_positions_older_than_the_history_are_put_at_its_first_price(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 10)
    observe(warehouse, 0, 80, 100)
    observe(warehouse, 1, 80, 101)
    rows = levels(warehouse, 1, "long")
    assert sum(base for *_, base in rows) == pytest.approx(80)
    assert rows[0][0] > 100 * 0.9 / 0.995 * 0.997
    (share,) = warehouse.execute(
        "select distinct initial_share from marts.liquidation_balance"
    ).fetchall()
    assert share == (pytest.approx(1),)
    older = warehouse.execute("select distinct base = initial_base from marts.oi_profile")
    assert older.fetchall() == [(True,)]


def test_a_dip_within_a_gap_closes_what_it_crossed(warehouse: duckdb.DuckDBPyConnection) -> None:
    only_leverage(warehouse, 10)
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 50, 100)
    for hour in range(1, 61):
        low = 85.0 if hour == 30 else 99.0
        insert(warehouse, "core.bars", {
            "bar_at": at(hour), "interval": "1h", "venue": "okx", "symbol": "BTC/USDT:USDT",
            "asset": "BTC", "open": 100.0, "high": 101.0, "low": low, "close": 100.0,
        })  # fmt: skip
    observe(warehouse, 61, 50, 100)
    observe(warehouse, 62, 90, 100)
    rows = dict(_alive(warehouse, 62))
    assert rows == {"long": pytest.approx(40 / 90), "short": pytest.approx(1)}


def _alive(connection: duckdb.DuckDBPyConnection, hours: float) -> list[tuple[str, float]]:
    build_map(connection, at(hours), PARAMETERS)
    return connection.execute(
        "select side, alive_share from marts.liquidation_balance where prior = 'base'"
    ).fetchall()


def test_an_exchange_without_history_is_in_the_balance_as_unplaced(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 50, 100)
    observe(warehouse, 1, 30, 100, venue="gate")
    build_map(warehouse, at(1), PARAMETERS)
    rows = warehouse.execute(
        "select side, oi_base, mapped_base, beyond_base, unplaced_base, initial_share, alive_share"
        " from marts.liquidation_balance where prior = 'base' and venue = 'gate' order by side"
    ).fetchall()
    assert rows == [(side, 30, 0, 0, 30, None, None) for side in ("long", "short")]


def test_dated_futures_alone_are_mapped_around_their_own_price(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 10)
    observe(warehouse, 0, 0, 100, kind="future")
    observe(warehouse, 1, 50, 100, kind="future")
    for side in ("long", "short"):
        assert sum(base for *_, base in levels(warehouse, 1, side)) == pytest.approx(50)


def test_mapped_beyond_and_unplaced_are_the_open_interest(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    observe(warehouse, 0, 30, 100)
    observe(warehouse, 1, 50, 96)
    observe(warehouse, 40, 70, 104)  # over a gap nothing is known to open
    observe(warehouse, 41, 90, 90)
    build_map(warehouse, at(41), PARAMETERS)
    for prior, oi, mapped, beyond, unplaced in warehouse.execute(
        "select prior, oi_base, mapped_base, beyond_base, unplaced_base"
        " from marts.liquidation_balance"
    ).fetchall():
        assert oi == 90
        assert mapped + beyond + unplaced == pytest.approx(90)
        assert (beyond > 1e-6) == (prior != "retail_heavy")  # that one has no leverage below 5x


def test_every_prior_is_mapped_and_the_sum_is_that_of_the_exchanges(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for hour, (okx, gate) in enumerate([(0, 0), (5, 3), (8, 9)]):
        observe(warehouse, hour, okx, 100 + hour)
        observe(warehouse, hour, gate, 100 + hour, venue="gate")
    build_map(warehouse, at(2), PARAMETERS)
    rows = warehouse.execute(
        "select prior, side, sum(base) filter (where venue = 'ALL'),"
        " sum(base) filter (where venue <> 'ALL') from marts.liquidation_map group by all"
    ).fetchall()
    assert {row[0] for row in rows} == {"base", "retail_heavy", "institutional", "calibrated"}
    assert all(total == pytest.approx(parts) for *_, total, parts in rows)


def learned(leverage: float) -> Models:
    def told(*frames: pl.DataFrame, until: datetime, **others: float) -> pl.DataFrame:
        if frames[0].is_empty():
            return frames[0]
        rows = [
            {"asset": "BTC", "prior": prior, "leverage_low": low, "leverage_high": high,
             "weight": float(low == high == leverage), "median_leverage": leverage,
             "pass_through": 0.5, "rotation": 0.05, "r2": 0.5, "crossed_base": 1.0, "steps": 9,
             "is_simulated": False}
            for prior in ("base", "calibrated")
            for low, high in zip(NODE_LOW.tolist(), NODE_HIGH.tolist(), strict=True)
        ]  # fmt: skip
        learned_then = pl.DataFrame(rows, schema=CALIBRATION_SCHEMA)
        return learned_then.with_columns(pl.lit(until).alias("calibrated_at"))

    return instead("marts.leverage_calibration", told)


def fine_history(connection: duckdb.DuckDBPyConnection, steps: int = 1600) -> float:
    """Store five-minute facts and bars; return the hour of the last."""
    connection.execute(
        "insert into core.open_interest by name select $1::timestamptz + to_minutes(5 * n) as"
        " snapshot_at, snapshot_at as observed_at, snapshot_at as recorded_at, 'r' as run_id,"
        " 'okx' as venue, 'BTC/USDT:USDT' as symbol, 'BTC' as asset, 'perp' as kind,"
        " 'linear' as margin, 100 + n / 100 as oi_base, oi_base * 100 as oi_usd,"
        " 100 as mark_price, 'u' as unit_rule, 1 as counting_factor, 'live' as source,"
        " 'ok' as quality, false as is_simulated from range($2 + 1) as t (n)",
        [START, steps],
    )
    connection.execute(
        "insert into core.bars select $1::timestamptz + to_minutes(5 * n), '5m', 'okx',"
        " 'BTC/USDT:USDT', 'BTC', 100, 101, 99, 100, 3, 300 from range($2) as t (n)",
        [START, steps],
    )
    return steps / 12


def test_what_was_learned_replaces_the_stated_mix_from_then_on(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    hour = fine_history(warehouse)
    written = build_map(warehouse, at(hour), PARAMETERS, learned(20))
    assert written["marts.leverage_calibration"] == 2 * NODE_LOW.size
    rows = stored(warehouse, hour, "long")
    assert min(low for low, *_ in rows) > 99 * 0.95 / 0.995 * 0.996
    again = build_map(warehouse, at(hour), PARAMETERS, learned(20))
    assert again["marts.leverage_calibration"] == 2 * NODE_LOW.size  # from facts as they are now
    observe(warehouse, hour + 1, 116, 100)
    later = build_map(warehouse, at(hour + 1), PARAMETERS, learned(5))
    assert later["marts.leverage_calibration"] == 0  # not due for a week
    earlier = levels(warehouse, hour - 1, "long")
    assert min(low for low, *_ in earlier) < 60  # not known an hour before


def test_what_was_learned_at_a_snapshot_stays_when_an_earlier_one_learns_later(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    hour = fine_history(warehouse)
    build_map(warehouse, at(hour), PARAMETERS, learned(20))
    kept = warehouse.execute("from marts.liquidation_map").fetchall()
    build_map(warehouse, at(hour - 24), PARAMETERS, learned(5))
    build_map(warehouse, at(hour), PARAMETERS, learned(20))
    again = "from marts.liquidation_map where snapshot_at = $1"
    assert warehouse.execute(again, [at(hour)]).fetchall() == kept


def test_the_balance_says_whether_a_mix_was_learned(warehouse: duckdb.DuckDBPyConnection) -> None:
    hour = fine_history(warehouse)
    told = "select prior, is_learned from marts.liquidation_balance where side = 'long'"
    build_map(warehouse, at(hour), PARAMETERS, STATED)
    assert not any(is_learned for _, is_learned in warehouse.execute(told).fetchall())
    build_map(warehouse, at(hour), PARAMETERS, learned(20))
    assert dict(warehouse.execute(told).fetchall()) == {
        "base": True, "calibrated": True, "retail_heavy": False, "institutional": False,
    }  # fmt: skip


def test_an_inverse_contract_teaches_where_there_is_no_linear_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    hour = fine_history(warehouse)
    warehouse.execute("update core.open_interest set margin = 'inverse'")
    seen: list[pl.DataFrame] = []

    def noted(steps: pl.DataFrame, *others: object, **told: object) -> pl.DataFrame:
        del others, told
        seen.append(steps)
        return pl.DataFrame(schema=CALIBRATION_SCHEMA)

    build_map(
        warehouse,
        at(hour),
        PARAMETERS,
        instead("marts.leverage_calibration", noted),
    )
    (steps,) = seen
    assert steps["is_inverse"].all()
    # 3 coins a bar at a price of 100, in the unit of the steps: USD
    assert steps["volume"].to_list() == pytest.approx([300.0] * steps.height)


def test_without_a_mark_another_price_gives_the_map(warehouse: duckdb.DuckDBPyConnection) -> None:
    hour = fine_history(warehouse, 20)
    build_map(warehouse, at(hour), PARAMETERS)
    kept = warehouse.execute("from marts.liquidation_map").fetchall()
    assert kept
    warehouse.execute("update core.open_interest set mark_price = null")  # the value of a coin
    build_map(warehouse, at(hour), PARAMETERS)
    assert warehouse.execute("from marts.liquidation_map").fetchall() == kept
    warehouse.execute("update core.open_interest set last_price = 101")
    build_map(warehouse, at(hour), PARAMETERS)
    assert warehouse.execute("from marts.liquidation_map").fetchall() != kept


def test_a_short_history_is_not_calibrated(warehouse: duckdb.DuckDBPyConnection) -> None:
    hour = fine_history(warehouse, 280)
    assert build_map(warehouse, at(hour), PARAMETERS)["marts.leverage_calibration"] == 0


def test_an_old_map_is_the_same_when_later_facts_and_corrections_are_there(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    hour = fine_history(warehouse)
    known = {**PARAMETERS, "known_at": at(hour)}
    build_map(warehouse, at(hour), known)
    frozen = warehouse.execute("from marts.liquidation_map").fetchall()
    # a later correction of the past, and another day
    warehouse.execute(
        "update core.open_interest set superseded_at = $1 where snapshot_at = $2",
        [at(hour + 5), at(hour)],
    )
    observe(warehouse, hour, 400, 130, recorded_at=at(hour + 5))
    for later in range(1, 4):
        observe(warehouse, hour + later, 300, 120)
    build_map(warehouse, at(hour), known)
    assert warehouse.execute("from marts.liquidation_map").fetchall() == frozen
    build_map(warehouse, at(hour), PARAMETERS)
    assert warehouse.execute("from marts.liquidation_map").fetchall() != frozen


def depth(
    connection: duckdb.DuckDBPyConnection,
    hours: float,
    side: str,
    *usd: float,
    asset: str = "BTC",
    venue: str = "okx",
) -> None:
    for band, amount in zip((0.01, 0.02, 0.05), usd, strict=True):
        insert(connection, "core.depth", {
            "snapshot_at": at(hours), "venue": venue, "symbol": f"{asset}/USDT:USDT", "asset": asset,
            "band": band, "side": side, "base": amount / 100, "usd": amount, "truncated": False,
            "is_simulated": False, "run_id": "r", "recorded_at": at(hours),
        })  # fmt: skip


def test_stress_and_contagion_need_measured_depth(warehouse: duckdb.DuckDBPyConnection) -> None:
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 0, 0, 100, venue="gate")
    observe(warehouse, 1, 50, 100)
    observe(warehouse, 1, 20, 100, venue="gate")
    written = build_map(warehouse, at(1), PARAMETERS)
    assert (written["marts.stress"], written["marts.contagion"]) == (0, 0)
    depth(warehouse, 1, "bid", 400, 800, 2000)
    depth(warehouse, 1, "ask", 600, 900, 2000)
    written = build_map(warehouse, at(1), PARAMETERS)
    assert written["marts.stress"] == 4 * 12 * 3
    assert written["marts.coupled_stress"] == 0  # the book of the other was not measured
    # depth per percent is (400 + 600) / 2 = 500; gate is in none of it
    assert contagion(warehouse) == [
        ("okx", "okx", pytest.approx(5000**2 / 500), pytest.approx(0.02 * 500), 1, 1.0,
         pytest.approx(5 / 7)),
    ]  # fmt: skip
    depth(warehouse, 1, "bid", 40, 80, 200, venue="gate")
    depth(warehouse, 1, "ask", 60, 90, 200, venue="gate")
    written = build_map(warehouse, at(1), PARAMETERS)
    assert written["marts.coupled_stress"] == 3 * 3
    assert contagion(warehouse) == [
        ("gate", "gate", pytest.approx(2000**2 / 550), pytest.approx(0.02 * 2000**2 / 55000),
         1, 1.0, 1.0),
        ("gate", "okx", pytest.approx(2000 * 5000 / 550), pytest.approx(0.02 * 1e7 / 55000),
         1, 1.0, 1.0),
        ("okx", "gate", pytest.approx(2000 * 5000 / 550), pytest.approx(0.02 * 1e7 / 55000),
         1, 1.0, 1.0),
        ("okx", "okx", pytest.approx(5000**2 / 550), pytest.approx(0.02 * 5000**2 / 55000),
         1, 1.0, 1.0),
    ]  # fmt: skip


def contagion(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select venue_from, venue_to, overlap_usd, loss_usd, systemic_rank, oi_covered,"
        " covered_share from marts.contagion order by all"
    ).fetchall()


SHARES = {"okx": 70.0, "gate": 20.0, "bybit": 10.0}


def three_exchanges(connection: duckdb.DuckDBPyConnection, read: Sequence[str]) -> dict[str, Any]:
    """Build positions at 25x on three exchanges with like books, of which some were read."""
    only_leverage(connection, 25)
    for venue, oi in SHARES.items():
        observe(connection, 0, 0, 100, venue=venue)
        observe(connection, 1, oi, 100, venue=venue)
        per_pct = oi * 100 / 0.63
        for side in ("bid", "ask") if venue in read else ():
            depth(connection, 1, side, per_pct, 2 * per_pct, 5 * per_pct, venue=venue)
    written = build_map(connection, at(1), {**PARAMETERS, "liquidation_clusters": True})
    return {**written, "stress": connection.execute(
        "select distinct reproduction_number, covered_share, withheld_reason, liquidated_base"
        " from marts.stress where prior = 'base' and shock_pct = -5 and depth_factor = 1"
    ).fetchall()}  # fmt: skip


def test_books_that_are_missing_do_not_move_the_reproduction_number(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = three_exchanges(warehouse, ["okx", "gate", "bybit"])
    assert found["stress"] == [(pytest.approx(0.63), 1.0, None, pytest.approx(100))]
    warehouse.execute("delete from core.depth where venue <> 'okx'")
    build_map(warehouse, at(1), PARAMETERS)
    (row,) = warehouse.execute(
        "select distinct reproduction_number, covered_share, liquidated_base from marts.stress"
        " where prior = 'base' and shock_pct = -5 and depth_factor = 1"
    ).fetchall()
    assert row == (pytest.approx(0.63), pytest.approx(0.7), pytest.approx(70))


def test_figures_that_rest_on_too_few_books_are_withheld(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = three_exchanges(warehouse, ["gate", "bybit"])
    reason = "exchanges whose order books were read hold 30 % of its open interest, 60 % are needed"
    assert found["stress"] == [(None, pytest.approx(0.3), reason, None)]
    assert (found["marts.contagion"], found["marts.coupled_stress"]) == (0, 0)
    levels = "select distinct mass_to_depth, covered_share from marts.clusters"
    assert warehouse.execute(f"{levels} where kind = 'liquidation'").fetchall() == [
        (None, pytest.approx(0.3))
    ]
    assert warehouse.execute(f"{levels} where kind = 'entry'").fetchall() == [(None, None)]


def test_levels_are_set_against_the_books_of_their_own_exchanges(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    ratios = []
    for read in (["okx", "gate", "bybit"], ["okx"]):
        three_exchanges(warehouse, read)
        ratios += warehouse.execute(
            "select usd, mass_to_depth, covered_share from marts.clusters"
            " where kind = 'liquidation' and side = 'long'"
        ).fetchall()
        warehouse.execute("rollback")
        warehouse.execute("begin")
    (whole, ratio, _), (same, again, covered) = ratios
    assert ratio == pytest.approx(whole / (5 * 100 * 100 / 0.63))
    assert (same, again) == (pytest.approx(whole), pytest.approx(ratio))
    assert covered == pytest.approx(0.7)


def test_an_exchange_of_which_a_small_contract_s_book_was_read_was_not_read(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for symbol, oi in (("BTC/USDT:USDT", 5.0), ("BTC/USDC:USDC", 95.0)):
        observe(warehouse, 0, 0, 100, symbol=symbol)
        observe(warehouse, 1, oi, 100, symbol=symbol)
    depth(warehouse, 1, "bid", 400, 800, 2000)
    depth(warehouse, 1, "ask", 600, 900, 2000)
    written = build_map(warehouse, at(1), PARAMETERS)
    assert (written["marts.stress"], written["marts.contagion"]) == (0, 0)


def test_the_worked_example_of_contagion_is_what_the_mart_holds(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    held = {"binance": (4, 2), "bybit": (3, 1), "hyperliquid": (1, 1.5)}  # billions of BTC, ETH
    for venue, amounts in held.items():
        for asset, billions in zip(("BTC", "ETH"), amounts, strict=True):
            for hours in (0, 1):
                observe(warehouse, hours, billions * 1e9 * hours, 1, venue=venue, asset=asset,
                        symbol=f"{asset}/USDT:USDT")  # fmt: skip
    for asset, usd in (("BTC", 0.40e9), ("ETH", 0.15e9)):
        for side, venue in product(("bid", "ask"), held):
            part = usd / len(held)
            depth(warehouse, 1, side, part, 2 * part, 3 * part, asset=asset, venue=venue)
    build_map(warehouse, at(1), PARAMETERS)
    rows = warehouse.execute(
        "select venue_from, venue_to, overlap_usd / 1e9, loss_usd / 1e9 from marts.contagion"
    ).fetchall()
    overlap = {(sold, held_by): usd for sold, held_by, usd, _loss in rows}
    loss = {(sold, held_by): usd for sold, held_by, _overlap, usd in rows}
    assert overlap == {
        (sold, held_by): pytest.approx(usd, abs=1e-6)
        for sold, others in golden("M26_overlap")["matrix"].items()
        for held_by, usd in others.items()
    }
    assert loss["binance", "bybit"] == pytest.approx(golden("M26_spill")["loss_bybit_usd_bn"])


def test_liquidations_at_risk_are_what_the_worst_days_would_reach(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    only_leverage(warehouse, 10)
    last = 24 * 25
    closes = [100.0] * 26
    closes[5], closes[15] = 85.0, 95.0  # a fall of 15 % and one of 5 %, each made good
    for day, close in enumerate(closes[1:]):
        insert(warehouse, "core.bars", {
            "bar_at": at(24 * day), "interval": "1d", "venue": "okx",
            "symbol": "BTC/USDT:USDT", "asset": "BTC", "open": close, "high": close,
            "low": close, "close": close, "volume_base": 1.0, "volume_usd": 1.0,
        })  # fmt: skip
    insert(warehouse, "core.bars", {
        "bar_at": at(last - 12), "interval": "1d", "venue": "okx", "symbol": "BTC/USDT:USDT",
        "asset": "BTC", "open": 100.0, "high": 100.0, "low": 50.0, "close": 50.0,
    })  # fmt: skip
    # that one ends half a day after the snapshot: nobody knows it yet
    observe(warehouse, last - 1, 0, 100)
    observe(warehouse, last, 7, 100)
    build_map(warehouse, at(last), PARAMETERS)
    rows = warehouse.execute(
        "select alpha, scenarios, tail, lar_usd, es_usd, worst_return_pct, meaningful"
        " from marts.liquidations_at_risk where prior = 'base' order by alpha"
    ).fetchall()
    # 24 returns; -15 % takes the longs at 90.45, +17.6 % back the shorts at 109.45
    (low, high) = rows
    assert low[:3] == (0.95, 24, 2)
    assert high[:3] == (0.99, 24, 1)
    longs, shorts = 7 * 100 * 0.9 / 0.995, 7 * 100 * 1.1 / 1.005
    assert high[3] == pytest.approx(shorts, rel=0.002)
    assert low[3] == pytest.approx(longs, rel=0.002)
    assert low[4] == pytest.approx((longs + shorts) / 2, rel=0.002)
    assert low[5] == pytest.approx(-15)
    assert low[6] is False


def test_a_day_whose_bars_end_early_is_no_scenario(warehouse: duckdb.DuckDBPyConnection) -> None:
    only_leverage(warehouse, 10)
    last = 24 * 25
    for day in range(1, 26):
        # the last hour of every day, but of the tenth one that ended at 20:00
        hour, close = (24 * day - 5, 50.0) if day == 10 else (24 * day - 1, 100.0 + day % 2)
        insert(warehouse, "core.bars", {
            "bar_at": at(hour), "interval": "1h", "venue": "okx", "symbol": "BTC/USDT:USDT",
            "asset": "BTC", "open": close, "high": close, "low": close, "close": close,
        })  # fmt: skip
    observe(warehouse, last - 1, 0, 100)
    observe(warehouse, last, 7, 100)
    build_map(warehouse, at(last), PARAMETERS)
    rows = warehouse.execute(
        "select distinct scenarios, worst_return_pct from marts.liquidations_at_risk"
    ).fetchall()
    # 24 days follow one, two of them beside the tenth
    assert rows == [(22, pytest.approx(-100 / 101))]


def test_levels_cluster_beside_entries_when_asked(warehouse: duckdb.DuckDBPyConnection) -> None:
    only_leverage(warehouse, 20)
    observe(warehouse, 0, 0, 100)
    observe(warehouse, 1, 30, 100)
    depth(warehouse, 1, "bid", 400, 800, 2000)
    build_map(warehouse, at(1), {**PARAMETERS, "liquidation_clusters": True})
    rows = warehouse.execute(
        "select kind, side, price_low, price_high, base, distance_pct, mass_to_depth, usd,"
        " age_hours from marts.clusters order by kind, side"
    ).fetchall()
    assert [row[:2] for row in rows] == [
        ("entry", "both"), ("liquidation", "long"), ("liquidation", "short"),
    ]  # fmt: skip
    level = 100 * 0.95 / 0.995
    assert rows[1][2] <= level <= rows[1][3]
    assert rows[1][4] == pytest.approx(30)
    assert rows[1][5] == pytest.approx((level / 100 - 1) * 100, abs=0.3)
    assert rows[1][6] == pytest.approx(rows[1][7] / 2000)  # 4.5 % away: the band of 5 %
    assert rows[1][8] is None
    assert rows[2][6] is None  # no asks were measured
    build_map(warehouse, at(1), PARAMETERS)
    kinds = warehouse.execute("select distinct kind from marts.clusters").fetchall()
    assert kinds == [("entry",)]
