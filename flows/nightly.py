"""The Prefect flows: ``nightly`` with the report, ``snapshot`` without.

They only show a night to Prefect, step by step; what a night is stands in ``night``. A night does
not depend on Prefect: when its server is lost, ``run_shown`` goes on without.
"""

import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from prefect.utilities.annotations import opaque

from oirisk.flows import night
from oirisk.flows.night import Night, Steps, run_night
from oirisk.flows.outcome import Outcome

log = logging.getLogger(__name__)

_ENDED: ContextVar[list[Outcome | Exception]] = ContextVar("_ENDED")
"""How the night under way ended, whatever becomes of telling the server."""


def _seen(step: Callable[..., Awaitable[Any]], name: str, run_name: str | None = None) -> Any:  # noqa: ANN401 -- of the step's own type
    """Make a task of a step; Prefect does not look into what it is given."""
    made = task(name=name, task_run_name=run_name, cache_policy=NO_CACHE)(step)

    async def run(*given: object) -> object:
        return await made(*(opaque(one) for one in given))

    return run


TASKS = Steps(
    extract=_seen(night.extract, "extract", "extract {venue.id}"),
    top_up=_seen(night.top_up, "top up", "top up {venue.id}"),
    load=_seen(night.load, "store"),
    observe=_seen(night.observe, "observe"),
    render=_seen(night.render, "render"),
    mail=_seen(night.mail, "mail"),
)


@flow(name="nightly", persist_result=False, validate_parameters=False)
async def nightly(
    home: str,
    as_of: datetime | None = None,
    replay: str | None = None,
    sandbox: str | None = None,
) -> Outcome:
    """Ask every venue, store what they say, write the report and mail it.

    Args:
        home: The home folder.
        as_of: The instant the run speaks of; default: the scheduled start, else now.
        replay: A recording to read instead of asking the exchanges.
        sandbox: Address of simulated exchanges to ask instead.

    Raises:
        OiRiskError: The run could not be made; partial answers are no error.
    """
    return await _run("nightly", home, as_of, replay, sandbox)


@flow(name="snapshot", persist_result=False, validate_parameters=False)
async def snapshot(
    home: str,
    as_of: datetime | None = None,
    replay: str | None = None,
    sandbox: str | None = None,
) -> Outcome:
    """Do what ``nightly`` does, without the report."""
    return await _run("snapshot", home, as_of, replay, sandbox)


async def _run(
    name: Literal["nightly", "snapshot"],
    home: str,
    as_of: datetime | None,
    replay: str | None,
    sandbox: str | None,
) -> Outcome:
    planned = flow_run.scheduled_start_time
    asked = Night(
        Path(home), name, as_of, Path(replay) if replay else None, sandbox,
        scheduled_at=planned if isinstance(planned, datetime) else None,
    )  # fmt: skip
    ended = _ENDED.get([])
    try:
        outcome = await run_night(asked, TASKS)
    except Exception as error:
        ended.append(error)
        raise
    ended.append(outcome)
    return outcome


async def run_shown(asked: Night) -> Outcome:
    """Run a night as a flow of the configured server, and without it should it be lost.

    Raises:
        OiRiskError: The run could not be made; partial answers are no error.
    """
    ended: list[Outcome | Exception] = []
    token = _ENDED.set(ended)
    shown = nightly if asked.flow == "nightly" else snapshot
    try:
        return await shown(
            str(asked.home),
            asked.as_of,
            str(asked.replay) if asked.replay else None,
            asked.sandbox,
        )
    except Exception as error:  # noqa: BLE001 -- whatever Prefect raises, the night had not ended so
        log.warning("Prefect failed, the night is what it is without it reason=%s", error)
    finally:
        _ENDED.reset(token)
    if not ended:
        return await run_night(asked)
    if isinstance(ended[0], Exception):
        raise ended[0]
    return ended[0]
