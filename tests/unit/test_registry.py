"""Models say in their header what they are: it is what the SQL, or the function, does."""

import inspect
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.conventions import CONVENTIONS
from oirisk.warehouse.marts import AUDIT, MAP, OBSERVED, OPTIONS, REPORTS, TOTALS
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.registry import (
    MODELS,
    Input,
    Model,
    Parameter,
    Slicing,
    facts_of,
    in_order,
    marts_of,
    parameters_of,
    read_model,
    stages,
)
from oirisk.warehouse.stale import (
    ON_MAPS,
    ON_OBSERVATIONS,
    ON_OPTIONS,
    ON_REPORTS,
    ON_STANDING,
    ON_TOTALS,
)
from tests.statements import parsed, table_functions, tables

SQL = [model for model in MODELS.values() if model.sql]
PYTHON = [model for model in MODELS.values() if model.function]
GIVEN = {"marts.leverage_priors"}
"""Stated with the table, not built."""
KEPT = {name for name in TABLES if name.startswith("marts.")} - GIVEN | {"ops.audit"}

each_sql = pytest.mark.parametrize("model", SQL, ids=lambda model: model.table)
each_python = pytest.mark.parametrize("model", PYTHON, ids=lambda model: model.table)


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        migrate(connection, datetime(2026, 1, 1, tzinfo=UTC))
        yield connection


HEADER = """\
-- oi_things: what things
-- come to.
-- Grain   one row per thing
--         of any kind
-- Inputs  int_things, marts.oi_things (earlier), core.facts by core.found,
--         core.facts
-- Params  $since  timestamptz, first instant
--         $days   integer, how many, the first
--                 not among them
-- Window  bar_at, whole bars
-- Reach   to_days(greatest($days, 30)) after, interval 1 hour before
-- Slices  50 rows of core.facts
-- Inputs of no kind are $named here.
select 1
"""


def test_a_header_says_everything() -> None:
    model = read_model("series", HEADER)
    assert model == Model(
        table="marts.oi_things",
        family="series",
        what="what things come to.",
        grain="one row per thing of any kind",
        inputs=(
            Input("int_things"),
            Input("marts.oi_things", is_earlier=True),
            Input("core.facts", "core.found"),
            Input("core.facts"),
        ),
        parameters={
            "since": Parameter("timestamptz", "first instant"),
            "days": Parameter("integer", "how many, the first not among them"),
        },
        instant="bar_at",
        is_of_bars=True,
        after="to_days(greatest($days, 30))",
        before="interval 1 hour",
        slicing=Slicing(50, "core.facts"),
        sql=HEADER,
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("-- Grain", "-- Grein", "begins with"),
        ("oi_things: what things", "oi_things", "begins with"),
        ("(earlier)", "(days before)", "an input is"),
        ("50 rows of", "50 of", "slices are"),
    ],
)
def test_a_header_in_another_form_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        read_model("series", HEADER.replace(old, new))


@each_sql
def test_a_model_reads_the_tables_that_its_header_names(model: Model) -> None:
    nodes = parsed(model.sql)
    assert {one.table for one in model.inputs if not one.macro} == tables(nodes)
    assert {one.macro for one in model.inputs if one.macro} == table_functions(nodes)


@each_sql
def test_a_model_asks_for_the_parameters_that_its_header_names(
    model: Model, warehouse: duckdb.DuckDBPyConnection
) -> None:
    asked = warehouse.extract_statements(model.sql)[0].named_parameters
    assert set(model.parameters) == asked


@each_python
def test_a_function_takes_the_inputs_and_parameters_that_its_header_names(model: Model) -> None:
    assert model.function is not None
    given = inspect.signature(model.function).parameters.values()
    by_name = {one.name for one in given if one.kind is one.KEYWORD_ONLY}
    assert set(model.parameters) == by_name
    assert len(model.inputs) == len(given) - len(by_name)
    assert not any(one.is_earlier for one in model.inputs)  # a function is given whole tables


def test_a_table_macro_reads_the_tables_that_models_name_for_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = warehouse.execute(
        "select schema_name || '.' || function_name, macro_definition from duckdb_functions()"
        " where function_type = 'table_macro' and schema_name = 'core'"
    ).fetchall()
    read = {name: parsed(text) for name, text in found}
    named = {one.macro: one.table for model in SQL for one in model.inputs if one.macro}
    assert named
    for macro, table in named.items():
        below = [macro, *table_functions(read[macro])]
        assert {table} == set().union(*(tables(read[name]) for name in below))


