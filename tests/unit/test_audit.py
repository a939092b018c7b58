"""The auditor: each check finds what it is for, with the figures, and leaves the innocent alone."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse import slices
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.standing import judge_standing
from oirisk.warehouse.window import BuildWindow
from tests.models import build_audit
from tests.worked_examples import golden

AT = datetime(2026, 3, 10, 0, 5, tzinfo=UTC)
DAY = timedelta(days=1)
RUN = "10T00"
ROW = {
    "symbol": "BTC/USDT:USDT",
    "asset": "BTC",
    "kind": "perp",
    "margin": "linear",
    "unit_rule": "a.rule",
    "quality": "ok",
    "mark_price": 50_000.0,
    "oi_base": 100.0,
}


class Books:
    """A warehouse in memory that takes rows by the figures that matter."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def _insert(self, table: str, values: dict[str, Any]) -> None:
        named = ", ".join(f"${name} as {name}" for name in values)
        self.connection.execute(f"insert into {table} by name select {named}", values)

    def row(self, venue: str, at: datetime = AT, **figures: Any) -> None:
        """Store one fact; USD is coins x price unless told."""
        values = {**ROW, **figures}
        if "oi_usd" not in values:
            values["oi_usd"] = values["oi_base"] * values["mark_price"]
        fixed = {
            "snapshot_at": at, "observed_at": at, "recorded_at": at, "run_id": "r",
            "venue": venue, "counting_factor": 1, "source": "live", "is_simulated": False,
        }  # fmt: skip
        self._insert("core.open_interest", {**fixed, **values})

    def run(self, *venues: str, at: datetime = AT, **coverage: Any) -> None:
        """Put the run of an instant on record."""
        run_id = f"{at:%dT%H}"
        shared = {"run_id": run_id, "flow": "nightly", "snapshot_at": at, "started_at": at}
        rest = {"state": "completed", "version": "0", "source": "live", "is_simulated": False}
        self._insert("ops.runs", {**shared, **rest})
        for venue in venues:
            counts = {"instruments_expected": 1, "received": 1, "accepted": 1, "rejected": 0}
            values = {"status": "ok", "requests": 1, "seconds": 0, **counts, **coverage}
            self._insert("ops.coverage", {"run_id": run_id, "venue": venue, **values})

    def rule(self, name: str) -> None:
        """Register a unit rule."""
        values = dict.fromkeys(
            ("venue", "product", "field", "unit", "unit_source", "counting_source"), "x"
        )
        evidence = {"unit_evidence": "official", "counting_evidence": "assumed"}
        self._insert(
            "ops.unit_rules", {"unit_rule": name, "counting_factor": 1, **values, **evidence}
        )

    def audit(self, at: datetime = AT, until: datetime | None = None) -> list[dict[str, Any]]:
        """Audit snapshots; return the findings, which keep their contract."""
        build_audit(self.connection, BuildWindow(at, until or at), 30)
        for name in ("ops.audit", "marts.data_quality"):
            TABLES[name].validate(self.connection.table(name).pl())
        return self.found("select * from ops.audit order by venue, symbol, check_name")

    def found(self, sql: str) -> list[dict[str, Any]]:
        """Query the rows."""
        return self.connection.sql(sql).pl().to_dicts()


@pytest.fixture(scope="module")
def migrated() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    migrate(connection, AT)
    yield connection
    connection.close()


@pytest.fixture
def books(migrated: duckdb.DuckDBPyConnection) -> Iterator[Books]:
    migrated.execute("begin transaction")
    yield Books(migrated)
    migrated.execute("rollback")


def _brief(findings: list[dict[str, Any]]) -> list[tuple[str, str, str | None, str]]:
    return [(row["check_name"], row["venue"], row["symbol"], row["severity"]) for row in findings]


def test_figures_of_one_row_that_disagree_by_more_than_two_percent_are_found(books: Books) -> None:
    books.run("a", "b", "c")
    books.row("a", route_usd=5_110_000.0, quality="suspect")  # 110 / 5110: 2.15 % apart
    books.row("b", route_usd=5_090_000.0)  # 1.77 %
    books.row("c", oi_usd=5_000_000.0, mark_price=40_000.0)  # coins x price say 4 million
    findings = books.audit()
    assert _brief(findings) == [
        ("usd_routes", "a", "BTC/USDT:USDT", "error"),
        ("usd_routes", "c", "BTC/USDT:USDT", "error"),
    ]
    assert findings[0]["seen"] == 5_000_000
    assert findings[0]["expected"] == 5_110_000
    assert findings[0]["ratio"] == pytest.approx(5000 / 5110)
    assert findings[0]["detail"] == (
        "by its own other figure it is 5,110,000 USD, 2.15 % apart; not counted"
    )
    assert findings[1]["expected"] == 4_000_000
    assert "coins x price" in findings[1]["detail"]


