"""Mail servers that refuse for now, answer late, say nothing or vanish: one copy in the end."""

import asyncio
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pydantic import SecretStr

from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.mail.attempt import Delivery
from oirisk.flows.mail.deliver import deliver
from oirisk.flows.mail.mailing import flush, mail_report
from oirisk.flows.mail.message import MessageContent
from oirisk.flows.mail.outbox import Backlog, Outbox, backlog, open_outbox
from oirisk.flows.mail.patience import IN_A_NIGHT, LATER, Patience
from oirisk.flows.mail.usable import require_mail
from oirisk.flows.night import Night, run_night
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import MailSettings
from oirisk.schemas.errors import ConfigurationError
from oirisk.warehouse.deliveries import DeliveryKey
from oirisk.warehouse.files import alone
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import reading
from tests.mail_server import PASSWORD, PostOffice, serving

pytestmark = pytest.mark.integration

NOW = datetime(2026, 9, 21, 0, 9, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANN, BOB = "ann@fund.example", "bob@fund.example"
TONIGHT = replace(IN_A_NIGHT, pause=lambda _seconds: None, others=0.0)
HURRIED = replace(TONIGHT, greeting=0.5, command=0.5, data_start=0.5)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A server without encryption, on this computer."""
    office = PostOffice()
    with serving(office):
        yield office


@pytest.fixture
def home(tmp_path: Path) -> Home:
    folder = tmp_path / "home"
    folder.mkdir()
    return Home(folder)


def settings(port: int, *recipients: str, **more: Any) -> Settings:
    mail = MailSettings(
        host="127.0.0.1", port=port, security="none", recipients=recipients or (ANN,), **more
    )
    return Settings(mail=mail)


def night(
    home: Home, mail: Settings, patience: Patience = TONIGHT, now: datetime = NOW, **changes: Any
) -> list[tuple[str, str]]:
    """Mail a night's message; returns recipients and states."""
    fields = {
        "subject": "night", "html": "<p>a</p>", "text": "a", "images": {}, "run_id": "run-1",
        "report_date": NOW.date(), "previous_report_date": None,
    }  # fmt: skip
    with open_outbox(home.outbox) as outbox:
        done = deliver(
            MessageContent(**(fields | changes)), mail.mail, outbox, now, home.root, patience
        )
    return states(done)


def states(deliveries: Any) -> list[tuple[str, str]]:
    return [(one.recipient, one.state) for one in deliveries]


def rows(home: Home) -> list[tuple[Any, ...]]:
    with open_outbox(home.outbox) as outbox:
        return sorted((key.recipient, one.state, one.attempts) for key, one in outbox.records())


def test_greylisting_of_minutes_ends_in_one_copy(office: PostOffice, home: Home) -> None:
    office.answers[ANN] = ["451 4.7.1 greylisted, come back in ten minutes"] * 5
    mail = settings(office.port)
    assert night(home, mail) == [(ANN, "failed")]
    told = {
        minute: states(flush(home, mail, NOW + minute * MINUTE)) for minute in (0, 1, 5, 6, 20, 21)
    }
    assert told == {
        0: [], 1: [(ANN, "failed")], 5: [], 6: [(ANN, "failed")], 20: [], 21: [(ANN, "sent")],
    }  # fmt: skip
    assert flush(home, mail, NOW + 81 * MINUTE) == ()
    assert len(office.received) == 1
    assert rows(home) == [(ANN, "sent", 6)]
    assert backlog(home.outbox) == Backlog(0, None, ())


def test_what_waits_is_told_with_its_age_its_reason_and_when_it_is_due(
    office: PostOffice, home: Home
) -> None:
    assert backlog(home.outbox) == Backlog(0, None, ())
    assert not home.outbox.exists()
    office.answers[ANN] = ["450 busy"] * 4
    office.answers[BOB] = ["550 no such user"]
    mail = settings(office.port, ANN, BOB, "eve@fund.example")
    night(home, mail)
    refused = ((DeliveryKey(BOB, NOW.date(), "briefing"), "550 no such user"),)
    assert backlog(home.outbox) == Backlog(1, NOW, ("450 busy",), refused)
    (again,) = flush(home, mail, NOW + 3 * MINUTE)
    assert again.words == "450 busy; the next try is due 2026-09-21 00:15 UTC"
    assert backlog(home.outbox) == Backlog(1, NOW, ("450 busy",), refused)


def test_two_days_of_refusals_end_it_with_the_last_reason(office: PostOffice, home: Home) -> None:
    office.answers[ANN] = ["450 busy"] * 99
    mail = settings(office.port)
    night(home, mail)
    told = [flush(home, mail, NOW + hours * HOUR) for hours in range(1, 61)]
    # Three tries in the night, then one an hour. The one at 48 hours is the last.
    assert [len(one) for one in told] == [1] * 48 + [0] * 12
    assert [one[0].state for one in told[:47]] == ["failed"] * 47
    last: Delivery = told[47][0]
    assert (last.state, last.attempts) == ("given_up", 51)
    assert last.detail == "given up after 48 hours: 450 busy"
    assert office.commands.count(f"RCPT {ANN}") == 51
    key = DeliveryKey(ANN, NOW.date(), "briefing")
    assert backlog(home.outbox) == Backlog(0, None, (), ((key, last.detail),))


@pytest.mark.parametrize("state", ["queued", "failed"])
def test_a_machine_that_was_off_for_three_days_sends_no_old_news(
    state: str, office: PostOffice, home: Home
) -> None:
    office.answers[ANN] = ["450 busy"] * 3
    mail = settings(office.port)
    with open_outbox(home.outbox) as outbox, outbox.sending() as is_free:
        assert is_free
        if state == "queued":
            assert night(home, mail) == [(ANN, "queued")]
    if state == "failed":
        assert night(home, mail) == [(ANN, "failed")]
    (old,) = flush(home, mail, NOW + 72 * HOUR)
    why = {"queued": "it was never tried", "failed": "450 busy"}[state]
    assert (old.state, old.detail) == ("given_up", f"given up after 48 hours: {why}")
    assert office.received == []


def test_what_a_server_refuses_for_good_is_not_tried_again(office: PostOffice, home: Home) -> None:
    office.answers[ANN] = ["550 5.1.1 no such user here"]
    mail = settings(office.port)
    assert night(home, mail) == [(ANN, "given_up")]
    assert flush(home, mail, NOW + HOUR) == ()
    assert office.commands == [f"RCPT {ANN}"]


def test_a_password_that_is_refused_is_not_tried_within_seconds_but_when_it_is_mended(
    home: Home,
) -> None:
    office = PostOffice()
    with serving(office, auth_require_tls=False, authenticator=office.authenticate):
        wrong, right = (
            settings(office.port, username="desk", password=SecretStr(one))
            for one in ("mistyped", PASSWORD)
        )
        assert night(home, wrong) == [(ANN, "failed")]
        assert len({password for _, password in office.logins}) == 1
        assert office.connections == 1
        assert states(flush(home, right, NOW + HOUR)) == [(ANN, "sent")]
    assert len(office.received) == 1


def test_a_server_is_waited_for_as_long_as_rfc_5321_says() -> None:
    # Section 4.5.3.2: greeting, MAIL and RCPT 5 minutes; DATA 2; a block 3; the end 10.
    assert (LATER.greeting, LATER.command) == (300, 300)
    assert (LATER.data_start, LATER.data_block, LATER.data_end) == (120, 180, 600)
    # A night may wait for less where nothing can be taken yet, and never for less at the end.
    assert IN_A_NIGHT.data_end == 600
    assert IN_A_NIGHT.greeting + 5 * IN_A_NIGHT.command + IN_A_NIGHT.call < 300


def test_an_answer_that_comes_late_is_waited_for_and_makes_no_second_copy(
    office: PostOffice, home: Home
) -> None:
    office.seconds_to_answer = 1.5  # three times what is allowed for every other answer
    mail = settings(office.port)
    assert night(home, mail, HURRIED) == [(ANN, "sent")]
    assert flush(home, mail, NOW + HOUR) == ()
    assert len(office.received) == 1
    assert rows(home) == [(ANN, "sent", 1)]


def test_an_answer_that_never_comes_leaves_one_doubt_and_one_more_try(
    office: PostOffice, home: Home
) -> None:
    office.is_silent = True
    mail = settings(office.port, ANN, BOB)
    with open_outbox(home.outbox) as outbox:
        content = MessageContent("night", "<p>a</p>", "a", {}, "run-1", NOW.date(), None)
        hurried = replace(HURRIED, data_end=0.5)
        ann, bob = deliver(content, mail.mail, outbox, NOW, home.root, hurried)
    assert ann.detail.startswith("it may have arrived: after it was handed over, 127.0.0.1:")
    assert "did not answer in time" in ann.detail
    assert (ann.state, bob.state) == ("failed", "failed")
    assert "may have arrived" not in bob.detail
    assert [recipient for recipient, _ in office.received] == [ANN]
    office.is_silent = False
    told = flush(home, mail, NOW + HOUR)
    assert states(told) == [(ANN, "sent"), (BOB, "sent")]
    assert [one.detail for one in told] == [
        "an earlier copy may have arrived too, under the same Message-ID", "",
    ]  # fmt: skip
    assert office.message_ids == [ann.message_id, ann.message_id, bob.message_id]


def test_a_connection_lost_after_the_end_is_tried_once_more_and_no_third_time(
    office: PostOffice, home: Home
) -> None:
    office.lost_ends = 9
    mail = settings(office.port)
    assert night(home, mail) == [(ANN, "failed")]
    assert len(office.received) == 1
    (again,) = flush(home, mail, NOW + MINUTE)
    assert again.state == "given_up"
    assert again.detail.startswith("given up, as it may have arrived twice: it may have arrived")
    assert flush(home, mail, NOW + HOUR) == ()
    assert night(home, mail, now=NOW + 2 * HOUR, run_id="run-2") == [(ANN, "given_up")]
    assert len(office.received) == 2
    assert len(set(office.message_ids)) == 1


def test_a_refusal_of_a_whole_message_is_an_answer_and_no_doubt(
    office: PostOffice, home: Home
) -> None:
    office.data_answers = ["451 try later"] * 6
    mail = settings(office.port)
    assert night(home, mail) == [(ANN, "failed")]
    for minute in (1, 6, 21):
        assert states(flush(home, mail, NOW + minute * MINUTE)) == [(ANN, "failed")]
    assert states(flush(home, mail, NOW + 81 * MINUTE)) == [(ANN, "sent")]
    assert len(office.received) == 1


def test_any_answer_of_success_is_one(office: PostOffice, home: Home) -> None:
    office.data_answers = ["252 taken, in other words"]
    assert night(home, settings(office.port)) == [(ANN, "sent")]


@dataclass
class Mute:
    """A server that accepts connections and says nothing, or one letter at a time for ever."""

    says: bytes = b""
    port: int = 0
    seen: list[bool] = field(default_factory=list)


@contextmanager
def mute(says: bytes = b"", look: Callable[[], bool] = lambda: True) -> Iterator[Mute]:
    """Run it; ``look`` is called at each connection, and what it sees kept."""
    one = Mute(says)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        one.port = listening.getsockname()[1]

        def talk(connection: socket.socket) -> None:
            with connection:
                try:
                    while says:
                        connection.sendall(says)
                        time.sleep(0.05)
                    connection.recv(1)
                except OSError:
                    return

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                one.seen.append(look())
                Thread(target=talk, args=(connection,), daemon=True).start()

        thread = Thread(target=accept)
        thread.start()
        yield one
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@pytest.mark.parametrize("says", [b"", b"2", b"220-wait\r\n"])
def test_a_server_that_says_nothing_is_left_at_once_and_asked_later(
    says: bytes, office: PostOffice, home: Home
) -> None:
    with mute(says) as server:
        assert night(home, settings(server.port, ANN, BOB), HURRIED) == [
            (ANN, "failed"), (BOB, "failed"),
        ]  # fmt: skip
        assert len(server.seen) == 1
    (reason,) = backlog(home.outbox).reasons
    assert reason.startswith(f"127.0.0.1:{server.port} did not answer in time")
    mail = settings(office.port, ANN, BOB)
    assert states(flush(home, mail, NOW + MINUTE)) == [(ANN, "sent"), (BOB, "sent")]
    assert len(office.received) == 2


def test_a_server_that_falls_silent_at_a_recipient_has_taken_nothing(
    office: PostOffice, home: Home
) -> None:
    office.is_silent_at_recipient = True
    mail = settings(office.port, ANN, BOB)
    assert night(home, mail, HURRIED) == [(ANN, "failed"), (BOB, "failed")]
    assert office.commands == [f"RCPT {ANN}"]
    office.is_silent_at_recipient = False
    told = flush(home, mail, NOW + MINUTE)
    assert [(one.state, one.detail) for one in told] == [("sent", "")] * 2


def test_a_slow_server_gets_the_rest_later(office: PostOffice, home: Home) -> None:
    office.seconds_to_answer = 0.5
    mail = settings(office.port, ANN, BOB)
    assert night(home, mail, replace(TONIGHT, call=0.4)) == [(ANN, "sent"), (BOB, "queued")]
    assert backlog(home.outbox).count == 1
    assert states(flush(home, mail, NOW + MINUTE)) == [(BOB, "sent")]
    assert [recipient for recipient, _ in office.received] == [ANN, BOB]


@pytest.fixture
def reported(desk: Any, tape: Any, bybit_row: Any) -> Home:
    """A home with one night and its report."""
    desk.write_report(desk.replay(tape.bybit(bybit_row("BTCUSDT", 200, 50_000)).write()))
    found: Home = desk.home
    return found


def on_record(home: Home) -> list[tuple[Any, ...]]:
    with reading(home) as connection:
        return connection.execute(
            "select recipient, state, attempts from ops.deliveries order by recipient"
        ).fetchall()


def test_no_lock_of_the_home_is_held_while_a_server_says_nothing(
    reported: Home, office: PostOffice, at: datetime
) -> None:
    def nobody_writes() -> bool:
        with alone(reported.lock) as is_free:
            return is_free

    with mute(look=nobody_writes) as server:
        done = mail_report(reported, at.date(), settings(server.port), at, HURRIED)
        assert states(done) == [(ANN, "failed")]
        later = replace(LATER, greeting=0.5)
        assert states(flush(reported, settings(server.port), at + MINUTE, later)) == [
            (ANN, "failed")
        ]
        assert server.seen == [True, True]
    # What only failed once more is not worth another copy of the warehouse.
    assert on_record(reported) == [(ANN, "failed", 1)]
    assert states(flush(reported, settings(office.port), at + HOUR)) == [(ANN, "sent")]
    assert on_record(reported) == [(ANN, "sent", 3)]


def test_mail_of_a_night_whose_outbox_another_holds_is_sent_later(
    reported: Home, office: PostOffice, at: datetime
) -> None:
    mail = settings(office.port, ANN, BOB)
    with open_outbox(reported.outbox) as other, other.sending() as is_free:
        assert is_free
        done = mail_report(reported, at.date(), mail, at, TONIGHT)
        assert flush(reported, mail, at + HOUR) == ()
    assert [one.words for one in done] == [
        "not tried yet: another process is sending from this home"
    ] * 2
    assert backlog(reported.outbox).count == 2
    assert states(flush(reported, mail, at + HOUR)) == [(ANN, "sent"), (BOB, "sent")]
    assert [recipient for recipient, _ in office.received] == [ANN, BOB]


FLUSH = """
import sys
from datetime import datetime
from pathlib import Path
from oirisk.flows.mail.mailing import flush
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import MailSettings
from oirisk.warehouse.home import Home
root, port, now = sys.argv[1:]
mail = MailSettings(host="127.0.0.1", port=int(port), security="none",
                    recipients=("ann@fund.example", "bob@fund.example"))
told = flush(Home(Path(root)), Settings(mail=mail), datetime.fromisoformat(now))
print([(one.recipient, one.state) for one in told])
"""


@contextmanager
def flushing(home: Home, port: int, now: datetime) -> Iterator[subprocess.Popen[str]]:
    arguments = [str(home.root), str(port), now.isoformat()]
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", FLUSH, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, "the process ended before it got there"
        assert time.monotonic() < deadline, "the process never got there"
        time.sleep(0.02)


def queue_only(home: Home, mail: Settings) -> None:
    with open_outbox(home.outbox) as outbox, outbox.sending():
        night(home, mail)


def test_of_two_processes_that_send_at_once_one_does(office: PostOffice, home: Home) -> None:
    mail = settings(office.port, ANN, BOB)
    queue_only(home, mail)
    office.is_silent = True
    with flushing(home, office.port, NOW + HOUR) as first:
        wait_for(lambda: office.received, first)
        with flushing(home, office.port, NOW + HOUR) as second:
            assert second.communicate(timeout=120)[0] == "[]\n"
        office.is_silent = False
        assert first.communicate(timeout=120)[0] == f"{[(ANN, 'sent'), (BOB, 'sent')]}\n"
    assert [recipient for recipient, _ in office.received] == [ANN, BOB]


def test_a_process_killed_before_the_message_was_whole_costs_no_copy(
    office: PostOffice, home: Home
) -> None:
    mail = settings(office.port, ANN, BOB)
    queue_only(home, mail)
    office.is_silent_at_recipient = True
    for kills in (1, 2, 3):
        with flushing(home, office.port, NOW + kills * HOUR) as process:
            wait_for(lambda kills=kills: len(office.commands) == kills, process)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
    office.is_silent_at_recipient = False
    assert rows(home) == [(ANN, "sending", 3)]
    told = flush(home, mail, NOW + 4 * HOUR)
    assert [(one.state, one.attempts, one.detail) for one in told] == [
        ("sent", 4, ""), ("sent", 1, ""),
    ]  # fmt: skip
    assert len(office.received) == 2


def test_a_process_killed_twice_after_the_message_was_whole_sends_no_third_copy(
    office: PostOffice, home: Home
) -> None:
    mail = settings(office.port, ANN, BOB)
    queue_only(home, mail)
    office.is_silent = True
    for kills in (1, 2):
        with flushing(home, office.port, NOW + kills * HOUR) as process:
            wait_for(lambda kills=kills: len(office.received) == kills, process)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
    office.is_silent = False
    ann, bob = flush(home, mail, NOW + 3 * HOUR)
    assert (ann.state, bob.state) == ("given_up", "sent")
    assert ann.detail.startswith("given up, as it may have arrived twice: each time its run was")
    assert [recipient for recipient, _ in office.received] == [ANN, ANN, BOB]
    assert len(set(office.message_ids)) == 2


EARLIER = """
create table messages (recipient varchar not null, report_date date not null,
    kind varchar not null, message_id varchar not null, sender varchar not null,
    content blob not null, state varchar not null, attempts integer not null,
    sent_at datetime, error varchar, primary key (recipient, report_date, kind))
"""


def earlier_outbox(home: Home) -> None:
    """Write an outbox as the version before wrote it."""
    lines = [
        ("2026-09-20", "queued", 0, None, b"Subject: a\r\n\r\nb\r\n"),
        ("2026-09-20", "sending", 1, None, b"Subject: a\r\n\r\nb\r\n"),
        ("2026-09-20", "failed", 3, "450 busy", b"Subject: a\r\n\r\nb\r\n"),
        ("2026-08-01", "failed", 3, "450 busy", b"Subject: a\r\n\r\nb\r\n"),
        ("2026-09-20", "sent", 1, None, b""),
    ]
    with closing(sqlite3.connect(home.outbox)) as file, file:
        file.execute(EARLIER)
        for count, (day, state, attempts, error, content) in enumerate(lines):
            file.execute(
                "insert into messages values (?, ?, 'briefing', ?, 'o@d.example', ?, ?, ?, ?, ?)",
                (
                    f"r{count}@fund.example", day, f"<{count}@d.example>", content, state,
                    attempts, "2026-09-20 00:09:30.000000" if state == "sent" else None, error,
                ),
            )  # fmt: skip


def test_an_outbox_of_an_earlier_version_opens_keeps_its_rows_and_is_sent(
    office: PostOffice, home: Home
) -> None:
    earlier_outbox(home)
    everyone = [f"r{count}@fund.example" for count in range(5)]
    mail = settings(office.port, *everyone)
    assert backlog(home.outbox) == Backlog(4, datetime(2026, 8, 1, tzinfo=UTC), ("450 busy",))
    assert rows(home) == [
        ("r1@fund.example", "sending", 1),
        ("r2@fund.example", "failed", 3),
        ("r3@fund.example", "failed", 3),
        ("r4@fund.example", "sent", 1),
    ]
    assert dict(states(flush(home, mail, NOW))) == {
        "r0@fund.example": "sent", "r1@fund.example": "sent", "r2@fund.example": "sent",
        "r3@fund.example": "given_up",
    }  # fmt: skip
    assert [recipient for recipient, _ in office.received] == everyone[:3]


def test_several_open_an_outbox_of_an_earlier_version_at_once(home: Home) -> None:
    earlier_outbox(home)

    def count(_: int) -> int:
        with open_outbox(home.outbox) as outbox:
            return len(outbox.waiting())

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(count, range(8))) == [4] * 8


