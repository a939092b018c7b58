"""Run the queries of a report, and keep them so that anyone can run them again.

A query is a file of ``warehouse/sql/report``. It runs with the parameters that it names; one that
names ``$asset`` runs for each charted asset.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from oirisk.flows.settings.model import Settings
from oirisk.schemas.errors import HomeError
from oirisk.transforms.report.facts import Record
from oirisk.warehouse.published import Reader, query
from oirisk.warehouse.sql_files import statement

_PARAMETER = re.compile(r"\$(\w+)")


class Answers:
    """The queries of one run; ``queries`` are names and texts of those that were run."""

    def __init__(
        self, connection: Reader, settings: Settings, run_id: str, instant: datetime | None
    ) -> None:
        """Ask this connection to the published copy.

        Args:
            connection: The published copy.
            settings: Limits and sizes.
            run_id: A run on record there.
            instant: What the report speaks of; None: the run's own snapshot.

        Raises:
            HomeError: The published copy does not hold the run.
        """
        self._connection = connection
        self.queries: list[tuple[str, str]] = []
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.each: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self._known: dict[str, Any] = {
            "run_id": run_id,
            "snapshot_at": instant,
            "max_age_minutes": settings.coverage.max_age_minutes,
            "history_days": settings.clusters.history_days,
            "range_pct": settings.clusters.range_pct,
        }
        self.ask("run")
        if not self.rows["run"]:
            raise HomeError(f"the published warehouse holds no run {run_id}")
        self.run: Record = self.rows["run"][0]
        self._known |= {
            "snapshot_at": self.run["snapshot_at"], "earlier_at": self.run["previous_at"],
        }  # fmt: skip
        self.ask("observations")
        seen = self.rows["observations"]
        self._known["observed_at"] = seen[0]["snapshot_at"] if seen else None
        self.ask("assets")
        prices = {row["asset"]: row["price"] for row in self.rows["assets"] if row["price"]}
        self._charted = {
            asset: prices[asset] for asset in settings.report.chart_assets if asset in prices
        }

    def ask(self, name: str) -> None:
        """Run a query, unless it was run.

        Raises:
            KeyError: It names a parameter that no report has.
        """
        if name in self.rows or name in self.each:
            return
        sql = statement(f"report/{name}.sql")
        names = set(_PARAMETER.findall(sql))
        if "asset" not in names:
            self.rows[name] = self._run(name, sql, {key: self._known[key] for key in names})
            return
        self.each[name] = {}
        for asset, price in self._charted.items():
            known = {**self._known, "asset": asset, "price": price}
            self.each[name][asset] = self._run(name, sql, {key: known[key] for key in names})

    def _run(self, name: str, sql: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        self.queries.append((name, filled(sql, parameters)))
        return query(self._connection, sql, parameters).to_dicts()


def filled(sql: str, parameters: Mapping[str, object]) -> str:
    """Write values where a query names parameters; of its first comment keep the first line.

    The result needs no parameters and gives the same rows.
    """
    body = re.sub(r"\A(--[^\n]*\n)(--[^\n]*\n)*", r"\1", sql).strip()
    return _PARAMETER.sub(lambda found: _literal(parameters[found[1]]), body)


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, datetime):
        return f"timestamptz '{value.isoformat(sep=' ')}'"
    if isinstance(value, float):
        # without an exponent it would be a decimal, which is rounded in another way
        return repr(value) if "e" in repr(value) else f"{value!r}e0"
    if isinstance(value, int):
        return repr(value)
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'"
