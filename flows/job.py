"""What a job is told and how it is started: nothing here loads Prefect, which takes a second."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oirisk.flows.settings.sections import ScheduleSettings

SANDBOX = "OIRISK_SANDBOX"
"""Address of simulated exchanges that runs ask instead of real ones; for trials."""

HOME, PARENT = "OIRISK_HOME", "OIRISK_SCHEDULER_PID"
"""What the jobs' processes are told: the home they serve, and whose end is theirs."""

_NAMING = ("PREFECT_API_URL", "PREFECT_PROFILE", "PREFECT_PROFILES_PATH")


@dataclass(frozen=True)
class Job:
    """A flow that runs by itself, and when; an empty cron expression means: never."""

    flow: Any
    cron: Callable[[ScheduleSettings], str]


def may_name_a_server() -> bool:
    """Return whether any place that Prefect reads could name a server of its own.

    False is certain; whether one is named, ``oirisk.flows.server.is_configured`` knows.

    Source:
        Prefect 3, settings and profiles: environment, ``.env``, ``prefect.toml``,
        ``pyproject.toml``, active profile.
    """
    profiles = Path(os.environ.get("PREFECT_HOME") or "~/.prefect") / "profiles.toml"
    places = {
        Path("prefect.toml"): "",
        Path("pyproject.toml"): "[tool.prefect",
        Path(".env"): "PREFECT_",
        profiles.expanduser(): "PREFECT_API_URL",
    }
    return any(os.environ.get(name) for name in _NAMING) or any(
        path.is_file() and word in path.read_text("utf-8", "replace")
        for path, word in places.items()
    )
