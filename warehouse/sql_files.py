"""SQL texts, read once."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """Return the text of a file under ``warehouse/sql``, for example ``marts/clusters.sql``."""
    return files("oirisk.warehouse").joinpath("sql", name).read_text(encoding="utf-8")


@cache
def model_sql(name: str) -> str:
    """Return the text of a model, in whatever family it is."""
    folder = files("oirisk.warehouse").joinpath("sql")
    kind = folder.joinpath("intermediate" if name.startswith("int_") else "marts")
    (found,) = (
        file.joinpath(f"{name}.sql")
        for file in kind.iterdir()
        if file.joinpath(f"{name}.sql").is_file()
    )
    return found.read_text(encoding="utf-8")
