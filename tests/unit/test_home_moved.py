"""Where things lie in a home is said in one place."""

from datetime import UTC, date, datetime
from pathlib import Path

from oirisk.warehouse.home import Home
from oirisk.warehouse.maintain import remove_old

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Moved(Home):
    """A home whose history lies in a folder of its own."""

    @property
    def raw(self) -> Path:
        """Responses."""
        return self.root / "history" / "responses"

    @property
    def archive(self) -> Path:
        """Rows."""
        return self.root / "history" / "rows"


def test_the_warehouse_notes_where_a_file_of_the_home_lies(tmp_path: Path) -> None:
    home = Moved(tmp_path)
    assert home.name_of(home.archive / "x.parquet") == "history/rows/x.parquet"


def test_old_responses_are_removed_wherever_they_lie(tmp_path: Path) -> None:
    home = Moved(tmp_path)
    for day in ("2026-10-01", "2026-11-20"):
        folder = home.raw / f"date={day}" / "venue=okx"
        folder.mkdir(parents=True)
        (folder / "run.parquet").write_bytes(b"12")
    (done,) = remove_old(home, {"raw": date(2026, 11, 1)}, NOW, dry_run=False)
    assert (done.target, done.bytes_before) == ("raw", 2)
    assert [path.name for path in home.raw.iterdir()] == ["date=2026-11-20"]
