"""Mail over real connections to a real SMTP server on this computer, with a real outbox."""

import base64
import logging
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from oirisk.flows.mail.deliver import deliver
from oirisk.flows.mail.message import MessageContent
from oirisk.flows.mail.outbox import Outbox, QueuedMessage, open_outbox
from oirisk.flows.mail.patience import IN_A_NIGHT, Patience
from oirisk.flows.settings.sections import MailSettings
from oirisk.schemas.errors import ConfigurationError, DeliveryError, HomeError
from oirisk.warehouse.deliveries import DeliveryKey
from tests.mail_server import PASSWORD, PostOffice, certificate, serving

pytestmark = pytest.mark.integration

NIGHT = date(2026, 9, 21)
NOW = datetime(2026, 9, 21, 0, 9, 30, tzinfo=UTC)
ANN, BOB, EVE = "ann@fund.example", "bob@fund.example", "eve@fund.example"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def office(authority: trustme.CA) -> Iterator[PostOffice]:
    """An ordinary server: STARTTLS with a good certificate, login demanded."""
    office = PostOffice()
    with serving(
        office,
        certificate(authority, "localhost"),
        require_starttls=True,
        auth_required=True,
        authenticator=office.authenticate,
    ):
        yield office


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder / "outbox.sqlite"


@pytest.fixture
def outbox(database: Path) -> Iterator[Outbox]:
    with open_outbox(database) as opened:
        yield opened


def rows(outbox: Outbox) -> list[tuple[Any, ...]]:
    known = outbox.records()
    return sorted((key.recipient, one.state, one.attempts, one.error) for key, one in known)


def settings(office: PostOffice, authority_file: Path | None, **changes: Any) -> MailSettings:
    fields: dict[str, Any] = {
        "host": "localhost",
        "port": office.port,
        "ca_file": authority_file,
        "username": "desk",
        "password": SecretStr(PASSWORD),
        "sender": "oirisk <oirisk@desk.example>",
        "recipients": (ANN,),
    }
    return MailSettings(**(fields | changes))


def content(**changes: Any) -> MessageContent:
    fields: dict[str, Any] = {
        "subject": "[ELEVATED 77 ▲6] BTC",
        "html": '<p>Größe</p><img src="cid:chart" alt="rising">',
        "text": "Größe\n.\n.dots at the start\nFrom the desk\n",
        "images": {"chart": PNG},
        "run_id": "run-1",
        "report_date": NIGHT,
        "previous_report_date": date(2026, 9, 20),
    }
    return MessageContent(**(fields | changes))


Waits = list[float]


def waiting(waits: Waits) -> Patience:
    """Wait for nothing, and note how long it would have been."""
    return replace(IN_A_NIGHT, pause=waits.append)


