"""Queries in the documentation answer what they are said to.

Each is asked of a few rows that lead a wrong query astray: other kinds, older snapshots, sums
beside their parts, what is not published. The answers were worked out from these rows by hand.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from oirisk.warehouse.migrate import migrate

PROJECT = Path(__file__).parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZERO: dict[str, object] = {
    "VARCHAR": "", "DOUBLE": 0.0, "INTEGER": 0, "BIGINT": 0, "BOOLEAN": False,
    "TIMESTAMP WITH TIME ZONE": NOW, "DATE": NOW.date(),
}  # fmt: skip

_SQL = re.compile(r"^```sql\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_BASH = re.compile(r"^```bash\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_ASKED = re.compile(r"oirisk sql [^\"`]*\"([^\"]*)\"", flags=re.DOTALL)


def _queries() -> dict[str, str]:
    """Return every query of the documentation, by page and the words that lead to it."""
    found = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        parts = [(match.start(), match[1]) for match in _SQL.finditer(text)]
        for block in _BASH.finditer(text):
            parts += [(block.start(1) + it.start(), it[1]) for it in _ASKED.finditer(block[1])]
        for place, (_, query) in enumerate(sorted(parts), start=1):
            found[f"{page.stem} {place}"] = query.strip().rstrip(";")
    return found


QUERIES = _queries()


class Store:
    """A migrated warehouse that takes rows of any table, with plain values where none matter."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def put(self, table: str, **values: object) -> None:
        """Store a row; columns that are not given are null, or zero where they must not be."""
        columns = self._connection.execute(
            "select column_name, data_type from duckdb_columns()"
            " where schema_name || '.' || table_name = $1 and not is_nullable",
            [table],
        ).fetchall()
        row = {name: ZERO[kind] for name, kind in columns} | values
        names = ", ".join(f'"{name}"' for name in row)
        slots = ", ".join(f"${name}" for name in row)
        self._connection.execute(f"insert into {table} ({names}) values ({slots})", row)  # noqa: S608

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query."""
        return self._connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def migrated() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        migrate(connection, NOW)
        yield connection


@pytest.fixture
def store(migrated: duckdb.DuckDBPyConnection) -> Iterator[Store]:
    migrated.execute("begin")
    yield Store(migrated)
    migrated.execute("rollback")


Rows = list[tuple[Any, ...]]
CASES: dict[str, Callable[[Store], Rows]] = {}


def answers(name: str) -> Callable[[Callable[[Store], Rows]], Callable[[Store], Rows]]:
    """Register what stores the rows of a query and returns its answer."""

    def register(case: Callable[[Store], Rows]) -> Callable[[Store], Rows]:
        CASES[name] = case
        return case

    return register


def _asset(store: Store, at: datetime = NOW, **values: object) -> None:
    plain = {"asset": "BTC", "kind_group": "futures", "published": True, "coverage": 1.0}
    store.put("marts.oi_by_asset", snapshot_at=at, **plain | values)


# ---------------------------------------------------------------- import-and-backfill


@answers("import-and-backfill 1")
def _reports_of_the_cftc(store: Store) -> Rows:
    for week, longs in ((0, 700), (7, 900)):
        for contract, base in (("MICRO BITCOIN", 4_000.0), ("BITCOIN", 150_000.0)):
            store.put(
                "marts.cftc_positions", report_date=NOW.date() - timedelta(days=week),
                exchange="CME", contract_code=contract, contract=contract, oi_base=base,
                leveraged_long=longs, leveraged_short=1_000,
            )  # fmt: skip
    earlier = NOW.date() - timedelta(days=7)
    return [
        (NOW.date(), "CME", "BITCOIN", 150_000.0, None, -300),
        (NOW.date(), "CME", "MICRO BITCOIN", 4_000.0, None, -300),
        (earlier, "CME", "BITCOIN", 150_000.0, None, -100),
        (earlier, "CME", "MICRO BITCOIN", 4_000.0, None, -100),
    ]


# ---------------------------------------------------------------- reconcile


@answers("reconcile 1")
def _a_table_as_a_vendor_prints_it(store: Store) -> Rows:
    """One side is 100 coins, so both are 200; other snapshots, kinds and corrections stay out."""
    for valid_to in (NOW - DAY, None):
        store.put(
            "core.instruments", venue="hyperliquid", symbol="BTC/USDC:USDC", market_id="0",
            kind="perp", valid_to=valid_to,
        )  # fmt: skip
    told: dict[str, object] = {
        "venue": "hyperliquid", "symbol": "BTC/USDC:USDC", "kind": "perp", "mark_price": 80_000.0,
        "oi_base": 100.0, "oi_usd": 8e6, "counting_factor": 0.5,
    }  # fmt: skip
    store.put("core.open_interest", snapshot_at=NOW, **told)
    store.put("core.open_interest", snapshot_at=NOW, **told | {"kind": "option"})
    store.put("core.open_interest", snapshot_at=NOW - HOUR, **told)
    store.put("core.open_interest", snapshot_at=NOW, superseded_at=NOW, **told)
    return [("hyperliquid", "0", "BTC/USDC", 80_000.0, 200.0, 16e6)]


# ---------------------------------------------------------------- README


@answers("README 1")
def _shares_of_an_asset(store: Store) -> Rows:
    for at, usd in ((NOW - HOUR, 9e9), (NOW, 3e9)):
        for venue, part in (("okx", 0.25), ("bybit", 0.75)):
            store.put(
                "marts.oi_by_venue", snapshot_at=at, asset="BTC", kind_group="futures",
                venue=venue, oi_usd=usd * part, share=part,
            )  # fmt: skip
    store.put(
        "marts.oi_by_venue", snapshot_at=NOW, asset="BTC", kind_group="options", venue="deribit",
        oi_usd=8e9, share=1.0,
    )  # fmt: skip
    return [("bybit", 2.25, 0.75), ("okx", 0.75, 0.25)]


# ---------------------------------------------------------------- tutorial


@answers("tutorial 1")
def _largest_assets(store: Store) -> Rows:
    _asset(store, NOW - HOUR, asset="ETH", oi_usd=9e9)
    _asset(store, asset="ETH", oi_usd=2.0004e9, change_24h_pct=1.234, coverage=0.99)
    _asset(store, oi_usd=5e9, published=False, coverage=0.5)
    _asset(store, asset="BTC", kind_group="options", oi_usd=8e9)
    return [("BTC", 5000, None, 0.5, False), ("ETH", 2000, 1.23, 0.99, True)]


@answers("tutorial 2")
def _answers_of_the_last_night(store: Store) -> Rows:
    for run, at, flow in (
        ("old", NOW - DAY, "nightly"), ("new", NOW, "nightly"), ("new-top_up", NOW, "top_up"),
    ):  # fmt: skip
        store.put("ops.runs", run_id=run, snapshot_at=at, flow=flow)
        store.put("ops.coverage", run_id=run, venue="okx", status="ok", accepted=len(run))
    store.put("ops.coverage", run_id="new", venue="bybit", status="partial", rejected=2)
    return [("bybit", "partial", 0, 2), ("okx", "ok", 3, 0)]


@answers("tutorial 3")
def _every_cluster(store: Store) -> Rows:
    store.put("marts.clusters", snapshot_at=NOW, cluster_id="one")
    return store.ask("from marts.clusters")


@answers("tutorial 4")
def _comments_of_a_table(store: Store) -> Rows:
    rows = store.ask("describe marts.oi_by_venue")
    assert {row[0] for row in rows} >= {"share", "unit_evidence"}
    return store.ask(
        "select column_name, comment from duckdb_columns()"
        " where database_name = current_database() and table_name = 'oi_by_venue'"
        " and schema_name = 'marts'"
    )


@answers("tutorial 5")
def _coins_day_by_day(store: Store) -> Rows:
    """The first of each day; the night of the last day is not published before 00:10."""
    _asset(store, NOW - DAY, oi_base=100.4, oi_usd=6.004e9)
    _asset(store, NOW - DAY + 5 * HOUR, oi_base=500, oi_usd=1e9)
    _asset(store, NOW, oi_base=3, oi_usd=1e9, published=False)
    _asset(store, NOW + HOUR / 6, oi_base=110, oi_usd=7e9)
    _asset(store, NOW, oi_base=9, oi_usd=9e9, kind_group="options")
    return [(NOW + HOUR / 6, 110, 7.0), (NOW - DAY, 100, 6.0)]


@answers("tutorial 6")
def _entries_around_the_price(store: Store) -> Rows:
    near = {"asset": "BTC", "snapshot_at": NOW, "price_low": 60.123, "price_high": 61, "usd": 2e6}
    for name, values in {
        "gone": {"kind": "entry", "status": "consumed", "distance_pct": 0.0},
        "level": {"kind": "liquidation", "status": "born", "distance_pct": 0.1},
        "strike": {"kind": "strike", "status": "born", "distance_pct": 0.2},
        "old": {"kind": "entry", "status": "born", "snapshot_at": NOW - DAY},
        "far": {"kind": "entry", "status": "born", "distance_pct": 5.04},
        "near": {"kind": "entry", "status": "grown", "distance_pct": -1.0},
    }.items():
        store.put("marts.clusters", **near | {"cluster_id": name} | values)
    return [("BTC", 60.12, 61, 2, -1.0, "grown"), ("BTC", 60.12, 61, 2, 5.0, "born")]


# ---------------------------------------------------------------- add a mart, operate, back up


@answers("add-a-mart 1")
def _readings_of_an_asset(store: Store) -> Rows:
    for hours, asset, cell in (
        (0, "BTC", "neutral"), (1, "BTC", "neutral"), (2, "BTC", "new_longs_trend"),
        (0, "ETH", "neutral"),
    ):  # fmt: skip
        store.put(
            "marts.oi_regimes", bar_at=NOW - hours * HOUR, horizon="24h", asset=asset, cell=cell
        )
    return [("24h", "neutral", 2), ("24h", "new_longs_trend", 1)]


@answers("operate 1")
def _missing_of_late(store: Store) -> Rows:
    for run, flow, at in (
        ("a", "nightly", NOW - DAY), ("b", "nightly", NOW), ("b-top_up", "top_up", NOW),
        ("i", "import", NOW),
    ):  # fmt: skip
        store.put("ops.runs", run_id=run, flow=flow, snapshot_at=at)
    for run, venue, status in (
        ("a", "okx", "failed"), ("a", "gate", "skipped"), ("b", "okx", "ok"),
        ("b", "bybit", "partial"), ("b-top_up", "htx", "failed"), ("i", "mexc", "failed"),
    ):  # fmt: skip
        store.put("ops.coverage", run_id=run, venue=venue, status=status, accepted=7)
    return [
        (NOW, "nightly", "bybit", "partial", 7, 0, None),
        (NOW, "top_up", "htx", "failed", 7, 0, None),
        (NOW - DAY, "nightly", "okx", "failed", 7, 0, None),
    ]


@answers("operate 2")
def _refused(store: Store) -> Rows:
    for venue, check, reason in (
        ("okx", "a", "y"), ("okx", "a", "x"), ("okx", "b", "z"), ("gate", "a", "w"),
    ):  # fmt: skip
        store.put("ops.rejects", venue=venue, check_name=check, reason=reason)
    return [("okx", "a", 2, "x"), ("gate", "a", 1, "w"), ("okx", "b", 1, "z")]


@answers("back-up-and-restore 1")
def _maintenance(store: Store) -> Rows:
    for target, at in (("core.depth", NOW), ("core.options", NOW - DAY)):
        store.put(
            "ops.maintenance", done_at=at, action="thin", target=target, resolution="hourly",
            older_than=NOW - 30 * DAY, rows_before=9, rows_removed=4, archive="archive/x",
        )  # fmt: skip
    old = NOW - 30 * DAY
    return [
        (NOW - DAY, "thin", "core.options", "hourly", old, 9, 4, "archive/x"),
        (NOW, "thin", "core.depth", "hourly", old, 9, 4, "archive/x"),
    ]


@answers("record-and-replay 1")
def _responses(store: Store) -> Rows:
    store.ask(
        "create view raw.responses as select * from (values"
        " ('okx', 'swap', 200, 'body', 'abcdefghij', timestamptz '2026-03-02 00:00:02+00'),"
        " ('gate', 'usdt', 500, '', '0123456789', timestamptz '2026-03-02 00:00:01+00'))"
        " as answers (venue, endpoint, status, body, sha256, requested_at)"
    )
    return [("gate", "usdt", 500, 0, "01234567"), ("okx", "swap", 200, 4, "abcdefgh")]


# ---------------------------------------------------------------- the liquidation map


@answers("liquidation-map 1")
def _where_a_side_went(store: Store) -> Rows:
    """Of 100 BTC on two venues 70 are on the map, 20 beyond it, 10 on no price."""
    for venue, base, mapped, beyond in (("okx", 60, 40, 15), ("bybit", 40, 30, 5)):
        for at, prior in ((NOW, "base"), (NOW - DAY, "base"), (NOW, "institutional")):
            odd = at != NOW or prior != "base"
            store.put(
                "marts.liquidation_balance", snapshot_at=at, prior=prior, venue=venue,
                asset="BTC", side="long", oi_base=base, mapped_base=1 if odd else mapped,
                beyond_base=beyond, unplaced_base=base - mapped - beyond,
            )  # fmt: skip
    return [("BTC", "long", 0.7, 0.2, 0.1)]


@answers("liquidation-map 2")
def _closed_by_a_fall(store: Store) -> Rows:
    """At 100 a fall of 5 % ends at 95: all of 96 to 98, half of 94 to 96, none below."""
    _asset(store, price=100.0)
    _asset(store, price=50.0, kind_group="options")
    for low, high, usd, values in (
        (96, 98, 4e6, {}), (94, 96, 2e6, {}), (90, 94, 9e6, {}),
        (96, 98, 3e6, {"venue": "okx"}), (102, 104, 5e6, {"side": "short"}),
        (96, 98, 7e6, {"snapshot_at": NOW - DAY}), (96, 98, 6e6, {"asset": "ETH"}),
    ):  # fmt: skip
        plain = {
            "snapshot_at": NOW, "asset": "BTC", "venue": "ALL", "side": "long", "prior": "base",
        }  # fmt: skip
        store.put(
            "marts.liquidation_map", **plain | {"price_low": low, "price_high": high, "usd": usd}
            | values,
        )  # fmt: skip
    return [("base", 5.0)]


@answers("liquidation-map 3")
def _seen_of_accounts(store: Store) -> Rows:
    for at, asset, share in ((NOW - DAY, "BTC", 0.9), (NOW, "BTC", 0.12345), (NOW, "ETH", None)):
        store.put(
            "marts.observed_coverage", snapshot_at=at, asset=asset, accounts=3, positions=4,
            long_share=share, short_share=share,
        )  # fmt: skip
    return [("BTC", 3, 4, 0.123, 0.123), ("ETH", 3, 4, None, None)]


@answers("liquidation-map 4")
def _evidence_of_mixes(store: Store) -> Rows:
    for leverage in (3.0, 7.0):
        store.put(
            "marts.leverage_calibration", calibrated_at=NOW, asset="BTC", prior="calibrated",
            leverage_low=leverage, evidence="falls", observed_share=0.126, observed_accounts=30,
            r2=0.4567,
        )  # fmt: skip
    return [(NOW, "BTC", "falls", 0.13, 30, 0.457)]


@answers("liquidation-map 5")
def _track_record(store: Store) -> Rows:
    """5 of 10 were hits where 2.5 were to be expected; of Wilson's interval the middle is 1/2."""
    for asset in ("ALL", "BTC"):
        store.put(
            "marts.cluster_scores", scored_at=datetime.now(UTC) - HOUR, asset=asset, prior="base",
            n_bins=40, n_top=10, n_hits=5, hits_by_chance=2.5,
        )  # fmt: skip
    half = 0.5 * (3.841458820694124 / 10 * (1 + 3.841458820694124 / 10)) ** 0.5
    half /= 1 + 3.841458820694124 / 10
    return [
        ("ALL", "base", 1, 40, 0.5, 0.25, 2.0, pytest.approx(0.5 - half), pytest.approx(0.5 + half),
         True),
    ]  # fmt: skip


