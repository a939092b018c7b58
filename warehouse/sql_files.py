"""SQL texts, read once."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """Return the text of a file under ``warehouse/sql``, for example ``marts/clusters.sql``."""
    return files("oirisk.warehouse").joinpath("sql", name).read_text(encoding="utf-8")
