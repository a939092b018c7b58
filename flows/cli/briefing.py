"""``report`` and ``send``."""

import datetime as dt
from pathlib import Path

from oirisk.flows.cli.as_of import day
from oirisk.flows.cli.output import print_line
from oirisk.flows.exchanges.sources import wall_clock
from oirisk.flows.mail.attempt import Delivery
from oirisk.flows.mail.mailing import flush, latest_night, mail_report, read_report
from oirisk.flows.reports import report_of, write_report
from oirisk.flows.settings.model import load_settings
from oirisk.schemas.errors import ConfigurationError, HomeError
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading
from oirisk.warehouse.sql_files import statement


def report(home: Path, date: str, *, stored: bool) -> int:
    """Write the newest report, or a day's, again, from the warehouse or its ``stored`` figures."""
    place = Home(home)
    if stored:
        path = write_stored(place, f"{day('--date', date)}" if date else latest_night(place))
    else:
        path = write_again(place, day("--date", date) if date else None)
    print_line(f"report: {path.resolve()}")
    return 0


def write_stored(home: Home, night: str) -> Path:
    """Write the page and the mail of a night from its figures, and return the page."""
    return write_report(home, read_report(home.report(night)), night)


def write_again(home: Home, night: dt.date | None) -> Path:
    """Write the report of a day, None for the newest, from the warehouse, and return its page."""
    settings = load_settings(home.root)
    run, instant = _subject(home, night, settings.schedule.timezone)
    told = report_of(home, run, settings, instant)
    return write_report(home, told, settings.schedule.night_of(told.as_of))


def send(home: Path, date: str, *, only_waiting: bool) -> int:
    """Mail a report, and what else waits in the outbox and is due; say what became of it."""
    place = Home(home)
    settings = load_settings(home)
    deliveries: list[Delivery] = []
    if not only_waiting:
        night = f"{day('--date', date)}" if date else latest_night(place)
        deliveries += mail_report(place, night, settings, wall_clock())
    elif date:
        raise ConfigurationError("--waiting is whatever waits: --date names one report; give one")
    for delivery in deliveries:
        where = delivery.path.resolve() if delivery.path else delivery.recipient
        print_line(f"{delivery.state}: {where} {delivery.words}".rstrip())
    others = flush(place, settings, wall_clock())
    for delivery in others:
        of = f"{delivery.recipient} (report of {delivery.report_date})"
        print_line(f"{delivery.state}: {of} {delivery.words}".rstrip())
    return 1 if any(delivery.is_missing for delivery in (*deliveries, *others)) else 0


def _subject(home: Home, night: dt.date | None, zone: str) -> tuple[str, dt.datetime | None]:
    """Find what to report: a run, or an instant of history and the run that stored it."""
    with reading(home) as connection:
        found = query(
            connection, statement("report/subject.sql"), {"report_date": night, "zone": zone}
        )
    if found.is_empty():
        when = f" on {night}" if night else ""
        raise HomeError(
            f"there is nothing to report{when} in {home.root}: no completed run is published "
            "there, and no totals of history. `oirisk nightly` makes a run, `oirisk build` totals "
            "of what was imported or backfilled; without --date the newest is taken"
        )
    row = found.row(0, named=True)
    return row["run_id"], row["snapshot_at"]
