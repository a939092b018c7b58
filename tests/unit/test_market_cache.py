"""The last market list of a venue, read from the archive."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oirisk.schemas.responses import MARKETS_ENDPOINT, Response
from oirisk.warehouse.archive import RunLabel, archive
from oirisk.warehouse.home import Home
from oirisk.warehouse.market_cache import latest_markets

NOW = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _response(at: datetime, body: Any, endpoint: str = MARKETS_ENDPOINT) -> Response:
    text = json.dumps(body)
    return Response("okx", endpoint, "GET", "", "{}", None, 200, at, at, 1, text)


def _archive(
    home: Home, run: str, snapshot_at: datetime, *responses: Response, source: str = "live"
) -> Path:
    label = RunLabel(run, "nightly", snapshot_at, source, is_simulated=source == "sandbox")
    return archive(home, label, responses)[0]


def test_the_list_received_last_is_returned_with_its_time(tmp_path: Path) -> None:
    home = Home(tmp_path)
    old, new = NOW - 3 * HOUR, NOW - HOUR
    _archive(home, "b", new, _response(new, [{"id": "NEW"}]), _response(new, [{"a": 1}], "swap"))
    _archive(home, "a", old, _response(old, [{"id": "OLD"}]))
    assert latest_markets(home, "okx", NOW) == (new, [{"id": "NEW"}])
    assert latest_markets(home, "okx", NOW - 2 * HOUR) == (old, [{"id": "OLD"}])
    assert latest_markets(home, "okx", NOW - 4 * HOUR) is None
    assert latest_markets(home, "bybit", NOW) is None


def test_a_list_that_a_later_run_used_again_keeps_its_age(tmp_path: Path) -> None:
    home, received = Home(tmp_path), NOW - 20 * HOUR
    _archive(home, "a", received, _response(received, [{"id": "X"}]))
    _archive(home, "b", NOW, _response(received, [{"id": "X"}]))
    assert latest_markets(home, "okx", NOW) == (received, [{"id": "X"}])


def test_a_simulation_or_a_recording_is_not_the_exchange(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _archive(home, "a", NOW, _response(NOW, [{"id": "SIM"}]), source="sandbox")
    _archive(home, "b", NOW, _response(NOW, [{"id": "REC"}]), source="replay")
    assert latest_markets(home, "okx", NOW) is None
    assert latest_markets(home, "okx", NOW, source="sandbox") == (NOW, [{"id": "SIM"}])


def test_lists_older_than_a_week_are_not_looked_at(tmp_path: Path) -> None:
    home, old = Home(tmp_path), NOW - timedelta(days=9)
    _archive(home, "a", old, _response(old, [{"id": "X"}])).write_bytes(b"not even opened")
    assert latest_markets(home, "okx", NOW) is None


@pytest.mark.parametrize("damage", ["bytes", "body"])
def test_a_damaged_file_is_passed_over_for_the_one_before(tmp_path: Path, damage: str) -> None:
    home, before = Home(tmp_path), NOW - HOUR
    _archive(home, "a", before, _response(before, [{"id": "X"}]))
    file = _archive(home, "b", NOW, _response(NOW, [{"id": "Y"}]))
    if damage == "bytes":
        file.write_bytes(b"torn")
    else:
        pl.read_parquet(file).with_columns(pl.lit("[]").alias("body")).write_parquet(file)
    assert latest_markets(home, "okx", NOW) == (before, [{"id": "X"}])
