"""From stored rows to nights: which snapshots, what was printed, and what another field says (M38)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from oirisk.warehouse.conventions import build_conventions
from tests.rows import insert

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = datetime(2026, 4, 1, tzinfo=UTC)


class Store:
    """A warehouse in memory, and rows of it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rule(self, field: str, unit: str = "base", factor: float = 1.0) -> None:
        """Register what a field means."""
        texts = {"unit_evidence": "official", "counting_evidence": "assumed", "unit_source": "x",
                 "counting_source": "x"}  # fmt: skip
        names = {"unit_rule": f"gate.usdt.{field}", "venue": "gate", "product": "usdt"}
        insert(
            self.connection, "ops.unit_rules",
            {**names, "field": field, "unit": unit, "counting_factor": factor, **texts},
        )  # fmt: skip

    def row(self, at: datetime, symbol: str, base: float, **more: Any) -> None:
        """Store a figure, live and as registered unless told otherwise."""
        plain = {
            "snapshot_at": at, "observed_at": at, "recorded_at": at, "run_id": "run",
            "venue": "gate", "symbol": symbol, "asset": symbol, "kind": "perp", "margin": "linear",
            "oi_base": base, "oi_usd": base * 2, "mark_price": 2.0, "counting_factor": 1.0,
            "unit_rule": "gate.usdt.live", "source": "live", "quality": "ok",
            "is_simulated": False, "is_contradicted": False,
        }  # fmt: skip
        insert(self.connection, "core.open_interest", {**plain, **more})

    def listed(self, symbol: str, **more: Any) -> None:
        """List an instrument."""
        plain = {
            "venue": "gate", "symbol": symbol, "market_id": symbol, "product": "usdt",
            "asset": symbol, "base_multiplier": 1.0, "quote": "USDT", "settle": "USDT",
            "kind": "perp", "margin": "linear", "is_active": True, "valid_from": START,
        }  # fmt: skip
        insert(self.connection, "core.instruments", {**plain, **more})

    def nights(self) -> list[dict[str, Any]]:
        """Measure everything; return the nights."""
        build_conventions(self.connection, START, START, NOW)
        query = "select * from marts.convention_nights order by venue, product, field, snapshot_at"
        return self.connection.execute(query).pl().to_dicts()


@pytest.fixture
def store(warehouse: duckdb.DuckDBPyConnection) -> Store:
    return Store(warehouse)


def test_the_last_of_the_days_fullest_snapshots_stands_for_it(store: Store) -> None:
    store.rule("live")
    for hour, count in ((1, 30), (9, 30), (17, 29), (23, 5)):
        for place in range(count):
            store.row(START + hour * HOUR, f"C{place}", 1000.0 + place)
    (night,) = store.nights()
    assert (night["snapshot_at"], night["instruments"]) == (START + 17 * HOUR, 29)


def test_what_was_printed_is_recovered_to_the_digit(store: Store) -> None:
    # 12,345.67 thousands printed of both sides are 6,172,835 coins; so 0.01 is the lot
    store.rule("live", factor=0.5)
    store.listed("PEPE", base_multiplier=1000.0)
    store.row(START, "PEPE", 6_172_835.0, counting_factor=0.5)
    store.row(START + DAY, "PEPE", 6_172_840.0, counting_factor=0.5)
    first, second = store.nights()
    assert (first["fresh_n"], first["fresh_even"]) == (1, 0)
    assert (second["parity_n"], second["parity_even"]) == (1, 1)  # 12,345.68


def test_contracts_are_counted_as_contracts_and_values_in_dollars_not_at_all(store: Store) -> None:
    store.rule("live", unit="contracts")
    store.rule("value", unit="quote")
    store.row(START, "A", 1234.5, oi_contracts=7.0)
    store.row(START, "B", 1234.5, oi_contracts=8.0)
    store.row(START, "C", 1234.0, unit_rule="gate.usdt.value")
    live, value = store.nights()
    assert (live["fresh_n"], live["fresh_even"], live["unit"]) == (2, 1, "contracts")
    assert (value["fresh_n"], value["unit"]) == (0, "usd")


def test_what_was_superseded_or_follows_no_rule_of_ours_is_told_apart(store: Store) -> None:
    store.rule("live")
    store.row(START, "A", 4.0)
    store.row(START, "A", 5.0, superseded_at=NOW)
    store.row(START, "A", 6.0, venue="other", unit_rule="import")
    mine, other = store.nights()
    assert (mine["field"], mine["instruments"]) == ("live", 1)
    assert (other["venue"], other["product"], other["field"], other["unit"]) == (
        "other", "perp", "import", "base"
    )  # fmt: skip


def test_live_figures_and_history_of_one_instant_are_compared(store: Store) -> None:
    store.rule("live")
    store.rule("history")
    past = {"unit_rule": "gate.usdt.history", "source": "history"}
    for place in range(6):
        at, coins = START + 5 * HOUR, 1000.0 + place
        store.row(at, f"C{place}", coins)
        store.row(at - HOUR, f"C{place}", coins * 1.9, **past)  # as Gate's was in 2026
        store.row(at - 2 * HOUR, f"C{place}", coins, **past)  # not the nearest
    history, live = store.nights()
    assert (live["ratio_same"], live["ratio_twice"], live["ratio_half"]) == (0, 0, 6)
    assert (history["ratio_same"], history["ratio_twice"], history["ratio_half"]) == (0, 6, 0)


def test_nights_do_not_depend_on_how_they_were_built(store: Store) -> None:
    store.rule("live")
    for night in range(30):
        for place in range(8):
            store.row(
                START + night * DAY, f"C{place}", 1000.0 + 31 * place + (7 * night * place) % 19
            )
    whole = store.nights()
    build_conventions(store.connection, START + 17 * DAY, START, NOW)
    assert (
        store.connection.execute(
            "select * from marts.convention_nights order by venue, product, field, snapshot_at"
        )
        .pl()
        .to_dicts()
        == whole
    )


def test_marks_are_cleared_when_nothing_contradicts_any_more(store: Store) -> None:
    store.rule("live")
    for night in range(6):
        for place in range(12):
            coins = 2.0 * (1000 + 31 * place + (7 * night * (place + 1)) % 19)
            store.row(START + night * DAY, f"C{place}", coins)
    store.nights()
    count = (
        "select quality, is_contradicted, count(*) from core.open_interest"
        " where superseded_at is null group by all"
    )
    assert store.connection.execute(count).fetchall() == [("suspect", True, 72)]
    store.connection.execute(
        "update core.open_interest set counting_factor = 0.5, oi_base = oi_base / 2"
        " where superseded_at is null"
    )
    build_conventions(store.connection, START, START, NOW + DAY)
    assert store.connection.execute(count).fetchall() == [("ok", False, 72)]
    kept = "select quality, count(*) from core.open_interest group by all order by all"
    assert store.connection.execute(kept).fetchall() == [("ok", 144), ("suspect", 72)]
