"""One connection to the mail server: encrypted, verified, and never louder than it must be."""

import base64
import io
import logging
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal, Self

from oirisk.flows.mail.patience import Patience
from oirisk.flows.mail.usable import require_server, with_password
from oirisk.flows.settings.sections import MailSettings

logger = logging.getLogger(__name__)

_LONGEST_WORDS = 300
_BLOCK_BYTES = 65_536
_FAREWELL_SECONDS = 5.0
_LINE_OF_A_DOT = re.compile(rb"(?m)^\.")
"""A dot that begins a line is doubled (RFC 5321, 4.5.2)."""

_END = b".\r\n"
_CLOSING = 421


@dataclass(frozen=True)
class Refusal:
    """Why the server did not take a message.

    Args:
        words: The server's words, or the operating system's; never the password.
        again: Whether it is worth trying again within seconds, later, or never.
        is_for_all: Whether other messages need not be tried now: there is no usable server.
        is_in_doubt: Whether the message was handed over whole, so that it may have arrived.
    """

    words: str
    again: Literal["soon", "later", "never"]
    is_for_all: bool = False
    is_in_doubt: bool = False


class _Replies(io.RawIOBase):
    """What a server says; a whole reply, however it trickles in, is waited for until an instant."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 -- any writable buffer
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)
        return self._sock.recv_into(buffer)


class _Patient(smtplib.SMTP):
    """A client that waits ``reply_seconds`` for each reply, and as long for a block to leave."""

    def __init__(self, host: str, port: int, seconds: float, **more: Any) -> None:  # noqa: ANN401 -- as the library's
        self.reply_seconds = seconds
        self._replies: _Replies | None = None
        super().__init__(host, port, timeout=seconds, **more)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None or self._replies is None:
            self._replies = _Replies(self.sock)  # type: ignore[arg-type]
            self.file = io.BufferedReader(self._replies)
        self._replies.until = time.monotonic() + self.reply_seconds
        reply = super().getreply()
        self.wait(self.reply_seconds)
        return reply

    def wait(self, seconds: float) -> None:
        """Set how long what follows is waited for."""
        self.reply_seconds = seconds
        if self.sock is not None:
            self.sock.settimeout(seconds)


class _PatientTls(_Patient, smtplib.SMTP_SSL):
    """The same, encrypted from its first byte."""


class MailServer:
    """The configured server; connects when first needed, and again after a lost connection.

    Args:
        settings: Where to connect and how.
        patience: How long each answer is waited for.

    Raises:
        ConfigurationError: The settings would send in the clear or cannot work; says which
            option, what was seen and what is needed. Nothing has been connected by then.
    """

    def __init__(self, settings: MailSettings, patience: Patience) -> None:
        """Refuse unsafe settings; connect to nothing yet."""
        settings = with_password(settings)
        self._context = require_server(settings)
        self._settings = settings
        self._patience = patience
        self._client: _Patient | None = None

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
            client.wait(_FAREWELL_SECONDS)
            with suppress(OSError):  # what was accepted stays accepted, whatever the answer
                client.quit()
        client.close()

    def send(
        self, sender: str, recipient: str, message: bytes, before_end: Callable[[], None]
    ) -> Refusal | None:
        """Hand over one message to one recipient; return why it was not taken, or None.

        Args:
            sender: Envelope sender, a bare address.
            recipient: Envelope recipient, a bare address.
            message: The whole message.
            before_end: Called when all but its end is handed over. Before that the server cannot
                have taken it; after it and without an answer, nobody knows.
        """
        client = self._open()
        if isinstance(client, Refusal):
            return client
        try:
            self._hand_over(client, sender, recipient, message)
        except OSError as error:  # every smtplib error is one
            self._reset(client)
            return self._refusal(error)
        before_end()
        return self._end(client)

    def _open(self) -> "_Patient | Refusal":
        """Connect, encrypt and log in, unless that is done already."""
        if self._client is not None and self._client.sock is not None:
            return self._client
        try:
            self._client = self._connect()
        except OSError as error:
            refusal = self._refusal(error)
            logger.warning("mail server unusable reason=%s", refusal.words)
            # A password or a certificate that is refused is mended by a person, not by seconds.
            again = "later" if refusal.again == "never" else refusal.again
            return replace(refusal, again=again, is_for_all=True)
        return self._client

    def _connect(self) -> _Patient:
        settings = self._settings
        address = (settings.host, settings.port, self._patience.greeting)
        client: _Patient
        if settings.security == "tls":
            client = _PatientTls(*address, context=self._context)
        else:
            client = _Patient(*address)
        try:
            client.wait(self._patience.command)
            if settings.security == "starttls":
                client.starttls(context=self._context)
            if settings.username:
                client.login(settings.username, settings.password.get_secret_value())
            client.ehlo_or_helo_if_needed()
        except BaseException:
            client.close()
            raise
        return client

    def _hand_over(self, client: _Patient, sender: str, recipient: str, message: bytes) -> None:
        """Hand over everything but the line that ends it."""
        body = _LINE_OF_A_DOT.sub(b"..", message)
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        client.wait(self._patience.command)
        size = [f"size={len(body)}"] if client.does_esmtp and client.has_extn("size") else []
        _require("2", *client.mail(sender, size))
        _require("2", *client.rcpt(recipient))
        client.wait(self._patience.data_start)
        _require("3", *client.docmd("data"))
        client.wait(self._patience.data_block)
        for start in range(0, len(body), _BLOCK_BYTES):
            client.send(body[start : start + _BLOCK_BYTES])

    def _end(self, client: _Patient) -> Refusal | None:
        """End the message and hear whether it is taken."""
        client.wait(self._patience.data_end)
        try:
            client.send(_END)
            code, text = client.getreply()
        except OSError as error:
            return self._doubt(error)
        match f"{code}"[0]:
            case "2":
                return None
            case "4" | "5":
                refused = smtplib.SMTPDataError(code, text)
                if code == _CLOSING:
                    client.close()
                return self._refusal(refused)
            case _:
                client.close()
                return self._doubt(smtplib.SMTPDataError(code, text))

    def _doubt(self, error: OSError) -> Refusal:
        return replace(self._refusal(error), again="later", is_in_doubt=True)

    def _reset(self, client: _Patient) -> None:
        """Leave the connection as one that the next message may use, or closed."""
        try:
            if client.sock is not None:
                client.rset()
        except OSError:
            client.close()

    def _refusal(self, error: OSError) -> Refusal:
        where = f"{self._settings.host}:{self._settings.port}"
        again: Literal["soon", "later", "never"] = "later"
        is_mute = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        match error:
            case _ if is_mute:
                words = f"{where} did not answer in time: {error}"
            case smtplib.SMTPResponseException(smtp_code=code, smtp_error=text):
                words = _answer(code, text)
                again = {"4": "soon", "5": "never"}.get(words[0], "later")  # type: ignore[assignment]
            case smtplib.SMTPServerDisconnected():
                words, again = f"{where} closed the connection: {error}", "soon"
            case ssl.SSLError():
                words = f"no trusted connection to {where}: {error}"
            case smtplib.SMTPException():
                needed = f"(mail.security = {self._settings.security})"
                words = f"{where} is not usable {needed}: {error}"
            case _:
                words, again = f"cannot reach {where}: {error}", "soon"
        return Refusal(self._without_secrets(words), again, is_for_all=is_mute)

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


def _require(digit: str, code: int, text: bytes) -> None:
    """Refuse an answer of another class than expected."""
    if f"{code}"[0] != digit:
        raise smtplib.SMTPResponseException(code, text)


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {words}"
