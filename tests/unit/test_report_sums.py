"""Sums of a report are the same to the last digit, in whatever order rows are stored."""

from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from oirisk.warehouse.sql_files import statement

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)


def insert(connection: duckdb.DuckDBPyConnection, table: str, **row: Any) -> None:
    names, slots = ", ".join(row), ", ".join(f"${name}" for name in row)
    connection.execute(f"insert into {table} ({names}) values ({slots})", row)  # noqa: S608


def asked(connection: duckdb.DuckDBPyConnection, name: str, **more: Any) -> list[dict[str, Any]]:
    found = connection.execute(statement(f"report/{name}.sql"), {"snapshot_at": AT, **more})
    return found.pl().to_dicts()


ORDERS = pytest.mark.parametrize("parts", [(0.1, 0.2, 0.3), (0.3, 0.2, 0.1)])
"""As doubles these add up to 0.6000000000000001 and to 0.6."""


@ORDERS
def test_a_mix_of_leverage(warehouse: duckdb.DuckDBPyConnection, parts: tuple[float, ...]) -> None:
    for weight in parts:
        insert(
            warehouse, "marts.leverage_calibration", calibrated_at=AT, asset="BTC",
            prior="calibrated", leverage_low=1.0 + weight, leverage_high=2.0, weight=weight,
            median_leverage=2.0, pass_through=1.0, rotation=0.05, crossed_base=1.0, steps=1,
            is_simulated=False,
        )  # fmt: skip
    (row,) = (
        row for row in asked(warehouse, "leverage", observed_at=None) if row["source"] == "learned"
    )
    assert (row["below_3x"], row["from_3x_to_7x"], row["above_7x"]) == (0.6, 0, 0)


@ORDERS
def test_a_loss_by_contagion(
    warehouse: duckdb.DuckDBPyConnection, parts: tuple[float, ...]
) -> None:
    for place, loss in enumerate(parts):
        insert(
            warehouse, "marts.contagion", snapshot_at=AT, venue_from="okx",
            venue_to=f"venue{place}", overlap_usd=1.0, forced_share=0.1, loss_usd=loss,
            systemic_overlap_usd=1.0, systemic_rank=1, assets=1, oi_covered=1.0,
            is_simulated=False,
        )  # fmt: skip
    (row,) = asked(warehouse, "contagion")
    assert (row["loss_usd"], row["most_hit_usd"]) == (0.6, 0.3)


@ORDERS
def test_a_share_of_a_venue(warehouse: duckdb.DuckDBPyConnection, parts: tuple[float, ...]) -> None:
    """Of 1.2 USD in all okx holds 0.1, 0.2 and 0.3 on three product lines."""
    common = {
        "snapshot_at": AT, "kind_group": "futures", "oi_usd_linear": 0.0, "oi_usd_inverse": 0.0,
        "oi_usd_quanto": 0.0, "instruments_fresh": 1, "instruments_expected": 1, "coverage": 1.0,
        "published": True, "observed_from": AT, "observed_until": AT, "is_simulated": False,
    }  # fmt: skip
    insert(warehouse, "marts.oi_market", **common, oi_usd=1.2, venues_fresh=1, venues_asked=1)
    for place, usd in enumerate(parts):
        insert(
            warehouse, "marts.oi_by_product", **common, oi_usd=usd, venue="okx",
            product=f"line{place}", field="oi", unit="base", counting_factor=1.0,
            unit_evidence="official", counting_evidence="official", share_change_24h_pp=usd,
        )  # fmt: skip
    (row,) = asked(warehouse, "venue_shares")
    assert (row["oi_usd"], row["share"], row["share_change_24h_pp"]) == (0.6, 0.5, 0.6)
