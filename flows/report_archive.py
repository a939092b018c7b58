"""The page that lists all reports, and what it says of each, kept so that none is read again.

``reports/archive.json`` has a line for each folder. A report that is newer than it, or is not in
it, is read; without it all are.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from oirisk.schemas.report.briefing import Report
from oirisk.templates.render import ArchiveEntry, archive_entry, render_archive
from oirisk.warehouse.files import write_whole
from oirisk.warehouse.home import Home

log = logging.getLogger(__name__)

Known = Mapping[str, ArchiveEntry | None]
"""What is said of each report, by folder; None of one that this version cannot read."""

_INDEX: TypeAdapter[dict[str, ArchiveEntry | None]] = TypeAdapter(dict[str, ArchiveEntry | None])


def write_archive(home: Home) -> None:
    """Write the page, and what it says of each report."""
    known = _known(home)
    write_whole(_index(home), _INDEX.dump_json(dict(known)))
    entries = [_linked(home, day, entry) for day, entry in known.items() if entry is not None]
    write_whole(home.reports / "index.html", render_archive(entries))


def _index(home: Home) -> Path:
    return home.reports / "archive.json"


def _known(home: Home) -> Known:
    """Return what is said of every report, reading those alone that have changed."""
    files = sorted(home.reports.glob("*/report.json"))
    before, written_at = _kept(home)
    return {
        path.parent.name: before[path.parent.name]
        if path.parent.name in before and path.stat().st_mtime_ns < written_at
        else _entry(path)
        for path in files
    }


def _kept(home: Home) -> tuple[Known, int]:
    """Return what was kept, and when; nothing where it is missing or damaged."""
    path = _index(home)
    try:
        return _INDEX.validate_json(path.read_bytes()), path.stat().st_mtime_ns
    except FileNotFoundError:
        return {}, 0
    except ValidationError as error:
        log.warning("list of reports is made anew path=%s errors=%d", path, error.error_count())
        return {}, 0


def _entry(path: Path) -> ArchiveEntry | None:
    try:
        report = Report.model_validate_json(path.read_bytes())
    except ValidationError as error:
        log.warning("report not in the archive path=%s errors=%d", path, error.error_count())
        return None
    return archive_entry(report, f"{path.parent.name}/index.html")


def _linked(home: Home, day: str, entry: ArchiveEntry) -> ArchiveEntry:
    """Link what is left of a report, where maintenance took its page away."""
    if (home.reports / day / "index.html").is_file():
        return entry
    return replace(entry, href=f"{day}/report.json")
