"""``schedule``."""

from pathlib import Path

from oirisk.flows.nightly import JOBS, catch_up_job
from oirisk.flows.schedule import serve
from oirisk.flows.settings.model import load_settings
from oirisk.schemas.errors import HomeError


def schedule(home: Path) -> int:
    """Serve the nightly deployment until stopped.

    Raises:
        HomeError: The home cannot be a folder, so that no night could be stored.
    """
    if home.exists() and not home.is_dir():
        raise HomeError(f"{home} is no folder; point --home at the one that is to hold everything")
    serve(home, load_settings(home), JOBS, at_start=catch_up_job.name)
    return 0
