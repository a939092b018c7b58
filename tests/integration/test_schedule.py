"""The schedule: what is handed to the scheduler, and a scheduled run from start to end."""

import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import cloudpickle
import duckdb
import pytest

from oirisk.flows import schedule
from oirisk.flows.nightly import nightly, snapshot
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import ScheduleSettings
from oirisk.schemas.errors import ConfigurationError

SERVE = """
from datetime import timedelta
from pathlib import Path
from prefect.schedules import Interval
from oirisk.flows import schedule
from oirisk.flows.nightly import nightly
from oirisk.flows.settings.model import load_settings
serve = nightly.serve
def with_recording(**options):
    serve(**{{**options, "parameters": {{**options["parameters"], "replay": {recording!r}}}}})
nightly.serve = with_recording
schedule.cron = lambda settings: Interval(timedelta(seconds=5))
schedule.serve(Path({home!r}), load_settings(Path({home!r})))
"""


def test_the_deployment_is_the_flow_of_the_command_line_with_cron_zone_and_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(nightly, "serve", lambda **options: seen.update(options))
    monkeypatch.setattr(schedule, "scheduler", nullcontext)
    zone = ScheduleSettings(cron="30 6 * * 1-5", timezone="Europe/Zurich")
    monkeypatch.chdir(tmp_path)
    schedule.serve(Path("home"), Settings(schedule=zone))
    assert seen["schedule"].cron == "30 6 * * 1-5"
    assert seen["schedule"].timezone == "Europe/Zurich"
    assert seen["parameters"] == {"home": str(tmp_path / "home")}
    assert seen["global_limit"].limit == 1


def test_the_scheduler_can_carry_both_flows_to_a_process_of_their_own() -> None:
    for one in (nightly, snapshot):
        assert cloudpickle.loads(cloudpickle.dumps(one)).name == one.name


def test_an_expression_that_only_the_scheduler_cannot_read_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"schedule\.cron"):
        schedule.cron(ScheduleSettings.model_construct(cron="never", timezone="UTC"))


@pytest.mark.integration
def test_a_scheduled_run_starts_by_itself_and_stores_the_night(
    tmp_path: Path, tape: Any, gate_row: Any
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    recording = tape.gate(gate_row(3_000, 50_000)).write()
    code = SERVE.format(home=str(home), recording=str(recording))
    environment = {
        **os.environ,
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        "DO_NOT_TRACK": "1",
    }
    with subprocess.Popen(  # noqa: S603 -- own code
        [sys.executable, "-c", code], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            assert _appears(home / "published" / "warehouse.duckdb", seconds=150)
        finally:
            os.killpg(server.pid, signal.SIGKILL)
    with duckdb.connect(str(home / "published" / "warehouse.duckdb"), read_only=True) as copy:
        rows = copy.execute("select flow, source, state from ops.runs").fetchall()
    assert set(rows) == {("nightly", "replay", "completed")}


def _appears(path: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if path.is_file():
            return True
        time.sleep(0.5)
    return False
