"""The track record: yesterday's map against what price did to it, by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from oirisk.warehouse.marts import build_map
from tests.rows import insert

START = datetime(2026, 3, 1, tzinfo=UTC)
PARAMETERS = {
    "rotation": 0.0, "bin_pct": 0.25, "range_pct": 25.0, "history_days": 30.0,
    "minimum_share": 0.02, "minimum_usd": 0.0, "top_assets": 10, "max_age_minutes": 30.0,
}  # fmt: skip


@pytest.fixture
def warehouse(warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    observe(warehouse, 0)
    observe(warehouse, 24)
    return warehouse


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def observe(connection: duckdb.DuckDBPyConnection, hours: float, oi: float = 10.0) -> None:
    insert(connection, "core.open_interest", {
        "snapshot_at": at(hours), "observed_at": at(hours), "recorded_at": at(hours),
        "run_id": "r", "venue": "okx", "symbol": "B", "asset": "BTC", "kind": "perp",
        "margin": "linear", "oi_base": oi, "oi_usd": oi * 100, "mark_price": 100.0,
        "unit_rule": "u", "counting_factor": 1.0, "source": "live", "quality": "ok",
        "is_simulated": False,
    })  # fmt: skip


def bar(connection: duckdb.DuckDBPyConnection, hours: float, low: float, high: float) -> None:
    insert(connection, "core.bars", {
        "bar_at": at(hours), "interval": "1h", "venue": "okx", "symbol": "B", "asset": "BTC",
        "open": high, "high": high, "low": low, "close": low, "volume_base": 1.0,
        "volume_usd": 1.0,
    })  # fmt: skip


def edge(number: float) -> float:
    """Return the price so many bins of 1 % below the mark that the map was frozen at."""
    return float(1.01 ** (463 - number))


def frozen_map(
    connection: duckdb.DuckDBPyConnection, masses: list[float], prior: str = "base"
) -> None:
    """Freeze a map of longs, a mass a bin, falling from the mark; 0: the map is silent there."""
    for number, base in enumerate(masses):
        if base:
            insert(connection, "marts.liquidation_map", {
                "snapshot_at": at(0), "asset": "BTC", "venue": "ALL", "side": "long",
                "prior": prior, "price_low": edge(number + 1), "price_high": edge(number),
                "base": base, "usd": base, "is_simulated": False,
            })  # fmt: skip
    insert(connection, "marts.liquidation_balance", {
        "snapshot_at": at(0), "asset": "BTC", "venue": "okx", "side": "long", "prior": prior,
        "oi_base": 100.0, "mapped_base": 100.0, "beyond_base": 0.0, "unplaced_base": 0.0,
        "has_tiers": False, "is_simulated": False, "mark_price": edge(0),
    })  # fmt: skip


def moved(connection: duckdb.DuckDBPyConnection, hours: float) -> None:
    """Let the map have been frozen at another time."""
    for table in ("liquidation_map", "liquidation_balance"):
        connection.execute(f"update marts.{table} set snapshot_at = $1", [at(hours)])  # noqa: S608


def liquidated(
    connection: duckdb.DuckDBPyConnection, price: float, base: float, /, **other: Any
) -> None:
    insert(connection, "core.liquidations", {
        "at": at(4.5), "venue": "okx", "symbol": "B", "asset": "BTC", "side": "long",
        "price": price, "base": base, "coverage": "complete", "event_id": str(price),
        "span_seconds": 0.0, "source": "live", "is_simulated": False, "run_id": "r",
        "recorded_at": at(6), **other,
    })  # fmt: skip


def scored(connection: duckdb.DuckDBPyConnection, **other: Any) -> list[dict[str, Any]]:
    build_map(connection, at(24), {**PARAMETERS, **other})
    frame = connection.sql("from marts.cluster_scores where asset = 'BTC' order by prior").pl()
    return [row for row in frame.to_dicts() if row["prior"] == "base"]


def test_the_fullest_quarter_is_compared_with_where_liquidations_were_reported(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    frozen_map(warehouse, [1, 9, 2, 3, 8, 1, 7, 1, 1, 1, 1, 1, 50])
    bar(warehouse, 4, edge(12.5), edge(0))  # through twelve bins, not the thirteenth
    for price, base in ((edge(1.5), 6.0), (edge(4.5), 5.0), (edge(8.8), 4.0), (edge(2.5), 1.0)):
        liquidated(warehouse, price, base)
    (row,) = scored(warehouse)
    assert row["evidence"] == "reported"
    # forecast: the bins of 9, 8 and 7; what happened: 6, 5 and 4 coins
    assert (row["n_bins"], row["n_top"], row["n_hits"]) == (12, 3, 2)
    assert row["precision"] == pytest.approx(2 / 3)
    assert row["chance"] == pytest.approx(1 / 4)
    assert row["lift"] == pytest.approx(8 / 3)
    # 95 percent Wilson interval of 2 in 3
    assert row["wilson_low"] == pytest.approx(0.2077, abs=1e-4)
    assert row["wilson_high"] == pytest.approx(0.9385, abs=1e-4)
    assert row["meaningful"] is True
    assert row["map_snapshot_at"] == at(0)


def test_bins_that_the_map_left_empty_count_and_are_the_same_for_every_prior(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Price went through eleven bins; one map had two of them, another all."""
    frozen_map(warehouse, [0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 4])
    frozen_map(warehouse, [1, 1, 1, 1, 1, 1, 9, 8, 7, 1, 1], "retail_heavy")
    bar(warehouse, 4, edge(11.5), edge(0))
    for number in (2.5, 6.5, 7.5):
        liquidated(warehouse, edge(number), 5.0)
    build_map(warehouse, at(24), PARAMETERS)
    rows = warehouse.execute(
        "select prior, n_bins, n_top, n_hits, chance from marts.cluster_scores"
        " where asset = 'BTC' order by prior"
    ).fetchall()
    # of the empty bins none is a forecast, so two priors that say nothing hit nothing
    assert rows == [
        ("base", 11, 3, 0, pytest.approx(3 / 11)),
        ("calibrated", 11, 3, 0, pytest.approx(3 / 11)),
        ("institutional", 11, 3, 0, pytest.approx(3 / 11)),
        ("retail_heavy", 11, 3, 2, pytest.approx(3 / 11)),
    ]