# ---------------------------------------------------------------- ask the warehouse


@answers("query 2")
def _an_asset_now(store: Store) -> Rows:
    _asset(store, NOW - HOUR, oi_base=9, oi_usd=900)
    _asset(store, oi_base=4, oi_usd=400, change_24h_pct=2.0)
    _asset(store, kind_group="options", oi_base=1, oi_usd=100)
    _asset(store, asset="ETH", oi_usd=7)
    for venue, usd in (("okx", 100), ("bybit", 300)):
        store.put(
            "marts.oi_by_venue", snapshot_at=NOW, asset="BTC", kind_group="futures", venue=venue,
            oi_base=usd / 100, oi_usd=usd, share=usd / 400,
        )  # fmt: skip
    return [
        (NOW, "BTC", "futures", "ALL", 4, 400, 1, 2, 1, True),
        (NOW, "BTC", "futures", "bybit", 3, 300, 0.75, None, None, None),
        (NOW, "BTC", "futures", "okx", 1, 100, 0.25, None, None, None),
        (NOW, "BTC", "options", "ALL", 1, 100, 1, None, 1, True),
    ]


@answers("query 1")
def _the_market(store: Store) -> Rows:
    for at, kind, usd, change in (
        (NOW - DAY, "futures", 50, None), (NOW, "futures", 60, 1.5), (NOW, "options", 9, 7.0),
    ):  # fmt: skip
        store.put(
            "marts.oi_market", snapshot_at=at, kind_group=kind, oi_usd=usd, change_24h_pct=change,
            flow_usd_24h=change, revaluation_usd_24h=change, coverage=1.0, published=True,
            venues_fresh=2, venues_asked=3,
        )  # fmt: skip
    return [
        (NOW, 60, 1.5, 1.5, 1.5, 1, 2, 3, True, None),
        (NOW - DAY, 50, None, None, None, 1, 2, 3, True, None),
    ]


