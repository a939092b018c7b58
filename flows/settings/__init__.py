"""Settings: ``oirisk.toml`` in the home folder, overridden by ``OIRISK_*`` in the environment.

Read once at the edge (the command line or the scheduler) and passed down; nothing below reads
the environment. A key that is not known is an error, so a typing mistake cannot go unnoticed.
"""

from oirisk.flows.settings.asking import FetchSettings, ObserveSettings, TopUpSettings
from oirisk.flows.settings.delivery import MailSettings, ScheduleSettings
from oirisk.flows.settings.figures import ReconcileSettings
from oirisk.flows.settings.model import DEFAULT_VENUES, Settings, load_settings
from oirisk.flows.settings.retention import RetentionSettings
from oirisk.flows.settings.series import SeriesSettings
from oirisk.flows.settings.template import commented_toml

__all__ = [
    "DEFAULT_VENUES", "FetchSettings", "MailSettings", "ObserveSettings",
    "ReconcileSettings", "RetentionSettings", "ScheduleSettings", "SeriesSettings", "Settings",
    "TopUpSettings", "commented_toml", "load_settings",
]  # fmt: skip
