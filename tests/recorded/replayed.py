"""Run one exchange on answers that are written down, through the code of a night."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.exchanges.sources import ReplaySource
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.responses import VenueSnapshot
from oirisk.transforms.derive import Derived, derive

BOTH_SIDES = 0.5
"""What a figure of both sides counts for one."""


@dataclass(frozen=True)
class Answer:
    """What one address answers, as JSON; decimals in quotes where the exchange quotes them."""

    url: str
    body: Any
    request: Any = None
    """Body of a POST request."""


class Figures(NamedTuple):
    """What a row comes to, single-sided; None where the answer does not say enough."""

    base: float | None
    usd: float | None
    kind: str = "perp"


@dataclass(frozen=True)
class Case:
    """Answers of one exchange and one instant, with the figures worked out by hand.

    Args:
        venue: Its id.
        at: When they were received, UTC; estimated where no answer says it.
        source: Who published them.
        markets: What the exchange listed, as ccxt describes it.
        answers: The answers; fields that no figure here depends on are left out.
        expected: By symbol.
    """

    venue: str
    at: str
    source: str
    markets: tuple[dict[str, Any], ...]
    answers: tuple[Answer, ...]
    expected: dict[str, Figures]

    def write(self, folder: Path) -> Path:
        """Write the recording that `oirisk` replays."""
        return _write(self.venue, self.at, self.markets, self.answers, folder)

    def replay(self, folder: Path) -> tuple[VenueSnapshot, Derived, list[str]]:
        """Ask the exchange for its answers; returns also the addresses that were not asked."""
        return _replay(self.venue, self.write(folder))


def replay(
    venue_id: str, at: str, answers: Sequence[Answer], folder: Path
) -> tuple[VenueSnapshot, Derived, list[str]]:
    """Ask an exchange for its answers; returns also the addresses that were not asked."""
    return _replay(venue_id, _write(venue_id, at, (), answers, folder))


def _write(
    venue: str,
    at: str,
    markets: Sequence[dict[str, Any]],
    answers: Sequence[Answer],
    folder: Path,
) -> Path:
    whole = {"venue": venue, "received_at": at}
    lines: list[dict[str, Any]] = [
        {"kind": "response", **whole, "method": "GET" if answer.request is None else "POST",
         "url": answer.url, "status": 200, "body": json.dumps(answer.body),
         "request_body": None if answer.request is None else json.dumps(answer.request)}
        for answer in answers
    ]  # fmt: skip
    if markets:
        lines.insert(0, {"kind": "markets", **whole, "markets": markets})
    file = folder / "answers.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def _replay(venue_id: str, file: Path) -> tuple[VenueSnapshot, Derived, list[str]]:
    recording = read_recording(file)
    venue = all_venues()[venue_id]
    fetched = asyncio.run(fetch_venue(venue, ReplaySource(recording), FetchSettings(attempts=1)))
    unused = [line.url for line in recording.tapes[venue_id].responses]
    return fetched, derive(venue, fetched.responses), unused
