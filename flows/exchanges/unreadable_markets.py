"""Load a market list in spite of entries that ccxt cannot read: each costs itself only.

ccxt reads a list in one piece, and one entry of a form it does not expect loses them all. Here the
answers that came are read again without entries, by halves, until the odd ones are found.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import ccxt.async_support as ccxt

from oirisk.schemas.calls import Market

MOST_ODD = 20
"""With more of them, it is the form of the list that has changed."""

_DEPTH = 4
_PLACES = 10
"""How many collections are tried."""
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What ccxt's own parsers raise on odd bodies; whether a body is usable is ours to judge."""

_NAMES = ("symbol", "name", "id", "instId", "ticker", "instrument_name", "contract_code", "market")
_CANNOT = (*UNREADABLE, ccxt.ExchangeError)
"""What ccxt raises on an entry; that an exchange refused is told apart by the answers."""

Place = tuple[str, tuple[str | int, ...]]
"""A request, and the keys that lead to a collection of entries in its answer."""

Key = str | int


@dataclass
class KeptAnswers:
    """What requests of a ccxt client were answered while its markets were loaded.

    Args:
        client: The client; its requests pass through here while the block lasts.
    """

    client: Any
    answers: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Listen."""
        self._ask = self.client.fetch2
        self.client.fetch2 = self._listened
        return self

    def __exit__(self, *_error: object) -> None:
        """Leave the requests as they were."""
        self.client.fetch2 = self._ask

    async def _listened(self, path: str, api: Any = "public", *more: Any, **named: Any) -> Any:  # noqa: ANN401 -- ccxt's signature
        answer = await self._ask(path, api, *more, **named)
        self.answers[_request(path, api, more, named)] = answer
        return answer

    async def without_odd(self) -> tuple[dict[str, Market], list[str]] | None:
        """Read the markets again, leaving out the entries that ccxt cannot read.

        Returns:
            The markets, and the names of what was left out; None where no entry is to blame.
        """
        for place in _places(self.answers):
            if await self._load(place, ()) is None:
                continue
            odd = await self._odd(place, tuple(_entries(self.answers, place)))
            if not odd or len(odd) > MOST_ODD:
                return None
            kept = [key for key in _entries(self.answers, place) if key not in odd]
            loaded = await self._load(place, kept)
            return (loaded, [self._name(place, key) for key in odd]) if loaded else None
        return None

    async def _odd(self, place: Place, keys: Sequence[Key]) -> list[Key]:
        """Return the entries that cannot be read, each by itself; too many are not all found."""
        if not keys or await self._load(place, keys) is not None:
            return []
        if len(keys) == 1:
            return list(keys)
        middle = len(keys) // 2
        odd = await self._odd(place, keys[:middle])
        return odd if len(odd) > MOST_ODD else odd + await self._odd(place, keys[middle:])

    async def _load(self, place: Place, keys: Sequence[Key]) -> dict[str, Market] | None:
        """Let ccxt read the answers with some entries of one collection; None if it cannot."""
        request, path = place
        told = {**self.answers, request: _reduced(self.answers[request], path, frozenset(keys))}

        async def tell(path: str, api: Any = "public", *more: Any, **named: Any) -> Any:  # noqa: ANN401
            return told[_request(path, api, more, named)]

        asked, self.client.fetch2 = self.client.fetch2, tell
        try:
            loaded: dict[str, Market] = await self.client.load_markets(True)
        except _CANNOT:
            return None
        else:
            return loaded
        finally:
            self.client.fetch2 = asked

    def _name(self, place: Place, key: Key) -> str:
        entry = _at(self.answers[place[0]], place[1])[key]
        found = (entry[name] for name in _NAMES if isinstance(entry.get(name), str))
        return str(next(found, key))


def _request(path: str, api: Any, more: Sequence[Any], named: Mapping[str, Any]) -> str:  # noqa: ANN401
    return json.dumps([path, api, more, named], sort_keys=True, default=str)


def _places(answers: Mapping[str, Any]) -> list[Place]:
    """Return where answers hold collections of objects, the largest first."""
    found = [
        ((request, path), len(list(_entries(answers, (request, path)))))
        for request, answer in answers.items()
        for path in _collections(answer, ())
    ]
    return [place for place, _size in sorted(found, key=lambda one: -one[1])[:_PLACES]]


def _collections(found: Any, path: tuple[Key, ...]) -> Iterator[tuple[Key, ...]]:  # noqa: ANN401
    if len(path) > _DEPTH or not isinstance(found, list | dict):
        return
    items = found.items() if isinstance(found, dict) else enumerate(found)
    if found and all(isinstance(value, dict) for _, value in items):
        yield path
    # An envelope with one object in it looks like a collection too.
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _collections(value, (*path, key))


def _entries(answers: Mapping[str, Any], place: Place) -> Iterator[Key]:
    found = _at(answers[place[0]], place[1])
    yield from found if isinstance(found, dict) else range(len(found))


def _at(found: Any, path: Sequence[Key]) -> Any:  # noqa: ANN401
    for key in path:
        found = found[key]
    return found


def _reduced(found: Any, path: Sequence[Key], keys: frozenset[Key]) -> Any:  # noqa: ANN401
    """Return an answer with some entries of the collection at a path; the rest is shared."""
    if path:
        return {**found, path[0]: _reduced(found[path[0]], path[1:], keys)}
    if isinstance(found, dict):
        return {key: value for key, value in found.items() if key in keys}
    return [value for place, value in enumerate(found) if place in keys]
