"""Whether mail settings can work, and the password wherever it is kept: known before a night."""

import importlib
import ipaddress
import re
import ssl
from pathlib import Path

from pydantic import SecretStr

from oirisk.flows.mail.message import parse_address
from oirisk.flows.settings.sections import MailSettings
from oirisk.schemas.errors import ConfigurationError

_NOT_IN_A_NAME = re.compile(r"[\s/:@\[\]?#]")


def require_mail(settings: MailSettings) -> None:
    """Refuse mail settings under which nothing could be sent; connects to nothing.

    Raises:
        ConfigurationError: Says which option, what was seen and what is needed.
    """
    parse_address(settings.sender, "mail.sender")
    for recipient in settings.recipients:
        parse_address(recipient, "mail.recipients")
    if settings.host:
        require_server(with_password(settings))


def require_server(settings: MailSettings) -> ssl.SSLContext | None:
    """Refuse a server that cannot be used safely; return how its connection is encrypted.

    Raises:
        ConfigurationError: Says which option, what was seen and what is needed.
    """
    _require_host(settings.host)
    _require_login(settings)
    if settings.security == "none":
        if not _is_loopback(settings.host):
            raise ConfigurationError(
                f"mail.security is none, but mail.host {settings.host!r} is another computer: "
                "mail and password would travel unencrypted; use starttls or tls"
            )
        return None
    return _tls_context(settings)


def _require_host(host: str) -> None:
    if _address(host) is not None:
        return
    if _NOT_IN_A_NAME.search(host):
        raise ConfigurationError(
            f"mail.host {host!r} is not a host name: write the name or address alone, such as "
            "smtp.example.org; the port goes into mail.port, encryption into mail.security"
        )
    try:
        host.encode("idna")
    except UnicodeError as error:
        raise ConfigurationError(f"mail.host {host!r} is not a host name: {error}") from error


def _require_login(settings: MailSettings) -> None:
    password = settings.password.get_secret_value()
    if settings.username and not password:
        raise ConfigurationError(
            f"mail.username is {settings.username!r}, but there is no password; set "
            "OIRISK_MAIL__PASSWORD or mail.password_file, or leave mail.username empty to send "
            "without login"
        )
    if not (settings.username + password).isascii():
        raise ConfigurationError(
            "mail.username and mail.password must be ASCII: SMTP logins carry nothing else"
        )


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _tls_context(settings: MailSettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.ca_file is not None:
        try:
            context.load_verify_locations(cafile=settings.ca_file)
        except OSError as error:
            raise ConfigurationError(
                f"mail.ca_file {str(settings.ca_file)!r} is not a readable PEM file of "
                f"certificates: {error}"
            ) from error
    return context


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
