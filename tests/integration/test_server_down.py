"""A Prefect server that is configured and does not answer: the night runs, and it is said."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from oirisk.flows.schedule import scheduler
from oirisk.flows.server import silence, with_or_without_server
from oirisk.schemas.errors import ConfigurationError

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


def test_a_server_that_is_not_there_is_left_aside_and_named() -> None:
    with temporary_settings({PREFECT_API_URL: NOWHERE}):
        with with_or_without_server() as note:
            assert PREFECT_API_URL.value() is None
        assert PREFECT_API_URL.value() == NOWHERE
    assert f"the Prefect server at {NOWHERE} (PREFECT_API_URL) does not answer" in note
    assert "unset PREFECT_API_URL" in note


def test_a_server_that_refuses_is_as_good_as_none(refusing: str) -> None:
    with temporary_settings({PREFECT_API_URL: refusing}):
        assert "403" in silence()


def test_without_a_configured_server_nothing_is_asked() -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        assert silence() == ""


def test_a_schedule_needs_the_server_that_it_names() -> None:
    said = "PREFECT_API_URL.* does not answer: .*then a scheduler runs here"
    with (
        temporary_settings({PREFECT_API_URL: NOWHERE}),
        pytest.raises(ConfigurationError, match=said),
        scheduler(),
    ):
        pass


def test_a_server_that_fails_during_a_run_is_named_and_no_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("oirisk.flows.server.silence", lambda: "")
    with temporary_settings({PREFECT_API_URL: NOWHERE}):
        with (
            pytest.raises(ConfigurationError, match=f"{NOWHERE} .PREFECT_API_URL. failed"),
            with_or_without_server(),
        ):
            raise httpx.ConnectError("connection refused")
        with pytest.raises(ZeroDivisionError), with_or_without_server():
            raise ZeroDivisionError


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
