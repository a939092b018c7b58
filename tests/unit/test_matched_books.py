"""Positions against order books on a night on which an exchange is missing (M25)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.warehouse.marts import build_map

START = datetime(2026, 3, 1, tzinfo=UTC)
PARAMETERS: dict[str, Any] = {
    "rotation": 0.05, "bin_pct": 0.25, "range_pct": 25.0, "history_days": 30.0,
    "minimum_share": 0.02, "minimum_usd": 0.0, "top_assets": 10, "max_age_minutes": 30.0,
    "liquidation_clusters": False,
}  # fmt: skip


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def observe(
    connection: duckdb.DuckDBPyConnection, hours: float, venue: str, oi: float, **other: Any
) -> None:
    _insert(connection, "open_interest", {
        "snapshot_at": at(hours), "observed_at": at(hours), "recorded_at": at(hours),
        "run_id": "r", "venue": venue, "symbol": "BTC/USDT:USDT", "asset": "BTC", "kind": "perp",
        "margin": "linear", "oi_base": oi, "oi_usd": oi * 100.0, "mark_price": 100.0,
        "unit_rule": "u", "counting_factor": 1.0, "source": "live", "quality": "ok",
        "is_simulated": False, **other,
    })  # fmt: skip


def read_book(connection: duckdb.DuckDBPyConnection, hours: float, venue: str) -> None:
    for side in ("bid", "ask"):
        for band, base in ((0.01, 400.0), (0.02, 800.0), (0.05, 2000.0)):
            _insert(connection, "depth", {
                "snapshot_at": at(hours), "recorded_at": at(hours), "run_id": "r",
                "venue": venue, "symbol": "BTC/USDT:USDT", "asset": "BTC", "band": band,
                "side": side, "base": base, "usd": base * 100,
                "truncated": False, "is_simulated": False,
            })  # fmt: skip


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    connection.register("row", pl.DataFrame([row]).to_arrow())
    connection.execute(f"insert into core.{table} by name from row")
    connection.unregister("row")


def covered(connection: duckdb.DuckDBPyConnection, hours: float) -> list[tuple[Any, ...]]:
    build_map(connection, at(hours), PARAMETERS)
    return connection.execute(
        "select distinct covered_share, withheld_reason from marts.stress where snapshot_at = ?",
        [at(hours)],
    ).fetchall()


@pytest.fixture
def two_nights(warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Gate holds 30 of 100 BTC on the first night, and alone answers on the second."""
    for venue, oi in (("okx", 70.0), ("gate", 30.0)):
        observe(warehouse, 0, venue, oi)
        observe(warehouse, 1, venue, oi + 10)
    observe(warehouse, 25, "gate", 42.0)
    read_book(warehouse, 25, "gate")
    return warehouse


def test_an_exchange_that_failed_is_part_of_what_the_books_should_cover(
    two_nights: duckdb.DuckDBPyConnection,
) -> None:
    # 42 of the 42 that are known tonight and the 80 that OKX held last: 34.4 %
    reason = "exchanges whose order books were read hold 34 % of its open interest, 60 % are needed"
    assert covered(two_nights, 25) == [(pytest.approx(42 / 122), reason)]
    assert two_nights.execute("select count(*) from marts.contagion").fetchall() == [(0,)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"symbol": "BTC/USDT:USDT-260301"}, id="it has expired"),
        pytest.param({"quality": "suspect"}, id="it was never good"),
        pytest.param({"kind": "option"}, id="it is an option"),
        pytest.param({"recorded_at": at(26)}, id="it was told later"),
        pytest.param({"snapshot_at": at(-200), "observed_at": at(-200)}, id="it is long ago"),
    ],
)
def test_what_need_not_be_there_is_not_missing(
    warehouse: duckdb.DuckDBPyConnection, other: dict[str, Any]
) -> None:
    observe(warehouse, 0, "gate", 30.0)
    observe(warehouse, 1, "gate", 40.0)
    observe(warehouse, 1, "okx", 80.0, **other)
    observe(warehouse, 25, "gate", 42.0)
    read_book(warehouse, 25, "gate")
    build_map(warehouse, at(25), {**PARAMETERS, "known_at": at(25)})
    shares = "select distinct covered_share, withheld_reason from marts.stress"
    assert warehouse.execute(shares).fetchall() == [(1.0, None)]


def test_a_share_just_short_of_what_is_needed_does_not_read_as_enough(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for hours, oi in ((0, 59.0), (1, 59.8)):
        observe(warehouse, hours, "gate", oi)
        observe(warehouse, hours, "okx", 100 - oi)
    read_book(warehouse, 1, "gate")
    ((share, reason),) = covered(warehouse, 1)
    assert share == pytest.approx(0.598)
    assert "hold 59 % of its open interest, 60 % are needed" in reason
