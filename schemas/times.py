"""The registry of time conventions: what the time beside a figure means, and since when.

A convention that turns out wrong, or changes, is corrected in ``time_rules.toml``; what was read
under it is read again.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.units import Evidence, check_spans

_FILE = "time_rules.toml"
METRICS_TIME = "binance_vision.metrics.create_time.2026-06-25"
"""The newest rule for the metrics files of Binance Vision."""


class TimeRule(BaseModel):
    """One rule: at which end of its period a figure of a source is stamped, and how we know.

    Rules that follow each other tell a convention that changes on a day, as those of units do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    field: str = Field(min_length=1)
    stamps: Literal["start", "end"] = Field(
        description="end: the instant at which the figure stood; start: a period earlier"
    )
    period_minutes: int = Field(gt=0)
    evidence: Evidence
    stated_in: str = Field(min_length=1)
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    follows: str = ""

    def is_valid_at(self, at: datetime) -> bool:
        """Return whether the rule held at an instant; ``valid_to`` is exclusive."""
        after = self.valid_from is None or at >= self.valid_from
        return after and (self.valid_to is None or at < self.valid_to)

    @property
    def shift(self) -> timedelta:
        """How long after its stamp a figure stood."""
        return timedelta(minutes=self.period_minutes if self.stamps == "start" else 0)


@cache
def time_rules() -> Mapping[str, TimeRule]:
    """Return the registered conventions, by id.

    Raises:
        ConfigurationError: A rule is not of the documented form, or does not join the one it
            follows.
    """
    text = (files("oirisk.schemas") / _FILE).read_text(encoding="utf-8")
    try:
        rules = [TimeRule.model_validate(entry) for entry in tomllib.loads(text)["rule"]]
    except (ValidationError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ConfigurationError(f"time registry, {_FILE}: {error}") from error
    found = {rule.id: rule for rule in rules}
    check_spans(found, "time registry")
    return found
