"""From an exchange's answers about accounts to positions, judged by their contract."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from oirisk.schemas.calls import value_at
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.tables.observed import ObservedPosition
from oirisk.schemas.text import LONGEST_NAME, record_of, shown
from oirisk.schemas.venue import Row
from oirisk.transforms.numbers import number
from oirisk.transforms.validate import ValidationResult, validate

CANDIDATE_SCHEMA = ObservedPosition.dtypes(without={"venue"})


@dataclass(frozen=True)
class PositionFields:
    """Where a position keeps what; dots step into nested objects.

    Args:
        market: The contract's name, as the exchange writes it.
        size: Signed size in listed coins, below zero for a short.
        notional: Size in USD at the mark.
    """

    market: str
    size: str
    notional: str
    entry_price: str
    leverage: str
    liquidation_price: str


def position_candidates(
    answers: Mapping[str, Sequence[Row]],
    fields: PositionFields,
    instruments: Mapping[str, Instrument],
) -> pl.DataFrame:
    """Turn the positions of accounts into candidates, in canonical coins and prices.

    Args:
        answers: Rows by account.
        fields: Where they keep what.
        instruments: What is listed, by the name that rows use.

    Returns:
        One row per position received, columns ``CANDIDATE_SCHEMA``.
    """
    rows = [
        _candidate(account, row, fields, instruments)
        for account, received in answers.items()
        for row in received
    ]
    return pl.DataFrame(rows, schema=CANDIDATE_SCHEMA)


def _candidate(
    account: str, row: Row, fields: PositionFields, instruments: Mapping[str, Instrument]
) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(CANDIDATE_SCHEMA)
    found |= {
        "account": account,
        "record": record_of({"account": account, **dict(sorted(row.items()))}),
    }
    name = str(value_at(row, fields.market))
    instrument = instruments.get(name)
    if instrument is None:
        name = shown(name, LONGEST_NAME)
        return found | {"symbol": name, "problem": f"listed: {name} is on no list of the exchange"}
    found |= {"symbol": instrument.symbol, "asset": instrument.asset}
    try:
        return found | _figures(row, fields, instrument.base_multiplier)
    except (ValueError, ArithmeticError) as error:
        return found | {"problem": shown(f"number: {error}")}


def _figures(row: Row, fields: PositionFields, scale: Decimal) -> dict[str, Any]:
    size, notional = _number(row, fields.size), _number(row, fields.notional)
    if not size:
        raise ValueError("expected a size that is not zero")
    mark = None if notional is None else abs(notional / size) / scale
    return {
        "side": "long" if size > 0 else "short",
        "base": float(abs(size) * scale),
        "entry_price": _scaled(_number(row, fields.entry_price), scale),
        "leverage": _scaled(_number(row, fields.leverage), Decimal(1)),
        "liquidation_price": _scaled(_number(row, fields.liquidation_price), scale),
        "mark_price": None if mark is None else float(mark),
    }


def _number(row: Row, path: str) -> Decimal | None:
    value = value_at(row, path)
    if value is None:
        return None
    found = number(value)
    if found is None or not found.is_finite():
        raise ValueError(f"{path}: expected a number, saw {str(value)[:40]!r}")
    return found


def _scaled(value: Decimal | None, scale: Decimal) -> float | None:
    return None if value is None else float(value / scale)


def judge_positions(venue: str, candidates: pl.DataFrame) -> ValidationResult:
    """Part the positions that hold from those that do not; both together are what was received.

    Raises:
        ContractViolationError: The frame is not of the contract's shape.
    """
    return validate(ObservedPosition, candidates.with_columns(pl.lit(venue).alias("venue")))
