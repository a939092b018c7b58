"""``report`` and ``send``."""

import datetime as dt
from pathlib import Path

from oirisk.flows.commands.output import print_line
from oirisk.flows.commands.rederive import day
from oirisk.flows.mailing import latest_report_day, mail_report
from oirisk.flows.reports import report_of, write_report
from oirisk.flows.settings import load_settings
from oirisk.flows.sources import wall_clock
from oirisk.schemas.errors import HomeError
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading
from oirisk.warehouse.sql_files import statement


def report(home: Path, date: str) -> int:
    """Write the newest report, or a day's, again."""
    place = Home(home)
    run = _latest_run(place, day("--date", date) if date else None)
    path = write_report(place, report_of(place, run, load_settings(home)))
    print_line(f"report: {path.resolve()}")
    return 0


def send(home: Path, date: str) -> int:
    """Mail a report and say what became of it."""
    place = Home(home)
    night = day("--date", date) if date else latest_report_day(place)
    deliveries = mail_report(place, night, load_settings(home).mail, wall_clock())
    for delivery in deliveries:
        where = delivery.path.resolve() if delivery.path else delivery.recipient
        print_line(f"{delivery.state}: {where} {delivery.detail}".rstrip())
    return 1 if any(delivery.state == "failed" for delivery in deliveries) else 0


def _latest_run(home: Home, night: dt.date | None) -> str:
    with reading(home) as connection:
        runs = query(connection, statement("report/latest_run.sql"), {"report_date": night})
    if runs.is_empty():
        when = f" on {night}" if night else ""
        raise HomeError(
            f"no completed run{when} is published in {home.root}; without --date the newest is "
            "taken, and `oirisk nightly` makes one"
        )
    return str(runs["run_id"][0])
