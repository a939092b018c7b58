"""The guide works as it is written: one new file and one registry entry make a venue."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

LAYERS = ("flows", "schemas", "templates", "transforms", "warehouse")

READ_IT = """
import asyncio, json
from pathlib import Path
from oirisk.flows.derive import derive
from oirisk.flows.extract import harvest_venue
from oirisk.flows.recording import read_recording
from oirisk.flows.settings import FetchSettings
from oirisk.flows.sources import ReplaySource
from oirisk.flows.venues import select_venues

(venue,) = select_venues(["blofin"])
source = ReplaySource(read_recording(Path("night.jsonl")))
harvest = asyncio.run(harvest_venue(venue, source, FetchSettings(attempts=1)))
derived = derive(venue, harvest.responses)
rows = derived.verdict.accepted.select("symbol", "oi_contracts", "oi_base", "oi_usd", "quality")
print(json.dumps({"problems": [*harvest.failures, *derived.problems], "rows": rows.to_dicts()}))
"""


@pytest.fixture
def guide(root: Path) -> str:
    return (root / "docs" / "how-to" / "add-a-venue.md").read_text(encoding="utf-8")


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of the project, importable as ``oirisk``."""
    package = tmp_path / "oirisk"
    package.mkdir()
    for file in (root / "flows" / "_root").glob("*.py"):
        shutil.copy(file, package)
    for layer in LAYERS:
        shutil.copytree(
            root / layer, package / layer, ignore=shutil.ignore_patterns("__pycache__", "_root")
        )
    return tmp_path


def _block(guide: str, language: str, start: str) -> str:
    blocks = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", guide, flags=re.MULTILINE | re.DOTALL)
    (found,) = [text for _, text in blocks if textwrap.dedent(text).startswith(start)]
    return textwrap.dedent(found)


def _record(folder: Path, body: str) -> None:
    market = {
        "id": "BTC-USDT", "symbol": "BTC/USDT:USDT", "base": "BTC", "quote": "USDT",
        "settle": "USDT", "type": "swap", "contract": True, "swap": True, "future": False,
        "option": False, "spot": False, "linear": True, "inverse": False, "contractSize": 0.001,
        "active": True, "expiry": None, "info": {},
    }  # fmt: skip
    common = {"venue": "blofin", "received_at": "2026-11-21T00:05:01Z"}
    response = {
        "method": "GET", "url": "https://openapi.blofin.com/api/v1/market/tickers",
        "status": 200, "body": body,
    }  # fmt: skip
    lines = [
        {"kind": "markets", **common, "markets": [market]},
        {"kind": "response", **common, **response},
    ]
    (folder / "night.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_one_file_and_one_entry_of_the_guide_make_a_venue(guide: str, copy: Path) -> None:
    _record(copy, _block(guide, "", '{"code"'))
    (copy / "oirisk" / "flows" / "venues" / "blofin.py").write_text(
        _block(guide, "python", '"""BloFin'), encoding="utf-8"
    )
    with (copy / "oirisk" / "schemas" / "unit_rules_more.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + _block(guide, "toml", "[[rule]]"))

    done = subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", READ_IT],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]

    # 1500 contracts x 0.001 BTC = 1.5 BTC; x 85000 = 127500 USD.
    assert json.loads(done.stdout) == {
        "problems": [],
        "rows": [
            {
                "symbol": "BTC/USDT:USDT",
                "oi_contracts": 1500.0,
                "oi_base": 1.5,
                "oi_usd": 127500.0,
                "quality": "ok",
            }
        ],
    }
