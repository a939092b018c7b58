"""Record a live run, so that it can be repeated without a network."""

import asyncio
from pathlib import Path

from oirisk.flows.exchanges.cassette import recording_lines
from oirisk.flows.exchanges.configured import chosen_venues
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.sources import LiveSource
from oirisk.flows.progress import Progress
from oirisk.flows.settings.model import Settings
from oirisk.schemas.errors import CoverageError, RecordingError
from oirisk.schemas.responses import VenueSnapshot
from oirisk.schemas.venue import Venue
from oirisk.warehouse.files import write_whole


async def record_run(settings: Settings, file: Path, progress: Progress) -> list[VenueSnapshot]:
    """Ask every venue and write the answers as a recording.

    Raises:
        CoverageError: Nothing was received; no file is written.
        RecordingError: The file cannot be one; nobody is asked.
    """
    _require_place(file)
    venues = chosen_venues(settings)
    source = LiveSource()
    progress.plan(len(venues))

    async def ask(venue: Venue) -> VenueSnapshot:
        fetched = await fetch_venue(venue, source, settings.fetch)
        progress.venue_done(venue.id, fetched.seconds)
        return fetched

    snapshots = list(await asyncio.gather(*(ask(venue) for venue in venues)))
    # The recorded markets stand for the requests behind them, and failures are kept as they came.
    responses = [
        response
        for fetched in snapshots
        for response in fetched.responses
        if response.endpoint != "load_markets"
    ]
    lines = recording_lines(responses)
    if not lines:
        reasons = "; ".join(f"{one.venue}: {'; '.join(one.failures)}" for one in snapshots)
        raise CoverageError(f"nothing was received, so nothing was recorded: {reasons}")
    write_whole(file, "\n".join(lines) + "\n", mode=None)
    return snapshots


def _require_place(file: Path) -> None:
    """Refuse what cannot be a file before anyone is asked."""
    above = next(folder for folder in file.absolute().parents if folder.exists())
    if file.is_dir() or not above.is_dir():
        seen = f"{file} is a folder" if file.is_dir() else f"{above} is no folder"
        raise RecordingError(f"expected a file to write, such as night.jsonl; {seen}")
