"""Code blocks in the documentation run, against a demo home.

Blocks marked ``bash`` are run by bash in a folder that holds ``oirisk-demo-home``; blocks marked
``sql`` are given to ``oirisk sql``; ``toml`` blocks must be settings that load. Blocks marked
``sh`` need a network, set things up or do not end: they are not run.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from oirisk.flows.settings.model import load_settings

PROJECT = Path(__file__).parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
HOME = "oirisk-demo-home"
pytestmark = pytest.mark.timeout(600)
_FENCE = re.compile(r"^```(bash|sql|toml)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def _blocks(language: str) -> list[object]:
    return [
        pytest.param(text, id=f"{page.relative_to(PROJECT)}-{number}")
        for page in PAGES
        for number, (kind, text) in enumerate(_FENCE.findall(page.read_text()), start=1)
        if kind == language
    ]


@pytest.mark.integration
@pytest.mark.parametrize("text", _blocks("bash"))
def test_bash_code_block_runs(reader: Any, text: str) -> None:
    done = reader.run(["bash", "-euo", "pipefail", "-c", text])
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout


@pytest.mark.integration
@pytest.mark.parametrize("text", _blocks("sql"))
def test_sql_code_block_runs(reader: Any, text: str) -> None:
    done = reader.run(["oirisk", "sql", "--home", HOME, "--format", "csv", text])
    assert done.returncode == 0, done.stderr
    assert "," in done.stdout.splitlines()[0]


@pytest.mark.parametrize("text", _blocks("toml"))
def test_toml_code_block_is_settings_that_load(tmp_path: Path, text: str) -> None:
    (tmp_path / "oirisk.toml").write_text(text)
    load_settings(tmp_path)


def test_no_page_has_a_code_block_in_an_unknown_language() -> None:
    known = {
        "", "bash", "sh", "sql", "toml", "ini", "python", "json", "mermaid", "dockerfile", "cron",
    }  # fmt: skip
    fences = {
        (page.name, word)
        for page in PAGES
        for word in re.findall(r"^```([a-z]*)$", page.read_text(), flags=re.MULTILINE)
    }
    assert {word for _, word in fences} <= known
