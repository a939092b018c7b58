"""Code blocks in the documentation run, against a demo home.

Blocks marked ``bash`` are run by bash in a folder that holds ``oirisk-demo-home``; blocks marked
``sql`` are given to ``oirisk sql``; ``toml`` blocks must be settings that load. Blocks marked
``sh`` need a network, set things up or do not end: they are not run.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oirisk.flows.settings import load_settings

PROJECT = Path(__file__).parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
HOME = "oirisk-demo-home"
LONGEST_SECONDS = 600  # the demo takes well under 60 on an idle machine; others may be busy
pytestmark = pytest.mark.timeout(LONGEST_SECONDS)
_FENCE = re.compile(r"^```(bash|sql|toml)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def _blocks(language: str) -> list[object]:
    return [
        pytest.param(text, id=f"{page.relative_to(PROJECT)}-{number}")
        for page in PAGES
        for number, (kind, text) in enumerate(_FENCE.findall(page.read_text()), start=1)
        if kind == language
    ]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Build one demo home for all blocks."""
    folder = tmp_path_factory.mktemp("reader")
    done = _run([sys.executable, "-m", "oirisk", "demo", "--home", HOME], folder)
    assert done.returncode == 0, done.stderr
    yield folder
    shutil.rmtree(folder)


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    binaries = Path(sys.executable).parent
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OIRISK_")},
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "PREFECT_HOME": str(folder / "prefect"),
    }
    return subprocess.run(  # noqa: S603 -- our own command line
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False,
        timeout=LONGEST_SECONDS,
    )  # fmt: skip


@pytest.mark.integration
@pytest.mark.parametrize("text", _blocks("bash"))
def test_bash_code_block_runs(workplace: Path, text: str) -> None:
    done = _run(["bash", "-euo", "pipefail", "-c", text], workplace)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout


@pytest.mark.integration
@pytest.mark.parametrize("text", _blocks("sql"))
def test_sql_code_block_runs(workplace: Path, text: str) -> None:
    done = _run(["oirisk", "sql", "--home", HOME, "--format", "csv", text], workplace)
    assert done.returncode == 0, done.stderr
    assert "," in done.stdout.splitlines()[0]


@pytest.mark.parametrize("text", _blocks("toml"))
def test_toml_code_block_is_settings_that_load(tmp_path: Path, text: str) -> None:
    (tmp_path / "oirisk.toml").write_text(text)
    load_settings(tmp_path)


def test_no_page_has_a_code_block_in_an_unknown_language() -> None:
    known = {"", "bash", "sh", "sql", "toml", "ini", "python"}
    fences = {
        (page.name, word)
        for page in PAGES
        for word in re.findall(r"^```([a-z]*)$", page.read_text(), flags=re.MULTILINE)
    }
    assert {word for _, word in fences} <= known
