"""Whether mail settings can work: seen before a night begins, and before a server is called."""

import ipaddress
import re
import ssl

from oirisk.flows.mail.message import parse_address
from oirisk.flows.mail.password import with_password
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
