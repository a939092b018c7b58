"""Rows of the CFTC's weekly report as it prints them, in three editions.

The figures are those of Traders in Financial Futures, futures only, as of 2026-09-15, published
2026-09-18: bitcoin, micro bitcoin, ether and, as a row on something else, the euro.
"""

import csv
import io
import json
from typing import Any

from oirisk.schemas.tables.cftc import HEADLESS

_HELD = (
    "dealer_positions_long", "dealer_positions_short", "dealer_positions_spread",
    "asset_mgr_positions_long", "asset_mgr_positions_short", "asset_mgr_positions_spread",
    "lev_money_positions_long", "lev_money_positions_short", "lev_money_positions_spread",
    "other_rept_positions_long", "other_rept_positions_short", "other_rept_positions_spread",
    "nonrept_positions_long", "nonrept_positions_short",
)  # fmt: skip
_SOCRATA_ALL = {
    "open_interest", "dealer_positions_long", "dealer_positions_short", "dealer_positions_spread",
    "nonrept_positions_long", "nonrept_positions_short", "traders_tot",
}  # fmt: skip
"""Columns that keep ``_all`` in the JSON of publicreporting.cftc.gov."""

Row = dict[str, str]


def row(market: str, code: str, units: str, oi: int, held: tuple[int, ...], **others: str) -> Row:
    """Make a row under folded names; ``others`` overwrite and add."""
    told = {
        "market_and_exchange_names": market,
        "report_date_as_yyyy_mm_dd": "2026-09-15",
        "cftc_contract_market_code": code,
        "open_interest": str(oi),
        **{name: str(count) for name, count in zip(_HELD, held, strict=True)},
        "contract_units": units,
        "futonly_or_combined": "FutOnly",
    }
    return {**told, **others}


BITCOIN = row(
    "BITCOIN - CHICAGO MERCANTILE EXCHANGE", "133741", "(5 Bitcoins)", 20773,
    (6587, 3168, 620, 4528, 1768, 486, 5545, 11899, 1841, 122, 136, 23, 1021, 832),
    cftc_subgroup_code="F85", traders_tot="111", traders_dealer_long="12",
    traders_other_rept_short=".",
)  # fmt: skip
MICRO_BITCOIN = row(
    "MICRO BITCOIN - CHICAGO MERCANTILE EXCHANGE", "133742", "(Bitcoin X $0.10)", 37455,
    (3991, 6069, 0, 4700, 571, 0, 16881, 25363, 405, 6047, 2847, 87, 5344, 2113),
    cftc_subgroup_code="F85",
)  # fmt: skip
ETHER = row(
    "ETHER CASH SETTLED - CHICAGO MERCANTILE EXCHANGE", "146021", "(50 Index Points)", 28413,
    (19586, 9015, 980, 1419, 3339, 460, 3293, 11015, 1939, 159, 1282, 0, 577, 383),
    cftc_subgroup_code="F85",
)  # fmt: skip
EURO = row(
    "EURO FX - CHICAGO MERCANTILE EXCHANGE", "099741", "(CONTRACTS OF EUR 125,000)", 920035,
    (41113, 299193, 5144, 486435, 234737, 43899, 103260, 131416, 23388, 24818, 17063, 3579,
     188399, 161616),
    cftc_subgroup_code="F10",
)  # fmt: skip
WEEK = (EURO, BITCOIN, MICRO_BITCOIN, ETHER)


def as_json(*rows: Row) -> str:
    """Write rows as publicreporting.cftc.gov/resource/gpe5-46if.json answers."""
    return json.dumps([_socrata(one) for one in rows])


def _socrata(one: Row) -> dict[str, Any]:
    named = {name + ("_all" if name in _SOCRATA_ALL else ""): text for name, text in one.items()}
    named["report_date_as_yyyy_mm_dd"] += "T00:00:00.000"
    group = "DIGITAL ASSET" if named.pop("cftc_subgroup_code", "F10") == "F85" else "CURRENCY"
    return {**named, "commodity_subgroup_name": group}


def as_year(*rows: Row) -> str:
    """Write rows as a yearly file (FinFutYY.txt): columns named in capitals, text quoted."""
    names = list(dict.fromkeys(name for one in rows for name in one))
    heads = {
        name: "Report_Date_as_YYYY-MM-DD"
        if name == "report_date_as_yyyy_mm_dd"
        else name.title() + ("_All" if "positions" in name or "interest" in name else "")
        for name in names
    }
    text = io.StringIO()
    table = csv.DictWriter(text, names, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    table.writerow(heads)
    table.writerows({name: one.get(name, "") for name in names} for one in rows)
    return text.getvalue()


def as_week(*rows: Row) -> str:
    """Write rows as the weekly file (FinFutWk.txt): 87 fields, none of them named."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerows([f" {one.get(name, '.')}" for name in HEADLESS] for one in rows)
    return text.getvalue()
