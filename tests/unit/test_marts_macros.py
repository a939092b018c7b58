"""The rules that live in SQL macros."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from oirisk.schemas.tables.series import CELLS
from oirisk.warehouse.migrate import migrate
from tests.worked_examples import golden


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    migrate(connection, datetime(2026, 1, 1, tzinfo=UTC))
    yield connection
    connection.close()


def _cell(
    warehouse: duckdb.DuckDBPyConnection, price: float | None, oi: float | None, band: float
) -> str | None:
    query = "select core.price_oi_cell($price, $oi, $band, $band)"
    answer = warehouse.execute(query, {"price": price, "oi": oi, "band": band}).fetchall()
    cell: str | None = answer[0][0]
    return cell


@pytest.mark.parametrize(
    ("price", "oi", "cell"),
    [
        (2.0, 3.0, "new_longs_trend"),
        (2.5, -4.0, "short_squeeze_covering"),
        (-2.0, 3.0, "new_shorts_trend"),
        (-3.0, -5.0, "long_capitulation"),
        (0.05, 4.0, "neutral"),
        (2.0, -0.04, "neutral"),
        (0.1, 4.0, "neutral"),
        (2.0, -0.1, "neutral"),
        (0.11, 0.11, "new_longs_trend"),
        (0.0, 0.0, "neutral"),
        (None, 3.0, None),
        (3.0, None, None),
    ],
)
def test_price_and_open_interest_give_a_cell(
    warehouse: duckdb.DuckDBPyConnection, price: float | None, oi: float | None, cell: str | None
) -> None:
    assert _cell(warehouse, price, oi, 0.1) == cell
    assert cell is None or cell in CELLS


def test_the_worked_examples_of_the_matrix_hold(warehouse: duckdb.DuckDBPyConnection) -> None:
    for example in golden("M08_matrix"):
        seen = _cell(warehouse, example["price_ret"], example["oi_ret"], 0.001)
        assert seen == example["cell"]
    trap = golden("M08_usd_trap")
    assert _cell(warehouse, trap["price_ret"], trap["coin_oi_ret"], 0.001) == trap["cell_coin"]
    assert _cell(warehouse, trap["price_ret"], trap["usd_oi_ret"], 0.001) == trap["cell_usd"]


@pytest.mark.parametrize(
    ("kind", "group"), [("perp", "futures"), ("future", "futures"), ("option", "options")]
)
def test_options_are_kept_apart(
    warehouse: duckdb.DuckDBPyConnection, kind: str, group: str
) -> None:
    seen = warehouse.execute("select core.kind_group($kind)", {"kind": kind}).fetchall()
    assert seen == [(group,)]


@pytest.mark.parametrize(
    ("amounts", "total"),
    [
        ([0.1] * 10, 1.0),
        ([1e16, 1.0, -1e16], 1.0),
        ([2_360_801_647.35, 0.01, 0.02], 2_360_801_647.38),
        ([1e23, 1e23], 2e23),
        ([], None),
        ([None, 5.0], 5.0),
    ],
)
def test_a_sum_is_exact(
    warehouse: duckdb.DuckDBPyConnection, amounts: list[float | None], total: float | None
) -> None:
    query = "select core.exact_sum(amount) from unnest($amounts::double[]) as given (amount)"
    assert warehouse.execute(query, {"amounts": amounts}).fetchall() == [(total,)]


@pytest.mark.parametrize(
    ("price_t", "oi_t", "label"),
    [
        (2.1, -2.1, "uptrend_exhaustion"),
        (-2.1, -2.1, "downtrend_exhaustion"),
        (2.0, -5.0, "none"),
        (3.0, -2.0, "none"),
        (float("nan"), -5.0, "none"),
        (3.0, float("nan"), "none"),
        (float("inf"), -5.0, "none"),
        (None, -5.0, "none"),
    ],
)
def test_only_two_lines_that_can_be_drawn_make_an_exhaustion(
    warehouse: duckdb.DuckDBPyConnection, price_t: float | None, oi_t: float, label: str
) -> None:
    query = "select core.exhaustion_label($price_t, $oi_t)"
    answer = warehouse.execute(query, {"price_t": price_t, "oi_t": oi_t}).fetchall()
    assert answer == [(label,)]
