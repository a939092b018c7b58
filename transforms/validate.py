"""Split candidates into rows to keep and rows to refuse, each refusal with its reason."""

from dataclasses import dataclass

import polars as pl
from pandera.errors import SchemaErrors

from oirisk.schemas.errors import ContractViolationError
from oirisk.schemas.tables.open_interest import ROUTE_TOLERANCE, OpenInterestCandidate
from oirisk.schemas.units import suspect_rules

_FIRST = ("convertible", "unique_row", "oi_is_finite", "oi_not_negative", "not_from_the_future")
"""Checks that explain a row best, before those that merely follow from them."""

_IDENTITY = ("venue", "symbol")


@dataclass(frozen=True)
class ValidationResult:
    """What became of the rows of one venue.

    Args:
        accepted: Candidates that hold, with an added ``quality`` (``ok`` or ``suspect``).
        rejected: ``venue, symbol, check_name, reason, record``, one row per refused row.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame


def validate(candidates: pl.DataFrame) -> ValidationResult:
    """Judge every candidate by its contract; accepted + rejected = received, always.

    Of rows that repeat another to the letter the first is kept. Rows that contradict each
    other under one key are all refused, since nobody can tell which one is true.

    Raises:
        ContractViolationError: The frame itself is not of the contract's shape.
    """
    frame = mark_duplicates(candidates)
    refusals = _refusals(frame)
    numbered = frame.with_row_index("row")
    rejected = numbered.join(refusals, on="row", how="inner").sort("row")
    accepted = numbered.join(refusals, on="row", how="anti").sort("row")
    return ValidationResult(
        accepted=_graded(accepted.drop("row", "problem", "duplicate")),
        rejected=rejected.select(
            "venue",
            pl.coalesce("symbol", "market_id").alias("symbol"),
            "check_name",
            "reason",
            "record",
        ),
    )


def mark_duplicates(candidates: pl.DataFrame) -> pl.DataFrame:
    """Fill ``duplicate`` where another row of the answer claims the same instrument."""
    same_key = pl.len().over(_IDENTITY)
    variants = pl.col("record").n_unique().over(_IDENTITY)
    position = pl.int_range(pl.len()).over(_IDENTITY)
    known = pl.col("problem").is_null()
    return candidates.with_columns(
        pl.when(known & (same_key > 1) & (variants > 1))
        .then(pl.lit("rows of one instrument contradict each other"))
        .when(known & (same_key > 1) & (position > 0))
        .then(pl.lit("repeats an earlier row"))
        .otherwise(None)
        .alias("duplicate")
    )


def _refusals(frame: pl.DataFrame) -> pl.DataFrame:
    """Return ``row, check_name, reason``, one per refused row."""
    empty = pl.DataFrame(schema={"row": pl.UInt32, "check_name": pl.String, "reason": pl.String})
    if frame.is_empty():
        return empty
    try:
        OpenInterestCandidate.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return empty
    if cases["index"].null_count():
        raise ContractViolationError("OpenInterestCandidate", str(cases.to_dicts()))
    return _explained(frame, cases)


def _explained(frame: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    rank = pl.col("check").replace_strict(
        {name: order for order, name in enumerate(_FIRST)}, default=len(_FIRST)
    )
    first = (
        cases.with_columns(rank.alias("rank"))
        .sort("index", "rank", "column", "check")
        .group_by("index", maintain_order=True)
        .first()
        .with_columns(pl.col("index").cast(pl.UInt32).alias("row"))
    )
    problems = frame.with_row_index("row").select("row", "problem")
    parts = pl.col("problem").str.splitn(": ", 2)
    structural = pl.col("check") == "convertible"
    seen = pl.format(
        "{}: {}, saw {}", "column", "check", pl.col("failure_case").fill_null("nothing")
    )
    return first.join(problems, on="row", how="left").select(
        "row",
        pl.when(structural)
        .then(parts.struct.field("field_0"))
        .otherwise(pl.col("check"))
        .alias("check_name"),
        pl.when(structural).then(parts.struct.field("field_1")).otherwise(seen).alias("reason"),
    )


def _graded(accepted: pl.DataFrame) -> pl.DataFrame:
    """Mark as suspect what lacks coins or USD, disagrees in itself, or has no known meaning."""
    suspect = (
        pl.col("oi_base").is_null()
        | pl.col("oi_usd").is_null()
        | (pl.col("route_gap").fill_null(0) > ROUTE_TOLERANCE)
        | pl.col("unit_rule").is_in(suspect_rules())
    )
    return accepted.with_columns(
        pl.when(suspect).then(pl.lit("suspect")).otherwise(pl.lit("ok")).alias("quality")
    )
