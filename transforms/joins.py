"""Complete the rows of one answer from others: prices of a second call, terms of the request."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from oirisk.schemas.responses import Response
from oirisk.schemas.venue import Endpoint, Row, TimeUnit
from oirisk.transforms.decode import pick
from oirisk.transforms.times import instant

MAX_DISTANCE = timedelta(minutes=5)
"""A price further from its open interest than this belongs to another moment and is not used."""

_NAMED = 3


@dataclass(frozen=True)
class Answer:
    """The decoded rows of one response of one endpoint, with the instants that judge them."""

    endpoint: Endpoint
    rows: tuple[Row, ...]
    received_at: datetime
    observed_at: datetime | None

    def time_of(self, row: Row, path: str, unit: TimeUnit) -> datetime:
        """Return when a row was true: its own time, else the answer's, else its receipt.

        Raises:
            ValueError: The time is not readable.
        """
        own = instant(pick(row, path), unit) if path else None
        return own or self.observed_at or self.received_at


def request_terms(response: Response) -> dict[str, Any]:
    """Return the parameters of a request, from its query and its JSON body."""
    terms: dict[str, Any] = dict(json.loads(response.params or "{}"))
    try:
        body = json.loads(response.request_body or "{}")
    except ValueError:
        return terms
    return {**terms, **body} if isinstance(body, dict) else terms


def joined(answer: Answer, completing: Sequence[Answer]) -> tuple[Answer, list[str]]:
    """Put the rows of completing answers into the rows they belong to.

    A row of the endpoint ``premium`` becomes the object ``@premium`` of the row with the same
    market id, if it was true within :data:`MAX_DISTANCE` of it; else it stays out. Where that
    endpoint answered without such a row, the object is empty.

    Args:
        answer: Rows with open interest.
        completing: Answers of the endpoints that complete this one.

    Returns:
        The answer with completed rows, and what was not used, in words.
    """
    if not completing:
        return answer, []
    tables = [(other, _by_id(other)) for other in completing]
    far: dict[str, list[str]] = {}
    rows = []
    for row in answer.rows:
        added: dict[str, Row] = {}
        for other, table in tables:
            market_id = _market_id(row, answer.endpoint, other.endpoint)
            match = table.by_id.get(market_id)
            if match is None:
                if market_id not in table.contradicted:
                    added.setdefault(f"@{other.endpoint.name}", {})
            elif _is_near(answer, row, other, match):
                added[f"@{other.endpoint.name}"] = match
            else:
                far.setdefault(other.endpoint.name, []).append(market_id)
        rows.append({**row, **added})
    notes = [note for other, table in tables for note in table.notes(other.endpoint.name)]
    return replace(answer, rows=tuple(rows)), _notes(far) + notes


@dataclass(frozen=True)
class _Table:
    """Rows by market id; ids whose rows contradict each other have none."""

    by_id: Mapping[str, Row]
    contradicted: frozenset[str]

    def notes(self, name: str) -> list[str]:
        """Name the ids whose rows contradict each other."""
        if not self.contradicted:
            return []
        ids = sorted(self.contradicted)
        what = f"{name}: rows of {len(ids)} instruments contradict each other and were not used"
        return [f"{what}: {', '.join(ids[:_NAMED])}"]


def _by_id(other: Answer) -> _Table:
    found: dict[str, Row] = {}
    contradicted: set[str] = set()
    for row in other.rows:
        market_id = str(pick(row, other.endpoint.key))
        if found.setdefault(market_id, row) != row:
            contradicted.add(market_id)
    kept = {market_id: row for market_id, row in found.items() if market_id not in contradicted}
    return _Table(kept, frozenset(contradicted))


def _market_id(row: Row, endpoint: Endpoint, other: Endpoint) -> str:
    if path := other.matches or endpoint.matches:
        return str(pick(row, path))
    ids = (pick(row, product.fields.market_id) for product in endpoint.products)
    return str(next((market_id for market_id in ids if market_id is not None), None))


def _is_near(answer: Answer, row: Row, other: Answer, match: Row) -> bool:
    fields = answer.endpoint.products[0].fields
    try:
        one = answer.time_of(row, fields.observed_at, fields.observed_unit)
        two = other.time_of(match, other.endpoint.key_time, other.endpoint.observed_unit)
    except ValueError:
        return False
    return abs(one - two) <= MAX_DISTANCE


def _notes(far: dict[str, list[str]]) -> list[str]:
    return [
        f"{name}: {len(ids)} rows lie more than {MAX_DISTANCE.total_seconds() / 60:g} minutes "
        f"from their open interest and were not used: {', '.join(ids[:_NAMED])}"
        for name, ids in far.items()
    ]


def latest(answers: Iterable[Answer]) -> list[Answer]:
    """Return answers in order of receipt, so that later rows of an id replace earlier ones."""
    return sorted(answers, key=lambda answer: answer.received_at)
