"""A night's mail leaves by the outbox: whoever holds the warehouse, and once whatever happens."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from oirisk.flows.mail.mailing import mail_report
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import MailSettings
from oirisk.warehouse.files import alone
from oirisk.warehouse.published import reading

pytestmark = pytest.mark.integration

ANN, BOB = "ann@fund.example", "bob@fund.example"


class Inbox:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []

    async def handle_DATA(  # noqa: N802 -- the server's interface
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a message."""
        assert isinstance(envelope.content, bytes)
        self.received += [(recipient, envelope.content) for recipient in envelope.rcpt_tos]
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mail(inbox: Inbox) -> Iterator[MailSettings]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield Settings(
        mail=MailSettings(host="127.0.0.1", port=port, security="none", recipients=(ANN, BOB))
    )
    controller.stop()


@pytest.fixture
def reported(desk: Any, tape: Any, bybit_row: Any) -> Any:
    """A home with one night and its report."""
    outcome = desk.replay(tape.bybit(bybit_row("BTCUSDT", 200, 50_000)).write())
    desk.write_report(outcome)
    return desk


def on_record(home: Any) -> list[tuple[str, str, int]]:
    with reading(home) as connection:
        return connection.execute(
            "select recipient, state, attempts from ops.deliveries order by recipient"
        ).fetchall()


def test_what_was_sent_is_in_the_warehouse_for_analysts(
    reported: Any, mail: MailSettings, inbox: Inbox, at: Any
) -> None:
    assert [one.state for one in mail_report(reported.home, at.date(), mail, at)] == ["sent"] * 2
    assert [recipient for recipient, _ in inbox.received] == [ANN, BOB]
    assert on_record(reported.home) == [(ANN, "sent", 1), (BOB, "sent", 1)]


def test_mail_leaves_while_another_process_writes_and_is_put_on_record_by_the_next(
    reported: Any, mail: MailSettings, inbox: Inbox, at: Any
) -> None:
    with alone(reported.home.lock) as is_free:
        assert is_free
        sent = mail_report(reported.home, at.date(), mail, at)
    assert [one.state for one in sent] == ["sent"] * 2
    assert on_record(reported.home) == []
    again = mail_report(reported.home, at.date(), mail, at)
    assert [one.state for one in again] == ["already_sent"] * 2
    assert len(inbox.received) == 2
    assert on_record(reported.home) == [(ANN, "sent", 1), (BOB, "sent", 1)]


@pytest.mark.parametrize("lost", ["outbox", "none"])
def test_nothing_is_sent_twice_by_a_home_that_lost_its_outbox(
    lost: str, reported: Any, mail: MailSettings, inbox: Inbox, at: Any
) -> None:
    mail_report(reported.home, at.date(), mail, at)
    if lost == "outbox":
        Path(reported.home.outbox).unlink()
    again = mail_report(reported.home, at.date(), mail, at)
    assert [one.state for one in again] == ["already_sent"] * 2
    assert len(inbox.received) == 2
