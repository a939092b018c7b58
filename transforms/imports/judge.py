"""Judge imported candidates by their contract: what is kept, and what is refused and why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from oirisk.schemas.errors import ContractViolationError
from oirisk.schemas.tables.cftc import ImportedCftc
from oirisk.schemas.tables.imported import FILE_DAY, Form, ImportedBar, ImportedOpenInterest
from oirisk.transforms.cftc import cftc_candidates
from oirisk.transforms.imports.rows import (
    bar_candidates,
    metrics_candidates,
    open_interest_candidates,
)
from oirisk.transforms.imports.venues import VenueNames

REJECT_DTYPES = {
    "venue": pl.String,
    "symbol": pl.String,
    "check_name": pl.String,
    "reason": pl.String,
    "record": pl.String,
}
_CHECK_OF_NULL = "not_nullable"
_ANY_VENUE = VenueNames()

_READERS: dict[Form, Callable[[pl.DataFrame, datetime, VenueNames], pl.DataFrame]] = {
    "open_interest": open_interest_candidates,
    "bars": bar_candidates,
    "metrics": metrics_candidates,
    "cftc": cftc_candidates,
}
_CONTRACTS: dict[Form, type[pa.DataFrameModel]] = {
    "open_interest": ImportedOpenInterest,
    "bars": ImportedBar,
    "metrics": ImportedOpenInterest,
    "cftc": ImportedCftc,
}


@dataclass(frozen=True)
class Judged:
    """What became of the rows of one batch.

    Args:
        accepted: Candidates that hold, without ``problem``.
        rejected: ``venue, symbol, check_name, reason, record``, one row per refused row.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame


def judge(form: Form, frame: pl.DataFrame, now: datetime, names: VenueNames = _ANY_VENUE) -> Judged:
    """Read and judge one batch; accepted + rejected = received, always.

    Args:
        form: What the file holds.
        frame: Columns as received.
        now: Nothing may be later.
        names: What the order books are called; by default any name is one.

    Raises:
        ContractViolationError: Our own reading broke the contract's shape.
    """
    candidates = _READERS[form](frame, now, names)
    try:
        _CONTRACTS[form].validate(candidates, lazy=True)
    except SchemaErrors as errors:
        return _split(form, frame, candidates, errors.failure_cases)
    return Judged(candidates.drop("problem"), pl.DataFrame(schema=REJECT_DTYPES))


def _split(
    form: Form, frame: pl.DataFrame, candidates: pl.DataFrame, cases: pl.DataFrame
) -> Judged:
    """Part the refused rows from the others."""
    if cases["index"].null_count():
        raise ContractViolationError(_CONTRACTS[form].__name__, str(cases.to_dicts()))
    reasons = _reasons(cases)
    bad = reasons["row"]
    is_bad = pl.Series("bad", [False]).new_from_index(0, frame.height).scatter(bad, values=True)
    refused = candidates.filter(is_bad).select("venue", "symbol", "problem").with_columns(
        _records(frame.filter(is_bad)), reasons["check_name"], reasons["reason"]
    )  # fmt: skip
    return Judged(candidates.filter(~is_bad).drop("problem"), _explained(frame, refused, bad))


def _reasons(cases: pl.DataFrame) -> pl.DataFrame:
    """Choose the check that explains a row best, one row per refused row, in order."""
    first = pl.col("check") != "readable"
    told = (pl.col("failure_case").cast(pl.String).fill_null("nothing")).str.slice(0, 200)
    return (
        cases.with_columns(first.alias("later"))
        .sort("index", "later", "column", "check")
        .group_by("index", maintain_order=True)
        .first()
        .select(
            pl.col("index").cast(pl.Int64).alias("row"),
            pl.when(pl.col("check") == _CHECK_OF_NULL)
            .then(pl.lit("present"))
            .otherwise(pl.col("check").str.split("(").list.first())
            .alias("check_name"),
            pl.when(pl.col("check") == _CHECK_OF_NULL)
            .then(pl.format("{}: expected a value, saw none", "column"))
            .otherwise(pl.format("{}: expected {}, saw {}", "column", "check", told))
            .alias("reason"),
        )
    )


def _explained(frame: pl.DataFrame, refused: pl.DataFrame, bad: pl.Series) -> pl.DataFrame:
    """Let a problem that was found while reading speak for itself."""
    parts = pl.col("problem").str.splitn(": ", 2)
    told = pl.col("problem").is_not_null()
    received = frame["symbol"].gather(bad) if "symbol" in frame.columns else refused["symbol"]
    symbol = received.cast(pl.String, strict=False).alias("received_symbol")
    return refused.with_columns(symbol).select(
        pl.col("venue").fill_null("unknown"),
        pl.coalesce("symbol", "received_symbol").alias("symbol"),
        pl.when(told).then(parts.struct[0]).otherwise("check_name").alias("check_name"),
        pl.when(told).then(parts.struct[1]).otherwise("reason").alias("reason"),
        "record",
    )


def _records(rows: pl.DataFrame) -> pl.Series:
    plain = rows.drop(FILE_DAY, strict=False).with_columns(
        pl.selectors.temporal().cast(pl.String), pl.selectors.categorical().cast(pl.String)
    )
    return plain.select(pl.struct(pl.all()).struct.json_encode().alias("record")).to_series()