@pytest.mark.parametrize(
    ("unit", "size", "margin", "contracts", "is_right"),
    [
        ("base", 0.01, "linear", 10_000.0, True),  # 10,000 x 0.01 coins = 100 coins
        ("base", 0.01, "linear", 100.0, False),  # the size is not in the figure: 1 coin
        ("usd", 100.0, "inverse", 50_000.0, True),  # 50,000 x 100 USD, no price
        ("usd", 10.0, "inverse", 50_000.0, False),
    ],
)
def test_contracts_times_size_is_a_route_of_its_own(
    books: Books, unit: str, size: float, margin: str, contracts: float, *, is_right: bool
) -> None:
    books.run("a")
    books.row("a", margin=margin, oi_contracts=contracts)
    books.connection.execute(
        "insert into core.instruments by name select 'a' as venue, 'BTC/USDT:USDT' as symbol,"
        " 'x' as market_id, 'x' as product, 'BTC' as asset, 1 as base_multiplier, 'USDT' as quote,"
        " 'USDT' as settle, 'perp' as kind, $margin as margin, $size as contract_size,"
        " $unit as contract_size_unit, true as is_active, $at as valid_from",
        {"margin": margin, "size": size, "unit": unit, "at": AT},
    )
    assert bool(books.audit()) is not is_right


def _counted(books: Books, sides: int) -> list[dict[str, Any]]:
    """Audit the worked example of M38: steps of 9, -6, 15, 4 on volumes of 12, 8, 20, 5."""
    level = 1000.0
    books.row("a", AT, oi_base=level * sides)
    books.run("a")
    for night, (step, volume) in enumerate([(9, 12), (-6, 8), (15, 20), (4, 5)], start=1):
        level += step
        at = AT + night * DAY
        books.row("a", at, oi_base=level * sides, volume_24h_base=float(volume))
        books.run("a", at=at)
    return books.audit(AT, AT + 4 * DAY)


def test_a_one_sided_figure_moves_within_what_was_traded(books: Books) -> None:
    assert _counted(books, 1) == []


def test_a_two_sided_figure_moves_by_more_than_was_traded(books: Books) -> None:
    findings = sorted(_counted(books, 2), key=lambda row: str(row["run_id"]))
    assert [row["check_name"] for row in findings] == ["oi_within_volume"] * 4
    assert [row["seen"] for row in findings] == [18, 12, 30, 8]
    assert [row["expected"] for row in findings] == [12, 8, 20, 5]
    assert [row["ratio"] for row in findings] == [1.5, 1.5, 1.5, 1.6]


def test_the_worked_example_of_counting_gives_its_figures(books: Books) -> None:
    example = golden("M38_convention")
    findings = _counted(books, 2)
    assert len(findings) == example["violations_double"]
    assert max(row["ratio"] for row in findings) == pytest.approx(example["double_max"])


def test_bars_that_cover_a_step_bound_it_tighter_than_a_day_of_volume(books: Books) -> None:
    later = AT + timedelta(hours=2)
    for at, base in ((AT, 100.0), (later, 130.0)):
        books.run("a", at=at)
        books.row("a", at, oi_base=base, volume_24h_base=500.0)
    assert books.audit(later) == []
    start = AT.replace(minute=0)
    bar = (
        "insert into core.bars select $at, '1h', 'a', 'BTC/USDT:USDT', 'BTC', 1, 1, 1, 1, 9.0, null"
    )
    for hour in range(2):
        books.connection.execute(bar, {"at": start + timedelta(hours=hour)})
    assert books.audit(later) == []  # the last five minutes are not covered
    books.connection.execute(bar, {"at": start + timedelta(hours=2)})
    findings = books.audit(later)
    assert _brief(findings) == [("oi_within_volume", "a", "BTC/USDT:USDT", "warning")]
    assert (findings[0]["seen"], findings[0]["expected"]) == (30.0, 27.0)


def test_inverse_contracts_are_compared_in_usd_so_a_price_move_is_no_flow(books: Books) -> None:
    for night, price in enumerate((50_000.0, 25_000.0)):
        at = AT + night * DAY
        books.run("a", at=at)
        figures = {"oi_base": 5e6 / price, "oi_usd": 5e6, "mark_price": price}
        books.row("a", at, margin="inverse", volume_24h_usd=1000.0, **figures)
    assert books.audit(AT + DAY) == []


