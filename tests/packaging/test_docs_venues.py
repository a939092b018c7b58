"""The reference of exchanges says what their declarations say."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_the_reference_of_exchanges_is_up_to_date() -> None:
    command = [sys.executable, str(PROJECT / "tools" / "venue_reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our tool
    assert done.returncode == 0, done.stderr
