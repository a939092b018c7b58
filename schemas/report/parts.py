"""What every part of a briefing is made of: figures, statements, and where rows come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, model_validator

Unit = Literal["usd", "base", "price", "pct", "pp", "share", "ratio", "rate", "count", "hours"]


class Part(BaseModel):
    """Frozen, without unknown fields, without numbers that are none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Figure(Part):
    """A number with its unit, or the reason why it is missing. Never both, never neither."""

    value: float | None
    unit: Unit
    reason: "Said" = ""

    @model_validator(mode="after")
    def _value_or_reason(self) -> Self:
        if (self.value is None) != bool(self.reason):
            msg = "a figure has a value or a reason for its absence"
            raise ValueError(msg)
        return self


class Statement(Part):
    """One statement of a report: which it is, and the figures and names that it states.

    ``templates/sentences.py`` has the sentence of each ``id``.
    """

    id: str
    values: Mapping[str, "Value"] = {}


Value: TypeAlias = Figure | Statement | str | tuple[str, ...] | tuple[Statement, ...]
Said: TypeAlias = str | Statement
"""What is put in words: a statement, or a text, such as reports of earlier versions hold."""

Figure.model_rebuild()
Statement.model_rebuild()


class Band(Part):
    """A modelled amount in USD: under the base mix of leverage, and the range over all mixes."""

    usd: float
    low: float
    high: float


@dataclass(frozen=True)
class Rows:
    """Of a field of a report: the query of ``warehouse/sql/report`` whose rows it holds."""

    query: str
    most: int | None = None


@dataclass(frozen=True)
class Source:
    """Of a field of a row: where it comes from, beyond the column of its name.

    ``unit`` of a figure, where the name does not end in it; ``reason`` for its absence; ``scale``
    is what the column is multiplied by; ``band`` names the columns of a :class:`Band`.
    """

    column: str = ""
    unit: Unit | None = None
    reason: str = ""
    scale: float | None = None
    band: tuple[str, str, str] = ("usd", "low", "high")
