"""The Prefect flows. They only show a night to Prefect; what a night is stands in ``night``.

``nightly`` and ``snapshot`` are what the command line runs where a server is configured. A night
does not depend on it: when the server is lost, ``run_shown`` goes on without.

The jobs are what runs by itself: one process serves them by schedule, and so can workers. They
take no parameters: the home is fixed where they are served, by ``OIRISK_HOME``, so that whoever
may start a run cannot point it elsewhere.
"""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any, Literal

from prefect import flow, task
from prefect.artifacts import create_link_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from prefect.utilities.annotations import opaque

from oirisk.flows import night
from oirisk.flows.catch_up import Catcher
from oirisk.flows.exchanges.sources import LiveSource, SandboxSource, Source, wall_clock
from oirisk.flows.job import HOME, PARENT, SANDBOX, Job
from oirisk.flows.mail.mailing import flush
from oirisk.flows.maintain import maintain_home, require_reach
from oirisk.flows.night import Night, Steps, plain_night, run_night
from oirisk.flows.notify import after_night, look_after
from oirisk.flows.outcome import Outcome
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.schemas.errors import ConfigurationError
from oirisk.warehouse.home import Home

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0

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


@flow(name="nightly", persist_result=False)
async def nightly_job() -> str:
    """Ask every exchange, store, write the report and mail it."""
    _end_with_scheduler()
    home, settings = _home()
    try:
        outcome = await run_night(_night("nightly"), TASKS)
    except Exception as error:
        await asyncio.to_thread(after_night, home, settings, wall_clock, error)
        raise
    await asyncio.to_thread(after_night, home, settings, wall_clock)
    await _show(outcome)
    return outcome.state


@flow(name="snapshot", persist_result=False)
async def snapshot_job() -> str:
    """Ask every exchange and store what they say."""
    _end_with_scheduler()
    return (await run_night(_night("snapshot"), TASKS)).state


@flow(name="catch-up", persist_result=False)
def catch_up_job() -> list[str]:
    """Make the nights that did not happen, as far as exchanges publish history."""
    _end_with_scheduler()
    home, settings = _home()
    source = _source()
    done = Catcher(
        home, settings, source, lambda due: plain_night(home, due, source), wall_clock
    ).catch_up()
    for one in flush(home, settings, wall_clock()):
        log.info("waiting mail state=%s recipient=%s why=%s", one.state, one.recipient, one.words)
    look_after(home, settings, wall_clock())
    return [f"{one.due:%Y-%m-%d %H:%M}: {one.state} {one.reason}".rstrip() for one in done]


@flow(name="maintain", persist_result=False)
def maintain_job() -> int:
    """Thin out, archive and compact; return how many actions that took."""
    _end_with_scheduler()
    home, settings = _home()
    require_reach(settings)
    return len(maintain_home(home, settings.retention, wall_clock(), dry_run=False))


JOBS = (
    Job(nightly_job, lambda settings: settings.cron),
    Job(snapshot_job, lambda settings: settings.snapshot_cron),
    Job(catch_up_job, lambda settings: "17 * * * *" if settings.catch_up_nights else ""),
    Job(maintain_job, lambda settings: settings.maintain_cron),
)


def _home() -> tuple[Home, Settings]:
    named = os.environ.get(HOME)
    if not named:
        raise ConfigurationError(
            f"{HOME} is not set where this job runs; name the home folder there, such as "
            f"`{HOME}=/var/lib/oirisk` in the worker's environment"
        )
    return Home(Path(named)), load_settings(Path(named))


def _source() -> Source:
    url = os.environ.get(SANDBOX)
    return SandboxSource(url=url) if url else LiveSource()


def _night(name: Any) -> Night:  # noqa: ANN401 -- one of two literals
    home, _ = _home()
    planned = flow_run.scheduled_start_time
    return Night(
        home.root, name, sandbox=os.environ.get(SANDBOX),
        scheduled_at=planned if isinstance(planned, datetime) else None,
    )  # fmt: skip


async def _show(outcome: Outcome) -> None:
    """Leave the coverage and the place of the report with the run in Prefect."""
    home, settings = _home()
    night = settings.schedule.night_of(outcome.snapshot_at)
    rows = [
        {"exchange": venue, "status": status, "what is missing": outcome.reasons.get(venue, "")}
        for venue, status in outcome.statuses.items()
    ]
    report = (home.report(night) / "index.html").resolve().as_uri()
    try:
        await create_table_artifact(table=rows, key="coverage", description=f"night {night}")  # type: ignore[misc]
        await create_link_artifact(link=report, link_text=f"report {night}", key="report")  # type: ignore[misc]
    except Exception as error:  # noqa: BLE001 -- the night is stored; whether Prefect shows it is no part of it
        log.warning("not shown in Prefect reason=%s", error)


def _end_with_scheduler() -> None:
    """End this process when the scheduler that started it is gone: nobody else would stop it."""
    parent = os.environ.get(PARENT)
    if parent and int(parent) == os.getppid():
        Thread(target=_watch, args=(int(parent),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    log.error("the scheduler is gone, this run ends; the next start catches it up")
    os.kill(os.getpid(), signal.SIGKILL)
