"""Every table of the warehouse and its contract."""

from collections.abc import Mapping
from types import MappingProxyType

import pandera.polars as pa

from oirisk.schemas.facts import BarsTable, InstrumentsTable, OpenInterestTable
from oirisk.schemas.ledger import (
    CoverageTable,
    DeliveriesTable,
    MigrationsTable,
    RejectsTable,
    RunsTable,
    UnitRulesTable,
)
from oirisk.schemas.marts import MARTS
from oirisk.schemas.marts_liquidation import LIQUIDATION_MARTS
from oirisk.schemas.marts_series import BuildsTable, EventsTable, SupplyTable
from oirisk.schemas.observed import OBSERVED_TABLES
from oirisk.schemas.tables_market import MARKET_TABLES

TABLES: Mapping[str, type[pa.DataFrameModel]] = MappingProxyType(
    {
        **MARTS,
        **MARKET_TABLES,
        **LIQUIDATION_MARTS,
        **OBSERVED_TABLES,
        "core.instruments": InstrumentsTable,
        "core.open_interest": OpenInterestTable,
        "core.bars": BarsTable,
        "core.events": EventsTable,
        "core.supply": SupplyTable,
        "ops.runs": RunsTable,
        "ops.coverage": CoverageTable,
        "ops.rejects": RejectsTable,
        "ops.deliveries": DeliveriesTable,
        "ops.builds": BuildsTable,
        "ops.unit_rules": UnitRulesTable,
        "ops.migrations": MigrationsTable,
    }
)
"""Contract by table, ``schema.table``; what the data dictionary and the comments are made of."""