def test_mail_goes_out_encrypted_with_login_and_arrives_as_it_was_written(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    (delivery,) = deliver(content(), settings(office, ca_file), outbox, NOW, tmp_path)
    assert (delivery.recipient, delivery.state, delivery.attempts) == (ANN, "sent", 1)
    assert office.logins == [(b"desk", PASSWORD.encode())]
    assert office.commands == [f"RCPT {ANN}", "DATA tls=True"]
    message = message_from_bytes(office.received[0][1], policy=policy.default)
    text, related = message.iter_parts()
    assert text.get_content().splitlines() == content().text.splitlines()
    html, image = related.iter_parts()
    assert html.get_content().strip() == content().html
    assert (image["Content-ID"], image.get_content()) == ("<chart>", PNG)
    assert message["Message-ID"] == delivery.message_id
    assert rows(outbox) == [(ANN, "sent", 1, None)]
    record = outbox.find(DeliveryKey(ANN, NIGHT, "briefing"))
    assert record is not None
    assert record.sent_at == NOW
    assert not (tmp_path / "briefing.eml").exists()


def test_every_recipient_gets_a_message_of_their_own_over_one_connection(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    to = (ANN, f"Bob <{BOB}>", EVE)
    outcomes = deliver(content(), settings(office, ca_file, recipients=to), outbox, NOW, tmp_path)
    assert [(each.recipient, each.state) for each in outcomes] == [
        (ANN, "sent"),
        (BOB, "sent"),
        (EVE, "sent"),
    ]
    assert office.connections == 1
    assert [recipient for recipient, _ in office.received] == [ANN, BOB, EVE]
    for recipient, raw in office.received:
        (address,) = message_from_bytes(raw, policy=policy.default)["To"].addresses
        assert address.addr_spec == recipient
    assert len(set(office.message_ids)) == 3


def test_sending_twice_sends_once(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    mail = settings(office, ca_file, recipients=(ANN, f"Ann Lee <{ANN}>", "ann@FUND.example"))
    deliver(content(), mail, outbox, NOW, tmp_path)
    (again,) = deliver(content(run_id="run-2"), mail, outbox, NOW, tmp_path)
    assert (again.state, again.detail) == ("already_sent", "sent 2026-09-21 00:09 UTC")
    assert len(office.received) == 1
    assert office.connections == 1


def test_another_night_and_another_kind_are_sent_again(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    mail = settings(office, ca_file)
    deliver(content(), mail, outbox, NOW, tmp_path)
    deliver(content(kind="alert"), mail, outbox, NOW, tmp_path)
    deliver(content(report_date=date(2026, 9, 22), run_id="run-2"), mail, outbox, NOW, tmp_path)
    assert len(set(office.message_ids)) == 3


def test_a_report_follows_the_one_this_recipient_got_the_night_before(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    office.answers[BOB] = ["550 mailbox closed"]
    mail = settings(office, ca_file, recipients=(ANN, BOB, EVE))
    deliver(content(), settings(office, ca_file, recipients=(ANN, BOB)), outbox, NOW, tmp_path)
    night = date(2026, 9, 22)
    next_night = content(run_id="run-2", report_date=night, previous_report_date=NIGHT)
    deliver(next_night, mail, outbox, NOW, tmp_path)
    first, second, to_bob, to_eve = (
        message_from_bytes(raw, policy=policy.default) for _, raw in office.received
    )
    assert first["References"] is None
    assert second["References"] == first["Message-ID"]
    assert to_bob["References"] is None
    assert to_eve["References"] is None


def test_implicit_tls_works(
    authority: trustme.CA, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    office = PostOffice()
    context = certificate(authority, "127.0.0.1")
    with serving(office, context, is_implicit=True):
        mail = settings(office, ca_file, host="127.0.0.1", security="tls", username="")
        (delivery,) = deliver(content(), mail, outbox, NOW, tmp_path)
    assert delivery.state == "sent"
    assert len(office.received) == 1


def test_no_encryption_is_accepted_on_this_computer_only(outbox: Outbox, tmp_path: Path) -> None:
    office = PostOffice()
    with serving(office):
        mail = settings(office, None, host="127.0.0.1", security="none", username="")
        (delivery,) = deliver(content(), mail, outbox, NOW, tmp_path)
    assert delivery.state == "sent"
    for host in ("mail.fund.example", "192.0.2.7", "localhost.evil.example"):
        mail = settings(office, None, host=host, security="none")
        with pytest.raises(ConfigurationError, match="unencrypted"):
            deliver(content(kind="other"), mail, outbox, NOW, tmp_path)
    assert len(rows(outbox)) == 1


def test_a_server_without_starttls_gets_neither_password_nor_mail(
    outbox: Outbox, tmp_path: Path
) -> None:
    office = PostOffice()
    with serving(office, auth_require_tls=False, authenticator=office.authenticate):
        (delivery,) = deliver(content(), settings(office, None), outbox, NOW, tmp_path)
    assert delivery.state == "failed"
    assert "STARTTLS extension not supported by server" in delivery.detail
    assert "mail.security = starttls" in delivery.detail
    assert (office.logins, office.commands, office.connections) == ([], [], 1)
    assert rows(outbox) == [(ANN, "failed", 1, delivery.detail)]


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("name", "is_trusted", "words"),
    [
        ("mail.elsewhere.example", True, "Hostname mismatch"),
        ("localhost", False, "unable to get local issuer certificate"),
    ],
)
def test_a_certificate_that_does_not_prove_the_host_ends_it_before_anything_is_sent(
    security: str,
    name: str,
    is_trusted: bool,
    words: str,
    authority: trustme.CA,
    outbox: Outbox,
    ca_file: Path,
    tmp_path: Path,
) -> None:
    office = PostOffice()
    context = certificate(authority, name)
    is_implicit = security == "tls"
    with serving(office, context, is_implicit=is_implicit, authenticator=office.authenticate):
        mail = settings(office, ca_file if is_trusted else None, security=security)
        (delivery,) = deliver(content(), mail, outbox, NOW, tmp_path)
    assert delivery.state == "failed"
    assert words in delivery.detail
    assert (office.logins, office.commands) == ([], [])
    assert rows(outbox) == [(ANN, "failed", 1, delivery.detail)]


def test_a_refused_recipient_does_not_stop_the_others(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    office.answers[BOB] = ["550 5.1.1 no such user here"]
    mail = settings(office, ca_file, recipients=(ANN, BOB, EVE))
    ann, bob, eve = deliver(content(), mail, outbox, NOW, tmp_path)
    assert (ann.state, bob.state, eve.state) == ("sent", "given_up", "sent")
    assert bob.detail == "550 5.1.1 no such user here"
    assert office.connections == 1
    assert rows(outbox) == [
        (ANN, "sent", 1, None),
        (BOB, "given_up", 1, "550 5.1.1 no such user here"),
        (EVE, "sent", 1, None),
    ]


def test_a_failed_recipient_is_tried_again_by_the_next_call_under_the_same_message_id(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    office.answers[BOB] = ["550 mailbox closed"]
    mail = settings(office, ca_file, recipients=(ANN, BOB))
    _, refused = deliver(content(), mail, outbox, NOW, tmp_path)
    ann, bob = deliver(content(run_id="run-2"), mail, outbox, NOW, tmp_path)
    assert (ann.state, bob.state, bob.attempts) == ("already_sent", "sent", 2)
    assert bob.message_id == refused.message_id
    assert office.message_ids == [ann.message_id, bob.message_id]
    assert rows(outbox) == [(ANN, "sent", 1, None), (BOB, "sent", 2, None)]


@pytest.mark.parametrize("place", ["recipient", "data"])
def test_a_temporary_refusal_is_tried_again_after_a_wait(
    place: str, office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    answer = "451 4.7.1 greylisted, come back"
    if place == "recipient":
        office.answers[ANN] = [answer]
    else:
        office.data_answers = [answer]
    waits: Waits = []
    (delivery,) = deliver(
        content(), settings(office, ca_file), outbox, NOW, tmp_path, waiting(waits)
    )
    assert (delivery.state, delivery.attempts) == ("sent", 2)
    assert waits == [2.0]
    assert len(office.received) == 1
    assert office.connections == 1


def test_a_refusal_that_stays_temporary_is_left_for_later_after_three_attempts(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    office.answers[BOB] = ["450 busy"] * 5
    waits: Waits = []
    mail = settings(office, ca_file, recipients=(ANN, BOB))
    ann, bob = deliver(content(), mail, outbox, NOW, tmp_path, waiting(waits))
    assert (ann.state, ann.attempts) == ("sent", 1)
    assert (bob.state, bob.attempts, bob.detail) == ("failed", 3, "450 busy")
    assert waits == [2.0, 4.0]
    assert office.commands.count(f"RCPT {BOB}") == 3


def test_a_lost_connection_is_made_again(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    office.hang_ups = 1
    waits: Waits = []
    mail = settings(office, ca_file, recipients=(ANN, BOB))
    ann, bob = deliver(content(), mail, outbox, NOW, tmp_path, waiting(waits))
    assert (ann.state, ann.attempts, bob.state, bob.attempts) == ("sent", 2, "sent", 1)
    assert sorted(recipient for recipient, _ in office.received) == [ANN, BOB]
    assert office.connections == 2


def test_a_connection_that_is_lost_every_time_ends_as_failed(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    office.hang_ups = 9
    (delivery,) = deliver(content(), settings(office, ca_file), outbox, NOW, tmp_path, waiting([]))
    assert (delivery.state, delivery.attempts) == ("failed", 3)
    assert f"localhost:{office.port} closed the connection" in delivery.detail
    assert rows(outbox) == [(ANN, "failed", 3, delivery.detail)]


def test_a_server_that_is_not_there_fails_every_recipient_with_the_reason(
    outbox: Outbox, tmp_path: Path
) -> None:
    office = PostOffice()
    with serving(office):
        pass
    waits: Waits = []
    mail = settings(office, None, recipients=(ANN, BOB))
    outcomes = deliver(content(), mail, outbox, NOW, tmp_path, waiting(waits))
    assert [each.state for each in outcomes] == ["failed", "failed"]
    assert all(f"cannot reach localhost:{office.port}" in each.detail for each in outcomes)
    assert waits == [2.0, 4.0]


def test_the_password_is_in_no_log_error_or_ledger_even_if_the_server_repeats_it(
    office: PostOffice,
    outbox: Outbox,
    ca_file: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    coded = base64.b64encode(f"\0desk\0{PASSWORD}".encode()).decode()
    office.login_answer = f"535 5.7.8 wrong password {PASSWORD} ({coded})"
    caplog.set_level(logging.DEBUG, logger="oirisk")
    (delivery,) = deliver(content(), settings(office, ca_file), outbox, NOW, tmp_path)
    assert delivery.state == "failed"
    assert delivery.detail == "535 5.7.8 wrong password *** (***)"
    said = caplog.text + repr(delivery) + repr(rows(outbox)) + repr(settings(office, ca_file))
    assert "wrong password" in caplog.text
    assert PASSWORD not in said
    assert coded not in said
    assert office.received == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": SecretStr("")}, "OIRISK_MAIL__PASSWORD"),
        ({"password": SecretStr("pässword-7")}, "must be ASCII"),
        ({"ca_file": Path("no-such.pem")}, r"mail\.ca_file 'no-such\.pem'"),
        ({"ca_file": Path()}, r"mail\.ca_file"),
        ({"host": "mail..example"}, r"mail\.host 'mail\.\.example'"),
        ({"recipients": (ANN, "bob")}, r"mail\.recipients: 'bob'"),
        ({"recipients": (ANN, f"{BOB}\r\nBcc: {EVE}")}, r"mail\.recipients"),
        ({"sender": "desk\n@x.example"}, r"mail\.sender"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_anything_is_sent(
    changes: dict[str, Any],
    words: str,
    office: PostOffice,
    outbox: Outbox,
    ca_file: Path,
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        deliver(content(), settings(office, ca_file, **changes), outbox, NOW, tmp_path)
    assert "pässword-7" not in str(caught.value)
    assert office.connections == 0
    assert rows(outbox) == []


@pytest.mark.parametrize(
    ("changes", "to", "missing"),
    [
        ({"host": ""}, ANN, "mail.host"),
        ({"recipients": ()}, "undisclosed-recipients:;", "mail.recipients"),
        ({"host": "", "recipients": (ANN, BOB)}, "undisclosed-recipients:;", "mail.host"),
    ],
)
def test_without_server_or_recipients_the_message_is_left_as_one_file(
    changes: dict[str, Any],
    to: str,
    missing: str,
    office: PostOffice,
    outbox: Outbox,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "2026-09-21"
    for _ in range(2):
        (delivery,) = deliver(content(), settings(office, None, **changes), outbox, NOW, folder)
    assert (delivery.state, delivery.path) == ("file", folder / "briefing.eml")
    assert delivery.detail == f"not mailed: {missing} is not set"
    assert [path.name for path in folder.iterdir()] == ["briefing.eml"]
    message = message_from_bytes((folder / "briefing.eml").read_bytes(), policy=policy.default)
    assert str(message["To"]) == to
    assert message["Message-ID"] == delivery.message_id
    assert rows(outbox) == []
    assert office.connections == 0


def test_a_file_that_cannot_be_written_is_an_error_that_names_it(
    outbox: Outbox, tmp_path: Path
) -> None:
    (tmp_path / "briefing.eml").mkdir()
    with pytest.raises(DeliveryError, match=r"cannot be left at .*briefing\.eml"):
        deliver(content(), MailSettings(), outbox, NOW, tmp_path)


CRASHING_RUN = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from oirisk.flows.mail.deliver import deliver
from oirisk.flows.mail.message import MessageContent
from oirisk.flows.mail.outbox import open_outbox
from oirisk.flows.settings.sections import MailSettings
port, ca_file, database = sys.argv[1:]
content = MessageContent("night", "<p>a</p>", "a", {}, "run-1", date(2026, 9, 21), None)
mail = MailSettings(host="localhost", port=int(port), ca_file=Path(ca_file), username="desk",
                    password="correct-horse-9", sender="oirisk@desk.example",
                    recipients=("ann@fund.example",))
with open_outbox(Path(database)) as outbox:
    now = datetime(2026, 9, 21, tzinfo=UTC)
    deliver(content, mail, outbox, now, Path(database).parent)
"""


def wait_for(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "the run ended before it was killed"
        assert time.monotonic() < deadline, "the run never got as far as the server"
        time.sleep(0.02)


def test_a_run_killed_while_sending_is_repeated_exactly_once_under_the_same_message_id(
    office: PostOffice, database: Path, ca_file: Path, tmp_path: Path
) -> None:
    office.is_silent = True
    arguments = [str(office.port), str(ca_file), str(database)]
    with subprocess.Popen([sys.executable, "-c", CRASHING_RUN, *arguments]) as process:  # noqa: S603
        wait_for(lambda: office.received, process)
        process.send_signal(signal.SIGKILL)
    office.is_silent = False
    with open_outbox(database) as outbox:
        assert rows(outbox) == [(ANN, "sending", 1, None)]
        mail = settings(office, ca_file)
        (repeated,) = deliver(content(run_id="run-2"), mail, outbox, NOW, tmp_path)
        (third,) = deliver(content(run_id="run-3"), mail, outbox, NOW, tmp_path)
        assert rows(outbox) == [(ANN, "sent", 2, None)]
    assert (repeated.state, repeated.attempts, third.state) == ("sent", 2, "already_sent")
    assert office.message_ids == [repeated.message_id] * 2


def test_an_attempt_is_on_disk_before_the_server_hears_of_the_message(
    office: PostOffice, outbox: Outbox, database: Path, ca_file: Path, tmp_path: Path
) -> None:
    seen: list[tuple[Any, ...]] = []

    async def look(*_arguments: object) -> str:
        with closing(sqlite3.connect(database)) as other:
            seen.extend(other.execute("select state, attempts, length(content) from messages"))
        return "250 OK"

    office.handle_MAIL = look  # type: ignore[attr-defined]
    deliver(content(), settings(office, ca_file), outbox, NOW, tmp_path, waiting([]))
    ((state, attempts, size),) = seen
    assert (state, attempts) == ("sending", 1)
    assert size > len(PNG)


def test_what_was_sent_or_given_up_keeps_no_content(
    office: PostOffice, outbox: Outbox, database: Path, ca_file: Path, tmp_path: Path
) -> None:
    office.answers[BOB] = ["450 busy"] * 3
    office.answers[EVE] = ["550 mailbox closed"]
    mail = settings(office, ca_file, recipients=(ANN, BOB, EVE))
    deliver(content(), mail, outbox, NOW, tmp_path, waiting([]))
    with closing(sqlite3.connect(database)) as other:
        kept = dict(other.execute("select recipient, length(content) from messages"))
    assert (kept[ANN], kept[EVE]) == (0, 0)
    assert kept[BOB] > len(PNG)


def queued(identifier: str) -> QueuedMessage:
    return QueuedMessage(DeliveryKey(ANN, NIGHT, "briefing"), "a@b.example", identifier, b"text")


def test_what_was_sent_cannot_be_begun_again_or_be_marked_failed(outbox: Outbox) -> None:
    key = DeliveryKey(ANN, NIGHT, "briefing")
    with pytest.raises(DeliveryError, match="the outbox says nothing"):
        outbox.begin(key)
    outbox.queue(queued("<first@desk.example>"), NOW)
    with pytest.raises(DeliveryError, match="no attempt was begun"):
        outbox.mark_sent(key, NOW)
    outbox.begin(key)
    outbox.mark_sent(key, NOW)
    outbox.queue(queued("<second@desk.example>"), NOW)
    with pytest.raises(DeliveryError, match="the outbox says sent"):
        outbox.begin(key)
    with pytest.raises(DeliveryError, match="no attempt was begun"):
        outbox.mark_failed(key, "late news", NOW, 0)
    record = outbox.find(key)
    assert record is not None
    assert (record.message_id, record.state, record.attempts) == ("<first@desk.example>", "sent", 1)


def test_two_processes_do_not_send_from_one_outbox_at_once(
    office: PostOffice, outbox: Outbox, database: Path, ca_file: Path, tmp_path: Path
) -> None:
    hurried = replace(IN_A_NIGHT, others=0.0)
    with open_outbox(database) as other, other.sending() as is_free:
        assert is_free
        (delivery,) = deliver(content(), settings(office, ca_file), outbox, NOW, tmp_path, hurried)
    assert delivery.state == "queued"
    assert delivery.detail == "not tried yet: another process is sending from this home"
    assert office.connections == 0
    assert [one.state for one in outbox.waiting()] == ["queued"]


def test_a_file_that_is_no_outbox_is_an_error_that_names_it(database: Path) -> None:
    database.write_bytes(b"what a full disk left" * 500)
    with (
        pytest.raises(HomeError, match=r"cannot use the outbox .*outbox\.sqlite"),
        open_outbox(database),
    ):
        pass


def test_a_run_interrupted_between_two_recipients_hangs_up_and_is_completed_by_the_next(
    office: PostOffice, outbox: Outbox, ca_file: Path, tmp_path: Path
) -> None:
    class Interrupted(Outbox):
        def mark_sent(self, key: DeliveryKey, sent_at: datetime) -> None:
            if key.recipient == BOB:
                raise KeyboardInterrupt
            super().mark_sent(key, sent_at)

    mail = settings(office, ca_file, recipients=(ANN, BOB, EVE))
    with pytest.raises(KeyboardInterrupt):
        deliver(content(), mail, Interrupted(outbox._engine), NOW, tmp_path)
    assert rows(outbox) == [(ANN, "sent", 1, None), (BOB, "sending", 1, None)]
    assert office.farewells == 0
    outcomes = deliver(content(run_id="run-2"), mail, outbox, NOW, tmp_path)
    assert [each.state for each in outcomes] == ["already_sent", "sent", "sent"]
    assert [recipient for recipient, _ in office.received] == [ANN, BOB, BOB, EVE]
    assert office.message_ids[1] == office.message_ids[2]
    assert office.farewells == 1


def test_an_outbox_lies_at_any_path(tmp_path: Path) -> None:
    folder = tmp_path / "100%20 #1 ?a=b &c"
    folder.mkdir()
    with open_outbox(folder / "outbox.sqlite") as outbox:
        outbox.queue(queued("<first@desk.example>"), NOW)
    with open_outbox(folder / "outbox.sqlite") as outbox:
        assert outbox.find(queued("").key) is not None
    assert (folder / "outbox.sqlite").is_file()
