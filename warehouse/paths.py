"""Paths in SQL: any name that a file system allows, taken letter by letter."""

from pathlib import Path

from oirisk.schemas.errors import HomeError

_WILD = "*?["


def quoted(text: object) -> str:
    """Write a text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def taken_literally(path: Path) -> str:
    """Write a path so that a glob pattern finds that path alone.

    No pattern of DuckDB means a backslash: beside other such letters any letter stands for it.
    """
    if not any(letter in _WILD for letter in str(path)):
        return str(path)
    literal = {**{letter: f"[{letter}]" for letter in _WILD}, "\\": "?"}
    return "".join(literal.get(letter, letter) for letter in str(path))


def require_database_path(path: Path) -> None:
    """Refuse the one letter that DuckDB cannot have in the path of a database it writes.

    Raises:
        HomeError: The path holds it.
    """
    if "?" in str(path.absolute()):
        raise HomeError(
            f"{path.absolute()} holds a question mark, after which the database reads options: "
            "choose another --home"
        )
