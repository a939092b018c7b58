"""Run the job on many homes, each time killed with SIGKILL at another point.

Usage: ``python killed_run.py RECORDING REPORT HOME=POINT ...``. A point is ``NUMBER``, the step
before which the run dies, or ``SECONDS s``, the time after which it does; ``none`` lets it live
and writes the steps it took to the file ``REPORT``.
"""

import asyncio
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from oirisk.flows import batch, marts, outcome, pipeline, reports
from oirisk.flows.batch import Batch
from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import select_venues
from oirisk.flows.exchanges.sources import ReplaySource
from oirisk.flows.settings.model import Settings
from oirisk.warehouse import files, load, writer
from oirisk.warehouse.home import Home

STEPS: tuple[tuple[Any, str], ...] = (
    (pipeline, "archive"), (batch, "derive"), (outcome, "record_run"),
    (pipeline, "load_instruments"), (pipeline, "load_open_interest"), (marts, "build_totals"),
    (marts, "build_positions"), (reports, "write_whole"), (reports, "render_report"),
    (writer, "migrate"), (writer, "sweep"), (writer, "refresh_views"), (writer, "publish"),
    (load, "statement"), (files, "_flush"), (shutil, "copyfile"), (os, "replace"), (os, "unlink"),
)  # fmt: skip

VENUES = ("bybit", "deribit", "gate", "hyperliquid", "kucoinfutures", "okx")


class Deadline:
    """Counts steps and dies before the one that was chosen."""

    def __init__(self, point: str) -> None:
        """Arm."""
        self.taken: list[str] = []
        self.step = int(point) if point.isdigit() else -1
        if point.endswith("s"):
            threading.Timer(float(point[:-1]), die).start()

    def wrap(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Count a step before it is taken."""

        def stepped(*args: Any, **kwargs: Any) -> Any:
            if len(self.taken) == self.step:
                die()
            self.taken.append(name)
            return function(*args, **kwargs)

        return stepped


def die() -> None:
    """End at once, with nothing flushed, closed or rolled back."""
    os.kill(os.getpid(), signal.SIGKILL)


def run(home: Home, recording: Path, deadline: Deadline) -> None:
    """Make one nightly run on a recording."""
    for owner, name in STEPS:
        setattr(owner, name, deadline.wrap(name, getattr(owner, name)))
    settings = Settings(venues=VENUES)
    source = ReplaySource(read_recording(recording))

    async def ask() -> list[Any]:
        venues = select_venues(settings.venues)
        return [await fetch_venue(venue, source, settings.fetch) for venue in venues]

    at = source.now()
    frame = pipeline.RunFrame(
        home,
        "nightly",
        at,
        at + timedelta(minutes=1),
        "replay",
        False,
        settings,
    )
    stored = pipeline.store(frame, Batch(asyncio.run(ask()), settings), at + timedelta(minutes=1))
    night = settings.schedule.night_of(stored.snapshot_at)
    reports.write_report(home, reports.report_of(home, stored.run_id, settings), night)


def main() -> None:
    """Fork one run a home, so that the libraries are imported once."""
    recording, report = Path(sys.argv[1]), Path(sys.argv[2])
    for argument in sys.argv[3:]:
        folder, _, point = argument.partition("=")
        child = os.fork()
        if child == 0:
            deadline = Deadline(point)
            run(Home(Path(folder)), recording, deadline)
            if point == "none":
                report.write_text("\n".join(deadline.taken))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) not in {0, -signal.SIGKILL}:
            sys.exit(f"the run on {folder} ended with {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main()
