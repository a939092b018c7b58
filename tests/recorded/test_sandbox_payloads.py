"""Simulated answers have the fields and types of published ones, and no others."""

from typing import Any

import pytest

from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.published import read_payloads
from oirisk.sandbox.registry import VENUES
from oirisk.sandbox.venue import SimulatedVenue
from tests.recorded.json_shapes import differences, lacks
from tests.recorded.simulated import END, WRITTEN, answers, compared, not_served, without_names

WORLDS = ({"seed": 7}, {"seed": 11, "regime": "crash", "leverage": "heavy"})
OLDER = {("phemex", ".result[].timestamp is number, was written as str")}
"""Of an answer of 2022; those of 2020 and 2024 have numbers."""

PAYLOADS = [(venue, name) for venue in VENUES for name in read_payloads(venue.id)]
IDS = [f"{venue.id}-{name}" for venue, name in PAYLOADS]


@pytest.fixture(scope="module")
def markets() -> list[SimulatedMarket]:
    return [SimulatedMarket(end=END, days=1, venues=VENUES, **world) for world in WORLDS]


@pytest.mark.parametrize(("venue", "name"), PAYLOADS, ids=IDS)
def test_an_answer_has_the_fields_and_types_of_the_published_one(
    markets: list[SimulatedMarket], venue: SimulatedVenue, name: str
) -> None:
    payload = read_payloads(venue.id)[name]
    published = without_names(payload, payload["answer"])
    told = [
        without_names(payload, answer)
        for market in markets
        for answer in answers(market, venue, payload)
    ]

    assert [fault for answer in told for fault in differences(answer, published)][:5] == []
    assert not_served(payload, published, told) == []


@pytest.mark.parametrize("venue", VENUES, ids=lambda venue: venue.id)
def test_every_answer_is_a_published_one(venue: SimulatedVenue) -> None:
    known = {payload["request"] for payload in read_payloads(venue.id).values()}
    assert {f"{endpoint.method} {endpoint.path}" for endpoint in venue.endpoints} == known


@pytest.mark.parametrize(("venue", "name"), PAYLOADS, ids=IDS)
def test_a_payload_says_where_it_was_published_and_when(venue: SimulatedVenue, name: str) -> None:
    payload = read_payloads(venue.id)[name]
    assert payload["source"]
    assert payload["date"][:2] == "20"
    for field in payload.get("added", ()):
        assert field.rsplit(".", 1)[-1] in str(payload["answer"])


@pytest.mark.parametrize(
    ("venue", "url", "written", "payloads"),
    list(compared()),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_payload_holds_what_was_written_down_of_the_same_answer(
    venue: str, url: str, written: Any, payloads: list[Any]
) -> None:
    faults = min((lacks(payload, written) for payload in payloads), key=len)
    assert [fault for fault in faults if (venue, fault) not in OLDER] == []


def test_what_was_written_down_is_compared() -> None:
    simulated = {venue.id for venue in VENUES}
    assert {venue for venue, *_ in compared()} == simulated & {venue for venue, _ in WRITTEN}


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("oi", None, ".oi is missing"),
        ("oi", 2660239.59, ".oi is number, was str"),
        ("price", "1", ".price was not published"),
        ("levels", [["1", 2]], ".levels[][] is number, was str"),
        ("levels", [{}], ".levels[] is dict, was list"),
        ("row", ["a", 1], ".row has 2 places, had 3"),
        ("row", ["a", "1", None], ".row[1] is str, was number"),
    ],
)
def test_a_planted_mistake_is_found(field: str, value: Any, fault: str) -> None:
    published = {"oi": "2660239.59", "levels": [["1", "2"]], "row": ["a", 1, None]}
    planted = {**published, field: value}
    assert differences(published, published) == []
    assert differences({k: v for k, v in planted.items() if v is not None}, published) == [fault]