def test_what_one_name_stands_for_is_of_one_type() -> None:
    kinds: dict[str, set[str]] = {}
    for model in MODELS.values():
        for name, parameter in model.parameters.items():
            kinds.setdefault(name, set()).add(parameter.kind)
    assert {name: kind for name, kind in kinds.items() if len(kind) > 1} == {}


def test_every_mart_with_a_contract_is_built_and_no_other() -> None:
    assert {model.table for model in MODELS.values() if model.is_mart} == KEPT


def test_every_intermediate_result_is_read() -> None:
    read = {one.table for model in MODELS.values() for one in model.inputs}
    assert {model.table for model in MODELS.values() if not model.is_mart} <= read


def test_what_a_model_reads_is_a_model_or_a_table(warehouse: duckdb.DuckDBPyConnection) -> None:
    stored = warehouse.execute(
        "select schema_name || '.' || table_name from duckdb_tables()"
    ).fetchall()
    known = {name for (name,) in stored} | set(MODELS)
    assert {one.table for model in MODELS.values() for one in model.inputs} <= known


def test_a_file_bears_the_name_of_its_model() -> None:
    for model in SQL:
        assert re.match(rf"-- (\w+\.)?{model.table.rpartition('.')[2]}: ", model.sql)


def _models(*texts: str) -> dict[str, Model]:
    models = (read_model("some", text) for text in texts)
    return {model.table: model for model in models}


def _header(name: str, inputs: str, *more: str) -> str:
    return "\n".join((f"-- {name}: it.", "-- Grain   one row", f"-- Inputs  {inputs}", *more))


def test_models_stand_after_what_they_read_and_shortly_before_their_first_reader() -> None:
    models = _models(
        _header("small", "int_a"),
        _header("large", "int_b, marts.small, marts.large (earlier)"),
        _header("other", "int_c"),
        _header("int_b", "int_a, marts.small, core.f"),
        _header("int_a", "core.f"),
        _header("int_c", "core.g"),
    )
    every = ["int_c", "marts.other", "int_a", "marts.small", "int_b", "marts.large"]
    asked = ("marts.large", "marts.small", "marts.other")
    assert [model.table for model in in_order(asked, models)] == every
    # A mart that is not asked for is there.
    assert [model.table for model in in_order(["marts.large"], models)] == [
        "int_a", "int_b", "marts.large",
    ]  # fmt: skip
    assert facts_of(["marts.large"], models) == {"core.f"}


def test_marts_that_reach_as_far_and_are_cut_alike_are_built_together() -> None:
    months = "-- Reach   to_days(30) after"
    models = _models(
        _header("late", "int_mid", months),
        _header("early", "core.f"),
        _header("other", "marts.early"),
        _header("int_mid", "marts.other"),
        _header("later", "core.f", months),
    )
    assert stages([name for name in models if "." in name], models) == [
        ("marts.early", "marts.other"), ("marts.later", "marts.late"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("marts", "noted", "otherwise"),
    [
        (TOTALS, ON_TOTALS, {"ops.coverage"}),  # noted with its run
        (OPTIONS, ON_OPTIONS, set()),
        (
            MAP,
            ON_MAPS,
            {"core.observed_positions", "marts.leverage_priors"},
        ),  # noted as maps; fixed
        (REPORTS, ON_REPORTS, set()),
        # What is named here beyond the run's own tables builds these anew with --full alone.
        (AUDIT, ON_TOTALS, {"ops.coverage", "ops.rejects", "core.bars"}),
        (OBSERVED, ON_OBSERVATIONS, {"core.open_interest"}),
        (CONVENTIONS, ON_STANDING, {"ops.unit_rules"}),
    ],
)
def test_a_change_of_what_marts_rest_on_has_them_built(
    marts: tuple[str, ...], noted: frozenset[str], otherwise: set[str]
) -> None:
    read = {one.table for model in in_order(marts) for one in model.inputs}
    assert read - set(MODELS) - noted == otherwise


def test_parameters_of_a_build_are_those_of_everything_it_runs() -> None:
    found = parameters_of(in_order(marts_of("observed")))
    assert set(found) == {"since", "until", "max_age_minutes", "bin_pct"}
