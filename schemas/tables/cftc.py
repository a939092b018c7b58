"""The CFTC's weekly report, Traders in Financial Futures: names of its columns, and contracts.

Positions are as of the close of a Tuesday and published the Friday after. Names of the columns are
those of publicreporting.cftc.gov/resource/gpe5-46if and of the yearly files (FinFutYY.txt), folded
by :func:`plain_name`; both were compared on reports of September 2026.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

import pandera.polars as pa
import polars as pl

from oirisk.schemas.columns import Candidate, Table, UtcTimestamp, amount, column

HOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "dealer": "dealer",
        "asset_mgr": "asset_manager",
        "lev_money": "leveraged",
        "other_rept": "other",
    }
)
"""Our name of a class of holders by the report's; the fifth, nonreportable, has no spreading."""

SIDES: Mapping[str, str] = MappingProxyType(
    {"long": "long", "short": "short", "spread": "spreading"}
)
"""Our name of a side by the report's."""

POSITIONS: Mapping[str, str] = MappingProxyType(
    {
        **{
            f"{told}_positions_{way}": f"{holder}_{side}"
            for told, holder in HOLDERS.items()
            for way, side in SIDES.items()
        },
        "nonrept_positions_long": "nonreportable_long",
        "nonrept_positions_short": "nonreportable_short",
    }
)
"""Our column of positions by the folded name of the report's."""

TRADERS: Mapping[str, str] = MappingProxyType(
    {
        "traders_tot": "traders_total",
        **{
            f"traders_{told}_{way}": f"traders_{holder}_{side}"
            for told, holder in HOLDERS.items()
            for way, side in SIDES.items()
        },
    }
)
"""Our column of traders by the folded name of the report's; fewer than four are not told."""

DATES = ("report_date_as_yyyy_mm_dd", "report_date_as_mm_dd_yyyy")
"""Folded names of the report's day; both hold the year first in what the CFTC publishes today."""

NEEDED = (
    "market_and_exchange_names", "cftc_contract_market_code", "open_interest", "contract_units",
    "futonly_or_combined", *POSITIONS,
)  # fmt: skip
"""Folded names of columns without which a file is not this report; one of ``DATES`` besides."""

HEADLESS = (
    "market_and_exchange_names", "as_of_date_in_form_yymmdd", "report_date_as_yyyy_mm_dd",
    "cftc_contract_market_code", "cftc_market_code", "cftc_region_code", "cftc_commodity_code",
    "open_interest",
    *(f"{told}_positions_{way}" for told in HOLDERS for way in SIDES),
    "tot_rept_positions_long", "tot_rept_positions_short",
    "nonrept_positions_long", "nonrept_positions_short",
    "change_in_open_interest",
    *(f"change_in_{told}_{way}" for told in HOLDERS for way in SIDES),
    "change_in_tot_rept_long", "change_in_tot_rept_short",
    "change_in_nonrept_long", "change_in_nonrept_short",
    "pct_of_open_interest",
    *(f"pct_of_oi_{told}_{way}" for told in HOLDERS for way in SIDES),
    "pct_of_oi_tot_rept_long", "pct_of_oi_tot_rept_short",
    "pct_of_oi_nonrept_long", "pct_of_oi_nonrept_short",
    "traders_tot",
    *(f"traders_{told}_{way}" for told in HOLDERS for way in SIDES),
    "traders_tot_rept_long", "traders_tot_rept_short",
    *(f"conc_{what}_le_{most}_tdr_{way}" for what in ("gross", "net") for most in (4, 8)
      for way in ("long", "short")),
    "contract_units", "cftc_contract_market_code_quotes", "cftc_market_code_quotes",
    "cftc_commodity_code_quotes", "cftc_subgroup_code", "futonly_or_combined",
)  # fmt: skip
"""Columns of the weekly text file (FinFutWk.txt), which names none, in its order."""


def plain_name(name: str) -> str:
    """Fold the name of a column: letter case, punctuation and a last ``_all`` differ by edition.

    >>> plain_name("Report_Date_as_YYYY-MM-DD"), plain_name("Asset_Mgr_Positions_Long_All")
    ('report_date_as_yyyy_mm_dd', 'asset_mgr_positions_long')
    """
    folded = re.sub(r"[^0-9a-z]+", "_", name.strip().lower()).strip("_")
    return folded.removesuffix("_all")


def _held(description: str, *, nullable: bool = False) -> int:
    return column(description, unit="contracts", method="M02", nullable=nullable, ge=0)  # type: ignore[no-any-return]


def _counted(description: str) -> int:
    return column(  # type: ignore[no-any-return]
        f"{description}; null when fewer than four", unit="count", nullable=True, ge=0
    )


