"""Maintenance: thin out, archive and compact, as the settings say."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from oirisk.flows.looks_back import looks_back
from oirisk.flows.report_archive import write_archive
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import RetentionSettings
from oirisk.schemas.errors import ConfigurationError
from oirisk.warehouse.backups import prune_backups
from oirisk.warehouse.compact import compact
from oirisk.warehouse.home import Home
from oirisk.warehouse.maintain import (
    Done,
    Thinning,
    compact_raw,
    note,
    remove_old,
    thin,
)
from oirisk.warehouse.published import reading
from oirisk.warehouse.safety import require_warehouse
from oirisk.warehouse.writer import Writer, opened, transaction


def maintain_home(
    home: Home, settings: RetentionSettings, now: datetime, *, dry_run: bool
) -> list[Done]:
    """Do what the settings say; see ``oirisk.warehouse.maintain``.

    Raises:
        HomeError: There is no warehouse, or another process has it open.
    """
    require_warehouse(home)
    done: list[Done] = []
    if dry_run:
        with reading(home) as copy:
            done += _work(copy, home, settings, now, dry_run=True)
    else:
        with opened(home, now) as connection, transaction(connection):
            done += _work(connection, home, settings, now, dry_run=False)
    if not dry_run:
        prune_backups(home, settings.backups)
    if any(one.target == "reports" for one in done) and not dry_run:
        write_archive(home)
    if settings.compact:
        size = home.warehouse.stat().st_size
        would = Done(now, "compact", home.warehouse.name, bytes_before=size)
        done.append(would if dry_run else compact(home, now))
    return done


def _work(
    connection: Writer, home: Home, settings: RetentionSettings, now: datetime, *, dry_run: bool
) -> list[Done]:
    done: list[Done] = []
    for thinning in thinnings(settings, now):
        done += thin(connection, home, thinning, now, dry_run=dry_run)
    removed = remove_old(home, kept_since(settings, now), now, dry_run=dry_run)
    if not dry_run:
        note(connection, removed)
    if settings.compact:
        done += compact_raw(connection, home, now, dry_run=dry_run)
    return [*done, *removed]


def require_reach(settings: Settings) -> None:
    """Refuse to thin out what tonight's figures look back on.

    Raises:
        ConfigurationError: Rows would be thinned while other settings still ask for them.
    """
    retention, needed = settings.retention, looks_back(settings)
    for name, days, resolution in (
        ("fine_days", retention.fine_days, "1h"),
        ("hourly_days", retention.hourly_days, "1d"),
    ):
        least = needed[resolution] / timedelta(days=1)
        if 0 < days < least:
            raise ConfigurationError(
                f"retention.{name}: {days} days are set, and other settings look back on "
                f"{least:.0f}: squeeze_days, history_days, lookback_days or the anomaly baseline"
            )


def thinnings(settings: RetentionSettings, now: datetime) -> Sequence[Thinning]:
    """Say what is thinned; whole days, so that doing it twice a day changes nothing more."""
    midnight = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    days = {"1h": settings.fine_days, "1d": settings.hourly_days}
    return [
        Thinning(resolution, midnight - timedelta(days=count))
        for resolution, count in days.items()
        if count
    ]


def kept_since(settings: RetentionSettings, now: datetime) -> dict[str, date]:
    """Say since which day responses and reports are kept whole, of those that are not for ever."""
    days = {"raw": settings.raw_days, "reports": settings.reports_days}
    today = now.astimezone(UTC).date()
    return {name: today - timedelta(days=count) for name, count in days.items() if count}