@answers("query 3")
def _leaders(store: Store) -> Rows:
    _asset(store, NOW - HOUR, asset="XRP", oi_usd=99)
    _asset(store, asset="ETH", oi_usd=5, change_24h_pct=1.0)
    _asset(store, oi_usd=7, published=False, coverage=0.4, withheld_reason="okx missing")
    _asset(store, kind_group="options", oi_usd=70)
    return [("BTC", 7, None, 0.4, False, "okx missing"), ("ETH", 5, 1, 1, True, None)]


@answers("query 4")
def _grown_or_lifted(store: Store) -> Rows:
    told = {"flow_usd_24h": 1.0, "revaluation_usd_24h": 2.0, "change_24h_pct": 3.0,
            "price_change_24h_pct": 4.0}  # fmt: skip
    _asset(store, **told)
    _asset(store, NOW - HOUR, published=False)
    _asset(store, NOW - DAY, **told)
    _asset(store, asset="ETH", **told)
    _asset(store, kind_group="options", **told)
    return [(NOW, 1, 2, 3, 4), (NOW - DAY, 1, 2, 3, 4)]


@answers("query 5")
def _hour_by_hour(store: Store) -> Rows:
    """A week of hours: what lies between them, or before, is left out; changes are not 0."""
    for ago, change in ((0 * HOUR, 2.0), (HOUR, -1.0), (HOUR / 2, 9.0), (168 * HOUR, 9.0)):
        _asset(store, NOW - ago, oi_base=10, change_1h_pct=change, price=5,
               price_change_1h_pct=0.5)  # fmt: skip
    _asset(store, NOW - 2 * HOUR, published=False)
    _asset(store, kind_group="options")
    return [(NOW - HOUR, 10, -1, 5, 0.5), (NOW, 10, 2, 5, 0.5)]


