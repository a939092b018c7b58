"""The schedule: what is handed to the scheduler, and a scheduled run from start to end."""

import importlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import cloudpickle
import duckdb
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectNotFound
from prefect.runner import Runner
from prefect.states import Running, Scheduled

from oirisk.flows import schedule
from oirisk.flows.nightly import JOBS, nightly, snapshot
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import ScheduleSettings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.errors import ConfigurationError

SERVE = """
from datetime import timedelta
from pathlib import Path
from prefect.schedules import Interval
from oirisk.flows import schedule
from oirisk.flows.nightly import JOBS
from oirisk.flows.settings.model import load_settings
schedule.cron = lambda expression, timezone: Interval(timedelta(seconds=5))
schedule.serve(Path({home!r}), load_settings(Path({home!r})), JOBS[:1], at_start="")
"""


class _Deployed:
    """A runner that only notes what it is given."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, Any]] = {}

    def add_flow(self, flow: Any, **options: Any) -> UUID:
        """Note a flow and its options."""
        self.seen[flow.name] = options
        return UUID(int=len(self.seen))


def test_jobs_are_deployed_by_their_expressions_and_take_no_parameters() -> None:
    zone = ScheduleSettings(
        cron="30 6 * * 1-5", timezone="Europe/Zurich", snapshot_cron="0 * * * *", maintain_cron=""
    )
    runner = _Deployed()
    deployed = schedule.deploy(cast("Runner", runner), JOBS, Settings(schedule=zone))
    assert list(deployed) == ["nightly", "snapshot", "catch-up"]
    crons = {name: one["schedule"].cron for name, one in runner.seen.items()}
    assert crons == {"nightly": "30 6 * * 1-5", "snapshot": "0 * * * *", "catch-up": "17 * * * *"}
    assert {one["schedule"].timezone for one in runner.seen.values()} == {"Europe/Zurich"}
    for job in JOBS:
        assert job.flow.parameters.properties == {}


def test_deployments_for_workers_are_the_same_jobs_at_the_default_times() -> None:
    text = (Path(__file__).resolve().parents[2] / "prefect.yaml").read_text()
    found = re.findall(
        r"- name: (\S+)\n +entrypoint: (\S+):(\S+)\n.*?cron: \"(.*?)\"", text, re.DOTALL
    )
    defaults = {job.flow.name: job.cron(ScheduleSettings()) for job in JOBS}
    assert {name: cron for name, _, _, cron in found} == {
        name: cron for name, cron in defaults.items() if cron
    }
    for name, module, attribute, _cron in found:
        assert getattr(importlib.import_module(module), attribute).name == name


@pytest.mark.integration
def test_what_is_left_of_an_earlier_scheduler_is_ended_and_what_is_yet_to_come_stays() -> None:
    with schedule.scheduler(), get_client(sync_client=True) as client:
        deployed = schedule.deploy(Runner(name="trial"), JOBS[:1], Settings())["nightly"]
        now = datetime.now(UTC)
        overdue, coming = (
            client.create_flow_run_from_deployment(deployed, state=Scheduled(scheduled_time=at))
            for at in (now - timedelta(days=3), now + timedelta(days=300))
        )
        left = client.create_flow_run_from_deployment(deployed, state=Scheduled(scheduled_time=now))
        client.set_flow_run_state(left.id, Running(), force=True)
        assert schedule.clear([deployed]) == 2
        assert client.read_flow_run(left.id).state_type == StateType.CRASHED
        assert client.read_flow_run(coming.id).state_type == StateType.SCHEDULED
        with pytest.raises(ObjectNotFound):
            client.read_flow_run(overdue.id)
        assert schedule.clear([deployed]) == 0


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Simulated exchanges at the time of day."""
    market = SimulatedMarket(7, end=datetime.now(UTC) + timedelta(days=1), days=3)
    with Sandbox(market, clock=lambda: datetime.now(UTC)).in_background() as running:
        yield running


def test_the_scheduler_can_carry_both_flows_to_a_process_of_their_own() -> None:
    for one in (nightly, snapshot):
        assert cloudpickle.loads(cloudpickle.dumps(one)).name == one.name


def test_an_expression_that_only_the_scheduler_cannot_read_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"schedule\.cron"):
        schedule.cron("never", "UTC")


@pytest.mark.integration
def test_a_scheduled_run_starts_by_itself_and_stores_the_night(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "oirisk.toml").write_text('venues = ["gate"]\n[clusters]\ntop_assets = 1\n')
    code = SERVE.format(home=str(home))
    environment = {
        **os.environ,
        "OIRISK_SANDBOX": sandbox.url,
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
    assert ("nightly", "sandbox", "completed") in rows
    assert {state for _flow, _source, state in rows} <= {"completed", "running"}


def _appears(path: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if path.is_file():
            return True
        time.sleep(0.5)
    return False
