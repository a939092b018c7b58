"""The queries of a report: run for its figures, and kept so that anyone can run them again."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from oirisk.warehouse.published import Reader, query
from oirisk.warehouse.sql_files import statement

Record = dict[str, Any]


class Asked:
    """Runs queries of ``sql/report``; ``queries`` are names and texts of those that were run."""

    def __init__(self, connection: Reader) -> None:
        """Ask this connection to the published copy."""
        self._connection = connection
        self.queries: list[tuple[str, str]] = []

    def __call__(self, name: str, **parameters: object) -> list[Record]:
        """Return the rows of a query."""
        sql = statement(f"report/{name}.sql")
        self.queries.append((name, filled(sql, parameters)))
        return query(self._connection, sql, parameters).to_dicts()


def filled(sql: str, parameters: Mapping[str, object]) -> str:
    """Write values where a query names parameters; of its first comment keep the first line.

    The result needs no parameters and gives the same rows.
    """
    body = re.sub(r"\A(--[^\n]*\n)(--[^\n]*\n)*", r"\1", sql).strip()
    return re.sub(r"\$(\w+)", lambda found: _literal(parameters[found[1]]), body)


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
