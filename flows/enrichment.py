"""What a nightly run asks for beside open interest, so that one run resolves its last day.

Five-minute open interest, bars and ratios of the day before, liquidations, order books and leverage
tiers, for the coins with most open interest. An exchange that fails here lacks these facts; its
open interest and the run are not affected.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from oirisk.flows.exchanges.client import VenueClient, limits_of
from oirisk.flows.exchanges.depth import FORMS, fetch_depth
from oirisk.flows.exchanges.fetch import RequestCache, add_bars, add_feeds, received
from oirisk.flows.exchanges.registry import all_histories
from oirisk.flows.exchanges.sources import Source
from oirisk.flows.exchanges.terms import TERMS
from oirisk.flows.settings.model import Settings
from oirisk.schemas.calls import Market
from oirisk.schemas.errors import SourceError
from oirisk.schemas.history import Page, SupplementaryData, Wanted, Window
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.venue import Venue
from oirisk.transforms.instruments import list_instruments

DEPTH = timedelta(days=1)
ASKED = frozenset({*all_histories(), *TERMS, *(venue for venue, _ in FORMS)})
"""Exchanges that have something to tell, by ccxt id."""


async def ask_venue(
    venue: Venue, source: Source, settings: Settings, wanted: Wanted
) -> SupplementaryData:
    """Ask one exchange; what was received before the time was up is kept.

    Args:
        venue: One of :data:`ASKED`.
        source: Where to ask.
        settings: Timeouts, retries and the deadline.
        wanted: Coins and instant.
    """
    result = SupplementaryData(venue.id)
    started = time.perf_counter()
    client = VenueClient(venue, source, settings.fetch, limits_of(settings.fetch))
    limit = settings.top_up.deadline_seconds
    try:
        async with client:
            try:
                async with asyncio.timeout(limit):
                    await _ask_all(client, settings, wanted, result)
            except TimeoutError:
                told = sum(page.is_complete for page in result.pages)
                result.failures["deadline"] = (
                    f"ended after {limit:g} s with {told} of {result.wanted} instruments"
                )
            result.responses = received(client)
    except SourceError as error:
        result.failures["venue"] = error.reason
        result.responses = received(client)
    for page in result.pages:
        name = page.instrument.symbol
        result.failures |= {f"{name} {kind}": why for kind, why in page.failures.items()}
    result.seconds = time.perf_counter() - started
    return result


async def _ask_all(
    client: VenueClient, settings: Settings, wanted: Wanted, result: SupplementaryData
) -> None:
    markets, _is_known = await client.markets(wanted.markets.get(client.venue.id))
    chosen = chosen_instruments(client.venue, markets, wanted.assets)
    result.wanted = len(chosen)
    waiting = iter(chosen)
    cache = RequestCache(client)
    async with asyncio.TaskGroup() as group:
        for _ in range(min(settings.top_up.concurrent_calls, len(chosen))):
            group.create_task(_work(cache, waiting, wanted.as_of, result))


def chosen_instruments(
    venue: Venue, markets: Sequence[Market], assets: Sequence[str]
) -> list[Instrument]:
    """Return live perpetuals and futures of some coins: by coin, perpetuals first."""
    rank = {asset: place for place, asset in enumerate(assets)}
    listed = list_instruments(venue, markets).instruments.values()
    wanted = [one for one in listed if one.is_active and one.kind != "option" and one.asset in rank]
    return sorted(wanted, key=lambda one: (rank[one.asset], one.kind != "perp", one.symbol))


async def _work(
    cache: RequestCache, waiting: Iterator[Instrument], as_of: datetime, result: SupplementaryData
) -> None:
    for instrument in waiting:
        page = Page(instrument, Window(as_of - DEPTH, as_of))
        result.pages.append(page)
        await _fill(cache, page, as_of)
        page.is_complete = True


async def _fill(cache: RequestCache, page: Page, as_of: datetime) -> None:
    """Ask for everything about one instrument: what dates soonest first."""
    client, instrument = cache.client, page.instrument
    form = FORMS.get((instrument.venue, instrument.product))
    if form is not None and instrument.kind == "perp":
        try:
            page.depth = await fetch_depth(client, instrument, form)
        except SourceError as error:
            page.failures["depth"] = error.reason
    history = all_histories().get(instrument.venue)
    if history is not None:
        await add_bars(client, page)
        await add_feeds(cache, history.feeds, page, as_of)
    await add_feeds(cache, TERMS.get(instrument.venue, ()), page, as_of)
