"""Serve what runs by itself in one process: scheduler, runner and flows.

::

    schedule ──> server      the one that is configured, else one of our own, here in a thread
             ├─> runner      in a thread: starts a process for each job that is due
             └─> this thread waits for a signal, then ends the processes

A server of our own lives as long as this process and remembers nothing: which nights there were
stands in the warehouse, and catching up goes by that. It listens on loopback, without web pages,
and lets in nobody but our own processes.
"""

import asyncio
import logging
import os
import secrets
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime
from multiprocessing import active_children
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import Any, cast
from uuid import UUID

import uvicorn
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import State, StateType
from prefect.runner import Runner
from prefect.schedules import Cron, Schedule
from prefect.server.api.server import create_app
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_SERVER_API_AUTH_STRING,
    PREFECT_SERVER_DATABASE_CONNECTION_URL,
    PREFECT_UI_ENABLED,
    temporary_settings,
)
from prefect.states import Crashed

from oirisk.flows.job import HOME, PARENT, Job
from oirisk.flows.server import is_configured, silence
from oirisk.flows.settings.model import Settings
from oirisk.schemas.errors import ConfigurationError, HomeError
from oirisk.warehouse.files import alone, make_folder

log = logging.getLogger(__name__)

_START_SECONDS = 120.0
_STOP_SECONDS = 10.0
_SERVER_STOP_SECONDS = 2.0
_LOOK_SECONDS = 0.5
_MOST_AT_ONCE = 4
"""Jobs under way at once; who writes waits for the home's lock, so that two never write."""

_UNFINISHED = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING, StateType.SCHEDULED)


def serve(home: Path, settings: Settings, jobs: Sequence[Job], at_start: str) -> None:
    """Run the jobs by their cron expressions until a signal ends this process.

    What killed processes left is cleared at the start, and missed nights are caught up at once.

    Args:
        home: The home folder; the jobs find it in ``OIRISK_HOME``.
        settings: Their cron expressions.
        jobs: What runs.
        at_start: Name of the job that runs at once, if it comes due at all.

    Raises:
        ConfigurationError: The scheduler cannot read a cron expression, or does not start or go on.
        HomeError: Another process serves this home, or it cannot be written.
    """
    make_folder(home)
    with alone(home / ".schedule.lock") as is_free:
        if not is_free:
            raise HomeError(
                f"another process serves the schedule of {home}; end it before you start this one"
            )
        os.environ |= {HOME: str(home.resolve()), PARENT: str(os.getpid())}
        with scheduler():
            runner = Runner(name="oirisk", limit=_MOST_AT_ONCE, pause_on_shutdown=False)
            deployed = deploy(runner, jobs, settings)
            clear(list(deployed.values()))
            if at_start in deployed:
                with get_client(sync_client=True) as client:
                    client.create_flow_run_from_deployment(deployed[at_start])
            _run_until_stopped(lambda: asyncio.run(runner.start()))


def deploy(runner: Runner, jobs: Sequence[Job], settings: Settings) -> dict[str, UUID]:
    """Hand the jobs that come due some day to a runner; return their deployments by name."""
    deployed: dict[str, UUID] = {}
    for job in jobs:
        expression = job.cron(settings.schedule)
        if expression:
            added = runner.add_flow(
                job.flow,
                name=job.flow.name,
                schedule=cron(expression, settings.schedule.timezone),
                enforce_parameter_schema=True,
            )
            deployed[job.flow.name] = cast("UUID", added)
    return deployed


def cron(expression: str, timezone: str) -> Schedule:
    """Return a cron expression as a schedule in its time zone.

    Raises:
        ConfigurationError: The scheduler cannot read it.
    """
    try:
        return Cron(expression, timezone=timezone)
    except ValueError as error:
        raise ConfigurationError(f"schedule.cron: {expression!r}: {error}") from error


