"""What all sections have in common: they cannot be changed, and know every key."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Section(BaseModel):
    """One section of ``oirisk.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


OptionalPath = Annotated[Path | None, BeforeValidator(_none_if_empty)]
"""A path; an empty one means none, as TOML has no null."""
