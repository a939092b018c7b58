"""How a column of a stored table is described: type, unit, method, allowed values."""

from typing import Annotated, Any

import pandera.polars as pa
import polars as pl

UtcTimestamp = Annotated[pl.Datetime, "us", "UTC"]
UTC_MICROSECONDS = pl.Datetime("us", "UTC")
"""Type of every instant, in a contract and in a frame."""


class Table(pa.DataFrameModel):
    """A stored table. The settings are inherited; those of a subclassed ``Config`` would not be."""

    class Config:
        """Reject the unexpected; never repair it here."""

        strict = True
        coerce = False


def column(
    description: str,
    *,
    unit: str = "",
    method: str = "",
    nullable: bool = False,
    **checks: Any,  # noqa: ANN401 -- what pa.Field takes
) -> Any:  # noqa: ANN401 -- what pa.Field returns
    """Describe one column.

    Args:
        description: What it says, one sentence without full stop.
        unit: ``USD``, ``coin``, ``percent`` … where it has one.
        method: Identifier of the method it rests on, ``M03`` …
        nullable: Whether it may be unknown; the description says when.
        checks: Bounds and allowed values, as ``pa.Field`` takes them.
    """
    metadata = {name: text for name, text in (("unit", unit), ("method", method)) if text}
    return pa.Field(description=description, metadata=metadata, nullable=nullable, **checks)


def amount(description: str, *, unit: str, method: str = "", nullable: bool = False) -> Any:  # noqa: ANN401
    """Describe a finite quantity that is never negative."""
    return column(description, unit=unit, method=method, nullable=nullable, ge=0, lt=float("inf"))


def fraction(description: str, *, method: str = "", nullable: bool = False) -> Any:  # noqa: ANN401
    """Describe a fraction from 0 to 1, with room for the last bit of a float."""
    return column(description, unit="fraction", method=method, nullable=nullable, ge=0, le=1 + 1e-9)


def percent(description: str, *, method: str) -> Any:  # noqa: ANN401
    """Describe a change in percent, null when it cannot be told."""
    return column(description, unit="percent", method=method, nullable=True)
