"""The guide works as it is written: one new folder makes a venue."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

RECEIVED = "2026-11-21T00:05:01Z"
LAYERS = ("flows", "sandbox", "schemas", "templates", "transforms", "warehouse")

READ_IT = """
import asyncio, json
from pathlib import Path
from oirisk.transforms.derive import derive
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.configured import chosen_venues
from oirisk.flows.settings.model import load_settings
from oirisk.flows.settings.sections import FetchSettings
from oirisk.flows.exchanges.sources import ReplaySource
from oirisk.flows.exchanges.registry import select_venues

(venue,) = %s
source = ReplaySource(read_recording(Path("night.jsonl")))
fetched = asyncio.run(fetch_venue(venue, source, FetchSettings(attempts=1)))
derived = derive(venue, fetched.responses)
rows = derived.verdict.accepted.select("symbol", "oi_contracts", "oi_base", "oi_usd", "quality")
print(json.dumps({"problems": [*fetched.failures, *derived.problems], "rows": rows.to_dicts()}))
"""


SIMULATE_IT = """
import json
from datetime import UTC, datetime
from oirisk.sandbox.blofin import VENUE
from oirisk.sandbox.market import SimulatedMarket

at = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
market = SimulatedMarket(end=at, days=1, venues=(VENUE,))
(tickers,) = VENUE.endpoints
first = tickers.answer({}, market.book("blofin", at))["data"][0]
contracts = market.truth(at)["oi_base"][0] / 0.001
print(json.dumps([tickers.path, first, contracts]))
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
    texts = [textwrap.dedent(text) for _, text in blocks]
    (found,) = [text for text in texts if text.startswith(start)]
    return found


def _write(folder: Path, lines: list[dict[str, Any]]) -> None:
    (folder / "night.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def _listed() -> dict[str, Any]:
    market = {
        "id": "BTC-USDT", "symbol": "BTC/USDT:USDT", "base": "BTC", "quote": "USDT",
        "settle": "USDT", "type": "swap", "contract": True, "swap": True, "future": False,
        "option": False, "spot": False, "linear": True, "inverse": False, "contractSize": 0.001,
        "active": True, "expiry": None, "info": {},
    }  # fmt: skip
    return {"kind": "markets", "venue": "blofin", "received_at": RECEIVED, "markets": [market]}


def _response(venue: str, url: str, body: str) -> dict[str, Any]:
    return {
        "kind": "response", "venue": venue, "received_at": RECEIVED,
        "method": "GET", "url": url, "status": 200, "body": body,
    }  # fmt: skip


def _elsewhere(guide: str) -> list[dict[str, Any]]:
    answers = {
        "contracts": _block(guide, "", '{"contracts"'),
        "interest/BTC-P": _block(guide, "", '{"result"'),
    }
    return [
        _response("elsewhere", f"https://api.elsewhere.example/v1/{path}", body)
        for path, body in answers.items()
    ]


def _read(folder: Path, venues: str) -> Any:
    """Run the project's copy on the recording; returns its problems and rows."""
    return _run(folder, READ_IT % venues)


def _run(folder: Path, code: str) -> Any:
    """Run code of a copy of the project; returns the JSON that it prints."""
    done = subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def _row(contracts: float, base: float, usd: float) -> dict[str, Any]:
    return {
        "symbol": "BTC/USDT:USDT", "oi_contracts": contracts, "oi_base": base, "oi_usd": usd,
        "quality": "ok",
    }  # fmt: skip


def _make(copy: Path, venue: str, declaration: str, rules: str) -> None:
    """Write the folder of an exchange."""
    folder = copy / "oirisk" / "flows" / "exchanges" / venue
    folder.mkdir()
    (folder / "__init__.py").write_text(f'"""{venue}."""\n', encoding="utf-8")
    (folder / "declaration.py").write_text(declaration, encoding="utf-8")
    (folder / "rules.toml").write_text(rules, encoding="utf-8")


def test_one_folder_of_the_guide_makes_a_venue(guide: str, copy: Path) -> None:
    url = "https://openapi.blofin.com/api/v1/market/tickers"
    _write(copy, [_listed(), _response("blofin", url, _block(guide, "", '{"code"'))])
    _make(copy, "blofin", _block(guide, "python", '"""BloFin:'), _block(guide, "toml", "[[rule]]"))

    # 1500 contracts x 0.001 BTC = 1.5 BTC; x 85000 = 127500 USD.
    assert _read(copy, 'select_venues(["blofin"])') == {
        "problems": [],
        "rows": [_row(1500.0, 1.5, 127_500.0)],
    }


# 3000 contracts of both sides are 1500; x 0.001 BTC = 1.5 BTC; x 85000 = 127500 USD.
ELSEWHERE = {"problems": [], "rows": [_row(1500.0, 1.5, 127_500.0)]}


def test_one_folder_with_an_address_makes_a_venue_that_ccxt_does_not_know(
    guide: str, copy: Path
) -> None:
    _write(copy, _elsewhere(guide))
    entry = _block(guide, "toml", "[[rule]]")
    for old, new in {
        "blofin": "elsewhere", "perp.openInterest": "perp.size", '"openInterest"': '"size"',
        'counting_factor = "1"': 'counting_factor = "0.5"',
    }.items():  # fmt: skip
        assert old in entry
        entry = entry.replace(old, new)
    _make(copy, "elsewhere", _block(guide, "python", '"""Elsewhere'), entry)
    assert _read(copy, 'select_venues(["elsewhere"])') == ELSEWHERE


def test_a_section_with_an_address_makes_one_without_a_file(guide: str, copy: Path) -> None:
    _write(copy, _elsewhere(guide))
    section = _block(guide, "toml", '[[generic]]\nid = "elsewhere"')
    (copy / "oirisk.toml").write_text(section, encoding="utf-8")
    chosen = 'chosen_venues(load_settings(Path()), ["elsewhere"])'
    assert _read(copy, chosen) == ELSEWHERE


def test_a_payload_and_a_file_of_the_guide_make_a_simulated_venue(guide: str, copy: Path) -> None:
    sandbox = copy / "oirisk" / "sandbox"
    (sandbox / "payloads" / "blofin.json").write_text(_block(guide, "json", "{"), encoding="utf-8")
    simulated = _block(guide, "python", '"""BloFin as simulated')
    (sandbox / "blofin.py").write_text(simulated, encoding="utf-8")

    path, ticker, contracts = _run(copy, SIMULATE_IT)
    assert path == "/api/v1/market/tickers"
    assert {**ticker, "markPrice": "", "openInterest": ""} == {
        "instId": "BTC-USDT", "openInterest": "", "markPrice": "", "ts": "1795219500000",
    }  # fmt: skip
    assert float(ticker["openInterest"]) == pytest.approx(contracts, rel=1e-12)
