"""One connection to the mail server: encrypted, verified, and never louder than it must be."""

import base64
import ipaddress
import logging
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from oirisk.flows.mail.password import with_password
from oirisk.flows.settings.sections import MailSettings
from oirisk.schemas.errors import ConfigurationError

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30.0
_LONGEST_WORDS = 300


@dataclass(frozen=True)
class Refusal:
    """Why the server did not take a message.

    Args:
        words: The server's words, or the operating system's; never the password.
        is_temporary: Whether trying again soon may help.
    """

    words: str
    is_temporary: bool


class MailServer:
    """The configured server; connects when first needed, and again after a lost connection.

    Args:
        settings: Where to connect and how.

    Raises:
        ConfigurationError: The settings would send in the clear or cannot work; says which
            option, what was seen and what is needed. Nothing has been connected by then.
    """

    def __init__(self, settings: MailSettings) -> None:
        """Refuse unsafe settings; connect to nothing yet."""
        settings = with_password(settings)
        _require_safe(settings)
        self._settings = settings
        self._context = None if settings.security == "none" else _tls_context(settings)
        self._client: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Connect to nothing yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Take leave; in the middle of a message just hang up, so that it is not taken."""
        client, self._client = self._client, None
        if client is None:
            return
        if kind is None and client.sock is not None:
            with suppress(OSError):  # what was accepted stays accepted, whatever the answer
                client.quit()
        client.close()

    def open(self) -> Refusal | None:
        """Connect, encrypt and log in, unless that is done already; return what went wrong."""
        if self._client is not None and self._client.sock is not None:
            return None
        try:
            self._client = self._connect()
        except OSError as error:  # every smtplib error is one
            refusal = self._refusal(error)
            logger.warning("mail server unusable reason=%s", refusal.words)
            return refusal
        return None

    def send(self, sender: str, recipient: str, message: bytes) -> Refusal | None:
        """Hand over one message to one recipient; return why it was not taken, or None.

        Args:
            sender: Envelope sender, a bare address.
            recipient: Envelope recipient, a bare address.
            message: The whole message.
        """
        refusal = self.open()
        if refusal is not None or self._client is None:
            return refusal
        try:
            self._client.sendmail(sender, [recipient], message)
        except OSError as error:
            return self._refusal(error)
        return None

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        address = (settings.host, settings.port)
        client: smtplib.SMTP
        if settings.security == "tls":
            client = smtplib.SMTP_SSL(*address, timeout=TIMEOUT_SECONDS, context=self._context)
        else:
            client = smtplib.SMTP(*address, timeout=TIMEOUT_SECONDS)
        try:
            if settings.security == "starttls":
                client.starttls(context=self._context)
            if settings.username:
                client.login(settings.username, settings.password.get_secret_value())
        except BaseException:
            client.close()
            raise
        return client

    def _refusal(self, error: OSError) -> Refusal:
        where = f"{self._settings.host}:{self._settings.port}"
        match error:
            case smtplib.SMTPRecipientsRefused(recipients=refused):
                answers = [_answer(*answer) for answer in refused.values()]
                words = "; ".join(answers)
                is_temporary = all(answer.startswith("4") for answer in answers)
            case smtplib.SMTPResponseException(smtp_code=code, smtp_error=text):
                words = _answer(code, text)
                is_temporary = words.startswith("4")
            case smtplib.SMTPServerDisconnected():
                words, is_temporary = f"{where} closed the connection: {error}", True
            case ssl.SSLError():
                words, is_temporary = f"no trusted connection to {where}: {error}", False
            case smtplib.SMTPException():
                needed = f"(mail.security = {self._settings.security})"
                words, is_temporary = f"{where} is not usable {needed}: {error}", False
            case _:
                words, is_temporary = f"cannot reach {where}: {error}", True
        return Refusal(self._without_secrets(words), is_temporary)

    def _without_secrets(self, words: str) -> str:
        """Blank out the password, should a server repeat it, and anything not printable."""
        username = self._settings.username
        password = self._settings.password.get_secret_value()
        if password:
            for secret in (f"\0{username}\0{password}", password):
                words = words.replace(base64.b64encode(secret.encode()).decode(), "***")
                words = words.replace(secret, "***")
        words = "".join(letter if letter.isprintable() else " " for letter in words)
        return words[:_LONGEST_WORDS]


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {words}"


def _require_safe(settings: MailSettings) -> None:
    if settings.security == "none" and not _is_loopback(settings.host):
        raise ConfigurationError(
            f"mail.security is none, but mail.host {settings.host!r} is another computer: mail "
            "and password would travel unencrypted; use starttls or tls"
        )
    try:
        settings.host.encode("idna")
    except UnicodeError as error:
        raise ConfigurationError(
            f"mail.host {settings.host!r} is not a host name: {error}"
        ) from error
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


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