def clear(deployments: Sequence[UUID]) -> int:
    """End what a server still holds for running or overdue: nothing of it runs when we begin.

    Args:
        deployments: Ours.

    Returns:
        How many runs were left.
    """
    left = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(_UNFINISHED))),
        expected_start_time=FlowRunFilterExpectedStartTime.model_validate(
            {"before_": datetime.now(UTC)}
        ),
    )
    ours = DeploymentFilter(id=DeploymentFilterId(any_=list(deployments)))
    count = 0
    with get_client(sync_client=True) as client:
        while runs := client.read_flow_runs(flow_run_filter=left, deployment_filter=ours):
            for run in runs:
                if run.state_type == StateType.SCHEDULED:
                    client.delete_flow_run(run.id)
                else:
                    state: State[object] = Crashed(message="the scheduler that ran it is gone")
                    client.set_flow_run_state(run.id, state, force=True)
                    log.warning("run of an earlier scheduler is ended name=%s", run.name)
            count += len(runs)
    return count


def _run_until_stopped(run: Callable[[], None]) -> None:
    """Run the runner in a thread until a signal comes; end the processes that it started.

    Raises:
        ConfigurationError: The runner ended by itself.
    """
    stopped = Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        log.info("stopping signal=%d", number)
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    runner = Thread(target=copy_context().run, args=(run,), name="runner", daemon=True)
    runner.start()
    try:
        while not stopped.wait(_LOOK_SECONDS):
            if not runner.is_alive():
                raise ConfigurationError(
                    "the scheduler stopped by itself, most likely because its Prefect server is "
                    "gone; start `oirisk schedule` again: it goes on with a server of its own"
                )
    finally:
        _end_processes()
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_processes() -> None:
    """End the processes of jobs: asked first, then by force. Their runs are caught up later."""
    children = active_children()
    for child in children:
        child.terminate()
    until = time.monotonic() + _STOP_SECONDS
    for child in children:
        child.join(max(0.0, until - time.monotonic()))
        if child.is_alive():
            child.kill()


@contextmanager
def scheduler() -> Iterator[None]:
    """Have a scheduling server at hand: the configured one while it answers, else one of our own.

    Raises:
        ConfigurationError: Our own does not start.
    """
    if is_configured():
        reason = silence()
        if not reason:
            yield
            return
        log.error("%s; the schedule goes on with a server of its own", reason)
    with (
        tempfile.TemporaryDirectory(prefix="oirisk-scheduler-") as folder,
        socket.socket() as listener,
    ):
        listener.bind(("127.0.0.1", 0))
        secret = f"oirisk:{secrets.token_urlsafe(32)}"
        own: dict[Any, object] = {
            PREFECT_API_URL: f"http://127.0.0.1:{listener.getsockname()[1]}/api",
            PREFECT_API_AUTH_STRING: secret,
            PREFECT_SERVER_API_AUTH_STRING: secret,
            PREFECT_SERVER_DATABASE_CONNECTION_URL: f"sqlite+aiosqlite:///{folder}/prefect.db",
            PREFECT_UI_ENABLED: False,
        }
        with temporary_settings(own):
            server = uvicorn.Server(uvicorn.Config(create_app(), log_level="error"))
            start = copy_context().run
            thread = Thread(
                target=start, args=(server.run, [listener]), name="scheduler", daemon=True
            )
            thread.start()
            try:
                _await_start(server, thread)
                _hear_ourselves()
                log.info("scheduler started address=%s", PREFECT_API_URL.value())
                yield
            finally:
                server.should_exit = True
                thread.join(_SERVER_STOP_SECONDS)


def _await_start(server: uvicorn.Server, thread: Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise ConfigurationError(
                "the scheduler did not start; `oirisk --verbose schedule` shows why, and "
                "PREFECT_API_URL can name a Prefect server of your own"
            )
        time.sleep(0.1)


def _hear_ourselves() -> None:
    """Undo what the server's migrations do to the loggers that were there before."""
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] == "oirisk":
            logging.getLogger(name).disabled = False
