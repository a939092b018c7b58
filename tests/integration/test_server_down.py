"""A Prefect server that is configured and does not answer: the night runs, and it is said."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from oirisk.flows import nightly
from oirisk.flows.night import Night
from oirisk.flows.nightly import run_shown
from oirisk.flows.outcome import Outcome
from oirisk.flows.schedule import scheduler
from oirisk.flows.server import silence
from oirisk.schemas.errors import CoverageError

pytestmark = pytest.mark.integration

NOWHERE = "http://127.0.0.1:9/api"


class _Refuses(BaseHTTPRequestHandler):
    """Answers everything with a refusal."""

    def do_GET(self) -> None:
        """Refuse."""
        self.send_response(403)
        self.end_headers()

    def do_POST(self) -> None:
        """Refuse."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[str]:
    """Address of a server that lets nobody in."""
    server = HTTPServer(("127.0.0.1", 0), _Refuses)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    server.server_close()


def test_a_server_that_is_not_there_is_named() -> None:
    with temporary_settings({PREFECT_API_URL: NOWHERE}):
        said = silence()
    assert f"the Prefect server at {NOWHERE} (PREFECT_API_URL) does not answer" in said


def test_a_server_that_refuses_is_as_good_as_none(refusing: str) -> None:
    with temporary_settings({PREFECT_API_URL: refusing}):
        assert "403" in silence()


def test_without_a_configured_server_nothing_is_asked() -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        assert silence() == ""


def test_a_schedule_goes_on_with_a_server_of_its_own_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with temporary_settings({PREFECT_API_URL: NOWHERE}), scheduler():
        assert PREFECT_API_URL.value() != NOWHERE
        assert silence() == ""
    assert f"the Prefect server at {NOWHERE} (PREFECT_API_URL) does not answer" in caplog.text
    assert "with a server of its own" in caplog.text


def test_a_night_goes_on_when_its_server_is_lost_before_it_begins(
    tmp_path: Path, tape: Any, gate_row: Any
) -> None:
    (tmp_path / "oirisk.toml").write_text('venues = ["gate"]\n')
    asked = Night(tmp_path, replay=tape.gate(gate_row(3_000, 50_000)).write())
    with temporary_settings({PREFECT_API_URL: NOWHERE, PREFECT_CLIENT_MAX_RETRIES: 0}):
        outcome = asyncio.run(run_shown(asked))
    assert outcome.state == "completed"
    assert (tmp_path / "published" / "warehouse.duckdb").is_file()


@pytest.mark.parametrize("ending", ["an outcome", "an error"])
def test_a_server_lost_at_the_end_changes_nothing_of_how_the_night_ended(
    monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    asked = Night(Path("home"))
    outcome = Outcome("id", datetime(2026, 1, 1, tzinfo=UTC), "completed", {}, 1, 0, {})
    calls: list[Night] = []

    async def body(night: Night, _steps: object = None) -> Outcome:
        calls.append(night)
        if ending == "an error":
            raise CoverageError("no venue gave a usable row")
        return outcome

    async def lost(*_given: object) -> Outcome:
        with suppress(CoverageError):
            await nightly._run("nightly", "home", None, None, None)
        raise httpx.ConnectError("connection refused")

    monkeypatch.setattr(nightly, "run_night", body)
    monkeypatch.setattr(nightly, "nightly", lost)
    if ending == "an error":
        with pytest.raises(CoverageError, match="no venue"):
            asyncio.run(nightly.run_shown(asked))
    else:
        assert asyncio.run(nightly.run_shown(asked)) is outcome
    assert len(calls) == 1


def test_what_breaks_in_a_night_itself_is_not_put_to_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[object] = []

    async def broken(*given: object) -> Outcome:
        calls.append(given)
        raise ZeroDivisionError

    async def shown(*_given: object) -> Outcome:
        return await nightly._run("nightly", "home", None, None, None)

    monkeypatch.setattr(nightly, "run_night", broken)
    monkeypatch.setattr(nightly, "nightly", shown)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(nightly.run_shown(Night(Path("home"))))
    assert len(calls) == 1


def test_a_snapshot_runs_without_the_server_and_says_so(
    tmp_path: Path, tape: Any, gate_row: Any
) -> None:
    (tmp_path / "oirisk.toml").write_text('venues = ["gate"]\n')
    command = [
        "snapshot",
        "--home",
        tmp_path,
        "--replay",
        tape.gate(gate_row(3_000, 50_000)).write(),
    ]
    done = subprocess.run(  # noqa: S603 -- own program
        [sys.executable, "-m", "oirisk", *map(str, command), "--json"],
        capture_output=True, text=True, timeout=280, check=False,
        env={**os.environ, "PREFECT_API_URL": NOWHERE, "PREFECT_HOME": str(tmp_path / "prefect")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "completed"
    assert f"the Prefect server at {NOWHERE} (PREFECT_API_URL) does not answer" in done.stderr
    assert "this run goes without it" in done.stderr
