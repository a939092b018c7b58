"""Every table of the warehouse and its contract."""

from collections.abc import Mapping
from types import MappingProxyType

from oirisk.schemas.columns import Table
from oirisk.schemas.tables import (
    balance,
    cftc,
    conventions,
    facts,
    liquidation,
    market,
    marts,
    observed,
    operations,
    option_chain,
    options,
    positions,
    quality,
    reference_data,
    series,
    stress,
    term_structure,
    totals,
)  # fmt: skip

_MODULES = (
    marts, totals, series, balance, option_chain, options, term_structure, positions, market,
    liquidation, stress, quality, conventions, observed, cftc, facts, reference_data, operations,
)  # fmt: skip

TABLES: Mapping[str, type[Table]] = MappingProxyType(
    {
        contract.table(): contract
        for module in _MODULES
        for contract in vars(module).values()
        if isinstance(contract, type) and issubclass(contract, Table) and contract.table()
    }
)
"""Contract by table, ``schema.table``; what the database and the data dictionary are made of."""
