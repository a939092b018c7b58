"""Read the report of a run: its queries, the schedule, and what was configured of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from oirisk.flows.briefing.answers import Answers
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import ScheduleSettings
from oirisk.schemas.report.briefing import Query, Report
from oirisk.templates.sections import queries
from oirisk.transforms.report.assemble import assemble
from oirisk.transforms.report.facts import Choices, Facts
from oirisk.warehouse.published import Reader


def read_report(
    connection: Reader, run_id: str, settings: Settings, instant: datetime | None = None
) -> Report:
    """Make the report of a run, or of an instant of history that it stored.

    Args:
        connection: The published copy.
        run_id: A run on record there.
        settings: Limits and sizes.
        instant: What the report speaks of; None: the run's own snapshot.

    Raises:
        HomeError: The run is not on record.
    """
    answers = Answers(connection, settings, run_id, instant)
    for _, name in queries():
        answers.ask(name)
    facts = Facts(answers.run, _choices(settings), answers.rows, answers.each)
    is_history = facts.run["is_history"]
    return assemble(
        facts,
        next_run=None if is_history else next_run(settings.schedule, facts.at),
        queries=tuple(
            Query(section=kept, sql=sql)
            for kept, asked in queries()
            for name, sql in answers.queries
            if name == asked
        ),
    )


def _choices(settings: Settings) -> Choices:
    return Choices(
        minimum_coverage=settings.coverage.minimum,
        rotation=settings.clusters.rotation,
        top_assets=settings.report.top_assets,
        top_clusters=settings.report.top_clusters,
        top_options=settings.report.top_options,
        has_accounts=settings.observe.accounts_file is not None,
    )


def next_run(schedule: ScheduleSettings, after: datetime) -> datetime | None:
    """Return when the schedule runs next; None when its expression cannot be read."""
    try:
        return next(CronSim(schedule.cron, after.astimezone(ZoneInfo(schedule.timezone))))
    except (CronSimError, StopIteration, LookupError, ValueError, OSError):
        return None