def test_who_is_no_recipient_any_more_gets_nothing(office: PostOffice, home: Home) -> None:
    queue_only(home, settings(office.port, ANN, BOB))
    told = flush(home, settings(office.port, ANN), NOW + HOUR)
    assert [(one.recipient, one.state, one.detail) for one in told] == [
        (ANN, "sent", ""), (BOB, "given_up", "no longer among mail.recipients"),
    ]  # fmt: skip
    assert [recipient for recipient, _ in office.received] == [ANN]


def test_a_message_of_another_kind_goes_to_whom_it_was_addressed(
    office: PostOffice, home: Home
) -> None:
    with open_outbox(home.outbox) as outbox, outbox.sending():
        night(home, settings(office.port, BOB), kind="notice")
    assert states(flush(home, settings(office.port, ANN), NOW + HOUR)) == [(BOB, "sent")]


def test_without_a_server_what_waits_waits(office: PostOffice, home: Home) -> None:
    queue_only(home, settings(office.port))
    silent = Settings(mail=MailSettings(recipients=(ANN,)))
    assert flush(home, silent, NOW + HOUR) == ()
    assert backlog(home.outbox).count == 1
    assert states(flush(home, settings(office.port), NOW + HOUR)) == [(ANN, "sent")]


def test_a_clock_set_back_does_not_make_mail_wait_for_years(office: PostOffice, home: Home) -> None:
    office.answers[ANN] = ["450 busy"] * 3
    mail = settings(office.port)
    night(home, mail, now=NOW + 4 * 365 * 24 * HOUR)
    assert states(flush(home, mail, NOW)) == [(ANN, "sent")]


