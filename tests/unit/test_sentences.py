"""Statements become sentences in one place, and state the numbers that methods and settings have."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pytest

from oirisk.schemas.errors import ContractViolationError
from oirisk.schemas.report.briefing import Report
from oirisk.schemas.report.limits import (
    HIGHEST_ROTATION,
    LEAST_SCENARIOS,
    NEEDED_COVERED,
    PEG_BAND,
    Limits,
)
from oirisk.schemas.report.parts import Figure, Statement
from oirisk.templates.sections import all_sections, queries
from oirisk.templates.sentences import SENTENCES, say
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.sql_files import statement

CASES = Path(__file__).parents[1] / "golden" / "report"


def statements(part: Any) -> Iterator[Statement]:
    """Find every statement in a part of a report, also those within others."""
    if isinstance(part, Statement):
        yield part
        part = dict(part.values)
    if isinstance(part, dict):
        part = tuple(part.values())
    if isinstance(part, tuple):
        for one in part:
            yield from statements(one)
    elif hasattr(type(part), "model_fields"):
        for name in type(part).model_fields:
            yield from statements(getattr(part, name))


def test_every_sentence_is_in_the_golden_report() -> None:
    report = Report.model_validate_json((CASES / "stated.json").read_text(encoding="utf-8"))
    assert {one.id for one in statements(report)} == {
        name for name in SENTENCES if not name.endswith("_alike")
    }


@pytest.mark.parametrize(
    ("made", "lacks"), [(Statement(id="no_such"), "no_such"), (Statement(id="total"), "oi_usd")]
)
def test_what_cannot_be_said_is_refused_with_its_name(made: Statement, lacks: str) -> None:
    with pytest.raises(ContractViolationError, match=lacks):
        say(made)


def test_a_figure_without_a_value_is_said_with_its_reason() -> None:
    absent = Figure(value=None, unit="usd", reason="not measured")
    assert say(Statement(id="size", values={"usd": absent})) == "\u2014 not measured"


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        migrate(connection, datetime(2026, 11, 21, 0, 5, tzinfo=UTC))
        yield connection


def test_numbers_in_sentences_are_those_of_the_sql(warehouse: duckdb.DuckDBPyConnection) -> None:
    share = NEEDED_COVERED.value
    assert share is not None
    found = warehouse.execute(
        "select core.is_covered($share), core.is_covered($share - 1e-9)", {"share": share}
    ).fetchone()
    assert found == (True, False)
    macros = " ".join(
        str(sql)
        for (sql,) in warehouse.execute(
            "select macro_definition from duckdb_functions()"
        ).fetchall()
    )
    assert f"> {PEG_BAND.value}" in macros
    assert f"n_bins >= {Limits().scored_bins}" in macros
    risk = statement("marts/map/liquidations_at_risk.sql")
    assert f"tails.scenarios) >= {Limits().risk_days} as meaningful" in risk
    assert f"where tails.scenarios >= {LEAST_SCENARIOS}" in risk
    assert f"+ {HIGHEST_ROTATION} *" in statement("intermediate/positions/int_position_moves.sql")
    assert f"count(*) = {Limits().mixes}" in statement("report/liquidation_reach.sql")


def test_every_query_of_a_report_belongs_to_a_section() -> None:
    folder = files("oirisk.warehouse").joinpath("sql", "report")
    there = {path.name.removesuffix(".sql") for path in folder.iterdir()}
    apart = {
        "run",
        "subject",
    }  # what the report is of, and the subject line that a mail is found by
    assert {name for _, name in queries()} == there - apart


def test_sections_are_told_apart_and_stand_in_one_order() -> None:
    sections = all_sections()
    assert len({section.id for section in sections}) == len(sections)
    assert len({section.place for section in sections}) == len(sections)
