"""``status`` and ``catch-up``."""

from dataclasses import asdict
from pathlib import Path

from oirisk.flows.catch_up import Catcher
from oirisk.flows.cli.output import print_json, print_line, print_table
from oirisk.flows.cli.progress import shown_progress
from oirisk.flows.exchanges.sources import LiveSource, wall_clock
from oirisk.flows.night import plain_night
from oirisk.flows.settings.model import load_settings
from oirisk.flows.status import HomeStatus, status_of
from oirisk.flows.status import as_json as status_json
from oirisk.schemas.errors import HomeError
from oirisk.warehouse.home import Home


def status(home: Path, *, as_json: bool) -> int:
    """Say how a home stands: last night, next night, what is wrong; nothing is changed.

    Returns:
        0 when all is well, 1 when something is wrong.

    Raises:
        HomeError: There is no such home.
    """
    if not home.is_dir():
        raise HomeError(f"{home} is no folder: there is no home; point --home at one, or run init")
    found = status_of(Home(home), load_settings(home), wall_clock())
    if as_json:
        print_line(status_json(found))
        return int(bool(found.troubles))
    print_table(f"home {home}", _rows(found))
    for one in found.troubles:
        print_line(f"{one.id}: {one.what}; {one.repair}")
    print_line("something is wrong" if found.troubles else "all is well")
    return int(bool(found.troubles))


def _rows(found: HomeStatus) -> list[dict[str, object]]:
    night, success, upcoming = found.night_at, found.last_success_at, found.next_run_at
    told = {
        "last night": night and f"{night:%Y-%m-%d %H:%M} UTC, {found.night_state}",
        "last totals": success and f"{success:%Y-%m-%d %H:%M} UTC, {found.age_hours:.1f} hours ago",
        "next night": upcoming and f"{upcoming:%Y-%m-%d %H:%M %Z}",
        "covered": "unknown" if found.coverage is None else f"{found.coverage:.1%}",
        "exchanges that gave nothing": ", ".join(found.failed_venues),
        "mail waiting": str(found.mail_waiting),
        "mail given up": ", ".join(found.mail_given_up),
    }
    return [{"what": what, "how it stands": how or "none"} for what, how in told.items()]


def catch_up(home: Path, *, as_json: bool) -> int:
    """Make the nights that did not happen, and say what came of each.

    Returns:
        0 when none is missing now, 1 when one could not be made whole.
    """
    place, source = Home(home), LiveSource()
    with shown_progress() as progress:
        done = Catcher(
            place, load_settings(home), source, lambda due: plain_night(place, due, source),
            wall_clock, progress.step,
        ).catch_up()  # fmt: skip
    if as_json:
        print_json([asdict(one) for one in done])
    elif done:
        print_table("caught up", [asdict(one) for one in done])
    else:
        print_line("no night is missing")
    return int(any(one.state != "completed" for one in done))
