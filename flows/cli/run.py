"""``nightly``, ``snapshot`` and ``record``."""

import asyncio
import importlib
import json
import os
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal

from oirisk.flows.cli.as_of import instant
from oirisk.flows.cli.output import print_json, print_line, print_note, print_table
from oirisk.flows.cli.preflight import require_usable
from oirisk.flows.cli.progress import shown_progress
from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.sources import require_present, wall_clock
from oirisk.flows.job import SANDBOX, may_name_a_server
from oirisk.flows.night import Night, run_night
from oirisk.flows.notify import watched
from oirisk.flows.outcome import Outcome
from oirisk.flows.progress import PROGRESS
from oirisk.flows.record import record_run
from oirisk.flows.settings.model import load_settings
from oirisk.warehouse.home import Home


def nightly(home: Path, as_of: str, replay: Path | None, *, as_json: bool) -> int:
    """Run the nightly flow and say what came of it."""
    night = _night("nightly", home, as_of, replay)
    with nullcontext() if replay else watched(Home(home), load_settings(home), wall_clock):
        outcome = run_flow(night)
    return announce(outcome, home, as_json=as_json, has_report=True)


def snapshot(home: Path, as_of: str, replay: Path | None, *, as_json: bool) -> int:
    """Run the snapshot flow and say what came of it."""
    outcome = run_flow(_night("snapshot", home, as_of, replay))
    return announce(outcome, home, as_json=as_json, has_report=False)


def _night(
    flow: Literal["nightly", "snapshot"], home: Path, as_of: str, replay: Path | None
) -> Night:
    sandbox = None if replay else os.environ.get(SANDBOX)
    return Night(home, flow, instant(as_of), replay, sandbox)


def record(home: Path, file: Path) -> int:
    """Ask the exchanges and write what they say to a recording."""
    with shown_progress() as progress:
        snapshots = asyncio.run(record_run(load_settings(home), file, progress))
    failures = {one.venue: one.failures for one in snapshots if one.failures}
    for one in snapshots:
        if one.failures or one.notes:
            print_line(f"{one.venue}: {'; '.join([*one.failures, *one.notes])}")
    print_line(f"recorded {sum(len(one.responses) for one in snapshots)} responses in {file}")
    return 1 if failures else 0


def run_flow(night: Night) -> Outcome:
    """Run a night in this process, with progress shown; as a flow where a server is configured.

    What cannot go well is refused here, before anything is asked.

    Raises:
        ConfigurationError: The settings are refused, or exchanges would be asked about another
            time than now.
        HomeError: The database cannot lie in that folder.
        RecordingError: The recording cannot be read.
    """
    settings = load_settings(night.home)
    require_usable(night.home, settings)
    if night.replay:
        read_recording(night.replay)
    elif night.as_of and not night.sandbox:
        require_present(night.as_of, settings.coverage.max_age_minutes)
    with shown_progress() as progress:
        token = PROGRESS.set(progress)
        try:
            return asyncio.run(_runner()(night))
        finally:
            PROGRESS.reset(token)


def _runner() -> Callable[[Night], Coroutine[Any, Any, Outcome]]:
    """Return what runs a night: Prefect's flow where a server answers, else the plain coroutine."""
    if not may_name_a_server():
        return run_night
    server = importlib.import_module("oirisk.flows.server")
    if not server.is_configured():
        return run_night
    if reason := server.silence():
        print_note(f"{reason}; this run goes without it and is not shown there: {server.WAY_OUT}")
        return run_night
    shown: Callable[[Night], Coroutine[Any, Any, Outcome]] = importlib.import_module(
        "oirisk.flows.nightly"
    ).run_shown
    return shown


def announce(outcome: Outcome, home: Path, *, as_json: bool, has_report: bool) -> int:
    """Print the outcome of a run and return its exit status."""
    night = load_settings(home).schedule.night_of(outcome.snapshot_at)
    report = Home(home).report(night) / "index.html"
    if as_json:
        content = json.loads(json.dumps(outcome.__dict__, default=str))
        print_json({**content, "report": str(report.resolve()) if has_report else None})
    else:
        rows = [
            {"venue": venue, "status": status, "what is missing": outcome.reasons.get(venue)}
            for venue, status in outcome.statuses.items()
        ]
        print_table(f"run {outcome.run_id}: {outcome.state}", rows)
        print_line(f"{outcome.accepted} rows accepted, {outcome.rejected} rejected")
        for recipient in outcome.refused:
            print_line(f"not mailed to {recipient}")
        if has_report:
            print_line(f"report: {report.resolve()}")
    return 0 if outcome.state == "completed" and not outcome.refused else 1
