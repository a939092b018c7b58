"""``import``."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from oirisk.flows.cli.output import print_json, print_line, print_table
from oirisk.flows.cli.progress import shown_progress
from oirisk.flows.exchanges.configured import chosen_venues, known_venues
from oirisk.flows.exchanges.sources import wall_clock
from oirisk.flows.imports.load import Imported, import_files
from oirisk.flows.imports.venue_names import venue_names
from oirisk.flows.looks_back import closed_note
from oirisk.flows.marts import build_stale
from oirisk.flows.settings.model import load_settings
from oirisk.warehouse.home import Home
from oirisk.warehouse.standing import suspects_of
from oirisk.warehouse.writer import Writer

_NAMED = 20


def import_history(home: Path, files: Sequence[str], *, as_json: bool) -> int:
    """Import files and say what came of it; 1 when rows are missing: see ``Imported.state``."""
    now, settings = wall_clock(), load_settings(home)
    with shown_progress() as progress:

        def build(connection: Writer, done: Imported) -> Imported:
            progress.step("building the marts of what was imported")
            build_stale(connection, settings, now)
            return replace(done, suspect=suspects_of(connection, done.run_id))

        names = venue_names(known_venues(settings), chosen_venues(settings))
        done = import_files(Home(home), files, now, progress.step, names, build)
    if as_json:
        print_json({**asdict(done), "state": done.state, "error": done.error})
    else:
        _print(done)
        if note := closed_note(Home(home), settings, done.since):
            print_line(note)
    return 0 if done.state == "completed" else 1


def _print(done: Imported) -> None:
    print_line(f"import {done.run_id}: {done.state}, {done.files} files of {done.form}")
    print_line(f"{done.received} rows received, {done.accepted} accepted, {done.rejected} rejected")
    if not done.received and done.error:
        print_line(done.error)
    print_line(f"{done.inserted} stored now, {done.superseded} restated")
    for reason, count in done.suspect.items():
        print_line(f"{count} rows are suspect, and in no total: {reason}")
    for name in done.renamed:
        print_line(f"{name}: stored under the names of its order books, see `oirisk venues`")
    if done.left_aside:
        print_line(f"{done.left_aside} rows on other things than coins were left aside")
    if done.unknown_venues:
        print_line(
            f"venues that oirisk does not know: {', '.join(done.unknown_venues)}; each counts as "
            "an order book of its own"
        )
    if done.checks:
        rows = [{"check": check, "rows": count} for check, count in done.checks.items()]
        print_table("refused, whole in ops.rejects", rows)
    if done.gaps:
        _print_gaps(done)


def _print_gaps(done: Imported) -> None:
    rows = [
        {
            "symbol": gap["symbol"],
            "from": f"{gap['since']:%Y-%m-%d %H:%M}",
            "to": f"{gap['until']:%Y-%m-%d %H:%M}",
            "steps missing": gap["missing_steps"],
            "whole days missing": ", ".join(gap["missing_days"][:_NAMED])
            + (" …" if len(gap["missing_days"]) > _NAMED else ""),
        }
        for gap in done.gaps[:_NAMED]
    ]
    print_table("gaps in what was imported", rows)
    if len(done.gaps) > _NAMED:
        print_line(f"and {len(done.gaps) - _NAMED} more symbols with gaps; --json lists all")
