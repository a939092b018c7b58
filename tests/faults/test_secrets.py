"""A night with marked secrets: they stand where they were put, and nowhere else."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import pytest
from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from prefect.blocks.system import Secret
from prefect.testing.utilities import prefect_test_harness

from oirisk.flows.exchanges.cassette import read_recording, recording_lines
from oirisk.flows.exchanges.configured import known_venues
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.sources import ReplaySource
from oirisk.flows.mail.usable import with_password
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.flows.settings.sections import FetchSettings, MailSettings
from oirisk.schemas.errors import ConfigurationError
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading
from tests.faults.exchange import Exchange, ask, contract, declared, in_background, interest
from tests.faults.processes import listening, told, tree

pytestmark = pytest.mark.integration

PASSWORD = "hush-mail-4711"  # noqa: S105 -- of the server in this file
TOKEN = "hush/token 4712+x"  # noqa: S105 -- of the exchange in this file
HEADER = "Bearer hush-header-4713"
MARKS = (
    PASSWORD,
    TOKEN,
    quote(TOKEN, safe=""),
    TOKEN.replace(" ", "+"),
    "hush-header-4713",
    "hush",
)
LOOPBACK = {"127.0.0.1", "::1"}


async def _echoes(request: web.Request) -> web.StreamResponse:
    """Answer with everything that was sent, in sound rows and in one that is refused."""
    said = {"token": request.query.get("key"), "url": str(request.url), "all": str(request.headers)}
    if request.query.get("key") != TOKEN or request.headers["Authorization"] != HEADER:
        return web.Response(status=401)
    return web.json_response({"data": [interest("BTC", **said), interest("NONE", **said)]})


async def _refuses(request: web.Request) -> web.StreamResponse:
    return web.Response(status=400, text=f"no such key: {request.url} {request.headers}")


async def _busy(request: web.Request) -> web.StreamResponse:
    return web.Response(status=503, text=str(request.url))


SECRETS = {"headers": {"Authorization": HEADER}, "secret_params": {"key": TOKEN}}


def _exchanges() -> dict[str, Exchange]:
    return {
        "echo": Exchange([contract("BTC")], _echoes, SECRETS),
        "refuse": Exchange([contract("BTC")], _refuses, SECRETS),
    }


def _in_toml(name: str, one: Exchange, address: str) -> str:
    """Return the section of an exchange in oirisk.toml."""
    section = declared({name: one})[0].model_dump(mode="json", exclude_defaults=True)
    shown = {
        **section, **one.declared, "address": f"{address}/{name}/v1",
        "counting_factor": 1, "id": name,
    }  # fmt: skip
    lines = ["[[generic]]"]
    lines += [f"{key} = {_value(value)}" for key, value in shown.items()]
    return "\n".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + "}"
    return json.dumps(value)


class _Refusing:
    """A mail server that repeats the password it does not take."""

    def __call__(
        self, _server: object, _session: object, _envelope: object, _mechanism: str, data: Any
    ) -> AuthResult:
        return AuthResult(
            success=False, handled=False, message=f"535 5.7.8 not {data.password.decode()}"
        )


@contextmanager
def _mail_server() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = Controller(
        object(), hostname="127.0.0.1", port=port, authenticator=_Refusing(), auth_require_tls=False
    )
    server.start()
    try:
        yield port
    finally:
        server.stop()


def _start(arguments: Sequence[str], folder: Path, **more: str) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OIRISK_")}
    with (folder / "said.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 -- our own interpreter
            [sys.executable, "-m", "oirisk", *arguments],
            stdout=log, stderr=log,
            env={**kept, "PREFECT_HOME": str(folder / "engine"), **more},
        )  # fmt: skip


def _watched(
    process: subprocess.Popen[bytes], enough: Callable[[set[str]], bool]
) -> dict[str, Any]:
    """Look at a process and its children until it ends, or enough was seen."""
    seen: dict[str, Any] = {"lines": set(), "ports": set(), "processes": set()}
    while process.poll() is None and not enough(seen["ports"]):
        for pid in tree(process.pid):
            seen["processes"].add(pid)
            seen["lines"] |= {told(pid, "cmdline"), told(pid, "environ")}
            seen["ports"] |= listening(pid)
        time.sleep(0.05)
    return seen


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A whole night as a process of its own, and what the process list showed of it."""
    folder = tmp_path_factory.mktemp("secret")
    home = folder / "home"
    home.mkdir()
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "password").chmod(0o600)
    exchanges = _exchanges()
    services = {"hook": Exchange(interest=_busy), "ping": Exchange(interest=_busy)}
    with in_background({**exchanges, **services}) as address, _mail_server() as port:
        (home / "oirisk.toml").write_text(
            'venues = ["gate"]\n'
            + "\n".join(_in_toml(name, one, address) for name, one in exchanges.items())
            + "\n[fetch]\nattempts = 1\nrequest_timeout_seconds = 3\nvenue_timeout_seconds = 5\n"
            f'[top_up]\nenabled = false\n[mail]\nhost = "127.0.0.1"\nport = {port}\n'
            'security = "none"\nusername = "oirisk"\nrecipients = ["ann@example.com"]\n'
            f'password_file = "{folder / "password"}"\n'
            f'[notify]\nwebhook_url = "{address}/hook/hush-4714/interest?hush=1"\n'
            f'ping_url = "{address}/ping/hush-4715"\n'
        )
        process = _start(["-v", "nightly", f"--home={home}"], folder)
        seen = _watched(process, lambda _ports: False)
    assert process.returncode == 1, (folder / "said.log").read_text()
    assert all(one.asked for one in services.values())
    return folder, seen