def test_quanto_contracts_are_counted_so_a_price_move_is_no_jump(books: Books) -> None:
    """Both the coins and the USD of a quanto contract move with the price of what it settles in."""
    for night, settle in enumerate((50_000.0, 100_000.0)):
        at = AT + night * DAY
        books.run("a", at=at)
        coins = 1e6 * 1e-6 * settle
        books.row("a", at, margin="quanto", oi_contracts=1e6, oi_base=coins, mark_price=3000.0)
    bar = AT.replace(minute=0)
    for hour in range(26):
        books.connection.execute(
            "insert into core.bars select $at, '1h', 'a', 'BTC/USDT:USDT', 'BTC', 1, 1, 1, 1, 9, 9",
            {"at": bar + timedelta(hours=hour)},
        )
    assert books.audit(AT + DAY) == []


def test_quanto_contracts_that_double_are_a_jump_of_contracts(books: Books) -> None:
    for at, contracts in ((AT, 1e6), (AT + DAY, 2e6)):
        books.run("a", at=at)
        books.row("a", at, margin="quanto", oi_contracts=contracts, oi_base=50_000.0)
    assert [(row["check_name"], row["seen"], row["expected"], row["unit"]) for row in (
        books.audit(AT + DAY)
    )] == [("instrument_jump", 2e6, 1e6, "contracts")]  # fmt: skip


def _nights(books: Books, before: Mapping[str, float], after: Mapping[str, float]) -> list[Any]:
    for at, levels in ((AT, before), (AT + DAY, after)):
        books.run("a", at=at)
        for coin, base in levels.items():
            books.row("a", at, symbol=f"{coin}/USDT:USDT", asset=coin, oi_base=base)
    return books.audit(AT + DAY)


@pytest.mark.parametrize("factor", [2, 0.5, 10, 0.1, 100, 0.01, 1000, 0.001])
def test_a_whole_venue_that_jumps_by_a_round_factor_is_one_finding(
    books: Books, factor: float
) -> None:
    drift = {"BTC": 1.01, "ETH": 0.98, "SOL": 1.03, "XRP": 1.3}
    before = dict.fromkeys(drift, 1000.0)
    after = {coin: 1000 * factor * moved for coin, moved in drift.items()}
    findings = _nights(books, before, after)
    assert _brief(findings) == [("venue_jump", "a", None, "error")]
    assert findings[0]["ratio"] == pytest.approx(1.01 * factor)  # the median of the three
    quality = books.found("select * from marts.data_quality")
    assert (quality[0]["consistency"], quality[0]["score"]) == (0, 0)


@pytest.mark.parametrize(
    ("factor", "severity"), [(2, "warning"), (10.3, "error"), (0.01, "error"), (1000, "error")]
)
def test_one_instrument_that_jumps_is_named(books: Books, factor: float, severity: str) -> None:
    before: dict[str, float] = dict.fromkeys(("BTC", "ETH", "SOL", "XRP"), 1000.0)
    findings = _nights(books, before, {**before, "SOL": 1000 * factor})
    assert _brief(findings) == [("instrument_jump", "a", "SOL/USDT:USDT", severity)]
    assert findings[0]["ratio"] == pytest.approx(factor)


@pytest.mark.parametrize("factor", [1.8, 2.2, 3, 7, 30, 0.6, 0.3])
def test_a_move_by_any_other_factor_is_no_jump(books: Books, factor: float) -> None:
    before: dict[str, float] = dict.fromkeys(("BTC", "ETH"), 1000.0)
    assert _nights(books, before, {**before, "BTC": 1000 * factor}) == []


def test_a_price_far_from_the_median_of_three_venues_is_found(books: Books) -> None:
    prices = {"a": 50_000.0, "b": 50_100.0, "c": 52_000.0, "d": 50.0}
    books.run(*prices)
    for venue, price in prices.items():
        books.row(venue, mark_price=price)
    findings = books.audit()  # the median is (50,000 + 50,100) / 2
    assert _brief(findings) == [
        ("price_near_median", "c", "BTC/USDT:USDT", "warning"),
        ("price_near_median", "d", "BTC/USDT:USDT", "error"),
    ]
    assert [row["expected"] for row in findings] == [50_050.0, 50_050.0]


def test_prices_of_two_venues_that_are_half_apart_are_of_two_things(books: Books) -> None:
    books.run("a", "b")
    books.row("a", mark_price=1.0)
    books.row("b", mark_price=1.6)
    findings = books.audit()
    assert _brief(findings) == [
        ("same_ticker", "a", "BTC/USDT:USDT", "error"),
        ("same_ticker", "b", "BTC/USDT:USDT", "error"),
    ]
    assert [(row["seen"], row["expected"]) for row in findings] == [(1.0, 1.6), (1.6, 1.0)]


