"""Read a list of accounts: text, CSV, a JSON list, or a leaderboard as an exchange sent it."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oirisk.schemas.errors import RecordingError
from oirisk.schemas.tables.observed import ACCOUNT

_ADDRESS = re.compile(ACCOUNT)
_KEYS = ("ethAddress", "account", "address", "user")
_LISTS = ("leaderboardRows", "accounts", "users")
_SAMPLE = "an address is 0x and 40 hexadecimal digits"


def read_accounts(file: Path) -> tuple[str, ...]:
    """Return the accounts of a list in its order, each once, in lower case.

    Args:
        file: JSON (a list of addresses or of objects that hold one, or an object with such a
            list, as a leaderboard response), or lines of text or CSV with one address each;
            lines that begin with ``#`` and the header of a CSV are passed over.

    Raises:
        RecordingError: It cannot be read, an entry holds no address, or there is none at all.
            The message names the place, never the account.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"cannot read the list of accounts {file}: {error}") from error
    is_json = text.lstrip().startswith(("[", "{"))
    found = _of_json(file, text) if is_json else _of_lines(file, text)
    accounts = tuple(dict.fromkeys(found))
    if not accounts:
        raise RecordingError(f"{file} holds no account; {_SAMPLE}")
    return accounts


def _of_json(file: Path, text: str) -> Iterator[str]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{file} begins like JSON and is none: {error}") from error
    entries = _entries(body)
    if entries is None:
        raise RecordingError(
            f"{file}: expected a list of accounts, or one under {', '.join(_LISTS)}"
        )
    for number, entry in enumerate(entries, start=1):
        yield _address(file, f"entry {number}", _values(entry))


def _entries(body: Any) -> list[Any] | None:  # noqa: ANN401 -- any JSON
    if isinstance(body, dict):
        lists = (body[key] for key in _LISTS if isinstance(body.get(key), list))
        return next(lists, None)
    return body if isinstance(body, list) else None


def _values(entry: Any) -> list[str]:  # noqa: ANN401 -- any JSON
    if isinstance(entry, dict):
        return [str(entry[key]) for key in _KEYS if key in entry]
    return [str(entry)]


def _of_lines(file: Path, text: str) -> Iterator[str]:
    is_first = True
    for number, cells in enumerate(csv.reader(text.splitlines()), start=1):
        if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        is_header = is_first and {cell.strip() for cell in cells} & set(_KEYS)
        is_first = False
        if not is_header:
            yield _address(file, f"line {number}", cells)


def _address(file: Path, place: str, values: list[str]) -> str:
    found = {value.strip().lower() for value in values}
    addresses = [value for value in found if _ADDRESS.fullmatch(value)]
    if len(addresses) != 1:
        raise RecordingError(
            f"{file}, {place}: expected one address, saw {len(addresses)}; {_SAMPLE}"
        )
    return addresses[0]
