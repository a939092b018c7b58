"""What the statements of a report read: marts, and what is operational; facts never."""

from pathlib import Path
from typing import Any

import pytest

from oirisk.warehouse import sql_files
from tests.statements import parsed, table_functions, tables

STATEMENTS = sorted((Path(sql_files.__file__).parent / "sql" / "report").glob("*.sql"))
MACROS = {"exact_sum", "is_covered"}
"""Sums, and the share of open interest below which a figure of order books is withheld."""

OPERATIONAL = {
    "ops.runs", "ops.coverage", "ops.rejects", "ops.audit", "ops.observations", "ops.first_maps",
}  # fmt: skip


def _macros(nodes: list[dict[str, Any]]) -> set[str]:
    """Name the macros of facts that are called."""
    return {
        node["function_name"]
        for node in nodes
        if node.get("type") == "FUNCTION" and node.get("schema") == "core"
    }


def _loose_sums(nodes: list[dict[str, Any]]) -> int:
    """Count sums whose last digits hang on the order of rows: neither whole, exact nor ordered."""
    whole = [node["child"] for node in nodes if node.get("cast_type", {}).get("id") == "BIGINT"]
    return sum(
        node.get("function_name") in {"sum", "avg"}
        and node not in whole
        and not (node.get("orders") or node.get("order_bys", {}).get("orders"))
        for node in nodes
    )


def test_tables_and_functions_are_found() -> None:
    nodes = parsed(
        "with a as (select * from core.b) select core.f($x) from a join c.d on (select 1 from e.f)"
    )
    assert tables(nodes) == {"core.b", "c.d", "e.f"}
    assert _macros(nodes) == {"f"}


def test_sums_that_hang_on_the_order_of_rows_are_found() -> None:
    text = "select {} from t"
    assert _loose_sums(parsed(text.format("sum(a), avg(b), avg(b) over (order by c)"))) == 2
    assert not _loose_sums(
        parsed(text.format("sum(a)::bigint, sum(a order by b), core.exact_sum(a)"))
    )


def test_there_are_statements() -> None:
    assert len(STATEMENTS) > 20


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_a_statement_of_the_report_reads_marts_and_judges_no_fact(path: Path) -> None:
    nodes = parsed(path.read_text(encoding="utf-8"))
    read = tables(nodes)
    assert {name for name in read if not name.startswith("marts.")} <= OPERATIONAL
    assert _macros(nodes) <= MACROS
    assert not _loose_sums(nodes)


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_a_statement_names_its_inputs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith("-- Inputs"))
    named = {name.strip() for name in line.removeprefix("-- Inputs").split(",")}
    nodes = parsed(text)
    assert named == tables(nodes) | table_functions(nodes)
