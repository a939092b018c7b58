"""What every part of a briefing is made of."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

Unit = Literal["usd", "base", "price", "pct", "pp", "share", "ratio", "rate", "count", "hours"]


class Part(BaseModel):
    """Frozen, without unknown fields, without numbers that are none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Figure(Part):
    """A number with its unit, or the reason why it is missing. Never both, never neither."""

    value: float | None
    unit: Unit
    reason: str = ""

    @model_validator(mode="after")
    def _value_or_reason(self) -> Self:
        if (self.value is None) != bool(self.reason):
            msg = "a figure has a value or a reason for its absence"
            raise ValueError(msg)
        return self
