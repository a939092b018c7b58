"""``schedule``."""

from pathlib import Path

from oirisk.flows.cli.preflight import require_usable
from oirisk.flows.nightly import JOBS, catch_up_job
from oirisk.flows.schedule import serve
from oirisk.flows.settings.model import load_settings
from oirisk.schemas.errors import HomeError


def schedule(home: Path) -> int:
    """Serve the nightly deployment until stopped.

    Raises:
        ConfigurationError: The settings cannot work.
        HomeError: The home cannot be a folder, so that no night could be stored.
    """
    if home.exists() and not home.is_dir():
        raise HomeError(f"{home} is no folder; point --home at the one that is to hold everything")
    settings = load_settings(home)
    require_usable(home, settings)
    serve(home, settings, JOBS, at_start=catch_up_job.name)
    return 0
