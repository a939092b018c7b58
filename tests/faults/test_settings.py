"""Faults of settings: each is named with its place and what to do, and shows no secret."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from oirisk.flows.cli.app import app
from oirisk.flows.cli.doctor import check_configuration
from oirisk.flows.settings.model import load_settings
from oirisk.flows.settings.refusals import OTHER_VARIABLES
from oirisk.schemas.errors import ConfigurationError

pytestmark = pytest.mark.integration

MARK = "hush-4711"
"""Stands where a secret may stand, and must not be printed."""


def _write(home: Path, text: str) -> Path:
    home.mkdir(exist_ok=True, parents=True)
    (home / "oirisk.toml").write_text(text, encoding="utf-8")
    return home


def _refusal(home: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(home)
    error: BaseException | None = caught.value
    said = str(error)
    while error is not None:  # nor may what is chained show it, since a log prints that too
        assert MARK not in str(error)
        error = error.__cause__
    return said


FILES = {
    '[mail]\npasword = "MARK"\n': ("line 2, column 1: mail.pasword", "did you mean mail.password?"),
    "[mail]\nhost = 'smtp.example.com'\n  passwrd = 'MARK'\n": ("line 3, column 3", "mail.password?"),
    '[mail]\npassword = ["MARK"]\n': ("line 2, column 1: mail.password",),
    '[mail]\nhost = "smtp://user:MARK@smtp.example.com"\n': ("line 2, column 1: mail.host",
        "name of the server alone"),
    '[mail]\nhost = "smtp.example.com:587"\n': ("mail.host", "mail.port"),
    '[mail]\nhost = "smtp.example.com/"\n': ("mail.host", "name of the server alone"),
    '[mail]\nhost = "[::1]"\n': ("mail.host", "name of the server alone"),
    '[mail]\npassword = "MARK"\npassword_block = "MARK"\n': ("line 1, column 2: mail",
        "one of password, password_file and password_block"),
    '# [mial] host\n\n[mial]\nhost = "MARK"\n': ("line 3, column 2: mial", "did you mean mail?"),
    '[notify]\nping_url = "MARK"\n': ("line 2, column 1: notify.ping_url", "expected an address"),
    '[notify]\nwebhook_url = "ftp://x/MARK"\n': ("notify.webhook_url", "expected an address"),
    '[notify]\npingurl = "https://x/MARK"\n': ("did you mean notify.ping_url?",),
    "[fetch]\nrecipients = ['MARK']\n": ("line 2, column 1", "did you mean mail.recipients?"),
    'token = "MARK"\n': ("line 1, column 1: token: there is no such option",),
    "mail = {pasword = 'MARK'}\n": ("line 1, column 9: mail.pasword",),
    "mail.pasword = 'MARK'\n": ("line 1, column 6: mail.pasword",),
    'venues = [\n  "gate",\n  3,\n]\n[mail]\n': ("line 1, column 1: venues.1",),
    "[fetch]\nattempts = 0 # attempts\n": ("line 2, column 1: fetch.attempts", "(seen: 0)"),
    '[schedule]\n# cron = "x"\ncron = """\nsometimes"""\n': ("line 3, column 1: schedule.cron",),
    "[mail]\nhost = 'a'x\n": ("line 2, column",),
    '[[generic]]\nid = "a"\n\n[[generic]]\nid = "b"\naddress = "https://u:MARK@x.example"\n': (
        "line 6, column 1: generic.1.address", "without user and password"),
    '[[generic]]\nid = "a"\nparams = {apikey = "MARK"}\n': ("line 3, column 1: generic.0.params",
        "secret_params"),
    '[[generic]]\nid = "a"\nheaders = {Authorization = ["MARK"]}\n': ("generic.0.headers",),
    '[[generic]]\nid = "a"\nfield = "x"\nunit = "base"\ncounting_factor = 1\n'
    'call = "publicGetX"\nheaders = {Authorization = "MARK"}\n': ("headers and secret_params go",),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), FILES.items(), ids=range(len(FILES)))
def test_option_in_file(text: str, words: tuple[str, ...], tmp_path: Path) -> None:
    said = _refusal(_write(tmp_path, text.replace("MARK", MARK)))
    for word in ("oirisk.toml", *words):
        assert word in said


VARIABLES = {
    "OIRISK_MAIL__PASSWRD": ("did you mean OIRISK_MAIL__PASSWORD?",),
    "OIRISK_MIAL__PASSWORD": ("did you mean OIRISK_MAIL__PASSWORD?",),
    "OIRISK_PASSWORD": ("there is no such option: OIRISK_PASSWORD",),
    "OIRISK_MAIL__PASSWORD__X": ("there is no such option: OIRISK_MAIL__PASSWORD__X",),
    "oirisk_hmoe": ("oirisk_hmoe (did you mean OIRISK_HOME?)",),
    "OIRISK_MAIL": ("lists are written as JSON",),
    "OIRISK_MAIL__HOST": ("OIRISK_MAIL__HOST in the environment: mail.host",),
    "OIRISK_GENERIC": ("OIRISK_GENERIC in the environment: generic.0.pasword",),
}
VALUES = {
    "OIRISK_MAIL__HOST": f"smtps://u:{MARK}@x",
    "OIRISK_GENERIC": f'[{{"id": "x", "pasword": "{MARK}"}}]',
}


@pytest.mark.parametrize(("name", "words"), VARIABLES.items(), ids=VARIABLES)
def test_option_in_environment(
    name: str, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, VALUES.get(name, MARK))
    said = _refusal(tmp_path)
    for word in words:
        assert word in said
    for finding in check_configuration(tmp_path):
        assert MARK not in str(finding)
    (finding,) = check_configuration(tmp_path)
    assert (finding.name, finding.status) == ("settings", "fail")


def test_known_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIRISK_HOME", str(tmp_path))
    monkeypatch.setenv("OIRISK_FETCH__ATTEMPTS", "7")
    monkeypatch.setenv("OIRISK_RECONCILE__EXCHANGES__HUOBI", "htx")
    monkeypatch.setenv("OIRISK_MAIL__PASSWORD_FILE", str(tmp_path / "secret"))
    settings = load_settings(tmp_path)
    assert settings.fetch.attempts == 7
    assert settings.mail.password_file == tmp_path / "secret"


def test_variables_of_the_source() -> None:
    sources = (path.read_text() for path in (Path(__file__).parents[2] / "flows").rglob("*.py"))
    read = {name for text in sources for name in re.findall(r'"(OIRISK_[A-Z_]*[A-Z])"', text)}
    assert read == OTHER_VARIABLES


MAIL = '[mail]\nhost = "smtp.example.com"\nusername = "u"\nrecipients = ["a@example.com"]\n'
BEFORE_ASKING = {
    "password file": (MAIL + 'password_file = "/nowhere/secret"\n', "mail.password_file"),
    "password file empty": (MAIL + 'password_file = "/dev/null"\n', "mail.password_file"),
    "password folder": (MAIL + 'password_file = "/"\n', "mail.password_file"),
    "no password": (MAIL, "there is no password"),
    "recipient": (MAIL.replace("a@example.com", "nobody") + 'password = "x"\n', "mail.recipients"),
    "ca file": (MAIL + 'password = "x"\nca_file = "/nowhere.pem"\n', "mail.ca_file"),
    "accounts": ('[observe]\naccounts_file = "/nowhere/accounts.txt"\n', "observe.accounts_file"),
    "accounts of another kind": ('[observe]\naccounts_file = "/etc/hostname"\n', "accounts_file"),
    "accounts in the home": ('[observe]\naccounts_file = "no.txt"\n', "/no.txt"),
    "venue": ('venues = ["nowhere"]\n', "nowhere"),
    "host": ('[mail]\nhost = "smtp://x"\n', "mail.host"),
}  # fmt: skip


@pytest.mark.parametrize("command", ["nightly", "snapshot", "schedule"])
@pytest.mark.parametrize(("text", "words"), BEFORE_ASKING.values(), ids=BEFORE_ASKING)
def test_unusable_at_start(
    command: str, text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object, **__: object) -> None:
        raise AssertionError("the night has begun")

    monkeypatch.setattr("oirisk.flows.cli.run._runner", asked)
    monkeypatch.setattr("oirisk.flows.cli.schedule.serve", asked)
    home = _write(tmp_path / "home", text)
    done = CliRunner().invoke(app, [command, f"--home={home}"])
    assert done.exit_code == 2
    assert words in done.output
    assert "a fault of oirisk" not in done.output
    # What tells a person of a night that did not happen may be written, and no data.
    assert {path.name for path in home.iterdir()}.isdisjoint({"raw", "warehouse.duckdb", "reports"})


@pytest.mark.parametrize(("text", "words"), BEFORE_ASKING.values(), ids=BEFORE_ASKING)
def test_unusable_found_by_doctor(text: str, words: str, tmp_path: Path) -> None:
    failed = [one for one in check_configuration(_write(tmp_path, text)) if one.status == "fail"]
    (finding,) = failed
    assert words in finding.detail
    assert finding.repair


HOMES = (
    "plain", "with space", "br[a-c]ket", "star*", "back\\slash", "100%", "hash#", "it's", 'say "x"',
    "Zürich 持仓", "semi;colon", "$HOME", "~", "{x,y}", "-dash", "tab\there",
)  # fmt: skip


FORMS = ("relative", "trailing", "symlink", "dotted")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        *((name, "whole") for name in HOMES),
        *((name, form) for name in ("~", "Zürich 持仓") for form in FORMS),
    ],
)
def test_home_of_any_name(
    name: str, form: str, tmp_path: Path, tape: Any, gate_row: Any,
    make_desk: Callable[..., Any], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    place = tmp_path / name
    place.mkdir()
    monkeypatch.chdir(tmp_path)
    given = {
        "whole": str(place), "relative": name, "trailing": f"{place}/", "symlink": "link",
        "dotted": f"{place}/../{name}/.",
    }[form]  # fmt: skip
    (tmp_path / "link").symlink_to(place)
    desk = make_desk()
    stored = type(desk)(type(desk.home)(Path(given)), desk.settings)
    run = stored.replay(tape.gate(gate_row(3_000, 50_000)).write())
    assert (stored.write_report(run) / "index.html").is_file()
    told = CliRunner().invoke(
        app, ["sql", f"--home={given}", "--format", "csv", "select oi_base from marts.oi_by_asset"]
    )
    assert told.output.split() == ["oi_base", "30.0"]
    assert (place / "raw").is_dir()


@pytest.mark.parametrize("command", ["nightly", "snapshot", "schedule"])
def test_question_mark_in_home(command: str, tmp_path: Path) -> None:
    home = _write(tmp_path / "what?", "")
    done = CliRunner().invoke(app, [command, f"--home={home}"])
    assert done.exit_code == 2
    assert "holds a question mark" in done.output
    (finding,) = [one for one in check_configuration(home) if one.status == "fail"]
    assert "question mark" in finding.detail
    assert "--home" in finding.repair


def test_misspelt_variable_of_a_process(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-m", "oirisk", "nightly", f"--home={tmp_path}"],
        env={**os.environ, "OIRISK_MAIL__PASSWRD": MARK},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 2
    assert "OIRISK_MAIL__PASSWORD?" in done.stderr
    assert MARK not in done.stdout + done.stderr
    assert not (tmp_path / "warehouse.duckdb").exists()