def test_a_dollar_coin_off_its_peg_is_found_by_the_prices_of_three_assets(books: Books) -> None:
    books.run("a", "b")
    for coin, price in (("BTC", 50_000.0), ("ETH", 2_500.0), ("SOL", 100.0)):
        books.row("a", symbol=f"{coin}/USDT:USDT", asset=coin, mark_price=price)
        books.row("b", symbol=f"{coin}/USDE:USDE", asset=coin, mark_price=price / 0.9)
    findings = [row for row in books.audit() if row["check_name"] == "dollar_peg"]
    assert _brief(findings) == [
        ("dollar_peg", "b", f"{coin}/USDE:USDE", "error") for coin in ("BTC", "ETH", "SOL")
    ]
    assert findings[0]["seen"] == pytest.approx(0.9)
    assert findings[0]["detail"] == (
        "USDE is worth 0.9 USD by the prices of 3 assets, not 1; not counted"
    )


def test_two_venues_have_no_median_to_speak_of(books: Books) -> None:
    books.run("a", "b")
    books.row("a", mark_price=50_000.0)
    books.row("b", mark_price=60_000.0)
    assert books.audit() == []


@pytest.mark.parametrize(
    ("nights", "volume", "is_found"), [(7, 3.0, True), (6, 3.0, False), (7, 0.0, False)]
)
def test_a_figure_that_stays_the_same_while_it_trades_is_frozen(
    books: Books, nights: int, volume: float, *, is_found: bool
) -> None:
    for night in range(nights):
        books.run("a", at=AT + night * DAY)
        books.row("a", AT + night * DAY, oi_base=123.45678901, volume_24h_base=volume)
    judge_standing(books.connection, BuildWindow(AT, AT + nights * DAY), AT + nights * DAY)
    findings = books.audit(AT + (nights - 1) * DAY)
    assert [row["check_name"] for row in findings] == ["frozen"] * is_found


def test_the_score_is_the_least_of_five_shares(books: Books) -> None:
    books.rule("a.rule")
    counts: dict[str, Any] = {
        "instruments_expected": 10,
        "received": 10,
        "accepted": 8,
        "rejected": 2,
    }
    books.run("a", **counts)
    late = {"observed_at": AT - timedelta(hours=1)}
    odd = {"route_usd": 9_000_000.0, "quality": "suspect"}
    kinds: list[dict[str, Any]] = [{}, {}, {}, {}, late, odd, odd, {"unit_rule": "unknown"}]
    for number, kind in enumerate(kinds):
        books.row("a", symbol=f"C{number}/USDT:USDT", asset=f"C{number}", **kind)
    refused = {"reason": "x", "record": "{}", "recorded_at": AT}
    books._insert("ops.rejects", {"run_id": RUN, "venue": "a", "check_name": "oi", **refused})
    books._insert(
        "ops.rejects", {"run_id": RUN, "venue": "a", "check_name": "quote_in_usd", **refused}
    )
    assert len(books.audit()) == 2
    (row,) = books.found("select * from marts.data_quality")
    assert row["completeness"] == pytest.approx(8 / 10)
    assert row["freshness"] == pytest.approx(7 / 8)
    assert row["validity"] == pytest.approx(8 / 9)  # what is quoted in another currency apart
    assert row["consistency"] == pytest.approx(6 / 8)
    assert row["convention"] == pytest.approx(7 / 8)
    assert row["score"] == pytest.approx(6 / 8)
    assert (row["rows_stored"], row["rows_suspect"], row["findings"]) == (8, 2, 2)


def test_a_venue_that_gave_nothing_scores_zero_and_one_not_asked_has_no_score(
    books: Books,
) -> None:
    counts: dict[str, Any] = {"instruments_expected": 5, "received": 0, "accepted": 0}
    books.run("a", status="failed", **counts)
    books._insert(
        "ops.coverage",
        {"run_id": RUN, "venue": "b", "status": "skipped", "instruments_expected": 0,
         "received": 0, "accepted": 0, "rejected": 0, "requests": 0, "seconds": 0},
    )  # fmt: skip
    books.audit()
    (row,) = books.found("select * from marts.data_quality")
    assert (row["venue"], row["score"], row["completeness"]) == ("a", 0, 0)
    assert {row[name] for name in ("freshness", "validity", "consistency", "convention")} == {None}


def test_auditing_again_changes_nothing_and_leaves_no_table_behind(books: Books) -> None:
    books.run("a")
    books.row("a", route_usd=1e6)
    assert books.audit() == books.audit()
    assert books.found("select * from duckdb_tables() where temporary") == []


def test_auditing_in_parts_finds_the_same(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _counted(books, 2)
    runs = slices._runs
    monkeypatch.setattr(
        slices, "_runs", lambda connection, window, _count: runs(connection, window, 1)
    )
    assert books.audit(AT, AT + 4 * DAY) == whole
    assert len(whole) == 4


def test_history_that_no_run_asked_for_is_not_audited(books: Books) -> None:
    books.row("a", route_usd=1e6)
    assert books.audit() == []
    assert books.found("select * from marts.data_quality") == []
