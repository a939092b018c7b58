"""Every table of the warehouse and its contract."""

from collections.abc import Mapping
from types import MappingProxyType

import pandera.polars as pa

from oirisk.schemas.tables.cftc import CFTC_TABLES
from oirisk.schemas.tables.conventions import CONVENTION_TABLES
from oirisk.schemas.tables.facts import BarsTable, InstrumentsTable, OpenInterestTable
from oirisk.schemas.tables.liquidation import LIQUIDATION_MARTS
from oirisk.schemas.tables.market import MARKET_TABLES
from oirisk.schemas.tables.marts import MARTS
from oirisk.schemas.tables.observed import OBSERVED_TABLES
from oirisk.schemas.tables.operations import (
    CoverageTable,
    DeliveriesTable,
    FetchesTable,
    FirstMapsTable,
    MaintenanceTable,
    MigrationsTable,
    RejectsTable,
    RunsTable,
    StaleTable,
    UnitRulesTable,
)
from oirisk.schemas.tables.quality import QUALITY_TABLES
from oirisk.schemas.tables.reference_data import EventsTable, SupplyTable

TABLES: Mapping[str, type[pa.DataFrameModel]] = MappingProxyType(
    {
        **MARTS,
        **MARKET_TABLES,
        **LIQUIDATION_MARTS,
        **QUALITY_TABLES,
        **CONVENTION_TABLES,
        **OBSERVED_TABLES,
        **CFTC_TABLES,
        "core.instruments": InstrumentsTable,
        "core.open_interest": OpenInterestTable,
        "core.bars": BarsTable,
        "core.events": EventsTable,
        "core.supply": SupplyTable,
        "ops.runs": RunsTable,
        "ops.fetches": FetchesTable,
        "ops.coverage": CoverageTable,
        "ops.rejects": RejectsTable,
        "ops.deliveries": DeliveriesTable,
        "ops.first_maps": FirstMapsTable,
        "ops.unit_rules": UnitRulesTable,
        "ops.migrations": MigrationsTable,
        "ops.stale": StaleTable,
        "ops.maintenance": MaintenanceTable,
    }
)
"""Contract by table, ``schema.table``; what the data dictionary and the comments are made of."""

MAIN_METHODS: Mapping[str, str] = MappingProxyType(
    {
        "core.instruments": "M02",
        "core.open_interest": "M02",
        "core.bars": "M21",
        "core.positioning": "M13",
        "core.liquidations": "M39",
        "core.depth": "M16",
        "core.leverage_tiers": "M20",
        "core.options": "M29",
        "core.observed_positions": "M22",
        "core.cftc_positions": "M02",
        "core.events": "M11",
        "core.supply": "M17",
        "marts.oi_by_asset": "M03",
        "marts.oi_by_venue": "M03",
        "marts.oi_market": "M03",
        "marts.oi_by_product": "M03",
        "marts.oi_uncounted": "M36",
        "marts.oi_candles": "M06",
        "marts.oi_anomalies": "M07",
        "marts.oi_regimes": "M08",
        "marts.oi_pre_events": "M11",
        "marts.oi_imbalance": "M13",
        "marts.funding_extremes": "M14",
        "marts.oi_concentration": "M18",
        "marts.pools": "M43",
        "marts.oi_profile": "M21",
        "marts.clusters": "M24",
        "marts.cluster_scores": "M24",
        "marts.leverage_priors": "M22",
        "marts.leverage_calibration": "M22",
        "marts.liquidation_map": "M23",
        "marts.liquidation_balance": "M23",
        "marts.observed_map": "M23",
        "marts.observed_coverage": "M22",
        "marts.observed_leverage": "M22",
        "marts.stress": "M25",
        "marts.coupled_stress": "M26",
        "marts.contagion": "M26",
        "marts.liquidations_at_risk": "M34",
        "marts.data_quality": "M36",
        "marts.convention_nights": "M38",
        "marts.conventions": "M38",
        "marts.cftc_positions": "M02",
    }
)
"""The method a table is made by or for; also that of its columns which have none of their own."""