@pytest.mark.parametrize("mark", [0.3, 0.7])
def test_the_bin_that_holds_the_mark_was_not_gone_through(
    warehouse: duckdb.DuckDBPyConnection, mark: float
) -> None:
    """Longs below the mark, shorts above; either side's part of its bin is left out."""
    frozen_map(warehouse, [0, 5, 4, 3, 2])
    insert(warehouse, "marts.liquidation_map", {
        "snapshot_at": at(0), "asset": "BTC", "venue": "ALL", "side": "short", "prior": "base",
        "price_low": edge(mark), "price_high": edge(0), "base": 7.0, "usd": 7.0,
        "is_simulated": False,
    })  # fmt: skip
    warehouse.execute("update marts.liquidation_balance set mark_price = $1", [edge(mark)])
    bar(warehouse, 4, edge(4.5), edge(-3))
    liquidated(warehouse, edge(1.5), 5.0)
    liquidated(warehouse, edge(-1.5), 5.0, side="short")
    (row,) = scored(warehouse)
    assert (row["n_bins"], row["n_top"], row["n_hits"]) == (3 + 3, 2, 1)


def test_what_was_closed_is_ranked_in_usd(warehouse: duckdb.DuckDBPyConnection) -> None:
    frozen_map(warehouse, [1, 9, 7, 3, 8, 1, 1, 1, 1, 1, 1, 1])
    bar(warehouse, 4, edge(12.5), edge(0))
    # 3.9 coins are more than 4 six percent below
    for price, base in ((edge(1.5), 6.0), (edge(4.5), 5.0), (edge(8.8), 4.0), (edge(2.5), 3.9)):
        liquidated(warehouse, price, base)
    (row,) = scored(warehouse)
    assert (row["n_top"], row["n_hits"]) == (3, 3)


def test_few_bins_mean_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    frozen_map(warehouse, [1, 9, 2, 3, 8])
    bar(warehouse, 4, edge(5), edge(0))
    liquidated(warehouse, edge(1.5), 6.0)
    (row,) = scored(warehouse)
    assert row["n_bins"] == 5
    assert row["meaningful"] is False


def test_without_reports_falls_at_new_lows_stand_in(warehouse: duckdb.DuckDBPyConnection) -> None:
    frozen_map(warehouse, [1, 1, 1, 1, 1, 9, 9, 1, 1, 1])
    warehouse.execute("update core.open_interest set oi_base = 6 where snapshot_at = $1", [at(24)])
    observe(warehouse, 3)
    observe(warehouse, 4)
    observe(warehouse, 5, 6)  # falls while price goes through the sixth bin and the seventh
    bar(warehouse, 3, edge(5), edge(0))
    bar(warehouse, 4, edge(7), edge(4))
    bar(warehouse, 6, edge(10), edge(6))
    (row,) = scored(warehouse)
    assert row["evidence"] == "implied"
    assert (row["n_bins"], row["n_top"], row["n_hits"]) == (10, 3, 2)
    # open interest fell in two of the ten bins: by lot three of ten would hit 0.6 of them
    assert row["chance"] == pytest.approx(0.2)
    assert row["lift"] == pytest.approx(2 / 0.6)


