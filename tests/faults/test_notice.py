"""Trouble is noticed, told once with what to do, and told again when it is over."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pydantic import SecretStr

from oirisk.flows.cli.doctor import check_nights
from oirisk.flows.mail.mailing import mail_report
from oirisk.flows.notify import look_after, watched
from oirisk.flows.reports import report_of, write_report
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import MailSettings, NotifySettings
from oirisk.flows.status import status_of
from oirisk.schemas.errors import CoverageError
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading
from tests.mail_server import PostOffice, serving

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)


@dataclass
class Listener:
    """A service on loopback that takes what it is told, or refuses it."""

    address: str
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answer: int = 200


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A webhook and a dead-man service."""
    one = Listener("")

    class Handler(BaseHTTPRequestHandler):
        """Notes what is posted."""

        def do_POST(self) -> None:
            """Take it, and answer."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            one.heard.append((self.path, json.loads(body)))
            self.send_response(one.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    one.address = f"http://127.0.0.1:{server.server_port}"
    yield one
    server.shutdown()
    server.server_close()


@pytest.fixture
def night(desk: Any, tape: Any, gate_row: Callable[..., Any]) -> Any:
    """A home with one night, and when it was."""
    outcome = desk.replay(tape.gate(gate_row(3_000, 50_000)).write())
    return desk.home, outcome.snapshot_at


def _settings(at: datetime, listener: Listener | None = None) -> Settings:
    url = SecretStr(listener.address if listener else "")
    hook = SecretStr(f"{listener.address}/hook" if listener else "")
    cron = f"{at.minute} {at.hour} * * *"
    notify = NotifySettings(webhook_url=hook, ping_url=url)
    return Settings.model_validate({"schedule": {"cron": cron}, "notify": notify})


def _kinds(home: Home, settings: Settings, now: datetime) -> list[str]:
    return [one.id for one in status_of(home, settings, now).troubles]


def test_a_night_that_did_not_happen_is_seen_two_hours_later_and_not_before(night: Any) -> None:
    home, at = night
    settings = _settings(at)
    day = timedelta(days=1)
    assert _kinds(home, settings, at + HOUR) == []
    assert _kinds(home, settings, at + day + HOUR) == []
    assert _kinds(home, settings, at + day + 3 * HOUR) == ["night-missing"]
    (late,) = status_of(home, settings, at + 58 * day).troubles
    assert f"{at + 57 * day:%Y-%m-%d}" in late.what or f"{at + 58 * day:%Y-%m-%d}" in late.what
    assert f"of {at:%Y-%m-%d %H:%M} UTC" in late.what
    assert "oirisk catch-up" in late.repair


def test_doctor_is_not_content_with_a_home_whose_nights_stopped(night: Any) -> None:
    home, at = night
    # The checks of the command line go by the time of day; the night is of the past.
    assert at < datetime.now(UTC) - timedelta(days=2)
    (finding,) = check_nights(home, _settings(at))
    assert (finding.name, finding.status) == ("night-missing", "warn")
    assert finding.repair


def test_trouble_is_told_once_and_once_more_when_it_is_over(night: Any, listener: Listener) -> None:
    home, at = night
    settings = _settings(at, listener)
    late = at + timedelta(days=1) + 3 * HOUR
    for minutes in (0, 60, 120):
        look_after(home, settings, late + timedelta(minutes=minutes))
    ((path, told),) = listener.heard
    assert path == "/hook"
    assert told["id"] == "night-missing"
    assert told["is_over"] is False
    assert "did not happen" in told["what"]
    assert "oirisk catch-up" in told["repair"]
    look_after(home, settings, at + HOUR)
    assert [body["is_over"] for _path, body in listener.heard] == [False, True]
    look_after(home, settings, at + HOUR)
    assert len(listener.heard) == 2


def test_what_a_channel_refuses_is_told_again_later(night: Any, listener: Listener) -> None:
    home, at = night
    settings = _settings(at, listener)
    late = at + timedelta(days=1) + 3 * HOUR
    listener.answer = 503
    look_after(home, settings, late)
    listener.answer = 200
    look_after(home, settings, late + HOUR)
    look_after(home, settings, late + 2 * HOUR)
    assert [body["is_over"] for _path, body in listener.heard] == [False, False]


def test_the_dead_man_service_hears_of_every_night_and_how_it_ended(
    night: Any, listener: Listener
) -> None:
    home, at = night
    settings = _settings(at, listener)
    with watched(home, settings, lambda: at + HOUR):
        pass
    assert listener.heard == [("/", {})]
    listener.heard.clear()
    with (
        pytest.raises(CoverageError),
        watched(home, settings, lambda: at + HOUR),
    ):
        raise CoverageError("no venue gave a usable row")
    assert listener.heard == [("/fail", {"text": "no venue gave a usable row"})]


def test_mail_that_is_given_up_is_told_once_and_named_with_what_to_do(
    night: Any, listener: Listener
) -> None:
    home, at = night
    office = PostOffice(answers={"ann@fund.example": ["550 no such user"]})
    with serving(office):
        told_to = {"host": "127.0.0.1", "port": office.port, "security": "none"}
        people = ("Ann <ann@fund.example>", "bob@fund.example")
        mail = MailSettings(**told_to, recipients=people)
        settings = _settings(at, listener).model_copy(update={"mail": mail})
        report = write_report(home, report_of(home, _run(home), settings), f"{at:%Y-%m-%d}")
        mail_report(home, report.parent.name, settings, at)
        for hours in (1, 2, 3):
            look_after(home, settings, at + hours * HOUR)
        ((_, told),) = listener.heard
        assert told["id"] == "mail-given-up-ann@fund.example"
        assert "550 no such user" in told["what"]
        assert f"`oirisk send --date {at:%Y-%m-%d}`" in told["repair"]
        (finding,) = [one for one in check_nights(home, settings) if "given-up" in one.name]
        assert (finding.status, finding.repair) == ("warn", told["repair"])
        assert status_of(home, settings, at + HOUR).mail_given_up == ("ann@fund.example",)
        with watched(home, settings, lambda: at + 3 * HOUR):
            pass
        assert listener.heard[-1][0] == "/fail"
        # Bob has heard of it too; once Ann's mail is sent, both do, and the service is content.
        assert [who for who, _ in office.received].count("bob@fund.example") == 2
        mail_report(home, report.parent.name, settings, at + 4 * HOUR)
        with watched(home, settings, lambda: at + 4 * HOUR):
            pass
    assert [path for path, _ in listener.heard[-2:]] == ["/hook", "/"]
    assert listener.heard[-2][1]["is_over"] is True
    gone = settings.model_copy(
        update={"mail": MailSettings(**told_to, recipients=("bob@fund.example",))}
    )
    assert _kinds(home, gone, at + 5 * HOUR) == []


def _run(home: Home) -> str:
    with reading(home) as connection:
        return str(query(connection, "select run_id from ops.runs")["run_id"][0])


def test_no_channel_that_is_gone_ends_a_night(night: Any, caplog: pytest.LogCaptureFixture) -> None:
    home, at = night
    gone = Listener("http://127.0.0.1:9/secret-token")
    with watched(home, _settings(at, gone), lambda: at + timedelta(days=1) + 3 * HOUR):
        pass
    assert "not told option=notify.ping_url" in caplog.text
    assert "secret-token" not in caplog.text


def test_monitoring_finds_how_a_home_stands_in_two_files(night: Any) -> None:
    home, at = night
    look_after(home, _settings(at), at + timedelta(days=1) + 3 * HOUR)
    told = json.loads((home.root / "status.json").read_text())
    assert told["is_well"] is False
    assert told["troubles"][0]["id"] == "night-missing"
    assert told["age_hours"] == pytest.approx(27)
    metrics = (home.root / "metrics.prom").read_text()
    values = dict(line.split() for line in metrics.splitlines() if not line.startswith("#"))
    assert float(values["oirisk_last_success_timestamp_seconds"]) == at.timestamp()
    assert 'oirisk_trouble{id="night-missing"} 1.0' in metrics
    assert "oirisk_well 0.0" in metrics


def test_an_empty_home_is_no_trouble_yet(tmp_path: Path) -> None:
    home = Home(tmp_path)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    assert _kinds(home, _settings(at), at) == []
    assert status_of(home, _settings(at), at).night_at is None
