"""The ``[retention]`` section: how old rows get before maintenance thins them out."""

from typing import Self

from pydantic import Field, model_validator

from oirisk.flows.settings.section import Section

LEAST_DAYS, MOST_DAYS = 100, 36_600
"""What is built each night looks back at single rows for about a month; this is well beyond."""


class RetentionSettings(Section):
    """What ``oirisk maintain`` takes out; nothing unless a number of days is set."""

    fine_days: int = Field(
        default=0,
        ge=0,
        le=MOST_DAYS,
        description="rows older than this are thinned to one an hour; 0: never; else at least 100",
    )
    hourly_days: int = Field(
        default=0,
        ge=0,
        le=MOST_DAYS,
        description="rows older than this are thinned to one a day; 0: never; "
        "else at least 100 and more than fine_days",
    )
    compact: bool = Field(
        default=True, description="whether maintenance writes the warehouse and raw/ more densely"
    )

    @model_validator(mode="after")
    def _must_leave_what_is_looked_back_on(self) -> Self:
        for days in (self.fine_days, self.hourly_days):
            if 0 < days < LEAST_DAYS:
                raise ValueError(f"expected 0 (never) or at least {LEAST_DAYS} days, saw {days}")
        if 0 < self.hourly_days <= self.fine_days:
            raise ValueError(
                f"hourly_days: expected 0 or more than fine_days ({self.fine_days}), "
                f"saw {self.hourly_days}"
            )
        return self