@pytest.mark.parametrize(
    "changed",
    [{"side": "short"}, {"at": at(-1)}, {"at": at(25)}, {"price": None}, {"superseded_at": at(7)}],
)
def test_liquidations_that_do_not_count_score_nothing(
    warehouse: duckdb.DuckDBPyConnection, changed: dict[str, Any]
) -> None:
    frozen_map(warehouse, [1.0] * 12)
    bar(warehouse, 4, edge(12.5), edge(0))
    liquidated(warehouse, edge(1.5), 6.0)
    liquidated(warehouse, edge(3.5), 3.0, **changed)
    (row,) = scored(warehouse)
    assert row["n_hits"] <= 1


@pytest.mark.parametrize("hours", [0.5, 6.5])
def test_liquidations_count_while_bars_tell_where_price_went(
    warehouse: duckdb.DuckDBPyConnection, hours: float
) -> None:
    frozen_map(warehouse, [1, 9, 8, 7, 1, 1, 1, 1, 1, 1, 1, 1])
    moved(warehouse, 0.25)
    bar(warehouse, 0, edge(5), edge(0))  # the map was frozen within this one
    bar(warehouse, 4, edge(12.5), edge(0))
    bar(warehouse, 5, edge(1), edge(0))
    liquidated(warehouse, edge(1.5), 6.0)
    liquidated(warehouse, edge(3.5), 3.0, at=at(hours))
    (row,) = scored(warehouse)
    assert (row["n_bins"], row["n_top"], row["n_hits"]) == (12, 3, 1)


def test_a_map_of_another_day_is_not_scored(warehouse: duckdb.DuckDBPyConnection) -> None:
    frozen_map(warehouse, [1.0] * 12)
    bar(warehouse, 4, edge(12.5), edge(0))
    liquidated(warehouse, edge(1.5), 6.0)
    moved(warehouse, -6)
    assert scored(warehouse) == []


def test_a_day_without_any_event_scores_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    frozen_map(warehouse, [1.0] * 12)
    bar(warehouse, 4, edge(12.5), edge(0))
    assert scored(warehouse) == []


def test_the_record_adds_up_nights(warehouse: duckdb.DuckDBPyConnection) -> None:
    for night, hits in ((1, 2), (2, 1), (40, 3)):
        insert(warehouse, "marts.cluster_scores", {
            "scored_at": at(24 * night), "asset": "BTC", "map_snapshot_at": at(24 * night - 24),
            "prior": "base", "evidence": "reported", "n_bins": 12, "n_hits": hits, "n_top": 3,
            "meaningful": True, "is_simulated": False,
        })  # fmt: skip
    (month,) = warehouse.sql(
        "from marts.track_record(timestamptz '2026-03-31 00:00:00+00', 30)"
    ).pl().to_dicts()  # fmt: skip
    assert (month["nights"], month["n_top"], month["n_hits"]) == (2, 6, 3)
    assert month["precision"] == pytest.approx(0.5)
    assert month["chance"] == pytest.approx(1 / 4)
    assert month["lift"] == pytest.approx(2)
    warehouse.execute("update marts.cluster_scores set hits_by_chance = 0.25")
    (sparse,) = warehouse.sql(
        "select chance, lift from marts.track_record(timestamptz '2026-03-31 00:00:00+00', 30)"
    ).fetchall()
    assert sparse == pytest.approx((1 / 12, 6))
    # 95 percent Wilson interval of 3 in 6
    assert (month["wilson_low"], month["wilson_high"]) == (
        pytest.approx(0.1876, abs=1e-4), pytest.approx(0.8124, abs=1e-4),
    )  # fmt: skip


def test_a_day_counts_once_in_the_record(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Of 00:00, 08:00 and 20:00 the first; what the others saw, it saw for the most part."""
    for hour, hits in ((24, 2), (32, 3), (44, 3), (48, 1)):
        insert(warehouse, "marts.cluster_scores", {
            "scored_at": at(hour), "asset": "BTC", "map_snapshot_at": at(hour - 24),
            "prior": "base", "evidence": "reported", "n_bins": 12, "n_hits": hits, "n_top": 3,
            "meaningful": True, "is_simulated": False,
        })  # fmt: skip
    record = "select nights, n_top, n_hits from marts.track_record($1, 1)"
    assert warehouse.execute(record, [at(47)]).fetchall() == [(1, 3, 2)]
    assert warehouse.execute(record.replace("1)", "2)"), [at(49)]).fetchall() == [(2, 6, 3)]
    # The span begins within the first day: its other scores do not stand in for the one before.
    assert warehouse.execute(record, [at(50)]).fetchall() == [(1, 3, 1)]
