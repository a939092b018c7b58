"""A reader of the documentation: a folder with a demo home, and the commands typed there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

HOME = "oirisk-demo-home"
LONGEST_SECONDS = 600  # the demo takes well under 60 on an idle machine; others may be busy


@dataclass(frozen=True)
class Reader:
    """Types commands in a folder that holds ``oirisk-demo-home``."""

    folder: Path

    @property
    def home(self) -> Path:
        """The demo home."""
        return self.folder / HOME

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command, with ``oirisk`` on the path."""
        binaries = Path(sys.executable).parent
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("OIRISK_")},
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "PREFECT_HOME": str(self.folder / "prefect"),
        }
        return subprocess.run(  # noqa: S603 -- our own command line
            command, cwd=self.folder, env=environment, capture_output=True, text=True,
            check=False, timeout=LONGEST_SECONDS,
        )  # fmt: skip


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """One demo home for all."""
    reader = Reader(tmp_path_factory.mktemp("reader"))
    done = reader.run([sys.executable, "-m", "oirisk", "demo", "--home", HOME])
    assert done.returncode == 0, done.stderr
    yield reader
    shutil.rmtree(reader.folder)
