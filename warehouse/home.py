"""The home folder: where everything lies."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

ARCHIVED = "date=*/venue=*/*.parquet"
"""Files of responses, below the archive."""


@dataclass(frozen=True)
class Home:
    """Paths of one home folder. Nothing is created by naming it."""

    root: Path

    def __post_init__(self) -> None:
        """Take a folder named ``~`` for itself: the libraries that read paths would expand it."""
        if str(self.root).startswith("~"):
            object.__setattr__(self, "root", self.root.absolute())

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.root / "oirisk.toml"

    @property
    def warehouse(self) -> Path:
        """The writer's database; only a running flow opens it."""
        return self.root / "warehouse.duckdb"

    @property
    def wal(self) -> Path:
        """The log of the writer's database; it belongs to that file alone."""
        return self.root / "warehouse.duckdb.wal"

    @property
    def backups(self) -> Path:
        """Warehouses as they were before a change of schema, or before one was restored."""
        return self.root / "backups"

    @property
    def lock(self) -> Path:
        """Held by the one process that writes."""
        return self.root / ".lock"

    def run_lock(self, run_id: str) -> Path:
        """Held by the process of a run while it lives."""
        return self.root / f".run-{run_id}.lock"

    @property
    def outbox(self) -> Path:
        """Messages that were or are to be mailed."""
        return self.root / "outbox.sqlite"

    @property
    def published(self) -> Path:
        """The read-only copy for analysts."""
        return self.root / "published" / "warehouse.duckdb"

    @property
    def raw(self) -> Path:
        """The archive of responses."""
        return self.root / "raw"

    @property
    def archive(self) -> Path:
        """Rows that maintenance took out of the warehouse."""
        return self.root / "archive"

    @property
    def reports(self) -> Path:
        """All reports."""
        return self.root / "reports"

    def name_of(self, path: Path) -> str:
        """Return the name by which the warehouse notes a file, which a moved home keeps."""
        return path.relative_to(self.root).as_posix()

    def report(self, night: date | str) -> Path:
        """One night's report, by its date or key."""
        return self.reports / str(night)
