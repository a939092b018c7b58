"""From rows of the CFTC's weekly report to candidates: whole columns at a time, nothing guessed."""

from collections.abc import Iterable
from datetime import datetime

import polars as pl

from oirisk.schemas.tables.cftc import DATES, POSITIONS, TRADERS, plain_name
from oirisk.transforms.cftc_units import coin_of, contract_size, is_known_coin, market_parts
from oirisk.transforms.imports.columns import numbers, texts
from oirisk.transforms.imports.venues import VenueNames

SOURCE = "cftc"
"""Name under which refused rows and answers are kept."""

_MARKET, _CODE, _UNITS = (
    "market_and_exchange_names", "cftc_contract_market_code", "contract_units",
)  # fmt: skip
_COUNTS = {"open_interest": "oi_contracts", **POSITIONS}
_TEXTS = (
    _MARKET, _CODE, _UNITS, "futonly_or_combined", "commodity_subgroup_name", "cftc_subgroup_code",
    *DATES,
)  # fmt: skip
_DIGITAL_GROUP, _DIGITAL_CODE = "DIGITAL ASSET", "F85"
_TOLERANCE = 0.001
"""Sums of consolidated contracts are rounded; those of coins are exact, by reports of 2026."""


def digital_assets(frame: pl.DataFrame) -> pl.Series:
    """Return which rows are of contracts on coins; a report holds every financial future.

    The report's own group says so. Where a file has none, the group's code, the exchange (Coinbase
    Derivatives lists coins alone in this report) or the name of the coin does.
    """
    rows = _plain(frame)
    group = pl.col("commodity_subgroup_name").str.to_uppercase()
    names = rows[_MARKET].unique().drop_nulls()
    parts = {name: market_parts(name) for name in names}
    named = {
        name: is_known_coin(contract) or exchange == "Coinbase Derivatives"
        for name, (contract, exchange) in parts.items()
    }
    by_name = pl.col(_MARKET).replace_strict(named, default=False, return_dtype=pl.Boolean)
    by_code = (pl.col("cftc_subgroup_code") == _DIGITAL_CODE).fill_null(value=False)
    told = pl.coalesce(group.str.starts_with(_DIGITAL_GROUP), by_code | by_name)
    return rows.select(told.alias("is_digital")).to_series()


def cftc_candidates(frame: pl.DataFrame, _names: VenueNames, now: datetime) -> pl.DataFrame:
    """Read rows of the report.

    Args:
        frame: Columns as received.
        now: No report may be of a later day.

    Returns:
        A frame with the columns of ``ImportedCftc`` and those of traders, one row per row
        received, in order.

    Source:
        https://www.cftc.gov/MarketReports/CommitmentsofTraders, explanatory notes.
    """
    rows = _plain(frame)
    counts = [_whole(rows, name).alias(ours) for name, ours in _COUNTS.items()]
    traders = [_whole(rows, name).alias(ours) for name, ours in TRADERS.items()]
    read = rows.with_columns(_date(), *counts, *traders).join(
        _terms(rows.select(_MARKET, _UNITS).unique().iter_rows()),
        on=(_MARKET, _UNITS), how="left", nulls_equal=True, maintain_order="left",
    )  # fmt: skip
    return read.select(
        pl.lit(SOURCE).alias("venue"),
        pl.col(_MARKET).alias("symbol"),
        "report_date",
        "exchange",
        pl.col(_CODE).alias("contract_code"),
        "contract",
        "asset",
        "contract_units",
        "contract_size",
        *_COUNTS.values(),
        *TRADERS.values(),
        _problem(now),
    )


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Fold the names of the columns; texts without blanks around them, absent columns as null."""
    rows = frame.rename(plain_name)
    missing = [pl.lit(None, pl.String).alias(name) for name in _TEXTS if name not in rows.columns]
    present = [name for name in _TEXTS if name in rows.columns]
    return rows.with_columns(
        *(texts(rows[name]).str.strip_chars().replace("", None) for name in present), *missing
    )


def _whole(rows: pl.DataFrame, name: str) -> pl.Series:
    """Read a count of contracts or traders; what is no whole number becomes null."""
    if name not in rows.columns:
        return pl.Series(name, [None], dtype=pl.Int64).new_from_index(0, rows.height)
    read = numbers(rows[name])
    return read.set(read.is_nan() | (read != read.round()), None).cast(pl.Int64, strict=False)


def _date() -> pl.Expr:
    """Read the day from what the editions print: ``2026-09-15T00:00:00.000`` or ``09/15/2026``."""
    days = [pl.col(name).str.slice(0, 10) for name in DATES]
    forms = ("%Y-%m-%d", "%m/%d/%Y")
    read = (day.str.to_date(form, strict=False) for day in days for form in forms)
    return pl.coalesce(*read).alias("report_date")


def _terms(pairs: Iterable[tuple[str | None, str | None]]) -> pl.DataFrame:
    """Say what each pair of a market's name and its units stands for."""
    rows = []
    for market, units in pairs:
        contract, exchange = market_parts(market or "")
        size = contract_size(units, contract)
        rows.append(
            {
                _MARKET: market,
                _UNITS: units,
                "contract": contract,
                "exchange": exchange,
                "asset": coin_of(contract),
                "contract_size": None if size is None else float(size),
            }
        )
    schema = {
        **dict.fromkeys((_MARKET, _UNITS, "contract", "exchange", "asset"), pl.String),
        "contract_size": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema)


def _problem(now: datetime) -> pl.Expr:
    """Name the first thing that keeps a row from being believed."""
    edition = pl.col("futonly_or_combined")
    longs, shorts = _held("long"), _held("short")
    total = pl.col("oi_contracts")
    apart = pl.max_horizontal((longs - total).abs(), (shorts - total).abs())
    return pl.coalesce(
        pl.when(edition.str.to_lowercase() != "futonly").then(
            pl.format("futures_only: expected FutOnly, saw {}: options are not futures", edition)
        ),
        pl.when(pl.col("exchange") == "").then(
            pl.lit("readable: market_and_exchange_names: expected CONTRACT - EXCHANGE")
        ),
        pl.when(pl.col("report_date") > now.date()).then(
            pl.lit(f"not_from_the_future: report_date: expected at most {now:%Y-%m-%d}")
        ),
        pl.when(apart > pl.max_horizontal(1, total * _TOLERANCE)).then(
            pl.format(
                "sums_to_open_interest: expected longs and shorts of {} contracts each, saw {} "
                "and {}: columns may be shifted", total, longs, shorts,
            )
        ),
    ).alias("problem")  # fmt: skip


def _held(side: str) -> pl.Expr:
    """Sum what all classes hold on a side, with what they spread."""
    return pl.sum_horizontal(
        *(pl.col(name) for name in POSITIONS.values() if name.endswith((side, "spreading"))),
        ignore_nulls=False,
    )
