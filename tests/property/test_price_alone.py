"""Where nobody trades, no path of prices is a change: in no mart, no reading, and no sentence."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from oirisk.flows.briefing import read_report
from oirisk.flows.marts import build_totals
from oirisk.flows.settings.model import Settings
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.report.briefing import Figure, Report
from oirisk.templates.render import render_report
from oirisk.templates.sentences import say
from oirisk.transforms.convert import from_contracts
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.window import BuildWindow

NIGHT = datetime(2026, 3, 10, 0, 5, tzinfo=UTC)
INSTANTS = [NIGHT - timedelta(days=days) for days in range(9, 1, -1)] + [
    NIGHT - timedelta(hours=hours) for hours in range(30, -1, -1)
]
SETTINGS = Settings.model_validate(
    {
        "series": {
            "anomaly_period": 5, "anomaly_minimum_usd": 0, "exhaustion_bars": 4,
            "exhaustion_days": 3, "squeeze_minimum_bars": 3, "pre_event_windows": 2,
        },
        "coverage": {"minimum": 0.01},
    }
)  # fmt: skip
RUN = "run-of-the-night"


@dataclass(frozen=True)
class Book:
    """One instrument: where, of what kind, and the size of a contract."""

    venue: str
    asset: str
    kind: str
    margin: str
    size: str

    @property
    def symbol(self) -> str:
        """Name it."""
        return f"{self.asset}/{self.kind}:{self.margin}"

    def instrument(self, size: Decimal) -> Instrument:
        """Describe it as an exchange lists it."""
        is_usd = self.margin == "inverse" and self.kind != "option"
        settle = {"linear": "USDT", "inverse": self.asset, "quanto": "BTC"}[self.margin]
        return Instrument(
            venue=self.venue, symbol=self.symbol, market_id=self.symbol, product=self.margin,
            asset=self.asset, base_multiplier=Decimal(1), quote="USD", settle=settle,
            kind=self.kind, margin=self.margin,  # type: ignore[arg-type]
            contract_size=size, contract_size_unit="usd" if is_usd else "base", expiry=None,
            strike=None, option_type=None, max_leverage=None, listed_at=None, is_active=True,
            market={},
        )  # fmt: skip


BOOKS = (
    Book("a", "BTC", "perp", "linear", "0.001"),
    Book("a", "ETH", "perp", "linear", "0.01"),
    Book("b", "BTC", "perp", "inverse", "100"),
    Book("b", "ETH", "perp", "inverse", "10"),
    Book("b", "BTC", "future", "inverse", "100"),
    Book("c", "ETH", "perp", "quanto", "0.000001"),
    Book("c", "BTC", "perp", "linear", "0.0001"),
    Book("d", "BTC", "option", "inverse", "1"),
    Book("d", "ETH", "option", "inverse", "1"),
)
FLAT = {"BTC": [Decimal(60_000)] * len(INSTANTS), "ETH": [Decimal(3_000)] * len(INSTANTS)}


@dataclass(frozen=True)
class World:
    """Contracts of each book, where they are split, who is missing when, what b opens at last."""

    contracts: tuple[int, ...]
    split_at: int
    missing: frozenset[tuple[str, int]] = frozenset()
    opened_pct: int = 0

    def facts(self, prices: dict[str, list[Decimal]]) -> list[dict[str, Any]]:
        """Return what exchanges say while prices take a path and nobody trades."""
        return [
            self._fact(number, place, {asset: path[place] for asset, path in prices.items()})
            for number in range(len(BOOKS))
            for place in range(len(INSTANTS))
            if (BOOKS[number].venue, place) not in self.missing
        ]

    def _fact(self, number: int, place: int, prices: dict[str, Decimal]) -> dict[str, Any]:
        book, at = BOOKS[number], INSTANTS[place]
        parts = 10 if place >= self.split_at else 1
        opens = book.venue == "b" and place == len(INSTANTS) - 1
        opened = Decimal(self.opened_pct if opens else 0) / 100
        price = prices[book.asset]
        held = from_contracts(
            self.contracts[number] * parts * (1 + opened),
            book.instrument(Decimal(book.size) / parts), price, prices["BTC"],
        )  # fmt: skip
        mark = price / 20 if book.kind == "option" else price
        return {
            "snapshot_at": at, "observed_at": at, "recorded_at": at, "run_id": RUN,
            "venue": book.venue, "symbol": book.symbol, "asset": book.asset, "kind": book.kind,
            "margin": book.margin, "oi_contracts": _double(held.contracts),
            "oi_base": _double(held.base), "oi_usd": _double(held.usd), "mark_price": float(mark),
            "index_price": float(price), "unit_rule": f"{book.venue}.{book.margin}",
            "counting_factor": 1.0, "source": "live", "quality": "ok", "is_simulated": False,
        }  # fmt: skip

    def listings(self) -> list[dict[str, Any]]:
        """Return what exchanges list: each book before its contracts are split, and after."""
        split = INSTANTS[min(self.split_at, len(INSTANTS) - 1)]
        spans = [(INSTANTS[0] - timedelta(days=1), split, 1), (split, None, 10)]
        if self.split_at >= len(INSTANTS):
            spans = [(INSTANTS[0] - timedelta(days=1), None, 1)]
        return [
            {
                "venue": book.venue, "symbol": book.symbol, "market_id": book.symbol,
                "product": book.margin, "asset": book.asset, "base_multiplier": 1.0,
                "quote": "USD", "settle": "X", "kind": book.kind, "margin": book.margin,
                "contract_size": float(Decimal(book.size) / parts), "is_active": True,
                "contract_size_unit": book.instrument(Decimal(1)).contract_size_unit,
                "valid_from": since, "valid_to": until,
            }
            for book in BOOKS
            for since, until, parts in spans
        ]  # fmt: skip


def _double(amount: Decimal | None) -> float:
    assert amount is not None
    return float(amount)


def _along(flat: list[Decimal], levels: list[Decimal]) -> list[Decimal]:
    return [price * level for price, level in zip(flat, levels, strict=True)]


levels = st.one_of(
    st.just(Decimal(1)),
    st.decimals(Decimal("0.99"), Decimal("1.01"), places=4),
    st.decimals(Decimal("0.2"), Decimal(5), places=3),
)
paths = st.fixed_dictionaries(
    {
        asset: st.lists(levels, min_size=len(INSTANTS), max_size=len(INSTANTS)).map(
            partial(_along, flat)
        )
        for asset, flat in FLAT.items()
    }
)
"""Of each coin quiet hours, and jumps up and down by factors of up to 25."""

worlds = st.builds(
    World,
    contracts=st.tuples(*[st.one_of(st.just(0), st.integers(1, 10**6))] * len(BOOKS)),
    split_at=st.integers(1, 2 * len(INSTANTS)),
    missing=st.frozensets(
        st.tuples(st.sampled_from("abcd"), st.integers(0, len(INSTANTS) - 2)), max_size=8
    ),
)


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    migrate(connection, NIGHT)
    yield connection
    connection.close()


@contextmanager
def _told(
    connection: duckdb.DuckDBPyConnection, world: World, prices: dict[str, list[Decimal]]
) -> Iterator[Report]:
    """Build everything of a world in a transaction that is undone; give its report."""
    connection.execute("begin transaction")
    try:
        _insert(connection, "core.open_interest", world.facts(prices))
        _insert(connection, "core.instruments", world.listings())
        event = {"event_at": NIGHT + timedelta(hours=1), "asset": "ALL", "event_type": "cpi"}
        _insert(connection, "core.events", [event])
        night = {
            "flow": "nightly", "started_at": NIGHT, "state": "completed", "version": "0",
            "source": "live", "is_simulated": False,
        }  # fmt: skip
        runs = (("before", NIGHT - timedelta(days=1)), (RUN, NIGHT))
        runs_told = [night | {"run_id": name, "snapshot_at": at} for name, at in runs]
        _insert(connection, "ops.runs", runs_told)
        build_totals(connection, BuildWindow(INSTANTS[0], NIGHT), SETTINGS)
        yield read_report(connection, RUN, SETTINGS)
    finally:
        connection.execute("rollback")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(rows, infer_schema_length=None).to_arrow()
    connection.register("given_rows", frame)
    connection.execute(f"insert into {table} by name select * from given_rows")  # noqa: S608
    connection.unregister("given_rows")


_CHANGE = re.compile(
    r"(change|oi_change|share_change|top_venue_share_change|flow_usd|positions_usd|net_taker|build)_"
)
_OF_LEVELS = {"top_venue", "withheld_reason"}
"""Words that say how large things are in USD, which the price moves."""


def _marts(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, float], dict[str, list[Any]]]:
    """Return the largest of each change, and each mart's keys, flags, and which changes it tells."""
    largest: dict[str, float] = {}
    told: dict[str, list[Any]] = {}
    columns = connection.execute(
        "select table_name, list((column_name, data_type)) from duckdb_columns()"
        " where schema_name in ('marts', 'ops') and (schema_name = 'marts' or table_name = 'audit')"
        " group by all order by all"
    ).fetchall()
    for table, found in columns:
        name = f"ops.{table}" if table == "audit" else f"marts.{table}"
        moves = [
            f'"{column}"' for column, kind in found if kind == "DOUBLE" and _CHANGE.match(column)
        ]
        flags = [
            f'"{column}"' for column, kind in found
            if kind not in {"DOUBLE", "INTEGER", "BIGINT"} and column not in _OF_LEVELS
        ]  # fmt: skip
        known = [f"{move} is null" for move in moves]
        told[table] = connection.sql(
            f"select {', '.join(flags + known)} from {name} order by all"  # noqa: S608
        ).fetchall()
        for move in moves:
            (most,) = connection.sql(f"select max(abs({move})) from {name}").fetchall()[0]  # noqa: S608
            largest[f"{table}.{move}"] = most or 0.0
    return largest, told


