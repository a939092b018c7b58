"""The package as declared is the package as it lies there."""

import importlib
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from oirisk.flows import cli

PROJECT = Path(__file__).parents[2]
SETUPTOOLS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools"]
ROOTS = {name: folder for name, folder in SETUPTOOLS["package-dir"].items() if "." in name}


def _packages() -> list[str]:
    """Name the packages as the build does."""
    script = (
        "import setuptools, runpy;"
        "setuptools.setup = lambda packages: print(*packages);"
        "runpy.run_path('setup.py')"
    )
    done = subprocess.run(  # noqa: S603 -- our script
        [sys.executable, "-c", script], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def test_every_folder_with_python_files_is_packaged_and_nothing_else() -> None:
    found = {"oirisk"}
    for package, folder in ROOTS.items():
        for file in (PROJECT / folder).rglob("*.py"):
            inner = file.parent.relative_to(PROJECT / folder).parts
            if "_root" not in inner:
                found.add(".".join((package, *inner)))
    assert set(_packages()) == found


def test_the_root_package_holds_three_files() -> None:
    files = {path.name for path in (PROJECT / "flows" / "_root").iterdir() if path.is_file()}
    assert files == {"__init__.py", "__main__.py", "py.typed"}


@pytest.mark.parametrize(("package", "folder"), ROOTS.items())
def test_every_file_that_is_not_python_is_packaged(package: str, folder: str) -> None:
    patterns = SETUPTOOLS["package-data"].get(package, [])
    packaged = {path for pattern in patterns for path in (PROJECT / folder).glob(pattern)}
    there = {
        path
        for path in (PROJECT / folder).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"} and path.name != "py.typed"
    }
    assert {path for path in there if not path.name.startswith(".")} == packaged


def test_every_init_says_what_belongs_there() -> None:
    silent = [name for name in _packages() if not (importlib.import_module(name).__doc__ or "")]
    assert silent == []


def test_every_command_module_imports() -> None:
    for module in pkgutil.iter_modules(cli.__path__):
        importlib.import_module(f"{cli.__name__}.{module.name}")


def test_help_needs_neither_scheduler_nor_exchange_library() -> None:
    script = (
        "import sys, oirisk.flows.cli.app;"
        "sys.exit(bool({'prefect', 'ccxt', 'polars', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)  # noqa: S603 -- our script
    assert done.returncode == 0


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "requirements/build.lock"]
)
def test_lock_files_name_no_index_and_hash_everything(lock: str) -> None:
    text = (PROJECT / lock).read_text()
    assert "://" not in text
    assert "find-links" not in text
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry.strip()]
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_development_lock_holds_the_runtime_lock() -> None:
    def pins(lock: str) -> set[str]:
        lines = (PROJECT / lock).read_text().splitlines()
        return {line.split(" ")[0] for line in lines if not line.startswith(" ")}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_only_a_vendors_tables_are_looked_for_beside_the_repository() -> None:
    outside = f"parents[{len(Path('tests/unit/test.py').parts)}]"
    looking = {
        path.name for path in (PROJECT / "tests").rglob("*.py") if outside in path.read_text()
    }
    assert looking == {"test_reconcile.py"}
