"""The Makefile says what it can do, and documents name only what it can."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *(PROJECT / "docs").rglob("*.md")]
PROMISED = {"help", "demo", "nightly", "test", "check", "bench"}

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def _make(*arguments: str) -> str:
    command = ["make", "--no-print-directory", *arguments]
    done = subprocess.run(  # noqa: S603 -- our own Makefile
        command, cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return done.stdout


def _targets() -> set[str]:
    return set(re.findall(r"^  make ([a-z-]+)  ", _make("help"), flags=re.MULTILINE))


def test_help_lists_what_is_promised() -> None:
    assert _targets() >= PROMISED


def test_make_without_a_target_prints_help() -> None:
    assert _make() == _make("help")


def test_documents_name_only_targets_that_exist() -> None:
    named = {
        word
        for page in PAGES
        for word in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), flags=re.MULTILINE)
    }
    assert named <= _targets()


def test_a_python_that_is_asked_for_is_used() -> None:
    commands = _make("--dry-run", "--always-make", "venv", "PYTHON=python-of-choice")
    assert "python-of-choice -m venv .venv" in commands


def test_requirements_are_installed_with_hashes() -> None:
    commands = _make("--dry-run", "--always-make", "dev", "PYTHON=python3")
    installs = [line for line in commands.splitlines() if "pip install" in line]
    assert installs
    assert [line for line in installs if " -r " in line and "--require-hashes" not in line] == []
