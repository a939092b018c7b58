"""The set-based profile against a loop that walks every step, on random histories."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from oirisk.schemas.parameters import MAP_DEFAULTS
from oirisk.warehouse.build import build as run_models
from oirisk.warehouse.marts import MAP
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.window import BuildWindow
from tests.models import marts_under

START = datetime(2026, 3, 1, tzinfo=UTC)
ROTATION = 0.3
BIN_PCT = 0.5
PARAMETERS = {
    "rotation": ROTATION, "bin_pct": BIN_PCT, "range_pct": 25.0, "history_days": 60.0,
    "minimum_share": 0.0, "minimum_usd": 0.0, "top_assets": 10, "max_age_minutes": 30.0,
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """From one observation to the next; ``bar`` is (low, high, volume) of exactly this step."""

    hours: int
    oi: float
    mark: float | None
    bar: tuple[float, float, float | None] | None


Fact = tuple[datetime, float, float | None]
Bar = tuple[datetime, str, float, float, float | None]

amounts = st.one_of(st.just(0.0), st.floats(0.01, 1000))
prices = st.floats(90, 110)
bars = st.tuples(prices, prices, st.one_of(st.none(), st.floats(0, 3000))).map(
    lambda drawn: (min(drawn[:2]), max(drawn[:2]), drawn[2])
)
steps = st.builds(
    Step,
    hours=st.sampled_from([1, 1, 1, 4, 36, 37]),
    oi=amounts,
    mark=st.one_of(prices, prices, prices, st.none()),
    bar=st.one_of(st.none(), bars),
)
histories = st.lists(steps, min_size=1, max_size=12)


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        migrate(connection, START)
        # everybody at 2x: no move of these histories closes anything by force
        connection.execute(
            "update marts.leverage_priors set weight = "
            "if(leverage_low = 2 and leverage_high = 2, 1, 0)"
        )
        yield connection


def rows_of(first: float, history: list[Step]) -> tuple[list[Fact], list[Bar], list[datetime]]:
    at = START
    facts: list[Fact] = [(START, first, 100.0)]
    bar_rows: list[Bar] = []
    for step in history:
        if step.bar:
            low, high, volume = step.bar
            bar_rows.append((at, f"{step.hours}h", low, high, volume))
        at += timedelta(hours=step.hours)
        facts.append((at, step.oi, step.mark))
    return facts, bar_rows, [at for at, *_ in facts]


def build(
    connection: duckdb.DuckDBPyConnection,
    facts: list[Fact],
    bar_rows: list[Bar],
    at: datetime,
    mart: str = "marts.oi_profile",
) -> list[tuple[float, float, float]]:
    for table in ("core.open_interest", "core.bars", "marts.oi_profile", "marts.clusters"):
        connection.execute(f"delete from {table}")  # noqa: S608
    connection.executemany(
        "insert into core.open_interest (snapshot_at, observed_at, recorded_at, run_id, venue,"
        " symbol, asset, kind, margin, oi_base, oi_usd, mark_price, unit_rule, counting_factor,"
        " source, quality, is_simulated) values ($1, $1, $1, 'r', 'okx', 'B', 'BTC', 'perp',"
        " 'linear', $2, $2 * 100 + 1, $3, 'u', 1, 'live', 'ok', false)",
        facts,
    )
    if bar_rows:
        connection.executemany(
            "insert into core.bars values ($1, $2, 'okx', 'B', 'BTC', $3, $4, $3, $4, $5, null)",
            bar_rows,
        )
    marts = marts_under(mart, MAP)
    run_models(connection, marts, BuildWindow(at, at), {**MAP_DEFAULTS, **PARAMETERS})
    return connection.execute(
        "select price_low, price_high, base - initial_base from marts.oi_profile"
        " where venue = 'okx' and side = 'long' and base > initial_base order by price_low"
    ).fetchall()


def walk(first: float, history: list[Step]) -> tuple[dict[int, float], float]:
    """Walk the history step by step; return mass by bin, and the mass with no known price."""
    book: dict[int, float] = defaultdict(float)
    unknown, held = first, first
    mark: float | None = 100.0
    span: tuple[float, float] | None
    for step in history:
        change = step.oi - held
        if step.hours > 36:
            factor = step.oi / held if held else 0.0
            opened = 0.0 if held else step.oi
            span = None
        else:
            volume = step.bar[2] if step.bar else None
            swapped = max(volume - abs(change), 0) / 2 if volume is not None else 0
            closed = min(max(-change, 0) + ROTATION * swapped, held)
            factor = 1 - closed / held if held else 0.0
            opened = closed + change
            span = step.bar[:2] if step.bar else between(mark, step.mark)
        book = defaultdict(float, {key: mass * factor for key, mass in book.items()})
        unknown *= factor
        if span is None:
            unknown += opened
        else:
            for key, part in spread(*span).items():
                book[key] += opened * part
        held, mark = step.oi, step.mark
    return book, unknown


def between(one: float | None, other: float | None) -> tuple[float, float] | None:
    return None if one is None or other is None else (min(one, other), max(one, other))


def spread(low: float, high: float) -> dict[int, float]:
    def index(price: float) -> int:
        return math.floor(math.log(price) / math.log(1 + BIN_PCT / 100))

    if low == high:
        return {index(low): 1.0}
    parts = {}
    for key in range(index(low), index(high) + 1):
        bottom = max(low, (1 + BIN_PCT / 100) ** key)
        top = min(high, (1 + BIN_PCT / 100) ** (key + 1))
        parts[key] = max(math.log(top / bottom), 0) / math.log(high / low)
    return parts


OPENED_IN_A_GAP = [Step(37, 1.0, 91.0, None), Step(1, 2.0, 90.0, None), Step(1, 3.0, 95.0, None)]
"""Nobody knows at which prices the first coin was opened; it stands all the same."""

quick = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@quick
@example(first=0.0, history=OPENED_IN_A_GAP)
@given(first=amounts, history=histories)
def test_the_profile_is_what_a_walk_through_every_step_gives(
    warehouse: duckdb.DuckDBPyConnection, first: float, history: list[Step]
) -> None:
    facts, bar_rows, instants = rows_of(first, history)
    found = build(warehouse, facts, bar_rows, instants[-1])
    book, _ = walk(first, history)
    middle = 0.5 + 1e-9
    by_bin = {
        math.floor(math.log(low) / math.log(1 + BIN_PCT / 100) + middle): base
        for low, _, base in found
    }
    for key in by_bin.keys() | book.keys():
        assert by_bin.get(key, 0) == pytest.approx(book.get(key, 0), rel=1e-9, abs=1e-9)


HALF_A_COIN_OVER_THIRTY_BINS = [
    Step(1, 0.0, 90.0, None), Step(1, 0.0, None, None),
    Step(1, 0.0, 95.0, None), Step(1, 0.5, 110.0, None),
]  # fmt: skip
"""Equal parts are all rounded the same way, so that what they lose adds up."""


@quick
@example(first=0.0, history=HALF_A_COIN_OVER_THIRTY_BINS)
@given(first=amounts, history=histories)
def test_bins_and_the_unknown_add_up_to_the_open_interest_at_every_snapshot(
    warehouse: duckdb.DuckDBPyConnection, first: float, history: list[Step]
) -> None:
    for length in range(1, len(history) + 1, 3):
        facts, bar_rows, instants = rows_of(first, history[:length])
        found = build(warehouse, facts, bar_rows, instants[-1])
        _, unknown = walk(first, history[:length])
        total = sum(base for *_, base in found) + unknown
        assert total == pytest.approx(history[length - 1].oi, rel=1e-9, abs=1e-9)


@quick
@given(first=amounts, history=histories)
def test_no_bin_is_negative_and_together_they_never_exceed_the_open_interest(
    warehouse: duckdb.DuckDBPyConnection, first: float, history: list[Step]
) -> None:
    facts, bar_rows, instants = rows_of(first, history)
    found = build(warehouse, facts, bar_rows, instants[-1])
    assert all(base > 0 for *_, base in found)
    assert sum(base for *_, base in found) <= history[-1].oi * (1 + 1e-9) + 1e-9


@quick
@given(first=amounts, history=histories, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_a_digit(
    warehouse: duckdb.DuckDBPyConnection, first: float, history: list[Step], random: object
) -> None:
    facts, bar_rows, instants = rows_of(first, history)
    one = build(warehouse, facts, bar_rows, instants[-1], "marts.clusters")
    clusters = warehouse.execute("from marts.clusters").fetchall()
    random.shuffle(facts)  # type: ignore[attr-defined]
    random.shuffle(bar_rows)  # type: ignore[attr-defined]
    assert build(warehouse, facts, bar_rows, instants[-1], "marts.clusters") == one
    assert warehouse.execute("from marts.clusters").fetchall() == clusters
