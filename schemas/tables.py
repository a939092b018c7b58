"""Every table of the warehouse and its contract."""

from collections.abc import Mapping
from types import MappingProxyType

import pandera.polars as pa

from oirisk.schemas.facts import BarsTable, InstrumentsTable, OpenInterestTable
from oirisk.schemas.given import EventsTable, SupplyTable
from oirisk.schemas.ledger import (
    BarChangesTable,
    BuildsTable,
    CoverageTable,
    DeliveriesTable,
    FirstMapsTable,
    MaintenanceTable,
    MigrationsTable,
    RejectsTable,
    RunsTable,
    UnitRulesTable,
)
from oirisk.schemas.marts import MARTS
from oirisk.schemas.marts_liquidation import LIQUIDATION_MARTS
from oirisk.schemas.marts_quality import QUALITY_TABLES
from oirisk.schemas.observed import OBSERVED_TABLES
from oirisk.schemas.tables_market import MARKET_TABLES

TABLES: Mapping[str, type[pa.DataFrameModel]] = MappingProxyType(
    {
        **MARTS,
        **MARKET_TABLES,
        **LIQUIDATION_MARTS,
        **QUALITY_TABLES,
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
        "ops.first_maps": FirstMapsTable,
        "ops.unit_rules": UnitRulesTable,
        "ops.migrations": MigrationsTable,
        "ops.bar_changes": BarChangesTable,
        "ops.maintenance": MaintenanceTable,
    }
)
"""Contract by table, ``schema.table``; what the data dictionary and the comments are made of."""
