"""Judge rows by their contract, wherever they come from: what is accepted, and what is not and why.

A row is rejected whole, with the one check that explains it best. Accepted and rejected rows
together are always those received.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from oirisk.schemas.columns import LOAD_COLUMNS, Candidate
from oirisk.schemas.errors import ContractViolationError
from oirisk.schemas.tables.open_interest import ROUTE_TOLERANCE, OpenInterestCandidate
from oirisk.schemas.tables.operations import RejectsTable
from oirisk.schemas.tables.registry import TABLES
from oirisk.schemas.units import suspect_rules

REJECT_DTYPES = RejectsTable.dtypes(without=LOAD_COLUMNS)
NONE_REJECTED = pl.DataFrame(schema=REJECT_DTYPES)

REPEATED = "unique_row: repeats an earlier row"
CONTRADICTED = "contradicts_row: rows of one key contradict each other"

_FIRST = ("readable", "oi_is_finite", "oi_not_negative", "not_from_the_future")
"""Checks that explain a row best, before those that merely follow from them."""
_SEEN_CHARACTERS = 200

Contract = type[Candidate] | pa.DataFrameSchema


@dataclass(frozen=True)
class ValidationResult:
    """What became of rows.

    Args:
        accepted: Rows that hold, without ``problem``.
        rejected: ``venue, symbol, check_name, reason, record``, one row per rejected row.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame

    @property
    def checks(self) -> dict[str, int]:
        """Rejected rows by check, in order of the checks' names."""
        return dict(sorted(self.rejected.group_by("check_name").len().iter_rows()))


def validate(
    contract: Contract, candidates: pl.DataFrame, received: pl.DataFrame | None = None
) -> ValidationResult:
    """Judge every row by a contract.

    Args:
        contract: What a row must hold.
        candidates: Rows with ``venue`` and ``symbol``; a ``problem`` (``check: reason``) that was
            found while reading speaks for itself.
        received: The same rows as they came, for the records; by default ``record`` of the
            candidates.

    Raises:
        ContractViolationError: The frame itself is not of the contract's shape.
    """
    try:
        contract.validate(candidates, lazy=True)
    except SchemaErrors as errors:
        cases, name = errors.failure_cases, str(errors.schema.name)
    else:
        return ValidationResult(candidates.drop("problem", strict=False), NONE_REJECTED)
    if cases["index"].null_count():
        raise ContractViolationError(name, str(cases.to_dicts()))
    reasons = _reasons(cases)
    bad = reasons["row"]
    refused = candidates[bad]
    if received is not None:
        refused = refused.with_columns(*_as_received(received[bad]))
    is_bad = pl.Series([False]).new_from_index(0, candidates.height).scatter(bad, values=True)
    return ValidationResult(
        candidates.filter(~is_bad).drop("problem", strict=False), _explained(refused, reasons)
    )


def validate_open_interest(candidates: pl.DataFrame) -> ValidationResult:
    """Judge a venue's rows; accepted ones have a ``quality``, ``ok`` or ``suspect``, besides."""
    marked = mark_repeats(candidates, ("venue", "symbol"))
    result = validate(OpenInterestCandidate, marked)
    return ValidationResult(_graded(result.accepted), result.rejected)


def validate_facts(table: str, rows: pl.DataFrame) -> ValidationResult:
    """Judge rows of a table of facts by its own contract, before the load adds its columns."""
    return validate(_before_load(table), rows, rows)


@cache
def _before_load(table: str) -> pa.DataFrameSchema:
    columns = TABLES[table].to_schema().columns
    told = {name: column for name, column in columns.items() if name not in LOAD_COLUMNS}
    return pa.DataFrameSchema(told, strict=True, name=table)


def mark_repeats(candidates: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Name as ``problem`` that another row of the same key is there.

    Of rows that repeat another to the letter the first is kept. Of rows that contradict each
    other under one key none is, since nobody can tell which one is true.
    """
    whole = pl.col("record") if "record" in candidates.columns else pl.struct(pl.all()).hash()
    known = pl.col("problem").is_null()
    return candidates.with_columns(
        pl.when(~known)
        .then("problem")
        .when(whole.n_unique().over(key) > 1)
        .then(pl.lit(CONTRADICTED))
        .when(pl.int_range(pl.len()).over(key) > 0)
        .then(pl.lit(REPEATED))
        .alias("problem")
    )


def _reasons(cases: pl.DataFrame) -> pl.DataFrame:
    """Choose the check that explains a row best: ``row, check_name, reason``, in order."""
    check, column = pl.col("check"), pl.col("column")
    rank = check.replace_strict(
        {name: order for order, name in enumerate(_FIRST)}, default=len(_FIRST)
    )
    seen = (
        pl.col("failure_case").cast(pl.String).fill_null("nothing").str.slice(0, _SEEN_CHARACTERS)
    )
    is_absent = check == "not_nullable"
    return (
        cases.sort("index", rank, "column", "check")
        .group_by("index", maintain_order=True)
        .first()
        .select(
            pl.col("index").cast(pl.UInt32).alias("row"),
            pl.when(is_absent)
            .then(pl.lit("present"))
            .otherwise(check.str.split("(").list.first())
            .alias("check_name"),
            pl.when(is_absent)
            .then(pl.format("{}: expected a value, saw none", column))
            .otherwise(pl.format("{}: expected {}, saw {}", column, check, seen))
            .alias("reason"),
        )
    )


def _explained(refused: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """Let a problem that was found while reading speak for itself, and name the row."""
    problem = pl.col("problem") if "problem" in refused.columns else pl.lit(None, pl.String)
    parts, told = problem.str.splitn(": ", 2), problem.is_not_null()
    names = [name for name in ("symbol", "market_id", "received_symbol") if name in refused.columns]
    return refused.with_columns(reasons["check_name"], reasons["reason"]).select(
        pl.col("venue").fill_null("unknown"),
        pl.coalesce(*names).alias("symbol"),
        pl.when(told).then(parts.struct[0]).otherwise("check_name").alias("check_name"),
        pl.when(told).then(parts.struct[1]).otherwise("reason").alias("reason"),
        "record",
    )


def _as_received(rows: pl.DataFrame) -> list[pl.Series]:
    """Return each row whole as ``record``, and what it calls itself."""
    plain = rows.with_columns(
        pl.selectors.temporal().cast(pl.String), pl.selectors.categorical().cast(pl.String)
    )
    records = plain.select(pl.struct(pl.all()).struct.json_encode().alias("record")).to_series()
    if "symbol" not in rows.columns:
        return [records]
    return [records, rows["symbol"].cast(pl.String, strict=False).alias("received_symbol")]


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
