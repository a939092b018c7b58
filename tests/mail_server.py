"""A real SMTP server on this computer, which does with mail what a test plans."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "correct-horse-9"  # noqa: S105 -- of the server in this file


@dataclass
class PostOffice:
    """What the server does with mail, and what it saw."""

    answers: dict[str, list[str]] = field(default_factory=dict)  # to RCPT, by recipient
    data_answers: list[str] = field(default_factory=list)
    hang_ups: int = 0
    is_silent: bool = False
    is_silent_at_recipient: bool = False
    lost_ends: int = 0  # so often a message is taken, and the connection lost before the answer
    seconds_to_answer: float = 0.0  # to a whole message
    login_answer: str = ""
    received: list[tuple[str, bytes]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    connections: int = 0
    farewells: int = 0
    port: int = 0

    async def handle_RCPT(  # noqa: N802 -- the server's interface
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Answer as planned, else accept."""
        self.commands.append(f"RCPT {address}")
        if self.hang_ups:
            self.hang_ups -= 1
            server.transport.abort()
            return "250 nobody hears this"
        if self.is_silent_at_recipient:
            await asyncio.sleep(60)  # ended sooner by the client's death
        planned = self.answers.get(address)
        if planned:
            return planned.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Refuse, keep silent or take the message."""
        assert isinstance(envelope.content, bytes)
        if self.data_answers:
            return self.data_answers.pop(0)
        assert len(envelope.rcpt_tos) == 1
        self.received.append((envelope.rcpt_tos[0], envelope.content))
        self.commands.append(f"DATA tls={session.ssl is not None}")
        if self.lost_ends:
            self.lost_ends -= 1
            server.transport.abort()
        await asyncio.sleep(self.seconds_to_answer)
        while self.is_silent:  # noqa: ASYNC110 -- another thread ends it, or the client's death
            await asyncio.sleep(0.02)
        return "250 taken"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        """Count who takes leave in good order."""
        self.farewells += 1
        return "221 Bye"

    def authenticate(
        self, _server: object, _session: object, _envelope: object, _mechanism: str, data: object
    ) -> AuthResult:
        """Check the password, or refuse in the planned words."""
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        if self.login_answer:
            return AuthResult(success=False, handled=False, message=self.login_answer)
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    @property
    def message_ids(self) -> list[str]:
        """Message-IDs of what was taken, in order."""
        return [
            str(message_from_bytes(raw, policy=policy.default)["Message-ID"])
            for _, raw in self.received
        ]


@contextmanager
def serving(
    office: PostOffice,
    context: ssl.SSLContext | None = None,
    *,
    is_implicit: bool = False,
    **more: Any,
) -> Iterator[PostOffice]:
    """Run a server on a free port of this computer."""
    loop = asyncio.new_event_loop()
    starttls = None if is_implicit else context

    def connection() -> SMTP:
        office.connections += 1
        return SMTP(office, hostname="mail.test", tls_context=starttls, loop=loop, **more)

    server = loop.run_until_complete(
        loop.create_server(connection, "127.0.0.1", 0, ssl=context if is_implicit else None)
    )
    office.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield office
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def certificate(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context
