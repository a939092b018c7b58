"""Volatility and greeks of options, from the answers of a run.

The ``options`` module of each exchange says which answers tell them, and in what units.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from oirisk.flows.exchanges.registry import all_option_figures
from oirisk.flows.exchanges.unreadable_markets import UNREADABLE
from oirisk.schemas.columns import LOAD_COLUMNS
from oirisk.schemas.history import OptionPoint
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.responses import Response
from oirisk.schemas.tables.market import OptionsTable
from oirisk.schemas.text import shown
from oirisk.transforms.decode import decode
from oirisk.transforms.derive import Derived
from oirisk.transforms.option_quotes import read_options
from oirisk.warehouse.archive import RunLabel

OPTION_DTYPES = OptionsTable.dtypes(without=LOAD_COLUMNS)
_FIGURES = (
    "mark_iv", "bid_iv", "ask_iv", "delta", "gamma", "vega", "theta", "mark_price",
    "underlying_price",
)  # fmt: skip


def option_frame(
    derived: Derived, responses: Sequence[Response], label: RunLabel
) -> tuple[pl.DataFrame, list[str]]:
    """Return what a venue's answers tell of its options, and what could not be read.

    Args:
        derived: The venue's listing and open interest of the same run.
        responses: Its answers.
        label: The run.

    Returns:
        Rows of ``core.options``, one per option that has a volatility or a greek; open interest
        is that of the run.
    """
    figures = all_option_figures().get(derived.venue)
    if derived.listing is None or figures is None:
        return pl.DataFrame(schema=OPTION_DTYPES), []
    wanted = [one for one in responses if one.endpoint in figures.told_by and not one.error]
    options = {
        one.market_id: one for one in derived.listing.instruments.values() if one.kind == "option"
    }
    interest = _interest(derived.verdict.accepted)
    rows: dict[str, dict[str, Any]] = {}
    problems: list[str] = []
    for response in wanted:
        try:
            points = read_options(decode(response.body), figures)
        except UNREADABLE as error:
            problems.append(shown(f"{response.endpoint}: {error}"))
            continue
        for point in points:
            option = options.get(point.market_id)
            if option is not None and _tells(point):
                row = _row(point, option, response, interest.get(option.symbol, {}))
                rows[option.symbol] = {
                    **row,
                    "snapshot_at": label.snapshot_at,
                    "is_simulated": label.is_simulated,
                }
    return pl.DataFrame(list(rows.values()), schema=OPTION_DTYPES), problems


def _interest(accepted: pl.DataFrame) -> dict[str, dict[str, Any]]:
    options = accepted.filter(pl.col("kind") == "option")
    chosen = options.select("symbol", "oi_base", "oi_usd").to_dicts()
    return {row["symbol"]: row for row in chosen}


def _tells(point: OptionPoint) -> bool:
    return any(
        getattr(point, name) is not None for name in ("mark_iv", "delta", "gamma", "vega", "theta")
    )


def _row(
    point: OptionPoint, option: Instrument, response: Response, interest: Mapping[str, Any]
) -> dict[str, Any]:
    figures = {name: getattr(point, name) for name in _FIGURES}
    return {
        "observed_at": point.observed_at or response.received_at,
        "venue": option.venue,
        "symbol": option.symbol,
        "asset": option.asset,
        "expiry": option.expiry,
        "strike": None if option.strike is None else float(option.strike),
        "option_type": option.option_type,
        **{name: None if value is None else float(value) for name, value in figures.items()},
        "underlying_kind": point.underlying_kind,
        "delta_convention": point.delta_convention,
        "oi_base": interest.get("oi_base"),
        "oi_usd": interest.get("oi_usd"),
    }
