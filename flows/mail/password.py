"""The password of the mail server: from the settings, a file, or a block of the scheduler."""

import importlib
from pathlib import Path

from pydantic import SecretStr

from oirisk.flows.settings.sections import MailSettings
from oirisk.schemas.errors import ConfigurationError

_LONGEST = 4096
_BLOCKS = "prefect.blocks.system"


def with_password(settings: MailSettings) -> MailSettings:
    """Return settings with the password in place, wherever they say it is kept.

    Raises:
        ConfigurationError: The file or block cannot be read, or holds no password. No part of what
            it holds is shown.
    """
    if settings.password_file is not None:
        found = _of_file(settings.password_file)
    elif settings.password_block:
        found = _of_block(settings.password_block)
    else:
        return settings
    return settings.model_copy(update={"password": SecretStr(found)})


def _of_file(path: Path) -> str:
    """Read the first line of a file, such as a credential that systemd hands over."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"mail.password_file {path}: cannot read it: {error.strerror}; write the password "
            "there, and let nobody else read it"
        ) from error
    except UnicodeDecodeError:
        raise ConfigurationError(f"mail.password_file {path}: expected text in UTF-8") from None
    found = text.removesuffix("\n").removesuffix("\r")
    if not found or len(found) > _LONGEST or "\n" in found:
        raise ConfigurationError(
            f"mail.password_file {path}: expected the password alone, on one line of up to "
            f"{_LONGEST} characters, saw {len(text)} characters on {text.count(chr(10)) + 1} lines"
        )
    return found


def _of_block(name: str) -> str:
    """Load a Secret block of Prefect, which is imported here alone: most homes name none."""
    try:
        found = importlib.import_module(_BLOCKS).Secret.load(name, _sync=True).get()
    except Exception as error:  # noqa: BLE001 -- whatever the client raises
        raise ConfigurationError(
            f"mail.password_block {name!r}: Prefect's Secret block of that name cannot be loaded "
            f"({type(error).__name__}); make it on Prefect's pages, or set "
            "mail.password_file instead"
        ) from None
    if not isinstance(found, str) or not found:
        raise ConfigurationError(f"mail.password_block {name!r}: expected a text that is not empty")
    return found
