"""Generated pages equal the code, links lead somewhere, every command and setting is documented."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from oirisk.flows.cli.app import app
from oirisk.flows.settings.template import commented_toml

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
PAGES = sorted([*PROJECT.glob("*.md"), *DOCS.rglob("*.md")])
COMMANDS = list(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_the_reference_pages_say_what_the_code_says() -> None:
    command = [sys.executable, str(PROJECT / "tools" / "reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our tool
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    page = (DOCS / "reference" / "cli.md").read_text()
    assert re.search(rf"^## `oirisk {command}\b", page, flags=re.MULTILINE)
    for name in ("README.md", "CHANGELOG.md"):
        assert f"`{command}`" in (PROJECT / name).read_text(), name


def test_every_setting_is_documented() -> None:
    page = (DOCS / "reference" / "settings.md").read_text()
    section = ""
    for line in commented_toml().splitlines():
        if line.startswith("["):
            section = line.strip("[]") + "."
        elif option := re.match(r"# ([a-z0-9_]+) = ", line):
            assert f"| `{section}{option[1]}` |" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inside if not (page.parent / link).exists()] == []


def test_every_decision_has_its_four_parts() -> None:
    parts = (
        "**Context.**",
        "**Decision.**",
        "**Consequences.**",
        "**What would change our mind.**",
    )
    for page in sorted((DOCS / "adr").glob("[0-9]*.md")):
        text = page.read_text()
        assert [part for part in parts if part not in text] == [], page.name


def test_every_runtime_dependency_has_its_reason() -> None:
    page = (DOCS / "adr" / "0005-dependencies.md").read_text()
    project = (PROJECT / "pyproject.toml").read_text()
    block = project[project.index("\ndependencies = [") : project.index("[project.scripts]")]
    names = re.findall(r'^    "([a-z0-9-]+)', block, flags=re.MULTILINE)
    assert names
    assert [name for name in names if f"`{name}`" not in page and f"`{name}[" not in page] == []


def test_the_picture_of_the_report_is_small() -> None:
    picture = DOCS / "images" / "report.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 300_000
