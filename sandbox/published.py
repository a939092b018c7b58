"""Answers of exchanges as they were published, and simulated ones made from them by substitution.

``payloads/<venue>.json`` holds what an exchange is known to answer: by name, the envelope and a row
or two with every field as it was printed, where that was published and when. A simulated answer is
a copy in which some fields hold what the simulated market says. A field that the exchange does not
send cannot be set, and none changes its type: text stays text, a number a number, null null.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from operator import attrgetter
from typing import Any, TypedDict, Unpack

from oirisk.sandbox.instruments import milliseconds, plain
from oirisk.sandbox.venue import Endpoint, OneSymbol, OpenInterestBody, Query, RateLimit

Maker = Callable[[Any], Any]
Answer = Callable[[Query, Any], Any]
"""Makes the body of an answer from what was asked and from a book, or a past."""

Fields = Mapping[str, str | Maker]
"""What fields hold: an attribute of what an object is made of, or a function of it.

``a.b`` is the field ``b`` of the object ``a``; in a list a number is a place.
"""


class Options(TypedDict, total=False):
    """What an endpoint is besides its request and its answer."""

    when: Mapping[str, str]
    open_interest: OpenInterestBody | None
    one_symbol: OneSymbol | None
    weight: int
    limit: RateLimit | None
    past_of: str


class PayloadError(ValueError):
    """A simulated answer would not be one that the exchange gives."""


class _OtherTypeError(Exception):
    """A value is of another type than the recorded one."""


@dataclass(frozen=True)
class Reply:
    """What the envelope of an answer is made of.

    Args:
        query: What was asked.
        at: When.
        rows: The rows that stand in it.
    """

    query: Query
    at: datetime
    rows: Any

    @property
    def now(self) -> int:
        """Milliseconds since the epoch."""
        return milliseconds(self.at)


def substitute(recorded: Any, fields: Fields, name: str) -> Maker:  # noqa: ANN401 -- any JSON
    """Prepare copies of a recorded object in which some fields are overwritten.

    Args:
        recorded: An object or a list, as it was published.
        fields: What is overwritten, and with what.
        name: What the object is called in errors.

    Raises:
        PayloadError: The recorded object has no such field; or, when a copy is made, a value is of
            another type than the recorded one.
    """
    inner: dict[str, dict[str, str | Maker]] = defaultdict(dict)
    for path, read in fields.items():
        head, _, rest = path.partition(".")
        inner[head][rest] = read
    objects, values = [], []
    for head, within in inner.items():
        key = _key(recorded, head, name)
        if "" in within:
            values.append((key, _reader(within[""]), _writer(recorded[key])))
        else:
            objects.append((key, substitute(recorded[key], within, f"{name}.{head}")))

    def copied(source: Any) -> Any:  # noqa: ANN401 -- whatever the fields are read from
        made = recorded.copy()
        for key, make in objects:
            made[key] = make(source)
        for key, read, write in values:
            value = read(source)
            try:
                made[key] = write(value)
            except _OtherTypeError as error:
                saw = f"{name}.{key} was published as {recorded[key]!r}: it cannot be {value!r}"
                raise PayloadError(saw) from error
        return made

    return copied


def at_path(recorded: Any, path: str) -> Any:  # noqa: ANN401 -- any JSON
    """Return what stands at a path in a recorded answer; the answer itself at an empty one."""
    for step in path.split(".") if path else []:
        recorded = recorded[int(step) if isinstance(recorded, list) else step]
    return recorded


@cache
def read_payloads(venue: str) -> dict[str, Any]:
    """Return the payloads of an exchange, by name."""
    source = files("oirisk.sandbox") / "payloads" / f"{venue}.json"
    return dict(json.loads(source.read_text(encoding="utf-8")))


class Published:
    """What one exchange is known to answer.

    Args:
        venue: Its id, which names the file.
    """

    def __init__(self, venue: str) -> None:
        """Read the file."""
        self._venue = venue
        self._answers = read_payloads(venue)

    def row(self, name: str, fields: Fields, kind: str = "") -> Maker:
        """Prepare the rows of an answer.

        Args:
            name: The answer.
            fields: What a row holds of the object that it is made of, most often a quote.
            kind: Which of its rows, where several are written down.
        """
        payload = self._answers[name]
        place = payload["rows"][kind] if kind else payload["rows"]
        return substitute(
            at_path(payload["answer"], place), fields, f"{self._venue} {name} {kind}".strip()
        )

    def kinds(
        self,
        name: str,
        fields: Mapping[str, Fields],
        kind_of: Callable[[Any], str] = attrgetter("instrument.kind"),
    ) -> Maker:
        """Prepare the rows of an answer that has several kinds of them.

        Args:
            name: The answer.
            fields: What a row holds, by its kind.
            kind_of: Returns which kind of row an object makes; the kind of the contract of a quote
                if not given.
        """
        rows = {kind: self.row(name, those, kind) for kind, those in fields.items()}
        return lambda source: rows[kind_of(source)](source)

    def body(self, name: str, fields: Fields) -> Maker:
        """Prepare a whole answer."""
        return substitute(self._answers[name]["answer"], fields, f"{self._venue} {name}")

    def fixed(self, name: str, **options: Unpack[Options]) -> Endpoint:
        """Answer always the same."""
        answer = self._answers[name]["answer"]
        return self.answer(name, lambda _query, _book: answer, **options)

    def one(self, name: str, fields: Fields, **options: Unpack[Options]) -> Endpoint:
        """Answer about the one contract of a book, whose quote the fields are read from."""
        body = self.body(name, fields)
        return self.answer(name, lambda _query, book: body(book.quotes[0]), **options)

    def table(
        self,
        name: str,
        row: Maker | Fields,
        select: Callable[[Query, Any], Iterable[Any]] = lambda _query, book: book.quotes,
        envelope: Fields | None = None,
        gather: Callable[[list[Any]], Any] = list,
        **options: Unpack[Options],
    ) -> Endpoint:
        """Answer with rows.

        Args:
            name: The answer.
            row: Makes a row, or what the fields of one hold.
            select: Returns what rows are made of; the quotes of the book if not given.
            envelope: What the envelope holds of the :class:`Reply`, besides the rows.
            gather: Puts the rows together where they are no list.
            options: Further fields of the endpoint.
        """
        rows = self._answers[name]["rows"]
        place = rows if isinstance(rows, str) else next(iter(rows.values()))
        path = place.rpartition(".")[0]
        body = self.body(name, {**(envelope or {}), path: "rows"}) if path else attrgetter("rows")
        make = self.row(name, row) if isinstance(row, Mapping) else row

        def answer(query: Query, book: Any) -> Any:  # noqa: ANN401 -- a book or a past; any JSON
            made = gather([make(source) for source in select(query, book)])
            return body(Reply(query, book.at, made))

        return self.answer(name, answer, **options)

    def answer(self, name: str, make: Answer, **options: Unpack[Options]) -> Endpoint:
        """Answer the request of a payload with what a function makes.

        Args:
            name: The answer.
            make: Makes it.
            options: Further fields of the endpoint.
        """
        method, path = self._answers[name]["request"].split()
        return Endpoint(method, path, make, **options)


def _key(recorded: Any, head: str, name: str) -> str | int:  # noqa: ANN401 -- any JSON
    if isinstance(recorded, list) and head.isdigit() and int(head) < len(recorded):
        return int(head)
    if isinstance(recorded, dict) and head in recorded:
        return head
    raise PayloadError(f"{name} has no {head!r} as published: it cannot be set")


def _reader(read: str | Maker) -> Maker:
    return attrgetter(read) if isinstance(read, str) else read


def _writer(kept: Any) -> Maker:  # noqa: ANN401 -- any JSON
    """Return what turns a value into the type of the recorded one.

    Objects, and lists of them, are put in as they are: they were made of others.
    """
    if isinstance(kept, list) and kept and not isinstance(kept[0], dict | list):
        write = _WRITERS[type(kept[0])]
        return lambda values: [write(value) for value in values]
    return _WRITERS[type(kept)]


def _text(value: Any) -> str:  # noqa: ANN401 -- what a market says
    if type(value) is Decimal:
        return plain(value)
    if type(value) is str:
        return value
    return str(_exactly(int)(value))


def _long_number(value: Any) -> float:  # noqa: ANN401 -- what a market says
    if type(value) is Decimal or type(value) is float or type(value) is int:
        return float(value)
    raise _OtherTypeError


def _short_number(value: Any) -> float:  # noqa: ANN401 -- what a market says
    """Return a number without decimals if it has none."""
    number = _long_number(value)
    return int(value) if number.is_integer() else number


def _exactly(kind: type) -> Maker:
    def same(value: Any) -> Any:  # noqa: ANN401 -- what a market says
        if type(value) is not kind:
            raise _OtherTypeError
        return value

    return same


_WRITERS: dict[type, Maker] = {
    str: _text,
    int: _short_number,
    float: _long_number,
    **{kind: _exactly(kind) for kind in (bool, type(None), list, dict)},
}