def test_a_failing_disk_leaves_nothing_sent_that_is_not_on_record(
    office: PostOffice, home: Home
) -> None:
    class Full(Outbox):
        def mark_handed_over(self, *_: Any) -> None:
            raise OSError(28, "No space left on device")

    with open_outbox(home.outbox) as outbox, pytest.raises(OSError, match="No space left"):
        content = MessageContent("night", "<p>a</p>", "a", {}, "run-1", NOW.date(), None)
        deliver(content, settings(office.port).mail, Full(outbox._engine), NOW, home.root, TONIGHT)
    assert office.received == []
    assert states(flush(home, settings(office.port), NOW + MINUTE)) == [(ANN, "sent")]
    assert len(office.received) == 1


BAD = [
    ({"sender": "desk"}, "mail.sender: 'desk' is not one e-mail address"),
    ({"recipients": ("a@b.example, c@d.example",)}, "mail.recipients: 'a@b.example, c@d.example'"),
    ({"host": "mail..example"}, "mail.host 'mail..example'"),
    ({"host": "mail.example", "security": "none"}, "mail.security is none"),
    ({"host": "mail.example", "ca_file": Path("no-such.pem")}, "mail.ca_file 'no-such.pem'"),
    ({"host": "mail.example", "username": "desk"}, "OIRISK_MAIL__PASSWORD"),
]


@pytest.mark.parametrize(("changes", "words"), BAD)
def test_settings_that_cannot_work_are_refused_with_the_option(
    changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        require_mail(MailSettings(**changes))
    assert words in str(caught.value)


def test_settings_that_can_work_are_not_refused() -> None:
    for host in ("", "smtp.example.org", "localhost", "::1", "192.0.2.7", "bücher.example"):
        require_mail(MailSettings(host=host, recipients=(f"Ann <{ANN}>",)))


def test_no_exchange_is_asked_on_mail_settings_that_cannot_work(home: Home) -> None:
    home.config.write_text('[mail]\nhost = "smtp://mail.example"\nrecipients = ["a@b.example"]\n')

    def asked() -> datetime:
        raise AssertionError("exchanges were asked")

    source = SandboxSource(url="http://127.0.0.1:9", clock=asked)
    with pytest.raises(ConfigurationError, match=r"mail\.host: expected the name of the server"):
        asyncio.run(run_night(Night(home.root, source=source)))
    assert [one.name for one in home.root.iterdir()] == ["oirisk.toml"]