@answers("query 6")
def _day_by_day(store: Store) -> Rows:
    for at, interval, venue in (
        (NOW - DAY, "1d", "ALL"), (NOW, "1d", "ALL"), (NOW, "1h", "ALL"), (NOW, "1d", "okx"),
    ):  # fmt: skip
        store.put(
            "marts.oi_candles", bar_at=at, interval=interval, asset="BTC", venue=venue, open=1,
            high=3, low=1, close=2, change_pct=100.0, n_obs=24,
        )  # fmt: skip
    return [(NOW, 1, 3, 1, 2, 100, 24), (NOW - DAY, 1, 3, 1, 2, 100, 24)]


@answers("query 7")
def _unusual(store: Store) -> Rows:
    for hours, side, confirmed, z in (
        (0, "spike", True, 3.0), (1, "drop", True, -4.0), (2, "spike", False, 9.0),
        (3, None, None, 1.0), (24, "spike", True, 8.0),
    ):  # fmt: skip
        store.put(
            "marts.oi_anomalies", bar_at=NOW - hours * HOUR, interval="1h", asset="BTC",
            venue="okx", change_pct=z, z=z, robust_z=z, side=side, confirmed=confirmed,
            severity="amber", change_usd=z,
        )  # fmt: skip
    return [
        (NOW - HOUR, "1h", "BTC", "okx", -4, -4, -4, "drop", "amber", -4),
        (NOW, "1h", "BTC", "okx", 3, 3, 3, "spike", "amber", 3),
    ]


