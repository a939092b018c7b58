"""Every model, read from its own header: what it says, reads, needs, and which rows it replaces.

A header states, line by line::

    -- oi_candles: what the rows say.
    -- Grain   what one row stands for
    -- Inputs  int_candle_bars, core.bars, core.open_interest by core.a_macro, marts.pools (earlier)
    -- Params  $since  timestamptz, what it means
    -- Window  bar_at, whole bars
    -- Reach   to_days($days) after, interval 1 hour before
    -- Slices  250000 rows of marts.oi_by_asset

An input that is ``(earlier)`` is rows that earlier builds made: no edge of the graph. ``Window``
names the instant that places a row; ``Reach`` says, as DuckDB evaluates it, how long after a
snapshot its figures bear on rows, and how long before; ``Slices`` how much is computed at once.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import polars as pl

from oirisk.schemas.errors import ConfigurationError
from oirisk.warehouse.python_models import PYTHON_MODELS

Function = Callable[..., pl.DataFrame]
"""Takes a frame for each input, in order, and parameters by name."""

_FIELD = re.compile(r"(Grain|Inputs|Params|Window|Reach|Slices)  +(.*)")
_INPUT = re.compile(r"(?P<name>[\w.]+)(?: by (?P<macro>[\w.]+))?(?P<earlier> \(earlier\))?")
_PARAMETER = re.compile(r"\$(\w+)\s+(\w+), (.*?)(?=\s*\$\w+\s+\w+, |$)")
_REACH = re.compile(r"(.+?) (after|before)(?:, |$)")
_SLICES = re.compile(r"(\d+) (?:rows of (\S+)|(days|runs|options))")


@dataclass(frozen=True)
class Input:
    """A table that a model reads.

    Args:
        table: With its schema, but for intermediates.
        macro: The table macro that reads it; empty: the model itself does.
        is_earlier: Only rows of earlier instants are read, which earlier builds made.
    """

    table: str
    macro: str = ""
    is_earlier: bool = False


@dataclass(frozen=True)
class Parameter:
    """What a model is told: its DuckDB type, and what it means."""

    kind: str
    meaning: str


@dataclass(frozen=True)
class Slicing:
    """How much is computed at once: so many rows of a table, days, runs, or options told."""

    count: int
    of: str


@dataclass(frozen=True)
class Model:
    """One model: a mart, or an intermediate result that is a temporary table while a build runs.

    Args:
        table: What it fills: ``int_...``, or a mart with its schema.
        family: Its folder.
        what: What its rows say.
        grain: What one row stands for.
        inputs: What it reads.
        parameters: What it is told.
        instant: The column that places a row of a mart in time; empty: a build only adds to it.
        is_of_bars: A window replaces the whole bars that it touches.
        after: SQL for how long after a snapshot its figures bear on rows.
        before: SQL for how long before a snapshot it bears on rows.
        slicing: How much is computed at once; None: all that is asked for.
        sql: Its query; empty where a function takes the place.
        function: From frames to rows, in place of SQL.
    """

    table: str
    family: str
    what: str
    grain: str
    inputs: tuple[Input, ...]
    parameters: Mapping[str, Parameter]
    instant: str = ""
    is_of_bars: bool = False
    after: str = ""
    before: str = ""
    slicing: Slicing | None = None
    sql: str = field(default="", repr=False)
    function: Function | None = None

    @property
    def is_mart(self) -> bool:
        """Whether its rows are kept."""
        return "." in self.table


Models = Mapping[str, Model]
"""By table."""


def read_model(family: str, text: str, function: Function | None = None) -> Model:
    """Read a model from its header.

    Args:
        family: Its folder.
        text: The header, and the query below it.
        function: What takes the place of the query.

    Raises:
        ConfigurationError: The header lacks something, or says it in another form.
    """
    fields = _fields(text)
    name, _, what = fields["name"].partition(": ")
    if not (what and fields.get("Grain") and "Inputs" in fields):
        raise ConfigurationError(
            f"a model begins with `-- name: what`, `-- Grain` and `-- Inputs`, saw {text[:80]!r}"
        )
    instant, _, bars = fields.get("Window", "").partition(", ")
    reach = {side: span for span, side in _REACH.findall(fields.get("Reach", ""))}
    return Model(
        table=name if name.startswith("int_") or "." in name else f"marts.{name}",
        family=family,
        what=what,
        grain=fields["Grain"],
        inputs=tuple(_input(name, part) for part in fields["Inputs"].split(", ") if part),
        parameters=_parameters(fields.get("Params", "")),
        instant=instant,
        is_of_bars=bars == "whole bars",
        after=reach.get("after", ""),
        before=reach.get("before", ""),
        slicing=_slicing(fields.get("Slices", "")),
        sql="" if function else text,
        function=function,
    )


def _fields(text: str) -> dict[str, str]:
    """Return what a header says, by field; lines that are indented go on with the one before."""
    lines: dict[str, list[str]] = {"name": []}
    place = "name"
    for line in text.splitlines():
        if not line.startswith("-- "):
            break
        said = line.removeprefix("-- ")
        if found := _FIELD.match(said):
            place = found[1]
            lines[place] = [found[2]]
        elif place == "name" or (place and said.startswith("  ")):
            lines[place].append(said.strip())
        else:
            place = ""
    return {name: " ".join(said) for name, said in lines.items()}


def _input(model: str, text: str) -> Input:
    found = _INPUT.fullmatch(text)
    if found is None:
        raise ConfigurationError(
            f"{model}: an input is `table`, `table by macro` or `table (earlier)`, saw {text!r}"
        )
    return Input(found["name"], found["macro"] or "", bool(found["earlier"]))


def _parameters(text: str) -> dict[str, Parameter]:
    return {name: Parameter(kind, meaning) for name, kind, meaning in _PARAMETER.findall(text)}


def _slicing(text: str) -> Slicing | None:
    if not text:
        return None
    found = _SLICES.fullmatch(text)
    if found is None:
        raise ConfigurationError(
            f"slices are `N rows of TABLE`, `N days`, `N runs` or `N options`, saw {text!r}"
        )
    return Slicing(int(found[1]), found[2] or found[3])


def _files(folder: Traversable) -> Iterator[tuple[str, str]]:
    """Yield family and text of the models in a folder."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith(".sql"):
            yield folder.name, entry.read_text(encoding="utf-8")


