"""Are the reports of a home whole? And how one that is not is written again."""

import re
from datetime import date
from pathlib import Path

from pydantic_core import from_json

from oirisk.flows.cli.briefing import write_again, write_stored
from oirisk.flows.mail.mailing import DATE_LENGTH
from oirisk.schemas.errors import OiRiskError
from oirisk.warehouse.findings import Finding
from oirisk.warehouse.home import Home

_NAME = "reports"
_NIGHT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{4}([+-]\d{4})?)?")
_PAGE_END = b"</html>"
_LONGEST_TAIL = 64


def check_reports(home: Home) -> Finding:
    """Return whether each report has figures that can be read, and a page that is whole.

    A report whose pages maintenance removed has its figures alone.
    """
    folders = _folders(home)
    try:
        damaged = [folder for folder in folders if not (_is_read(folder) and _is_whole(folder))]
    except OSError as error:
        return Finding(_NAME, "fail", f"not checked: {error}", "give them to this user")
    if not damaged:
        return Finding(_NAME, "ok", f"{len(folders)} reports, each whole")
    detail = f"{len(damaged)} of {len(folders)} damaged, first {damaged[0].name}"
    repair = f"`oirisk doctor --fix`, or `oirisk report --date {_day(damaged[0])}`, writes it again"
    return Finding(_NAME, "warn", detail, repair)


def mend_reports(home: Home) -> list[str]:
    """Write damaged reports again: from their figures, else from the published copy."""
    said = []
    for folder in _folders(home):
        try:
            is_read = _is_read(folder)
            if is_read and _is_whole(folder):
                continue
            page = write_stored(home, folder.name) if is_read else write_again(home, _day(folder))
            said.append(f"the report of {page.parent.name} is written again")
        except (OSError, OiRiskError) as error:
            said.append(f"the report of {folder.name} is not mended: {error}")
    return said


def _folders(home: Home) -> list[Path]:
    """Return the folders of nights: a date, and a time where there was more than one that day."""
    return sorted(path for path in home.reports.glob("*/") if _NIGHT.fullmatch(path.name))


def _day(folder: Path) -> date:
    return date.fromisoformat(folder.name[:DATE_LENGTH])


def _is_read(folder: Path) -> bool:
    """Return whether the figures are there and are JSON; another version may have written them."""
    path = folder / "report.json"
    try:
        return path.is_file() and isinstance(from_json(path.read_bytes()), dict)
    except ValueError:
        return False


def _is_whole(folder: Path) -> bool:
    """Return whether the page is there to its end, or pages were removed, all of them."""
    page, mail = folder / "index.html", folder / "email.html"
    if not page.exists():
        return not mail.exists()
    with page.open("rb") as file:
        file.seek(max(page.stat().st_size - _LONGEST_TAIL, 0))
        return file.read().rstrip().endswith(_PAGE_END)