@answers("query 8")
def _who_acted(store: Store) -> Rows:
    for at, asset, cell, change in (
        (NOW, "BTC", "new_longs_trend", 2.0), (NOW, "ETH", "new_shorts_trend", -3.0),
        (NOW, "SOL", "neutral", 9.0), (NOW, "XRP", None, None),
        (NOW - HOUR, "BTC", "new_longs_trend", 8.0),
    ):  # fmt: skip
        store.put(
            "marts.oi_regimes", bar_at=at, horizon="24h", asset=asset, cell=cell,
            oi_change_pct=change, price_change_pct=1.0, exhaustion="none", squeeze="none",
        )  # fmt: skip
    return [
        (NOW, "24h", "ETH", 1, -3, "new_shorts_trend", "none", "none"),
        (NOW, "24h", "BTC", 1, 2, "new_longs_trend", "none", "none"),
    ]


@answers("query 9")
def _leverage_against_trade(store: Store) -> Rows:
    big = {"oi_usd": 6e6, "oi_to_depth_2pct": 4.0, "depth_truncated": False}
    _asset(store, **big, oi_to_volume=0.5)
    _asset(store, asset="ETH", **big, oi_to_volume=None)
    _asset(store, asset="SOL", **big, oi_to_volume=0.7)
    _asset(store, asset="XRP", **big, oi_to_volume=9.0, published=False)
    _asset(store, asset="ADA", **big | {"oi_usd": 5e6}, oi_to_volume=8.0)
    _asset(store, kind_group="options", **big, oi_to_volume=7.0)
    return [
        ("SOL", 6e6, 0.7, 4, False, None), ("BTC", 6e6, 0.5, 4, False, None),
        ("ETH", 6e6, None, 4, False, None),
    ]  # fmt: skip