class _Contract(Table):
    """One contract in one report."""

    report_date: pl.Date = column("the day, a Tuesday as a rule, at whose close positions stood")
    exchange: str = column("CME, Coinbase Derivatives, or the exchange as the report names it")
    contract_code: str = column("the CFTC's code of the contract")
    contract: str = column("the contract as the report names it")
    asset: str = column("coin of the contract; its printed name where no ticker is known")
    contract_units: str = column("size of a contract in the report's words", nullable=True)
    contract_size: float = amount(
        "size of a contract, read from those words; null when they name none",
        unit="coins per contract",
        method="M02",
        nullable=True,
    )
    oi_contracts: int = _held("open interest, futures only, one side")


class _Valued(_Contract):
    """The same in coins and USD."""

    oi_base: float = amount(
        "contracts times size; null without a size", method="M02", nullable=True
    )
    oi_usd: float = amount(
        "at the price of that day; null without size or price", method="M02", nullable=True
    )
    price: float = amount(
        "median over venues at the last instant of that UTC day of which one is known",
        method="M02",
        nullable=True,
    )
    price_at: UtcTimestamp = column("that instant; null without one", nullable=True)
    missing_reason: str = column("why coins or USD are missing; null if neither is", nullable=True)


class _Holders(Table):
    """Classes of holders; the longs of all, with what is spread, are the open interest."""

    dealer_long: int = _held("held long by dealers and intermediaries")
    dealer_short: int = _held("held short by them")
    dealer_spreading: int = _held("held by them on both sides, in different months")
    asset_manager_long: int = _held("held long by asset managers and institutions")
    asset_manager_short: int = _held("held short by them")
    asset_manager_spreading: int = _held("held by them on both sides, in different months")
    leveraged_long: int = _held("held long by leveraged funds")
    leveraged_short: int = _held("held short by them")
    leveraged_spreading: int = _held("held by them on both sides, in different months")
    other_long: int = _held("held long by other traders who must report")
    other_short: int = _held("held short by them")
    other_spreading: int = _held("held by them on both sides, in different months")
    nonreportable_long: int = _held("held long by traders too small to report")
    nonreportable_short: int = _held("held short by them")


class CftcPositionsTable(
    _Holders,
    _Contract,
    name="core.cftc_positions",
    key=("report_date", "exchange", "contract_code", "recorded_at"),
    method="M02",
):
    """The CFTC's weekly report of the contracts of US exchanges, as published. In no total.

    Grain: one row per report_date, exchange, contract_code and recorded_at.
    """

    traders_total: int = _counted("traders who report")
    traders_dealer_long: int = _counted("dealers long")
    traders_dealer_short: int = _counted("dealers short")
    traders_dealer_spreading: int = _counted("dealers spreading")
    traders_asset_manager_long: int = _counted("asset managers long")
    traders_asset_manager_short: int = _counted("asset managers short")
    traders_asset_manager_spreading: int = _counted("asset managers spreading")
    traders_leveraged_long: int = _counted("leveraged funds long")
    traders_leveraged_short: int = _counted("leveraged funds short")
    traders_leveraged_spreading: int = _counted("leveraged funds spreading")
    traders_other_long: int = _counted("others long")
    traders_other_short: int = _counted("others short")
    traders_other_spreading: int = _counted("others spreading")
    run_id: str = column("run that brought the row")
    recorded_at: UtcTimestamp = column("when it became known", method="M37")
    superseded_at: UtcTimestamp = column(
        "when a restatement replaced it; null while it holds", method="M37", nullable=True
    )


class CftcPositionsMart(
    _Holders,
    _Valued,
    name="marts.cftc_positions",
    key=("report_date", "exchange", "contract_code"),
    method="M02",
):
    """Open interest of US exchanges by the CFTC's weekly report: dated, and in no total.

    Grain: one row per report_date, exchange and contract_code. Holder classes are in contracts.
    """

    recorded_at: UtcTimestamp = column("when the report became known", method="M37")


class ImportedCftc(Candidate):
    """One row of a report; ``venue`` and ``symbol`` name it among rejected rows."""

    report_date: pl.Date
    exchange: str
    contract_code: str = pa.Field(str_matches=r"^\S+$")
    contract: str
    asset: str
    contract_units: str = pa.Field(nullable=True)
    contract_size: float = pa.Field(nullable=True, gt=0, lt=1e12)
    oi_contracts: int = pa.Field(ge=0, lt=10**12)
    positions: int = pa.Field(
        regex=True,
        alias=r"^(dealer|asset_manager|leveraged|other|nonreportable)_(long|short|spreading)$",
        ge=0,
        lt=10**12,
    )

    class Config:
        """Traders may be missing."""

        strict = False
