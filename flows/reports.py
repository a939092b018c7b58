"""The report of a run: assembled from the published copy, rendered into its folder."""

from datetime import datetime
from pathlib import Path

from oirisk.flows.briefing import read_report
from oirisk.flows.report_archive import write_archive
from oirisk.flows.settings.model import Settings
from oirisk.schemas.report.briefing import Report
from oirisk.templates.render import RenderedReport, render_report
from oirisk.warehouse.files import write_whole
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import reading


def report_of(home: Home, run: str, settings: Settings, instant: datetime | None = None) -> Report:
    """Assemble the report of a run, or of an instant of history, from the published copy alone."""
    with reading(home) as connection:
        return read_report(connection, run, settings, instant)


def write_report(home: Home, report: Report, night: str) -> Path:
    """Render a report into the folder of its night, and the archive of all reports.

    Returns:
        Path of ``index.html``.
    """
    rendered = render_report(report)
    folder = home.report(night)
    for name, content in _report_files(rendered).items():
        write_whole(folder / name, content)
    _drop_stale_charts(folder, rendered)
    write_archive(home)
    return folder / "index.html"


def _drop_stale_charts(folder: Path, rendered: RenderedReport) -> None:
    """Remove charts of an earlier report of the same day that this one does not have."""
    for path in folder.glob("charts/*.png"):
        if path.stem not in rendered.charts:
            path.unlink()


def _report_files(rendered: RenderedReport) -> dict[str, str | bytes]:
    charts = {f"charts/{name}.png": png for name, png in rendered.charts.items()}
    return {
        **charts,
        "report.json": rendered.report_json,
        "email.html": rendered.email_html,
        "email.txt": rendered.email_text,
        "index.html": rendered.index_html,
    }