@answers("query 10")
def _who_pays(store: Store) -> Rows:
    for at, asset, rate in ((NOW, "BTC", -0.2), (NOW, "ETH", 0.1), (NOW - DAY, "BTC", 0.9)):
        store.put(
            "marts.funding_extremes", snapshot_at=at, asset=asset, funding_apr=rate,
            percentile_90d=0.5, days_90d=40, extreme="none",
        )  # fmt: skip
        _asset(store, at, asset=asset, funding_covered_share=0.8)
    _asset(store, kind_group="options")
    return [("BTC", -0.2, 0.8, 0.5, 40, "none"), ("ETH", 0.1, 0.8, 0.5, 40, "none")]


@answers("query 11")
def _weight_of_a_venue(store: Store) -> Rows:
    for at, asset, kind, change in (
        (NOW, "BTC", "futures", None), (NOW, "ETH", "futures", 2.0), (NOW, "SOL", "futures", 3.0),
        (NOW, "BTC", "options", 9.0), (NOW - DAY, "BTC", "futures", 8.0),
    ):  # fmt: skip
        store.put(
            "marts.oi_concentration", snapshot_at=at, asset=asset, kind_group=kind,
            effective_venues=2.0, cr3=0.9, top_venue="okx", top_venue_share=0.5,
            top_venue_share_change_24h_pp=change,
        )  # fmt: skip
    return [
        ("SOL", 2, 0.9, "okx", 0.5, 3), ("ETH", 2, 0.9, "okx", 0.5, 2),
        ("BTC", 2, 0.9, "okx", 0.5, None),
    ]  # fmt: skip


@answers("query 12")
def _crowd(store: Store) -> Rows:
    for at, asset, index in (
        (NOW, "BTC", -40.0), (NOW, "ETH", None), (NOW, "SOL", 60.0), (NOW - DAY, "BTC", 90.0),
    ):  # fmt: skip
        store.put(
            "marts.oi_imbalance", snapshot_at=at, asset=asset, account_imbalance=0.3,
            top_minus_accounts=0.1, taker_imbalance=0.2, imbalance_index=index, members="a, c",
        )  # fmt: skip
    return [
        ("SOL", 0.3, 0.1, 0.2, 60, "a, c"), ("BTC", 0.3, 0.1, 0.2, -40, "a, c"),
        ("ETH", 0.3, 0.1, 0.2, None, "a, c"),
    ]  # fmt: skip


@answers("query 13")
def _known_then(store: Store) -> Rows:
    """At noon of 3 March the row of 11:00 was known as 5 coins; later it became 6."""
    eleven = datetime(2026, 3, 3, 11, tzinfo=UTC)
    corrected = eleven + 5 * HOUR
    for base, recorded, superseded, at in (
        (5, eleven, corrected, eleven), (6, corrected, None, eleven),
        (4, eleven - HOUR, None, eleven - HOUR), (7, eleven + 2 * HOUR, None, eleven + 2 * HOUR),
    ):  # fmt: skip
        store.put(
            "core.open_interest", snapshot_at=at, recorded_at=recorded, superseded_at=superseded,
            venue="okx", symbol="A", asset="BTC", oi_base=base, oi_usd=base,
        )  # fmt: skip
    return [("okx", "A", 5, 5, eleven)]


@answers("query 14")
def _corrected(store: Store) -> Rows:
    for base, recorded, superseded, symbol in (
        (5, NOW - DAY, NOW, "A"), (6, NOW, None, "A"), (8, NOW - DAY, None, "B"),
    ):  # fmt: skip
        store.put(
            "core.open_interest", snapshot_at=NOW - DAY, recorded_at=recorded,
            superseded_at=superseded, venue="okx", symbol=symbol, asset="BTC", oi_base=base,
        )  # fmt: skip
    return [(NOW, NOW - DAY, "okx", "A", 5, 6)]


