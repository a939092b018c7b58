"""Run one exchange on answers that are written down, through the code of a night."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.exchanges.sources import ReplaySource
from oirisk.flows.settings import FetchSettings
from oirisk.schemas.responses import VenueSnapshot
from oirisk.transforms.derive import Derived, derive


@dataclass(frozen=True)
class Answer:
    """What one address answers, as JSON; decimals in quotes where the exchange quotes them."""

    url: str
    body: Any
    request: Any = None
    """Body of a POST request."""


def replay(
    venue_id: str, at: str, answers: Sequence[Answer], folder: Path
) -> tuple[VenueSnapshot, Derived, list[str]]:
    """Ask an exchange for its answers; returns also the addresses that were not asked."""
    file = folder / "answers.jsonl"
    lines = [
        {"kind": "response", "venue": venue_id, "received_at": at,
         "method": "GET" if answer.request is None else "POST", "url": answer.url,
         "request_body": None if answer.request is None else json.dumps(answer.request),
         "status": 200, "body": json.dumps(answer.body)}
        for answer in answers
    ]  # fmt: skip
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    recording = read_recording(file)
    venue = all_venues()[venue_id]
    fetched = asyncio.run(fetch_venue(venue, ReplaySource(recording), FetchSettings(attempts=1)))
    unused = [line.url for line in recording.tapes[venue_id].responses]
    return fetched, derive(venue, fetched.responses), unused
