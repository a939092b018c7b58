"""``report`` and ``send``."""

import datetime as dt
from pathlib import Path

from oirisk.flows.cli.output import print_line
from oirisk.flows.cli.rederive import day
from oirisk.flows.exchanges.sources import wall_clock
from oirisk.flows.mail.mailing import latest_report_day, mail_report, read_report
from oirisk.flows.reports import report_of, write_report
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.schemas.errors import HomeError
from oirisk.schemas.report.briefing import Report
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading
from oirisk.warehouse.sql_files import statement


def report(home: Path, date: str, *, stored: bool) -> int:
    """Write the newest report, or a day's, again, from the warehouse or its ``stored`` figures."""
    path = write_again(Home(home), day("--date", date) if date else None, stored=stored)
    print_line(f"report: {path.resolve()}")
    return 0


def write_again(home: Home, night: dt.date | None, *, stored: bool) -> Path:
    """Write the report of a night, None for the newest, and return its page."""
    made = _stored(home, night) if stored else _made(home, night, load_settings(home.root))
    return write_report(home, made)


def _stored(home: Home, night: dt.date | None) -> Report:
    return read_report(home.report(night or latest_report_day(home)))


def _made(home: Home, night: dt.date | None, settings: Settings) -> Report:
    run, instant = _subject(home, night)
    return report_of(home, run, settings, instant)


def send(home: Path, date: str) -> int:
    """Mail a report and say what became of it."""
    place = Home(home)
    night = day("--date", date) if date else latest_report_day(place)
    deliveries = mail_report(place, night, load_settings(home).mail, wall_clock())
    for delivery in deliveries:
        where = delivery.path.resolve() if delivery.path else delivery.recipient
        print_line(f"{delivery.state}: {where} {delivery.detail}".rstrip())
    return 1 if any(delivery.state == "failed" for delivery in deliveries) else 0


def _subject(home: Home, night: dt.date | None) -> tuple[str, dt.datetime | None]:
    """Find what to report: a run, or an instant of history and the run that stored it."""
    with reading(home) as connection:
        found = query(connection, statement("report/subject.sql"), {"report_date": night})
    if found.is_empty():
        when = f" on {night}" if night else ""
        raise HomeError(
            f"there is nothing to report{when} in {home.root}: no completed run is published "
            "there, and no totals of history. `oirisk nightly` makes a run, `oirisk build` totals "
            "of what was imported or backfilled; without --date the newest is taken"
        )
    row = found.row(0, named=True)
    return row["run_id"], row["snapshot_at"]
