"""``backup`` and ``restore``."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from oirisk.flows.cli.output import print_json, print_line
from oirisk.flows.cli.progress import shown_progress
from oirisk.flows.exchanges.sources import wall_clock
from oirisk.flows.rederive import rederive_since
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.warehouse.home import Home
from oirisk.warehouse.recovery import RAW, Kept, back_up, clear_for_remaking
from oirisk.warehouse.recovery import restore as restore_home


def backup(home: Path, target: Path, *, as_json: bool) -> int:
    """Copy the warehouse to a file, or all that cannot be had again to a folder."""
    with shown_progress() as progress:
        progress.step("copying, and reading the copy")
        kept = back_up(Home(home), target)
    if as_json:
        print_json(asdict(kept))
    else:
        print_line(
            f"{kept.place}: {kept.runs} runs, newest {_instant(kept.newest)}; every block of the "
            f"copy was read; {kept.files} files written"
        )
    return 0


def restore(home: Path, origin: str, *, as_json: bool) -> int:
    """Bring a warehouse back and say what it knows and what it took the place of.

    Raises:
        HomeError: There is nothing to restore from, it is damaged or of a newer version, or
            another process writes in the home.
    """
    settings, place, now = load_settings(home), Home(home), wall_clock()
    with shown_progress() as progress:
        progress.step("reading what to restore from")
        kept = remake(place, settings, now) if origin == RAW else restore_home(place, origin, now)
    if as_json:
        print_json(asdict(kept))
        return 0
    print_line(f"restored {kept.place}: {kept.runs} runs, newest {_instant(kept.newest)}")
    for path in kept.aside:
        print_line(f"kept what was there: {path}")
    if origin == RAW:
        print_line("history that was imported or backfilled is not in it: do that again")
    elif kept.newest is not None:
        print_line(
            f"runs archived since then come back with "
            f"`oirisk rederive --since {kept.newest:%Y-%m-%d}`"
        )
    return 0


def remake(home: Home, settings: Settings, now: datetime) -> Kept:
    """Make a warehouse again from all archived responses."""
    first, aside = clear_for_remaking(home, now)
    done = rederive_since(home, first, settings, now, remakes=True)
    return Kept(home.root, done.runs, done.last, aside=tuple(aside))


def _instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "none"
