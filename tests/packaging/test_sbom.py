"""The bill of materials names every locked package, once, with its version and checksums."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[2]
TOOL = PROJECT / "tools" / "sbom.py"


def _printed(lock: Path) -> str:
    done = subprocess.run(  # noqa: S603 -- our own tool
        [sys.executable, TOOL, lock], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_of_the_lock_file_is_named_once(name: str) -> None:
    lock = PROJECT / name
    told = json.loads(_printed(lock))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    pinned = re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock.read_text(), flags=re.MULTILINE)
    assert [(one["name"], one["version"]) for one in told["components"]] == pinned
    references = [one["bom-ref"] for one in told["components"]]
    assert len(set(references)) == len(references)
    assert told["dependencies"][0]["dependsOn"] == references
    listed = lock.read_text().count("--hash=sha256:")
    kept = [one for part in told["components"] for one in part["properties"]]
    assert sum(one["name"] == "oirisk:sha256" for one in kept) == listed


def test_every_dependency_is_in_it_in_a_version_that_works() -> None:
    told = json.loads(_printed(PROJECT / "requirements.lock"))
    versions = {canonicalize_name(one["name"]): one["version"] for one in told["components"]}
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    for needed in map(Requirement, project["dependencies"]):
        assert needed.specifier.contains(versions[canonicalize_name(needed.name)])


def test_the_same_lock_file_gives_the_same_document_and_another_none_of_it(tmp_path: Path) -> None:
    lock = PROJECT / "requirements.lock"
    assert _printed(lock) == _printed(lock)
    (tmp_path / "odd.lock").write_text("somewhere @ https://a.example/x.whl\n")
    with pytest.raises(subprocess.CalledProcessError):
        _printed(tmp_path / "odd.lock")
