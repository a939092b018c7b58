"""Begin a run on simulated exchanges, ask some of them, and die by SIGKILL.

Usage: ``python cut_run.py HOME URL INSTANT VENUE ...``
"""

import asyncio
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import select_venues
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.pipeline import RunFrame
from oirisk.flows.run import begun, keep
from oirisk.flows.settings.model import Settings
from oirisk.warehouse.home import Home


def main() -> None:
    """Ask, keep each answer, die."""
    folder, url, instant, *venues = sys.argv[1:]
    at = datetime.fromisoformat(instant)
    settings = Settings(venues=("bybit", "gate", "okx"))
    source = SandboxSource(clock=lambda: at, url=url)
    frame = RunFrame(
        home=Home(Path(folder)), flow="nightly", snapshot_at=at, started_at=at, source="sandbox",
        is_simulated=True, settings=settings,
    )  # fmt: skip
    with begun(frame) as run:
        for venue in select_venues(venues) if venues else ():
            keep(run.frame, asyncio.run(fetch_venue(venue, source, settings.fetch)))
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
