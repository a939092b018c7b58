"""``maintain``."""

from dataclasses import asdict
from pathlib import Path

from oirisk.flows.cli.output import print_json, print_line, print_table
from oirisk.flows.cli.progress import shown_progress
from oirisk.flows.exchanges.sources import wall_clock
from oirisk.flows.maintain import maintain_home, require_reach
from oirisk.flows.settings.model import load_settings
from oirisk.warehouse.home import Home
from oirisk.warehouse.maintain import Done


def maintain(home: Path, *, dry_run: bool, as_json: bool) -> int:
    """Thin out, archive and compact as the settings say, and tell what was done.

    Args:
        home: The home folder.
        dry_run: Only say what would be done.
        as_json: Print one JSON document.

    Returns:
        0.

    Raises:
        HomeError: Nothing has run in that home yet, or another process writes in it.
    """
    settings = load_settings(home)
    require_reach(settings)
    with shown_progress() as progress:
        progress.step("reading the warehouse" if dry_run else "maintaining the home")
        done = maintain_home(Home(home), settings.retention, wall_clock(), dry_run=dry_run)
    if as_json:
        print_json({"dry_run": dry_run, "actions": [asdict(one) for one in done]})
    elif done:
        print_table("would be done" if dry_run else "done", [_row(one) for one in done])
    else:
        print_line("nothing to do")
    return 0


def _row(done: Done) -> dict[str, object]:
    return {
        "action": done.action,
        "target": done.target,
        "to": done.resolution,
        "older than": f"{done.older_than:%Y-%m-%d}" if done.older_than else None,
        "rows": done.rows_before,
        "taken out": done.rows_removed,
        "bytes": done.bytes_before,
        "bytes after": done.bytes_after,
        "kept in": done.archive,
    }