def _read_all() -> dict[str, Model]:
    sql = files("oirisk.warehouse").joinpath("sql")
    found = [read_model(*file) for kind in ("intermediate", "marts") for file in _files(sql / kind)]
    found += [read_model(*node) for node in PYTHON_MODELS]
    models = {model.table: model for model in found}
    graph = {model.table: [one.table for one in _edges(models, model)] for model in found}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise ConfigurationError(
            f"models read one another in a circle, say which input is (earlier): {error.args[1]}"
        ) from error
    return models


def _edges(models: Models, model: Model) -> Iterator[Model]:
    """Yield the models that a model reads what they make now of."""
    for one in model.inputs:
        if one.table in models and not one.is_earlier:
            yield models[one.table]


MODELS: Models = _read_all()
"""All models."""


def marts_of(*families: str) -> tuple[str, ...]:
    """Return the marts of some families."""
    return tuple(
        model.table for model in MODELS.values() if model.is_mart and model.family in families
    )


def in_order(targets: Iterable[str], models: Models = MODELS) -> list[Model]:
    """Return what is built for some tables, each after what it reads.

    Marts that are not asked for are there already: they are read as they are. What needs least
    goes first, and an intermediate result stands just before its first reader, so that few are
    there at once.

    Args:
        targets: Marts, or intermediate results.
        models: Where they are described.
    """
    asked = set(targets)
    ordered: dict[str, Model] = {}

    def visit(model: Model) -> None:
        for one in _edges(models, model):
            if one.table not in ordered and (not one.is_mart or one.table in asked):
                visit(one)
        ordered[model.table] = model

    for table in sorted(asked, key=lambda table: (len(_upstream(table, asked, models)), table)):
        if table not in ordered:
            visit(models[table])
    return list(ordered.values())


def all_in_order(models: Models = MODELS) -> list[Model]:
    """Return every model, each after what it reads."""
    return in_order((model.table for model in models.values() if model.is_mart), models)


def last_read(plan: Sequence[Model], kept: Collection[str]) -> dict[str, list[str]]:
    """Return which intermediate results each model of a plan is the last to read.

    Args:
        plan: Models in order.
        kept: Those that stay.
    """
    last = {one.table: model.table for model in plan for one in model.inputs}
    drops: dict[str, list[str]] = {model.table: [] for model in plan}
    for model in plan:
        if not model.is_mart and model.table not in kept:
            drops[last[model.table]].append(model.table)
    return drops


def stages(targets: Iterable[str], models: Models = MODELS) -> list[tuple[str, ...]]:
    """Return tables that are built together, slice by slice, each stage after what it reads.

    Those are together that reach as far and are cut alike.
    """
    asked = set(targets)
    members: dict[Any, list[str]] = {}
    for model in in_order(asked, models):
        if model.table in asked:
            members.setdefault(_cut(model), []).append(model.table)
    graph = {
        key: {
            _cut(model)
            for table in tables
            for model in _upstream(table, asked, models)
            if model.table in asked and _cut(model) != key
        }
        for key, tables in members.items()
    }
    return [tuple(members[key]) for key in TopologicalSorter(graph).static_order()]


def _cut(model: Model) -> tuple[Any, ...]:
    return model.slicing, model.after, model.before


def _upstream(table: str, asked: Collection[str], models: Models) -> list[Model]:
    """Return the models that a table is built of, marts among them if they are asked for."""
    found, waiting = {}, [models[table]]
    while waiting:
        for one in _edges(models, waiting.pop()):
            if one.table not in found and (not one.is_mart or one.table in asked):
                found[one.table] = one
                waiting.append(one)
    return list(found.values())


def parameters_of(models: Iterable[Model]) -> dict[str, Parameter]:
    """Return what some models are told, by name."""
    return {name: one for model in models for name, one in model.parameters.items()}


def facts_of(targets: Iterable[str], models: Models = MODELS) -> frozenset[str]:
    """Return the tables that no model makes and that some tables rest on, by whatever marts."""
    everything = list(models)
    found = {table for table in targets if table in models}
    for table in tuple(found):
        found |= {model.table for model in _upstream(table, everything, models)}
    read = {one.table for table in found for one in models[table].inputs}
    return frozenset(read - set(models))
