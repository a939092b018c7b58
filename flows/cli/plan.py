"""``build --plan``."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from oirisk.flows.cli.as_of import instant
from oirisk.flows.cli.output import print_json, print_line, print_table
from oirisk.flows.exchanges.sources import wall_clock
from oirisk.flows.marts import Due, marts_due
from oirisk.flows.settings.model import load_settings
from oirisk.schemas.errors import ConfigurationError
from oirisk.warehouse.as_of import last_known
from oirisk.warehouse.home import Home
from oirisk.warehouse.registry import Model, all_in_order, in_order
from oirisk.warehouse.stale import ANYTHING, FIRST, LAST, why_nothing
from oirisk.warehouse.window import BuildWindow
from oirisk.warehouse.writer import looking


def build(
    home: Path,
    as_of: str,
    events: Path | None,
    supply: Path | None,
    *,
    full: bool,
    as_json: bool,
) -> int:
    """Print which marts a build would make, of which snapshots and why, and all models in order.

    Nothing is changed.

    Args:
        home: The home folder.
        as_of: As for a build; empty: now.
        events: Refused: storing it would be a change.
        supply: The same.
        full: As for a build.
        as_json: Print one JSON document.

    Returns:
        0.

    Raises:
        ConfigurationError: A file to store was given too.
        HomeError: There is no warehouse, or another process writes in it.
    """
    if events is not None or supply is not None:
        raise ConfigurationError(
            "--plan changes nothing: saw a file to store; leave out --events and --supply, or "
            "store them by `oirisk build` without --plan"
        )
    at = instant(as_of) or wall_clock()
    settings = load_settings(home)
    with looking(Home(home)) as connection:
        mapped = last_known(connection, at) if as_of and not full else None
        due = marts_due(connection, settings, until=at, full=full, mapped=mapped)
        reason = "" if due else why_nothing(connection, at, full=full)
    if as_json:
        builds = [_build(one) for one in due]
        models = [_model(model) for model in all_in_order()]
        print_json({"builds": builds, "reason": reason or None, "models": models})
    else:
        _tell(due, reason)
    return 0


def _build(due: Due) -> dict[str, object]:
    """Describe what would be built for a program; a time without an end is null."""
    return {
        "marts": list(due.marts),
        "window": _ends(due.window),
        "snapshots": due.snapshots,
        "because": {fact: _ends(span) for fact, span in due.because.items()},
        "models": [model.table for model in in_order(due.marts)],
    }


def _ends(span: BuildWindow) -> dict[str, datetime | None]:
    return {
        "since": None if span.since == FIRST else span.since,
        "until": None if span.until == LAST else span.until,
    }


def _model(model: Model) -> dict[str, object]:
    return {
        "model": model.table,
        "family": model.family,
        "is_mart": model.is_mart,
        "is_sql": bool(model.sql),
        "what": model.what,
        "grain": model.grain,
        "inputs": _tables(model, earlier=False),
        "earlier": _tables(model, earlier=True),
        "parameters": {name: one.kind for name, one in model.parameters.items()},
    }


def _tables(model: Model, *, earlier: bool) -> list[str]:
    """Return what a model reads: as it is made now, or rows that earlier builds made."""
    read = (one.table for one in model.inputs if one.is_earlier == earlier)
    return list(dict.fromkeys(read))


def _tell(due: list[Due], reason: str) -> None:
    """Print what would be built, or why nothing would be, and all models."""
    if due:
        print_table("what would be built", [_due_row(one) for one in due])
        print_line("what these bear on in turn is found while they are built")
    else:
        print_line(f"nothing would be built: {reason}")
    runs = {model.table for one in due for model in in_order(one.marts)}
    print_table("models, in order", [_model_row(model, runs) for model in all_in_order()])


def _due_row(due: Due) -> Mapping[str, object]:
    return {
        "marts": ", ".join(due.marts),
        "snapshots": _span(due.window) + (f", {due.snapshots} of them" if due.snapshots else ""),
        "models": len(in_order(due.marts)),
        "because": "; ".join(_reasons(due.because)),
    }


def _reasons(because: Mapping[str, BuildWindow]) -> Iterator[str]:
    for fact, span in because.items():
        yield "everything is to be built" if fact == ANYTHING else f"{fact} of {_span(span)}"


def _span(span: BuildWindow) -> str:
    if span.since == FIRST and span.until == LAST:
        return "all that is stored"
    since = "the first" if span.since == FIRST else f"{span.since:%Y-%m-%d %H:%M}"
    until = "the last" if span.until == LAST else f"{span.until:%Y-%m-%d %H:%M}"
    return since if since == until else f"{since} to {until}"


def _model_row(model: Model, runs: set[str]) -> Mapping[str, object]:
    return {
        "model": model.table,
        "family": model.family,
        "by": "SQL" if model.sql else "Python",
        "would run": "yes" if model.table in runs else "",
        "reads": ", ".join(dict.fromkeys(one.table for one in model.inputs)),
    }
