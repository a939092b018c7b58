"""Ask one exchange for the history of one instrument over a span of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from oirisk.flows.client import KnownMarkets, VenueClient
from oirisk.flows.history.bars import STEP, closing_prices, fetch_bars
from oirisk.schemas.errors import SourceError
from oirisk.schemas.history import (
    Feed,
    InterestPoint,
    Kind,
    SharePoint,
    VenueHistory,
    Window,
)
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.responses import MARKETS_ENDPOINT, Response
from oirisk.schemas.venue import Line
from oirisk.transforms.instruments import list_instruments

_LOADING = frozenset({MARKETS_ENDPOINT, "load_markets"})


@dataclass
class Page:
    """What one exchange told of one instrument in one window.

    Args:
        instrument: Whose.
        window: The span asked for.
        bars: Candles as ccxt gives them.
        interest: Open interest, each instant once.
        shares: Long/short shares.
        responses: Everything received.
        failures: Why something is missing, by kind.
    """

    instrument: Instrument
    window: Window
    bars: list[list[Any]] = field(default_factory=list)
    interest: list[InterestPoint] = field(default_factory=list)
    shares: list[SharePoint] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    failures: dict[Kind, str] = field(default_factory=dict)


async def instruments_of(
    client: VenueClient, assets: frozenset[str] | None, known: KnownMarkets | None = None
) -> tuple[list[Instrument], KnownMarkets]:
    """Return the live perpetuals and futures of an exchange, in order of symbol.

    Args:
        client: Open.
        assets: Coins wanted; None: all.
        known: Markets that were told already.

    Returns:
        The instruments, and the markets for the next client.

    Raises:
        SourceError: The exchange did not tell what it lists.
    """
    markets, _is_known = await client.markets(known)
    listing = list_instruments(client.venue, markets)
    wanted = [
        one
        for one in listing.instruments.values()
        if one.is_active and one.kind != "option" and (assets is None or one.asset in assets)
    ]
    found = sorted(wanted, key=lambda one: one.symbol)
    return found, known or (client.source.now(), list(markets))


async def fetch_page(
    client: VenueClient,
    history: VenueHistory,
    instrument: Instrument,
    window: Window,
    now: datetime,
) -> Page:
    """Ask for bars, open interest and ratios of a window; what fails is written down.

    Args:
        client: Open, its markets loaded.
        history: What the exchange's endpoints give.
        instrument: Whose history.
        window: Which span.
        now: Feeds that keep only so much are not asked for more.
    """
    page = Page(instrument, window)
    earlier_answers = {id(one) for one in client.responses}
    try:
        # One bar earlier, so that the first instant of the window has a price.
        earlier = Window(window.since - STEP, window.until)
        page.bars = await fetch_bars(client, instrument, earlier)
    except SourceError as error:
        page.failures["bars"] = error.reason
    for feed in history.feeds:
        if feed.covers(instrument):
            await _ask(client, feed, page, now)
    page.interest = _each_once(page.interest)
    page.responses = [
        one
        for one in client.responses
        if id(one) not in earlier_answers and one.endpoint not in _LOADING
    ]
    return page


async def _ask(client: VenueClient, feed: Feed, page: Page, now: datetime) -> None:
    for window in _windows(feed, page.window, now):
        try:
            rows = await _rows(client, feed, page.instrument, window)
        except SourceError as error:
            page.failures[feed.kind] = error.reason
            return
        kept = [row for row in rows if page.window.since <= row.at < page.window.until]
        target: list[Any] = page.interest if feed.kind == "open_interest" else page.shares
        target += kept


async def _rows(
    client: VenueClient, feed: Feed, instrument: Instrument, window: Window
) -> Sequence[Any]:
    line = Line(
        name=feed.name,
        products=(),
        calls=lambda _markets: (),
        rows=lambda body: feed.parse(body, instrument),
    )
    _response, rows = await client.ask(line, feed.call(instrument, window))
    return rows


def _windows(feed: Feed, window: Window, now: datetime) -> Iterator[Window]:
    """Cut a window into what one answer can hold, leaving out what is no longer kept."""
    since = window.since if feed.reach is None else max(window.since, now - feed.reach)
    if not feed.is_windowed:
        if since < window.until and window.until + feed.span > now:
            yield Window(since, window.until)
        return
    while since < window.until:
        until = min(since + feed.span, window.until)
        yield Window(since, until)
        since = until


def _each_once(points: Sequence[InterestPoint]) -> list[InterestPoint]:
    """Keep one of the rows that two answers share."""
    return list(dict.fromkeys(points))


def prices_of(page: Page) -> dict[datetime, Any]:
    """Return the traded price at each instant of a page."""
    return closing_prices(page.bars)