@answers("query 15")
def _all_that_changed(store: Store) -> Rows:
    _asset(store, NOW - DAY, change_24h_pct=9.0)
    _asset(store, change_24h_pct=1.0, flow_usd_24h=2.0, revaluation_usd_24h=3.0,
           price_change_24h_pct=4.0)  # fmt: skip
    _asset(store, asset="ETH", change_24h_pct=8.0)
    rows = store.ask("from what_changed('BTC')")
    assert [row[2] for row in rows] == [1, 2, 3, 4]
    assert [(row[0], row[3]) for row in rows] == [
        ("futures", "percent"), ("futures", "USD"), ("futures", "USD"), ("futures", "percent"),
    ]  # fmt: skip
    return rows


@answers("query 16")
def _assumed(store: Store) -> Rows:
    """An assumption counts whatever else the venue is known for; options are not in futures."""
    for at, venue, product, kind, usd, unit, counting in (
        (NOW, "okx", "swap", "futures", 50, "official", "assumed"),
        (NOW, "okx", "option", "options", 90, "official", "assumed"),
        (NOW, "okx", "futures", "futures", 7, "official", "official"),
        (NOW, "gate", "usdt", "futures", 60, "assumed", "official"),
        (NOW, "bybit", "linear", "futures", 80, "measured", "measured"),
        (NOW - DAY, "htx", "linear", "futures", 70, "assumed", "assumed"),
    ):
        store.put(
            "marts.oi_by_product", snapshot_at=at, venue=venue, product=product, kind_group=kind,
            oi_usd=usd, unit_evidence=unit, counting_evidence=counting,
        )  # fmt: skip
    return [
        ("gate", "usdt", "futures", 60, "assumed", "official"),
        ("okx", "swap", "futures", 50, "official", "assumed"),
        ("okx", "option", "options", 90, "official", "assumed"),
    ]


@answers("query 17")
def _levels(store: Store) -> Rows:
    for at, venue, prior, side, low in (
        (NOW, "ALL", "calibrated", "short", 101), (NOW, "ALL", "calibrated", "long", 99),
        (NOW, "ALL", "calibrated", "long", 98), (NOW, "okx", "calibrated", "long", 99),
        (NOW, "ALL", "base", "long", 99), (NOW - DAY, "ALL", "calibrated", "long", 97),
    ):  # fmt: skip
        store.put(
            "marts.liquidation_map", snapshot_at=at, asset="BTC", venue=venue, prior=prior,
            side=side, price_low=low, price_high=low + 1, base=2, usd=200,
        )  # fmt: skip
    return [
        (NOW, "long", 98, 99, 2, 200), (NOW, "long", 99, 100, 2, 200),
        (NOW, "short", 101, 102, 2, 200),
    ]  # fmt: skip


def _options(store: Store, at: datetime = NOW, **values: object) -> None:
    plain = {"asset": "BTC", "venue": "ALL", "published": True}
    store.put("marts.options_by_asset", snapshot_at=at, **plain | values)


@answers("query 18")
def _open_in_options(store: Store) -> Rows:
    told: dict[str, object] = {
        "oi_base": 50, "change_24h_base": -2, "put_call_ratio": 0.5, "gex_gross_usd": 9,
        "gex_net_naive_usd": -3, "gex_net_short_all_usd": -9, "flip_reason": "none in range",
    }  # fmt: skip
    _options(store, **told)
    _options(store, venue="deribit", **told)
    _options(store, NOW - DAY, **told)
    _options(store, asset="ETH", **told)
    return [("BTC", 50, -2, 0.5, 9, -3, -9, None, "none in range", None)]


def _expiry(store: Store, at: datetime, days: int, **values: object) -> None:
    """Add what expires so many days after now, at eight."""
    store.put(
        "marts.options_by_expiry", snapshot_at=at,
        **{"asset": "BTC", "venue": "ALL", "published": True, "oi_base": days, "oi_usd": 10 * days,
           "expiry": NOW + days * DAY + 8 * HOUR, "premium_usd": 7, "put_call_ratio": 0.5,
           "max_pain": 90, "max_pain_high": 95, "max_pain_distance_pct": -5} | values,
    )  # fmt: skip


