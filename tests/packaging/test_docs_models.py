"""The reference of models says what their headers say."""

import subprocess
import sys
from pathlib import Path

from oirisk.warehouse.registry import MODELS

PROJECT = Path(__file__).parents[2]


def test_the_reference_of_models_is_up_to_date() -> None:
    command = [sys.executable, str(PROJECT / "tools" / "model_reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our tool
    assert done.returncode == 0, done.stderr


def test_every_model_has_its_row_and_its_place_in_a_picture() -> None:
    page = (PROJECT / "docs" / "reference" / "models.md").read_text("utf-8")
    for table in MODELS:
        assert f"\n| `{table}` |" in page
        assert f"> {table.replace('.', '_')}\n" in page  # an arrow to it
