"""What simulated exchanges answer to the requests of their payloads, and what is known of each."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from oirisk.sandbox.accounts import addresses
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.published import at_path, read_payloads
from oirisk.sandbox.registry import VENUES
from oirisk.sandbox.venue import Endpoint, Past, SimulatedVenue
from tests.recorded.json_shapes import differences
from tests.recorded.pool_answers import POOLS
from tests.recorded.published_answers import PUBLISHED
from tests.recorded.recordings import CASES
from tests.recorded.replayed import Answer

END = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
_SINCE = int(datetime(2026, 11, 20, 23, 50, tzinfo=UTC).timestamp())
_PERIOD = {"start": f"{_SINCE}000", "startTime": f"{_SINCE}000", "from": f"{_SINCE}"}


def answers(
    market: SimulatedMarket, venue: SimulatedVenue, payload: dict[str, Any]
) -> Iterator[Any]:
    """Yield what is answered to each request of a payload."""
    method, path = payload["request"].split()
    asked = payload.get("asked", {})
    for one in asked if isinstance(asked, list) else [asked]:
        users = addresses() if "user" in one else [""]
        for query in ({**one, "user": user} if user else one for user in users):
            endpoint = next(
                it
                for it in venue.endpoints
                if (it.method, it.path) == (method, path) and it.when.items() <= query.items()
            )
            yield _answer(market, venue.id, endpoint, query)


def _answer(market: SimulatedMarket, venue: str, endpoint: Endpoint, query: dict[str, str]) -> Any:
    if endpoint.past_of:
        name = query[endpoint.past_of]
        past = Past(
            END,
            lambda at: market.book_of_one(venue, name, at),
            lambda since, until: market.bar_of_one(venue, name, since, until),
        )
        return endpoint.answer({**query, **_PERIOD}, past)
    if endpoint.one_symbol is not None:
        return endpoint.answer(
            query, market.book_of_one(venue, query[endpoint.one_symbol.key], END)
        )
    return endpoint.answer(query, market.book(venue, END))


def _rows(payload: dict[str, Any]) -> list[str]:
    rows = payload.get("rows", {})
    return [rows] if isinstance(rows, str) else list(rows.values())


def without_names(payload: dict[str, Any], answer: Any) -> Any:
    """Turn an object of rows by their names into a list of rows."""
    parents = dict(path.rpartition(".")[::2] for path in _rows(payload))
    for above, last in parents.items():
        if not last.isdigit():
            answer = deepcopy(answer)
            higher, _, key = above.rpartition(".")
            at_path(answer, higher)[key] = list(at_path(answer, above).values())
    return answer


def not_served(payload: dict[str, Any], published: Any, answers: list[Any]) -> list[str]:
    """Return the published rows that no answer has."""
    missing = []
    for path in _rows(payload):
        above, _, last = path.rpartition(".")
        row = at_path(published, above)[int(last) if last.isdigit() else 0]
        served = (one for answer in answers for one in at_path(answer, above))
        if all(differences(one, row) for one in served):
            missing.append(path)
    return missing


def _is_asked(payload: dict[str, Any], path: str, asked: dict[str, str]) -> bool:
    """Return whether a request is one of those of a payload, names of contracts apart."""
    known = payload["request"].split()[1]
    if [part for part in zip(known.split("/")[::-1], path.split("/")[::-1], strict=False)
        if part[0] != part[1] and "{" not in part[0]]:  # fmt: skip
        return False
    requests = payload.get("asked", {})
    names = ("category", "productType", "instType", "type")
    return any(
        all(asked.get(name, one.get(name)) == one.get(name) for name in names)
        for one in (requests if isinstance(requests, list) else [requests])
    )


WRITTEN: list[tuple[str, Answer]] = [
    *((case.venue, answer) for case in CASES.values() for answer in case.answers),
    *((case.venue, answer) for case in (*PUBLISHED, *POOLS) for answer in case.answers),
]


def compared() -> Iterator[tuple[str, str, Any, list[Any]]]:
    """Yield what was written down of answers, with the payloads of the same request."""
    for venue, answer in WRITTEN:
        asked = {**dict(parse_qsl(urlsplit(answer.url).query)), **(answer.request or {})}
        found = [
            payload["answer"]
            for known in ([venue] if venue in {it.id for it in VENUES} else [])
            for payload in read_payloads(known).values()
            if _is_asked(payload, urlsplit(answer.url).path, asked)
        ]
        if found:
            yield venue, answer.url, answer.body, found
