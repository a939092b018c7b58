"""``nightly``, ``snapshot`` and ``record``."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

from oirisk.flows.cli.as_of import instant
from oirisk.flows.cli.output import print_json, print_line, print_note, print_table
from oirisk.flows.cli.preflight import require_usable
from oirisk.flows.cli.progress import shown_progress
from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.sources import require_present
from oirisk.flows.nightly import nightly as nightly_flow
from oirisk.flows.nightly import snapshot as snapshot_flow
from oirisk.flows.outcome import Outcome
from oirisk.flows.progress import PROGRESS
from oirisk.flows.record import record_run
from oirisk.flows.server import with_or_without_server
from oirisk.flows.settings.model import load_settings
from oirisk.warehouse.home import Home


def nightly(home: Path, as_of: str, replay: Path | None, *, as_json: bool) -> int:
    """Run the nightly flow and say what came of it."""
    outcome = run_flow("nightly", home, instant(as_of), replay=replay)
    return announce(outcome, home, as_json=as_json, has_report=True)


def snapshot(home: Path, as_of: str, replay: Path | None, *, as_json: bool) -> int:
    """Run the snapshot flow and say what came of it."""
    outcome = run_flow("snapshot", home, instant(as_of), replay=replay)
    return announce(outcome, home, as_json=as_json, has_report=False)


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


def run_flow(
    name: str,
    home: Path,
    as_of: datetime | None,
    *,
    replay: Path | None = None,
    sandbox: str | None = None,
) -> Outcome:
    """Run a flow in this process, with progress shown.

    What cannot go well is refused here, before the scheduler takes its time.

    Raises:
        ConfigurationError: The settings are refused, or exchanges would be asked about another
            time than now.
        HomeError: The database cannot lie in that folder.
        RecordingError: The recording cannot be read.
    """
    chosen = nightly_flow if name == "nightly" else snapshot_flow
    settings = load_settings(home)
    require_usable(home, settings)
    if replay:
        read_recording(replay)
    elif as_of and not sandbox:
        require_present(as_of, settings.coverage.max_age_minutes)
    with shown_progress() as progress:
        token = PROGRESS.set(progress)
        progress.step("starting the scheduler engine (10 to 20 seconds without a Prefect server)")
        try:
            with with_or_without_server() as note:
                if note:
                    print_note(note)
                return asyncio.run(
                    chosen(
                        str(home),
                        as_of=as_of,
                        replay=str(replay) if replay else None,
                        sandbox=sandbox,
                    )
                )
        finally:
            PROGRESS.reset(token)


def announce(outcome: Outcome, home: Path, *, as_json: bool, has_report: bool) -> int:
    """Print the outcome of a run and return its exit status."""
    report = Home(home).report(outcome.snapshot_at.date()) / "index.html"
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
