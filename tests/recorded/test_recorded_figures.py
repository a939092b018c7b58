"""Every recorded answer gives the figures that were worked out by hand.

The figures are written as the arithmetic itself, figure of the answer x contract size x counting
factor and then x price, as they stand in the answers.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from oirisk.flows.settings.model import DEFAULT_VENUES
from oirisk.schemas.units import unit_rules
from oirisk.transforms.derive import Derived
from tests.recorded.published_answers import PUBLISHED
from tests.recorded.recordings import CASES

_EXACT = 1e-9
ROWS = [(name, symbol) for name, case in CASES.items() for symbol in case.expected]
IDS = [f"{name}:{symbol}" for name, symbol in ROWS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("answers")


@cache
def _replay(name: str, folder: Path) -> tuple[Derived, list[str]]:
    _, derived, unused = CASES[name].replay(folder)
    return derived, unused


def _row(name: str, symbol: str, folder: Path) -> dict[str, Any]:
    rows = _replay(name, folder)[0].verdict.accepted.to_dicts()
    return next(row for row in rows if row["symbol"] == symbol)


def _exactly(figure: float | None) -> Any:
    return None if figure is None else pytest.approx(figure, rel=_EXACT)


@pytest.mark.parametrize(("name", "symbol"), ROWS, ids=IDS)
def test_a_recorded_row_gives_the_figures_worked_out_by_hand(
    folder: Path, name: str, symbol: str
) -> None:
    row, wanted = _row(name, symbol, folder), CASES[name].expected[symbol]

    assert (row["oi_base"], row["oi_usd"]) == (_exactly(wanted.base), _exactly(wanted.usd))
    assert row["kind"] == wanted.kind
    assert row["quality"] == ("suspect" if None in {wanted.base, wanted.usd} else "ok")
    assert row["counting_factor"] == float(unit_rules()[row["unit_rule"]].counting_factor)
    # where there are two ways to a figure, they agree
    assert row["route_gap"] is None or row["route_gap"] < 1e-4


@pytest.mark.parametrize("name", CASES)
def test_every_answer_is_asked_for_and_every_row_of_it_is_accounted_for(
    folder: Path, name: str
) -> None:
    derived, unused = _replay(name, folder)

    verdict = derived.verdict
    assert {*verdict.accepted["symbol"], *verdict.rejected["symbol"]} == set(CASES[name].expected)
    assert unused == []


@pytest.mark.parametrize(
    ("name", "symbol"),
    [row for row in ROWS if None in CASES[row[0]].expected[row[1]]],
    ids=lambda part: part,
)
def test_a_row_that_cannot_be_valued_is_kept_and_named(
    folder: Path, name: str, symbol: str
) -> None:
    derived, wanted = _replay(name, folder)[0], CASES[name].expected[symbol]
    # an option without a price is whole otherwise; a perpetual or future is not
    said = derived.notes if wanted.kind == "option" else derived.problems
    lacks = "no coins" if wanted.base is None else "no USD value"

    assert any(lacks in text and symbol in text for text in said)
    assert derived.verdict.rejected.is_empty()


def test_a_price_of_another_date_is_named_and_not_used(folder: Path) -> None:
    problems = _replay("binanceusdm:2020-05-14T06:25:31Z", folder)[0].problems

    assert any(
        problem.startswith("premium: 1 rows lie more than 5 minutes") for problem in problems
    )


def test_index_rows_of_a_ticker_answer_are_left_out_and_not_refused(folder: Path) -> None:
    derived = _replay("krakenfutures:2022-06-17T11:00:32Z", folder)[0]

    assert derived.received == 1
    assert derived.problems == ()


def test_every_exchange_that_is_asked_by_default_has_a_recorded_or_published_answer() -> None:
    known = {case.venue for case in CASES.values()} | {one.venue for one in PUBLISHED}
    assert set(DEFAULT_VENUES) <= known
