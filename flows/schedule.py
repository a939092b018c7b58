"""Serve the nightly deployment in one process: scheduler, runner and flow.

The server that Prefect starts by itself for a single run does not schedule anything. Without an
address of another one in ``PREFECT_API_URL`` a whole server therefore runs in a thread here, on
loopback and without its web pages; it ends with the process.
"""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.schedules import Cron, Schedule
from prefect.server.api.server import create_app
from prefect.settings import PREFECT_API_URL, PREFECT_UI_ENABLED, temporary_settings

from oirisk.flows.nightly import nightly
from oirisk.flows.server import require_answer
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import ScheduleSettings
from oirisk.schemas.errors import ConfigurationError

log = logging.getLogger(__name__)

_START_SECONDS = 120.0
_STOP_SECONDS = 10.0


def serve(home: Path, settings: Settings) -> None:
    """Run ``nightly`` by the configured cron expression until stopped.

    A run that is still going when the next one is due makes the next one wait, so that two
    never write at once; each speaks of the instant it was scheduled for.

    Raises:
        ConfigurationError: The scheduler cannot read the cron expression, or does not start.
    """
    schedule = cron(settings.schedule)
    with scheduler():
        nightly.serve(
            name="nightly",
            schedule=schedule,
            parameters={"home": str(home.resolve())},
            global_limit=ConcurrencyLimitConfig(
                limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE
            ),
            print_starting_message=True,
        )


def cron(settings: ScheduleSettings) -> Schedule:
    """Return the configured schedule, in its time zone.

    Raises:
        ConfigurationError: The scheduler cannot read the expression.
    """
    try:
        return Cron(settings.cron, timezone=settings.timezone)
    except ValueError as error:
        raise ConfigurationError(f"schedule.cron: {error}") from error


@contextmanager
def scheduler() -> Iterator[None]:
    """Have a scheduling server at hand: the configured one, else one of our own.

    Raises:
        ConfigurationError: The configured one does not answer, or our own does not start.
    """
    if PREFECT_API_URL.value():
        require_answer()
        yield
        return
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        with temporary_settings({PREFECT_API_URL: address, PREFECT_UI_ENABLED: False}):
            server = uvicorn.Server(uvicorn.Config(create_app(), log_level="error"))
            thread = Thread(target=server.run, args=([listener],), name="scheduler", daemon=True)
            thread.start()
            try:
                _await_start(server, thread)
                log.info("scheduler started address=%s", address)
                yield
            finally:
                server.should_exit = True
                thread.join(_STOP_SECONDS)


def _await_start(server: uvicorn.Server, thread: Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise ConfigurationError(
                "the scheduler did not start; `oirisk --verbose schedule` shows why, and "
                "PREFECT_API_URL can name a Prefect server of your own"
            )
        time.sleep(0.1)
