"""What is built holds everything, and nothing of the machine that built it."""

import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.version import Version

FOLDERS = ("flows", "sandbox", "transforms", "schemas", "templates", "warehouse")
PAYLOAD = {".py", ".sql", ".j2", ".css", ".toml", ".json", ".typed"}
MACHINE = re.compile(
    rb"/(?:root|home/\w+|Users/\w+|work|tmp/venv)/|--(?:extra-)?index-url|--find-links|--trusted-host"
)
SPEAKS_OF_PATHS = {"Makefile", "tests/packaging/test_wheel.py", "tests/packaging/test_layout.py"}
"""These name options of installers on purpose."""


@pytest.mark.integration
@pytest.mark.skipif(
    Version(metadata.version("setuptools")) < Version("77"), reason="the build needs setuptools 77"
)
def test_the_wheel_holds_every_file_of_the_folders(root: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in FOLDERS:
        shutil.copytree(root / folder, source / folder, ignore=ignored)
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(root / name, source / name)
    command = [
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--disable-pip-version-check", "--wheel-dir", str(tmp_path), str(source),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    expected = {
        _installed(path.relative_to(root))
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if path.suffix in PAYLOAD and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("oirisk/")}
    assert held == expected


def _installed(path: Path) -> str:
    """Return where a file of the repository lies once installed."""
    parts = path.parts[2:] if path.parts[:2] == ("flows", "_root") else path.parts
    return "/".join(("oirisk", *parts))


def test_no_tracked_file_speaks_of_a_machine_or_a_package_index(root: Path) -> None:
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(  # noqa: S603 -- fixed command
        [git, "ls-files", "-z"], cwd=root, capture_output=True, check=True
    ).stdout.decode()
    found = {}
    for name in set(filter(None, listed.split("\0"))) - SPEAKS_OF_PATHS:
        path = root / name
        if path.is_file() and (match := MACHINE.search(path.read_bytes())):
            found[name] = match.group().decode()
    assert found == {}