def _published(home: Path) -> Iterator[tuple[str, str]]:
    """Return every text in the published copy, the archive among them, by table."""
    with reading(Home(home)) as connection:
        names = query(
            connection,
            "select distinct schema_name || '.' || table_name as name from duckdb_columns()"
            " where not internal",
        )["name"]
        for name in (*names, "raw.responses"):
            rows = query(connection, f"from {name}")
            yield name, "\n".join(map(str, rows.iter_rows()))


def test_night_with_secrets(night: tuple[Path, dict[str, Any]]) -> None:
    home = night[0] / "home"
    with reading(Home(home)) as connection:
        coverage = dict(query(connection, "select venue, error from ops.coverage").iter_rows())
        rows = query(connection, "select venue, oi_base from core.open_interest").rows()
        sent = query(connection, "select state, error from ops.deliveries").rows()
        record = query(connection, "select record from ops.rejects")["record"].to_list()
    assert rows == [("echo", 10.0)]
    assert "HTTP 400" in coverage["refuse"]
    assert "key=***" in coverage["refuse"]
    assert sent == [("failed", "535 5.7.8 not ***")]
    assert '"token": "***"' in record[0]
    assert len(night[1]["processes"]) > 0


def test_secrets_in_files(night: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = night
    kept = {folder / "password", folder / "home" / "oirisk.toml"}
    files = [path for path in folder.rglob("*") if path.is_file() and path not in kept]
    names = {path.name for path in files}
    assert {"said.log", "warehouse.duckdb", "index.html", "email.html", "outbox.sqlite"} <= names
    assert [path for path in files if path.suffix == ".parquet"]
    for path in files:
        content = path.read_bytes()
        assert not [mark for mark in MARKS if mark.encode() in content], path


def test_secrets_in_tables(
    night: tuple[Path, dict[str, Any]],
) -> None:
    told_of = dict(_published(night[0] / "home"))
    assert "HTTP 400" in told_of["ops.coverage"]
    assert "no such key" in told_of["raw.responses"]
    for name, text in told_of.items():
        assert not [mark for mark in MARKS if mark in text], name
    for path in (night[0] / "home" / "raw").rglob("*.parquet"):
        assert "hush" not in str(pl.read_parquet(path, glob=False).rows()), path
    with closing(sqlite3.connect(night[0] / "home" / "outbox.sqlite")) as connection:
        assert "hush" not in str(connection.execute("select * from messages").fetchall())


def test_secrets_in_processes(night: tuple[Path, dict[str, Any]]) -> None:
    lines = b"\n".join(night[1]["lines"])
    assert b"nightly" in lines
    assert b"PREFECT_HOME" in lines
    assert not [mark for mark in MARKS if mark.encode() in lines]


def test_ports_of_a_night(night: tuple[Path, dict[str, Any]]) -> None:
    assert night[1]["ports"] <= LOOPBACK


def test_ports_of_the_scheduler(tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = _start(["schedule", f"--home={home}"], tmp_path)
    try:
        seen = _watched(process, bool)
        assert process.poll() is None, (tmp_path / "said.log").read_text()
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    assert seen["ports"]
    assert seen["ports"] <= LOOPBACK


def test_recording_with_hidden_token(tmp_path: Path) -> None:
    exchanges = {"echo": _exchanges()["echo"]}
    (live,) = ask(exchanges)
    lines = recording_lines(one for one in live.responses if one.endpoint != "load_markets")
    (tmp_path / "night.jsonl").write_text("\n".join(lines))
    assert "hush" not in "\n".join(lines)
    behind = {**SECRETS, "address": "https://api.example.com/echo/v1"}
    sections = declared({"echo": Exchange(declared=behind)})
    venue = known_venues(Settings(generic=sections))["echo"]
    source = ReplaySource(read_recording(tmp_path / "night.jsonl"))
    again = asyncio.run(fetch_venue(venue, source, FetchSettings()))
    assert again.failures == live.failures == []
    assert again.responses[0].body == live.responses[-2].body


# Where the password may lie ----------------------------------------------------------------------


def _mail(**change: Any) -> MailSettings:
    return MailSettings(host="smtp.example.com", username="u", **change)


@pytest.mark.parametrize("content", [PASSWORD, f"{PASSWORD}\n", f"{PASSWORD}\r\n"])
def test_password_file(content: str, tmp_path: Path) -> None:
    file = tmp_path / "a [secret]?"
    file.write_bytes(content.encode())
    settings = with_password(_mail(password_file=file))
    assert settings.password.get_secret_value() == PASSWORD
    assert PASSWORD not in repr(settings)


@pytest.mark.parametrize("content", [b"", b"\n", b"hush\nmore\n", b"\xff\xfehush", b"hush" * 2000])
def test_password_file_without_password(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"mail\.password_file .*expected") as caught:
        with_password(_mail(password_file=file))
    assert "hush" not in str(caught.value)


def test_password_file_in_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(PASSWORD)
    for name in (str(tmp_path / "secret"), "secret"):  # by itself: in the home
        monkeypatch.setenv("OIRISK_MAIL__PASSWORD_FILE", name)
        read = with_password(load_settings(tmp_path).mail)
        assert read.password.get_secret_value() == PASSWORD


def test_password_block() -> None:
    with prefect_test_harness(server_startup_timeout=180):
        Secret(value=PASSWORD).save("oirisk-mail", _sync=True)

        async def inside_a_flow() -> MailSettings:
            return with_password(_mail(password_block="oirisk-mail"))  # noqa: S106 -- a name

        for settings in (
            with_password(_mail(password_block="oirisk-mail")),  # noqa: S106 -- a name
            asyncio.run(inside_a_flow()),
        ):
            assert settings.password.get_secret_value() == PASSWORD
        with pytest.raises(ConfigurationError, match="cannot be loaded"):
            with_password(_mail(password_block="elsewhere"))  # noqa: S106 -- a name


def test_password_without_block() -> None:
    code = (
        "import sys; from oirisk.flows.mail.smtp import MailServer;"
        "from oirisk.flows.mail.patience import LATER;"
        "from oirisk.flows.settings.sections import MailSettings;"
        "MailServer(MailSettings(host='smtp.example.com'), LATER); assert 'prefect' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)  # noqa: S603