@answers("query 19")
def _calendar(store: Store) -> Rows:
    for at in (NOW - DAY, NOW):
        _options(store, at)
        _expiry(store, at, 5)
    _expiry(store, NOW, 3)
    _expiry(store, NOW, 3, venue="okx")
    _expiry(store, NOW, 4, asset="ETH")
    store.put(
        "marts.term_structure", snapshot_at=NOW, asset="BTC", venue="okx", symbol="A", oi_base=9,
        expiry=NOW + 3 * DAY,
    )  # fmt: skip
    return [
        (NOW + days * DAY + 8 * HOUR, "08:00", days, 10 * days, 7, 0.5, 90, 95, -5)
        for days in (3, 5)
    ]


@answers("query 20")
def _strikes(store: Store) -> Rows:
    _options(store)
    for at, venue, asset, strike, calls in (
        (NOW, "ALL", "BTC", 90, 1), (NOW, "ALL", "BTC", 80, 5), (NOW, "okx", "BTC", 80, 9),
        (NOW, "ALL", "ETH", 70, 9), (NOW - DAY, "ALL", "BTC", 80, 9),
    ):  # fmt: skip
        store.put(
            "marts.options_by_strike", snapshot_at=at, asset=asset, venue=venue, strike=strike,
            expiry=NOW + DAY, distance_pct=1, call_oi_base=calls, put_oi_base=2,
            call_change_24h=-1, strike_rank=1,
        )  # fmt: skip
    return [(NOW + DAY, 80, 1, 5, 2, -1, None), (NOW + DAY, 90, 1, 1, 2, -1, None)]


@answers("query 21")
def _chain(store: Store) -> Rows:
    _options(store)
    for at, symbol, strike, side, base, told in (
        (NOW, "A", 90, "put", 1, {"iv": 0.5, "iv_source": "mark", "delta": -0.4}),
        (NOW, "B", 90, "call", 1, {"iv_reason": "no vega"}),
        (NOW, "C", 80, "put", 0, {"iv": 0.7}),
        (NOW - DAY, "A", 90, "put", 1, {"iv": 0.9}),
    ):
        store.put(
            "marts.option_chain", snapshot_at=at, asset="BTC", venue="okx", symbol=symbol,
            expiry=NOW + DAY, strike=strike, option_type=side, oi_base=base, premium_usd=6, **told,
        )  # fmt: skip
    return [
        (NOW + DAY, 90, "call", "okx", None, None, "no vega", None, 6),
        (NOW + DAY, 90, "put", "okx", 0.5, "mark", None, -0.4, 6),
    ]


@answers("query 22")
def _volatility(store: Store) -> Rows:
    told: dict[str, object] = {
        "atm_iv_30d": 0.5, "risk_reversal_25d_30d": -0.02, "butterfly_25d_30d": 0.01,
        "realised_vol_30d": 0.4, "iv_minus_realised_30d": 0.1,
    }  # fmt: skip
    _options(store, NOW - DAY, **told)
    _options(store, **told)
    _options(store, NOW - HOUR, published=False)
    _options(store, venue="okx", **told)
    _options(store, asset="ETH", **told)
    figures = (0.5, -0.02, 0.01, 0.4, 0.1)
    return [(NOW, *figures), (NOW - DAY, *figures)]


@answers("query 23")
def _basis(store: Store) -> Rows:
    for at, venue, symbol, days, usd, asset in (
        (NOW, "okx", "A", 30, 5, "BTC"), (NOW, "okx", "P", None, 9, "BTC"),
        (NOW, "gate", "B", 30, 7, "BTC"), (NOW, "okx", "C", 7, 1, "BTC"),
        (NOW, "okx", "E", 7, 1, "ETH"), (NOW - DAY, "okx", "A", 31, 5, "BTC"),
    ):  # fmt: skip
        store.put(
            "marts.term_structure", snapshot_at=at, venue=venue, symbol=symbol, asset=asset,
            expiry=None if days is None else NOW + days * DAY, days=days, basis_pct=1,
            basis_annualised_pct=12, oi_usd=usd,
        )  # fmt: skip
    month = NOW + 30 * DAY
    return [
        (NOW + 7 * DAY, "okx", "C", 7, 1, 12, 1, None),
        (month, "gate", "B", 30, 1, 12, 7, None),
        (month, "okx", "A", 30, 1, 12, 5, None),
    ]


def test_every_query_has_an_answer() -> None:
    assert sorted(CASES) == sorted(QUERIES)


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_of_the_documentation_gives_the_answer_worked_out_by_hand(
    name: str, store: Store
) -> None:
    expected = CASES[name](store)
    assert expected
    assert store.ask(QUERIES[name]) == expected, QUERIES[name]
