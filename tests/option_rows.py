"""Options as exchanges would tell them, for tests that build their marts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import polars as pl

from oirisk.warehouse.marts import OPTIONS, TOTALS
from oirisk.warehouse.window import BuildWindow
from tests.models import CoverageParameters, build_marts

RULES = CoverageParameters(0.9, 30, 7)


@dataclass(frozen=True)
class Told:
    """One option of one snapshot; ``quote`` are columns of ``core.options``."""

    at: datetime
    strike: float
    side: str
    base: float
    expiry: datetime
    venue: str = "deribit"
    asset: str = "BTC"
    price: float = 60_000.0
    quote: Mapping[str, Any] | None = None
    row: Mapping[str, Any] | None = None

    @property
    def symbol(self) -> str:
        """Return a name; its terms are those of the listing."""
        return f"{self.asset}:{self.expiry:%y%m%d}:{self.strike:g}:{self.side}"

    def fact(self) -> dict[str, Any]:
        """Return the row of ``core.open_interest``."""
        return {
            "snapshot_at": self.at, "observed_at": self.at, "recorded_at": self.at,
            "run_id": "run", "venue": self.venue, "symbol": self.symbol, "asset": self.asset,
            "kind": "option", "margin": "inverse", "oi_base": self.base,
            "oi_usd": self.base * self.price, "index_price": self.price, "unit_rule": "rule",
            "counting_factor": 1.0, "source": "live", "quality": "ok", "is_simulated": False,
            **(self.row or {}),
        }  # fmt: skip

    def figures(self) -> dict[str, Any]:
        """Return the row of ``core.options``."""
        return {
            "snapshot_at": self.at, "observed_at": self.at, "recorded_at": self.at,
            "run_id": "run", "venue": self.venue, "symbol": self.symbol, "asset": self.asset,
            "expiry": self.expiry, "strike": self.strike, "option_type": self.side,
            "is_simulated": False, **(self.quote or {}),
        }  # fmt: skip

    def listing(self, since: datetime) -> dict[str, Any]:
        """Return the row of ``core.instruments``."""
        return {
            "venue": self.venue, "symbol": self.symbol, "market_id": self.symbol,
            "product": "option", "asset": self.asset, "base_multiplier": 1.0, "quote": "USD",
            "settle": self.asset, "kind": "option", "margin": "inverse", "expiry": self.expiry,
            "strike": self.strike, "option_type": self.side, "is_active": True,
            "valid_from": since,
        }  # fmt: skip


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Add rows; columns that they lack are null."""
    connection.register("given_rows", pl.DataFrame(list(rows), infer_schema_length=None).to_arrow())
    connection.execute(f"insert into {table} by name from given_rows")
    connection.unregister("given_rows")


def tell(connection: duckdb.DuckDBPyConnection, options: Sequence[Told]) -> None:
    """Store options, each listed since it was first told."""
    insert(connection, "core.open_interest", [one.fact() for one in options])
    insert(connection, "core.options", [one.figures() for one in options])
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for one in options:
        first.setdefault((one.venue, one.symbol), one.listing(one.at))
    insert(connection, "core.instruments", list(first.values()))


def build_options(connection: duckdb.DuckDBPyConnection, options: Sequence[Told]) -> None:
    """Store options and build what is made of them, and of totals."""
    tell(connection, options)
    instants = [one.at for one in options]
    build_marts(
        connection, BuildWindow(min(instants), max(instants)), RULES, marts=(*TOTALS, *OPTIONS)
    )


def only(connection: duckdb.DuckDBPyConnection, query: str, **given: Any) -> dict[str, Any]:
    """Return the one row of a query."""
    (row,) = connection.execute(query, given).pl().to_dicts()
    return row
