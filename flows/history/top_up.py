"""The last day of five-minute history, so that one nightly run still resolves it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from oirisk import __version__
from oirisk.flows.chosen import chosen_venues
from oirisk.flows.client import VenueClient
from oirisk.flows.history import HISTORIES
from oirisk.flows.history.fetch import Page, fetch_page, instruments_of
from oirisk.flows.history.store import archive_page, load_page
from oirisk.flows.settings import Settings
from oirisk.flows.sources import Source
from oirisk.schemas.errors import SourceError
from oirisk.schemas.history import Window
from oirisk.schemas.venue import Venue
from oirisk.warehouse.archive import RunLabel
from oirisk.warehouse.backfill import top_assets
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import RunRow, record_run
from oirisk.warehouse.published import reading
from oirisk.warehouse.writer import opened, require_same_kind, transaction

FLOW = "top_up"
DEPTH = timedelta(days=1)
DEFAULT_ASSETS = 30


@dataclass
class ToppedUp:
    """What a top-up came to; ``failures`` by venue and symbol."""

    open_interest: int = 0
    bars: int = 0
    positioning: int = 0
    rejected: int = 0
    failures: dict[str, str] = field(default_factory=dict)


async def top_up(
    home: Home,
    settings: Settings,
    source: Source,
    as_of: datetime,
    assets: Sequence[str] | int = DEFAULT_ASSETS,
) -> ToppedUp:
    """Fetch and store the day before an instant for the coins that matter most.

    Args:
        home: The home folder; its published copy says which coins those are.
        settings: Venues, timeouts and retries; a venue has ``venue_timeout_seconds`` for it.
        source: Where to ask.
        as_of: End of the day, exclusive.
        assets: Coins by name, or how many.

    Raises:
        HomeError: The warehouse is locked, or holds the other kind of data.
    """
    wanted = _chosen(home, assets)
    venues = [venue for venue in chosen_venues(settings) if venue.id in HISTORIES]
    asked = [venue for venue in venues if source.offers(venue.id)]
    result = ToppedUp()
    found = await asyncio.gather(
        *(_pages(venue, settings, source, as_of, wanted, result) for venue in asked)
    )
    _store(home, source, as_of, [page for pages in found for page in pages], result)
    return result


def _chosen(home: Home, assets: Sequence[str] | int) -> frozenset[str]:
    if not isinstance(assets, int):
        return frozenset(assets)
    with reading(home) as connection:
        return frozenset(top_assets(connection, assets))


async def _pages(
    venue: Venue,
    settings: Settings,
    source: Source,
    as_of: datetime,
    assets: frozenset[str],
    result: ToppedUp,
) -> list[Page]:
    """Fetch one exchange; what was received before the time was up is kept."""
    pages: list[Page] = []
    window = Window(as_of - DEPTH, as_of)
    try:
        async with (
            VenueClient(venue, source, settings.fetch) as client,
            asyncio.timeout(settings.fetch.venue_timeout_seconds),
        ):
            instruments, _known = await instruments_of(client, assets)
            for instrument in instruments:
                page = await fetch_page(client, HISTORIES[venue.id], instrument, window, as_of)
                pages.append(page)
    except TimeoutError:
        limit = settings.fetch.venue_timeout_seconds
        result.failures[venue.id] = f"gave up after {limit:g} s with {len(pages)} instruments"
    except SourceError as error:
        result.failures[venue.id] = error.reason
    for page in pages:
        name = f"{venue.id} {page.instrument.symbol}"
        result.failures |= {f"{name} {kind}": why for kind, why in page.failures.items()}
    return pages


def _store(
    home: Home, source: Source, as_of: datetime, pages: Sequence[Page], result: ToppedUp
) -> None:
    label = RunLabel(
        f"{as_of:%Y%m%dT%H%M%SZ}-{FLOW}", FLOW, as_of, source.name, source.is_simulated
    )
    for page in pages:
        archive_page(home, page, label)
    with opened(home, as_of) as connection:
        require_same_kind(connection, is_simulated=source.is_simulated)
        with transaction(connection):
            for page in pages:
                stored = load_page(connection, page, label, as_of)
                result.bars += stored.bars
                result.open_interest += stored.open_interest
                result.positioning += stored.positioning
                result.rejected += stored.rejected
            run = RunRow(
                **label.__dict__, started_at=as_of, ended_at=as_of,
                state="partial" if result.failures else "completed", version=__version__,
                error="; ".join(f"{what}: {why}" for what, why in result.failures.items()) or None,
            )  # fmt: skip
            record_run(connection, run, pl.DataFrame(), pl.DataFrame())
