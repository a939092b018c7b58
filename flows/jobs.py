"""What runs by itself, as Prefect flows: one process serves them by schedule, and so can workers.

They take no parameters: the home is fixed where they are served, by ``OIRISK_HOME``, so that
whoever may start a run cannot point it elsewhere.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

from prefect import flow
from prefect.artifacts import create_link_artifact, create_table_artifact
from prefect.runtime import flow_run

from oirisk.flows.catch_up import catch_up
from oirisk.flows.exchanges.sources import LiveSource, SandboxSource, Source, wall_clock
from oirisk.flows.maintain import maintain_home, require_reach
from oirisk.flows.night import Night, run_night
from oirisk.flows.nightly import TASKS
from oirisk.flows.outcome import Outcome
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.flows.settings.sections import ScheduleSettings
from oirisk.schemas.errors import ConfigurationError
from oirisk.warehouse.home import Home

log = logging.getLogger(__name__)

HOME = "OIRISK_HOME"
SANDBOX = "OIRISK_SANDBOX"
"""Address of simulated exchanges that the jobs ask instead of real ones; for trials."""

PARENT = "OIRISK_SCHEDULER_PID"
_LOOK_SECONDS = 1.0


@flow(name="nightly", persist_result=False)
async def nightly() -> str:
    """Ask every exchange, store, write the report and mail it."""
    _end_with_scheduler()
    outcome = await run_night(_night("nightly"), TASKS)
    await _show(outcome)
    return outcome.state


@flow(name="snapshot", persist_result=False)
async def snapshot() -> str:
    """Ask every exchange and store what they say."""
    _end_with_scheduler()
    return (await run_night(_night("snapshot"), TASKS)).state


@flow(name="catch-up", persist_result=False)
def catch_up_nights() -> list[str]:
    """Make the nights that did not happen, as far as exchanges publish history."""
    _end_with_scheduler()
    home, settings = _home()
    done = catch_up(home, settings, _source(), wall_clock)
    return [f"{one.due:%Y-%m-%d %H:%M}: {one.state} {one.reason}".rstrip() for one in done]


@flow(name="maintain", persist_result=False)
def maintain() -> int:
    """Thin out, archive and compact; return how many actions that took."""
    _end_with_scheduler()
    home, settings = _home()
    require_reach(settings)
    return len(maintain_home(home, settings.retention, wall_clock(), dry_run=False))


@dataclass(frozen=True)
class Job:
    """A flow that runs by itself, and when; an empty cron expression means: never."""

    flow: Any
    cron: Callable[[ScheduleSettings], str]


JOBS = (
    Job(nightly, lambda settings: settings.cron),
    Job(snapshot, lambda settings: settings.snapshot_cron),
    Job(catch_up_nights, lambda settings: "17 * * * *" if settings.catch_up_nights else ""),
    Job(maintain, lambda settings: settings.maintain_cron),
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
