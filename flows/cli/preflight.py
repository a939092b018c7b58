"""What a command makes sure of before it asks anyone: that its settings can work at all."""

from pathlib import Path

from oirisk.flows.exchanges.account_lists import read_accounts
from oirisk.flows.exchanges.configured import chosen_venues
from oirisk.flows.mail.usable import require_mail
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import ObserveSettings
from oirisk.schemas.errors import ConfigurationError, RecordingError
from oirisk.warehouse.home import Home
from oirisk.warehouse.paths import require_database_path


def require_usable(home: Path, settings: Settings) -> None:
    """Refuse settings that a night would find unusable only at its end.

    Raises:
        ConfigurationError: An exchange, the mail or the list of accounts cannot work.
        HomeError: The database cannot lie in that folder.
    """
    require_database_path(Home(home).warehouse)
    chosen_venues(settings)
    require_mail(settings.mail)
    require_accounts(home, settings.observe)


def require_accounts(home: Path, settings: ObserveSettings) -> None:
    """Refuse a list of accounts that cannot be read.

    Raises:
        ConfigurationError: It is missing, or holds something else.
    """
    if settings.accounts_file is None:
        return
    try:
        read_accounts(home / settings.accounts_file)
    except RecordingError as error:
        raise ConfigurationError(
            f"observe.accounts_file: {error}; put the list there, or leave the option empty"
        ) from error
