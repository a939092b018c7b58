"""An old map made again from what was known then: imported history, later rows, a restatement."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.flows.cli import build as build_command
from oirisk.flows.cli.build import build
from oirisk.flows.imports.load import import_files
from oirisk.warehouse.home import Home

pytestmark = pytest.mark.integration

START = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=5)
TWO_DAYS = 2 * 288
THEN = START + TWO_DAYS * STEP
FIRST_DESK = datetime(2026, 4, 1, tzinfo=UTC)
TABLES = (
    "oi_profile", "liquidation_map", "liquidation_balance", "clusters", "stress",
    "liquidations_at_risk", "leverage_calibration",
)  # fmt: skip
Rows = dict[str, list[tuple[Any, ...]]]


def history(first: int, last: int, scale: float = 1.0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Steps from one number to another of a coin on two exchanges; nothing repeats itself."""
    held, traded = [], []
    for venue, size in (("okx", 4e9), ("gate", 1e9)):
        named = {"venue": venue, "symbol": "BTC/USDT:USDT", "asset": "BTC"}
        for n in range(first, last):
            at = 60_000 * (1 + 0.02 * ((n * 37) % 101) / 101 + 0.03 * n / TWO_DAYS)
            base = size / 60_000 * (1 + 0.2 * ((n * 61) % 97) / 97) * scale
            held.append(
                {**named, "snapshot_at": START + (n + 1) * STEP, "oi_base": base, "mark_price": at}
            )
            traded.append(
                {**named, "bar_at": START + n * STEP, "interval": "5m", "open": at,
                 "high": at * 1.004, "low": at * 0.996, "close": at, "volume_base": base * 0.3}
            )  # fmt: skip
    return pl.DataFrame(held), pl.DataFrame(traded)


class Desk:
    """A home, and whoever imports and builds in it as days go by."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with nothing."""
        self.folder, self.home, self.now = folder, Home(folder / "home"), FIRST_DESK
        monkeypatch.setattr(build_command, "wall_clock", lambda: self.now)

    def imports(self, *frames: pl.DataFrame) -> None:
        """Import each frame, an hour after whatever was done before."""
        for number, frame in enumerate(frames):
            self.now += timedelta(hours=1)
            file = self.folder / f"{self.now:%d%H}-{number}.parquet"
            frame.write_parquet(file)
            done = import_files(self.home, [str(file)], self.now)
            assert done.rejected == 0

    def builds(self, as_of: str = "", *, full: bool = False) -> None:
        """Do what ``oirisk build`` does, an hour later."""
        self.now += timedelta(hours=1)
        build(self.home.root, as_of, None, None, full=full, as_json=True)

    def rows(self, at: datetime) -> Rows:
        """Return all that rests on the profile of a snapshot, to the last digit."""
        with duckdb.connect(str(self.home.published), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            instants = {"leverage_calibration": "calibrated_at"}
            return {
                name: connection.execute(
                    f"from marts.{name} where {instants.get(name, 'snapshot_at')} = ? order by all",
                    [at],
                ).fetchall()
                for name in TABLES
            }


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Rows]]:
    """Two days were built; since then a third came, and a row of the first day was restated."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        desk = Desk(tmp_path_factory.mktemp("desk"), monkeypatch)
        desk.imports(*history(0, TWO_DAYS))
        desk.builds()
        kept = desk.rows(THEN)
        desk.imports(*history(TWO_DAYS, TWO_DAYS + 30), history(100, 101, scale=1.7)[0])
        yield desk, kept


def test_there_is_a_map_to_begin_with(desk: tuple[Desk, Rows]) -> None:
    _, kept = desk
    assert len(kept["liquidation_map"]) > 1000
    assert len(kept["oi_profile"]) > 100
    assert len(kept["clusters"]) > 0


def test_an_old_map_comes_out_the_same_though_more_is_known_now(desk: tuple[Desk, Rows]) -> None:
    desk_, kept = desk
    desk_.builds(THEN.isoformat(), full=True)  # from all that is known now
    assert desk_.rows(THEN)["oi_profile"] != kept["oi_profile"]
    assert desk_.rows(THEN)["liquidation_map"] != kept["liquidation_map"]
    desk_.builds(THEN.isoformat())  # the time that the history speaks of
    assert desk_.rows(THEN) == kept
    desk_.builds(THEN.isoformat(), full=True)
    desk_.builds((FIRST_DESK + timedelta(hours=3.5)).isoformat())  # the time at the desk
    assert desk_.rows(THEN) == kept


def test_building_everything_leaves_the_newest_map_as_it_was(desk: tuple[Desk, Rows]) -> None:
    desk_, _ = desk
    newest = THEN + 30 * STEP
    desk_.builds()
    increment = desk_.rows(newest)
    assert len(increment["liquidation_map"]) > 1000
    desk_.builds(full=True)
    assert desk_.rows(newest) == increment