def _covered(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    """Return which totals are covered well enough to be told."""
    return connection.execute(
        "select snapshot_at, asset, kind_group, published from marts.oi_by_asset union all"
        " select snapshot_at, 'ALL', kind_group, published from marts.oi_market order by all"
    ).fetchall()


def _answers(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    """Return what ``what_changed`` answers, the price and what it revalued aside."""
    return [
        (asset, topic, item, round(amount, 6) if amount is not None else None, unit, note)
        for asset in FLAT
        for topic, item, amount, unit, note in connection.execute(
            f"from what_changed('{asset}')"
        ).fetchall()
        if item not in {"price", "revalued by the price"}
    ]


_MOVING = {"change_24h_pct", "flow_usd_24h"}
_LEVEL = re.compile(
    r"\$[\d.,]+[kmbt]?n?|[\d.,]+[kmbt]?n? (BTC|ETH)|price moved [-+]?[\d.,k]+%|BTC|ETH"
)


def _sentences(report: Report) -> list[Any]:
    """Return what a report says of positions, levels and prices aside."""
    return [
        [_LEVEL.sub("#", say(sentence.text)) for sentence in report.bottom_line],
        [say(change.text) for change in report.changes],
        [_known(tile.figure) for tile in report.tiles if tile.id in _MOVING],
        sorted(
            (row.asset, row.cell, row.cell_reason, *map(_known, (
                row.change_24h_pct, row.change_7d_pct, row.flow_usd_24h
            )))
            for row in report.assets
        ),
        sorted((row.venue, row.product, _known(row.share_change_24h_pp)) for row in report.venues),
        [(row.venue, row.check_name) for row in report.audit],
    ]  # fmt: skip


def _known(part: Figure) -> tuple[bool, float, str]:
    return part.value is None, round(part.value or 0, 3), part.reason


@settings(
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(world=worlds, prices=paths)
def test_no_path_of_prices_is_a_change_where_nobody_trades(
    warehouse: duckdb.DuckDBPyConnection, world: World, prices: dict[str, list[Decimal]]
) -> None:
    """The same contracts at flat prices say the same in every mart, answer and sentence."""
    with _told(warehouse, world, FLAT) as report:
        _, flat_marts = _marts(warehouse)
        covered = _covered(warehouse)
        flat_answers, flat_sentences = _answers(warehouse), _sentences(report)
    with _told(warehouse, world, prices) as report:
        largest, marts = _marts(warehouse)
        # How much of a total is covered is weighed in USD, which prices move: near the least that
        # is needed a path may decide whether it is told at all.
        assume(_covered(warehouse) == covered)
        answers, sentences = _answers(warehouse), _sentences(report)
        text = " ".join(render_report(report).email_text.split())
    assert {name: most for name, most in largest.items() if most > _noise(name)} == {}
    assert marts == flat_marts
    assert answers == flat_answers
    assert sentences == flat_sentences
    assert sentences[1] == sentences[5] == []
    moved = re.findall(r"positions (?:moved )?([-+\d.]+)%", text)
    assert set(moved) <= {"0.00"}
    assert not re.search("squeeze|capitulation|new longs|new shorts|exhaustion|anomal", text)


OPTIONS = ("options_", "strike_clusters")
"""Marts of what these worlds do not have."""


def _noise(name: str) -> float:
    """Return what the last bit of a double comes to: in USD of up to 1e13, else in percent."""
    return 0.01 if "_usd" in name else 1e-9


def test_what_is_opened_is_told_in_all_of_them(warehouse: duckdb.DuckDBPyConnection) -> None:
    """What the property looks at moves with positions: it can fail.

    Of 1,000,000 contracts everywhere b opens a tenth more: $20m on the $266m of BTC, which are $60m
    of a, $200m of b and $6m of c; and $1m on the $220m of ETH.
    """
    world = World((10**6,) * len(BOOKS), split_at=len(INSTANTS), opened_pct=10)
    with _told(warehouse, world, FLAT) as report:
        largest, marts = _marts(warehouse)
        answers, sentences = _answers(warehouse), _sentences(report)
    of_futures = {name: most for name, most in largest.items() if not name.startswith(OPTIONS)}
    assert {name for name, most in of_futures.items() if most <= _noise(name)} == {
        'oi_candles."change_open"',  # always 0
        'oi_candles."change_low"',  # nothing was closed
        'oi_imbalance."net_taker_long_base"',  # nobody told who took
        'oi_imbalance."net_taker_short_base"',
    }
    assert ("BTC", "futures", "positions", round(2000 / 266, 6), "percent", None) in answers
    assert sentences[0][0].endswith("positions moved +4.3% in 24 hours, at mean prices +#.")
    assert sentences[1] == [
        "positions +7.5% in 24 hours, like for like; $286m in all; price 0.00%",  # 20 of 266
        "share of open interest +2.4 pp in 24 hours at constant prices; 45.6% now",  # 231 of 507
        "share of open interest -1.6 pp in 24 hours at constant prices; 36.7% now",  # 186 of 507
        "share of open interest -0.77 pp in 24 hours at constant prices; 17.8% now",  # 90 of 507
    ]
    assert any("spike" in row for row in marts["oi_anomalies"])
