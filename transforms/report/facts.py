"""What a report is made of: the rows of its queries, the run, and what the reader configured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Choices:
    """What was configured of a report.

    Attributes:
        minimum_coverage: Least coverage of a total, 0 to 1.
        rotation: Share of the volume that swaps positions.
        top_assets: Rows of the asset table.
        top_clusters: Rows of the table of concentrations.
        top_options: Assets in the tables of options.
        has_accounts: Whether a list of accounts to observe is configured.
    """

    minimum_coverage: float
    rotation: float
    top_assets: int
    top_clusters: int
    top_options: int
    has_accounts: bool


@dataclass(frozen=True)
class Facts:
    """Rows by the name of their query; ``each`` has those of queries of one asset, by asset."""

    run: Record
    choices: Choices
    rows: Mapping[str, Sequence[Record]]
    each: Mapping[str, Mapping[str, Sequence[Record]]]

    def __getitem__(self, query: str) -> Sequence[Record]:
        """Return the rows of a query."""
        return self.rows[query]

    @property
    def market(self) -> Record | None:
        """All futures together; None where nothing was fresh."""
        return next(iter(self["market"]), None)

    @property
    def is_published(self) -> bool:
        """Whether the overall total may be printed."""
        return bool(self.market and self.market["published"])

    @property
    def at(self) -> datetime:
        """The snapshot instant."""
        return self.run["snapshot_at"]  # type: ignore[no-any-return]

    @property
    def earlier_at(self) -> datetime | None:
        """The snapshot of the report before this one."""
        return self.run["previous_at"]  # type: ignore[no-any-return]
